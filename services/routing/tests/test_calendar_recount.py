"""After a change of the calendar the clocks of open cases are counted again, batch by batch."""

import datetime as dt
import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa

from routing import models
from routing.domain import calendar as domain
from routing.domain.calendar import SEED
from routing.domain.counting import Length, count
from routing.domain.recount import recomputed
from routing.jobs import JOBS
from routing.jobs import recompute as job
from routing.models import calendar as tables
from shared.clock import OFFICE_TZ, day_ends, wire
from shared.testing import emitted

NOTICE_2027 = """day,kind,name
2027-01-01,off,元旦
2027-02-05,off,春节
2027-02-06,off,春节
2027-02-07,off,春节
2027-02-08,off,春节
2027-02-14,worked,春节
2027-10-01,off,国庆节
"""
"""Made up: the State Council has not issued it."""
KNOWN_2027 = SEED.with_notice(
    2027,
    {dt.date(2027, 1, 1): False, dt.date(2027, 2, 5): False, dt.date(2027, 2, 8): False},
    full=True,
)


def made(start, *, calendar=SEED, base=None, roll=True, paused=0, state="running", **length):
    """A clock as it was counted by `calendar`."""
    first = dt.date.fromisoformat(start)
    counted = count(
        dt.date.fromisoformat(base or start),
        Length(**length),
        calendar=calendar,
        roll=roll,
        paused_days=paused,
    )
    return {
        "id": "D5",
        "name": "办结并书面答复",
        "basis": "T22 Art.34",
        "kind": "duty",
        "start": wire(dt.datetime.combine(first, dt.time(9), OFFICE_TZ)),
        "nominal_day": counted.nominal.isoformat(),
        "due_day": counted.due.isoformat(),
        "due_at": wire(day_ends(counted.due)),
        "state": state,
        "settled_at": None,
        "provisional": counted.provisional,
        "length": length,
        "roll": roll,
        "paused_days": paused,
        "base_day": base or start,
        "log": list(counted.log),
    }


def letter(due):
    made_of_days = made("2026-12-01", days=15)
    day = dt.date.fromisoformat(due)
    dates = {"nominal_day": due, "due_day": due, "due_at": wire(day_ends(day))}
    return made_of_days | dates | {"length": None, "roll": False, "provisional": True}


def with_clocks(bench, *clocks):
    """A new case that has these clocks."""
    case = bench.opened()
    table = models.cases
    with bench.app.db.write() as session:
        session.execute(
            sa.update(table).where(table.c.case_id == case["case_id"]).values(clocks=list(clocks))
        )
    return case


def stored(bench, case):
    table = models.cases
    with bench.app.db.read() as session:
        return session.execute(sa.select(table).where(table.c.case_id == case["case_id"])).one()


def due_days(bench, *cases):
    return [clock["due_day"] for case in cases for clock in stored(bench, case).clocks]


def put(bench, **body):
    answer = bench.put("/v1/calendar/2027", "admin", json={"csv": NOTICE_2027} | body)
    assert answer.status_code == 200, answer.text
    return answer.json


def recount_of(bench):
    return bench.get("/v1/calendar/2027", "handler").json["recount"]


def recompute(bench):
    """Both passes."""
    job.recompute(bench.app)
    bench.app.clock.advance(minutes=3)
    job.recompute(bench.app)


ON_A_FRIDAY_OFF = dict(start="2026-12-07", days=60)
"""Its sixtieth day is 2027-02-05, a Friday that the notice makes a holiday."""


def test_a_running_clock_moves_with_the_notice_and_says_why():
    before = made(**ON_A_FRIDAY_OFF)
    after = recomputed(before, KNOWN_2027)
    assert (before["due_day"], before["provisional"]) == ("2027-02-05", True)
    assert (after["nominal_day"], after["due_day"]) == ("2027-02-05", "2027-02-09")
    assert after["due_at"] == "2027-02-09T16:00:00.000000Z"
    assert after["provisional"] is False
    assert after["log"] == [
        *before["log"],
        "放假安排公布，重新计算：2026-12-07 + 60 日 = 2027-02-05（TCC 201）；"
        "2027-02-05 为休息日，顺延至 2027-02-09（TCC 203）；"
        "到期日由 2027-02-05 改为 2027-02-09",
    ]


def test_a_clock_whose_last_day_stays_is_no_longer_provisional():
    after = recomputed(made("2026-12-15", days=30), KNOWN_2027)
    assert (after["due_day"], after["provisional"]) == ("2027-01-14", False)
    assert after["log"][-1].endswith("到期日仍为 2027-01-14")


def test_counting_twice_changes_nothing_more():
    once = recomputed(made(**ON_A_FRIDAY_OFF), KNOWN_2027)
    assert recomputed(once, KNOWN_2027) == once


