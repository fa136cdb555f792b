"""Handling: the six routes, simple procedure, extension, mediation, hearing, parts, people."""

import pytest
from casework import (
    ANSWER,
    OPINION,
    REMEDY,
    at_office,
    badge,
    brought,
    clock_of,
    clocks_of,
    done,
    fields_of,
    next_day,
    played,
    refused,
    tried,
    units,
)

from shared.testing import emitted


@pytest.fixture
def office(bench):
    return units(bench)


@pytest.mark.parametrize("route", ["litigation", "arbitration", "party", "administrative"])
def test_routes_one_to_four_end_the_petition_and_tell_the_petitioner_where_to_go(office, route):
    case = brought(office, "accepted")
    after = done(office, case, "channel", by="handler", route=route)
    assert (after["state"], after["route"], after["close_reason"]) == (
        "channelled", route, "channelled"
    )  # fmt: skip
    assert after["next_due_at"] is None
    (told,) = emitted(office.app, "case.channelled.v1")
    assert told["data"]["route"] == route
    assert refused(tried(office, after, "ask_review", by="registrar")) == (409, "not_allowed_now")


def test_who_assigned_a_case_hears_where_it_was_channelled_to(office):
    at_office(office, "2026-03-02 10:00")
    case = office.opened()
    for action in ("assign", "accept", "channel"):
        case = done(office, case, action, "2026-03-03 10:00")
    assert (case["state"], clocks_of(case)["D5"], clocks_of(case)["D7"]) == (
        "channelled", "cancelled", "running"
    )  # fmt: skip
    assert refused(tried(office, case, "archive", by="dispatcher"))[0] == 409
    waits = office.get("/v1/my-work?reason=report_back", token=badge(office, "handler")).json
    assert [item["case_id"] for item in waits["items"]] == [case["case_id"]]
    after = done(office, case, "report_channelled", "2026-03-10 10:00", by="handler")
    assert (after["state"], clocks_of(after)["D7"], after["next_due_at"]) == (
        "channelled", "met", None
    )  # fmt: skip
    assert refused(tried(office, after, "report_channelled", by="handler"))[1] == "not_assigned"
    waits = office.get("/v1/my-work?reason=report_back", token=badge(office, "handler")).json
    assert waits["items"] == []
    assert done(office, after, "archive", by="dispatcher")["state"] == "archived"


def test_a_forwarded_case_owes_no_report_on_where_it_was_channelled_to(office):
    answer = tried(office, brought(office, "channelled"), "report_channelled", by="handler")
    assert refused(answer) == (409, "not_assigned")


def test_route_five_has_two_months_from_acceptance_and_no_review(office):
    at_office(office, "2026-06-29 10:00")
    case = done(office, office.opened(), "forward", by="dispatcher")
    case = done(office, case, "accept", "2026-06-30 10:00", by="handler")
    case = done(office, case, "perform", "2026-07-02 10:00", by="handler")
    # 06-30 + 2 months = 08-30 Sunday: Monday 08-31 (TAL 47; TCC 202, 203)
    assert (clock_of(case, "DP")["nominal_day"], clock_of(case, "DP")["due_day"]) == (
        "2026-08-30", "2026-08-31"
    )  # fmt: skip
    assert (case["route"], clocks_of(case)["D5"]) == ("duty", "cancelled")
    assert refused(tried(office, case, "extend", by="unit_head"))[1] == "not_allowed_now"
    case = done(office, case, "reply", "2026-08-31 23:00", by="handler", text=ANSWER)
    case = done(office, case, "serve", "2026-08-31 23:30", by="handler")
    assert clocks_of(case)["DP"] == "met"
    assert "D8" not in clocks_of(case)
    answer = tried(office, case, "ask_review", by="registrar")
    assert refused(answer) == (409, "no_review")
    assert "救济途径不是复查" in answer.json["detail"]


def test_route_six_is_the_petition_procedure_proper(office):
    case = brought(office, "handling")
    assert (case["route"], case["handling"]) == ("petition", "ordinary")
    assert clocks_of(case)["D5"] == "running"


def test_suggestions_and_accusations_do_not_take_the_routes_of_claims(office):
    suggestion = brought(office, "accepted", purpose="suggestion")
    for action in ("begin", "perform", "channel", "extend"):
        by = "unit_head" if action == "extend" else "handler"
        assert refused(tried(office, suggestion, action, by=by)) == (409, "another_class")
    claim = brought(office, "accepted")
    assert refused(tried(office, claim, "study", by="handler")) == (409, "another_class")


