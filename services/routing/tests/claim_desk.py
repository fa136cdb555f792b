"""A routing whose papers ask an intake over real HTTP; the intake answers what a test says."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from casework import brought
from routing_bench import Bench

PERSON = {
    "name": "欧阳晓峰",
    "phone": "13907312345",
    "address": "长沙市岳麓区麓山南路9号",
    "email": "ouyang@example.cn",
}
Answer = tuple[int, bytes]


def told(person: dict[str, Any] | None) -> Answer:
    """Intake's answer that names a person."""
    return 200, json.dumps({"petition_id": "p", "petitioner": person}).encode()


class StandIn:
    """Stands in for intake on a port of its own; `answers` may be changed at any time."""

    def __init__(self) -> None:
        self.answer: Answer | Callable[[dict[str, Any]], Answer] = told(PERSON)
        self.asked: list[dict[str, Any]] = []
        self.hold = threading.Event()
        self.hold.set()
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                asked = {"path": self.path, "headers": dict(self.headers), "body": body}
                stand_in.asked.append(asked)
                stand_in.hold.wait(20)
                answer = stand_in.answer
                status, content = answer(asked) if callable(answer) else answer
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    """Whoever asked has gone."""

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        """Go away; may be done twice."""
        self.hold.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()


class ClaimDesk:
    """Papers of one case, of the bureau's dispatcher or, as `unit`, of the head of its unit."""

    def __init__(self, bench: Bench, intake: StandIn, **about: Any) -> None:
        self.bench = bench
        self.intake = intake
        body = {"name": "云屏区信访局", "kind": "bureau"}
        assert bench.put("/v1/units/bureau", "admin", json=body).status_code == 200
        self.case = brought(bench, "forwarded", **about)

    @property
    def unit(self) -> str:
        """The token of the head of the unit that has the case."""
        return self.bench.unit_token("unit_head")

    def draft(self, kind: str = "transfer_letter", *, token: Any = None, **body: Any) -> Any:
        path = f"/v1/cases/{self.case['case_id']}/documents"
        return self.bench.post(path, "dispatcher", token=token, json={"kind": kind} | body)

    def drawn(self, kind: str = "transfer_letter", **body: Any) -> dict[str, Any]:
        answer = self.draft(kind, **body)
        assert answer.status_code == 201, answer.text
        paper: dict[str, Any] = answer.json
        return paper

    def owed(self) -> list[dict[str, Any]]:
        """Draw up at once what the case owes; what was drawn up."""
        path = f"/v1/cases/{self.case['case_id']}/documents/owed"
        answer = self.bench.post(path, "dispatcher", json={})
        assert answer.status_code == 201, answer.text
        drafted: list[dict[str, Any]] = answer.json["drafted"]
        return drafted

    def move(self, paper: dict[str, Any], move: str, *, token: Any = None, **body: Any) -> Any:
        path = f"/v1/documents/{paper['document_id']}/{move}"
        etag = {"If-Match": f'"{paper["version"]}"'}
        return self.bench.post(path, "dispatcher", token=token, json=body, headers=etag)

    def moved(self, paper: dict[str, Any], *moves: str, **body: Any) -> dict[str, Any]:
        for move in moves:
            answer = self.move(paper, move, **body)
            assert answer.status_code == 200, answer.text
            paper = answer.json
        return paper

    def read(self, paper: dict[str, Any], *roles: str) -> dict[str, Any]:
        path = f"/v1/documents/{paper['document_id']}"
        found: dict[str, Any] = self.bench.get(path, *(roles or ("dispatcher",))).json
        return found
