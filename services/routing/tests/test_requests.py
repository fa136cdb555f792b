"""What petitioners ask for is done by the procedure, or waits for staff with its reason."""

import uuid

import pytest
from casework import at_office, brought, clock_of, done, next_day, tried, units

from shared.clock import office_day
from shared.testing import emitted, hear, inbox_statuses, make_event

KINDS = {
    "withdraw": "withdrawal_requested",
    "review": "review_requested",
    "re_review": "review_requested",
    "supplement": "supplemented",
}


@pytest.fixture
def office(bench):
    at_office(bench, "2026-03-02 10:00")
    return units(bench)


def told(bench, petition_id, kind, *, request_id=None, on=None, version=3, **more):
    """The event by which intake tells of a request, received today unless said otherwise."""
    id_ = request_id or str(uuid.uuid5(uuid.NAMESPACE_URL, f"{petition_id} {kind} {on} {more}"))
    day = on or office_day(bench.app.clock.now()).isoformat()
    data = {"petition_id": petition_id, "received_on": day}
    if kind == "supplement":
        data |= {"supplement_id": id_, "supplemented_at": "2026-03-02T02:30:00Z"}
    else:
        data |= {"request_id": id_, "proof": "phone_code", "requested_at": "2026-03-02T02:30:00Z"}
    if kind in ("review", "re_review"):
        data |= {"level": kind, "case_id": None, "mailed_on": None}
    return make_event(
        "intake", f"petition.{KINDS[kind]}.v1", subject=petition_id, version=version,
        at=bench.app.clock.now(), event_id=f"{id_}/told", data=data | more,
    )  # fmt: skip


def ask(bench, case, kind, **more):
    """Let routing hear of a request of the case's first petition; the last answer to it."""
    hear(bench.app, told(bench, case["petition_ids"][0], kind, **more))
    assert inbox_statuses(bench.app).get("dead", 0) == 0
    return answers(bench)[-1]


def answers(bench):
    return [e["data"] for e in emitted(bench.app, "case.request_answered.v1")]


def short(answer):
    return answer["answer"], answer["reason"]


def steps(bench, case):
    path = f"/v1/cases/{case['case_id']}/steps"
    return [step["action"] for step in bench.get(path, "dispatcher").json["items"]]


def listed(bench, case, *roles, **who):
    path = f"/v1/cases/{case['case_id']}/requests"
    return bench.get(path, *(roles or (() if who else ("dispatcher",))), **who)


@pytest.mark.parametrize("state", ["registered", "forwarded", "handling", "served", "reviewing"])
def test_a_petition_is_withdrawn_as_its_petitioner_asks(office, state):
    case = brought(office, state)
    answer = ask(office, case, "withdraw")
    assert short(answer) == ("done", None)
    assert answer["header"]["state"] == "withdrawn"
    after = office.case(case["case_id"])
    assert (after["state"], after["close_reason"]) == ("withdrawn", "withdrawn")
    assert [c["id"] for c in after["clocks"] if c["state"] == "running"] == []
    newest = office.get(f"/v1/cases/{case['case_id']}/steps", "dispatcher").json["items"][0]
    assert (newest["action"], newest["by"]) == ("withdraw", "petitioner")
    assert "短信验证码" in newest["body"]["statement"]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("review_decided", "decided"),
        ("review_served", "decided"),
        ("terminated", "final"),
        ("closed", "ended"),
        ("channelled", "ended"),
    ],
)
def test_what_cannot_be_withdrawn_any_more_is_refused_with_the_reason(office, state, reason):
    case = brought(office, state)
    assert short(ask(office, case, "withdraw")) == ("refused", reason)
    assert office.case(case["case_id"])["state"] == state
    (shown,) = listed(office, case).json["items"]
    assert (shown["state_name"], shown["kind_name"]) == ("未予办理", "撤回")
    assert shown["note"]


def test_of_a_joint_case_only_the_petition_that_is_withdrawn_goes(office):
    into, case = brought(office, "handling"), brought(office, "handling")
    (petition_id,) = case["petition_ids"]
    done(office, case, "merge", into=into["case_id"])
    answer = ask(office, case, "withdraw")
    assert short(answer) == ("done", None)
    assert answer["header"]["case_id"] == into["case_id"]
    after = office.case(into["case_id"])
    assert (after["state"], after["facts"]["withdrawn"]) == ("handling", [petition_id])


