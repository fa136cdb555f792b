"""Dated law cases of acceptance, handling, extension, settlement, withdrawal and ending."""

import pytest
from casework import (
    ANSWER,
    at_office,
    clock_of,
    clocks_of,
    done,
    fields_of,
    refused,
    tried,
    units,
)

from shared.testing import emitted


@pytest.fixture
def office(bench):
    return units(bench)


def forwarded(office, day="2026-03-02", **about):
    at_office(office, f"{day} 09:00")
    return done(office, office.opened(**about), "forward", by="dispatcher")


def handled(office, day="2026-03-10", **about):
    """A claim that was forwarded, accepted and begun on one day."""
    case = done(office, forwarded(office, day, **about), "accept", f"{day} 10:00", by="handler")
    return done(office, case, "begin", by="handler")


def states_of(case, name):
    return [clock["state"] for clock in case["clocks"] if clock["id"] == name]


# ---- acceptance: 受理之日, never later than the fifteenth day after receipt (T22 Art.23; 参数)


def test_what_the_office_takes_up_itself_after_day_fifteen_counts_from_that_day(office):
    at_office(office, "2026-03-02 09:00")
    case = done(office, office.opened(), "self_handle", "2026-03-25 10:00", by="dispatcher")
    # D1 03-02 + 15 = 03-17, missed; D5 03-17 + 60 = 05-16 Saturday: 05-18
    assert clocks_of(case)["D1"] == "missed"
    assert (clock_of(case, "D5")["nominal_day"], clock_of(case, "D5")["due_day"]) == (
        "2026-05-16", "2026-05-18"
    )  # fmt: skip


def test_a_case_opened_anew_is_accepted_anew_and_not_in_its_first_round(office):
    case = done(office, handled(office), "reply", "2026-03-20 10:00", by="handler")
    case = done(office, case, "serve", by="handler")
    case = done(office, case, "close", by="handler")
    case = done(office, case, "reopen", "2026-08-03 10:00", by="dispatcher")
    case = done(office, case, "self_handle", "2026-08-04 10:00", by="dispatcher")
    # 08-04 + 60 = 10-03, off until 10-07: 10-08
    assert (clock_of(case, "D5")["nominal_day"], clock_of(case, "D5")["due_day"]) == (
        "2026-10-03", "2026-10-08"
    )  # fmt: skip


def test_after_a_return_the_second_unit_accepts_by_its_own_receipt(office):
    case = done(office, forwarded(office), "object", "2026-03-06 10:00", by="handler")
    # the office answers after D3 of the first unit, 03-17, was over: the objector is not late
    case = done(office, case, "uphold_objection", "2026-03-20 10:00", by="dispatcher")
    assert states_of(case, "D3") == ["cancelled"]
    case = done(office, case, "forward", "2026-03-20 11:00", by="dispatcher", unit="housing")
    case = done(office, case, "accept", "2026-04-03 10:00", by="handler@housing")
    # D3 03-20 + 15 = 04-04, off until 04-06: 04-07; D5 04-03 + 60 = 06-02
    assert (states_of(case, "D3"), clock_of(case, "D5")["due_day"]) == (
        ["cancelled", "met"], "2026-06-02"
    )  # fmt: skip


# ---- class: 60 days belong to claims alone (T22 Arts.29, 34)


def test_a_suggestion_that_turns_out_to_be_a_claim_has_sixty_days_from_its_acceptance(office):
    case = done(office, forwarded(office, purpose="suggestion"), "accept", "2026-03-04 10:00")
    assert "D5" not in clocks_of(case)
    case = done(office, case, "classify", "2026-03-20 10:00", by="dispatcher", purpose="petition")
    # 03-04 + 60 = 05-03, off until 05-05: 05-06
    assert (clock_of(case, "D5")["nominal_day"], clock_of(case, "D5")["due_day"]) == (
        "2026-05-03", "2026-05-06"
    )  # fmt: skip


def test_a_claim_that_turns_out_to_be_a_suggestion_owes_no_sixty_days(office):
    case = done(office, forwarded(office), "accept", "2026-03-04 10:00", by="handler")
    case = done(office, case, "classify", "2026-03-05 10:00", by="dispatcher", purpose="suggestion")
    assert (clocks_of(case)["D5"], case["next_due_at"]) == ("cancelled", None)
    again = done(office, case, "classify", "2026-03-06 10:00", by="dispatcher", purpose="inquiry")
    assert states_of(again, "D5") == ["cancelled", "running"]


# ---- who was late stays late (T22 Arts.34, 44, 45)


