"""Dated law cases of counting, over HTTP: each last day was counted by hand from the notices.

Off in 2024: 02-10..17, 04-04..06, 05-01..05, 06-10, 09-15..17, 10-01..07; worked 02-04, 02-18,
04-07, 04-28, 05-11, 09-14, 09-29, 10-12. In 2025: 01-01, 01-28..02-04, 04-04..06, 05-01..05,
05-31..06-02, 10-01..08; worked 01-26, 02-08, 04-27, 09-28, 10-11. In 2026: 01-01..03, 02-15..23,
04-04..06, 05-01..05, 06-19..21, 09-25..27, 10-01..07; worked 01-04, 02-14, 02-28, 05-09, 09-20,
10-10.
"""

import pytest
from casework import at_office, clock_of, done, units


@pytest.fixture
def office(bench):
    return units(bench)


def last_day(clock):
    return clock["nominal_day"], clock["due_day"], clock["provisional"]


# T22 Art.22: 15 days from receipt; TCC 201, 203. Received, fifteenth day, last day.
D1 = [
    ("2024-01-26", "2024-02-10", "2024-02-18"),  # Spring Festival -> a Sunday that is worked
    ("2024-02-03", "2024-02-18", "2024-02-18"),  # the worked Sunday itself
    ("2024-02-14", "2024-02-29", "2024-02-29"),  # a leap day
    ("2025-01-11", "2025-01-26", "2025-01-26"),  # a worked Sunday before Spring Festival
    ("2025-01-14", "2025-01-29", "2025-02-05"),
    ("2025-01-20", "2025-02-04", "2025-02-05"),  # its last day off
    ("2025-01-24", "2025-02-08", "2025-02-08"),  # a worked Saturday
    ("2025-01-25", "2025-02-09", "2025-02-10"),  # a plain Sunday
    ("2025-09-13", "2025-09-28", "2025-09-28"),
    ("2025-09-16", "2025-10-01", "2025-10-09"),
    ("2025-09-23", "2025-10-08", "2025-10-09"),  # off in 2025, worked in 2026
    ("2025-09-26", "2025-10-11", "2025-10-11"),
    ("2025-09-27", "2025-10-12", "2025-10-13"),
    ("2026-04-17", "2026-05-02", "2026-05-06"),
    ("2026-04-24", "2026-05-09", "2026-05-09"),
    ("2026-12-16", "2026-12-31", "2026-12-31"),
]


def test_fifteen_days_from_receipt_around_every_kind_of_day(office):
    for received, nominal, due in D1:
        at_office(office, f"{received} 16:00")
        d1 = clock_of(office.opened(), "D1")
        assert last_day(d1) == (nominal, due, False), received
        rolls = f"{nominal} 为休息日，顺延至 {due}（TCC 203）"
        assert (rolls in d1["log"]) == (nominal != due)


# T22 Art.23(3): five working days from the day on which the transfer came, which is not counted.
D4 = [
    ("2024-02-08", "2024-02-21"),  # 9; 18 worked Sunday, 19, 20, 21
    ("2024-09-30", "2024-10-12"),  # 8, 9, 10, 11; 12 worked Saturday
    ("2025-01-24", "2025-02-07"),  # 26 worked Sunday, 27; 5, 6, 7
    ("2026-02-12", "2026-02-26"),  # 13; 14 worked Saturday; 24, 25, 26
    ("2026-04-30", "2026-05-11"),  # 6, 7, 8; 9 worked Saturday; 11
    ("2026-10-03", "2026-10-13"),  # sent on a day off: 8, 9; 10 worked Saturday; 12, 13
]


def test_five_working_days_to_object_around_make_up_days(office):
    for sent, due in D4:
        at_office(office, f"{sent} 09:00")
        case = done(office, office.opened(), "forward", by="dispatcher")
        assert last_day(clock_of(case, "D4")) == (due, due, False), sent


