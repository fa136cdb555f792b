"""What each row of procedure.yaml may say, of which type, and what an own edition must keep."""

from collections.abc import Collection, Mapping
from typing import Any

from routing.domain.procedure.model import Procedure
from routing.domain.standards import Source, expect, only

TEXT, TEXTS, NAMES, FLAG, WHOLE, MAP, VALUE = "text", "texts", "names", "flag", "whole", "map", "*"
ROWS: Mapping[str, Mapping[str, str]] = {
    "parameters": {"value": VALUE, "title": TEXT, "basis": TEXT, "choices": TEXTS},
    "states": {"name": TEXT, "stage": TEXT, "ended": FLAG, "next": TEXTS},
    "groups": {"roles": TEXTS, "seat": TEXT},
    "fields": {
        "title": TEXT, "type": TEXT, "choices": NAMES, "least": WHOLE, "most": WHOLE, "hint": TEXT,
    },
    "actions": {
        "title": TEXT, "from": VALUE, "to": TEXT, "who": TEXTS, "asks": TEXTS, "guards": TEXTS,
        "sets": NAMES, "event": TEXT, "notes": TEXT, "stamp": TEXT, "resume": FLAG,
        "documents": TEXTS, "notices": TEXTS, "basis": TEXT,
    },
    "clocks": {
        "name": TEXT, "basis": TEXT, "kind": TEXT, "length": MAP, "first_day": TEXT, "when": TEXT,
        "starts_on": TEXTS, "settled_by": TEXTS, "cancelled_by": TEXTS, "excused_by": TEXTS,
        "survives": TEXTS, "not_for": TEXTS, "not_on_routes": TEXTS, "pauses": FLAG,
    },
}  # fmt: skip
_TYPES: Mapping[str, type] = {
    TEXT: str, TEXTS: list, NAMES: dict, FLAG: bool, WHOLE: int, MAP: dict, VALUE: object,
}  # fmt: skip


def check_shape(source: Source) -> None:
    """StandardError where the file is not the sections and rows that it should be."""
    only(source, source.values, ("edition", *ROWS))
    for section, known in ROWS.items():
        rows = expect(source, source.values.get(section), dict, section, section)
        for name, row in rows.items():
            _text(source, name, section, name)
            only(source, row, tuple(known), section, name)
            for key, value in row.items():
                _check(source, value, known[key], section, name, key)


def check_roles(source: Source, roles: Collection[str]) -> None:
    """StandardError where a group has a role that nobody ever has."""
    for name, row in source.values["groups"].items():
        for at, role in enumerate(row.get("roles", ())):
            if role not in roles:
                raise source.fault(
                    f"没有角色“{role}”", f"no role {role!r}", "groups", name, "roles", at
                )


def check_contract(source: Source, found: Procedure, contract: Procedure) -> None:
    """StandardError where an office's own edition takes away what callers and guards rely on.

    Actions and fields are the HTTP contract: none may be missing, added, or ask for another
    thing. States and parameters may be added, and a parameter keeps its type.
    """
    _same(source, "actions", found.actions, contract.actions)
    _same(source, "fields", found.fields, contract.fields)
    for section in ("states", "parameters"):
        kept = getattr(found, section)
        for name in getattr(contract, section):
            if name not in kept:
                raise source.fault(f"缺少“{name}”", f"{name!r} is missing", section)
    for name, action in contract.actions.items():
        place = ("actions", name)
        if found.actions[name].asks.keys() != action.asks.keys():
            raise source.fault("不能增减操作的字段", "asks for other fields", *place, "asks")
        if found.actions[name].by_system != action.by_system:
            raise source.fault("没有人可以进行此操作", "nobody may do it", *place, "who")
    for name, field in contract.fields.items():
        if found.fields[name].type != field.type:
            raise source.fault("不能改变字段类型", "another type", "fields", name, "type")
    for name, parameter in contract.parameters.items():
        if type(found.parameters[name].value) is not type(parameter.value):
            raise source.fault("取值类型不对", "wrong type of value", "parameters", name, "value")


def _same(
    source: Source, section: str, found: Mapping[str, Any], contract: Mapping[str, Any]
) -> None:
    for name in found.keys() - contract.keys():
        raise source.fault(f"不能增加“{name}”", f"{name!r} may not be added", section, name)
    for name in contract.keys() - found.keys():
        raise source.fault(f"缺少“{name}”", f"{name!r} is missing", section)


def _check(source: Source, value: Any, kind: str, *place: str) -> None:
    expect(source, value, _TYPES[kind], place[-1], *place)
    if kind == TEXTS:
        for at, item in enumerate(value):
            _text(source, item, *place, at)
    if kind == NAMES:
        for key, item in value.items():
            _text(source, key, *place, key)
            _text(source, item, *place, key)


def _text(source: Source, value: Any, *place: str | int) -> None:
    expect(source, value, str, str(value), *place)
