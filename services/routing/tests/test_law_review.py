"""Dated law cases of service, review, re-review, hearing, lapse, archive and late application."""

import pytest
from casework import (
    OPINION,
    REMEDY,
    at_office,
    clock_of,
    clocks_of,
    done,
    fields_of,
    refused,
    tried,
    units,
)

from routing.jobs import lapsing


@pytest.fixture
def office(bench):
    return units(bench)


def issued(office, day="2026-03-10"):
    """An opinion issued on this day, nothing served."""
    at_office(office, f"{day} 08:00")
    case = office.opened()
    for action in ("forward", "accept", "begin", "reply"):
        case = done(office, case, action, f"{day} 09:00")
    return case


def served(office, day="2026-03-10"):
    return done(office, issued(office, day), "serve", f"{day} 11:00")


def lapsed(office, at):
    at_office(office, at)
    lapsing.run(office.app)


def re_reviewed(office, applied):
    """A case of which re-review was asked for on this day."""
    case = served(office, applied)
    for action in ("ask_review", "decide_review", "serve_review", "ask_re_review"):
        case = done(office, case, action, f"{applied} 15:00")
    return case


# ---- service (T22 Art.35 收到书面答复之日; TCP 87-95 by analogy)


@pytest.mark.parametrize(
    ("proof", "served_on", "due"),
    [
        # 03-14 is a Saturday; 03-14 + 30 = 04-13
        ({"method": "post", "tracking_no": "XA1", "sent_on": "2026-03-11",
          "received_on": "2026-03-14"}, "2026-03-14", "2026-04-13"),
        # published 02-15 in Spring Festival is before the opinion: 03-11 + 30 = 04-10; + 30 = 05-10
        # Sunday: 05-11
        ({"method": "notice", "published_on": "2026-03-11", "published_in": "区报"},
         "2026-04-10", "2026-05-11"),
        ({"method": "left", "received_on": "2026-03-12", "witnesses": ["甲", "乙"]},
         "2026-03-12", "2026-04-13"),
        ({"method": "electronic", "consent_on": "2026-03-02", "sent_on": "2026-03-10"},
         "2026-03-10", "2026-04-09"),
    ],
    ids=lambda x: x["method"] if isinstance(x, dict) else x,
)  # fmt: skip
def test_the_period_for_review_runs_from_the_day_that_the_proof_shows(
    office, proof, served_on, due
):
    case = done(office, issued(office), "serve", "2026-04-12 10:00", by="handler", **proof)
    assert case["facts"]["service"]["served_on"] == served_on
    assert clock_of(case, "D8")["due_day"] == due


@pytest.mark.parametrize(
    ("proof", "field"),
    [
        ({"method": "post", "tracking_no": "XA1", "sent_on": "2026-03-09",
          "received_on": "2026-03-14"}, "sent_on"),
        ({"method": "post", "tracking_no": "XA1", "sent_on": "2026-03-15",
          "received_on": "2026-03-14"}, "received_on"),
        ({"method": "left", "received_on": "2026-03-12", "witnesses": ["甲", "甲 "]}, "witnesses"),
        ({"method": "family", "received_on": "2026-03-12", "signed_by": "王某某"}, "relation"),
        ({"method": "direct", "received_on": "2026-03-21", "signed_by": "王某"}, "received_on"),
    ],
    ids=str,
)  # fmt: skip
def test_a_proof_that_cannot_be_is_refused_by_field(office, proof, field):
    case = issued(office)
    answer = tried(office, case, "serve", "2026-03-20 10:00", by="handler", **proof)
    assert (answer.status_code, fields_of(answer)) == (422, {field})
    assert "D8" not in clocks_of(office.case(case["case_id"]))


def test_an_answer_issued_in_time_and_received_late_is_late(office):
    # accepted 03-10, day 60 Sat 05-09 worked; issued 03-10, received 05-10
    case = done(office, issued(office), "serve", "2026-05-10 10:00", by="handler")
    assert clocks_of(case)["D5"] == "missed"
    in_time = done(office, issued(office), "serve", "2026-05-10 10:00", by="handler",
                   method="direct", signed_by="王某", received_on="2026-05-09")  # fmt: skip
    assert clocks_of(in_time)["D5"] == "met"


# ---- applications (T22 Arts.35, 36)


