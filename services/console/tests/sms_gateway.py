"""A text-message provider for the tests: takes what intake sends, and shows it to whoever asks."""

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


class SmsGateway:
    """Listens at `url` in a thread of its own; messages are kept by the number they went to, and
    refused for the numbers that `refuses` names."""

    def __init__(self) -> None:
        taken: list[dict[str, Any]] = []
        refuses: set[str] = set()

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                answer = b'{"reference": "taken"}'
                if sent["to"] in refuses:
                    self.send_response(400)
                else:
                    taken.append(sent)
                    self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._taken = taken
        self.refuses = refuses
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def code_for(self, phone: str, *, saying: str) -> str:
        """The six digits of the newest message to a phone that says what they are for."""
        deadline = time.monotonic() + 60
        while True:
            for one in reversed(self._taken):
                found = _CODE.search(one["text"])
                if one["to"] == phone and saying in one["text"] and found:
                    return found[0]
            assert time.monotonic() < deadline, f"no code came to {phone}: {self._taken}"
            time.sleep(0.1)

    def has_told(self, phone: str) -> bool:
        """Whether a message to a phone was taken."""
        return any(one["to"] == phone for one in self._taken)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
