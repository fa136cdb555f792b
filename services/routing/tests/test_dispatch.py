"""Dispatch: where a case may go, when it need not be taken, and how a unit may object."""

import pytest
from casework import (
    another,
    at_office,
    brought,
    clock_of,
    clocks_of,
    done,
    fields_of,
    next_day,
    refused,
    tried,
    units,
)

from routing import models
from shared.testing import emitted


@pytest.fixture
def office(bench):
    return units(bench)


def at_transport(office, action="forward"):
    """A case that reached the transport bureau on Thursday 17 September 2026."""
    at_office(office, "2026-09-16 10:00")
    dated = {"report_due": "2026-12-01"} if action == "assign" else {}
    return done(office, office.opened(), action, "2026-09-17 16:00", **dated)


# L07: from 09-17 Thu: 18 Fri 1, 20 Sun (make-up) 2, 21 Mon 3, 22 Tue 4, 23 Wed 5.
def test_l07_a_an_objection_on_the_fifth_working_day_is_in_time(office):
    case = at_transport(office)
    assert clock_of(case, "D4")["due_day"] == "2026-09-23"
    after = done(office, case, "object", "2026-09-23 23:59", by="handler")
    assert (after["state_name"], clock_of(after, "D4")["state"]) == ("异议待核", "met")
    # D4a: 24 Thu 1, 25-27 off, 28 Mon 2, 29 Tue 3, 30 Wed 4, 10-01..07 off, 10-08 Thu 5
    assert clock_of(after, "D4a")["due_day"] == "2026-10-08"


def test_l07_b_a_day_later_it_is_refused_and_told_what_is_still_allowed(office):
    case = at_transport(office)
    answer = tried(office, case, "object", "2026-09-24 00:00", by="handler")
    assert refused(answer) == (409, "objection_late")
    assert (answer.json["basis"], answer.json["clock"]) == ("T22 Art.23(3)", "D4")
    assert answer.json["due_day"] == "2026-09-23"
    assert "accept" in answer.json["allowed"]
    assert "object" not in answer.json["allowed"]
    assert "第24条指定" in answer.json["detail"]
    assert office.case(case["case_id"])["state"] == "forwarded"
    assert done(office, case, "designate", by="dispatcher")["lead_unit"] == "housing"


@pytest.mark.parametrize("reasons", ["", "   ", "不归我们管"])
def test_l07_c_without_detailed_reasons_it_is_refused(office, reasons):
    case = at_transport(office)
    answer = tried(office, case, "object", "2026-09-18 10:00", by="handler", reasons=reasons)
    assert answer.status_code in (409, 422)
    assert fields_of(answer) == {"reasons"}
    assert "详细说明理由" in answer.text or answer.status_code == 422


def test_l07_d_a_unit_cannot_simply_mark_a_case_as_returned(office):
    case = at_transport(office)
    answer = office.post(f"/v1/cases/{case['case_id']}/return", "importer", json={})
    assert answer.status_code in (404, 405)
    answer = tried(office, case, "guide", by="handler")
    assert refused(answer) == (409, "object_instead")
    assert tried(office, case, "uphold_objection", by="handler").status_code == 403


def test_a_refusal_changes_nothing_and_is_written_down_with_its_rule(office):
    case = at_transport(office)
    told = len(emitted(office.app))
    tried(office, case, "object", "2026-09-24 10:00", by="handler")
    with office.app.db.read() as session:
        (row,) = session.execute(models.refusals.select()).all()
    assert (row.case_id, row.action, row.code) == (case["case_id"], "object", "objection_late")
    assert (row.basis, row.by, row.unit) == ("T22 Art.23(3)", "handler", "transport")
    assert office.case(case["case_id"])["version"] == case["version"]
    assert len(emitted(office.app)) == told


def test_an_upheld_objection_ends_d3_and_d7_and_leaves_d1_as_it_was(office):
    case = done(office, at_transport(office, "assign"), "object", "2026-09-21 10:00", by="handler")
    after = done(office, case, "uphold_objection", "2026-09-22 10:00", by="dispatcher")
    assert clocks_of(after) == {
        "D1": "met", "D3": "cancelled", "D4": "met", "D4a": "met", "D7": "cancelled"
    }  # fmt: skip
    assert (after["state"], after["lead_unit"], after["report_due"]) == ("registered", None, None)
    again = done(office, after, "forward", by="dispatcher", unit="housing")
    # D3 begins anew: 09-22 + 15 = 10-07, off: 10-08
    assert clock_of(again, "D3")["due_day"] == "2026-10-08"


