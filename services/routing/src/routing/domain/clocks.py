"""Statutory clocks: what the rules of procedure.yaml make of what happens to a case.

A due time is the start of the next local day, exclusive (TCC 203(2)). A date that a letter sets
never rolls. An extension counts from the unrolled day 60 (T22 Art.34), a pause adds its days to
the nominal day (Art.36(2)). Each clock keeps a log of every computation.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from routing.domain.calendar import Calendar
from routing.domain.counting import Counted, Length, count
from routing.domain.procedure import DUTY, WINDOW, ClockRule, Procedure
from shared.clock import OFFICE_TZ, day_ends, from_wire, office_day, wire

RUNNING, PAUSED, MET, MISSED = "running", "paused", "met", "missed"
CANCELLED, EXTENDED, EXPIRED = "cancelled", "extended", "expired"
_LIVE = (RUNNING, PAUSED)
_TELLING = ("D1", "D2", "D3")
"""The clocks within which a petitioner is told of acceptance, by way of receipt (Arts.22, 23)."""

Clocks = list[dict[str, Any]]


@dataclass(frozen=True)
class Happening:
    """What happened to a case, as far as clocks care."""

    doings: frozenset[str]
    """The action's name, and what else it is, such as `open`, `answer` or `redo`."""
    at: dt.datetime
    state: str
    """The state the case is in afterwards."""
    purpose: str
    route: str | None
    received_at: dt.datetime | None = None
    accepted_at: dt.datetime | None = None
    service_day: dt.date | None = None
    application_day: dt.date | None = None
    mailed_day: dt.date | None = None
    """When an application was posted, where that day decides whether it is in time."""
    agreement_day: dt.date | None = None
    letter_dates: Mapping[str, dt.date] = field(default_factory=dict)
    extension_days: int = 0


def apply(
    clocks: Sequence[Mapping[str, Any]],
    happening: Happening,
    *,
    procedure: Procedure,
    calendar: Calendar,
) -> Clocks:
    """The clocks after what happened: some settled or cancelled, some started."""
    after = [_settled(dict(clock), happening, procedure) for clock in clocks]
    for rule in procedure.clocks.values():
        if _starts(rule, happening) and (rule.when is None or procedure.value(rule.when)):
            _start(after, rule, happening, procedure, calendar)
    return after


def next_due(clocks: Sequence[Mapping[str, Any]]) -> dt.datetime | None:
    """When the first running duty is due; None where nothing is owed."""
    due = [from_wire(c["due_at"]) for c in clocks if c["state"] == RUNNING and c["kind"] == DUTY]
    return min(due, default=None)


def live(clocks: Sequence[Mapping[str, Any]], clock_id: str) -> Mapping[str, Any] | None:
    """The running or paused clock of this id, if there is one."""
    return next((c for c in clocks if c["id"] == clock_id and c["state"] in _LIVE), None)


def latest(clocks: Sequence[Mapping[str, Any]], clock_id: str) -> Mapping[str, Any] | None:
    """The clock of this id that was started last, in whatever state."""
    return next((c for c in reversed(clocks) if c["id"] == clock_id), None)


def pause(clocks: Sequence[Mapping[str, Any]], procedure: Procedure, *, day: dt.date) -> Clocks:
    """The clocks from a hearing's notice on: what may pause is paused (T22 Art.36(2)).

    What was over before the notice stays late.
    """
    after = [dict(clock) for clock in clocks]
    for clock in after:
        rule = procedure.clocks.get(clock["id"])
        due = dt.date.fromisoformat(clock["due_day"])
        if rule and rule.pauses and clock["state"] == RUNNING and day <= due:
            clock["state"] = PAUSED
            clock["paused_on"] = day.isoformat()
            clock["log"] = [*clock.get("log", []), f"{day} 起听证，暂停计算（T22 Art.36(2)）"]
    return after


def resume(
    clocks: Sequence[Mapping[str, Any]],
    *,
    day: dt.date,
    calendar: Calendar,
) -> Clocks:
    """The clocks once a hearing is concluded: paused ones run on, later by the days it took."""
    return [_run_on(dict(c), day, calendar) if c["state"] == PAUSED else dict(c) for c in clocks]


