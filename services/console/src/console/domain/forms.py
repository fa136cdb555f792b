"""Forms made of what a guide asks for: what was typed put into fields, and read out of them.

A field that is left empty is left out, so that the service says what is missing. Pages that have
forms of their own say what they ask for in the same words (`ask`), so that there is one way.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.clock import OFFICE_TZ

_LISTS = frozenset({"units", "accounts", "lines", "keys"})
_ROWS_MOST = 50

Sent = Callable[[str], list[str]]
"""All that a browser sent under a name."""


@dataclass(frozen=True)
class Needed:
    """With which choices of another field this one is required."""

    by: str
    title: str
    codes: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """A field to show: what the guide says of it, and what stands in it."""

    asks: Mapping[str, Any]
    value: str
    values: list[str]
    needed: Needed | None = None
    rows: list[dict[str, list[str]]] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """Categories under their uppermost one, as code and name."""

    name: str
    leaves: list[tuple[str, str]]


def ask(
    name: str, title: str, type_: str, *, required: bool = False, **more: Any
) -> dict[str, Any]:
    """Something that a form of ours asks for, as a guide would say it."""
    plain: dict[str, Any] = {
        "name": name,
        "title": title,
        "type": type_,
        "required": required,
        "choices": {},
        "hint": None,
        "least": None,
        "most": None,
        "earliest": None,
        "latest": None,
        "values": [],
        "suggested": None,
        "needed_for": {},
        "members": [],
    }
    return plain | more


def fill(asks: list[dict[str, Any]], sent: Sent, *, more: bool = False) -> list[Field]:
    """The fields with what was typed, else with what the office would usually put.

    `more` adds an empty row to fields of several rows.
    """
    titles = {one["name"]: one for one in asks}
    return [
        Field(
            one,
            _first(one["name"], sent) or one.get("suggested") or "",
            _listed(one, sent),
            _needed(one, titles),
            _rows(one, sent, more=more) if one["type"] == "parts" else [],
        )
        for one in asks
    ]


def read(asks: list[dict[str, Any]], sent: Sent) -> dict[str, Any]:
    """The JSON that an action takes, from what was typed."""
    found = {one["name"]: _READERS.get(one["type"], _read_text)(one, sent) for one in asks}
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def grouped(categories: list[dict[str, Any]]) -> list[Group]:
    """The finest categories under the uppermost one that each belongs to, in the table's order."""
    known = {one["code"]: one for one in categories}
    above = {one["parent"] for one in categories}
    groups: dict[str, Group] = {}
    for one in categories:
        if one["code"] in above:
            continue
        names, top = [one["name"]], one
        while top["parent"] in known:
            top = known[top["parent"]]
            names.append(top["name"])
        group = groups.setdefault(top["code"], Group(top["name"], []))
        group.leaves.append((one["code"], " — ".join(reversed(names[:-1])) or one["name"]))
    return list(groups.values())


def cases_named(asks: Iterable[Mapping[str, Any]], body: Mapping[str, Any]) -> dict[str, str]:
    """The fields that name another case, with the number that was typed."""
    return {
        one["name"]: str(body[one["name"]])
        for one in asks
        if one["type"] == "case" and one["name"] in body
    }


def _needed(one: Mapping[str, Any], titles: Mapping[str, Mapping[str, Any]]) -> Needed | None:
    for by, codes in (one.get("needed_for") or {}).items():
        if by in titles:
            choices = titles[by]["choices"]
            named = [code for code in codes if code in choices]
            return Needed(
                by, titles[by]["title"], tuple(named), tuple(choices[code] for code in named)
            )
    return None


def _first(name: str, sent: Sent) -> str:
    return next(iter(sent(name)), "").strip()


def _lines(values: Iterable[str]) -> list[str]:
    lines = (line.strip() for value in values for line in value.splitlines())
    return [line for line in lines if line]


def _listed(one: Mapping[str, Any], sent: Sent) -> list[str]:
    """The values of a list: chosen ones, or one a line."""
    return _lines(sent(one["name"]))


def _read_text(one: Mapping[str, Any], sent: Sent) -> str:
    return _first(one["name"], sent)


def _read_flag(one: Mapping[str, Any], sent: Sent) -> bool | str:
    typed = _first(one["name"], sent)
    return {"true": True, "false": False}.get(typed, typed)


def _read_whole(one: Mapping[str, Any], sent: Sent) -> int | str:
    typed = _first(one["name"], sent)
    return int(typed) if typed.lstrip("-").isdecimal() else typed


def _read_moment(one: Mapping[str, Any], sent: Sent) -> str:
    """A time as the office's clocks show it, with its zone; as typed where it is no time."""
    typed = _first(one["name"], sent)
    try:
        return dt.datetime.fromisoformat(typed).replace(tzinfo=OFFICE_TZ).isoformat()
    except ValueError:
        return typed


def _rows(one: Mapping[str, Any], sent: Sent, *, more: bool) -> list[dict[str, list[str]]]:
    """What was typed into the rows of a field, named part-1-title and so on; at least one row."""
    rows = []
    for at in range(1, _ROWS_MOST + 1):
        names = {
            member["name"]: f"{one['name']}-{at}-{member['name']}" for member in one["members"]
        }
        row = {name: sent(field_name) for name, field_name in names.items()}
        if any(value.strip() for values in row.values() for value in values):
            rows.append(row)
    blank: dict[str, list[str]] = {member["name"]: [] for member in one["members"]}
    return [*rows, blank] if more or not rows else rows


def _read_parts(one: Mapping[str, Any], sent: Sent) -> list[dict[str, Any]]:
    parts = []
    for row in _rows(one, sent, more=False):
        part = {
            name: _lines(values) if name.endswith("s") else "\n".join(values).strip()
            for name, values in row.items()
        }
        parts.append({name: value for name, value in part.items() if value})
    return [part for part in parts if part]


_READERS: dict[str, Callable[[Mapping[str, Any], Sent], Any]] = {
    "parts": _read_parts,
    "flag": _read_flag,
    "whole": _read_whole,
    "moment": _read_moment,
    **dict.fromkeys(_LISTS, _listed),
}
