"""The table of the procedure, row by row: state, actor, action, what follows, clock, event."""

import pytest
from casework import (
    ANSWER,
    PATHS,
    another,
    at_office,
    badge,
    brought,
    clock_of,
    clocks_of,
    done,
    next_day,
    refused,
    tried,
    units,
)

from shared.testing import emitted


@pytest.fixture
def office(bench):
    return units(bench)


# A case is opened on Mon 2 March 2026 and takes a step a day. By hand:
# D3 03-03 + 15 = 03-18. D4 five working days from 03-03: 4, 5, 6, 9, 10. D5 03-04 + 60 = 05-03,
# off until 05-05: 05-06. D6 03-04 + 90 = 06-02. D8 03-07 + 30 = 04-06, off: 04-07.
# D9 03-08 + 30 = 04-07. D10 03-10 + 30 = 04-09. D11 03-11 + 30 = 04-10.
# D14 ten working days from 03-04: 5, 6, 9-13, 16, 17, 18. DP 03-04 + 2 months = 05-04: 05-06.
# D4a five working days from 03-04: 5, 6, 9, 10, 11.
ROWS = [
    (2, "registered", "forward", "dispatcher", "forwarded", "forwarded",
     {"D3": "2026-03-18", "D4": "2026-03-10"}, {"D1": "met"}),
    (3, "registered", "assign", "dispatcher", "assigned", "assigned",
     {"D3": "2026-03-18", "D4": "2026-03-10", "D7": "2026-06-30"}, {"D1": "met"}),
    (4, "registered", "report", "dispatcher", "reported", "moved", {}, {"D1": "met"}),
    (4, "reported", "forward", "dispatcher", "forwarded", "forwarded", {"D3": "2026-03-19"}, {}),
    (4, "reported", "assign", "dispatcher", "assigned", "assigned", {"D7": "2026-06-30"}, {}),
    (5, "registered", "transfer_law", "dispatcher", "transferred", "moved", {}, {"D1": "met"}),
    (12, "forwarded", "accept", "handler", "accepted", "accepted",
     {"D5": "2026-05-06"}, {"D3": "met", "D4": "cancelled"}),
    (12, "assigned", "accept", "unit_head", "accepted", "accepted",
     {"D5": "2026-05-06"}, {"D3": "met", "D7": "running"}),
    (13, "forwarded", "object", "handler", "objected", "objected",
     {"D4a": "2026-03-11"}, {"D4": "met", "D3": "running"}),
    (14, "objected", "uphold_objection", "dispatcher", "registered", "moved",
     {}, {"D4a": "met", "D3": "cancelled", "D1": "met"}),
    (15, "objected", "reject_objection", "dispatcher", "forwarded", "moved",
     {}, {"D4a": "met", "D3": "running"}),
    (16, "objected", "designate", "leader", "forwarded", "forwarded",
     {"D3": "2026-03-20"}, {"D4a": "met"}),
    (17, "accepted", "channel", "handler", "channelled", "channelled", {}, {"D5": "cancelled"}),
    (17, "accepted", "perform", "handler", "performing", "moved",
     {"DP": "2026-05-06"}, {"D5": "cancelled"}),
    (19, "accepted", "simplify", "handler", "simple", "moved",
     {"D14": "2026-03-18"}, {"D5": "running"}),
    (20, "accepted", "begin", "handler", "handling", "moved", {}, {"D5": "running"}),
    (21, "simple", "to_ordinary", "handler", "handling", "moved",
     {}, {"D14": "cancelled", "D5": "running"}),
    (22, "handling", "extend", "unit_head", "extended", "extended",
     {"D6": "2026-06-02"}, {"D5": "extended"}),
    (23, "handling", "settle", "handler", "closed", "closed", {}, {"D5": "met"}),
    (23, "extended", "settle", "handler", "closed", "closed", {}, {"D6": "met"}),
    (23, "mediating", "settle", "handler", "closed", "closed", {}, {"D5": "met"}),
    (24, "handling", "hold_hearing", "handler", "hearing", "moved", {}, {"D5": "running"}),
    (24, "hearing", "conclude_hearing", "handler", "handling", "moved", {}, {"D5": "running"}),
    (25, "handling", "reply", "handler", "replied", "replied", {}, {"D5": "running"}),
    (25, "extended", "reply", "handler", "replied", "replied", {}, {"D6": "running"}),
    (26, "replied", "serve", "handler", "served", "served", {"D8": "2026-04-07"}, {"D5": "met"}),
    (27, "served", "urge_execution", "supervisor", "served", "noted", {}, {"D8": "running"}),
    (28, "served", "ask_review", "registrar", "reviewing", "review_opened",
     {"D9": "2026-04-07"}, {"D8": "met"}),
    (30, "reviewing", "decide_review", "reviewer", "review_decided", "review_decided",
     {}, {"D9": "met"}),
    (30, "review_decided", "serve_review", "reviewer", "review_served", "moved",
     {"D10": "2026-04-09"}, {}),
    (32, "review_served", "ask_re_review", "registrar", "re_reviewing", "review_opened",
     {"D11": "2026-04-10"}, {"D10": "met"}),
    (33, "re_reviewing", "hold_hearing", "reviewer", "hearing", "moved", {}, {"D11": "paused"}),
    (34, "re_reviewing", "decide_re_review", "reviewer", "re_review_decided", "review_decided",
     {}, {"D11": "met"}),
    (34, "re_review_decided", "serve_re_review", "reviewer", "terminated", "terminated", {}, {}),
    (35, "terminated", "file_termination", "dispatcher", "termination_filed", "moved", {}, {}),
    (36, "termination_filed", "archive", "dispatcher", "archived", "moved", {}, {}),
    (36, "filed", "archive", "dispatcher", "archived", "moved", {}, {}),
    (37, "report_review", "approve_report", "dispatcher", "closed", "closed", {}, {}),
    (37, "report_review", "return_report", "dispatcher", "handling", "moved",
     {"D7": "2026-07-31"}, {"D8": "cancelled"}),
]  # fmt: skip


