"""Papers that petitioners open themselves: those served on them, and never another one's."""

import base64
from typing import Any

import pytest
import sqlalchemy as sa
from documents_desk import PDF, Desk, Paper

from routing.jobs.documents import render_documents
from routing.models import cases
from routing.models.document_looks import document_looks
from routing.models.documents import documents

OWN = "/v1/public/documents"
PROOF = {"method": "direct", "signed_by": "王某某", "received_on": "2026-03-02"}


@pytest.fixture
def desk(any_bench: Any) -> Desk:
    return Desk(any_bench)


def served(desk: Desk, kind: str = "acceptance_notice") -> Paper:
    """A paper of the unit's, rendered and served on the petitioner."""
    token = desk.unit("unit_head")
    paper = desk.draft(kind, token=token)
    paper = desk.moved(paper, "submit", "approve", "issue", token=token)
    render_documents(desk.app)
    return desk.moved(paper, "serve", token=token, **PROOF)


def token_of(desk: Desk, case: dict[str, Any] | None = None) -> str:
    petition_id: str = (case or desk.case)["petition_ids"][0]
    return str(desk.bench.citizen_token(petition_id))


def opened(desk: Desk, paper: Paper, what: str, token: str) -> Any:
    return desk.bench.get(f"{OWN}/{paper['document_id']}/{what}", token=token)


def listed(desk: Desk, token: str) -> list[str]:
    found = desk.bench.get(OWN, token=token).json["items"]
    return [one["document_id"] for one in found]


def looks(desk: Desk) -> list[tuple[str, str]]:
    wanted = sa.select(document_looks.c.document_id, document_looks.c.format)
    with desk.app.db.read() as session:
        return [tuple(one) for one in session.execute(wanted.order_by(document_looks.c.seq))]


def test_what_was_served_is_listed_read_and_fetched_and_each_look_is_written_down(
    desk: Desk,
) -> None:
    paper, mine = served(desk), token_of(desk)
    (shown,) = desk.bench.get(OWN, token=mine).json["items"]
    assert (shown["name"], shown["served_on"]) == ("信访事项受理告知书", "2026-03-02")
    assert shown["files"] == ["pdf"]
    page = opened(desk, paper, "page", mine)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "王某某" in page.text
    file = opened(desk, paper, "file", mine)
    assert (file.mimetype, file.data[:5]) == ("application/pdf", b"%PDF-")
    assert looks(desk) == [(paper["document_id"], "page"), (paper["document_id"], "pdf")]


def test_who_oversees_reads_which_papers_petitioners_opened(desk: Desk) -> None:
    paper, mine = served(desk), token_of(desk)
    for what in ("page", "file"):
        opened(desk, paper, what, mine)
    case_id, petition_id = desk.case["case_id"], desk.case["petition_ids"][0]
    for asked in ("", f"?case_id={case_id}", f"?petition_id={petition_id}"):
        found = desk.bench.get(f"/v1/document-looks{asked}", "auditor")
        assert [one["format"] for one in found.json["items"]] == ["pdf", "page"], found.text
    (newest, _) = found.json["items"]
    assert (newest["name"], newest["petition_id"]) == ("信访事项受理告知书", petition_id)
    assert desk.bench.get("/v1/document-looks?case_id=another", "auditor").json["items"] == []
    assert desk.bench.get("/v1/document-looks", "dispatcher").status_code == 403


def test_the_sealed_scan_stands_for_the_paper(desk: Desk) -> None:
    paper = served(desk)
    content = base64.b64encode(PDF).decode()
    answer = desk.move(paper, "scan", token=desk.unit("unit_head"), content=content)
    assert answer.status_code == 200, answer.text
    assert opened(desk, paper, "file", token_of(desk)).data == PDF


def test_nothing_is_shown_before_it_is_served(desk: Desk) -> None:
    token = desk.unit("unit_head")
    paper = desk.draft("acceptance_notice", token=token)
    for move in ("submit", "approve", "issue"):
        assert listed(desk, token_of(desk)) == []
        paper = desk.moved(paper, move, token=token)
    assert listed(desk, token_of(desk)) == []
    assert opened(desk, paper, "page", token_of(desk)).status_code == 404
    assert looks(desk) == []


def test_letters_between_offices_are_not_the_petitioners(desk: Desk) -> None:
    paper = desk.moved(desk.issued("transfer_letter"), "serve", **PROOF)
    assert listed(desk, token_of(desk)) == []
    assert opened(desk, paper, "file", token_of(desk)).status_code == 404


def test_another_petitions_token_opens_nothing(desk: Desk) -> None:
    paper, other = served(desk), desk.bench.case_in("forwarded")
    assert listed(desk, token_of(desk, other)) == []
    for what in ("page", "file"):
        assert opened(desk, paper, what, token_of(desk, other)).status_code == 404
    assert looks(desk) == []


def test_a_paper_that_names_one_of_two_petitioners_is_only_theirs(desk: Desk) -> None:
    paper, mine = served(desk), token_of(desk)
    with desk.app.db.write() as session:
        session.execute(sa.update(documents).values(petition_id="somebody-elses"))
    assert listed(desk, mine) == []
    assert opened(desk, paper, "page", mine).status_code == 404


def test_nothing_is_shown_of_the_secret_lane(desk: Desk) -> None:
    paper = served(desk)
    with desk.app.db.write() as session:
        session.execute(sa.update(cases).values(secret=True))
    assert listed(desk, token_of(desk)) == []
    assert opened(desk, paper, "page", token_of(desk)).status_code == 404


@pytest.mark.parametrize("role", ["dispatcher", "leader", "importer"])
def test_staff_have_their_own_way_to_papers(desk: Desk, role: str) -> None:
    served(desk)
    assert desk.bench.get(OWN, role).status_code == 401


def test_a_forged_token_opens_nothing(desk: Desk) -> None:
    served(desk)
    assert desk.bench.get(OWN, token=token_of(desk)[:-3] + "abc").status_code == 401
