"""Service, review, re-review, redo, ending: the clocks run from receipt (T22 Arts.35, 36)."""

import pytest
from casework import (
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
    refused,
    tried,
    units,
)

from routing.jobs import lapsing
from shared.testing import emitted


@pytest.fixture
def office(bench):
    return units(bench)


def lapse(office, at):
    at_office(office, at)
    lapsing.run(office.app)


def issued(office, accepted="2026-04-07 09:00", replied="2026-06-01 10:00"):
    """A case accepted and answered on these days, with nothing served."""
    day = accepted.split(" ", maxsplit=1)[0]
    at_office(office, f"{day} 08:00")
    case = done(office, office.opened(), "forward")
    for action, at in (("accept", accepted), ("begin", accepted), ("reply", replied)):
        case = done(office, case, action, at)
    return case


def served(office, day="2026-03-10"):
    """A case whose opinion was issued and received on this day."""
    case = issued(office, f"{day} 09:00", f"{day} 10:00")
    return done(office, case, "serve", f"{day} 11:00")


def test_l26_without_proof_of_service_no_period_runs_and_nothing_ends_by_itself(office):
    case = issued(office)
    lapse(office, "2026-07-10 10:00")
    case = office.case(case["case_id"])
    assert (case["state"], case["state_name"]) == ("replied", "已出具待送达")
    assert "D8" not in clocks_of(case)
    # D5: 04-07 + 60 = 06-06 Saturday: 06-08 Monday; late from 06-09
    assert (clock_of(case, "D5")["due_day"], clock_of(case, "D5")["state"]) == (
        "2026-06-08", "running"
    )  # fmt: skip
    assert clock_of(case, "D5")["due_at"] == "2026-06-08T16:00:00.000000Z"
    early = tried(office, case, "serve", "2026-07-13 15:00", by="handler",
                  method="direct", signed_by="王某", received_on="2026-05-29")  # fmt: skip
    assert (early.status_code, fields_of(early)) == (422, {"received_on"})
    after = done(office, case, "serve", "2026-07-13 16:00", by="handler")
    # 07-13 + 30 = 08-12 Wednesday
    d8 = clock_of(after, "D8")
    assert (d8["due_day"], d8["basis"], d8["state"]) == ("2026-08-12", "T22 Art.35", "running")
    assert clock_of(after, "D5")["state"] == "missed"


def test_l28_a_an_application_in_the_last_minutes_of_day_thirty_is_in_time(office):
    case = served(office)
    # 03-10 + 30 = 04-09 Thursday
    assert clock_of(case, "D8")["due_day"] == "2026-04-09"
    after = done(office, case, "ask_review", "2026-04-09 23:50")
    assert (after["state_name"], clock_of(after, "D8")["state"]) == ("复查中", "met")
    # 04-09 + 30 = 05-09, a Saturday that is worked: it stays
    assert clock_of(after, "D9")["due_day"] == "2026-05-09"


def test_l28_b_and_c_after_midnight_it_is_late_and_accepted_only_for_good_reason(office):
    case = served(office)
    lapse(office, "2026-04-10 00:05")
    case = office.case(case["case_id"])
    assert (case["state_name"], case["close_reason"]) == ("办结", "review_lapsed")
    assert case["closed_at"].startswith("2026-04-09T16:00:00")
    late = tried(office, case, "ask_review")
    assert (refused(late), late.json["basis"]) == ((409, "application_late"), "T22 Art.35")
    assert "late_review" in late.json["allowed"]
    before = tried(office, case, "accept_late_review", by="reviewer")
    assert refused(before) == (409, "no_late_application")
    case = done(office, case, "late_review", applied_on="2026-04-10")
    assert case["state"] == "closed"
    assert office.app.resources.procedure.actions["late_review"].notices == (
        "review_decline_notice",
    )
    after = done(office, case, "accept_late_review", "2026-04-20 10:00", by="reviewer")
    # D9 from receipt of the application: 04-10 + 30 = 05-10 Sunday: 05-11
    assert (after["state"], clock_of(after, "D9")["due_day"]) == ("reviewing", "2026-05-11")
    steps = office.get(f"/v1/cases/{case['case_id']}/steps", "auditor").json["items"]
    assert steps[0]["body"]["reason"] == "住院属实，理由正当"
    assert [step["action"] for step in steps[:3]] == ["accept_late_review", "late_review", "lapse"]


def test_l28_b_a_late_application_ends_the_case_even_before_the_timed_job_came(office):
    case = served(office)
    after = done(office, case, "late_review", "2026-04-10 00:05")
    assert (after["state"], after["close_reason"]) == ("closed", "review_lapsed")
    assert after["closed_at"].startswith("2026-04-09T16:00:00")
    assert len(emitted(office.app, "case.closed.v1")) == 1


