"""A gateway of the test's own, as a process: takes notices over HTTP and behaves as it is told.

    python notice_gateway.py FOLDER KEY      prints its port

FOLDER/mode says how it behaves now, FOLDER/took.jsonl holds what came, a line a request.
"""

import base64
import hashlib
import hmac
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER, KEY = Path(sys.argv[1]), sys.argv[2].encode()
STATUSES = {"500": 500, "503": 503, "422": 422, "401": 401, "409": 409, "302": 302}
WRITING = threading.Lock()


class Gateway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told = json.loads(body)
        mode = self.mode(told)
        line = {
            "key": self.headers["Idempotency-Key"],
            "signed": self.is_signed(body),
            "mode": mode,
            **told,
        }
        with WRITING, (FOLDER / "took.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        if mode == "hang":
            time.sleep(600)
        if mode == "drop":
            self.connection.close()
            return
        self.answer(STATUSES.get(mode, 200))
        if mode == "twice":
            self.answer(200)

    def mode(self, told: dict[str, str]) -> str:
        """How to behave; FOLDER/mode may say it for one number alone: `500 13800000001`."""
        mode, _, number = (FOLDER / "mode").read_text().strip().partition(" ")
        return mode if number in ("", told["to"]) else "ok"

    def answer(self, status: int) -> None:
        body = b'{"reference": "gw-1"}' if status == 200 else b"number 13800000001 is bad"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 503:
            self.send_header("Retry-After", "120")
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()
        self.wfile.write(body)

    def is_signed(self, body: bytes) -> bool:
        name, at = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        digest = hmac.new(KEY, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
        return self.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()