def test_acceptance_after_the_fifteenth_day_counts_sixty_days_from_that_day(office):
    at_office(office, "2026-03-02 10:00")
    case = done(office, office.opened(), "forward", by="dispatcher")
    case = done(office, case, "accept", "2026-03-25 10:00", by="handler")
    # D3: 03-02 + 15 = 03-17, missed; D5 from 03-17 + 60 = 05-16 Saturday: 05-18
    assert clocks_of(case)["D3"] == "missed"
    assert (clock_of(case, "D5")["nominal_day"], clock_of(case, "D5")["due_day"]) == (
        "2026-05-16", "2026-05-18"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("accepted", "due"),
    [
        # 02-09 Mon: 10, 11, 12, 13, 14 (make-up Sat) = 5; 24, 25, 26, 27, 28 (make-up Sat) = 10
        ("2026-02-09 10:00", "2026-02-28"),
        # 09-17 Thu: 18, 20 (make-up Sun), 21-24 = 6; 28, 29, 30 = 9; off until 10-07; 10-08 = 10
        ("2026-09-17 10:00", "2026-10-08"),
    ],
)
def test_simple_handling_has_ten_working_days_around_make_up_days(office, accepted, due):
    at_office(office, accepted)
    case = played(office, office.opened(), "forward")
    at_office(office, accepted)
    case = office.case(case["case_id"])
    case = done(office, case, "accept", by="handler")
    case = done(office, case, "simplify", by="handler")
    assert clock_of(case, "D14")["due_day"] == due


def test_the_simple_procedure_is_refused_where_its_criteria_fail(office, make_bench):
    at_office(office, "2026-03-02 10:00")
    assigned = played(office, office.opened(), "assign", "accept")
    answer = tried(office, assigned, "simplify", by="handler")
    assert (refused(answer), answer.json["basis"]) == ((409, "not_simple"), "P-JY22 Arts.4-5")
    several = done(office, brought(office, "accepted"), "invite", by="handler")
    assert refused(tried(office, several, "simplify", by="handler")) == (409, "not_simple")
    secret = brought(office, "registered", purpose="accusation", secret=True)
    secret = done(office, secret, "forward", unit="discipline")
    secret = done(office, secret, "accept", by="handler@discipline")
    answer = tried(office, secret, "simplify", by="handler@discipline")
    assert refused(answer) == (409, "another_class")


def test_simple_handling_can_be_switched_off(make_bench):
    office = units(make_bench(PROCEDURE_PARAMETERS='{"simple_allowed": false}'))
    answer = tried(office, brought(office, "accepted"), "simplify", by="handler")
    assert refused(answer) == (409, "not_simple")


def test_what_will_not_be_supported_switches_to_the_ordinary_procedure_first(office):
    case = brought(office, "simple")
    answer = tried(office, case, "reply", by="handler", outcome="not_supported")
    assert (refused(answer), fields_of(answer)) == ((409, "not_simple"), {"outcome"})
    case = done(office, case, "to_ordinary", by="handler")
    assert (case["handling"], clocks_of(case)["D14"]) == ("ordinary", "cancelled")
    # D5 runs from the original acceptance: 03-04 + 60 = 05-03, off until 05-05
    assert clock_of(case, "D5")["due_day"] == "2026-05-06"
    assert done(office, case, "reply", outcome="not_supported")["state"] == "replied"


def l14(office):
    at_office(office, "2026-08-03 10:00")
    case = done(office, office.opened(), "forward", by="dispatcher")
    case = done(office, case, "accept", "2026-08-04 09:00", by="handler")
    return done(office, case, "begin", by="handler")


def test_l14_an_extension_counts_from_the_unrolled_sixtieth_day(office):
    # 08-04 + 60 = 10-03: 10-08. 08-04 + 90 = 11-02 Monday.
    case = l14(office)
    assert clock_of(case, "D5")["due_day"] == "2026-10-08"
    after = done(office, case, "extend", "2026-10-08 17:00", by="unit_head")
    d6 = clock_of(after, "D6")
    assert (d6["due_day"], d6["basis"], after["state_name"]) == (
        "2026-11-02", "T22 Art.34", "延期办理中"
    )  # fmt: skip
    action = office.app.resources.procedure.actions["extend"]
    assert (action.documents, action.notices) == (("extension_notice",), ("extension_notice",))


