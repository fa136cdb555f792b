"""Actions: what the procedure allows to whom and when, and nothing else."""

import datetime as dt
import json
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.clock import wire
from shared.testing import MORNING, emitted

ALLOWED = {
    "registered": {"dispatcher": ["forward", "assign"], "importer": ["forward", "assign"]},
    "forwarded": {"handler": ["accept"], "unit_head": ["accept"], "importer": ["accept"]},
    "assigned": {"handler": ["accept"], "unit_head": ["accept"], "importer": ["accept"]},
    "accepted": {
        "handler": ["reply", "close"], "unit_head": ["reply", "close"],
        "importer": ["reply", "close"], "dispatcher": ["close"],
    },
    "replied": {
        "handler": ["serve", "close"], "unit_head": ["serve", "close"],
        "importer": ["serve", "close"], "dispatcher": ["close"],
    },
    "served": {
        "handler": ["close"], "unit_head": ["close"], "importer": ["close"], "dispatcher": ["close"]
    },
    "closed": {},
}  # fmt: skip
ACTIONS = ("forward", "assign", "accept", "reply", "serve", "close")
ROLES = (
    "registrar", "dispatcher", "handler", "unit_head", "supervisor", "reviewer", "leader",
    "auditor", "admin", "importer", "partner", "channel:web",
)  # fmt: skip
UNIT_ROLES = ("handler", "unit_head")
STANDS_IN = {"accept", "reply", "serve"}
"""The dispatcher may take a unit's actions, but only where the unit has no accounts here."""
EVENTS = {
    "forward": ["case.classified.v1", "case.forwarded.v1"],
    "assign": ["case.classified.v1", "case.assigned.v1"],
    "accept": ["case.accepted.v1"],
    "reply": ["case.replied.v1"],
    "serve": ["case.served.v1"],
    "close": ["case.closed.v1"],
}


def ever_allowed(role, action):
    return any(action in by_role.get(role, ()) for by_role in ALLOWED.values())


def of_these(allowed):
    return [action for action in ACTIONS if action in allowed]


def expected(state, action, role):
    """The status that the procedure calls for."""
    if role == "dispatcher" and action in STANDS_IN:
        return 409
    if not ever_allowed(role, action):
        return 403
    if role in UNIT_ROLES and state == "registered":
        return 404
    return 200 if action in ALLOWED[state].get(role, ()) else 409


@pytest.mark.parametrize("state", ALLOWED)
def test_in_every_state_every_role_may_take_exactly_the_actions_of_the_table(bench, state):
    case = bench.case_in(state)
    reason = "served" if state == "served" else "no_contact"
    for action in ACTIONS:
        for role in ROLES:
            token = bench.unit_token(role) if role in UNIT_ROLES else bench.token(role)
            before = len(emitted(bench.app))
            more = {"reason": reason} if action == "close" else {}
            answer = bench.act(case, action, token=token, **more)
            assert answer.status_code == expected(state, action, role), (action, role, answer.text)
            if answer.status_code == 200:
                told = [event["type"] for event in emitted(bench.app)[before:]]
                assert told == EVENTS[action]
                case = bench.case_in(state)
                continue
            if answer.status_code == 409:
                assert of_these(answer.json["allowed"]) == ALLOWED[state].get(role, [])
                assert answer.json["code"] in ("not_allowed_now", "not_yours", "no_unit")
                assert answer.json["basis"].startswith("T22")
            assert len(emitted(bench.app)) == before
            assert bench.case(case["case_id"]) == case


@pytest.mark.parametrize("state", ALLOWED)
def test_a_case_says_what_its_reader_may_do_now(bench, state):
    case = bench.case_in(state)
    for role in ("dispatcher", "importer", "supervisor"):
        shown = bench.get(f"/v1/cases/{case['case_id']}", role).json
        assert of_these(shown["allowed"]) == ALLOWED[state].get(role, [])


def test_a_case_goes_all_the_way_and_says_so(bench):
    case = bench.opened()
    handler = bench.unit_token("handler")
    case = bench.done(case, "forward", "dispatcher")
    for action in ("accept", "reply", "serve"):
        case = bench.done(case, action, token=handler)
    case = bench.done(case, "close", token=handler, reason="served")
    assert (case["state"], case["state_name"], case["close_reason"]) == ("closed", "办结", "served")
    told = emitted(bench.app)
    assert [event["type"].split(".")[1] for event in told] == [
        "opened", "classified", "forwarded", "accepted", "replied", "served", "closed"
    ]  # fmt: skip
    assert [event["subjectversion"] for event in told] == [1, 2, 3, 4, 5, 6, 7]
    assert {event["subject"] for event in told} == {case["case_id"]}
    assert told[4]["data"]["reply"] == case["reply"]
    states = [event["data"]["header"]["state"] for event in told]
    assert states == [
        "registered", "forwarded", "forwarded", "accepted", "replied", "served", "closed"
    ]  # fmt: skip