def test_a_unit_that_let_the_sixty_days_pass_is_late_however_the_case_ends(office):
    # accepted 03-10: day 60 is Sat 05-09, worked
    for action, late, how in [("channel", "missed", "handler"), ("perform", "missed", "handler"),
                              ("withdraw", "missed", "registrar")]:  # fmt: skip
        case = done(office, handled(office), action, "2026-05-10 10:00", by=how)
        assert clocks_of(case)["D5"] == late, action
    in_time = done(office, handled(office), "channel", "2026-05-09 23:59", by="handler")
    assert clocks_of(in_time)["D5"] == "cancelled"


def test_a_switch_to_the_ordinary_procedure_after_ten_working_days_hides_no_delay(office):
    # accepted 03-10: 11-13, 16-20, 23, 24 are ten working days
    case = done(office, forwarded(office, "2026-03-10"), "accept", by="handler")
    case = done(office, case, "simplify", by="handler")
    late = done(office, case, "to_ordinary", "2026-03-25 00:00", by="handler")
    assert (clocks_of(late)["D14"], clock_of(late, "D5")["due_day"]) == ("missed", "2026-05-09")


def test_a_first_unit_that_told_nobody_in_fifteen_days_is_late_and_the_next_one_is_not(office):
    case = forwarded(office)
    case = done(office, case, "redirect", "2026-03-18 10:00", by="dispatcher", unit="housing")
    assert states_of(case, "D3") == ["missed", "running"]
    # 03-18 + 15 = 04-02
    assert clock_of(case, "D3")["due_day"] == "2026-04-02"


def test_moving_a_report_date_that_was_over_does_not_undo_that_it_was_missed(office):
    at_office(office, "2026-03-02 09:00")
    case = done(office, office.opened(), "assign", by="dispatcher", report_due="2026-03-08")
    case = done(office, case, "accept", by="handler")
    case = done(office, case, "set_report_due", "2026-03-09 09:00", by="dispatcher",
                report_due="2026-03-21")  # fmt: skip
    # a Sunday and a Saturday: dates of letters do not roll
    assert [(c["due_day"], c["state"]) for c in case["clocks"] if c["id"] == "D7"] == [
        ("2026-03-08", "missed"), ("2026-03-21", "running")
    ]  # fmt: skip


def test_merging_and_un_merging_a_late_case_leaves_its_clock_as_it_was(office):
    case = handled(office)
    at_office(office, "2026-05-11 10:00")
    main = office.opened()
    merged = done(office, case, "merge", into=main["case_id"])
    assert clocks_of(merged)["D5"] == "missed"
    back = done(office, merged, "unmerge", "2026-05-12 10:00")
    assert (clocks_of(back)["D5"], clocks_of(back)["D1"]) == ("running", "met")


# ---- extension (T22 Art.34): the head, before the end, once


@pytest.mark.parametrize(("phase", "back"), [("hold_hearing", "conclude_hearing"),
                                             ("mediate", "end_mediation")])  # fmt: skip
def test_a_hearing_or_mediation_stops_no_clock_and_keeps_nobody_from_extending(office, phase, back):
    case = done(office, handled(office), phase, "2026-05-06 10:00", by="handler")
    was = case["state"]
    case = done(office, case, "extend", "2026-05-09 17:00", by="unit_head", days=30)
    # accepted 03-10: day 90 is Mon 06-08
    assert (case["state"], clock_of(case, "D6")["due_day"]) == (was, "2026-06-08")
    twice = tried(office, case, "extend", by="unit_head")
    assert refused(twice) == (409, "extended_already")
    case = done(office, case, back, "2026-05-20 10:00", by="handler")
    assert (case["state"], clocks_of(case)["D6"]) == ("extended", "running")


def test_the_office_extends_its_own_case_by_its_leader_and_not_by_its_clerk(office):
    at_office(office, "2026-03-10 09:00")
    case = done(office, office.opened(), "self_handle", by="dispatcher")
    case = done(office, case, "begin", by="dispatcher")
    clerk = tried(office, case, "extend", "2026-04-01 10:00", by="dispatcher")
    assert (refused(clerk), "extend" in clerk.json["allowed"]) == ((409, "not_yours"), False)
    assert done(office, case, "extend", by="leader")["state"] == "extended"
    other = tried(office, handled(office), "extend", by="leader")
    assert refused(other) == (409, "not_yours")


def test_what_was_opened_anew_is_not_a_first_time_matter_for_the_simple_procedure(office):
    case = done(office, handled(office), "reply", "2026-03-20 10:00", by="handler")
    for action in ("serve", "close", "reopen", "forward", "accept"):
        case = done(office, case, action, "2026-06-01 10:00")
    answer = tried(office, case, "simplify", by="handler")
    assert (refused(answer), answer.json["basis"]) == ((409, "not_simple"), "P-JY22 Arts.4-5")


