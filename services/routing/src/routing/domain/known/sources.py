"""The places from which papers take what a case knows."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from routing.domain import clocks
from routing.domain.opinion import Opinion
from shared.clock import office_day

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Around:
    """What is known around a paper. `said` is what was said with the action that names it.

    `spoken` has what was said last with each action of the current round, `sent` the units that
    the case was sent to in it, `issued` the case's issued papers, all with the newest last;
    `names` are those of units by code, `words` those of codes, `titles` those of papers.
    """

    case: Row
    said: Row
    spoken: Mapping[str, Row]
    sent: Sequence[str]
    today: dt.date
    names: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    office: str
    contact: str | None = None
    category: str | None = None
    opinion: Opinion | None = None
    remedy_body: str | None = None
    issued: Sequence[Row] = field(default=())
    titles: Mapping[str, str] = field(default_factory=dict)


Source = Callable[[Around], Any]


def case(name: str) -> Source:
    """A column of the case."""
    return lambda known: known.case[name]


def day_of(name: str) -> Source:
    """The office's day of one of the case's times."""
    return lambda known: office_day(known.case[name]) if known.case[name] else None


def said(*names: str) -> Source:
    """The first of these that was said with the action that names the paper."""
    return lambda known: next((known.said[name] for name in names if known.said.get(name)), None)


def code(name: str) -> Source:
    """The words for a code that was said with the action, or that the case has."""
    return lambda known: known.words.get(name, {}).get(
        known.said.get(name) or known.case.get(name) or ""
    )


def due(*clock_ids: str) -> Source:
    """The day on which the first of these clocks that there is ends."""

    def found(known: Around) -> str | None:
        running = (clocks.latest(known.case["clocks"], one) for one in clock_ids)
        return next((str(clock["due_day"]) for clock in running if clock), None)

    return found


def paper(*kinds: str, title: bool = False) -> Source:
    """The number of the newest issued paper of these kinds, with `title` its name before it."""

    def found(known: Around) -> str | None:
        for one in reversed(known.issued):
            if one["kind"] in kinds and (title or one["number"]):
                named = f"《{known.titles[one['kind']]}》"
                number = one["number"] or ""
                return f"{named}（{number}）" if title and number else number or named
        return None

    return found


def fact(*path: str) -> Source:
    """What the case's facts hold at this place."""

    def found(known: Around) -> Any:
        value: Any = known.case["facts"] or {}
        for name in path:
            value = (value or {}).get(name)
        return value

    return found


def always(value: Any) -> Source:
    """What papers of an office say unless the clerk changes it."""
    return lambda _known: value


def first(*sources: Source) -> Source:
    """What the first of these knows."""
    return lambda known: next((value for one in sources if (value := one(known))), None)


def of_opinion(read: Callable[[Opinion], Any]) -> Source:
    """Something of the opinion that was drafted."""
    return lambda known: read(known.opinion) if known.opinion else None


def each(name: str) -> Source:
    """One field of every claim of the opinion."""
    return of_opinion(lambda opinion: [t for c in opinion.claims if (t := getattr(c, name))])


def joined(source: Source) -> Source:
    """A list as paragraphs."""
    return lambda known: "\n".join(source(known) or ())


def single(source: Source) -> Source:
    """A text as a list of one."""
    return lambda known: [value] if (value := source(known)) else None


def unit(name: str) -> Source:
    """The name of the unit that was said with the action."""
    return lambda known: known.names.get(known.said.get(name) or "")