def _run_on(clock: dict[str, Any], day: dt.date, calendar: Calendar) -> dict[str, Any]:
    """The clock once its pause is over; one that had rolled by then runs on from its rolled day."""
    paused_on = dt.date.fromisoformat(clock.pop("paused_on"))
    nominal, due = (dt.date.fromisoformat(clock[name]) for name in ("nominal_day", "due_day"))
    rolled = (due - nominal).days if paused_on > nominal else 0
    paused_days = clock.get("paused_days", 0) + rolled + max((day - paused_on).days, 0)
    counted = count(
        dt.date.fromisoformat(clock["base_day"]),
        Length(**clock["length"]),
        calendar=calendar,
        roll=clock["roll"],
        paused_days=paused_days,
    )
    log = [*clock.get("log", []), *counted.log]
    return clock | _days(counted) | {"state": RUNNING, "paused_days": paused_days, "log": log}


def expire(clocks: Sequence[Mapping[str, Any]], *, at: dt.datetime) -> Clocks:
    """The clocks with every window that has closed by `at` marked as expired."""
    after = [dict(clock) for clock in clocks]
    for clock in after:
        if (
            clock["kind"] == WINDOW
            and clock["state"] == RUNNING
            and from_wire(clock["due_at"]) <= at
        ):
            clock |= {"state": EXPIRED, "settled_at": clock["due_at"]}
    return after


def _settled(clock: dict[str, Any], happening: Happening, procedure: Procedure) -> dict[str, Any]:
    rule = procedure.clocks.get(clock["id"])
    doings = happening.doings
    if clock["state"] not in _LIVE:
        return _applied_in_time(clock, rule, happening)
    over = procedure.ended(happening.state) and not (rule and happening.state in rule.survives)
    another_class = rule is not None and happening.purpose in rule.not_for
    if rule and doings & set(rule.settled_by):
        clock["state"] = MET if _in_time(clock, happening) else MISSED
    elif over or another_class or (rule and doings & set(rule.cancelled_by)):
        excused = rule is not None and bool(doings & set(rule.excused_by))
        clock["state"] = CANCELLED if excused else _given_up(clock, happening)
    if clock["state"] not in _LIVE:
        clock["settled_at"] = wire(happening.at)
    return clock


def _given_up(clock: Mapping[str, Any], happening: Happening) -> str:
    """What a clock that nothing settles any more ends as: who was late before that stays late."""
    late = clock["state"] == RUNNING and from_wire(clock["due_at"]) <= happening.at
    return MISSED if late and clock["kind"] == DUTY else CANCELLED


def _applied_in_time(
    clock: dict[str, Any], rule: ClockRule | None, happening: Happening
) -> dict[str, Any]:
    """A window over when its application is written down is met where that came in time."""
    late = happening.application_day is None or not _in_time(clock, happening)
    if clock["state"] != EXPIRED or late or not rule:
        return clock
    if happening.doings & set(rule.settled_by):
        clock |= {"state": MET, "settled_at": wire(happening.at)}
    return clock


def _in_time(clock: Mapping[str, Any], happening: Happening) -> bool:
    applied = happening.mailed_day or happening.application_day
    day = happening.service_day or applied or happening.agreement_day
    if day is not None:
        return day <= dt.date.fromisoformat(clock["due_day"])
    return happening.at < from_wire(clock["due_at"])


def _starts(rule: ClockRule, happening: Happening) -> bool:
    if not happening.doings & set(rule.starts_on) or happening.purpose in rule.not_for:
        return False
    if happening.route in rule.not_on_routes:
        return False
    if rule.first_day == "service" and happening.service_day is None:
        return False
    return rule.until is None or rule.until in happening.letter_dates


