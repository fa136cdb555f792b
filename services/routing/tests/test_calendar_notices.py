"""A year's notice as CSV: what is taken, and what is refused with its line and reason."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.calendar import SEED, Calendar, NoticeDay
from routing.domain.notices import checked, decoded, entries, written
from shared.errors import Invalid, in_language

HEADER = "day,kind,name\n"
NOTICE_2027 = (
    HEADER
    + """2027-01-01,off,元旦
2027-01-02,off,元旦
2027-01-03,off,元旦
2027-02-05,off,春节
2027-02-08,off,春节
2027-02-14,worked,春节
2027-05-03,off,劳动节
2027-10-01,off,国庆节
2027-10-04,off,国庆节
2027-10-09,worked,国庆节
"""
)
"""Made up: the State Council has not issued it."""


def notice(text, *, year=2027, full=True):
    return checked(entries(text), year=year, full=full, field="csv")


def reason(text, **more):
    with pytest.raises(Invalid) as refused:
        notice(text, **more)
    return in_language(refused.value.errors["csv"], "zh")


def amending(*lines):
    return HEADER + "\n".join(lines) + "\n"


def test_a_whole_notice_says_which_days_are_off_and_which_are_worked():
    found = notice(NOTICE_2027)
    assert len(found.days) == 10
    assert NoticeDay(dt.date(2027, 2, 14), True, "春节") in found.days


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_of_any_office_program_is_read(encoding):
    assert decoded(NOTICE_2027.encode(encoding)) == NOTICE_2027


def test_a_file_in_another_encoding_is_refused():
    with pytest.raises(Invalid, match="not valid"):
        decoded("день".encode("utf-16") + b"\xff")


def test_dates_as_a_spreadsheet_writes_them_are_read():
    found = notice(NOTICE_2027.replace("2027-01-0", "2027/1/").replace("\n", "\r\n"))
    assert found == notice(NOTICE_2027)


def test_empty_lines_and_a_mark_before_the_header_do_not_matter():
    assert notice("\ufeff" + NOTICE_2027 + "\n,,\n\n") == notice(NOTICE_2027)


WRONG = [
    ("2027-02-30,off,春节", "第2行：日期应如2027-10-01。"),
    ("20270201,off,春节", "第2行：日期应如2027-10-01。"),
    ("2028-01-03,off,元旦", "第2行：2028-01-03不在2027年，请放入2028年的放假安排。"),
    ("2027-02-08,休,春节", "第2行：应为放假（off）或上班（worked）。"),
    ("2027-02-08,off,", "第2行：应有节日名称，1至50个字。"),
    ("2027-02-08,off", "第2行：应有3列，现有2列。"),
    ("2027-02-08,worked,春节", "第2行：2027-02-08本来就是工作日，不需列为上班。"),
    ("2027-03-06,off,春节", "第2行：2027-03-06本来就不上班，前后又没有放假的工作日，请核对日期。"),
    ("2027-02-08,off,春节\n2027-02-08,off,春节", "第3行：2027-02-08与第2行重复。"),
    ('2027-02-08,off,"春', "第2行：不是有效的CSV。"),
    ("", "没有任何日期。"),
]


@pytest.mark.parametrize(("lines", "why"), WRONG)
def test_a_wrong_line_is_refused_by_its_number_and_reason(lines, why):
    assert reason(amending(lines), full=False) == why


@pytest.mark.parametrize("text", ["", "date,kind,name\n", "2027-01-01,off,元旦\n"])
def test_a_table_without_its_header_is_refused(text):
    assert reason(text) == "第1行：表头应为“day,kind,name”。"


def test_a_whole_notice_without_a_holiday_of_the_law_is_not_whole():
    cut = NOTICE_2027[: NOTICE_2027.index("2027-10-01")]
    assert reason(cut) == "缺少国庆节（2027-10-01放假）：全年安排不完整。"


def test_a_notice_that_amends_says_what_differs_from_the_known_table():
    cancelled = notice(
        amending("2026-10-08,off,地方假日", "2026-10-10,off,地方假日"), year=2026, full=False
    )
    calendar = SEED.with_notice(2026, {one.day: one.worked for one in cancelled.days}, full=False)
    assert not calendar.is_working_day(dt.date(2026, 10, 10))
    assert not calendar.is_working_day(dt.date(2026, 10, 1))
    assert calendar.is_working_day(dt.date(2026, 9, 20))


def test_a_whole_notice_takes_the_place_of_the_known_table():
    plain = SEED.with_notice(2026, {dt.date(2026, 1, 1): False}, full=True)
    assert plain.is_working_day(dt.date(2026, 10, 2))
    assert not plain.is_working_day(dt.date(2026, 10, 10))


def test_a_notice_replaces_only_its_own_year():
    first = SEED.with_notice(2027, {dt.date(2027, 1, 1): False}, full=True)
    second = first.with_notice(2028, {dt.date(2028, 1, 3): False}, full=True)
    again = second.with_notice(2027, {dt.date(2027, 1, 4): False}, full=False)
    assert not again.is_working_day(dt.date(2028, 1, 3))
    assert again.is_working_day(dt.date(2027, 1, 1))
    assert (again.is_published(2027), again.is_published(2028)) == (False, True)


@given(st.sets(st.dates(dt.date(2027, 1, 1), dt.date(2027, 12, 31)), max_size=30))
def test_what_is_exported_and_imported_again_is_the_same_calendar(flipped):
    legal = {dt.date(2027, m, d): False for m, d in [(1, 1), (5, 3), (10, 1)]}
    days = {one: one.weekday() >= 5 for one in flipped if one.month not in (1, 5, 10)} | legal
    calendar = Calendar().with_notice(2027, days, full=True)
    exported = [
        NoticeDay(one, calendar.is_working_day(one), "节日") for one in calendar.exceptions(2027)
    ]
    again = notice(written(exported))
    assert {one.day: one.worked for one in again.days} == days