def test_l14_the_other_reading_is_a_setting(make_bench):
    office = units(make_bench(PROCEDURE_PARAMETERS='{"extension_from_unrolled": false}'))
    after = done(office, l14(office), "extend", "2026-10-08 17:00", by="unit_head")
    # 10-08 + 30 = 11-07 Saturday: 11-09
    assert clock_of(after, "D6")["due_day"] == "2026-11-09"


def test_l14_without_rolling_the_approval_comes_too_late(make_bench):
    office = units(make_bench(ROLL_REST_DAYS="false"))
    case = l14(office)
    assert clock_of(case, "D5")["due_day"] == "2026-10-03"
    answer = tried(office, case, "extend", "2026-10-08 17:00", by="unit_head")
    assert (refused(answer), answer.json["due_day"]) == ((409, "extension_late"), "2026-10-03")
    assert "extend" not in answer.json["allowed"]


@pytest.mark.parametrize(
    ("moment", "status"), [("2026-10-08 23:59", 200), ("2026-10-09 00:00", 409)]
)
def test_an_extension_is_approved_on_the_last_day_until_midnight(office, moment, status):
    assert tried(office, l14(office), "extend", moment, by="unit_head").status_code == status


def test_only_the_head_extends_once_and_by_thirty_days_at_most(office):
    case = brought(office, "handling")
    assert tried(office, case, "extend", by="handler").status_code == 403
    assert tried(office, case, "extend", by="unit_head", days=31).status_code == 422
    case = done(office, case, "extend", by="unit_head", days=10)
    # 03-04 + 70 = 05-13 Wednesday
    assert clock_of(case, "D6")["due_day"] == "2026-05-13"
    again = tried(office, case, "extend", by="unit_head", days=10)
    assert refused(again) == (409, "not_allowed_now")
    case = done(office, case, "mediate", by="handler")
    case = done(office, case, "end_mediation", by="handler")
    assert case["state"] == "extended"


def test_an_office_may_allow_fewer_days_of_extension(make_bench):
    office = units(make_bench(PROCEDURE_PARAMETERS='{"extension_days_most": 15}'))
    answer = tried(office, brought(office, "handling"), "extend", by="unit_head", days=16)
    assert (refused(answer), fields_of(answer)) == ((409, "extension_long"), {"days"})


def test_mediation_runs_within_the_term_and_failing_goes_back(office):
    case = brought(office, "mediating")
    assert clocks_of(case)["D5"] == "running"
    ahead = tried(office, case, "settle", by="handler", agreed_on="2026-12-01")
    assert (ahead.status_code, fields_of(ahead)) == (422, {"agreed_on"})
    back = done(office, case, "end_mediation", by="handler")
    assert back["state"] == "handling"
    after = done(office, back, "settle", by="handler", agreement="settlement")
    assert (after["close_reason"], clocks_of(after)["D5"]) == ("settled", "met")
    assert after["facts"]["agreement"]["kind"] == "settlement"


def test_a_hearing_while_handling_stops_no_clock(office):
    case = brought(office, "handling")
    answer = tried(office, case, "hold_hearing", by="handler", pause=True)
    assert (refused(answer), answer.json["basis"]) == ((409, "no_pause"), "T22 Art.36(2)")
    case = done(office, case, "hold_hearing", by="handler")
    assert clocks_of(case)["D5"] == "running"
    early = tried(office, case, "conclude_hearing", by="handler", concluded_on="2026-03-01")
    assert (early.status_code, fields_of(early)) == (422, {"concluded_on"})
    case = done(office, case, "conclude_hearing", by="handler")
    assert (case["state"], clock_of(case, "D5")["due_day"]) == ("handling", "2026-05-06")


def test_co_handling_units_answer_their_parts_and_the_lead_puts_them_together(office):
    case = brought(office, "handling")
    case = done(office, case, "invite", by="handler", due="2026-03-10")
    case = done(office, case, "invite", by="dispatcher", unit="labour", due="2026-03-20")
    assert case["co_units"] == ["housing", "labour"]
    again = tried(office, case, "invite", by="handler")
    assert refused(again) == (409, "has_a_part")
    assert refused(tried(office, case, "invite", by="handler", unit="transport"))[1] == "has_a_part"
    early = tried(office, case, "reply", by="handler")
    assert (refused(early), early.json["waiting"]) == ((409, "parts_open"), ["housing", "labour"])
    done(office, case, "part_accept", by="handler@housing")
    done(office, case, "part_answer", "2026-03-11 09:00", by="handler@housing")
    done(office, case, "part_answer", by="handler@labour", text="无劳资纠纷。")
    shown = office.get(f"/v1/cases/{case['case_id']}", token=badge(office, "handler")).json
    parts = {part["unit"]: part for part in shown["parts"]}
    assert parts["housing"]["answer"] == "站台用地已批。"
    # a letter's date: the housing bureau answered a day after it, the labour bureau in time
    assert (parts["housing"]["overdue"], parts["labour"]["overdue"]) == (True, False)
    twice = tried(office, case, "part_answer", by="handler@labour")
    assert refused(twice) == (409, "no_open_part")
    both = f"{parts['housing']['answer']}{parts['labour']['answer']}{REMEDY}"
    assert done(office, case, "reply", by="handler", text=both)["state"] == "replied"