def test_d1_starts_again_on_return_where_the_office_chose_so(make_bench):
    office = units(make_bench(PROCEDURE_PARAMETERS='{"d1_restarts_after_return": true}'))
    case = done(office, at_transport(office), "object", "2026-09-21 10:00", by="handler")
    after = done(office, case, "uphold_objection", "2026-09-22 10:00", by="dispatcher")
    # 09-22 + 15 = 10-07, off: 10-08
    assert (clock_of(after, "D1")["state"], clock_of(after, "D1")["due_day"]) == (
        "running", "2026-10-08"
    )  # fmt: skip


def test_an_objection_that_was_rejected_is_not_raised_again_and_d3_ran_on(office):
    case = done(office, at_transport(office), "object", "2026-09-18 10:00", by="handler")
    case = done(office, case, "reject_objection", "2026-09-21 10:00", by="dispatcher")
    answer = tried(office, case, "object", "2026-09-22 10:00", by="handler")
    assert refused(answer) == (409, "objected_already")
    # D3: 09-17 + 15 = 10-02, off: 10-08
    assert clock_of(case, "D3")["due_day"] == "2026-10-08"


def test_a_designated_unit_may_not_object_and_what_was_assigned_stays_assigned(office):
    case = done(office, at_transport(office, "assign"), "object", "2026-09-18 10:00", by="handler")
    case = done(office, case, "designate", "2026-09-21 10:00", by="leader")
    assert (case["state"], case["lead_unit"]) == ("assigned", "housing")
    assert clocks_of(case) == clocks_of(case) | {"D7": "running", "D4": "met", "D3": "running"}
    assert clock_of(case, "D7")["due_day"] == "2026-12-01"
    answer = tried(office, case, "object", by="handler@housing")
    assert refused(answer) == (409, "designated")


def test_redirecting_before_acceptance_starts_the_unit_clocks_anew(office):
    case = done(office, at_transport(office), "redirect", "2026-09-18 10:00", by="dispatcher")
    assert case["lead_unit"] == "housing"
    assert [c["state"] for c in case["clocks"] if c["id"] == "D3"] == ["cancelled", "running"]
    # five working days from 09-18: 20, 21, 22, 23, 24
    assert clock_of(case, "D4")["due_day"] == "2026-09-24"
    case = done(office, case, "accept", by="handler@housing")
    assert refused(tried(office, case, "redirect", by="dispatcher")) == (409, "not_allowed_now")


def test_what_was_assigned_stays_assigned_when_another_unit_gets_it(office):
    case = at_transport(office, "assign")
    case = done(office, case, "redirect", "2026-09-18 10:00", by="dispatcher")
    assert (case["state"], case["report_due"]) == ("assigned", "2026-12-01")
    assert clocks_of(case)["D7"] == "running"


def test_a_unit_passes_on_to_a_body_below_its_own_only(office):
    case = at_transport(office)
    answer = tried(office, case, "pass_down", by="handler", unit="housing")
    assert refused(answer) == (409, "not_below")
    after = done(office, case, "pass_down", "2026-09-18 10:00", by="handler")
    assert (after["lead_unit"], after["state"]) == ("transport-road", "forwarded")
    assigned = done(office, at_transport(office, "assign"), "pass_down", by="handler")
    assert (assigned["state"], clocks_of(assigned)["D7"]) == ("assigned", "running")


def test_what_was_assigned_is_given_another_date_by_the_assigner_only(office):
    case = at_transport(office, "assign")
    assert tried(office, case, "set_report_due", by="handler").status_code == 403
    late = tried(office, case, "set_report_due", by="dispatcher", report_due="2026-09-16")
    assert (late.status_code, fields_of(late)) == (422, {"report_due"})
    after = done(office, case, "set_report_due", by="dispatcher", report_due="2026-12-20")
    # 2026-12-20 is a Sunday: a letter's date does not roll
    assert [(c["due_day"], c["state"]) for c in after["clocks"] if c["id"] == "D7"] == [
        ("2026-12-01", "cancelled"), ("2026-12-20", "running")
    ]  # fmt: skip
    other = tried(office, brought(office, "accepted"), "set_report_due", by="dispatcher")
    assert refused(other) == (409, "not_assigned")