def named(row):
    return f"{row[0]}-{row[1]}-{row[2]}"


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_row_of_the_table_does_what_it_says_and_nobody_else_may(office, row):
    _, state, action, actor, to, event, started, settled = row
    case = brought(office, state)
    stranger = "auditor" if action != "archive" else "supervisor"
    assert tried(office, case, action, by=stranger).status_code == 403
    before = len(emitted(office.app))
    after = done(office, case, action, by=f"someone-else={actor}")
    assert after["state"] == to
    told = [e for e in emitted(office.app)[before:] if e["type"] == f"case.{event}.v1"]
    assert [e["data"]["header"]["state"] for e in told] == [to]
    for name, due in started.items():
        assert (clock_of(after, name)["due_day"], clock_of(after, name)["state"]) == (
            due, "running"
        )  # fmt: skip
        assert clock_of(after, name)["basis"]
    assert clocks_of(after) == clocks_of(after) | settled
    last = office.get(f"/v1/cases/{case['case_id']}/steps?limit=1", "dispatcher").json["items"][0]
    assert (last["action"], last["state_before"], last["state"]) == (action, state, to)


@pytest.mark.parametrize("state", PATHS)
def test_from_every_state_only_the_actions_of_its_row_go_on(office, state):
    case = brought(office, state)
    procedure = office.app.resources.procedure
    for name, action in procedure.actions.items():
        if state in action.from_ or action.by_system:
            continue
        body = {"into": case["case_id"]} if name in ("join", "merge") else {}
        answer = tried(office, case, name, **body)
        assert refused(answer) == (409, "not_allowed_now"), name
        assert answer.json["basis"] == action.basis
    assert office.case(case["case_id"])["version"] == case["version"]


def test_row_6_an_accusation_goes_to_the_discipline_body_and_to_no_other(office):
    at_office(office, "2026-03-02 10:00")
    case = office.opened(purpose="accusation", secret=True)
    for unit in ("transport", "procuratorate", "bureau"):
        answer = tried(office, case, "forward", by="dispatcher", unit=unit)
        assert refused(answer) == (409, "discipline_only")
    after = done(office, case, "forward", by="dispatcher", unit="discipline")
    # no limit of Art.23 for accusations: the discipline body has its own rules
    assert clocks_of(after) == {"D1": "met"}


