"""Counting, held against properties, dated law cases and a slow count of every day of three years.

The slow count knows the State Council's notices only as the lists below.
"""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.calendar import SEED, Calendar
from routing.domain.counting import Length, add_months, count

ONE_DAY = dt.timedelta(days=1)

OFF = {
    "2024-01-01", "2024-02-10", "2024-02-11", "2024-02-12", "2024-02-13", "2024-02-14",
    "2024-02-15", "2024-02-16", "2024-02-17", "2024-04-04", "2024-04-05", "2024-04-06",
    "2024-05-01", "2024-05-02", "2024-05-03", "2024-05-04", "2024-05-05", "2024-06-10",
    "2024-09-15", "2024-09-16", "2024-09-17", "2024-10-01", "2024-10-02", "2024-10-03",
    "2024-10-04", "2024-10-05", "2024-10-06", "2024-10-07",
    "2025-01-01", "2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31", "2025-02-01",
    "2025-02-02", "2025-02-03", "2025-02-04", "2025-04-04", "2025-04-05", "2025-04-06",
    "2025-05-01", "2025-05-02", "2025-05-03", "2025-05-04", "2025-05-05", "2025-05-31",
    "2025-06-01", "2025-06-02", "2025-10-01", "2025-10-02", "2025-10-03", "2025-10-04",
    "2025-10-05", "2025-10-06", "2025-10-07", "2025-10-08",
    "2026-01-01", "2026-01-02", "2026-01-03", "2026-02-15", "2026-02-16", "2026-02-17",
    "2026-02-18", "2026-02-19", "2026-02-20", "2026-02-21", "2026-02-22", "2026-02-23",
    "2026-04-04", "2026-04-05", "2026-04-06", "2026-05-01", "2026-05-02", "2026-05-03",
    "2026-05-04", "2026-05-05", "2026-06-19", "2026-06-20", "2026-06-21", "2026-09-25",
    "2026-09-26", "2026-09-27", "2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04",
    "2026-10-05", "2026-10-06", "2026-10-07",
}  # fmt: skip
MAKE_UP = {
    "2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14",
    "2024-09-29", "2024-10-12",
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
}  # fmt: skip


def slowly_worked(day):
    text = str(day)
    if text in OFF:
        return False
    return text in MAKE_UP or day.strftime("%a") not in ("Sat", "Sun")


def slowly_rolled(day):
    return day if slowly_worked(day) else slowly_rolled(day + ONE_DAY)


def slowly_after_days(first, days):
    return slowly_rolled(dt.date.fromordinal(first.toordinal() + days))


def slowly_after_working_days(first, days):
    day, worked = first, []
    while len(worked) < days:
        day += ONE_DAY
        if slowly_worked(day):
            worked.append(day)
    return worked[-1]


def slowly_after_two_months(first):
    year, month = {11: (first.year + 1, 1), 12: (first.year + 1, 2)}.get(
        first.month, (first.year, first.month + 2)
    )
    for number in (first.day, 30, 29, 28):
        try:
            return slowly_rolled(dt.date(year, month, number))
        except ValueError:
            continue
    raise AssertionError("unreachable")


def due(first, length, *, roll=True, paused_days=0, calendar=SEED):
    counted = count(first, length, calendar=calendar, roll=roll, paused_days=paused_days)
    return counted.due


def day(text):
    return dt.date.fromisoformat(text)


def every_day(year):
    at = dt.date(year, 1, 1)
    while at.year == year:
        yield at
        at += ONE_DAY


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_of_three_years_counts_as_it_does_slowly(year):
    for first in every_day(year):
        assert SEED.is_working_day(first) == slowly_worked(first), first
        for days in (15, 30, 60):
            assert due(first, Length(days=days)) == slowly_after_days(first, days), (first, days)
        assert due(first, Length(working_days=5)) == slowly_after_working_days(first, 5), first
        assert due(first, Length(months=2)) == slowly_after_two_months(first), first


L01_L02_L04 = [
    ("2026-03-02", "2026-03-17", "2026-03-17"),
    ("2026-09-16", "2026-10-01", "2026-10-08"),
    ("2026-09-18", "2026-10-03", "2026-10-08"),
    ("2026-09-22", "2026-10-07", "2026-10-08"),
    ("2026-09-23", "2026-10-08", "2026-10-08"),
    ("2026-01-30", "2026-02-14", "2026-02-14"),
    ("2026-01-31", "2026-02-15", "2026-02-24"),
    ("2026-02-05", "2026-02-20", "2026-02-24"),
    ("2026-02-08", "2026-02-23", "2026-02-24"),
    ("2026-02-13", "2026-02-28", "2026-02-28"),
    ("2026-02-14", "2026-03-01", "2026-03-02"),
]


@pytest.mark.parametrize(("received", "nominal", "last"), L01_L02_L04)
def test_l01_l02_l04_fifteen_days_roll_over_holidays_but_not_over_make_up_days(
    received, nominal, last
):
    counted = count(day(received), Length(days=15), calendar=SEED, roll=True)
    assert (counted.nominal, counted.due) == (day(nominal), day(last))
    assert due(day(received), Length(days=15), roll=False) == day(nominal)


def test_l01_the_statistical_limit_of_fifteen_days_from_registration_does_not_roll():
    assert due(day("2026-03-05"), Length(days=15), roll=False) == day("2026-03-20")


def test_l07_five_working_days_count_a_make_up_sunday():
    assert due(day("2026-09-17"), Length(working_days=5)) == day("2026-09-23")


def test_l14_an_extension_counts_from_the_unrolled_sixtieth_day():
    d5 = count(day("2026-08-04"), Length(days=60), calendar=SEED, roll=True)
    assert (d5.nominal, d5.due) == (day("2026-10-03"), day("2026-10-08"))
    assert due(d5.nominal, Length(days=30)) == day("2026-11-02")
    assert due(d5.due, Length(days=30)) == day("2026-11-09")