def test_the_office_handles_a_case_itself_to_the_end(office):
    case = brought(office, "registered")
    for action in ("self_handle", "begin", "reply", "serve"):
        case = done(office, case, action, by="dispatcher")
        next_day(office)
    assert (case["lead_unit"], case["state"]) == ("bureau", "served")
    assert clocks_of(case) == {"D1": "met", "D5": "met", "D8": "running"}


def test_a_direct_answer_is_served_by_the_office(office):
    case = done(office, brought(office, "registered"), "answer_directly", by="dispatcher")
    assert (case["state"], clocks_of(case)) == ("replied", {"D1": "met"})
    assert done(office, case, "serve", by="dispatcher")["state"] == "served"


@pytest.mark.parametrize(
    ("action", "state"), [("file", "filed"), ("report", "reported"), ("notify", "registered")]
)
def test_other_ways_of_disposal_lie_with_the_office(office, action, state):
    case = brought(office, "registered")
    assert done(office, case, action, by="dispatcher")["state"] == state


def test_letters_on_litigation_are_passed_on_and_visitors_are_guided(office):
    letter, visit = brought(office, "registered"), brought(office, "registered", channel="visit")
    assert refused(tried(office, letter, "guide_law", by="dispatcher")) == (409, "not_a_visit")
    assert refused(tried(office, visit, "transfer_law", by="dispatcher")) == (409, "visitor")
    wrong = tried(office, letter, "transfer_law", by="dispatcher", unit="transport")
    assert refused(wrong) == (409, "not_politics_law")
    assert done(office, letter, "transfer_law", by="dispatcher")["close_reason"] == "transferred"
    assert done(office, visit, "guide_law", by="dispatcher")["close_reason"] == "guided"


def declined(office, ground, previous=None, at=None, **about):
    case = another(office, **about)
    more = {} if previous is None else {"previous_case": previous["case_id"]}
    if ground != "N4":
        more["lower_body"] = None
    return tried(office, case, "decline", at, by="dispatcher", ground=ground, **more)


def test_n1_holds_while_the_unit_is_in_time_and_not_once_it_is_late(office):
    handled = brought(office, "handling")
    assert declined(office, "N1", handled).status_code == 200
    # D5: 03-04 + 60 = 05-03, off until 05-05: 05-06
    late = declined(office, "N1", handled, "2026-05-07 00:00")
    assert refused(late) == (409, "ground_does_not_hold")
    assert late.json["basis"] == "T22 Art.19(3)"
    assert refused(declined(office, "N1"))[1] == "ground_does_not_hold"
    assert refused(declined(office, "N1", brought(office, "filed")))[1] == "ground_does_not_hold"


def test_n2_holds_within_the_period_for_review_and_during_the_review(office):
    served = brought(office, "served")
    # D8: 03-07 + 30 = 04-06, off: 04-07
    assert declined(office, "N2", served, "2026-04-07 23:59").status_code == 200
    late = declined(office, "N2", served, "2026-04-08 00:00")
    assert refused(late) == (409, "ground_does_not_hold")
    assert declined(office, "N2", brought(office, "reviewing")).status_code == 200
    assert refused(declined(office, "N2", brought(office, "handling")))[1] == "ground_does_not_hold"


def test_n4_holds_for_visits_that_skip_a_level_and_the_lower_body_is_told(office):
    at_office(office, "2026-03-02 10:00")
    assert declined(office, "N4", channel="visit").status_code == 200
    (noted,) = emitted(office.app, "case.noted.v1")
    assert (noted["data"]["kind"], noted["data"]["unit"]) == ("lower_body", "transport")
    assert refused(declined(office, "N4", channel="letter"))[1] == "ground_does_not_hold"
    case = another(office, channel="visit")
    missing = tried(office, case, "decline", by="dispatcher", lower_body=None)
    assert (refused(missing)[1], fields_of(missing)) == ("lower_body_missing", {"lower_body"})
    typo = tried(office, case, "decline", by="dispatcher", lower_body="transprot")
    assert (typo.status_code, fields_of(typo)) == (422, {"lower_body"})