def test_every_event_carries_the_whole_header(bench):
    bench.case_in("closed")
    keys = {frozenset(event["data"]["header"]) for event in emitted(bench.app)}
    assert len(keys) == 1
    assert {"case_id", "clocks", "lead_unit", "petition_ids", "secret"} <= next(iter(keys))


def test_without_if_match_an_action_is_428(bench):
    case = bench.opened()
    path = f"/v1/cases/{case['case_id']}/forward"
    answer = bench.post(path, "dispatcher", json={"unit": "transport"})
    assert (answer.status_code, answer.json["code"]) == (428, "if_match_required")


@pytest.mark.parametrize(
    "sent", ["1", "*", 'W/"1"', '"one"', '""', '"1", "2"', '"-1"', '"1' + "0" * 30]
)
def test_a_malformed_if_match_is_400(bench, sent):
    answer = bench.act(bench.opened(), "forward", headers={"If-Match": sent})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, "If-Match")


@pytest.mark.parametrize("off", [-1, 1, 100])
def test_a_stale_if_match_is_412_and_tells_the_version(bench, off):
    case = bench.opened()
    answer = bench.act(case, "forward", version=max(case["version"] + off, 0))
    assert (answer.status_code, answer.json["code"]) == (412, "stale")
    assert answer.json["version"] == case["version"]
    assert bench.case(case["case_id"])["state"] == "registered"


def test_the_etag_of_each_answer_fits_the_next_action(bench):
    case = bench.opened()
    shown = bench.get(f"/v1/cases/{case['case_id']}", "dispatcher")
    forwarded = bench.act(case, "forward", headers={"If-Match": shown.headers["ETag"]})
    accepted = bench.act(case, "accept", headers={"If-Match": forwarded.headers["ETag"]})
    assert (forwarded.status_code, accepted.status_code) == (200, 200)
    assert accepted.headers["ETag"] == f'"{accepted.json["version"]}"'


def test_of_two_at_the_same_moment_one_acts_and_the_other_is_stale(any_bench):
    bench = any_bench
    case = bench.opened()
    gate, codes, token = threading.Barrier(4), [], bench.token("dispatcher")
    headers = {"If-Match": f'"{case["version"]}"', "Authorization": f"Bearer {token}"}

    def forward():
        client = bench.client.application.test_client()
        gate.wait()
        answer = client.post(
            f"/v1/cases/{case['case_id']}/forward", json={"unit": "transport"}, headers=headers
        )
        codes.append(answer.status_code)

    threads = [threading.Thread(target=forward) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 412, 412, 412]
    assert len(emitted(bench.app, "case.forwarded.v1")) == 1


def test_the_same_key_and_action_is_done_once(bench):
    case = bench.opened()
    key = {"Idempotency-Key": "forward-1", "If-Match": f'"{case["version"]}"'}
    answers = [bench.act(case, "forward", headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]
    assert len(emitted(bench.app, "case.forwarded.v1")) == 1


@pytest.mark.parametrize("action", ACTIONS)
def test_another_units_case_is_not_found_whatever_is_tried(bench, action):
    case = bench.case_in("forwarded")
    stranger = bench.unit_token("handler", unit="housing")
    answer = bench.act(case, action, token=stranger)
    assert answer.status_code == (404 if ever_allowed("handler", action) else 403)
    assert bench.get(f"/v1/cases/{case['case_id']}", token=stranger).status_code == 404


def test_a_case_that_is_not_there_is_not_found(bench):
    assert bench.get("/v1/cases/nowhere", "importer").status_code == 404
    assert bench.act({"case_id": "nowhere", "version": 1}, "accept").status_code == 404


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("forward", {"unit": "nowhere"}, "unit"),
        ("forward", {"unit": None}, "unit"),
        ("forward", {"category": "nothing"}, "category"),
        ("forward", {"surprise": 1}, "surprise"),
        ("assign", {"report_due": None}, "report_due"),
        ("assign", {"report_due": "2026-03-01"}, "report_due"),
        ("assign", {"report_due": "2026-02-30"}, "report_due"),
        ("assign", {"report_due": "9999-12-31"}, "report_due"),
        ("reply", {"text": ""}, "text"),
        ("reply", {"text": "长" * 50_001}, "text"),
        ("reply", {"text": "a\0"}, "text"),
        ("reply", {"text": "a\ud800"}, "text"),
        ("serve", {"method": "pigeon"}, "method"),
        ("close", {"reason": "tired"}, "reason"),
        ("close", {"reason": None}, "reason"),
        ("accept", {"at": "2026-03-02T09:30:00"}, "at"),
        ("accept", {"at": "9999-12-31T23:59:59-12:00"}, "at"),
    ],
    ids=str,
)
def test_a_body_that_does_not_fit_is_refused_by_field_and_changes_nothing(
    bench, action, body, field
):
    before = {"forward": "registered", "assign": "registered", "accept": "forwarded",
              "reply": "accepted", "serve": "replied", "close": "served"}  # fmt: skip
    case = bench.case_in(before[action])
    told = len(emitted(bench.app))
    answer = bench.act(case, action, **body)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json["errors"]}
    assert bench.case(case["case_id"]) == case
    assert len(emitted(bench.app)) == told