def test_working_days_months_pauses_and_extensions_are_counted_as_they_began():
    assert recomputed(made("2027-02-04", working_days=5), KNOWN_2027)["due_day"] == "2027-02-15"
    assert recomputed(made("2026-12-05", months=2), KNOWN_2027)["due_day"] == "2027-02-09"
    paused = made("2026-12-07", days=50, paused=10)
    assert recomputed(paused, KNOWN_2027)["due_day"] == "2027-02-09"
    extension = made("2027-01-04", base="2027-01-06", days=30)
    assert recomputed(extension, KNOWN_2027)["due_day"] == "2027-02-09"


@pytest.mark.parametrize("state", ["paused", "met", "missed", "cancelled"])
def test_only_running_clocks_move(state):
    clock = made(**ON_A_FRIDAY_OFF, state=state)
    assert recomputed(clock, KNOWN_2027) == clock


def test_a_period_that_does_not_roll_stays():
    clock = made(**ON_A_FRIDAY_OFF, roll=False)
    assert recomputed(clock, KNOWN_2027) == clock


def test_a_date_set_in_a_letter_stays_and_is_provisional_no_longer():
    clock = letter("2027-02-05")
    assert recomputed(clock, KNOWN_2027) == clock | {"provisional": False}
    assert recomputed(clock, SEED) == clock


@pytest.mark.parametrize("missing", ["length", "roll", "start", "due_day"])
def test_a_clock_that_does_not_say_how_it_was_counted_is_left_alone(missing):
    clock = made(**ON_A_FRIDAY_OFF)
    del clock[missing]
    assert recomputed(clock, KNOWN_2027) == clock


def test_a_length_of_another_kind_is_left_alone():
    clock = made(**ON_A_FRIDAY_OFF) | {"length": {"hours": 48}}
    assert recomputed(clock, KNOWN_2027) == clock


def test_recomputing_is_one_of_the_workers_jobs():
    assert job.JOB in JOBS


def test_a_petition_of_december_is_due_by_the_notice_once_it_is_known(any_bench):
    any_bench.app.clock.at = dt.datetime(2026, 12, 17, 10, tzinfo=OFFICE_TZ)
    case = any_bench.opened()
    (d1,) = case["clocks"]
    assert (d1["due_day"], d1["provisional"]) == ("2027-01-01", True)
    put(any_bench)
    (d1,) = any_bench.opened()["clocks"]
    assert (d1["due_day"], d1["provisional"]) == ("2027-01-04", False)
    recompute(any_bench)
    (d1,) = any_bench.case(case["case_id"])["clocks"]
    assert (d1["due_day"], d1["provisional"]) == ("2027-01-04", False)


def test_open_clocks_move_with_an_imported_notice(any_bench):
    case = with_clocks(any_bench, made(**ON_A_FRIDAY_OFF))
    before = stored(any_bench, case)
    put(any_bench)
    recompute(any_bench)
    after = stored(any_bench, case)
    assert after.clocks[0]["due_day"] == "2027-02-09"
    assert after.next_due_at == dt.datetime(2027, 2, 9, 16, tzinfo=dt.UTC)
    assert after.version == before.version + 1
    told = recount_of(any_bench)
    assert (told["cases"], told["clocks"]) == (1, 1)
    assert told["done_at"] is not None


def test_a_move_is_told_with_the_whole_header(any_bench):
    case = with_clocks(any_bench, made(**ON_A_FRIDAY_OFF))
    put(any_bench)
    recompute(any_bench)
    (moved,) = emitted(any_bench.app, "case.moved.v1")
    assert moved["subject"] == case["case_id"]
    assert (moved["data"]["action"], moved["data"]["action_name"]) == ("recompute", "重新计算期限")
    (clock,) = moved["data"]["header"]["clocks"]
    assert (clock["due_day"], clock["provisional"]) == ("2027-02-09", False)


def test_a_case_whose_clocks_stay_is_not_touched(any_bench):
    by_letter = letter("2027-02-05") | {"provisional": False}
    case = with_clocks(any_bench, made("2026-03-02", days=15), by_letter)
    before = stored(any_bench, case)
    put(any_bench)
    recompute(any_bench)
    assert stored(any_bench, case) == before
    assert emitted(any_bench.app, "case.moved.v1") == []


def test_a_case_of_which_only_the_presumption_ends_is_told_and_not_counted_as_moved(bench):
    case = with_clocks(bench, made("2026-12-15", days=30))
    put(bench)
    recompute(bench)
    assert stored(bench, case).clocks[0]["provisional"] is False
    assert len(emitted(bench.app, "case.moved.v1")) == 1
    assert recount_of(bench)["clocks"] == 0


def closed(bench, case, at):
    table = models.cases
    closed_at = dt.datetime.fromisoformat(at).replace(tzinfo=OFFICE_TZ)
    with bench.app.db.write() as session:
        here = table.c.case_id == case["case_id"]
        session.execute(sa.update(table).where(here).values(state="closed", closed_at=closed_at))
    return case


