"""Every change that a rule refuses is written down, whatever it was to change, and changes nothing.

request --> rule --> 403, 409 (all undone) --> a row of `refusals`, in its own transaction
"""

import pytest
import sqlalchemy as sa
from casework import badge, brought, refused, tried, units
from coordination_desk import Desk as Meetings
from opinion_desk import BLOCKED, OPINION, Desk

from routing import models
from shared.testing import emitted

PLAIN = "不予支持。"


@pytest.fixture
def office(bench):
    return units(bench)


@pytest.fixture
def desk(any_bench):
    return Desk(any_bench)


def written(bench):
    """What was refused so far: case, action, code, basis, who, where."""
    table = models.refusals
    columns = (table.c.case_id, table.c.action, table.c.code, table.c.basis, table.c.by,
               table.c.about)  # fmt: skip
    with bench.app.db.read() as session:
        found = session.execute(sa.select(*columns).order_by(table.c.seq)).all()
    return [tuple(row) for row in found]


def test_an_answer_whose_words_do_not_hold_is_refused_like_by_any_guard(office):
    case = brought(office, "handling")
    told = len(emitted(office.app))
    answer = tried(office, case, "reply", by="handler", text=PLAIN, outcome=None)
    assert refused(answer) == (409, "opinion_blocked")
    assert "reply" in answer.json["allowed"]
    assert answer.json["findings"]
    assert written(office) == [
        (case["case_id"], "reply", "opinion_blocked", "T22 Art.32", "handler", None)
    ]
    assert len(emitted(office.app)) == told
    assert office.case(case["case_id"])["state"] == "handling"


def test_a_draft_that_may_not_go_up_is_written_down_and_stays_a_draft(desk):
    case_id = desk.case()
    desk.save(case_id, remedy=BLOCKED["remedy"])
    assert desk.do(case_id, "submit", 1).json["code"] == "opinion_blocked"
    about = f"/v1/cases/{case_id}/opinion/submit"
    (row,) = written(desk.bench)
    assert row == (case_id, "submit_opinion", "opinion_blocked", "T22 Art.32", "handler", about)
    assert desk.get(case_id).json["status"] == "draft"


def test_of_many_approvals_each_refused_one_is_written_down(desk):
    case_id = desk.case()
    desk.save(case_id, token=desk.head)
    desk.do(case_id, "submit", 1, token=desk.head)
    items = [{"case_id": case_id, "version": 2}]
    answer = desk.bench.post("/v1/opinions/approve", token=desk.head, json={"items": items})
    assert answer.json["items"][0]["code"] == "own_draft"
    assert written(desk.bench) == [
        (case_id, "approve_opinions", "own_draft", "P-SX 6.4.4", "unit_head", None)
    ]


def test_a_paper_that_may_not_be_issued_is_written_down_with_its_case(office):
    case = brought(office, "forwarded")
    about = {"kind": "transfer_letter", "fields": {}}
    path = f"/v1/cases/{case['case_id']}/documents"
    paper = office.post(path, token=badge(office, "dispatcher"), json=about).json
    place = f"/v1/documents/{paper['document_id']}/issue"
    answer = office.post(place, token=badge(office, "dispatcher"), json={})
    assert answer.status_code == 409
    assert written(office) == [
        (case["case_id"], "issue_document", "not_allowed_now", "P-SX 6.4.4", "dispatcher", place)
    ]


def test_a_step_of_coordination_that_is_not_allowed_now_is_written_down(any_bench):
    desk = Meetings(any_bench)
    path = f"meetings/{desk.call(hotspot_id='夜班公交')['id']}/minutes"
    answer = desk.send(path, "dispatcher", version=1, minutes="议定事项")
    assert answer.status_code == 409
    (row,) = written(any_bench)
    assert row[2] == "not_allowed_now"
    assert (row[0], row[4], row[5]) == ("", "dispatcher", f"/v1/{path}")


def test_who_has_not_the_role_is_written_down_before_the_body_is_looked_at(office):
    case = brought(office, "registered")
    path = f"/v1/cases/{case['case_id']}/opinion/submit"
    answer = office.post(path, "auditor", json=[])
    assert answer.status_code == 403
    answer = office.put("/v1/units/transport", "handler", json={})
    assert answer.status_code == 403
    (first, second) = written(office)
    assert first == (case["case_id"], "submit_opinion", "forbidden", "", "auditor", path)
    assert (second[0], second[5]) == ("", "/v1/units/transport")


def test_what_is_not_there_or_has_changed_or_is_ill_written_is_no_refusal_by_rule(desk):
    case_id = desk.case()
    desk.save(case_id)
    assert desk.save(case_id, 0).status_code == 412
    assert desk.save("nowhere").status_code == 404
    assert desk.save(case_id, 1, claims=7).status_code == 422
    assert desk.bench.put(f"/v1/cases/{case_id}/opinion", json=OPINION).status_code == 401
    assert written(desk.bench) == []


def test_a_made_up_address_of_any_length_is_cut_to_fit(desk):
    long = "x" * 150
    answer = desk.bench.post(f"/v1/cases/{long}/opinion/submit", "auditor", json={})
    assert answer.status_code == 403
    (row,) = written(desk.bench)
    assert (len(row[0]), row[5][:20]) == (36, f"/v1/cases/{long}"[:20])