def test_nothing_is_said_to_be_over_that_was_answered_in_time(office):
    case = done(office, handled(office), "reply", "2026-03-20 10:00", by="handler")
    for action, body in (("serve", {}), ("ask_review", {}),
                         ("decide_review", {"decision": "redo", "redo_due": "2026-04-30"}),
                         ("serve_review", {})):  # fmt: skip
        case = done(office, case, action, "2026-03-25 10:00", **body)
    answer = tried(office, case, "extend", "2026-03-26 10:00", by="unit_head")
    assert refused(answer) == (409, "nothing_to_extend")


# ---- mediation and settlement (T22 Art.33): the agreement counts by its own day


@pytest.mark.parametrize(("agreed", "state"), [("2026-05-09", "met"), ("2026-05-10", "missed")])
def test_an_agreement_of_the_last_day_is_in_time_though_it_is_entered_later(office, agreed, state):
    case = done(office, handled(office), "mediate", "2026-05-06 10:00", by="handler")
    case = done(office, case, "settle", "2026-05-11 09:00", by="handler", agreed_on=agreed)
    assert (case["close_reason"], clocks_of(case)["D5"]) == ("settled", state)


def test_an_agreement_is_not_older_than_the_petition(office):
    answer = tried(office, handled(office), "settle", by="handler", agreed_on="2026-03-09")
    assert (answer.status_code, fields_of(answer)) == (422, {"agreed_on"})
    assert "2026-03-10" in answer.text


def test_an_assigned_case_that_was_settled_still_owes_its_report(office):
    at_office(office, "2026-03-10 09:00")
    case = done(office, office.opened(), "assign", by="dispatcher", report_due="2026-04-30")
    for action in ("accept", "begin", "mediate"):
        case = done(office, case, action, by="handler")
    case = done(office, case, "settle", "2026-04-20 10:00", by="handler")
    assert (case["state"], case["closed_at"]) == ("served", None)
    assert clocks_of(case) == clocks_of(case) | {"D5": "met", "D7": "running"}
    assert not emitted(office.app, "case.closed.v1")
    for action in ("close", "ask_review"):
        assert tried(office, case, action, by="dispatcher").status_code == 409
    # 04-30 is a letter's date; the report comes on 05-01
    case = done(office, case, "report_back", "2026-05-01 10:00", by="handler")
    assert clocks_of(case)["D7"] == "missed"
    case = done(office, case, "approve_report", by="dispatcher")
    assert (case["state"], case["close_reason"]) == ("closed", "settled")


# ---- supplement (T22 has no rule): moves no clock, and has a day that can be


def test_supplements_move_no_clock_and_come_between_the_petition_and_today(office):
    case = handled(office)
    before = case["clocks"]
    for day in ("2026-03-09", "2026-03-13"):
        answer = tried(office, case, "supplement", "2026-03-12 10:00", by="registrar",
                       received_on=day)  # fmt: skip
        assert (answer.status_code, fields_of(answer)) == (422, {"received_on"})
    case = done(office, case, "supplement", by="registrar", received_on="2026-03-11")
    assert (case["state"], case["clocks"]) == ("handling", before)


# ---- withdrawal (参数): each petitioner for himself


def test_in_a_joint_case_the_last_withdrawal_ends_it_and_the_clock_runs_until_then(office):
    case = handled(office)
    at_office(office, "2026-03-12 10:00")
    for _ in range(2):
        done(office, office.opened(), "join", into=case["case_id"])
    case = office.case(case["case_id"])
    ids = case["petition_ids"]
    assert len(ids) == 3
    bare = tried(office, case, "withdraw", by="registrar", petition_ids=ids[:1], statement=None)
    assert (bare.status_code, fields_of(bare)) == (422, {"statement"})
    case = done(office, case, "withdraw", by="registrar", petition_ids=ids[:2])
    assert (case["state"], clocks_of(case)["D5"]) == ("handling", "running")
    assert case["closed_at"] is None
    twice = tried(office, case, "withdraw", by="registrar", petition_ids=ids[:1])
    assert (twice.status_code, fields_of(twice)) == (422, {"petition_ids"})
    case = done(office, case, "withdraw", "2026-03-13 10:00", by="registrar", petition_ids=ids[2:])
    assert (case["state_name"], clocks_of(case)["D5"]) == ("已撤回", "cancelled")


# ---- route five (TAL 47) found out while handling


def test_a_duty_found_out_while_handling_leaves_the_sixty_days_for_two_months(office):
    case = done(office, handled(office), "extend", "2026-04-01 10:00", by="unit_head", days=30)
    case = done(office, case, "perform", "2026-04-02 10:00", by="handler")
    # accepted 03-10 + 2 months = Sun 05-10: 05-11
    assert (clocks_of(case)["D6"], clock_of(case, "DP")["due_day"]) == ("cancelled", "2026-05-11")
    case = done(office, case, "reply", "2026-05-11 09:00", by="handler", text=ANSWER)
    case = done(office, case, "serve", "2026-05-12 09:00", by="handler")
    assert (clocks_of(case)["DP"], "D8" in clocks_of(case)) == ("missed", False)