def test_what_was_asked_in_time_may_still_be_written_down_after_the_period_lapsed(office):
    case = served(office)
    lapse(office, "2026-04-12 10:00")
    after = done(office, case, "ask_review", by="registrar", applied_on="2026-04-09")
    assert (after["state"], clock_of(after, "D8")["state"]) == ("reviewing", "met")
    assert (clock_of(after, "D9")["due_day"], after["closed_at"]) == ("2026-05-09", None)


def test_history_is_imported_to_a_day_before_its_period_lapsed(office):
    case = served(office)
    lapse(office, "2026-11-02 10:00")
    answer = tried(office, case, "ask_review", at="2026-04-09 23:50")
    assert answer.status_code == 200, answer.text
    earlier = tried(office, served(office), "ask_review", at="2026-03-09 10:00")
    assert (earlier.status_code, fields_of(earlier)) == (422, {"at"})


def test_an_application_in_time_is_not_registered_as_late(office):
    case = served(office)
    answer = tried(office, case, "late_review", "2026-04-09 23:00")
    assert refused(answer) == (409, "in_time")
    ahead = tried(office, case, "late_review", "2026-04-10 09:00", applied_on="2026-04-20")
    assert (ahead.status_code, fields_of(ahead)) == (422, {"applied_on"})
    assert office.case(case["case_id"])["state"] == "served"


def l31(office, action="ask_re_review"):
    """A case whose re-review was asked for on 6 July 2026."""
    case = served(office, "2026-07-03")
    if action == "ask_re_review":
        for step in ("ask_review", "decide_review", "serve_review"):
            case = done(office, case, step, "2026-07-04 10:00")
    return done(office, case, action, "2026-07-06 10:00")


def test_l31_a_hearing_in_re_review_stops_the_clock_for_the_days_it_takes(office):
    case = l31(office)
    # 07-06 + 30 = 08-05
    assert clock_of(case, "D11")["due_day"] == "2026-08-05"
    case = done(office, case, "hold_hearing", "2026-07-20 10:00", by="reviewer")
    assert (clock_of(case, "D11")["state"], case["next_due_at"]) == ("paused", None)
    case = done(office, case, "conclude_hearing", "2026-08-03 17:00", by="reviewer")
    # 07-20 to 08-03 are 14 days: 08-05 + 14 = 08-19
    d11 = clock_of(case, "D11")
    assert (d11["state"], d11["due_day"], d11["paused_days"]) == ("running", "2026-08-19", 14)
    assert "T22 Art.36(2)" in "".join(d11["log"])


def test_l31_twin_over_the_last_day_it_is_paused_and_not_missed(office):
    case = done(office, l31(office), "hold_hearing", "2026-07-30 10:00", by="reviewer")
    for day in ("2026-08-06", "2026-08-19"):
        at_office(office, f"{day} 10:00")
        shown = office.case(case["case_id"])
        assert (clock_of(shown, "D11")["state"], shown["next_due_at"]) == ("paused", None)
    case = done(office, case, "conclude_hearing", "2026-08-20 17:00", by="reviewer")
    # 07-30 to 08-20 are 21 days: 08-05 + 21 = 08-26
    assert clock_of(case, "D11")["due_day"] == "2026-08-26"


def test_l31_third_in_review_a_hearing_is_recorded_and_stops_nothing(office):
    case = l31(office, "ask_review")
    answer = tried(office, case, "hold_hearing", "2026-07-20 10:00", by="reviewer", pause=True)
    assert (refused(answer), answer.json["basis"]) == ((409, "no_pause"), "T22 Art.36(2)")
    case = done(office, case, "hold_hearing", "2026-07-20 10:00", by="reviewer")
    case = done(office, case, "conclude_hearing", "2026-08-03 17:00", by="reviewer")
    assert (clock_of(case, "D9")["due_day"], clock_of(case, "D9")["state"]) == (
        "2026-08-05", "running"
    )  # fmt: skip


def test_a_hearing_that_begins_after_the_last_day_saves_nobody(office):
    case = done(office, l31(office), "hold_hearing", "2026-08-10 10:00", by="reviewer")
    assert clock_of(case, "D11")["state"] == "running"
    case = done(office, case, "conclude_hearing", "2026-08-12 10:00", by="reviewer")
    case = done(office, case, "decide_re_review", by="reviewer")
    assert clocks_of(case)["D11"] == "missed"
    other = tried(office, l31(office), "hold_hearing", by="reviewer", notice_on="2026-07-01")
    assert (other.status_code, fields_of(other)) == (422, {"notice_on"})


