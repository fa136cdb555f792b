"""Rules of bulk import: which column becomes which field, and how cells are read.

A field is named as in `POST /v1/petitions`, parts with a dot: `petitioner.phone`.
"""

import contextlib
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intake.domain.registration import PURPOSES
from shared.clock import OFFICE_TZ
from shared.errors import both

Cell = str | float | int | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "title": ("标题", "信访标题", "主题", "题目"),
    "content": ("内容", "信访内容", "反映内容", "诉求内容", "正文"),
    "place": ("地点", "事发地", "事发地点", "问题属地"),
    "purpose": ("目的", "信访目的"),
    "secrecy": ("保密", "是否保密", "要求保密"),
    "addressee": ("收信单位", "收信单位代码"),
    "received_at": ("来信日期", "收信日期", "收到日期", "来访日期", "来电时间", "收到时间"),
    "petitioner.name": ("姓名", "信访人", "信访人姓名", "来信人"),
    "petitioner.phone": ("电话", "联系电话", "手机", "手机号", "手机号码"),
    "petitioner.id_number": ("身份证号", "身份证号码", "证件号码"),
    "petitioner.address": ("地址", "住址", "联系地址", "通信地址"),
    "petitioner.email": ("邮箱", "电子邮箱", "电子邮件"),
    "external_ref.id": ("原编号", "原系统编号", "信访件编号"),
}
"""Headings that offices' registers have; the time of registration is only ever named by hand."""
FIELDS = (*HEADINGS, "channel", "at", "external_ref.system")
VALUES: Mapping[str, Mapping[str, str | bool]] = {
    "purpose": {name: code for code, name in PURPOSES.items()},
    "secrecy": dict.fromkeys(("是", "保密", "true", "TRUE", "1", "Y"), True)
    | dict.fromkeys(("否", "不保密", "false", "FALSE", "0", "N"), False),
}
"""What is written in a cell, and what it means."""
MOMENTS = ("received_at", "at")
SYSTEM = "批量导入"
"""The system of a reference where the mapping names none."""
_NEEDED = ("title", "content")
HEADER_WITHIN = 20
"""How many rows may stand above the headings: a title, a note on who filled it in."""

_WRITTEN = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T ]*(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2})?(?:\.\d+)?秒?)?)?\Z",
    re.ASCII,
)
_RUN_TOGETHER = re.compile(r"(\d{4})(\d\d)(\d\d)\Z", re.ASCII)
_OFFSET = re.compile(r"\d[T ]\d.*([Zz]|[+-]\d\d:?\d\d)\Z", re.ASCII)
_SERIAL_FROM = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's days have no zone
_SERIALS = 109_575
_EXACT_DIGITS = 15


class BadTable(ValueError):
    """The file or its mapping cannot be used at all; nothing of it was imported."""


@dataclass(frozen=True)
class Plan:
    """How rows become petitions; `columns` names for each field the headings it may stand under.

    Those that are `needed` must be there.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(HEADINGS))
    constants: Mapping[str, Cell] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: dict(VALUES))
    needed: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    sheet: str | None = None
    encoding: str | None = None

    def places(self, header: Sequence[Cell]) -> dict[str, int]:
        """The column of each field that has one.

        BadTable where two columns would be one field, or one is missing that there must be.
        """
        found: dict[str, int] = {}
        for at, name in enumerate(self.fields(header)):
            if name in found:
                raise BadTable(
                    f"第{found[name] + 1}列和第{at + 1}列都对应字段{name}，请在映射文件中指明一列。"
                )
            if name is not None:
                found[name] = at
        for name in dict.fromkeys((*_NEEDED, *self.needed)):
            if name not in found and name not in self.constants:
                headings = "、".join(self.columns.get(name, ()))
                raise BadTable(f"没有找到字段{name}的列（{headings}），请在映射文件中指明。")
        return found

    def fields(self, row: Sequence[Cell]) -> list[str | None]:
        """The field that each cell of a row of headings names."""
        named = {heading: name for name, headings in self.columns.items() for heading in headings}
        return [named.get(_heading(cell)) for cell in row]

    def petition(
        self, cells: Sequence[Cell], places: Mapping[str, int]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """A row as the body of a `POST /v1/petitions`, and why fields of it cannot be read."""
        body: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        given = {name: cells[at] if at < len(cells) else None for name, at in places.items()}
        for name, cell in (*self.constants.items(), *given.items()):
            try:
                value = self._value(name, cell)
            except ValueError as error:
                wrong[name] = str(error)
                continue
            if value is not None:
                _put(body, name, value)
        return body, wrong

    def _value(self, name: str, cell: Cell) -> Any:
        if name in MOMENTS:
            return moment(cell, self.dates)
        text = written(cell)
        return self.values.get(name, {}).get(text, text) if text else None


def header_row(rows: Sequence[Sequence[Cell]], plan: Plan) -> tuple[int, int]:
    """Which of the first rows has the headings, that which names most fields, and how many."""
    counts = [len({*plan.fields(row)} - {None}) for row in rows[:HEADER_WITHIN]] or [0]
    most = max(counts)
    return counts.index(most), most


def written(cell: Cell) -> str:
    """A cell as text; ValueError for a number of more digits than a spreadsheet keeps."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float | int):
        if abs(cell) >= 10**_EXACT_DIGITS:
            raise ValueError(
                both(
                    "单元格是数字格式，15位以后的数字已丢失，请改为文本格式重新填写。",
                    "Kept as a number: the digits after the 15th are lost.",
                )
            )
        return str(int(cell)) if float(cell).is_integer() else str(cell)
    return str(cell)


def moment(cell: Cell, formats: Sequence[str] = ()) -> str | None:
    """A cell as an RFC 3339 time, naive ones in the office's zone; ValueError where it is none."""
    if isinstance(cell, dt.datetime):
        return _zoned(cell)
    if isinstance(cell, dt.date):
        return _zoned(dt.datetime.combine(cell, dt.time()))
    if isinstance(cell, float | int) and not isinstance(cell, bool) and 1 <= cell < _SERIALS:
        return _zoned(_SERIAL_FROM + dt.timedelta(seconds=round(cell * 86_400)))
    text = written(cell)
    if not text or _OFFSET.search(text):
        return text or None
    return _zoned(_naive(text, formats))


def _naive(text: str, formats: Sequence[str]) -> dt.datetime:
    for one in formats:
        with contextlib.suppress(ValueError):
            return dt.datetime.strptime(text, one)  # noqa: DTZ007 - the office's zone comes next
    if found := _WRITTEN.match(text) or _RUN_TOGETHER.match(text):
        year, month, day, *clock = (int(part) for part in found.groups(default="0"))
        hour, minute, second = clock or (0, 0, 0)
        with contextlib.suppress(ValueError):
            return dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    raise ValueError(
        both("不是日期，例如2026-03-02或2026年3月2日。", "Not a date such as 2026-03-02.")
    )


def _zoned(naive: dt.datetime) -> str:
    return (naive if naive.tzinfo else naive.replace(tzinfo=OFFICE_TZ)).isoformat()


def _heading(cell: Cell) -> str:
    return re.sub(r"\s+|[*＊]", "", cell) if isinstance(cell, str) else ""


def _put(body: dict[str, Any], name: str, value: Any) -> None:
    part, _, inner = name.partition(".")
    if inner:
        body.setdefault(part, {})[inner] = value
    else:
        body[part] = value
