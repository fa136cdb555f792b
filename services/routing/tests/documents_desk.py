"""The bureau and a department at work on papers, as their tests need them."""

from dataclasses import replace
from typing import Any

from routing.layout.papers import standards
from shared.auth import Principal

CATALOGUE, TEMPLATES = standards()
PDF = b"%PDF-1.7 scanned"
Paper = dict[str, Any]


def samples(kind: str, **changes: Any) -> dict[str, Any]:
    """The catalogue's sample of a paper; a change to None leaves an element out."""
    given = CATALOGUE.documents[kind].samples | changes
    return {name: value for name, value in given.items() if value is not None}


class Desk:
    """Draws papers up over HTTP, as the bureau and as the transport department."""

    def __init__(self, bench: Any) -> None:
        self.bench = bench
        self.app = bench.app
        bench.put("/v1/units/bureau", "admin", json={"name": "云屏区信访局", "kind": "bureau"})
        self.case = bench.case_in("forwarded")
        self.rendered: list[str] = []
        self.use(render=self.render)

    def use(self, **parts: Any) -> None:
        """Give the routing other parts for its papers: a renderer, templates."""
        known = self.app.resources
        self.app.resources = replace(known, papers=replace(known.papers, **parts))

    def render(self, body: str) -> dict[str, bytes]:
        self.rendered.append(body)
        return {"pdf": b"%PDF-1.7 " + body.encode(), "docx": b"PK " + body.encode()}

    def sent(self, kind: str, *roles: str, **changes: Any) -> Any:
        case = changes.pop("case", self.case)
        token = changes.pop("token", None)
        fields = changes["fields"] if "fields" in changes else samples(kind, **changes)
        body = {"kind": kind, "fields": fields}
        path = f"/v1/cases/{case['case_id']}/documents"
        return self.bench.post(path, *(roles or ("dispatcher",)), token=token, json=body)

    def draft(self, kind: str = "transfer_letter", *roles: str, **changes: Any) -> Paper:
        answer = self.sent(kind, *roles, **changes)
        assert answer.status_code == 201, answer.text
        drawn: Paper = answer.json
        return drawn

    def move(self, paper: Paper, move: str, *roles: str, token: Any = None, **body: Any) -> Any:
        path = f"/v1/documents/{paper['document_id']}/{move}"
        return self.bench.post(path, *(roles or ("dispatcher",)), token=token, json=body)

    def moved(self, paper: Paper, *moves: str, **body: Any) -> Paper:
        for move in moves:
            answer = self.move(paper, move, **body)
            assert answer.status_code == 200, answer.text
            paper = answer.json
        return paper

    def issued(self, kind: str = "transfer_letter", **changes: Any) -> Paper:
        return self.moved(self.draft(kind, **changes), "submit", "approve", "issue")

    def read(self, paper: Paper, *roles: str, token: Any = None, what: str = "") -> Any:
        path = f"/v1/documents/{paper['document_id']}{what}"
        return self.bench.get(path, *(roles or ("dispatcher",)), token=token)

    def unit(self, *roles: str, unit: str = "transport") -> str:
        return self.bench.unit_token(*roles, unit=unit)


def about_of(desk: Desk, paper: Paper) -> dict[str, Any]:
    by = Principal("d", frozenset({"dispatcher"}), "bureau", frozenset({"*"}))
    return {
        "document_id": paper["document_id"],
        "by": by,
        "now": desk.app.clock.now(),
        "resources": desk.app.resources,
    }


def break_template(desk: Desk, kind: str) -> None:
    desk.use(templates={**TEMPLATES, kind: "<script>no paper</script>"})


def mend_template(desk: Desk) -> None:
    desk.use(templates=TEMPLATES)
