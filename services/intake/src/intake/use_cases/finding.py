"""Finding petitions that may be about the same matter: by text, by copy, by person.

pairs of the text -> rare ones -> fingerprints that have them ─┐
digest of the text -> copies ──────────────────────────────────┼─> each compared in full
phone, ID number (blind indexes) -> the people's others ───────┘
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.participants import AGENT
from intake.domain.same_person import NOBODY, People, Person
from intake.domain.sameness import (
    CONTENT_READ,
    EVERY,
    Evidence,
    Rarity,
    Weighed,
    Words,
    likeness,
    read_words,
    shared_places,
    text_digest,
)
from intake.use_cases import pair_index
from intake.use_cases.pair_index import PairCounts
from intake.use_cases.persons import indexes_of
from shared.db import Session
from shared.pii import KeyRing

_OF_ONE_KIND = 50
"""Copies, and petitions of the person, that are compared at most."""
_SPARE = 4
"""How many more are compared than asked for: what shares the most pairs is not quite the likest."""
_BETWEEN = ","
_beside_it = sa.select(models.participants.c.petition_id).where(
    models.participants.c.petition_id == models.petitions.c.petition_id
)


@dataclass(frozen=True)
class Known:
    """What of a petition is compared."""

    petition_id: str
    registered_at: dt.datetime
    petition_no: str
    secret: bool
    void: bool
    digest: bytes
    counted: bool
    words: Words
    people: People
    categories: frozenset[str]

    @property
    def age(self) -> tuple[dt.datetime, str]:
        """By which of two petitions one is the later."""
        return self.registered_at, self.petition_no


@dataclass(frozen=True)
class Candidate:
    """A petition that may be about the same matter as another, and what speaks for it."""

    petition: Known
    evidence: Evidence


def find_candidates(
    session: Session, one: Known, *, most: int, counts: PairCounts
) -> list[Candidate]:
    """Petitions like this one, the likest first: all that are copies or of the same people, within
    limits, and of the others as many as may come among the first `most`.

    Void ones are none. They are not yet those that somebody may see.
    """
    probes = Weighed(one.words, Rarity(_counts_beside(one, counts))).probes()
    ids = {
        *pair_index.petitions_with(session, probes, most=most + _SPARE),
        *session.scalars(_copies_and_theirs(one)),
    } - {one.petition_id}
    standing = [other for other in read_known(session, ids) if not other.void]
    found = compare_with(one, standing, counts=counts)
    return sorted(found, key=lambda c: (-c.evidence.score, c.petition.age))


def compare_with(one: Known, others: list[Known], *, counts: PairCounts) -> list[Candidate]:
    """The others as candidates for being the same matter as the one, however unlike."""
    pairs = {pair for other in others for pair in other.words.strengths}
    rarity = Rarity(counts.of(pairs) | _counts_beside(one, counts))
    mine = Weighed(one.words, rarity)
    return [Candidate(other, _evidence(mine, one, other, rarity)) for other in others]


def _counts_beside(one: Known, counts: PairCounts) -> dict[int, int]:
    """In how many petitions but this one its pairs stand, and how many there are."""
    itself = 1 if one.counted else 0
    found = counts.of({EVERY, *one.words.strengths})
    return {pair: max(0, count - itself) for pair, count in found.items()}


def read_known(session: Session, petition_ids: Collection[str]) -> list[Known]:
    """What is compared of these petitions, in two statements however many."""
    if not petition_ids:
        return []
    table, people = models.petitions.c, models.petitioners.c
    digest = models.fingerprints.c.digest
    beginning = sa.func.substr(table.content, 1, CONTENT_READ)
    wanted: sa.Select[Any] = (
        sa.select(
            table.petition_id,
            table.petition_no,
            table.registered_at,
            table.secret,
            table.title,
            table.place,
            sa.case((digest.is_(None), table.content), else_=beginning).label("content"),
            digest,
            people.phone_index,
            people.id_number_index,
            models.voidings.c.voided_at,
            _categories().label("categories"),
            sa.exists(_beside_it).label("has_others"),
        )
        .outerjoin_from(models.petitions, models.petitioners)
        .outerjoin(models.fingerprints)
        .outerjoin(models.voidings)
        .where(table.petition_id.in_(petition_ids))
    )
    found = session.execute(wanted).all()
    beside = _beside(session, [row.petition_id for row in found if row.has_others])
    return [_known(row, beside=beside[row.petition_id]) for row in found]


def typed(words: Mapping[str, Any], *, now: dt.datetime, ring: KeyRing) -> Known:
    """What of a petition is compared that nobody has registered yet; it stands in no index."""
    title, content = words["title"] or "", words["content"] or ""
    numbers = {kind: words[kind] for kind in ("phone", "id_number") if words[kind]}
    indexes = {kind: made[0] for kind, made in indexes_of(numbers, ring=ring).items()}
    return Known(
        petition_id="",
        registered_at=now,
        petition_no="",
        secret=False,
        void=False,
        digest=text_digest(title, content),
        counted=False,
        words=read_words(title, content, words["place"]),
        people=People(petitioner=Person(indexes.get("phone"), indexes.get("id_number"))),
        categories=frozenset(),
    )


def _categories() -> sa.ScalarSelect[str]:
    """The categories of the cases that a petition is in now, between commas."""
    links, cases = models.case_access, models.cases
    return (
        sa.select(sa.func.aggregate_strings(cases.c.category, _BETWEEN))
        .join_from(links, cases, cases.c.case_id == links.c.case_id)
        .where(
            links.c.petition_id == models.petitions.c.petition_id,
            links.c.version >= cases.c.version,
        )
        .scalar_subquery()
    )


def _known(row: sa.Row[Any], *, beside: list[sa.Row[Any]]) -> Known:
    return Known(
        petition_id=row.petition_id,
        petition_no=row.petition_no,
        registered_at=row.registered_at,
        secret=row.secret,
        void=row.voided_at is not None,
        digest=row.digest or text_digest(row.title, row.content),
        counted=row.digest is not None,
        words=read_words(row.title, row.content, row.place),
        people=People(
            petitioner=_person(row),
            signers=_persons(one for one in beside if one.part != AGENT),
            agents=_persons(one for one in beside if one.part == AGENT),
        ),
        categories=frozenset(row.categories.split(_BETWEEN) if row.categories else ()),
    )


def _beside(session: Session, petition_ids: Collection[str]) -> defaultdict[str, list[sa.Row[Any]]]:
    """Who stands beside the petitioner of each of these petitions, and as what."""
    beside: defaultdict[str, list[sa.Row[Any]]] = defaultdict(list)
    if not petition_ids:
        return beside
    table = models.participants.c
    found: sa.Select[Any] = sa.select(
        table.petition_id, table.part, table.phone_index, table.id_number_index
    )
    for row in session.execute(found.where(table.petition_id.in_(petition_ids))):
        beside[row.petition_id].append(row)
    return beside


def _persons(rows: Iterable[sa.Row[Any]]) -> frozenset[Person]:
    return frozenset(_person(row) for row in rows) - {NOBODY}


def _person(row: sa.Row[Any]) -> Person:
    return Person(row.phone_index, row.id_number_index)


def _evidence(mine: Weighed, one: Known, other: Known, rarity: Rarity) -> Evidence:
    theirs = Weighed(other.words, rarity)
    apart = abs(one.registered_at - other.registered_at)
    return Evidence(
        text=likeness(mine, theirs),
        same_text=one.digest == other.digest,
        places=shared_places(mine, theirs),
        days_apart=apart / dt.timedelta(days=1),
        same_person=one.people.petitioner.is_same(other.people.petitioner),
        same_phone=one.people.petitioner.has_phone_of(other.people.petitioner),
        same_category=bool(one.categories & other.categories),
        same_signer=one.people.share_a_signer(other.people),
        same_agent=one.people.share_an_agent(other.people),
    )


def _copies_and_theirs(one: Known) -> sa.CompoundSelect[Any]:
    """Copies, petitions of the petitioner, and those in which anybody of them all has a part.

    One statement; some of each kind, so that none of them crowds out another.
    """
    prints, people = models.fingerprints, one.people
    everybody = people.petitioner.numbers | people.numbers_beside
    kinds = [
        (prints, prints.c.digest == one.digest),
        (models.petitioners, _has_one_of(models.petitioners, people.petitioner.numbers)),
        (models.petitioners, _has_one_of(models.petitioners, people.numbers_beside)),
        (models.participants, _has_one_of(models.participants, everybody)),
    ]
    parts = [
        sa.select(table.c.petition_id).where(known).limit(_OF_ONE_KIND).subquery()
        for table, known in kinds
        if known is not None
    ]
    return sa.union_all(*(sa.select(part.c.petition_id) for part in parts))


def _has_one_of(table: sa.Table, numbers: Collection[bytes]) -> sa.ColumnElement[bool] | None:
    """Whether somebody in a row has one of these numbers, a phone's or an ID's."""
    if not numbers:
        return None
    return sa.or_(table.c.phone_index.in_(numbers), table.c.id_number_index.in_(numbers))
