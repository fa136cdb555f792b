"""WeChat's interface for an official account, as far as intake calls it; a process of its own.

    python wechat_server.py FOLDER      prints its port

FOLDER/modes.json says how it behaves: {"send": errcode, "token": errcode, "media": errcode,
"void": true (the token it gave is not taken until one is forced), "status": HTTP, "hang": true}.
FOLDER/<media id> is what a follower sent, FOLDER/calls.jsonl what was called, a line a request.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

FOLDER = Path(sys.argv[1])
WRITING = threading.Lock()
TOKENS = ["token-1"]


class WeChat(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path = urlsplit(self.path).path
        modes = self.modes()
        if path == "/cgi-bin/stable_token":
            code = modes.get("token", 0)
            if body["force_refresh"]:
                TOKENS.append(f"token-{len(TOKENS) + 1}")
            given = {"access_token": TOKENS[-1], "expires_in": 7200}
            self.say(path, body, code, given if not code else {})
        else:
            self.say(path, body, self.refusal(modes) or modes.get("send", 0), {})

    def do_GET(self) -> None:
        modes, parts = self.modes(), urlsplit(self.path)
        wanted = parse_qs(parts.query)["media_id"][0]
        code = self.refusal(modes) or modes.get("media", 0)
        file = FOLDER / wanted
        if not code and not file.exists():
            code = 40007
        if code:
            self.say(parts.path, {"media_id": wanted}, code, {})
            return
        self.log_call(parts.path, {"media_id": wanted}, 0)
        kind = "audio/amr" if wanted.endswith("amr") else "image/jpeg"
        self.answer(200, file.read_bytes(), kind)

    def refusal(self, modes: dict[str, Any]) -> int:
        """40001 for a token that is not, or no longer, taken."""
        sent = parse_qs(urlsplit(self.path).query).get("access_token", [""])[0]
        refused = sent != TOKENS[-1] or (modes.get("void") and len(TOKENS) == 1)
        return modes.get("refuse_as", 40001) if refused else 0

    def modes(self) -> dict[str, Any]:
        path = FOLDER / "modes.json"
        found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return found

    def say(self, path: str, body: dict[str, Any], code: int, more: dict[str, Any]) -> None:
        self.log_call(path, body, code)
        modes = self.modes()
        if modes.get("hang") and path.endswith("send"):
            time.sleep(600)
        text = json.dumps({"errcode": code, "errmsg": "oYp5-6cQm is told"} | more)
        if modes.get("garbage"):
            text = "<html>"
        self.answer(modes.get("status", 200), text.encode(), "application/json")

    def log_call(self, path: str, body: dict[str, Any], code: int) -> None:
        line = json.dumps({"path": path, "body": body, "code": code}, ensure_ascii=False)
        with WRITING, (FOLDER / "calls.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), WeChat)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()
