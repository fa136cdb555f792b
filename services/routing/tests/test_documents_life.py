"""Papers: who draws them up, their life, numbers without gaps, who reads them."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from documents_desk import (
    PDF,
    Desk,
    Paper,
    about_of,
    break_template,
    mend_template,
    samples,
)

from routing.jobs.documents import render_documents
from routing.models import documents as tables
from routing.models import ground
from routing.use_cases import documents as papers
from shared.testing import emitted


@pytest.fixture
def desk(bench: Any) -> Desk:
    return Desk(bench)


@pytest.fixture
def any_desk(any_bench: Any) -> Desk:
    return Desk(any_bench)


def test_a_paper_is_drafted_signed_off_issued_and_served(any_desk: Desk) -> None:
    desk = any_desk
    paper = desk.draft()
    assert (paper["state"], paper["number"], paper["allowed"]) == (
        "draft",
        None,
        ["submit", "void", "change"],
    )
    paper = desk.moved(paper, "submit", "approve", "issue")
    assert paper["number"] == "云信访转〔2026〕1号"
    assert (paper["state_name"], paper["rendering"]) == ("已出具", "waiting")
    proof = {"method": "direct", "signed_by": "王某某", "received_on": "2026-03-02"}
    served = desk.moved(paper, "serve", **proof)
    assert (served["state"], served["served_on"]) == ("served", "2026-03-02")


def test_a_paper_that_leaves_something_out_is_not_sent_for_signature(desk: Desk) -> None:
    paper = desk.draft(petitioner=None)
    refused = desk.move(paper, "submit")
    assert refused.status_code == 422
    assert refused.json["errors"] == [
        {
            "field": "fields.petitioner",
            "reason": "转送函必须写明信访人（T22 Art.22(一)(二)）。",
        }
    ]


@pytest.mark.parametrize(
    "field, value",
    [
        ("summary", 5),
        ("petitioner", "字" * 301),
        ("attachments", "一份"),
        ("attachments", ["\x00"]),
        ("nonsense", "x"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(desk: Desk, field: str, value: Any) -> None:
    refused = desk.sent("transfer_letter", fields=samples("transfer_letter") | {field: value})
    assert refused.status_code == 422
    assert [e["field"] for e in refused.json["errors"]] == [f"fields.{field}"]


def test_an_unknown_kind_is_refused_with_the_kinds_there_are(desk: Desk) -> None:
    refused = desk.sent("poem", fields={})
    assert refused.status_code == 422
    assert "transfer_letter" in refused.json["errors"][0]["reason"]


def test_each_step_is_for_its_roles(desk: Desk) -> None:
    paper = desk.draft(kind := "acceptance_notice", token=desk.unit("handler"))
    assert paper["unit"] == "transport"
    handler, head = desk.unit("handler"), desk.unit("unit_head")
    assert desk.move(paper, "submit", token=handler).status_code == 200
    assert desk.move(paper, "approve", token=handler).status_code == 403
    assert desk.move(paper, "approve", "dispatcher").status_code == 403
    assert desk.move(paper, "approve", token=head).status_code == 200
    assert desk.move(paper, "issue", token=handler).json["number"] == "云交受〔2026〕1号"
    assert desk.sent(kind, "dispatcher").status_code == 403
    assert desk.sent("supervision_letter", token=handler).status_code == 403
    assert desk.sent(kind, token=desk.unit("handler", unit="housing")).status_code == 404


def test_only_the_unit_that_reviews_draws_up_a_review_opinion(desk: Desk) -> None:
    other = desk.bench.token("unit_head", unit="housing", scope=("transport",))
    assert desk.sent("review_opinion", token=other).status_code == 403
    assert desk.sent("review_opinion", "reviewer").status_code == 201


def test_a_step_out_of_turn_is_refused_with_what_is_allowed(desk: Desk) -> None:
    refused = desk.move(desk.draft(), "issue")
    assert refused.status_code == 409
    assert refused.json["allowed"] == ["submit", "void", "change"]
    early = desk.move(desk.draft(), "serve", method="direct")
    assert early.status_code == 409


def test_a_form_that_nobody_signs_off_is_issued_at_once_and_without_a_number(desk: Desk) -> None:
    paper = desk.moved(desk.draft("registration_form"), "issue")
    assert (paper["state"], paper["number"]) == ("issued", None)


def test_a_returned_paper_is_changed_and_the_reason_is_kept(desk: Desk) -> None:
    paper = desk.moved(desk.draft(), "submit")
    paper = desk.moved(paper, "return", reason="请补充附件")
    assert (paper["state"], paper["reason"]) == ("draft", "请补充附件")
    path = f"/v1/documents/{paper['document_id']}/change"
    body = {"fields": samples("transfer_letter", petitioner="李某某")}
    etag = {"If-Match": f'"{paper["version"]}"'}
    changed = desk.bench.post(path, "dispatcher", json=body, headers=etag)
    assert changed.json["fields"]["petitioner"] == "李某某"
    assert desk.bench.post(path, "dispatcher", json=body, headers=etag).status_code == 412
    assert desk.bench.post(path, "dispatcher", json=body).status_code == 428


def test_numbers_have_no_gaps_and_each_series_counts_for_itself(any_desk: Desk) -> None:
    desk = any_desk
    assert [desk.issued()["number"] for _ in range(3)] == [
        f"云信访转〔2026〕{n}号" for n in (1, 2, 3)
    ]
    assert desk.issued("assignment_letter")["number"] == "云信访交〔2026〕1号"
    refused = desk.moved(desk.draft(), "submit", "approve")
    break_template(desk, "transfer_letter")
    with pytest.raises(ValueError, match="script"), desk.app.db.write() as session:
        papers.issue(session, **about_of(desk, refused))
    mend_template(desk)
    assert desk.moved(refused, "issue")["number"] == "云信访转〔2026〕4号"
    desk.app.clock.advance(days=320)
    assert desk.issued()["number"] == "云信访转〔2027〕1号"


def test_papers_issued_at_the_same_time_get_different_numbers_in_a_row(any_desk: Desk) -> None:
    desk = any_desk
    ready = [desk.moved(desk.draft(), "submit", "approve") for _ in range(6)]

    def issue(paper: Paper) -> str:
        with desk.app.db.write() as session:
            issued: Paper = papers.issue(session, **about_of(desk, paper))
            return str(issued["number"])

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(issue, ready))
    assert numbers == {f"云信访转〔2026〕{n}号" for n in range(1, 7)}


def test_a_voided_paper_keeps_its_number_and_nobody_gets_it_again(desk: Desk) -> None:
    voided = desk.moved(desk.issued(), "void", reason="文字有误")
    assert (voided["state"], voided["number"]) == ("void", "云信访转〔2026〕1号")
    assert desk.issued()["number"] == "云信访转〔2026〕2号"


def test_a_unit_gets_a_prefix_that_no_other_unit_has(desk: Desk) -> None:
    def put(unit: str, prefix: str) -> Any:
        return desk.bench.put(f"/v1/numbering/{unit}", "admin", json={"prefix": prefix})

    assert put("transport", "云交通").status_code == 200
    assert put("housing", "云交通").status_code == 422
    assert put("housing", "云信访").status_code == 422
    assert put("nowhere", "云某").status_code == 404
    shown = desk.bench.get("/v1/numbering", "admin").json["items"]
    assert {"unit": "transport", "prefix": "云交通"} in shown
    paper = desk.draft("acceptance_notice", token=desk.unit("unit_head"))
    for move in ("submit", "approve", "issue"):
        paper = desk.move(paper, move, token=desk.unit("unit_head")).json
    assert paper["number"] == "云交通受〔2026〕1号"


def test_issuing_tells_number_and_kind_and_no_word_of_the_paper(desk: Desk) -> None:
    paper = desk.issued()
    (event,) = emitted(desk.app, "document.issued.v1")
    assert event["data"]["number"] == paper["number"]
    assert event["data"]["kind"] == "transfer_letter"
    assert "王某某" not in json.dumps(event, ensure_ascii=False)


def test_a_public_notice_serves_when_its_days_have_passed(desk: Desk) -> None:
    paper = desk.issued()
    facts = {"method": "notice", "published_on": "2026-03-02", "published_in": "区政府网站"}
    running = desk.moved(paper, "serve", **facts)
    assert (running["state"], running["served_on"]) == ("issued", "2026-04-01")
    desk.app.clock.advance(days=31)
    served = desk.moved(paper, "serve", **facts)
    assert (served["state"], served["served_on"]) == ("served", "2026-04-01")


def test_service_without_its_proof_is_refused_by_name(desk: Desk) -> None:
    refused = desk.move(desk.issued(), "serve", method="post", sent_on="2026-03-02")
    assert {e["field"] for e in refused.json["errors"]} == {"tracking_no", "received_on"}


def test_papers_of_a_secret_case_are_for_those_who_may_know_of_it(bench: Any) -> None:
    desk = Desk(bench)
    case = bench.opened(secret=True, purpose="accusation")
    paper = desk.draft(case=case)
    for roles in (("registrar",), ("auditor",)):
        assert desk.read(paper, *roles).status_code == 404
        assert desk.read(paper, *roles, what="/preview").status_code == 404
        path = f"/v1/cases/{case['case_id']}/documents"
        assert bench.get(path, *roles).status_code == 404
    assert desk.read(paper, token=desk.unit("handler")).status_code == 404


def test_an_auditor_sees_that_there_is_a_paper_and_not_what_it_says(desk: Desk) -> None:
    paper = desk.issued()
    seen = desk.read(paper, "auditor").json
    assert (seen["number"], seen["fields"]) == (paper["number"], None)
    assert desk.read(paper, "auditor", what="/preview").status_code == 403
    assert desk.read(paper, "auditor", what="/file").status_code == 403


def test_lists_are_paged_and_tell_no_word(desk: Desk) -> None:
    made = [desk.draft()["document_id"] for _ in range(3)]
    path = f"/v1/cases/{desk.case['case_id']}/documents?limit=2"
    first = desk.bench.get(path, "dispatcher")
    rest = desk.bench.get(f"{path}&cursor={first.json['next_cursor']}", "dispatcher")
    items = first.json["items"] + rest.json["items"]
    assert [item["document_id"] for item in items] == made
    assert "王某某" not in first.text and "fields" not in items[0]


def test_the_database_holds_no_word_of_a_paper_in_clear(desk: Desk) -> None:
    paper = desk.issued(reason=None)
    render_documents(desk.app)
    desk.moved(paper, "scan", content=base64.b64encode(PDF + "王某某".encode()).decode())
    desk.moved(paper, "serve", method="direct", signed_by="王某某", received_on="2026-03-02")
    held = []
    with desk.app.db.read() as session:
        for table in (tables.documents, tables.blobs, ground.outbox):
            held += [repr(tuple(row)) for row in session.execute(sa.select(table))]
    assert held
    assert not any("王某某" in row or repr("王某某".encode())[2:-1] in row for row in held)
