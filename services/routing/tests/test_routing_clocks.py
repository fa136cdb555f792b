"""Statutory clocks, held against the dated law cases and against every day of three years."""

import datetime as dt

import pytest

from routing.domain import clocks
from routing.domain.calendar import SEED as calendar
from routing.resources import standard_procedure
from shared.clock import OFFICE_TZ, day_ends, from_wire, wire

PROCEDURE = standard_procedure()


def noon(day, time="12:00"):
    return dt.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=OFFICE_TZ)


def started(rule, at, *, roll=True):
    """The clock of a rule that starts at a moment."""
    happening = clocks.Happening(
        doings=frozenset(PROCEDURE.clocks[rule].starts_on[:1]), at=at, state="forwarded",
        purpose="petition", route=None, received_at=at,
    )  # fmt: skip
    procedure = PROCEDURE.with_values({"roll_rest_days": roll})
    all_started = clocks.apply([], happening, procedure=procedure, calendar=calendar)
    (found,) = [clock for clock in all_started if clock["id"] == rule]
    return found


def due(rule, day, *, roll=True):
    return started(rule, noon(day), roll=roll)["due_day"]


def clock_of(case, name):
    (found,) = [clock for clock in case["clocks"] if clock["id"] == name]
    return found


def at_office(bench, text):
    bench.app.clock.at = dt.datetime.fromisoformat(text).replace(tzinfo=OFFICE_TZ)


def test_l01_the_clock_starts_on_receipt_and_a_late_forwarding_is_marked_late(bench):
    at_office(bench, "2026-03-05T10:00")
    case = bench.opened(channel="letter", received_at="2026-03-02T09:30:00+08:00")
    d1 = clock_of(case, "D1")
    assert (d1["due_day"], d1["basis"], d1["state"]) == ("2026-03-17", "T22 Art.22", "running")
    at_office(bench, "2026-03-18T09:00")
    after = bench.done(case, "forward", "dispatcher")
    assert clock_of(after, "D1")["state"] == "missed"
    assert clock_of(after, "D1")["settled_at"] == wire(bench.app.clock.now())


L02 = [("2026-09-16", "2026-10-01"), ("2026-09-18", "2026-10-03"), ("2026-09-22", "2026-10-07"),
       ("2026-09-23", "2026-10-08")]  # fmt: skip


@pytest.mark.parametrize(("received", "nominal"), L02)
def test_l02_d1_that_ends_in_the_national_day_week_rolls_to_its_end(received, nominal):
    clock = started("D1", noon(received))
    assert (clock["nominal_day"], clock["due_day"]) == (nominal, "2026-10-08")
    assert due("D1", received, roll=False) == nominal


@pytest.mark.parametrize(
    ("moment", "state"), [("2026-10-08T23:30", "met"), ("2026-10-09T00:05", "missed")]
)
def test_l02_the_last_day_ends_at_midnight_at_the_office(bench, moment, state):
    at_office(bench, "2026-09-16T10:00")
    case = bench.opened()
    at_office(bench, moment)
    assert clock_of(bench.done(case, "forward", "dispatcher"), "D1")["state"] == state


def test_l02_with_the_roll_switched_off_the_nominal_day_is_the_last(make_bench):
    bench = make_bench(ROLL_REST_DAYS="false")
    at_office(bench, "2026-09-16T10:00")
    assert clock_of(bench.opened(), "D1")["due_day"] == "2026-10-01"


@pytest.mark.parametrize(
    ("received", "last"),
    [("2026-01-30", "2026-02-14"), ("2026-01-31", "2026-02-24"), ("2026-02-05", "2026-02-24"),
     ("2026-02-08", "2026-02-24"), ("2026-02-13", "2026-02-28"), ("2026-02-14", "2026-03-02")],
)  # fmt: skip
def test_l04_d1_around_spring_festival_knows_make_up_saturdays(received, last):
    assert due("D1", received) == last


def test_l07_five_working_days_count_a_make_up_sunday(bench):
    at_office(bench, "2026-09-15T10:00")
    case = bench.opened()
    at_office(bench, "2026-09-17T16:00")
    d4 = clock_of(bench.done(case, "forward", "dispatcher"), "D4")
    assert (d4["due_day"], d4["kind"], d4["basis"]) == ("2026-09-23", "window", "T22 Art.23(3)")


def test_l14_sixty_days_from_acceptance_roll_over_national_day(bench):
    at_office(bench, "2026-08-03T10:00")
    case = bench.done(bench.opened(), "forward", "dispatcher")
    at_office(bench, "2026-08-04T09:00")
    d5 = clock_of(bench.done(case, "accept"), "D5")
    assert (d5["nominal_day"], d5["due_day"]) == ("2026-10-03", "2026-10-08")
    assert d5["basis"] == "T22 Art.34"


