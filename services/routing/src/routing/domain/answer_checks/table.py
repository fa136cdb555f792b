"""The table of checks: standards/answer_checks.yaml, read whole or not at all."""

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from routing.domain.answer_checks import (  # noqa: F401  (each enters its functions)
    alike,
    basis,
    claims,
    dates,
    form,
    remedy,
    wording,
)
from routing.domain.answer_checks.ground import CHECKERS, KINDS_OF_PARAM, Checker
from routing.domain.opinion import KINDS
from routing.domain.standards import Source, expect, only, read_yaml

LEVELS = ("block", "warn", "hint")
FILE = "answer_checks.yaml"
_TEXTS = ("code", "title", "zh", "en", "level", "basis", "function")
_ROW = frozenset((*_TEXTS, "applies_to", "params"))


@dataclass(frozen=True)
class Check:
    """One row of the table, ready to run."""

    code: str
    title: str
    zh: str
    en: str
    level: str
    applies_to: frozenset[str]
    basis: str
    params: Mapping[str, Any]
    checker: Checker


@dataclass(frozen=True)
class Checks:
    """The whole table; `by_kind` has each kind's checks in order.

    `drafter_may_approve` says whether who wrote an opinion may also approve it.
    """

    rows: tuple[Check, ...]
    by_kind: Mapping[str, tuple[Check, ...]]
    drafter_may_approve: bool


@cache
def load_checks(*, folder: Path | None = None) -> Checks:
    """The office's table, or the package's; StandardError keeps the process from starting."""
    return read_checks(read_yaml(FILE, folder=folder))


def read_checks(source: Source) -> Checks:
    """The table in a file; StandardError names file and line of the first mistake."""
    only(source, source.values, ("approval", "checks"))
    approval = expect(source, source.values.get("approval"), dict, "approval")
    only(source, approval, ("drafter_may_approve",), "approval")
    place = ("approval", "drafter_may_approve")
    may = expect(source, approval.get(place[1]), bool, place[1], *place)
    found: dict[str, Check] = {}
    for number, row in enumerate(expect(source, source.values.get("checks"), list, "checks")):
        one = _check(source, row, "checks", number)
        if one.code in found:
            raise source.fault(
                f"检查“{one.code}”出现了两次",
                f"there are two checks {one.code!r}",
                "checks",
                number,
            )
        found[one.code] = one
    by_kind = {
        kind: tuple(one for one in found.values() if kind in one.applies_to) for kind in KINDS
    }
    return Checks(tuple(found.values()), by_kind, may)


def _check(source: Source, row: Any, *place: str | int) -> Check:
    expect(source, row, dict, "check", *place)
    for name in (*_TEXTS, "applies_to"):
        if not row.get(name):
            raise source.fault(f"缺少“{name}”", f"{name} is missing", *place)
    for name in row:
        if name not in _ROW:
            raise source.fault(f"不认识的项“{name}”", f"unknown key {name!r}", *place, name)
    for name in _TEXTS:
        expect(source, row[name], str, name, *place, name)
    _one_of(source, row["level"], LEVELS, *place, "level")
    for number, kind in enumerate(expect(source, row["applies_to"], list, "applies_to", *place)):
        _one_of(source, kind, KINDS, *place, "applies_to", number)
    _one_of(source, row["function"], CHECKERS, *place, "function")
    checker = CHECKERS[row["function"]]
    for language in ("zh", "en"):
        _check_message(source, row[language], checker, *place, language)
    return Check(
        **{name: row[name] for name in _TEXTS if name != "function"},
        applies_to=frozenset(row["applies_to"]),
        params=_params(source, row.get("params", {}), checker, *place, "params"),
        checker=checker,
    )


def _one_of(source: Source, value: Any, known: Iterable[str], *place: str | int) -> None:
    names = tuple(known)
    if value not in names:
        listed = "、".join(names)
        raise source.fault(f"“{value}”应为：{listed}", f"{value!r} is none of {listed}", *place)


def _check_message(source: Source, text: str, checker: Checker, *place: str | int) -> None:
    try:
        named = {part[1] for part in string.Formatter().parse(text) if part[1]}
    except ValueError as error:
        raise source.fault("花括号不成对", str(error), *place) from error
    if unknown := ", ".join(sorted(named - set(checker.tells))):
        raise source.fault(
            f"函数不提供“{unknown}”", f"{unknown} is not told by the function", *place
        )


def _params(source: Source, given: Any, checker: Checker, *place: str | int) -> dict[str, Any]:
    expect(source, given, dict, "params", *place)
    if given.keys() != checker.takes.keys():
        wanted = "、".join(checker.takes) or "无"
        raise source.fault(
            f"参数应为：{wanted}", f"params must be {', '.join(checker.takes) or 'absent'}", *place
        )
    ready = {}
    for name, kind in checker.takes.items():
        try:
            ready[name] = KINDS_OF_PARAM[kind](given[name])
        except ValueError as error:
            raise source.fault(f"参数{name}不对", f"{name} {error}", *place, name) from error
    return ready