def test_the_log_shows_the_nominal_day_the_rolled_day_and_the_articles():
    counted = count(day("2026-09-16"), Length(days=15), calendar=SEED, roll=True)
    assert counted.log == (
        "2026-09-16 + 15 日 = 2026-10-01（TCC 201）",
        "2026-10-01 为休息日，顺延至 2026-10-08（TCC 203）",
    )


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        ("2026-12-31", 2, "2027-02-28"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2026-01-30", 1, "2026-02-28"),
        ("2026-02-28", 1, "2026-03-28"),
        ("2026-03-31", 6, "2026-09-30"),
        ("2026-11-15", 14, "2028-01-15"),
    ],
)
def test_months_end_on_the_same_number_or_on_the_last_day_of_a_shorter_month(first, months, last):
    assert add_months(day(first), months) == day(last)


def test_a_count_is_provisional_only_where_it_asked_a_year_that_is_not_published():
    late = day("2099-12-20")
    known = Calendar(years=frozenset({2100}))
    assert count(late, Length(days=15), calendar=SEED, roll=True).provisional
    assert not count(late, Length(days=15), calendar=known, roll=True).provisional
    assert count(late, Length(working_days=15), calendar=known, roll=True).provisional
    assert not count(late, Length(days=15), calendar=SEED, roll=False).provisional


def test_a_provisional_count_says_so_in_its_log():
    counted = count(day("2099-12-20"), Length(days=15), calendar=SEED, roll=True)
    assert counted.log[-1] == "2100 年放假安排尚未公布，暂按周一至周五计算"


def test_a_roll_into_a_year_that_is_not_published_is_provisional():
    ends_on_saturday = day("2099-12-16")
    known = Calendar(days={day("2099-12-31"): False}, years=frozenset({2099}))
    counted = count(ends_on_saturday, Length(days=15), calendar=known, roll=True)
    assert (counted.nominal, counted.due) == (day("2099-12-31"), day("2100-01-01"))
    assert counted.provisional


starts = st.dates(dt.date(2024, 1, 1), dt.date(2028, 12, 31))
some_days = st.dates(dt.date(2024, 1, 1), dt.date(2029, 12, 31))
calendars = st.builds(
    Calendar,
    days=st.dictionaries(some_days, st.booleans(), max_size=40),
    years=st.frozensets(st.integers(2024, 2029), max_size=3),
)
lengths = st.one_of(
    st.builds(Length, days=st.integers(1, 200)),
    st.builds(Length, working_days=st.integers(1, 60)),
    st.builds(Length, months=st.integers(1, 24)),
)
pauses = st.integers(0, 90)


@given(starts, lengths, calendars, pauses)
def test_a_period_that_rolls_never_ends_on_a_rest_day(first, length, calendar, pause):
    assert calendar.is_working_day(due(first, length, paused_days=pause, calendar=calendar))


@given(starts, lengths, calendars, pauses)
def test_rolling_goes_to_the_first_working_day_from_the_nominal_day(first, length, calendar, pause):
    counted = count(first, length, calendar=calendar, roll=True, paused_days=pause)
    between = (counted.due - counted.nominal).days
    assert between >= 0
    assert not any(calendar.is_working_day(counted.nominal + n * ONE_DAY) for n in range(between))


@given(starts, lengths, calendars, st.sampled_from(["days", "working_days", "months"]))
def test_a_longer_period_never_ends_earlier(first, length, calendar, unit):
    shorter = Length(**{unit: max(length.days, length.working_days, length.months)})
    longer = replace(shorter, **{unit: getattr(shorter, unit) + 1})
    assert due(first, shorter, calendar=calendar) <= due(first, longer, calendar=calendar)


@given(starts, st.integers(1, 60), calendars, st.booleans())
def test_exactly_so_many_working_days_lie_in_a_period_of_working_days(first, n, calendar, roll):
    last = due(first, Length(working_days=n), roll=roll, calendar=calendar)
    span = [first + k * ONE_DAY for k in range(1, (last - first).days + 1)]
    assert sum(map(calendar.is_working_day, span)) == n
    assert calendar.is_working_day(last)


@given(starts, st.integers(1, 48))
def test_months_keep_the_number_of_the_day_unless_the_month_is_shorter(first, months):
    last = add_months(first, months)
    assert (last.year * 12 + last.month) - (first.year * 12 + first.month) == months
    assert last.day == first.day or (last.day < first.day and (last + ONE_DAY).day == 1)


@given(starts, st.integers(1, 30), calendars)
def test_sixty_days_and_their_extension_are_never_more_than_a_rolled_ninety(first, n, calendar):
    sixty = count(first, Length(days=60), calendar=calendar, roll=True)
    extended = count(sixty.nominal, Length(days=n), calendar=calendar, roll=True)
    assert extended.nominal == first + (60 + n) * ONE_DAY
    assert extended.due == due(first, Length(days=60 + n), calendar=calendar)


@given(starts, lengths, calendars, pauses)
def test_a_pause_moves_the_nominal_day_by_its_own_length(first, length, calendar, pause):
    plain = count(first, length, calendar=calendar, roll=True)
    paused = count(first, length, calendar=calendar, roll=True, paused_days=pause)
    assert paused.nominal == plain.nominal + pause * ONE_DAY
    assert paused.due >= plain.due


@given(starts, lengths, pauses)
def test_a_calendar_of_published_years_counts_for_good(first, length, pause):
    published = Calendar(years=frozenset(range(2024, 2035)))
    counted = count(first, length, calendar=published, roll=True, paused_days=pause)
    assert not counted.provisional