def test_where_hearings_do_not_pause_the_clock_runs_on(make_bench):
    office = units(make_bench(PROCEDURE_PARAMETERS='{"hearing_pauses": false}'))
    case = done(office, l31(office), "hold_hearing", "2026-07-20 10:00", by="reviewer")
    assert clocks_of(case)["D11"] == "running"


# D9: applied 08-31 + 30 = 09-30, worked. D10: served 09-01 + 30 = 10-01, off until 10-07: 10-08.
# D11: applied 09-07 + 30 = 10-07, off: 10-08.
def test_the_clocks_of_review_and_re_review_roll_over_national_day(office):
    case = done(office, served(office, "2026-08-28"), "ask_review", "2026-08-31 10:00")
    assert clock_of(case, "D9")["due_day"] == "2026-09-30"
    case = done(office, case, "decide_review", "2026-09-01 10:00", by="reviewer")
    case = done(office, case, "serve_review", "2026-09-01 11:00", by="reviewer")
    assert clock_of(case, "D10")["due_day"] == "2026-10-08"
    case = done(office, case, "ask_re_review", "2026-09-07 10:00", by="registrar")
    assert clock_of(case, "D11")["due_day"] == "2026-10-08"
    case = done(office, case, "decide_re_review", "2026-10-08 23:59", by="wu=reviewer")
    assert clocks_of(case)["D11"] == "met"


PROOFS = [
    ({"method": "direct", "received_on": "2026-03-12", "signed_by": "王某"}, "2026-03-12"),
    ({"method": "family", "received_on": "2026-03-12", "signed_by": "王某某", "relation": "父"},
     "2026-03-12"),
    ({"method": "agent", "received_on": "2026-03-12", "signed_by": "律师陈某"}, "2026-03-12"),
    ({"method": "post", "tracking_no": "XA1", "received_on": "2026-03-14"}, "2026-03-14"),
    ({"method": "left", "received_on": "2026-03-12", "witnesses": ["甲", "乙"]}, "2026-03-12"),
    ({"method": "left", "received_on": "2026-03-12", "video": "光盘1"}, "2026-03-12"),
    ({"method": "electronic", "consent_on": "2026-03-10", "sent_on": "2026-03-12"}, "2026-03-12"),
    ({"method": "notice", "published_on": "2026-03-16", "published_in": "区报"}, "2026-04-15"),
]  # fmt: skip


@pytest.mark.parametrize(("proof", "day"), PROOFS, ids=lambda x: str(x)[:24])
def test_each_way_of_service_has_its_proof_and_its_day(office, proof, day):
    case = issued(office, "2026-03-10 09:00", "2026-03-10 10:00")
    after = done(office, case, "serve", "2026-04-15 10:00", by="handler", **proof)
    assert after["facts"]["service"] == {"method": proof["method"], "served_on": day}
    assert after["service_method"] == proof["method"]
    for name in set(proof) - {"method"}:
        case = issued(office, "2026-03-10 09:00", "2026-03-10 10:00")
        answer = tried(office, case, "serve", "2026-04-15 10:00", by="handler",
                       **{n: v for n, v in proof.items() if n != name})  # fmt: skip
        assert answer.status_code == 422, name
        assert answer.json["basis"] == "T22 Art.35；TCP 87-95（类推）"


@pytest.mark.parametrize(
    ("proof", "field"),
    [
        ({"method": "left", "received_on": "2026-03-12", "witnesses": ["甲"]}, "witnesses"),
        ({"method": "electronic", "sent_on": "2026-03-12"}, "consent_on"),
        ({"method": "electronic", "consent_on": "2026-03-13", "sent_on": "2026-03-12"},
         "consent_on"),
        ({"method": "post", "received_on": "2026-03-14"}, "tracking_no"),
        ({"method": "direct", "received_on": "2026-03-09", "signed_by": "王某"}, "received_on"),
        ({"method": "direct", "received_on": "2026-12-01", "signed_by": "王某"}, "received_on"),
        # 03-17 + 30 = 04-16: the notice still runs on 04-15
        ({"method": "notice", "published_on": "2026-03-17", "published_in": "区报"},
         "published_on"),
    ],
    ids=str,
)  # fmt: skip
def test_service_without_its_proof_is_refused_by_field(office, proof, field):
    case = issued(office, "2026-03-10 09:00", "2026-03-10 10:00")
    answer = tried(office, case, "serve", "2026-04-15 10:00", by="handler", **proof)
    assert (answer.status_code, fields_of(answer)) == (422, {field})
    assert office.case(case["case_id"])["state"] == "replied"