def test_a_co_handling_unit_sees_the_case_and_does_its_part_only(office):
    case = done(office, brought(office, "handling"), "invite", by="handler")
    token = badge(office, "handler@housing")
    shown = office.get(f"/v1/cases/{case['case_id']}", token=token).json
    assert shown["allowed"] == ["part_accept", "part_answer"]
    assert refused(tried(office, case, "reply", by="handler@housing")) == (409, "not_yours")
    stranger = tried(office, case, "part_answer", by="handler@labour")
    assert stranger.status_code == 404


def test_a_co_handling_unit_of_a_secret_matter_sees_it_and_nobody_else_does(office):
    case = done(office, brought(office, "handling"), "keep_secret", by="leader")
    done(office, case, "invite", by="handler")
    path = f"/v1/cases/{case['case_id']}"
    assert office.get(path, token=badge(office, "handler@housing")).status_code == 200
    assert office.get(path, token=badge(office, "handler@labour")).status_code == 404
    assert tried(office, case, "part_answer", by="handler@housing").status_code == 200


def test_a_case_is_given_to_a_person_and_handed_over_by_that_person_or_the_head(office):
    case = brought(office, "handling")
    assert tried(office, case, "give", by="handler").status_code == 403
    case = done(office, case, "give", by="unit_head")
    assert case["handler"] == "li"
    other = tried(office, case, "hand_over", by="sun=handler")
    assert refused(other) == (409, "not_the_handler")
    case = done(office, case, "hand_over", by="li=handler")
    assert case["handler"] == "zhao"
    assert done(office, case, "hand_over", by="unit_head", handler="wu")["handler"] == "wu"


def test_recusal_is_decided_by_another_and_takes_the_case_from_the_person(office):
    case = done(office, brought(office, "handling"), "give", by="unit_head", handler="qian")
    assert tried(office, case, "recuse", by="qian=handler").status_code == 403
    own = tried(office, case, "recuse", by="qian=unit_head")
    assert (refused(own), own.json["basis"]) == (
        (409, "own_recusal"), "T22 Art.28(3)；TZJ 27（地方规定）"
    )  # fmt: skip
    case = done(office, case, "recuse", by="unit_head")
    assert case["handler"] is None
    path = f"/v1/cases/{case['case_id']}"
    assert office.get(path, token=badge(office, "qian=handler")).status_code == 404
    back = tried(office, case, "give", by="unit_head", handler="qian")
    assert (refused(back), fields_of(back)) == ((409, "recused"), {"handler"})


def test_contact_receipt_and_supplements_are_noted_and_move_no_clock(office):
    case = brought(office, "forwarded")
    before = clocks_of(case)
    for action, by in (("sign_receipt", "handler"), ("contact", "handler"),
                       ("supplement", "registrar")):  # fmt: skip
        case = done(office, case, action, by=by)
        next_day(office)
    assert (case["state"], clocks_of(case)) == ("forwarded", before)
    assert refused(tried(office, case, "sign_receipt", by="handler")) == (409, "signed")
    kinds = [event["data"]["kind"] for event in emitted(office.app, "case.noted.v1")]
    assert kinds == ["sign_receipt", "contact", "supplement"]
    assert "电话联系" not in str(emitted(office.app))


def test_an_answer_waits_for_every_word_of_its_body(office):
    case = brought(office, "handling")
    answer = tried(office, case, "reply", by="handler", text=None)
    assert (answer.status_code, answer.json["code"]) == (409, "opinion_not_approved")
    suggestion = brought(office, "studying")
    wrong = tried(office, suggestion, "reply", by="handler", outcome="support")
    assert (wrong.status_code, fields_of(wrong)) == (422, {"outcome"})
    assert done(office, case, "reply", by="handler")["reply"] == OPINION
