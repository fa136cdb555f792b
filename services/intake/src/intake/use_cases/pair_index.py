"""The index of pairs: in how many petitions each stands, and in which.

PostgreSQL has a GIN index of the fingerprints' pairs. SQLite goes through all fingerprints, which
is fast enough for the thousands of a trial.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.common_pairs import CommonPairs
from intake.domain.sameness import EVERY
from shared.db import Session, insert_missing

_WITH = {
    "postgresql": sa.text("""
        SELECT f.petition_id, sum(p.weight) AS weight
        FROM unnest(CAST(:pairs AS int[]), CAST(:weights AS float8[])) AS p (pair, weight)
        JOIN fingerprints f ON f.pairs @> ARRAY[p.pair]
        GROUP BY f.petition_id ORDER BY weight DESC, f.petition_id LIMIT :most
    """),
    "sqlite": sa.text("""
        SELECT f.petition_id, sum(w.value) AS weight
        FROM fingerprints f, json_each(f.pairs) own
        JOIN json_each(:pairs) p ON p.value = own.value
        JOIN json_each(:weights) w ON w.key = p.key
        GROUP BY f.petition_id ORDER BY weight DESC, f.petition_id LIMIT :most
    """),
}
"""Few pairs: as arrays, by whose length PostgreSQL knows to go along the index."""
_COUNTED = {
    "postgresql": sa.text("""
        SELECT CAST(json_object_agg(pair, petitions) AS text) FROM pair_counts
        WHERE pair = ANY (ARRAY(
          SELECT value::int FROM json_array_elements_text(CAST(:pairs AS json))
        ))
    """),
    "sqlite": sa.text("""
        SELECT json_group_object(pair, petitions)
        FROM json_each(:pairs) JOIN pair_counts ON pair = value
    """),
}
_COUNT = {
    "postgresql": sa.text("""
        INSERT INTO pair_counts (pair, petitions)
        SELECT key::int, value::text::int FROM json_each(CAST(:counted AS json))
        ON CONFLICT (pair) DO UPDATE SET petitions = pair_counts.petitions + excluded.petitions
    """),
    "sqlite": sa.text("""
        INSERT INTO pair_counts (pair, petitions)
        SELECT CAST(key AS INTEGER), value FROM json_each(:counted) WHERE true
        ON CONFLICT (pair) DO UPDATE SET petitions = pair_counts.petitions + excluded.petitions
    """),
}
"""Thousands of numbers: as JSON both ways, which costs a driver least."""


def let_jobs_search(session: Session) -> None:
    """Allow bitmap scans in a fenced transaction: the fence forbids them, and GIN has no others."""
    if _dialect(session) == "postgresql":
        session.execute(sa.text("SET LOCAL enable_bitmapscan = on"))


def petitions_with(session: Session, probes: Mapping[int, float], *, most: int) -> Iterable[str]:
    """The petitions that have the weightiest of these pairs together; `probes` are weights."""
    if not probes:
        return []
    lists: dict[str, Any] = {"pairs": list(probes), "weights": list(probes.values())}
    if _dialect(session) == "sqlite":
        lists = {name: json.dumps(listed) for name, listed in lists.items()}
    return session.execute(_WITH[_dialect(session)], lists | {"most": most}).scalars()


class PairCounts:
    """In how many petitions each pair stands, each asked for once in a piece of work."""

    def __init__(self, session: Session, common: CommonPairs) -> None:
        self._session = session
        self._common = common
        self._known: dict[int, int] = {}

    def of(self, pairs: Collection[int]) -> dict[int, int]:
        """The count of each of these pairs, 0 for one that is new."""
        self._known |= self._common.among([pair for pair in pairs if pair not in self._known])
        unknown = [pair for pair in pairs if pair not in self._known]
        if unknown:
            wanted = {"pairs": json.dumps(unknown)}
            found = self._session.scalar(_COUNTED[_dialect(self._session)], wanted)
            self._known |= dict.fromkeys(unknown, 0)
            counted = {int(pair): count for pair, count in json.loads(found or "{}").items()}
            self._known |= counted
            self._common.remember(counted)
        return {pair: self._known[pair] for pair in pairs}


def add(session: Session, texts: Mapping[str, tuple[bytes, Collection[int]]]) -> None:
    """Keep the digest and the pairs of petitions that have no fingerprint yet, and count them."""
    fresh: list[dict[str, Any]] = [
        {"petition_id": one, "digest": digest, "pairs": sorted(pairs)}
        for one, (digest, pairs) in texts.items()
    ]
    insert_missing(session, models.fingerprints, fresh, key=["petition_id"])
    counted = Counter({EVERY: len(fresh)})
    for row in fresh:
        counted.update(row["pairs"])
    counted_in_order = json.dumps(dict(sorted(counted.items())))
    session.execute(_COUNT[_dialect(session)], {"counted": counted_in_order})


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name
