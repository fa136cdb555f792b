"""Jurisdiction: who handles a matter, who takes over, who reviews, who settles a dispute."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from routing.domain.units import Share, UnitRecord
from shared.errors import both

ANY = "*"
"""In a responsibility: every category, or every area."""

REVIEWING = frozenset({"party_government", "superior", "department", "subdistrict"})
"""Kinds of units that review opinions of those below them (T22 Art.35)."""


@dataclass(frozen=True)
class Responsibility:
    """A unit handles a category (and all below it) in an area; priority 1 comes first."""

    category: str
    area: str
    unit: str
    valid_from: dt.date
    valid_to: dt.date | None
    priority: int


class Responsible(NamedTuple):
    """A unit that a matter may go to, and why, in both languages."""

    unit: str
    reason: str


class Reviewer(NamedTuple):
    """Who reviews a unit's opinions, and on what basis."""

    unit: str
    basis: str


def category_line(category: str | None) -> tuple[str, ...]:
    """A category, those above it and ANY, the most specific first."""
    parts = category.split(".") if category else []
    return (*(".".join(parts[:n]) for n in range(len(parts), 0, -1)), ANY)


def area_line(area: str | None, units: Mapping[str, UnitRecord]) -> tuple[str, ...]:
    """An area, the areas that contain it and ANY, the most specific first."""
    known = units.get(area) if area else None
    above = known.line if known else ((area,) if area else ())
    return (*above, ANY)


def best_first(
    rows: Iterable[Responsibility], *, categories: Sequence[str], areas: Sequence[str]
) -> list[Responsibility]:
    """In order: most specific category, then most specific area, then priority.

    谁主管谁负责 goes before 属地 (T22 Arts.5, 22): a competent body of the matter is more
    particular than a body of the place.
    """
    by_category = {category: n for n, category in enumerate(categories)}
    by_area = {area: n for n, area in enumerate(areas)}
    return sorted(
        (row for row in rows if row.category in by_category and row.area in by_area),
        key=lambda row: (by_category[row.category], by_area[row.area], row.priority, row.unit),
    )


def reason(row: Responsibility, *, category: str | None, area: str | None, heir_of: bool) -> str:
    """Why a responsibility fits, for the person who decides."""
    zh = ["按全部类别" if row.category == ANY else f"按类别“{row.category}”"]
    en = ["all categories" if row.category == ANY else f"category {row.category}"]
    if row.category not in (ANY, category):
        zh.append(f"（“{category}”的上级类别）")
        en.append(f"(above {category})")
    zh.append("，不分区域" if row.area == ANY else f"，按区域“{row.area}”")
    en.append("in every area" if row.area == ANY else f"in area {row.area}")
    if row.area not in (ANY, area):
        zh.append(f"（“{area}”所属）")
        en.append(f"(which contains {area})")
    zh.append(f"，优先级{row.priority}")
    en.append(f"priority {row.priority}")
    if heir_of:
        zh.append(f"；承接已撤并单位“{row.unit}”的职责")
        en.append(f"as successor of {row.unit}")
    return both("".join(zh) + "。", ", ".join(en) + ".")


def successor(
    units: Mapping[str, UnitRecord],
    code: str,
    *,
    on: dt.date,
    category: str | None = None,
    area: str | None = None,
) -> str | None:
    """Who has on that day what `code` had: itself while it exists, else its successor.

    None where nobody is named: then the party committee and government of the same level decide
    (T22 Art.24(2)).
    """
    seen: set[str] = set()
    at = units.get(code)
    while at is not None and at.code not in seen:
        if at.valid_on(on):
            return at.code
        if at.valid_to is None or on <= at.valid_to:
            return None
        seen.add(at.code)
        share = _taker(at.successors, category_line(category), area_line(area, units))
        at = units.get(share.unit) if share else None
    return None


def _taker(
    shares: Iterable[Share], categories: Sequence[str], areas: Sequence[str]
) -> Share | None:
    fitting = [
        (_place(share.categories, categories), _place(share.areas, areas), share.unit, share)
        for share in shares
    ]
    fitting = [one for one in fitting if one[0] < len(categories) and one[1] < len(areas)]
    return min(fitting)[-1] if fitting else None


def _place(named: Collection[str], line: Sequence[str]) -> int:
    """How specifically a share names one of `line`; its length where it names none."""
    if not named:
        return len(line) - 1
    return next((n for n, code in enumerate(line) if code in named), len(line))


def reviewer(units: Mapping[str, UnitRecord], code: str, *, on: dt.date) -> Reviewer | None:
    """Which unit reviews a unit's opinions (复查), and so on for re-review (复核).

    The one that is named; else the nearest above of a higher level, or the government of the same
    level; else the only government of the next level that there is (T22 Arts.35-36, TBJ 48).
    None where several could be meant: then the review body must be named.
    """
    unit = units.get(code)
    if unit is None:
        return None
    named = units.get(unit.review_body) if unit.review_body else None
    if named is not None and named.valid_on(on):
        return Reviewer(named.code, "T22 Arts.35-36; named in the organisation table")
    own = _standing(unit)
    above = [units[up] for up in unit.line[1:] if up in units and units[up].valid_on(on)]
    for one in above:
        if one.kind in REVIEWING and own < _standing(one):
            return Reviewer(one.code, "T22 Arts.35-36: the body above it")
    governments = [
        one
        for one in units.values()
        if one.kind == "party_government" and one.valid_on(on) and own < _standing(one)
    ]
    least = min((_standing(one) for one in governments), default=None)
    nearest = [one for one in governments if _standing(one) == least]
    if len(nearest) == 1:
        return Reviewer(nearest[0].code, "T22 Arts.35-36; TBJ 48 by analogy")
    return None


def _standing(unit: UnitRecord) -> tuple[int, bool]:
    """Where a unit stands on the ladder of review: a government is above its departments."""
    rank = unit.rank
    return (-1 if rank is None else rank, unit.kind == "party_government")


def common_superior(lines: Sequence[Sequence[str]]) -> str | None:
    """The nearest unit above all that dispute; None sends them to the joint meeting (T22 Art.24).

    `lines` are those of the disputing units, their own codes first.
    """
    disputing = {line[0] for line in lines}
    first, *others = lines
    for code in first:
        if code not in disputing and all(code in line for line in others):
            return code
    return None