def test_with_the_petition_its_parts_are_withdrawn(office):
    case = brought(office, "registered")
    done(office, case, "split", by="dispatcher")
    part = next(
        office.case(one["case_id"])
        for one in office.get(f"/v1/cases?split_from={case['case_id']}", "importer").json["items"]
    )
    ask(office, case, "withdraw")
    assert office.case(part["case_id"])["state"] == "withdrawn"
    assert [short(one) for one in answers(office)] == [("done", None)]


def test_an_application_in_time_opens_the_review(office):
    case = brought(office, "served")
    answer = ask(office, case, "review")
    assert short(answer) == ("done", None)
    after = office.case(case["case_id"])
    assert (after["state"], clock_of(after, "D9")["state"]) == ("reviewing", "running")
    assert after["facts"]["review"]["applied_on"] == "2026-03-08"
    assert [e["data"]["level"] for e in emitted(office.app, "case.review_opened.v1")] == ["review"]


def test_on_the_last_day_it_is_in_time_and_the_day_after_late(office):
    case = brought(office, "served")
    last = clock_of(case, "D8")["due_day"]
    at_office(office, f"{last} 23:59")
    assert short(ask(office, case, "review")) == ("done", None)


def test_a_late_application_waits_for_staff_who_may_accept_it(office):
    case = brought(office, "served")
    at_office(office, "2026-05-20 10:00")
    assert short(ask(office, case, "review")) == ("waiting", "late")
    after = office.case(case["case_id"])
    assert after["state"] == "closed"
    assert after["facts"]["late_application"]["level"] == "review"
    assert steps(office, case)[:2] == ["late_review", "lapse"]
    work = office.get("/v1/my-work", "reviewer").json["reasons"]
    assert {one["reason"]: one["count"] for one in work}["requests"] == 1
    done(office, after, "accept_late_review", by="reviewer")
    assert [short(one) for one in answers(office)] == [("waiting", "late"), ("done", None)]
    assert [one["answer_no"] for one in answers(office)] == [1, 2]


def test_a_postmark_in_time_makes_it_in_time(office):
    case = brought(office, "served")
    at_office(office, "2026-05-20 10:00")
    answer = ask(office, case, "review", mailed_on="2026-03-20")
    assert short(answer) == ("done", None)


@pytest.mark.parametrize(
    ("state", "kind", "reason"),
    [
        ("handling", "review", "not_served"),
        ("replied", "review", "not_served"),
        ("served", "re_review", "not_served"),
        ("reviewing", "review", "under_review"),
        ("review_decided", "re_review", "under_review"),
        ("re_reviewing", "review", "under_review"),
        ("review_served", "review", "reviewed"),
        ("terminated", "re_review", "final"),
        ("termination_filed", "review", "final"),
        ("withdrawn", "review", "ended"),
        ("channelled", "review", "ended"),
    ],
)
def test_an_application_that_cannot_be_taken_waits_with_its_reason(office, state, kind, reason):
    case = brought(office, state)
    assert short(ask(office, case, kind)) == ("waiting", reason)
    assert office.case(case["case_id"])["state"] == state
    (shown,) = listed(office, case).json["items"]
    assert (shown["state"], shown["reason"]) == ("waiting", reason)


def test_of_a_suggestion_there_is_no_review(office):
    case = brought(office, "studying")
    assert short(ask(office, case, "review")) == ("waiting", "other_remedy")


def test_an_application_after_review_opens_the_re_review(office):
    case = brought(office, "review_served")
    assert short(ask(office, case, "re_review")) == ("done", None)
    assert office.case(case["case_id"])["state"] == "re_reviewing"


def test_an_application_names_the_case_of_its_opinion(office):
    case = brought(office, "served")
    assert short(ask(office, case, "review", case_id=case["case_id"])) == ("done", None)


def test_a_case_that_is_not_the_petitions_is_not_reviewed(office):
    case, other = brought(office, "served"), brought(office, "served")
    ask(office, case, "review", case_id=other["case_id"])
    assert office.case(other["case_id"])["state"] == "served"
    assert office.case(case["case_id"])["state"] == "reviewing"