def accepted(office, day):
    """A case that was forwarded and accepted on one day."""
    at_office(office, f"{day} 09:00")
    case = done(office, office.opened(), "forward", by="dispatcher")
    return done(office, case, "accept", f"{day} 10:00", by="handler")


# T22 Art.34: 60 days from acceptance.
D5 = [
    ("2024-08-03", "2024-10-02", "2024-10-08"),
    ("2025-08-02", "2025-10-01", "2025-10-09"),
    ("2025-12-25", "2026-02-23", "2026-02-24"),
    ("2026-03-10", "2026-05-09", "2026-05-09"),  # a worked Saturday
    ("2026-08-09", "2026-10-08", "2026-10-08"),  # a normal Thursday in 2026
]


def test_sixty_days_from_acceptance(office):
    for day, nominal, due in D5:
        assert last_day(clock_of(accepted(office, day), "D5")) == (nominal, due, False), day


# T22 Art.34: accepted 2025-11-20; day 60 is Mon 2026-01-19; day 75 Tue 02-03; day 90 Wed 02-18,
# Spring Festival: 02-24.
@pytest.mark.parametrize(
    ("days", "nominal", "due"), [(15, "2026-02-03", "2026-02-03"), (30, "2026-02-18", "2026-02-24")]
)
def test_an_extension_that_ends_in_spring_festival(office, days, nominal, due):
    case = accepted(office, "2025-11-20")
    case = done(office, case, "extend", "2026-01-19 18:00", by="unit_head", days=days)
    assert last_day(clock_of(case, "D6")) == (nominal, due, False)


# TAL 47, TCC 202, 203: two months; a month without that day ends on its last.
DP = [
    ("2023-12-31", "2024-02-29", "2024-02-29"),
    ("2024-12-31", "2025-02-28", "2025-02-28"),
    ("2025-12-15", "2026-02-15", "2026-02-24"),
    ("2025-12-28", "2026-02-28", "2026-02-28"),  # a worked Saturday
    ("2026-07-31", "2026-09-30", "2026-09-30"),
    ("2026-08-03", "2026-10-03", "2026-10-08"),
]


def test_two_months_for_a_duty(office):
    for day, nominal, due in DP:
        case = done(office, accepted(office, day), "perform", by="handler")
        assert last_day(clock_of(case, "DP")) == (nominal, due, False), day


def test_ten_working_days_over_two_holidays_and_two_make_up_days(office):
    # 28 worked Sunday, 29, 30 September; 9, 10, 11 worked Saturday, 13, 14, 15, 16 October
    case = accepted(office, "2025-09-26")
    case = done(office, case, "simplify", "2025-09-29 10:00", by="handler")
    assert clock_of(case, "D14")["due_day"] == "2025-10-16"


# T22 Art.35: 30 days from receipt of the answer.
D8 = [
    ("2024-01-30", "2024-02-29", "2024-02-29"),
    ("2025-12-05", "2026-01-04", "2026-01-04"),  # a worked Sunday
    ("2026-01-16", "2026-02-15", "2026-02-24"),
]


def test_thirty_days_to_ask_for_review(office):
    for day, nominal, due in D8:
        case = done(office, accepted(office, day), "reply", by="handler")
        case = done(office, case, "serve", by="handler")
        assert last_day(clock_of(case, "D8")) == (nominal, due, False), day


def test_a_term_that_ends_in_a_year_without_a_notice_is_provisional_and_says_so(office):
    # accepted 2026-11-20: day 60 is Tue 2027-01-19, day 90 Thu 2027-02-18
    case = accepted(office, "2026-11-20")
    d5 = clock_of(case, "D5")
    assert last_day(d5) == ("2027-01-19", "2027-01-19", True)
    assert "2027 年放假安排尚未公布，暂按周一至周五计算" in d5["log"]
    case = done(office, case, "extend", "2026-12-31 10:00", by="unit_head", days=30)
    assert last_day(clock_of(case, "D6")) == ("2027-02-18", "2027-02-18", True)