def test_nobody_asks_for_review_before_they_have_the_answer(office):
    case = served(office)
    answer = tried(office, case, "ask_review", "2026-03-20 10:00", by="registrar",
                   applied_on="2026-03-09")  # fmt: skip
    assert (answer.status_code, fields_of(answer)) == (422, {"applied_on"})
    assert "2026-03-10" in answer.text
    for action in ("ask_review", "decide_review", "serve_review"):
        case = done(office, case, action, "2026-03-20 10:00")
    again = tried(office, case, "ask_re_review", by="registrar", applied_on="2026-03-19")
    assert (again.status_code, fields_of(again)) == (422, {"applied_on"})


def test_what_was_asked_in_time_opens_the_review_though_the_case_was_archived_meanwhile(office):
    case = done(office, served(office), "close", by="handler")
    # 03-10 + 30 = 04-09
    case = done(office, case, "archive", "2026-04-10 09:00", by="dispatcher")
    case = done(office, case, "ask_review", "2026-04-10 10:00", by="registrar",
                applied_on="2026-04-09")  # fmt: skip
    # D9 04-09 + 30 = Sat 05-09, worked
    assert (case["state"], clocks_of(case)["D8"]) == ("reviewing", "met")
    assert (clock_of(case, "D9")["due_day"], case["closed_at"]) == ("2026-05-09", None)


def test_a_late_application_for_good_reason_opens_an_archived_case(office):
    case = served(office)
    lapsed(office, "2026-04-10 00:05")
    case = done(office, case, "archive", "2026-04-20 09:00", by="dispatcher")
    late = tried(office, case, "ask_review", "2026-04-24 10:00", by="registrar",
                 applied_on="2026-04-24")  # fmt: skip
    assert refused(late) == (409, "application_late")
    case = done(office, case, "late_review", by="registrar", applied_on="2026-04-24")
    assert case["state"] == "archived"
    case = done(office, case, "accept_late_review", "2026-04-27 10:00", by="reviewer")
    # from the application's receipt: 04-24 + 30 = Sun 05-24: 05-25
    assert (case["state"], clock_of(case, "D9")["due_day"]) == ("reviewing", "2026-05-25")


def test_nothing_is_asked_for_in_an_archived_case_that_re_review_has_ended(office):
    case = re_reviewed(office, "2026-03-10")
    for action in ("decide_re_review", "serve_re_review", "archive"):
        case = done(office, case, action, "2026-03-20 10:00")
    for action in ("ask_review", "ask_re_review", "late_review"):
        answer = tried(office, case, action, "2026-03-21 10:00")
        assert (refused(answer), answer.json["basis"]) == ((409, "terminated"), "T22 Art.36(3)")


def test_who_withdrew_has_no_opinion_that_could_be_reviewed(office):
    case = done(office, served(office), "withdraw", "2026-03-11 10:00", by="registrar")
    case = done(office, case, "archive", by="dispatcher")
    assert refused(tried(office, case, "ask_review", by="registrar")) == (409, "no_review")


def test_day_thirty_one_after_a_review_opinion_in_national_day_week(office):
    case = served(office, "2026-08-28")
    for action in ("ask_review", "decide_review", "serve_review"):
        case = done(office, case, action, "2026-09-02 10:00")
    # 09-02 + 30 = 10-02, off until 10-07: 10-08
    lapsed(office, "2026-10-08 23:59")
    assert office.case(case["case_id"])["state"] == "review_served"
    lapsed(office, "2026-10-09 00:00")
    case = office.case(case["case_id"])
    assert (case["state"], case["close_reason"]) == ("closed", "review_lapsed")
    assert case["closed_at"].startswith("2026-10-08T16:00:00")
    late = tried(office, case, "ask_re_review", by="registrar")
    assert (refused(late), late.json["basis"]) == ((409, "application_late"), "T22 Art.36")
    case = done(office, case, "late_review", by="registrar")
    wrong = tried(office, case, "accept_late_review", by="reviewer")
    assert refused(wrong) == (409, "no_late_application")
    case = done(office, case, "accept_late_re_review", by="reviewer")
    # 10-09 + 30 = Sun 11-08: 11-09
    assert (case["state"], clock_of(case, "D11")["due_day"]) == ("re_reviewing", "2026-11-09")


# ---- hearing in re-review (T22 Art.36(2))


