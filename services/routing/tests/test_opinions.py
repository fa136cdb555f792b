"""Opinions over HTTP: drafted by version, checked, seen by those whose they are, issued."""

import datetime as dt

import pytest
import sqlalchemy as sa
from opinion_desk import BLOCKED, OPINION, OTHER, REVIEW, Desk

from routing import models
from shared.errors import Conflict
from shared.testing import MORNING


@pytest.fixture
def desk(bench):
    return Desk(bench)


@pytest.fixture
def any_desk(any_bench):
    return Desk(any_bench)


def test_an_opinion_goes_from_draft_to_issue_and_every_step_is_kept(any_desk):
    desk = any_desk
    case_id = desk.case()
    saved = desk.save(case_id)
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"1"')
    assert saved.json["findings"] == []
    assert desk.do(case_id, "submit", 1).json["status"] == "submitted"
    approved = desk.do(case_id, "approve", 2)
    assert (approved.json["status"], approved.json["decided_by"]) == ("approved", "unit_head")
    issued = desk.issue(case_id)
    assert (issued.kind, issued.outcome, issued.remedy) == (
        "petition",
        "support",
        OPINION["remedy"],
    )
    assert len(issued.claims) == 1
    for part in ("信访处理意见书", "30日内向云屏区人民政府请求复查", "《信访工作条例》第三十二条"):
        assert part in issued.text
    assert issued.text.splitlines()[-2:] == ["云屏区交通运输局", "2026年3月2日"]
    history = desk.get(case_id, what="opinion/versions").json["items"]
    assert [(step["step"], step["version"]) for step in history] == [
        ("issued", 4), ("approved", 3), ("submitted", 2), ("saved", 1)
    ]  # fmt: skip


def test_each_saved_version_can_be_read_again(any_desk):
    case_id = any_desk.case()
    any_desk.save(case_id, facts="第一稿")
    assert any_desk.save(case_id, 1, facts="第二稿").json["version"] == 2
    path = "opinion/versions?limit=1"
    first = any_desk.get(case_id, what=path).json
    second = any_desk.get(case_id, what=f"{path}&cursor={first['next_cursor']}").json
    assert first["items"][0]["opinion"]["facts"] == "第二稿"
    assert second["items"][0]["opinion"]["facts"] == "第一稿"
    assert second["next_cursor"] is None


def test_a_stale_version_is_412_and_tells_the_one_that_is_there(desk):
    case_id = desk.case()
    desk.save(case_id)
    answer = desk.save(case_id, 0)
    assert (answer.status_code, answer.json["code"], answer.json["version"]) == (412, "stale", 1)
    assert desk.do(case_id, "submit", 5).status_code == 412


def test_without_if_match_a_draft_is_428(desk):
    path = f"/v1/cases/{desk.case()}/opinion"
    assert desk.bench.put(path, token=desk.handler, json=OPINION).status_code == 428


def test_a_draft_may_leave_anything_open_but_not_go_up_so(desk):
    case_id = desk.case()
    bare = desk.bench.put(
        f"/v1/cases/{case_id}/opinion",
        token=desk.handler,
        json={"kind": "petition"},
        headers={"If-Match": '"0"'},
    )
    assert (bare.status_code, bare.json["blocked"]) == (200, True)
    answer = desk.do(case_id, "submit", 1)
    assert (answer.status_code, answer.json["code"]) == (409, "opinion_blocked")
    assert "claims_present" in {finding["code"] for finding in answer.json["findings"]}
    assert desk.get(case_id).json["status"] == "draft"


def test_what_is_wrong_with_a_draft_is_named_by_its_field(desk):
    answer = desk.save(desk.case(), claims=[{"outcome": "yes"}], basis="民法典")
    assert answer.status_code == 422
    fields = {error["field"] for error in answer.json["errors"]}
    assert fields == {"claims.0.outcome", "basis"}


def test_checking_saves_nothing(desk):
    case_id = desk.case()
    path = f"/v1/cases/{case_id}/opinion/check"
    answer = desk.bench.post(path, token=desk.handler, json=BLOCKED)
    assert answer.json["blocked"] is True
    codes = {finding["code"] for finding in answer.json["findings"]}
    assert {"remedy_step", "remedy_body", "remedy_days"} <= codes
    assert answer.json["text"].startswith("信访处理意见书")
    assert desk.get(case_id).status_code == 404