def test_n7_holds_once_the_period_for_review_has_passed_where_the_office_uses_it(make_bench):
    office = units(make_bench())
    served = brought(office, "served")
    early = declined(office, "N7", served, "2026-04-07 23:59")
    assert refused(early) == (409, "ground_does_not_hold")
    assert declined(office, "N7", served, "2026-04-08 00:00").status_code == 200


def test_n7_is_a_parameter(make_bench):
    office = units(make_bench(PROCEDURE_PARAMETERS='{"lapsed_review_ends": false}'))
    served = brought(office, "served")
    answer = declined(office, "N7", served, "2026-04-08 00:00")
    assert refused(answer) == (409, "ground_does_not_hold")
    assert "参数" in answer.json["basis"]


def test_n3_no_longer_accepted_needs_a_re_review_opinion(office):
    ended, served = brought(office, "terminated"), brought(office, "served")
    case = another(office)
    no = tried(office, case, "no_longer", by="dispatcher", previous_case=served["case_id"])
    assert (refused(no), no.json["basis"]) == ((409, "no_re_review"), "T22 Art.36(3)；N3")
    after = done(office, case, "no_longer", by="dispatcher", previous_case=ended["case_id"])
    assert (after["state_name"], after["close_reason"]) == ("不再受理", "no_longer_accepted")
    (told,) = emitted(office.app, "case.declined.v1")
    assert told["data"]["ground"] == "N3"


def test_a_repeat_joins_the_open_case_and_its_petitioner_is_told_there(office):
    first = brought(office, "handling")
    again = another(office)
    after = done(office, again, "join", by="dispatcher", into=first["case_id"])
    assert (after["state"], after["merged_into"]) == ("merged", first["case_id"])
    joined = office.case(first["case_id"])
    assert joined["petition_ids"] == [*first["petition_ids"], *again["petition_ids"]]
    (told,) = emitted(office.app, "case.joined.v1")
    assert told["data"]["petition_id"] == again["petition_ids"][0]


def test_a_unit_that_was_abolished_gets_nothing(office):
    closed = {"name": "旧局", "kind": "department", "valid_to": "2026-02-28"}
    assert office.put("/v1/units/old", "admin", json=closed).status_code == 200
    answer = tried(office, brought(office, "registered"), "forward", by="dispatcher", unit="old")
    assert (answer.status_code, fields_of(answer)) == (422, {"unit"})


def test_the_case_of_a_unit_that_was_abolished_goes_on_with_its_successor(office):
    case = brought(office, "handling")
    there = tried(office, case, "succeed", by="dispatcher")
    assert (refused(there), there.json["basis"]) == ((409, "lead_exists"), "T22 Art.24(2)")
    heirs = {"valid_to": "2026-03-05", "successors": [{"unit": "housing"}]}
    gone = {"name": "交通运输局", "kind": "department"} | heirs
    road = {"name": "道路养护所", "kind": "office", "parent": "housing"}
    for code, unit in (("transport-road", road), ("transport", gone)):
        answer = office.put(f"/v1/units/{code}", "admin", json=unit)
        assert answer.status_code == 200, answer.text
    after = done(office, case, "succeed", by="dispatcher")
    assert (after["lead_unit"], after["state"], clocks_of(after)) == (
        "housing", "handling", clocks_of(case)
    )  # fmt: skip
    assert done(office, after, "reply", by="handler@housing")["state"] == "replied"


def test_a_stale_reader_is_told_what_was_done_meanwhile_and_by_whom(office):
    case = brought(office, "registered")
    done(office, case, "forward", by="dispatcher")
    answer = office.act(case, "forward", "dispatcher")
    assert (answer.status_code, answer.json["state"]) == (412, "forwarded")
    changed = answer.json["changed"]
    assert (changed["action"], changed["action_name"], changed["by"]) == (
        "forward", "转送", "dispatcher"
    )  # fmt: skip


def test_nobody_learns_from_a_version_that_somebody_is_accused(office):
    case = brought(office, "forwarded")
    done(office, case, "protect", by="leader", accused_accounts=["qian"])
    assert office.case(case["case_id"])["version"] == case["version"]
    answer = office.act(case, "accept", token=office.unit_token("handler"))
    assert (answer.status_code, answer.json["state"]) == (200, "accepted")