def test_two_hearings_are_both_left_out(office):
    # 07-06 + 30 = 08-05; 07-13..07-17 are 4 days, 07-27..08-03 are 7: 08-16 Sunday: 08-17
    case = re_reviewed(office, "2026-07-06")
    for begun, over in (("2026-07-13", "2026-07-17"), ("2026-07-27", "2026-08-03")):
        case = done(office, case, "hold_hearing", f"{begun} 10:00", by="reviewer")
        case = done(office, case, "conclude_hearing", f"{over} 17:00", by="reviewer")
    d11 = clock_of(case, "D11")
    assert (d11["paused_days"], d11["nominal_day"], d11["due_day"]) == (
        11, "2026-08-16", "2026-08-17"
    )  # fmt: skip


def test_a_hearing_called_on_the_rolled_last_day_does_not_use_the_term_up(office):
    # 07-09 + 30 = Sat 08-08: Mon 08-10. Notice on 08-10, over on Fri 08-14: 4 days on from the
    # last day, 08-10 + 4 = 08-14
    case = re_reviewed(office, "2026-07-09")
    assert clock_of(case, "D11")["due_day"] == "2026-08-10"
    case = done(office, case, "hold_hearing", "2026-08-10 10:00", by="reviewer")
    case = done(office, case, "conclude_hearing", "2026-08-14 10:00", by="reviewer")
    assert clock_of(case, "D11")["due_day"] == "2026-08-14"
    case = done(office, case, "decide_re_review", "2026-08-14 17:00", by="reviewer")
    assert clocks_of(case)["D11"] == "met"


def test_a_hearing_written_down_after_the_term_counts_from_its_notice(office):
    case = re_reviewed(office, "2026-07-06")
    case = done(office, case, "hold_hearing", "2026-08-10 10:00", by="reviewer",
                notice_on="2026-08-03")  # fmt: skip
    assert clocks_of(case)["D11"] == "paused"
    case = done(office, case, "conclude_hearing", by="reviewer", concluded_on="2026-08-07")
    # 08-05 + 4 = Sun 08-09: 08-10
    assert (clock_of(case, "D11")["paused_days"], clock_of(case, "D11")["due_day"]) == (
        4, "2026-08-10"
    )  # fmt: skip


@pytest.mark.parametrize(("state", "by"), [("handling", "handler"), ("reviewing", "reviewer")])
def test_a_hearing_is_not_older_than_the_stage_that_it_belongs_to(office, state, by):
    if state == "reviewing":
        case = done(office, served(office), "ask_review", "2026-03-16 10:00")
    else:
        at_office(office, "2026-03-16 08:00")
        case = office.opened()
        for action in ("forward", "accept", "begin"):
            case = done(office, case, action)
    answer = tried(office, case, "hold_hearing", "2026-03-20 10:00", by=by, notice_on="2026-03-15")
    assert (answer.status_code, fields_of(answer)) == (422, {"notice_on"})
    assert "2026-03-16" in answer.text


# ---- redo (TBJ 50, TSD 45) with its own date, then the whole ladder again


def test_a_redo_is_served_by_its_date_and_has_its_own_period_for_review(office):
    case = done(office, served(office), "ask_review", "2026-03-20 10:00", by="registrar")
    # 03-20 + 30 = Sun 04-19: 04-20
    assert clock_of(case, "D9")["due_day"] == "2026-04-20"
    case = done(office, case, "decide_review", "2026-04-20 23:00", by="reviewer", decision="annul",
                redo_due="2026-05-10")  # fmt: skip
    assert clocks_of(case)["D9"] == "met"
    case = done(office, case, "serve_review", "2026-04-21 10:00", by="reviewer")
    # 05-10 is a Sunday: a letter's date does not roll
    assert (clock_of(case, "DR")["due_day"], "D10" in clocks_of(case)) == ("2026-05-10", False)
    same = tried(office, case, "reply", "2026-05-08 10:00", by="handler", text=OPINION)
    assert refused(same) == (409, "same_opinion")
    other = f"经重新调查，原线路走向不合理，现改线并增设夜班车，七月一日起执行。{REMEDY}"
    case = done(office, case, "reply", "2026-05-08 11:00", by="handler", text=other)
    case = done(office, case, "serve", "2026-05-11 10:00", by="handler")
    # served a day after its date; 05-11 + 30 = 06-10
    assert (clocks_of(case)["DR"], clock_of(case, "D8")["due_day"]) == ("missed", "2026-06-10")
    case = done(office, case, "ask_review", "2026-06-10 23:59", by="registrar")
    assert clock_of(case, "D9")["due_day"] == "2026-07-10"


