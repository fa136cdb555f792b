"""Time: the office's zone decides days, and the wire carries offsets."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import OFFICE_TZ, FixedClock, SystemClock, day_ends, from_wire, office_day, wire

moments = st.datetimes(
    min_value=dt.datetime(1950, 1, 1), max_value=dt.datetime(2199, 1, 1),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)  # fmt: skip


@given(moments)
def test_a_moment_survives_the_wire(moment):
    assert from_wire(wire(moment)) == moment
    assert wire(moment).endswith("Z")


@given(moments)
def test_a_moment_lies_in_its_office_day(moment):
    day = office_day(moment)
    assert day_ends(day - dt.timedelta(days=1)) <= moment < day_ends(day)


def test_the_last_second_of_an_office_day_is_still_that_day():
    last = dt.datetime(2026, 3, 2, 23, 59, 59, tzinfo=OFFICE_TZ)
    assert office_day(last) == dt.date(2026, 3, 2)
    assert day_ends(dt.date(2026, 3, 2)) == last + dt.timedelta(seconds=1)


def test_four_in_the_afternoon_utc_is_tomorrow_at_the_office():
    assert office_day(dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC)) == dt.date(2026, 3, 3)


@pytest.mark.parametrize("text", ["2026-03-02T09:30:00", "2026-03-02", "yesterday", ""])
def test_a_time_without_offset_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        from_wire(text)


def test_clocks_tell_aware_times():
    assert SystemClock().now().tzinfo is dt.UTC
    clock = FixedClock(dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    clock.advance(hours=25)
    assert clock.now() == dt.datetime(2026, 3, 3, 1, tzinfo=dt.UTC)
    assert wire(None) is None