def test_a_date_set_in_a_letter_does_not_roll(bench):
    case = bench.done(bench.opened(), "assign", "dispatcher", report_due="2026-10-01")
    d7 = clock_of(case, "D7")
    assert (d7["nominal_day"], d7["due_day"]) == ("2026-10-01", "2026-10-01")
    assert d7["due_at"] == "2026-10-01T16:00:00.000000Z"


OFF_2026 = ["01-01:01-03", "02-15:02-23", "04-04:04-06", "05-01:05-05", "06-19:06-21",
            "09-25:09-27", "10-01:10-07"]  # fmt: skip
WORKED_2026 = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]


def days(first, last):
    first, last = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def test_every_day_of_2026_is_worked_or_not_as_the_notice_says():
    off = {d for span in OFF_2026 for d in days(*(f"2026-{end}" for end in span.split(":")))}
    worked = {dt.date.fromisoformat(f"2026-{day}") for day in WORKED_2026}
    for day in days("2026-01-01", "2026-12-31"):
        expected = day in worked or (day not in off and day.weekday() < 5)
        assert calendar.is_working_day(day) is expected, day


@pytest.mark.parametrize("rule", ["D1", "D3", "D5"])
def test_each_day_of_three_years_a_period_ends_on_the_first_working_day_from_its_nominal_day(rule):
    for day in days("2024-01-01", "2026-12-31"):
        clock = started(rule, noon(day))
        nominal, last = (dt.date.fromisoformat(clock[n]) for n in ("nominal_day", "due_day"))
        assert (nominal - day).days == PROCEDURE.clocks[rule].days
        assert last >= nominal
        assert calendar.is_working_day(last)
        between = [nominal + dt.timedelta(days=n) for n in range((last - nominal).days)]
        assert not [d for d in between if calendar.is_working_day(d)]
        assert from_wire(clock["due_at"]) == day_ends(last)
        assert due(rule, day, roll=False) == nominal.isoformat()


def test_each_day_of_three_years_five_working_days_are_five():
    for day in days("2024-01-01", "2026-12-31"):
        last = dt.date.fromisoformat(due("D4", day))
        counted = [day + dt.timedelta(days=n) for n in range(1, (last - day).days + 1)]
        assert sum(calendar.is_working_day(d) for d in counted) == 5
        assert calendar.is_working_day(last)


@pytest.mark.parametrize("time", ["00:00", "23:59:59.999999"])
def test_the_hour_of_the_start_does_not_matter(time):
    assert started("D1", noon("2026-03-02", time))["due_day"] == ("2026-03-17")


def test_days_beyond_the_published_years_are_provisional():
    soon = started("D1", noon("2026-03-02"))
    far = started("D1", noon("2090-03-02"))
    assert (soon["provisional"], far["provisional"]) == (False, True)
    over = started("D5", noon("2090-12-20"))
    assert dt.date.fromisoformat(over["due_day"]).weekday() < 5
    assert not calendar.is_published(1990)


NO_CLOCKS = {"accusation": {"D1"}, "suggestion": {"D1", "D3", "D4"},
             "petition": {"D1", "D3", "D4", "D5"}, "inquiry": {"D1", "D3", "D4", "D5"}}  # fmt: skip


@pytest.mark.parametrize(("purpose", "ids"), NO_CLOCKS.items())
def test_each_purpose_has_the_clocks_the_law_gives_it(bench, purpose, ids):
    secret = purpose == "accusation"
    case = bench.opened(purpose=purpose, secret=secret)
    unit = "discipline" if secret else "transport"
    case = bench.done(bench.done(case, "forward", unit=unit), "accept")
    assert {clock["id"] for clock in case["clocks"]} == ids


def test_clocks_are_settled_by_what_settles_them_and_closing_ends_the_rest(bench):
    case = bench.opened()
    assert {c["id"]: c["state"] for c in case["clocks"]} == {"D1": "running"}
    case = bench.done(case, "assign", "dispatcher")
    states = {c["id"]: c["state"] for c in case["clocks"]}
    assert states == {"D1": "met", "D3": "running", "D4": "running", "D7": "running"}
    case = bench.done(case, "accept")
    states = {c["id"]: c["state"] for c in case["clocks"]}
    assert states == {
        "D1": "met", "D3": "met", "D4": "cancelled", "D7": "running", "D5": "running"
    }  # fmt: skip
    closed = bench.done(case, "close", reason="deceased")
    states = {c["id"]: c["state"] for c in closed["clocks"]}
    assert (states["D5"], states["D7"]) == ("cancelled", "cancelled")
    assert closed["next_due_at"] is None


def test_serving_meets_the_sixty_days(bench):
    case = bench.case_in("served")
    assert clock_of(case, "D5")["state"] == "met"
    assert case["next_due_at"] is None


def test_the_next_due_time_is_that_of_the_first_running_duty(bench):
    case = bench.opened()
    assert from_wire(case["next_due_at"]) == from_wire(clock_of(case, "D1")["due_at"])
    case = bench.done(case, "assign", "dispatcher", report_due="2026-03-05")
    assert from_wire(case["next_due_at"]) == from_wire(clock_of(case, "D7")["due_at"])