def test_a_window_that_outlives_its_case_moves_as_well(any_bench):
    case = with_clocks(any_bench, made(**ON_A_FRIDAY_OFF) | {"id": "D8", "kind": "window"})
    closed(any_bench, case, "2027-01-20")
    put(any_bench)
    recompute(any_bench)
    assert due_days(any_bench, case) == ["2027-02-09"]
    assert stored(any_bench, case).next_due_at is None


def test_cases_that_were_closed_years_ago_are_not_looked_at(bench):
    case = with_clocks(bench, made(**ON_A_FRIDAY_OFF))
    closed(bench, case, "2025-12-31")
    put(bench)
    recompute(bench)
    assert due_days(bench, case) == ["2027-02-05"]


def test_a_dry_run_counts_what_would_move_and_moves_nothing(any_bench):
    case = with_clocks(any_bench, made(**ON_A_FRIDAY_OFF), made("2026-12-07", working_days=45))
    with_clocks(any_bench, made("2026-12-15", days=30))
    told = put(any_bench, dry_run=True)
    assert told["moved_cases"] == 1
    assert told["moved_clocks"] == 2
    recompute(any_bench)
    assert due_days(any_bench, case)[0] == "2027-02-05"


KILLED = """
import os, signal, sys
from pathlib import Path
from routing.jobs.recompute import recompute_batch
from routing.service import SERVICE
from shared.testing import make_app

app = make_app(SERVICE, Path(sys.argv[1]))
recompute_batch(app, batch=2)
app.db.before_commit(lambda _session: os.kill(os.getpid(), signal.SIGKILL))
recompute_batch(app, batch=2)
"""


def test_a_recount_killed_in_its_second_batch_goes_on_after_the_first(bench, tmp_path):
    cases = [with_clocks(bench, made(**ON_A_FRIDAY_OFF)) for _ in range(5)]
    put(bench)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert due_days(bench, *cases) == ["2027-02-09"] * 2 + ["2027-02-05"] * 3
    assert recount_of(bench)["cases"] == 2
    recompute(bench)
    assert due_days(bench, *cases) == ["2027-02-09"] * 5
    assert len(emitted(bench.app, "case.moved.v1")) == 5
    assert [stored(bench, case).version for case in cases] == [
        case["version"] + 1 for case in cases
    ]
    assert (recount_of(bench)["cases"], recount_of(bench)["clocks"]) == (5, 5)


def test_a_batch_that_fails_leaves_nothing_half_done(bench, monkeypatch):
    cases = [with_clocks(bench, made(**ON_A_FRIDAY_OFF)) for _ in range(2)]
    put(bench)

    def killed(_session):
        raise KeyboardInterrupt

    bench.app.db.before_commit(killed)
    with pytest.raises(KeyboardInterrupt):
        job.recompute_batch(bench.app)
    assert due_days(bench, *cases) == ["2027-02-05"] * 2
    assert recount_of(bench)["cases"] == 0


def test_a_case_changed_by_the_calendar_before_is_found_by_the_second_pass(bench):
    put(bench)
    job.recompute(bench.app)
    assert recount_of(bench)["done_at"] is None
    late = with_clocks(bench, made(**ON_A_FRIDAY_OFF))
    job.recompute(bench.app)
    assert due_days(bench, late) == ["2027-02-05"]
    bench.app.clock.advance(minutes=3)
    job.recompute(bench.app)
    assert due_days(bench, late) == ["2027-02-09"]
    assert recount_of(bench)["done_at"] is not None


def test_a_step_that_another_process_has_done_is_not_done_again(bench):
    with_clocks(bench, made(**ON_A_FRIDAY_OFF))
    put(bench)
    with bench.app.db.read() as session:
        seen = job.due_recount(session, now=bench.app.clock.now())
        seqs = job.next_cases(session, seen, batch=10)
    job.recompute_batch(bench.app)
    with bench.app.db.write() as session:
        job.recount_cases(
            session, seen, seqs=seqs, calendar=KNOWN_2027, resources=bench.app.resources,
            now=bench.app.clock.now(),
        )  # fmt: skip
    assert recount_of(bench)["cases"] == 1


def test_no_recount_is_asked_for_by_the_first_start(bench):
    job.recompute(bench.app)
    assert recounts(bench) == []


def test_an_older_version_beside_a_newer_one_asks_for_nothing(bench):
    job.recompute(bench.app)
    with bench.app.db.write() as session:
        session.execute(sa.update(tables.calendar_state).values(seed_until=domain.seed_until() + 1))
    job.recompute(bench.app)
    assert recounts(bench) == []


def test_years_that_a_newer_table_knows_are_counted_again(bench):
    job.recompute(bench.app)
    with bench.app.db.write() as session:
        session.execute(sa.update(tables.calendar_state).values(seed_until=domain.seed_until() - 2))
    job.recompute(bench.app)
    job.recompute(bench.app)
    until = domain.seed_until()
    assert [row.year for row in recounts(bench)] == [until - 1, until]


def recounts(bench):
    table = tables.calendar_recounts
    with bench.app.db.read() as session:
        return session.execute(sa.select(table).order_by(table.c.seq)).all()
