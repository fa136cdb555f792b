"""Reading procedure.yaml and checking it whole: an error names file, line and reason."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from routing.domain.procedure.model import (
    ANY,
    BACK,
    DUTY,
    OPEN,
    SAME,
    WINDOW,
    Action,
    Ask,
    ClockRule,
    Field,
    Parameter,
    Procedure,
    Seat,
    State,
)
from routing.domain.procedure.shape import check_contract, check_roles, check_shape
from routing.domain.standards import Source, expect, only, read_yaml

FILE = "procedure.yaml"
FIELD_TYPES = (
    "account", "accounts", "case", "category", "code", "day", "flag", "keys", "line", "lines",
    "parts", "text", "unit", "units", "whole",
)  # fmt: skip
STAMPS = ("forwarded_at", "accepted_at", "replied_at", "served_at", "closed_at")
SETTABLE = ("route", "handling")
FIRST_DAYS = ("action", "receipt", "acceptance", "service", "application")
LINKING = (
    "open", "open_at_unit", "taken_over", "claimed", "answer", "redo", "review_asked",
    "review_accepted",
)  # fmt: skip
"""What starts or settles clocks beside actions: a petition comes, the office takes one over from a
unit, what was accepted turns out to be a claim, an answer counts, a redo, an application for review
comes and is accepted."""
START = "registered"
_LENGTHS = ("days", "working_days", "months", "until", "extends", "shares")


@dataclass(frozen=True)
class _Names:
    """What rows of actions and clocks may name."""

    states: Mapping[str, State]
    fields: Mapping[str, Field]
    seats: Mapping[str, Seat]
    guards: Mapping[str, str]
    events: frozenset[str]
    documents: Mapping[str, str] | None


def load(
    *,
    guards: Collection[str],
    events: Collection[str],
    documents: Collection[str] | None = None,
    roles: Collection[str] | None = None,
    folder: Path | None = None,
    source: Source | None = None,
    contract: Procedure | None = None,
) -> Procedure:
    """The procedure of an office; StandardError where it contradicts itself or what it names.

    `guards`, `events`, `documents` and `roles` are the names that exist; an office's own edition
    in `folder` may change everything but the set of actions and fields, which are the HTTP
    contract: `contract` is the edition that has them.
    """
    source = source or read_yaml(FILE, folder=folder)
    check_shape(source)
    if roles is not None:
        check_roles(source, roles)
    states = _states(source)
    fields = _fields(source)
    names = _Names(
        states,
        fields,
        _seats(source),
        {guard: guard for guard in guards},
        frozenset(events),
        None if documents is None else {kind: kind for kind in documents},
    )
    actions = {
        name: _action(source, name, row, names) for name, row in source.values["actions"].items()
    }
    found = Procedure(
        edition=str(source.values.get("edition", "")),
        parameters=_parameters(source),
        states=states,
        fields=fields,
        actions=actions,
        clocks={
            name: _clock(source, name, row, names, actions)
            for name, row in source.values["clocks"].items()
        },
    )
    _check_reachable(source, found)
    if contract is not None:
        check_contract(source, found, contract)
    return found


def _states(source: Source) -> dict[str, State]:
    found = {}
    for code, row in source.values["states"].items():
        for key in ("name", "stage"):
            if not row.get(key):
                raise source.fault(f"状态缺少“{key}”", f"a state needs {key!r}", "states", code)
        usual = _known(
            source, row.get("next", []), {name: name for name in source.values["actions"]},
            "操作", "action", "states", code, "next",
        )  # fmt: skip
        ended = row.get("ended", False)
        found[code] = State(code, row["name"], row["stage"], ended, tuple(usual))
    if START not in found:
        raise source.fault(f"缺少起始状态{START}", f"no state {START}", "states")
    return found


def _fields(source: Source) -> dict[str, Field]:
    found = {}
    for name, row in source.values["fields"].items():
        if row.get("type") not in FIELD_TYPES:
            raise source.fault(
                f"没有类型“{row.get('type')}”", f"no type {row.get('type')!r}", "fields", name
            )
        if row["type"] == "code" and not row.get("choices"):
            raise source.fault("缺少选项", "a code needs choices", "fields", name)
        found[name] = Field(
            name,
            str(row.get("title", name)),
            row["type"],
            dict(row.get("choices", {})),
            row.get("least", 1),
            row.get("most", 4000),
            row.get("hint"),
        )
    return found


def _seats(source: Source) -> dict[str, Seat]:
    found = {}
    for name, row in source.values["groups"].items():
        if row.get("seat") not in ("lead", "part", "office", "body"):
            raise source.fault("seat应为lead、part、office或body", "unknown seat", "groups", name)
        found[name] = Seat(tuple(row.get("roles", ())), row["seat"])
    return found


def _parameters(source: Source) -> dict[str, Parameter]:
    found = {}
    for name, row in source.values["parameters"].items():
        place = ("parameters", name)
        if "value" not in row or not row.get("basis"):
            raise source.fault("参数缺少取值或依据", "needs value and basis", *place)
        choices = tuple(row.get("choices", ()))
        if choices and row["value"] not in choices:
            raise source.fault(f"取值应为{choices}之一", f"must be one of {choices}", *place)
        found[name] = Parameter(name, row.get("title", name), row["value"], row["basis"], choices)
    return found


def _action(source: Source, name: str, row: Any, names: _Names) -> Action:
    place = ("actions", name)
    if not row.get("basis"):
        raise source.fault("操作没有依据", "an action without a basis", *place)
    groups = row.get("who") or []
    who = tuple(_known(source, groups, names.seats, "人员组", "group", *place, "who"))
    if not who:
        raise source.fault("没有人可以进行此操作", "an action that nobody may do", *place)
    asks = {}
    for at, asked in enumerate(row.get("asks") or []):
        key, _, field = asked.removesuffix("!").rpartition("=")
        if field not in names.fields:
            raise source.fault(f"没有字段“{field}”", f"no field {field!r}", *place, "asks", at)
        asks[key or field] = Ask(key or field, names.fields[field], asked.endswith("!"))
    to = row.get("to")
    if to not in names.states and to not in (SAME, BACK):
        raise source.fault(f"没有状态“{to}”", f"no state {to!r}", *place, "to")
    event = row.get("event", "none")
    if event != "none" and event not in names.events:
        raise source.fault(f"没有事件“{event}”", f"no event {event!r}", *place, "event")
    stamp = row.get("stamp")
    if stamp is not None and stamp not in STAMPS:
        raise source.fault(f"不能记录到“{stamp}”", f"no stamp {stamp!r}", *place, "stamp")
    only(source, row.get("sets") or {}, SETTABLE, *place, "sets")
    return Action(
        name=name,
        title=row.get("title", name),
        from_=_from(source, row.get("from"), names.states, *place, "from"),
        to=to,
        who=who,
        asks=asks,
        guards=tuple(_known(source, row.get("guards") or [], names.guards,
                            "条件", "guard", *place, "guards")),
        sets=row.get("sets") or {},
        event=None if event == "none" else event,
        notes=row.get("notes"),
        stamp=stamp,
        resume=bool(row.get("resume", False)),
        documents=tuple(_known(source, row.get("documents") or [], names.documents,
                               "文书", "document", *place, "documents")),
        notices=tuple(_known(source, row.get("notices") or [], names.documents,
                             "文书", "document", *place, "notices")),
        basis=row["basis"],
        by_system=not any(seat.roles for seat in who),
    )  # fmt: skip


def _from(source: Source, value: Any, states: Mapping[str, State], *place: str) -> tuple[str, ...]:
    if value == ANY:
        return tuple(states)
    if value == OPEN:
        return tuple(code for code, state in states.items() if not state.ended)
    codes = expect(source, value, list, "from", *place)
    if not codes:
        raise source.fault("操作没有起始状态", "an action from nowhere", *place)
    for at, code in enumerate(codes):
        if code not in states:
            raise source.fault(f"没有状态“{code}”", f"no state {code!r}", *place, at)
    return tuple(codes)


def _known(
    source: Source, names: Any, table: Mapping[str, Any] | None, zh: str, en: str, *place: str
) -> list[Any]:
    expect(source, names, list, place[-1], *place)
    if table is None:
        return list(names)
    found = []
    for at, name in enumerate(names):
        if name not in table:
            raise source.fault(f"没有{zh}“{name}”", f"no {en} {name!r}", *place, at)
        found.append(table[name])
    return found


def _clock(
    source: Source,
    name: str,
    row: Any,
    names: _Names,
    actions: Mapping[str, Action],
) -> ClockRule:
    place = ("clocks", name)
    if not row.get("basis"):
        raise source.fault("期限没有依据", "a clock without a basis", *place)
    if row.get("kind") not in (DUTY, WINDOW):
        raise source.fault("kind应为duty或window", "kind is duty or window", *place)
    length = row.get("length") or {}
    _check_length(source, length, names, *place, "length")
    if row.get("first_day", "action") not in FIRST_DAYS:
        raise source.fault("起算日不对", "unknown first_day", *place, "first_day")
    doings = {doing: doing for doing in (*actions, *LINKING)}
    here = {state: state for state in names.states}
    listed = {
        key: tuple(_known(source, row.get(key) or [], table, zh, en, *place, key))
        for key, table, zh, en in (
            ("starts_on", doings, "操作", "action"),
            ("settled_by", doings, "操作", "action"),
            ("cancelled_by", doings, "操作", "action"),
            ("survives", here, "状态", "state"),
        )
    }
    cancelling = {name: name for name in listed["cancelled_by"]}
    excused = _known(
        source, row.get("excused_by") or [], cancelling, "使其停止的操作", "cancelling action",
        *place, "excused_by",
    )  # fmt: skip
    if not listed["starts_on"]:
        raise source.fault("期限从不起算", "a clock that never starts", *place)
    return ClockRule(
        id=name,
        name=str(row.get("name", name)),
        basis=row["basis"],
        kind=row["kind"],
        days=length.get("days", 0),
        working_days=length.get("working_days", 0),
        months=length.get("months", 0),
        until=length.get("until"),
        extends=length.get("extends"),
        shares=length.get("shares"),
        first_day=row.get("first_day", "action"),
        when=_flag_of(source, row.get("when"), *place, "when"),
        excused_by=tuple(excused),
        not_for=tuple(row.get("not_for") or ()),
        not_on_routes=tuple(row.get("not_on_routes") or ()),
        pauses=bool(row.get("pauses", False)),
        **listed,
    )


def _flag_of(source: Source, name: str | None, *place: str) -> str | None:
    """The parameter, true or false, that turns a clock on."""
    if name is None:
        return None
    parameter = source.values["parameters"].get(name) or {}
    if not isinstance(parameter.get("value"), bool):
        raise source.fault(f"没有是非参数“{name}”", f"no parameter {name!r} of yes or no", *place)
    return name


def _check_length(source: Source, length: Any, names: _Names, *place: str) -> None:
    only(source, length, _LENGTHS, *place)
    if len(length) != 1:
        raise source.fault("期限须有且只有一种长度", "a clock needs one length", *place)
    ((kind, value),) = length.items()
    tables: dict[str, Collection[str]] = {
        "until": names.fields,
        "extends": source.values["clocks"],
        "shares": source.values["clocks"],
    }
    if kind in tables:
        if value not in tables[kind]:
            raise source.fault(f"没有“{value}”", f"no {value!r}", *place, kind)
    elif expect(source, value, int, kind, *place, kind) < 1:
        raise source.fault("期限至少为1", "a period is of one at least", *place, kind)


def _check_reachable(source: Source, procedure: Procedure) -> None:
    """Every state can be come to, and every one that is not ended can be left."""
    reached, more = {START}, {START}
    while more:
        targets = {
            action.to
            for action in procedure.actions.values()
            if action.to not in (SAME, BACK) and reached & set(action.from_)
        }
        more = targets - reached
        reached |= more
    for code, state in procedure.states.items():
        if code not in reached:
            zh = f"没有操作能到达状态“{state.name}”"
            raise source.fault(zh, f"state {code!r} is unreachable", "states", code)
        leaving = [a for a in procedure.actions.values() if code in a.from_ and a.to != SAME]
        if not leaving and not state.ended:
            raise source.fault(
                f"没有操作能离开状态“{state.name}”", f"state {code!r} is a dead end", "states", code
            )