def test_the_report_back_date_may_be_the_day_of_assignment_itself(bench):
    case = bench.done(bench.opened(), "assign", "dispatcher", report_due="2026-03-02")
    assert case["report_due"] == "2026-03-02"


@pytest.mark.parametrize(
    ("state", "reasons"),
    [
        ("accepted", ["no_contact", "deceased"]),
        ("replied", ["no_contact", "deceased"]),
        ("served", ["served", "deceased", "other"]),
    ],
)
def test_each_reason_for_closing_holds_in_its_states_only(bench, state, reasons):
    for reason in ("served", "no_contact", "deceased", "other"):
        case = bench.case_in(state)
        answer = bench.act(case, "close", reason=reason)
        if reason in reasons:
            assert answer.status_code == 200
        else:
            assert (answer.status_code, answer.json["code"]) == (409, "reason_not_allowed_now")
            assert answer.json["allowed"] == reasons


def test_the_suggested_category_is_taken_unless_another_is_given(bench):
    case = bench.opened()
    assert case["suggestion"]["category"] == "transport.bus"
    assert case["suggestion"]["unit"] == "transport"
    assert bench.done(case, "forward", category=None)["category"] == "transport.bus"
    other = bench.done(bench.opened(), "forward", category="housing.property", unit="housing")
    assert (other["category"], other["lead_unit"]) == ("housing.property", "housing")


def test_without_suggestion_a_category_must_be_given(bench):
    case = bench.opened(title="甲", content="乙丙丁")
    assert case["suggestion"] is None
    answer = bench.act(case, "forward", category=None)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "category"


def test_only_an_import_sets_the_time_of_an_action(bench):
    case = bench.opened()
    answer = bench.act(case, "forward", "dispatcher", at=wire(MORNING))
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "at")


def test_an_imports_times_never_go_back_and_its_events_are_history(bench):
    start = MORNING - dt.timedelta(days=300)
    case = bench.opened(at=start, historical=True)
    at = start + dt.timedelta(days=3)
    case = bench.done(case, "forward", at=wire(at))
    early = bench.act(case, "accept", at=wire(at - dt.timedelta(seconds=1)))
    assert (early.status_code, early.json["errors"][0]["field"]) == (422, "at")
    case = bench.done(case, "accept", at=wire(at))
    late = bench.act(case, "reply", at=wire(MORNING + dt.timedelta(minutes=6)))
    assert (late.status_code, late.json["errors"][0]["field"]) == (422, "at")
    told = emitted(bench.app)
    assert all(event["historical"] for event in told)
    assert [event["time"] for event in told] == [wire(start), *[wire(at)] * 3]


def test_an_import_cannot_act_before_its_petition_was_registered(bench):
    case = bench.opened(at=MORNING, historical=True)
    answer = bench.act(case, "forward", at=wire(MORNING - dt.timedelta(seconds=1)))
    assert answer.status_code == 422


def test_a_clock_that_was_set_back_does_not_turn_the_order_of_steps(bench):
    case = bench.opened()
    bench.app.clock.advance(hours=-5)
    bench.done(case, "forward", "dispatcher")
    times = [event["time"] for event in emitted(bench.app)]
    assert times == sorted(times)


def test_a_reply_is_masked_in_its_event_and_whole_for_who_may_see_the_case(bench):
    case = bench.case_in("accepted")
    text = "请与李工联系，电话13800138000。"
    case = bench.done(case, "reply", text=text)
    assert case["reply"] == text
    (event,) = emitted(bench.app, "case.replied.v1")
    assert event["data"]["reply"] == "请与李工联系，电话***********。"


any_text = st.text(st.characters(exclude_categories=[]), max_size=30)
likely = st.sampled_from(["transport", "transport.bus", "2026-05-05", "other", "post"])
names = st.sampled_from(["unit", "category", "report_due", "text", "method", "reason", "at"])
values = st.none() | st.booleans() | st.integers() | any_text | likely


@given(action=st.sampled_from(ACTIONS), body=st.dictionaries(names, values))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_sent_to_a_real_case_the_answer_is_no_server_error(bench, action, body):
    case = bench.opened()
    path = f"/v1/cases/{case['case_id']}/{action}"
    answer = bench.post(
        path,
        "importer",
        data=json.dumps(body),
        content_type="application/json",
        headers={"If-Match": f'"{case["version"]}"'},
    )
    assert answer.status_code in (200, 409, 422), answer.text
