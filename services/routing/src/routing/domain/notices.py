"""A year's notice of holidays (放假安排) as a table `day,kind,name`: read, checked, written.

The State Council's General Office issues it each autumn for the year after. A notice with one
mistake is refused whole, with the line and the reason.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from routing.domain.calendar import SEED, NoticeDay, is_weekday
from shared.errors import Invalid, both

HEADER = ("day", "kind", "name")
OFF, WORKED = "off", "worked"
LONGEST_NAME = 50
FIXED = (("元旦", 1, 1), ("劳动节", 5, 1), ("国庆节", 10, 1), ("国庆节", 10, 2), ("国庆节", 10, 3))
"""Days that are off in every year (全国年节及纪念日放假办法 Art.2): a whole notice has them."""

_ENCODINGS = ("utf-8-sig", "gb18030")
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})\Z", re.ASCII)
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """A day of a notice as it was sent, and where: "csv" line 3, or "days" number 3."""

    at: int
    day: str
    kind: str
    name: str


@dataclass(frozen=True)
class Notice:
    """A checked notice; `full` where it says all about its year, else it amends the seed table."""

    year: int
    full: bool
    days: tuple[NoticeDay, ...]


def decoded(raw: bytes) -> str:
    """The text of a file that is UTF-8, with or without a mark, or GB18030; Invalid otherwise."""
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid({"csv": both("既不是UTF-8也不是GB18030编码。", "Neither UTF-8 nor GB18030.")})


def entries(text: str) -> list[Entry]:
    """The lines of a notice's CSV, not yet checked; Invalid where it is no such table."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    found = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if tuple(header) != HEADER:
            names = ",".join(HEADER)
            raise _wrong("csv", 1, f"表头应为“{names}”。", f"The header must be {names}.")
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if len(cells) != len(HEADER):
                raise _wrong(
                    "csv",
                    reader.line_num,
                    f"应有{len(HEADER)}列，现有{len(cells)}列。",
                    f"It has {len(cells)} columns, not {len(HEADER)}.",
                )
            found.append(Entry(reader.line_num, *cells))
    except csv.Error as error:
        raise _wrong("csv", reader.line_num, "不是有效的CSV。", f"Not CSV: {error}.") from error
    return found


def checked(sent: Sequence[Entry], *, year: int, full: bool, field: str) -> Notice:
    """The notice that the entries make; Invalid names the first one that is wrong, and why."""
    seen: dict[dt.date, int] = {}
    days = []
    for entry in sent:
        one = _day(entry, year=year, full=full, field=field)
        if one.day in seen:
            raise _wrong(
                field, entry.at,
                f"{one.day}与第{seen[one.day]}{_unit(field)}重复。",
                f"{one.day} is there already, as number {seen[one.day]}.",
            )  # fmt: skip
        seen[one.day] = entry.at
        days.append(one)
    _check_weekends(days, seen, full=full, field=field)
    if full:
        _check_whole(days, year, field)
    if not days:
        raise Invalid({field: both("没有任何日期。", "It has no day.")})
    if not full and not SEED.is_published(year):
        unknown = both(
            f"系统自带的放假表没有{year}年，不能只改个别日期，请导入全年安排。",
            f"The table that the product brings has no {year} to amend: import the whole notice.",
        )
        raise Invalid({"full": unknown})
    return Notice(year, full, tuple(sorted(days, key=lambda one: one.day)))


def written(days: Iterable[NoticeDay]) -> str:
    """A notice's days as CSV, such as `entries` reads."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((one.day, WORKED if one.worked else OFF, one.name) for one in days)
    return out.getvalue()


def _day(entry: Entry, *, year: int, full: bool, field: str) -> NoticeDay:
    day = _date(entry, field)
    if day.year != year:
        raise _wrong(
            field, entry.at,
            f"{day}不在{year}年，请放入{day.year}年的放假安排。",
            f"{day} is not in {year}; it belongs to the notice of {day.year}.",
        )  # fmt: skip
    if entry.kind not in (OFF, WORKED):
        raise _wrong(
            field, entry.at,
            f"应为放假（{OFF}）或上班（{WORKED}）。", f"kind must be {OFF} or {WORKED}.",
        )  # fmt: skip
    if not entry.name or len(entry.name) > LONGEST_NAME:
        raise _wrong(
            field, entry.at,
            f"应有节日名称，1至{LONGEST_NAME}个字。",
            f"name must say the festival in 1 to {LONGEST_NAME} characters.",
        )  # fmt: skip
    worked = entry.kind == WORKED
    if worked and _usual(full)(day):
        raise _wrong(
            field, entry.at,
            f"{day}本来就是工作日，不需列为上班。", f"{day} is an ordinary working day as it is.",
        )  # fmt: skip
    return NoticeDay(day, worked, entry.name)


def _date(entry: Entry, field: str) -> dt.date:
    found = _DATE.match(entry.day)
    try:
        if found is None:
            raise ValueError
        return dt.date(*(int(part) for part in found.groups()))
    except ValueError:
        raise _wrong(
            field, entry.at,
            "日期应如2027-10-01。", "day must be a date such as 2027-10-01.",
        ) from None  # fmt: skip


def _usual(full: bool) -> Callable[[dt.date], bool]:
    """What is worked without this notice: weekdays, or what the seed table says."""
    return is_weekday if full else SEED.is_working_day


def _check_weekends(
    days: Sequence[NoticeDay], seen: dict[dt.date, int], *, full: bool, field: str
) -> None:
    """A weekend is off as it is: listed without a working day off beside it, it is a slip."""
    off = {one.day for one in days if not one.worked}
    for day in sorted(off):
        run = {day}
        for step in (-_ONE_DAY, _ONE_DAY):
            beside = day + step
            while beside in off:
                run.add(beside)
                beside += step
        if not any(map(_usual(full), run)):
            raise _wrong(
                field, seen[day],
                f"{day}本来就不上班，前后又没有放假的工作日，请核对日期。",
                f"{day} is not worked as it is, and no working day beside it is off: check it.",
            )  # fmt: skip


def _check_whole(days: Sequence[NoticeDay], year: int, field: str) -> None:
    worked = {one.day: one.worked for one in days}
    for name, month, number in FIXED:
        day = dt.date(year, month, number)
        if worked.get(day, is_weekday(day)):
            raise Invalid(
                {
                    field: both(
                        f"缺少{name}（{day}放假）：全年安排不完整。",
                        f"{day} is a holiday by law and is not off here: the notice is not whole.",
                    )
                }
            )


def _unit(field: str) -> str:
    return "行" if field == "csv" else "项"


def _wrong(field: str, at: int, zh: str, en: str) -> Invalid:
    where = "line" if field == "csv" else "number"
    return Invalid({field: both(f"第{at}{_unit(field)}：{zh}", f"{where} {at}: {en}")})