def direct(office, **about):
    at_office(office, "2026-03-02 10:00")
    return office.opened(addressee="transport", **about)


def test_rows_7_to_9_what_is_handed_in_at_a_unit_is_its_own_from_the_start(office):
    case = direct(office)
    # D2: 2026-03-02 + 15 = 03-17; D1 is the petition office's, which has no part in it
    assert clocks_of(case) == {"D2": "running"}
    assert clock_of(case, "D2")["due_day"] == "2026-03-17"
    assert clock_of(case, "D2")["basis"] == "T22 Art.23(1)(2)"
    assert case["lead_unit"] == "transport"
    next_day(office)
    after = done(office, case, "accept", by="handler")
    assert (after["state"], clocks_of(after)["D2"]) == ("accepted", "met")
    passed = done(office, direct(office), "pass_down", by="handler")
    assert (passed["state"], passed["lead_unit"]) == ("forwarded", "transport-road")
    assert clocks_of(passed) == {"D2": "met", "D3": "running"}
    guided = done(office, direct(office), "guide", by="handler")
    assert (guided["state"], clocks_of(guided)["D2"]) == ("guided", "met")


@pytest.mark.parametrize("about", [{"purpose": "accusation", "secret": True}, {"secret": True}])
def test_what_must_stay_secret_never_opens_at_the_unit_it_was_addressed_to(office, about):
    case = direct(office, **about)
    assert (case["lead_unit"], clocks_of(case)) == (None, {"D1": "running"})
    path = f"/v1/cases/{case['case_id']}"
    assert office.get(path, token=badge(office, "handler")).status_code == 404


def test_an_addressee_that_is_no_unit_or_the_office_itself_changes_nothing(office):
    old = {"name": "旧局", "kind": "department", "valid_to": "2026-02-28"}
    assert office.put("/v1/units/old", "admin", json=old).status_code == 200
    for addressee in ("nowhere", "bureau", "old", None):
        case = office.opened(addressee=addressee)
        assert (case["lead_unit"], clocks_of(case)) == (None, {"D1": "running"})


def test_row_18_a_suggestion_is_studied_and_answered_without_a_limit_or_a_review(office):
    case = brought(office, "studying")
    assert "D5" not in clocks_of(case)
    case = done(office, case, "reply", by="handler", text=ANSWER, outcome=None)
    case = done(office, case, "serve", by="handler")
    assert "D8" not in clocks_of(case)
    assert refused(tried(office, case, "ask_review", by="registrar")) == (409, "no_review")
    assert done(office, case, "close", by="handler")["state"] == "closed"


def test_row_31_an_annulled_opinion_is_done_anew_by_a_date(office):
    case = brought(office, "reviewing")
    case = done(
        office, case, "decide_review", by="reviewer", decision="redo", redo_due="2026-04-30"
    )
    case = done(office, case, "serve_review", by="reviewer")
    assert (case["state"], clock_of(case, "DR")["due_day"]) == ("handling", "2026-04-30")
    assert "D10" not in clocks_of(case)


def test_row_37_an_assigned_case_ends_with_its_report_and_not_before(office):
    case = brought(office, "report_review")
    for way in ("approve_report", "return_report"):
        assert tried(office, case, way, by="handler").status_code == 403
    again = done(office, case, "return_report", by="dispatcher")
    assert again["report_due"] == "2026-07-31"
    for action in ("reply", "serve"):
        again = done(office, again, action, by="handler")
        next_day(office)
    early = tried(office, again, "close", by="handler", reason="served")
    assert refused(early) == (409, "report_open")
    again = done(office, again, "report_back", by="handler")
    assert clocks_of(again)["D7"] == "met"
    assert done(office, again, "approve_report", by="dispatcher")["close_reason"] == "reported"


def test_no_state_is_left_without_a_play(office):
    # What intake voids is played in test_registration.
    assert set(PATHS) | {"voided"} == set(office.app.resources.procedure.states)
    assert another(office)["state"] == "registered"
