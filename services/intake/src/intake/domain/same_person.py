"""When two petitions are of the same person (同人), told by keyed digests of their numbers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A petitioner by blind indexes; None for a number that was not given."""

    phone: bytes | None = None
    id_number: bytes | None = None

    @property
    def known(self) -> bool:
        return bool(self.phone or self.id_number)

    def is_same(self, other: "Person") -> bool:
        """By the ID numbers where both are known, else by phone: families share a phone."""
        if self.id_number and other.id_number:
            return self.id_number == other.id_number
        return self.has_phone_of(other)

    def has_phone_of(self, other: "Person") -> bool:
        return self.phone is not None and self.phone == other.phone


def count_people(people: Iterable[Person]) -> int:
    """How many different persons these are; those of whom no number is known are left out.

    Who gave a phone alone is whoever gave it together with an ID number, if anybody did.
    """
    known = [person for person in people if person.known]
    ids_with_phone: dict[bytes | None, set[bytes]] = defaultdict(set)
    for person in known:
        if person.id_number:
            ids_with_phone[person.phone].add(person.id_number)
    return len(
        {
            person.id_number or min(ids_with_phone[person.phone], default=person.phone)
            for person in known
        }
    )
