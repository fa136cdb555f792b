"""Opinions approved by the head, singly and in bulk, or returned with the reason."""

import pytest
import sqlalchemy as sa
from opinion_desk import OPINION, Desk

from routing.models.opinions import opinions as opinions_table
from shared.errors import Conflict


@pytest.fixture
def desk(bench):
    return Desk(bench)


@pytest.fixture
def any_desk(any_bench):
    return Desk(any_bench)


def test_the_drafter_may_not_approve_their_own(desk):
    case_id = desk.case()
    desk.save(case_id, token=desk.head)
    desk.do(case_id, "submit", 1, token=desk.head)
    answer = desk.do(case_id, "approve", 2)
    assert (answer.status_code, answer.json["code"]) == (409, "own_draft")


def test_a_returned_draft_tells_the_reason_and_must_be_changed_first(desk):
    case_id = desk.submitted()
    returned = desk.do(case_id, "return", 2, reason="请写明落实时间。")
    assert (returned.json["status"], returned.json["reason"]) == ("returned", "请写明落实时间。")
    assert desk.do(case_id, "submit", 3).json["code"] == "opinion_status"
    assert desk.save(case_id, 3).json["status"] == "draft"
    assert desk.do(case_id, "submit", 4).status_code == 200


def test_to_return_without_a_reason_is_422(desk):
    assert desk.do(desk.submitted(), "return", 2).status_code == 422


def test_what_was_approved_and_is_changed_needs_approval_again(desk):
    case_id = desk.approved()
    assert desk.save(case_id, 3, facts="另查明，末班车乘客较多。").json["status"] == "draft"
    with pytest.raises(Conflict) as refused:
        desk.issue(case_id)
    assert refused.value.code == "opinion_not_approved"


def test_an_opinion_that_has_become_wrong_since_is_not_issued(desk):
    case_id = desk.approved()
    with desk.bench.app.db.write() as session:
        wrong = OPINION | {"claims": [OPINION["claims"][0] | {"answer": ""}]}
        session.execute(sa.update(opinions_table).values(body=wrong))
    with pytest.raises(Conflict) as refused:
        desk.issue(case_id)
    assert refused.value.code == "opinion_blocked"
    assert refused.value.facts["findings"][0]["code"] == "claim_answered"


def test_what_waits_is_paged_longest_first_and_only_for_its_own_head(any_desk):
    desk = any_desk
    waiting = [desk.submitted() for _ in range(3)]
    first = desk.bench.get("/v1/opinions/waiting?limit=2", token=desk.head).json
    cursor = first["next_cursor"]
    rest = desk.bench.get(f"/v1/opinions/waiting?limit=2&cursor={cursor}", token=desk.head).json
    assert [item["case_id"] for item in first["items"] + rest["items"]] == waiting
    assert first["items"][0]["unit_name"] == "云屏区交通运输局"
    other = desk.bench.unit_token("unit_head", unit="housing")
    assert desk.bench.get("/v1/opinions/waiting", token=other).json["items"] == []
    assert desk.bench.get("/v1/opinions/waiting", token=desk.leader).json["items"] == []
    assert desk.bench.get("/v1/opinions/waiting", token=desk.handler).status_code == 403


def test_in_bulk_each_opinion_has_its_own_result(any_desk):
    desk = any_desk
    good, stale, draft = desk.submitted(), desk.submitted(), desk.case()
    desk.save(draft)
    items = [
        {"case_id": good, "version": 2},
        {"case_id": stale, "version": 1},
        {"case_id": draft, "version": 1},
        {"case_id": "nowhere", "version": 1},
    ]
    answer = desk.bench.post("/v1/opinions/approve", token=desk.head, json={"items": items})
    results = answer.json["items"]
    assert answer.json["approved"] == 1
    assert [result.get("code") for result in results] == [
        None, "stale", "opinion_status", "not_found"
    ]  # fmt: skip
    assert results[0]["version"] == desk.get(good).json["version"] == 3
    assert desk.get(good).json["status"] == "approved"
    assert desk.get(stale).json["status"] == "submitted"
    history = desk.get(good, what="opinion/versions").json["items"]
    assert (history[0]["step"], history[0]["version"]) == ("approved", 3)


def test_a_case_may_not_stand_twice_in_a_bulk_approval(desk):
    items = [{"case_id": "a", "version": 1}] * 2
    answer = desk.bench.post("/v1/opinions/approve", token=desk.head, json={"items": items})
    assert answer.status_code == 422


def statements_to_approve(desk, count):
    case_ids = [desk.submitted() for _ in range(count)]
    items = [{"case_id": case_id, "version": 2} for case_id in case_ids]
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    engine = desk.bench.app.db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    answer = desk.bench.post("/v1/opinions/approve", token=desk.head, json={"items": items})
    sa.event.remove(engine, "before_cursor_execute", note)
    assert answer.json["approved"] == count
    return len(seen)


def test_many_opinions_are_approved_with_as_many_statements_as_two(desk):
    assert statements_to_approve(desk, 7) == statements_to_approve(desk, 2)
