"""When two petitions are of the same person (同人), told by keyed digests of their numbers."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A petitioner by blind indexes; None for a number that was not given."""

    phone: bytes | None = None
    id_number: bytes | None = None

    @property
    def known(self) -> bool:
        return bool(self.phone or self.id_number)

    @property
    def numbers(self) -> set[bytes]:
        """The numbers that are known of them."""
        return {number for number in (self.phone, self.id_number) if number}

    def is_same(self, other: "Person") -> bool:
        """By the ID numbers where both are known, else by phone: families share a phone."""
        if self.id_number and other.id_number:
            return self.id_number == other.id_number
        return self.has_phone_of(other)

    def has_phone_of(self, other: "Person") -> bool:
        return self.phone is not None and self.phone == other.phone


NOBODY = Person()


@dataclass(frozen=True)
class People:
    """Who stands behind a petition. With an agent, the petitioner is the principal."""

    petitioner: Person = NOBODY
    signers: frozenset[Person] = frozenset()
    """Who signs with the petitioner, or speaks for a group."""
    agents: frozenset[Person] = frozenset()

    @property
    def numbers_beside(self) -> set[bytes]:
        """The numbers of all but the petitioner."""
        return {number for person in self.signers | self.agents for number in person.numbers}

    def share_a_signer(self, other: "People") -> bool:
        """Whether anybody petitions in both, in whatever place: one is enough (P-CF)."""
        return _meet(self.signers | {self.petitioner}, other.signers | {other.petitioner})

    def share_an_agent(self, other: "People") -> bool:
        """Whether one who acts for others in one of them acts or petitions in the other."""
        ours, theirs = self.agents, other.agents
        return _meet(ours, theirs | {other.petitioner}) or _meet(theirs, {self.petitioner})


def _meet(some: Iterable[Person], others: Collection[Person]) -> bool:
    numbers = {number for other in others for number in other.numbers}
    return any(one.is_same(other) for one in some if one.numbers & numbers for other in others)


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