def test_the_days_of_a_public_notice_are_a_parameter(make_bench):
    office = units(make_bench(PROCEDURE_PARAMETERS='{"notice_days": 60}'))
    case = issued(office, "2026-03-10 09:00", "2026-03-10 10:00")
    answer = tried(office, case, "serve", "2026-04-15 10:00", by="handler", **PROOFS[-1][0])
    assert (answer.status_code, fields_of(answer)) == (422, {"published_on"})


def test_the_answer_may_count_when_it_is_issued(make_bench):
    office = units(make_bench(PROCEDURE_PARAMETERS='{"answer_met_by": "reply"}'))
    assert clocks_of(issued(office))["D5"] == "met"


def redone(office, level="review"):
    """A case that a review, or a re-review, has ordered to be done anew."""
    case = brought(office, "reviewing" if level == "review" else "re_reviewing")
    case = done(office, case, f"decide_{level}", decision="annul", redo_due="2026-05-20")
    next_day(office)
    return done(office, case, f"serve_{level}", by="reviewer")


@pytest.mark.parametrize("level", ["review", "re_review"])
def test_a_redo_has_its_date_and_may_not_repeat_the_opinion(office, level):
    case = redone(office, level)
    assert (case["state"], clock_of(case, "DR")["due_day"]) == ("handling", "2026-05-20")
    for text in (OPINION, f"{OPINION}特此答复。"):
        answer = tried(office, case, "reply", by="handler", text=text)
        assert (refused(answer), fields_of(answer)) == ((409, "same_opinion"), {"text"})
    other = f"经重新调查，原线路走向不合理，现改线并增设夜班车，七月一日起执行。{REMEDY}"
    case = done(office, case, "reply", by="handler", text=other)
    case = done(office, case, "serve", by="handler")
    assert (clocks_of(case)["DR"], clocks_of(case)["D8"]) == ("met", "running")
    lapse(office, clock_of(case, "D8")["due_day"] + " 23:59")
    assert office.case(case["case_id"])["state"] == "served"
    assert tried(office, case, "ask_re_review", by="registrar").status_code == 409
    again = done(office, case, "ask_review", by="registrar")
    assert again["state"] == "reviewing"


def test_an_order_to_redo_needs_a_date_ahead_and_nothing_else_has_one(office):
    case = brought(office, "reviewing")
    for body in ({"decision": "redo"}, {"decision": "uphold", "redo_due": "2026-05-20"},
                 {"decision": "annul", "redo_due": "2026-03-09"}):  # fmt: skip
        answer = tried(office, case, "decide_review", by="reviewer", **body)
        assert (answer.status_code, fields_of(answer)) == (422, {"redo_due"})


def test_nobody_decides_on_an_opinion_of_their_own(office):
    case = brought(office, "handling")
    case = done(office, case, "reply", by="li=handler")
    for step in ("serve", "ask_review"):
        case = done(office, case, step)
    own = tried(office, case, "decide_review", by="li=reviewer")
    assert (refused(own), own.json["code"]) == ((409, "own_opinion"), "own_opinion")
    case = done(office, case, "decide_review", by="sun=reviewer")
    for step in ("serve_review", "ask_re_review"):
        case = done(office, case, step)
    assert refused(tried(office, case, "decide_re_review", by="sun=reviewer"))[1] == "own_opinion"
    assert done(office, case, "decide_re_review", by="wu=reviewer")["state"] == "re_review_decided"


@pytest.mark.parametrize(
    ("action", "state", "own"),
    [("ask_review", "served", "transport"), ("ask_re_review", "review_served", "government")],
)
def test_the_reviewing_body_is_not_the_one_whose_opinion_it_is(office, action, state, own):
    case = brought(office, state)
    answer = tried(office, case, action, by="registrar", body_unit=own)
    assert (refused(answer), fields_of(answer)) == ((409, "own_opinion"), {"body_unit"})
    typo = tried(office, case, action, by="registrar", body_unit="nowhere")
    assert (typo.status_code, fields_of(typo)) == (422, {"body_unit"})


def test_the_file_is_called_for_and_delivered_by_the_unit(office):
    case = brought(office, "reviewing")
    assert refused(tried(office, case, "deliver_file", by="handler"))[1] == "not_called"
    case = done(office, case, "call_file", by="reviewer", due="2026-03-14")
    # 03-14 is a Saturday: a letter's date does not roll
    assert clock_of(case, "DC")["due_day"] == "2026-03-14"
    token = badge(office, "handler")
    shown = office.get(f"/v1/cases/{case['case_id']}", token=token).json
    assert shown["allowed"] == ["deliver_file", "withdraw"] or "deliver_file" in shown["allowed"]
    case = done(office, case, "deliver_file", "2026-03-15 10:00", by="handler")
    assert clocks_of(case)["DC"] == "missed"
