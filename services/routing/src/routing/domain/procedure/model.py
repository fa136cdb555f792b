"""The procedure as it is once read: states, actions, fields, clocks, parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

ANY, OPEN, SAME, BACK = "any", "open", "same", "back"
DUTY, WINDOW = "duty", "window"


@dataclass(frozen=True)
class State:
    """Where a case may be; an `ended` one owes nothing."""

    code: str
    name: str
    stage: str
    ended: bool
    next: tuple[str, ...] = ()
    """The usual steps from here: the first of them that one may take is the one to take."""


@dataclass(frozen=True)
class Seat:
    """Who may take an action: these roles, acting for the lead unit, a part, or the office."""

    roles: tuple[str, ...]
    seat: str


@dataclass(frozen=True)
class Field:
    """Something an action asks for."""

    name: str
    title: str
    type: str
    choices: Mapping[str, str] = field(default_factory=dict)
    least: int = 1
    most: int = 4000
    hint: str | None = None


@dataclass(frozen=True)
class Ask:
    """One member of an action's body."""

    name: str
    field: Field
    required: bool


@dataclass(frozen=True)
class Action:
    """One row of the procedure."""

    name: str
    title: str
    from_: tuple[str, ...]
    to: str
    who: tuple[Seat, ...]
    asks: Mapping[str, Ask]
    guards: tuple[str, ...]
    sets: Mapping[str, str]
    event: str | None
    notes: str | None
    stamp: str | None
    resume: bool
    documents: tuple[str, ...]
    notices: tuple[str, ...]
    basis: str
    by_system: bool

    @cached_property
    def roles(self) -> frozenset[str]:
        """Every role that may ever take it."""
        return frozenset(role for seat in self.who for role in seat.roles)


@dataclass(frozen=True)
class ClockRule:
    """What starts a clock, how long it runs, what settles or cancels it."""

    id: str
    name: str
    basis: str
    kind: str
    days: int
    working_days: int
    months: int
    until: str | None
    """The field of the letter whose date it runs to; a letter's date never rolls."""
    extends: str | None
    shares: str | None
    """The clock whose last day, or that of its extension, is this one's too."""
    first_day: str
    """What its first day is: `action`, `receipt`, `acceptance`, `service` or `application`."""
    when: str | None
    """The parameter without which it does not run."""
    starts_on: tuple[str, ...]
    settled_by: tuple[str, ...]
    cancelled_by: tuple[str, ...]
    excused_by: tuple[str, ...]
    """Which of these leave nobody late, though its last day was over by then."""
    survives: tuple[str, ...]
    not_for: tuple[str, ...]
    not_on_routes: tuple[str, ...]
    pauses: bool


@dataclass(frozen=True)
class Parameter:
    """What the law leaves open: the office's value, and what stands behind the default."""

    name: str
    title: str
    value: Any
    basis: str
    choices: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Procedure:
    """The whole procedure, checked."""

    edition: str
    parameters: Mapping[str, Parameter]
    states: Mapping[str, State]
    fields: Mapping[str, Field]
    actions: Mapping[str, Action]
    clocks: Mapping[str, ClockRule]

    def value(self, parameter: str) -> Any:
        """An office's value of a parameter."""
        return self.parameters[parameter].value

    def ended(self, state: str) -> bool:
        """Whether a case in this state owes nothing more."""
        return self.states[state].ended

    def with_values(self, chosen: Mapping[str, Any]) -> "Procedure":
        """The procedure with an office's values of parameters; ValueError where one is not fit."""
        parameters = dict(self.parameters)
        for name, value in chosen.items():
            known = parameters.get(name)
            if known is None:
                raise ValueError(f"procedure.yaml has no parameter {name!r}")
            if type(value) is not type(known.value) or (
                known.choices and value not in known.choices
            ):
                raise ValueError(f"parameter {name!r} cannot be {value!r}")
            parameters[name] = replace(known, value=value)
        return replace(self, parameters=parameters)
