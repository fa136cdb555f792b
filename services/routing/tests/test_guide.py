"""The guide: what it says may be done can be done, what it says may not cannot, to the end."""

import datetime as dt

import pytest
from casework import (
    ANSWER,
    BODIES,
    ON_THE_DAY,
    PATHS,
    at_office,
    badge,
    brought,
    clocks_of,
    done,
    next_day,
    tried,
    units,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.jobs import lapsing
from shared.clock import office_day
from shared.testing import emitted

WHO = ("importer", "dispatcher", "handler", "unit_head", "reviewer", "registrar", "leader",
       "supervisor", "handler@housing")  # fmt: skip
OF_THE_WORDS = ("opinion_blocked", "opinion_not_approved")
"""Refusals that say what is wrong with an answer's words, finding by finding."""
UNITS_NAMED = ("transport", "housing", "discipline", "procuratorate", "transport-road",
               "government")  # fmt: skip


@pytest.fixture
def office(bench):
    return units(bench)


def guide(office, case, who):
    answer = office.get(f"/v1/cases/{case['case_id']}/guide", token=badge(office, who))
    return answer.json if answer.status_code == 200 else None


def value_of(ask, draw, today):
    """Something that fits what the guide asks for, by its type."""
    days = st.integers(-3, 40).map(lambda n: (today + dt.timedelta(days=n)).isoformat())
    by_type = {
        "unit": st.sampled_from(UNITS_NAMED),
        "units": st.lists(st.sampled_from(UNITS_NAMED), max_size=2),
        "category": st.just("transport.bus"),
        "code": st.sampled_from(sorted(ask["choices"]) or ["x"]),
        "day": days,
        "whole": st.integers(1, 30),
        "flag": st.booleans(),
        "account": st.sampled_from(["li", "zhao"]),
        "accounts": st.lists(st.sampled_from(["li", "zhao"]), max_size=1),
        "keys": st.just([]),
        "lines": st.just(["甲", "乙"]),
        "case": st.just("nowhere"),
        "parts": st.just(BODIES["split"]["parts"]),
    }
    return draw(by_type.get(ask["type"], st.just("详细的事实和充分的理由。")))


def body_of(action, draw, office):
    """A body for an action from what its guide asks, at times what it is usually given."""
    today = office_day(office.app.clock.now())
    usual = BODIES.get(action["action"], {})
    plain = draw(st.booleans())
    body = {}
    for ask in action["asks"]:
        name = ask["name"]
        if plain and (name in usual or not ask["required"]):
            body[name] = usual.get(name)
        elif ask["required"] or draw(st.booleans()):
            body[name] = value_of(ask, draw, today)
    if plain and action["action"] in ON_THE_DAY:
        body[ON_THE_DAY[action["action"]]] = today.isoformat()
    return body


@given(data=st.data())
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_guide_lists_exactly_what_succeeds(office, data):
    draw = data.draw
    about = draw(st.sampled_from([{}, {}, {"channel": "visit"}, {"purpose": "suggestion"},
                                  {"purpose": "accusation"}]))  # fmt: skip
    at_office(office, "2026-03-02 10:00")
    case = office.opened(**about)
    for _ in range(draw(st.integers(1, 9))):
        who = draw(st.sampled_from(WHO))
        shown = guide(office, case, who)
        if shown is None:
            continue
        may = [action for action in shown["actions"] if action["may"]]
        may_not = [action for action in shown["actions"] if not action["may"]]
        if may_not:
            action = draw(st.sampled_from(may_not))
            answer = tried(office, case, action["action"], by=who, **body_of(action, draw, office))
            assert answer.status_code in (409, 422), (who, action["action"], answer.text)
            assert action["why_not"] and action["why_not_basis"]
            assert office.case(case["case_id"])["version"] == shown["version"]
        if may:
            action = draw(st.sampled_from(may))
            asked = {ask["name"] for ask in action["asks"]}
            answer = tried(office, case, action["action"], by=who, **body_of(action, draw, office))
            if answer.status_code == 200:
                state = answer.json["state"]
                known = {action["to_state"], shown["state"], "handling", "assigned"}
                assert state in known, (action["action"], state)
            else:
                assert answer.status_code in (409, 422), (who, action["action"], answer.text)
                named = {e["field"].split(".")[0] for e in answer.json.get("errors", ())}
                of_words = answer.json["code"] in OF_THE_WORDS
                assert of_words or (named and named <= asked), (action["action"], answer.text)
        office.app.clock.advance(days=draw(st.sampled_from([0, 1, 5, 40])))


@pytest.mark.parametrize("state", sorted(PATHS))
def test_for_an_importer_in_each_state_what_may_be_done_succeeds(office, state):
    case = brought(office, state)
    shown = guide(office, case, "importer")
    assert [a["action"] for a in shown["actions"] if a["may"]] == case["allowed"]
    for action in shown["actions"]:
        known = {"into": "nowhere"} if action["action"] in ("join", "merge") else {}
        answer = tried(office, case, action["action"], **known)
        if not action["may"]:
            assert answer.status_code == 409, action["action"]
        elif answer.status_code == 200:
            case = brought(office, state)
        else:
            named = {error["field"].split(".")[0] for error in answer.json["errors"]}
            assert named and named <= {ask["name"] for ask in action["asks"]}, answer.text


def followed(office, case, *, until, people=("dispatcher", "handler", "reviewer")):
    """The actions taken by doing, whoever's turn it is, what the guide says is next."""
    taken = []
    while office.case(case["case_id"])["state"] != until:
        turn = [(who, shown) for who in people if (shown := guide(office, case, who))
                and shown["next_action"]]  # fmt: skip
        assert turn, f"nobody's turn after {taken}"
        who, shown = turn[0]
        case = done(office, case, shown["next_action"], by=who)
        taken.append(shown["next_action"])
        next_day(office)
    return taken


def test_a_whole_case_is_handled_by_following_the_next_action_alone(office):
    case = brought(office, "registered")
    assert followed(office, case, until="served") == [
        "forward", "accept", "begin", "reply", "serve"
    ]  # fmt: skip
    waits = guide(office, case, "handler")
    assert (waits["next_action"], waits["waits_for"]) == (None, "信访人")
    office.app.clock.advance(days=40)
    lapsing.run(office.app)
    assert followed(office, case, until="archived") == ["archive"]
    ended = [e["type"] for e in emitted(office.app)]
    assert ended[-2:] == ["case.closed.v1", "case.moved.v1"]


def test_an_assigned_case_is_handled_to_its_accepted_report(office):
    case = brought(office, "assigned")
    assert followed(office, case, until="closed") == [
        "accept", "begin", "reply", "serve", "report_back", "approve_report"
    ]  # fmt: skip


def test_a_suggestion_is_studied_answered_and_closed(office):
    case = brought(office, "registered", purpose="suggestion")
    assert followed(office, case, until="studying") == ["forward", "accept", "study"]
    assert guide(office, case, "handler")["next_action"] == "reply"
    case = done(office, case, "reply", by="handler", text=ANSWER, outcome=None)
    assert followed(office, case, until="closed") == ["serve", "close"]


def test_a_review_is_decided_and_served_and_its_file_delivered(office):
    case = brought(office, "reviewing")
    done(office, case, "call_file", by="reviewer")
    assert guide(office, case, "handler")["next_action"] == "deliver_file"
    assert guide(office, case, "reviewer")["next_action"] == "decide_review"
    assert followed(office, case, until="review_served", people=("reviewer",)) == [
        "decide_review", "serve_review"
    ]  # fmt: skip


def test_the_guide_says_which_duty_a_step_settles_and_until_when(office):
    case = brought(office, "forwarded")
    accept = {a["action"]: a for a in guide(office, case, "handler")["actions"]}["accept"]
    assert (accept["settles"], accept["due_day"], accept["documents"]) == (
        ["D3"], "2026-03-18", ["acceptance_notice"]
    )  # fmt: skip
    assert (accept["href"], accept["to_state"]) == (f"/v1/cases/{case['case_id']}/accept",
                                                    "accepted")  # fmt: skip


def test_a_standing_refusal_is_explained_before_it_is_tried(office):
    case = brought(office, "forwarded")
    at_office(office, "2026-03-11 00:00")
    objecting = {a["action"]: a for a in guide(office, case, "handler")["actions"]}["object"]
    assert (objecting["may"], objecting["why_not_basis"]) == (False, "T22 Art.23(3)")
    assert "2026-03-10" in objecting["why_not"]


# Whose move it is, by the actor of the row (domain, section 9).
MOVES = [
    ("registered", "信访部门"), ("forwarded", "交通运输局"), ("objected", "信访部门"),
    ("handling", "交通运输局"), ("replied", "交通运输局"), ("report_review", "信访部门"),
    ("reviewing", "云屏区人民政府"), ("review_decided", "云屏区人民政府"),
    ("re_reviewing", "市人民政府"), ("terminated", None),
]  # fmt: skip


@pytest.mark.parametrize(("state", "whose"), MOVES)
def test_the_guide_says_whose_move_it_is(office, state, whose):
    assert guide(office, brought(office, state), "dispatcher")["waits_for"] == whose


def test_a_request_is_written_by_the_guide_alone(office):
    case = brought(office, "replied")
    shown = guide(office, case, "handler")
    (serve,) = [action for action in shown["actions"] if action["action"] == "serve"]
    written = {ask["name"]: ask["written"] for ask in serve["asks"]}
    assert written["received_on"] == "日期，写作2026-03-02"
    assert written["witnesses"] == "列表，每项是一行文字，最多100字"
    assert all(ask["written"] for action in shown["actions"] for ask in action["asks"])
    proof = {"method": "left", "received_on": "2026-03-06", "witnesses": ["甲", "乙"]}
    answer = office.post(
        serve["href"], token=badge(office, "handler"), json=proof,
        headers={"If-Match": serve["if_match"]},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    wrong = tried(office, brought(office, "replied"), "serve", by="handler", method="pigeon")
    assert "left（留置送达）" in wrong.text


def test_a_window_that_has_closed_is_shown_as_closed(office):
    case = brought(office, "forwarded")
    # D4: five working days from 03-03: 03-10; D3: 03-18
    at_office(office, "2026-03-11 00:00")
    assert clocks_of(office.case(case["case_id"])) == {
        "D1": "met", "D3": "running", "D4": "expired"
    }  # fmt: skip
    assert [clock["id"] for clock in guide(office, case, "handler")["clocks"]] == ["D3"]