def test_what_came_too_early_can_be_taken_up_later(office):
    case = brought(office, "replied")
    request_id = ask(office, case, "review")["request_id"]
    path = f"/v1/cases/{case['case_id']}/requests/{request_id}"
    early = office.post(f"{path}/take_up", "reviewer")
    assert early.status_code == 409
    assert early.json["basis"] == "T22 Art.35"
    done(office, case, "serve")
    next_day(office)
    answer = office.post(f"{path}/take_up", "reviewer")
    assert (answer.status_code, answer.json["state"]) == (200, "done")
    after = office.case(case["case_id"])
    assert after["state"] == "reviewing"
    assert after["facts"]["review"]["applied_on"] == "2026-03-08"
    assert office.post(f"{path}/take_up", "reviewer").status_code == 409


def test_staff_decline_what_waits_and_the_petitioner_hears_no_word_of_the_file(office):
    case = brought(office, "handling")
    request_id = ask(office, case, "review")["request_id"]
    path = f"/v1/cases/{case['case_id']}/requests/{request_id}/decline"
    assert office.post(path, "handler", json={"reason": "没有意见。"}).status_code == 403
    theirs = office.unit_token("reviewer")
    assert office.post(path, token=theirs, json={"reason": "没有意见。"}).status_code == 403
    answer = office.post(path, "reviewer", json={"reason": "尚未答复，不能申请。"})
    assert (answer.status_code, answer.json["state"]) == (200, "refused")
    assert short(answers(office)[-1]) == ("refused", "declined")
    assert "尚未答复" not in str(answers(office)[-1])
    assert office.post(path, "reviewer", json={"reason": "再次。"}).status_code == 409


def test_a_supplement_stands_in_the_journal_without_its_words(office):
    case = brought(office, "handling")
    assert short(ask(office, case, "supplement")) == ("done", None)
    assert steps(office, case)[0] == "supplement"
    assert [e["data"]["kind"] for e in emitted(office.app, "case.noted.v1")][-1:] == ["supplement"]


def test_a_supplement_to_what_has_ended_waits_for_staff(office):
    case = brought(office, "closed")
    assert short(ask(office, case, "supplement")) == ("waiting", "ended")
    assert office.case(case["case_id"])["state"] == "closed"


def test_the_same_request_twice_is_done_once(office):
    case = brought(office, "served")
    body = told(office, case["petition_ids"][0], "review")
    hear(office.app, body, body)
    with office.app.db.write() as session:
        session.execute(office.app.service.ground.inbox.delete())
    hear(office.app, body)
    assert [short(one) for one in answers(office)] == [("done", None)]
    assert steps(office, case).count("ask_review") == 1


def test_a_request_that_comes_before_the_petition_waits_for_it(office):
    petition_id, registered, text = office.petition()
    hear(office.app, told(office, petition_id, "withdraw"))
    assert answers(office) == []
    hear(office.app, registered, text)
    assert office.case_of(petition_id)["state"] == "withdrawn"
    assert [short(one) for one in answers(office)] == [("done", None)]


def test_what_waits_goes_with_a_petition_that_joins_another_case(office):
    case, into = brought(office, "handling"), brought(office, "handling")
    ask(office, case, "review")
    done(office, case, "merge", into=into["case_id"])
    assert listed(office, case).json["items"] == []
    (shown,) = listed(office, into).json["items"]
    assert shown["reason"] == "not_served"


def test_requests_are_read_by_who_may_see_the_case(office):
    case = brought(office, "handling")
    ask(office, case, "review")
    assert len(listed(office, case, token=office.unit_token("handler")).json["items"]) == 1
    other = office.unit_token("handler", unit="housing")
    assert listed(office, case, token=other).status_code == 404


def test_after_a_clerk_has_withdrawn_it_a_request_is_refused(office):
    case = brought(office, "handling")
    assert tried(office, case, "withdraw").status_code == 200
    assert short(ask(office, case, "withdraw")) == ("refused", "ended")


@pytest.mark.parametrize(
    "changes",
    [{"received_on": "morgen"}, {"received_on": None}, {"level": "third"}, {"request_id": 7}],
)
def test_what_is_no_request_is_dead_and_stops_nothing(office, changes):
    case = brought(office, "served")
    event_id = str(uuid.uuid4())
    hear(office.app, told(office, case["petition_ids"][0], "review", **changes))
    assert inbox_statuses(office.app)["dead"] == 1
    hear(office.app, told(office, case["petition_ids"][0], "review", request_id=event_id))
    assert [short(one) for one in answers(office)] == [("done", None)]
