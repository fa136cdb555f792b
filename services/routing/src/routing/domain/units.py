"""Units: what is known of an office, and the rules that hold the tree of offices together."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from shared.errors import both

LEVELS = {
    "community": "社区",
    "subdistrict": "街道",
    "district": "区",
    "city": "市",
    "province": "省",
    "nation": "国家",
}
"""Levels of administration, the lowest first."""

KINDS: Mapping[str, tuple[str, str | None]] = {
    "bureau": ("信访部门", "district"),
    "department": ("部门", "district"),
    "subdistrict": ("街道", "subdistrict"),
    "community": ("社区", "community"),
    "social": ("社会组织", None),
    "discipline": ("纪检监察机关", "district"),
    "politics_law": ("政法机关", "district"),
    "organisation_dept": ("组织部门", "district"),
    "party_government": ("党委政府", "district"),
    "joint_meeting": ("联席会议办公室", "district"),
    "superior": ("上级机关", "city"),
}
"""Each kind's name, and the level that a unit of it has unless it says another (T22 Arts.13-15)."""

_RANKS = {level: rank for rank, level in enumerate(LEVELS)}


class Share(NamedTuple):
    """What of an ended unit's work goes to `unit`; no categories or no areas means all of them."""

    unit: str
    categories: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()

    @property
    def takes_the_rest(self) -> bool:
        """Whether it takes whatever no other share names."""
        return not self.categories and not self.areas


@dataclass(frozen=True, kw_only=True)
class UnitRecord:
    """A unit; `valid_to` is its last day, `line` its own code and those of all above it."""

    code: str
    name: str
    kind: str
    parent: str | None = None
    secret_lane: bool = False
    level: str | None = None
    external: bool = False
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    successors: tuple[Share, ...] = ()
    review_body: str | None = None
    address: str | None = None
    contact: str | None = None
    line: tuple[str, ...] = ()

    def valid_on(self, day: dt.date) -> bool:
        """Whether it exists on `day`."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)

    @property
    def rank(self) -> int | None:
        """Its level as a number, the community's lowest; None where it has none."""
        level = self.level or KINDS.get(self.kind, ("", None))[1]
        return None if level is None else _RANKS[level]

    @property
    def has_heir(self) -> bool:
        """Whether somebody takes all that is left when it ends (T22 Art.24(2))."""
        return any(share.takes_the_rest for share in self.successors)


class Fault(NamedTuple):
    """What is wrong with a unit: its code, the column, the reason in both languages."""

    code: str
    field: str
    reason: str


def record(row: Mapping[str, Any], *, line: tuple[str, ...] = ()) -> UnitRecord:
    """A unit from its row, and the line of those above it."""
    shares = tuple(
        Share(share["unit"], tuple(share["categories"]), tuple(share["areas"]))
        for share in row["successors"]
    )
    return UnitRecord(**{**row, "successors": shares, "line": line})


def row_of(unit: UnitRecord) -> dict[str, Any]:
    """The row of a unit, without its line."""
    shares = [
        {"unit": unit, "categories": list(categories), "areas": list(areas)}
        for unit, categories, areas in unit.successors
    ]
    row = {name: getattr(unit, name) for name in COLUMNS}
    return row | {"successors": shares}


COLUMNS = tuple(name for name in UnitRecord.__dataclass_fields__ if name != "line")


def touches(unit_line: Iterable[str], accused: Collection[str]) -> bool:
    """Whether a unit is accused itself or is below one that is; who is above may handle.

    The material of an accusation never reaches the accused (T22 Art.30(3)).
    """
    return any(code in accused for code in unit_line)


