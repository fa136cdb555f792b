"""Whether a petition is the person's first about a matter (初次) or a repeat (重复), by scope."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from intake.domain.same_person import Person


@dataclass(frozen=True)
class Told:
    """One petition of a matter: who told it, when, by which channel and at which unit."""

    petition_id: str
    age: tuple[dt.datetime, str]
    person: Person
    channel: str
    addressee: str | None


def first_in(earlier: Iterable[Told], one: Told) -> dict[str, bool]:
    """Whether it is the first of all, by its channel, and at its unit, of this person (同人同事).

    The same matter told by others before makes nobody's petition a repeat.
    """
    own = [other for other in earlier if other.person.is_same(one.person)]
    return {
        "ever": not own,
        "channel": all(other.channel != one.channel for other in own),
        "addressee": all(other.addressee != one.addressee for other in own),
    }