# ---- the written reply to who applied (T22 Art.35 并予以书面答复)


def decided(office, day):
    """A review asked for on 10 April and decided on this day: due on 10 May, a Sunday: 11 May."""
    case = served(office, "2026-03-13")
    case = done(office, case, "ask_review", "2026-04-10 15:00")
    return done(office, case, "decide_review", f"{day} 15:00")


@pytest.mark.parametrize(("day", "state"), [("2026-05-11", "met"), ("2026-05-12", "missed")])
def test_a_review_opinion_is_served_within_the_thirty_days_too(office, day, state):
    case = decided(office, "2026-05-06")
    assert (clock_of(case, "D9")["state"], clock_of(case, "D9c")["state"]) == ("met", "running")
    assert (clock_of(case, "D9c")["due_day"], clock_of(case, "D9c")["basis"]) == (
        "2026-05-11", "T22 Art.35（书面答复）"
    )  # fmt: skip
    after = done(office, case, "serve_review", f"{day} 10:00")
    assert clock_of(after, "D9c")["state"] == state


def test_an_opinion_decided_late_is_late_to_be_served_from_the_start(office):
    case = decided(office, "2026-05-12")
    assert clock_of(case, "D9")["state"] == "missed"
    assert clock_of(case, "D9c")["due_day"] == "2026-05-11"


def test_a_re_review_opinion_is_served_by_the_day_that_a_hearing_has_moved(office):
    case = re_reviewed(office, "2026-07-06")
    case = done(office, case, "hold_hearing", "2026-07-20 09:00")
    case = done(office, case, "conclude_hearing", "2026-08-03 17:00")
    case = done(office, case, "decide_re_review", "2026-08-18 09:00")
    assert clock_of(case, "D11c")["due_day"] == "2026-08-19"


def test_an_office_may_leave_service_of_review_opinions_unclocked(make_bench):
    office = units(make_bench(PROCEDURE_PARAMETERS='{"review_service_in_time": false}'))
    assert "D9c" not in clocks_of(decided(office, "2026-05-06"))


# ---- an application by post (TCP 85 by analogy: what was posted in time is in time)


def test_an_application_posted_on_day_30_is_in_time_and_its_clock_runs_from_receipt(office):
    case = served(office)
    # 03-10 + 30 = 04-09; received on 04-13: + 30 = 05-13
    case = done(office, case, "ask_review", "2026-04-13 09:00", by="registrar",
                applied_on="2026-04-13", mailed_on="2026-04-09")  # fmt: skip
    assert (clock_of(case, "D8")["state"], clock_of(case, "D9")["due_day"]) == ("met", "2026-05-13")


def test_a_case_that_lapsed_meanwhile_is_opened_by_what_was_posted_in_time(office):
    case = served(office)
    lapsed(office, "2026-04-10 01:00")
    assert office.case(case["case_id"])["state"] == "closed"
    case = done(office, office.case(case["case_id"]), "ask_review", "2026-04-13 09:00",
                by="registrar", applied_on="2026-04-13", mailed_on="2026-04-09")  # fmt: skip
    assert (case["state"], clock_of(case, "D8")["state"]) == ("reviewing", "met")


@pytest.mark.parametrize(
    ("mailed", "answer"),
    [
        ("2026-04-10", (409, "application_late", {"applied_on"})),
        ("2026-04-14", (422, "invalid", {"mailed_on"})),
        ("2026-03-09", (422, "invalid", {"mailed_on"})),
    ],
)
def test_a_postmark_after_day_30_after_receipt_or_before_service_does_not_help(
    office, mailed, answer
):
    case = served(office)
    got = tried(office, case, "ask_review", "2026-04-13 09:00", by="registrar",
                applied_on="2026-04-13", mailed_on=mailed)  # fmt: skip
    assert (got.status_code, got.json["code"], fields_of(got)) == answer


def test_an_office_may_count_the_day_of_receipt_alone(make_bench):
    office = units(make_bench(PROCEDURE_PARAMETERS='{"postmark_counts": false}'))
    got = tried(office, served(office), "ask_review", "2026-04-13 09:00", by="registrar",
                applied_on="2026-04-13", mailed_on="2026-04-09")  # fmt: skip
    assert refused(got) == (409, "application_late")
