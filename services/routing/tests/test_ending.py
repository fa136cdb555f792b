"""Ending: by lapse, by report, by termination; archived only when nothing runs; opened anew."""

import pytest
import sqlalchemy as sa
from casework import (
    at_office,
    brought,
    clock_of,
    clocks_of,
    done,
    refused,
    tried,
    units,
)

from routing import models
from routing.domain.review_window import NEVER
from routing.jobs import lapsing
from routing.use_cases.lapsing import lapse_cases
from shared.testing import emitted


@pytest.fixture
def office(bench):
    return units(bench)


def lapse(office, at):
    at_office(office, at)
    lapsing.run(office.app)


def served(office):
    """A case whose opinion was issued and received on 10 March 2026."""
    at_office(office, "2026-03-10 08:00")
    case = office.opened()
    for action in ("forward", "accept", "begin", "reply", "serve"):
        case = done(office, case, action)
    return case


def test_after_re_review_the_matter_is_ended_filed_and_archived(office):
    case = brought(office, "terminated")
    assert (case["state_name"], case["close_reason"]) == ("已终结", "terminated")
    for action in ("reopen", "ask_review", "ask_re_review", "reply"):
        assert refused(tried(office, case, action))[1] == "not_allowed_now"
    case = done(office, case, "file_termination", by="dispatcher")
    assert done(office, case, "archive", by="dispatcher")["state_name"] == "已归档"


def test_nothing_is_archived_while_the_period_for_review_runs(office):
    case = done(office, served(office), "close", by="handler", reason="served")
    assert clocks_of(case)["D8"] == "running"
    early = tried(office, case, "archive", "2026-04-09 23:59", by="dispatcher")
    assert refused(early) == (409, "review_period")
    assert "2026-04-09" in early.json["detail"]
    assert done(office, case, "archive", "2026-04-10 00:00", by="dispatcher")["state"] == "archived"


def test_who_closes_a_case_early_takes_nobodys_right_to_review(office):
    case = done(office, served(office), "close", by="handler", reason="served")
    after = done(office, case, "ask_review", "2026-04-09 10:00", by="registrar")
    assert (after["state"], after["closed_at"]) == ("reviewing", None)


def test_review_may_be_asked_for_while_the_report_waits_and_the_report_comes_after(office):
    case = done(office, brought(office, "report_review"), "ask_review", by="registrar")
    for action in ("decide_review", "serve_review"):
        case = done(office, case, action, by="reviewer")
    assert refused(tried(office, case, "close", by="handler"))[1] == "report_open"
    case = done(office, case, "report_back", by="handler")
    assert done(office, case, "approve_report", by="dispatcher")["state"] == "closed"
    assert clocks_of(office.case(case["case_id"]))["D10"] == "running"


def test_the_timed_job_ends_cases_in_batches_and_once_however_often_it_runs(office):
    cases = [served(office) for _ in range(5)]
    at_office(office, "2026-04-10 00:01")
    resources, now = office.app.resources, office.app.clock.now()

    def batch(after):
        with office.app.db.write() as session:
            return lapse_cases(session, now=now, after=after, most=2, resources=resources)

    first, after = batch(0)
    assert (first, after is not None) == (2, True)
    # killed here: what it had done stays done, and it begins again from the first case
    lapsing.run(office.app)
    lapsing.run(office.app)
    assert {office.case(case["case_id"])["state"] for case in cases} == {"closed"}
    assert len(emitted(office.app, "case.closed.v1")) == 5
    assert {e["time"] for e in emitted(office.app, "case.closed.v1")} == {
        "2026-04-09T16:00:00.000000Z"
    }


def test_a_case_that_an_earlier_release_has_served_ends_too(any_bench):
    office = units(any_bench)
    cases = [served(office) for _ in range(3)]
    unknown = sa.update(models.cases).values(wait_ends_at=None)
    with office.app.db.write() as session:
        session.execute(unknown)
    lapse(office, "2026-04-09 23:59")
    assert {office.case(case["case_id"])["state"] for case in cases} == {"served"}
    lapse(office, "2026-04-10 00:05")
    assert {office.case(case["case_id"])["state"] for case in cases} == {"closed"}


def test_what_has_no_review_waits_without_being_looked_at_again_and_again(office):
    case = brought(office, "studying")
    case = done(office, done(office, case, "reply", outcome=None), "serve")
    lapse(office, "2026-06-01 10:00")
    with office.app.db.read() as session:
        known = sa.select(models.cases.c.state, models.cases.c.wait_ends_at)
        state, end = session.execute(known.where(models.cases.c.case_id == case["case_id"])).one()
    assert (state, end) == ("served", NEVER)


def test_joining_splitting_review_and_lapse_hold_on_each_kind_of_database(any_bench):
    office = units(any_bench)
    main = brought(office, "handling")
    first, second = served(office), served(office)
    third = done(office, office.opened(), "join", into=main["case_id"])
    assert done(office, third, "unmerge")["state"] == "registered"
    at_office(office, "2026-03-20 10:00")
    split = done(office, office.opened(), "split")
    assert split["version"] == 3
    reviewed = done(office, first, "ask_review", "2026-04-09 23:50", by="registrar")
    assert reviewed["state"] == "reviewing"
    lapse(office, "2026-04-10 00:05")
    assert office.case(second["case_id"])["close_reason"] == "review_lapsed"
    assert office.case(first["case_id"])["state"] == "reviewing"
    assert tried(office, second, "ask_review", at="2026-04-09 23:00").status_code == 200


def test_a_job_that_fails_in_a_batch_leaves_nothing_of_it(office):
    case = served(office)
    at_office(office, "2026-04-10 00:01")
    with pytest.raises(KeyboardInterrupt), office.app.db.write() as session:
        found = lapse_cases(
            session, now=office.app.clock.now(), after=0, most=9, resources=office.app.resources
        )
        assert found == (1, None)
        raise KeyboardInterrupt
    assert office.case(case["case_id"])["state"] == "served"
    assert not emitted(office.app, "case.closed.v1")


def test_where_the_office_does_not_end_lapsed_cases_they_stay(make_bench):
    office = units(make_bench(PROCEDURE_PARAMETERS='{"lapsed_review_ends": false}'))
    case = served(office)
    lapse(office, "2026-06-01 10:00")
    assert office.case(case["case_id"])["state"] == "served"


def test_a_case_that_was_assigned_does_not_end_without_its_report(office):
    case = brought(office, "report_review")
    lapse(office, "2026-06-01 10:00")
    assert office.case(case["case_id"])["state"] == "report_review"


def test_reopening_gives_a_new_d1_from_that_day(office):
    case = brought(office, "closed")
    after = done(office, case, "reopen", "2026-09-16 10:00", by="dispatcher")
    # 09-16 + 15 = 10-01, off: 10-08
    assert (after["state"], clock_of(after, "D1")["due_day"]) == ("registered", "2026-10-08")
    assert (after["lead_unit"], after["closed_at"], clocks_of(after)["D8"]) == (
        None, None, "expired"
    )  # fmt: skip
    for action in ("forward", "accept", "begin"):
        after = done(office, after, action)
    assert done(office, after, "extend", by="unit_head")["state"] == "extended"
