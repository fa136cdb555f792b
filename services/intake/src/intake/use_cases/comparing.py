"""Comparing each petition with those before it, soon after it was registered.

    uncompared ─> fingerprint, counts of pairs ─> candidates ─> joined: the same person, and sure
                                                             └> proposed to staff

It is done by a job and not while registering, so that a channel never waits for it; what could not
be compared stays in `uncompared` with the reason.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.common_pairs import CommonPairs
from intake.domain.sameness import CAMPAIGN, PROPOSED_FROM, REPEAT
from intake.use_cases import pair_index
from intake.use_cases.finding import Candidate, Known, find_candidates, read_known
from intake.use_cases.matters import (
    ITSELF,
    JOINED,
    memberships,
    one_at_a_time,
    put_together,
    rejected_with,
)
from intake.use_cases.pair_index import PairCounts
from intake.use_cases.seeing import kept_from_anybody
from shared.db import Session, insert_missing
from shared.metrics import Gauges

_LOOKED_AT = 10
_PROPOSED_MOST = 3
_SAID = "同一信访人就同一事项再次提出，自动归并。"
_waiting = models.uncompared
_wait = sa.insert(_waiting)

_SWEEP = sa.text("""
    INSERT INTO uncompared (petition_id, attempts)
    SELECT p.petition_id, 0 FROM petitions p
    WHERE p.erased_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM fingerprints f WHERE f.petition_id = p.petition_id)
      AND NOT EXISTS (SELECT 1 FROM uncompared u WHERE u.petition_id = p.petition_id)
    ORDER BY p.petition_no LIMIT :most
""")


def wait_for_comparing(session: Session, petition_ids: Iterable[str]) -> None:
    """Have petitions compared; in the transaction that registers them, so that none is left out."""
    rows = [{"petition_id": one, "attempts": 0} for one in petition_ids]
    if rows:
        session.execute(_wait, rows)


def compare_anew(session: Session, petition_id: str) -> None:
    """Have a petition compared by its new words; what was decided about it stays."""
    table = models.fingerprints
    session.execute(sa.delete(table).where(table.c.petition_id == petition_id))
    wait_for_comparing(session, [petition_id])


def sweep(session: Session, *, most: int) -> int:
    """Have petitions compared that an earlier release registered; returns how many."""
    return _count(session.execute(_SWEEP, {"most": most}))


def compare_waiting(session: Session, *, now: dt.datetime, most: int, common: CommonPairs) -> int:
    """Compare the petitions that wait longest; returns how many.

    Twice does no harm: a fingerprint, a membership and a proposal are each made once.
    """
    due = sa.or_(_waiting.c.next_attempt_at.is_(None), _waiting.c.next_attempt_at <= now)
    queued = session.execute(
        sa.select(_waiting.c.seq, _waiting.c.petition_id)
        .where(due)
        .order_by(_waiting.c.seq)
        .limit(most)
    ).all()
    if not queued:
        return 0
    ids = {row.petition_id for row in queued}
    pair_index.let_jobs_search(session)
    fresh = [one for one in read_known(session, ids) if not one.counted]
    if fresh:
        pair_index.add(
            session, {one.petition_id: (one.digest, one.words.strengths) for one in fresh}
        )
    counts = PairCounts(session, common)
    standing = [one for one in read_known(session, ids) if not one.void]
    for one in sorted(standing, key=lambda known: known.age):
        _compare(session, one, now=now, counts=counts)
    session.execute(sa.delete(_waiting).where(_waiting.c.seq.in_([row.seq for row in queued])))
    return len(queued)


def put_off(session: Session, *, now: dt.datetime, error: str, backoff: dt.timedelta) -> None:
    """Let the petition that waits longest wait on: comparing it alone has failed."""
    due = sa.or_(_waiting.c.next_attempt_at.is_(None), _waiting.c.next_attempt_at <= now)
    first = sa.select(_waiting).where(due).order_by(_waiting.c.seq).limit(1)
    row = session.execute(first).first()
    if row is None:
        return
    session.execute(
        sa.update(_waiting)
        .where(_waiting.c.seq == row.seq)
        .values(
            attempts=row.attempts + 1,
            next_attempt_at=now + backoff * 2 ** min(row.attempts, 10),
            last_error=error[:500],
        )
    )


def gauges(session: Session, _now: dt.datetime) -> Gauges:
    """How many petitions wait to be compared, and for how many of them it has failed."""
    waiting = sa.select(sa.func.count()).select_from(_waiting)
    return {
        "intake_uncompared": session.scalar(waiting) or 0,
        "intake_uncompared_failed": session.scalar(waiting.where(_waiting.c.attempts > 0)) or 0,
    }


def _compare(session: Session, one: Known, *, now: dt.datetime, counts: PairCounts) -> None:
    """Join a petition to the same person's earlier ones, or propose what it may belong to."""
    rejected = rejected_with(session, one.petition_id)
    candidates = [
        candidate
        for candidate in find_candidates(session, one, most=_LOOKED_AT, counts=counts)
        if candidate.petition.petition_id not in rejected
    ]
    _join(session, one, candidates, now=now)
    places = memberships(session, [one.petition_id, *(c.petition.petition_id for c in candidates)])
    own = places[one.petition_id]
    chosen: dict[str, Candidate] = {}
    for candidate in _worth_asking(candidates):
        place = places[candidate.petition.petition_id]
        if place and own and place["matter_id"] == own["matter_id"]:
            continue
        group = place["matter_id"] if place else candidate.petition.petition_id
        chosen.setdefault(group, candidate)
    proposed = [_proposal(one, c, now=now) for c in list(chosen.values())[:_PROPOSED_MOST]]
    insert_missing(session, models.proposals, proposed, key=["petition_id", "other_id"])


def _join(
    session: Session, one: Known, candidates: Sequence[Candidate], *, now: dt.datetime
) -> None:
    """Join where person and matter are the same for certain, and nobody is kept from anything.

    Two matters are never made one without being asked.
    """
    sure = [c.petition for c in candidates if c.evidence.sure]
    secret = {known.petition_id: known.secret for known in (one, *sure)}
    kept = kept_from_anybody(session, secret) if sure else set()
    open_ = [known.petition_id for known in sure if known.petition_id not in kept]
    if not open_ or one.petition_id in kept:
        return
    one_at_a_time(session)
    places = memberships(session, [one.petition_id, open_[0]])
    if len({place["matter_id"] for place in places.values() if place}) > 1:
        return
    put_together(
        session, list(places), kind=REPEAT, action=JOINED, by=ITSELF, reason=_SAID, now=now
    )


def _worth_asking(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates that staff are asked about; of the many copies of one text only the oldest."""
    worth = [c for c in candidates if c.evidence.score >= PROPOSED_FROM]
    copies = [c for c in worth if c.evidence.kind == CAMPAIGN]
    oldest = min(copies, key=lambda c: c.petition.age, default=None)
    return [c for c in worth if c.evidence.kind != CAMPAIGN or c is oldest]


def _proposal(one: Known, candidate: Candidate, *, now: dt.datetime) -> dict[str, Any]:
    earlier, later = sorted((one, candidate.petition), key=lambda known: known.age)
    evidence = candidate.evidence
    return {
        "petition_id": later.petition_id,
        "other_id": earlier.petition_id,
        "kind": evidence.kind,
        "score": evidence.score,
        "reasons": evidence.reasons,
        "made_at": now,
        "state": "open",
    }


def _count(result: Any) -> int:
    return int(result.rowcount)