def test_a_redo_is_a_new_round_and_may_not_say_the_same(any_desk):
    desk = any_desk
    case_id = desk.approved()
    desk.issue(case_id)
    again = desk.save(case_id, 4)
    assert (again.json["round"], again.json["version"]) == (2, 5)
    assert "not_the_former_opinion" in {finding["code"] for finding in again.json["findings"]}
    assert desk.do(case_id, "submit", 5).json["code"] == "opinion_blocked"
    other = desk.save(case_id, 5, **OTHER)
    assert other.json["findings"] == []
    assert desk.do(case_id, "submit", 6).status_code == 200


def test_another_units_staff_find_nothing(desk):
    case_id = desk.submitted()
    stranger = desk.bench.unit_token("handler", "unit_head", unit="housing")
    assert desk.get(case_id, stranger).status_code == 404
    assert desk.save(case_id, 2, token=stranger).status_code == 404
    assert desk.do(case_id, "approve", 2, token=stranger).status_code == 404
    assert desk.get(case_id, stranger, "opinion/versions").status_code == 404
    assert desk.get(case_id, stranger, "similar-answers").status_code == 404


def test_the_bureau_does_not_draft_or_approve_in_a_units_name(desk):
    case_id = desk.submitted()
    assert desk.save(case_id, 2, token=desk.reviewer).status_code == 403
    assert desk.do(case_id, "approve", 2, token=desk.leader).status_code == 403


def test_a_secret_case_is_404_for_those_it_is_hidden_from(desk):
    case_id = desk.bench.opened(secret=True)["case_id"]
    for role in ("registrar", "auditor"):
        token = desk.bench.token(role)
        assert desk.get(case_id, token).status_code == 404
        assert desk.get(case_id, token, "similar-answers").status_code == 404


def test_a_review_is_drafted_by_the_reviewer_and_hidden_from_the_unit_until_issued(any_desk):
    desk = any_desk
    case_id = desk.approved()
    desk.issue(case_id)
    review = desk.bench.put(
        f"/v1/cases/{case_id}/opinion",
        token=desk.reviewer,
        json=REVIEW,
        headers={"If-Match": '"0"'},
    )
    assert (review.json["level"], review.json["findings"]) == ("review", [])
    assert desk.get(case_id).json["level"] == "handling"
    assert desk.get(case_id, what="opinion?level=review").status_code == 404
    assert len(desk.get(case_id, what="opinion/versions").json["items"]) == 4
    desk.do(case_id, "submit", 1, token=desk.reviewer)
    assert desk.do(case_id, "approve", 2, token=desk.leader).status_code == 200
    issued = desk.issue(case_id, level="review")
    assert (issued.decision, issued.text.splitlines()[0]) == ("uphold", "信访事项复查意见书")
    assert desk.get(case_id).json["level"] == "review"


def test_a_unit_that_gets_the_case_later_starts_anew_and_issues_only_its_own(any_desk):
    desk = any_desk
    case_id = desk.approved()
    with desk.bench.app.db.write() as session:
        this = models.cases.c.case_id == case_id
        session.execute(sa.update(models.cases).where(this).values(lead_unit="housing"))
    other = desk.bench.unit_token("handler", unit="housing")
    assert desk.get(case_id, other).status_code == 404
    with pytest.raises(Conflict) as refused:
        desk.issue(case_id)
    assert refused.value.code == "opinion_not_approved"
    saved = desk.save(case_id, token=other, signer="云屏区住房和城乡建设局")
    assert (saved.json["round"], saved.json["unit"]) == (2, "housing")


def test_a_closed_case_takes_no_draft(desk):
    case_id = desk.bench.case_in("closed")["case_id"]
    assert desk.save(case_id).json["code"] == "case_closed"


def test_the_overdue_are_warned_of_and_not_held_up(desk):
    case_id = desk.submitted()
    desk.bench.app.clock.at = MORNING + dt.timedelta(days=70)
    token = desk.bench.unit_token("unit_head")
    answer = desk.do(case_id, "approve", 2, token=token)
    assert answer.status_code == 200
    assert "issued_in_time" in {finding["code"] for finding in answer.json["findings"]}


def test_the_checks_can_be_read_with_their_basis(desk):
    items = desk.bench.get("/v1/answer-checks", token=desk.handler).json["items"]
    assert len(items) >= 40
    assert all(item["basis"] and item["applies_to"] for item in items)