def line_above(code: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """A unit's code and those of all above it, nearest first; a loop is walked once."""
    line: dict[str, None] = {}
    at: str | None = code
    while at is not None and at not in line:
        line[at] = None
        at = parents.get(at)
    return tuple(line)


def faults(units: Mapping[str, UnitRecord]) -> Iterator[Fault]:
    """Everything that contradicts itself in a whole organisation."""
    parents = {code: unit.parent for code, unit in units.items()}
    reviewers = {code: unit.review_body for code, unit in units.items()}
    for unit in units.values():
        yield from _in_itself(unit)
        yield from _with_parent(unit, units, parents)
        yield from _with_reviewer(unit, units, reviewers)
        yield from _with_successors(unit, units)


def _in_itself(unit: UnitRecord) -> Iterator[Fault]:
    if unit.valid_from and unit.valid_to and unit.valid_to < unit.valid_from:
        early = both(
            f"失效日{unit.valid_to}早于生效日{unit.valid_from}。",
            f"Ends on {unit.valid_to}, before it begins on {unit.valid_from}.",
        )
        yield Fault(unit.code, "valid_to", early)


def _with_parent(
    unit: UnitRecord, units: Mapping[str, UnitRecord], parents: Mapping[str, str | None]
) -> Iterator[Fault]:
    if unit.parent is None:
        return
    parent = units.get(unit.parent)
    if parent is None:
        gone = both(f"没有上级单位{unit.parent}。", f"There is no parent unit {unit.parent}.")
        yield Fault(unit.code, "parent", gone)
        return
    if _returns_to(unit.code, parents):
        loop = both("上级单位不能是本单位或其下级。", "May not be the unit itself or one below it.")
        yield Fault(unit.code, "parent", loop)
        return
    if not _contains(parent, unit):
        outside = both(
            f"有效期（{_period(unit)}）超出上级单位{parent.code}的有效期（{_period(parent)}）。",
            f"Is valid ({_period(unit)}) when its parent {parent.code} is not ({_period(parent)}).",
        )
        yield Fault(unit.code, "parent", outside)
    if unit.level and parent.level and _RANKS[parent.level] < _RANKS[unit.level]:
        above = both(
            f"上级单位{parent.code}的层级（{LEVELS[parent.level]}）低于本单位。",
            f"The parent {parent.code} is of a lower level ({parent.level}).",
        )
        yield Fault(unit.code, "level", above)


def _with_reviewer(
    unit: UnitRecord, units: Mapping[str, UnitRecord], reviewers: Mapping[str, str | None]
) -> Iterator[Fault]:
    if unit.review_body is None:
        return
    if unit.review_body not in units:
        gone = both(
            f"没有复查机关{unit.review_body}。", f"There is no review body {unit.review_body}."
        )
        yield Fault(unit.code, "review_body", gone)
    elif _returns_to(unit.code, reviewers):
        loop = both(
            "复查机关不能是本单位，也不能由本单位复查。",
            "May not be the unit itself or one that it reviews.",
        )
        yield Fault(unit.code, "review_body", loop)


def _with_successors(unit: UnitRecord, units: Mapping[str, UnitRecord]) -> Iterator[Fault]:
    if not unit.successors:
        return
    if unit.valid_to is None:
        early = both(
            "写明承接单位时须写明失效日。", "A unit with successors needs its last day, valid_to."
        )
        yield Fault(unit.code, "valid_to", early)
        return
    next_day = unit.valid_to + dt.timedelta(days=1)
    for share in unit.successors:
        heir = units.get(share.unit)
        missing = [area for area in share.areas if area not in units]
        if heir is None:
            gone = both(f"没有承接单位{share.unit}。", f"There is no successor {share.unit}.")
            yield Fault(unit.code, "successors", gone)
        elif heir.code == unit.code or not heir.valid_on(next_day):
            late = both(
                f"承接单位{share.unit}在{next_day}不存在。",
                f"The successor {share.unit} does not exist on {next_day}.",
            )
            yield Fault(unit.code, "successors", late)
        for area in missing:
            nowhere = both(f"没有区域{area}。", f"There is no area {area}.")
            yield Fault(unit.code, "successors", nowhere)


def _returns_to(code: str, ways: Mapping[str, str | None]) -> bool:
    """Whether following `ways` from `code` leads back to it."""
    seen: set[str] = set()
    at = ways.get(code)
    while at is not None and at not in seen:
        if at == code:
            return True
        seen.add(at)
        at = ways.get(at)
    return False


def _contains(parent: UnitRecord, child: UnitRecord) -> bool:
    begins = parent.valid_from is None or (
        child.valid_from is not None and parent.valid_from <= child.valid_from
    )
    ends = parent.valid_to is None or (
        child.valid_to is not None and child.valid_to <= parent.valid_to
    )
    return begins and ends


def _period(unit: UnitRecord) -> str:
    return f"{unit.valid_from or '…'}–{unit.valid_to or '…'}"