def _start(
    clocks: Clocks,
    rule: ClockRule,
    happening: Happening,
    procedure: Procedure,
    calendar: Calendar,
) -> None:
    roll, paused_days = bool(procedure.value("roll_rest_days")), 0
    length: Length | None = Length(rule.days, rule.working_days, rule.months)
    first = _first_day(rule, happening, clocks, procedure)
    if rule.extends:
        before = live(clocks, rule.extends)
        if before is None:
            return
        counted, first, length = _extended(before, happening, procedure, calendar, roll)
        clocks[clocks.index(dict(before))] |= {"state": EXTENDED, "settled_at": wire(happening.at)}
    elif rule.shares:
        other = _last_of(clocks, rule.shares, procedure)
        if other is None:
            return
        counted, first, length = _shared(other)
        paused_days = other.get("paused_days", 0)
    elif rule.until:
        day = happening.letter_dates[rule.until]
        counted = Counted(day, day, False, (f"函件载明 {day}，不顺延",))
        length, roll = None, False
    else:
        assert length is not None
        counted = count(first, length, calendar=calendar, roll=roll)
    for clock in clocks:
        if clock["id"] == rule.id and clock["state"] in _LIVE:
            clock |= {"state": _given_up(clock, happening), "settled_at": wire(happening.at)}
    clocks.append(
        {
            "id": rule.id,
            "name": rule.name,
            "basis": rule.basis,
            "kind": rule.kind,
            "start": wire(_start_time(rule, happening, first)),
            "base_day": first.isoformat(),
            "length": _length(length),
            "roll": roll,
            "paused_days": paused_days,
            **_days(counted),
            "state": RUNNING,
            "settled_at": None,
            "log": list(counted.log),
        }
    )


def _extended(
    before: Mapping[str, Any],
    happening: Happening,
    procedure: Procedure,
    calendar: Calendar,
    roll: bool,
) -> tuple[Counted, dt.date, Length]:
    """The extension of a clock: from its unrolled day, so that 60+30 is never exceeded."""
    if procedure.value("extension_from_unrolled"):
        first = dt.date.fromisoformat(before["base_day"])
        most = before["length"]["days"] + happening.extension_days
    else:
        first, most = dt.date.fromisoformat(before["due_day"]), happening.extension_days
    length = Length(days=most)
    return count(first, length, calendar=calendar, roll=roll), first, length


def _last_of(
    clocks: Sequence[Mapping[str, Any]], clock_id: str, procedure: Procedure
) -> Mapping[str, Any] | None:
    """The clock of this id that was started last, or its extension if that came after it."""
    rules = procedure.clocks.values()
    ids = {clock_id, *(rule.id for rule in rules if rule.extends == clock_id)}
    return next((clock for clock in reversed(clocks) if clock["id"] in ids), None)


def _shared(other: Mapping[str, Any]) -> tuple[Counted, dt.date, Length]:
    """A clock that ends with another one, whenever it is started."""
    counted = Counted(
        nominal=dt.date.fromisoformat(other["nominal_day"]),
        due=dt.date.fromisoformat(other["due_day"]),
        provisional=other["provisional"],
        log=(f"与“{other['name']}”同日届满：{other['due_day']}",),
    )
    return counted, dt.date.fromisoformat(other["base_day"]), Length(**other["length"])


def _first_day(
    rule: ClockRule, happening: Happening, clocks: Sequence[Mapping[str, Any]], procedure: Procedure
) -> dt.date:
    day = office_day(happening.at)
    if rule.first_day == "receipt":
        return office_day(happening.received_at or happening.at)
    if rule.first_day == "service":
        return happening.service_day or day
    if rule.first_day == "application":
        return happening.application_day or day
    if rule.first_day == "acceptance":
        return _acceptance(office_day(happening.accepted_at or happening.at), clocks, procedure)
    return day


def _acceptance(day: dt.date, clocks: Sequence[Mapping[str, Any]], procedure: Procedure) -> dt.date:
    """受理之日: the day of acceptance, no later than the fifteenth after receipt (a parameter).

    Receipt is the unit's own: that of the transfer, or of the petition where it came directly.
    """
    told = next(
        (c for c in reversed(clocks) if c["id"] in _TELLING and c["state"] != CANCELLED), None
    )
    if told is None or not procedure.value("acceptance_day_latest"):
        return day
    return min(day, dt.date.fromisoformat(told["nominal_day"]))


def _start_time(rule: ClockRule, happening: Happening, first: dt.date) -> dt.datetime:
    if first == office_day(happening.at):
        return happening.at
    if happening.received_at is not None and first == office_day(happening.received_at):
        return happening.received_at
    return dt.datetime.combine(first, dt.time(), OFFICE_TZ)


def _days(counted: Counted) -> dict[str, Any]:
    return {
        "nominal_day": counted.nominal.isoformat(),
        "due_day": counted.due.isoformat(),
        "due_at": wire(day_ends(counted.due)),
        "provisional": counted.provisional,
    }


def _length(length: Length | None) -> dict[str, int] | None:
    if length is None:
        return None
    named = {"days": length.days, "working_days": length.working_days, "months": length.months}
    return {name: number for name, number in named.items() if number}
