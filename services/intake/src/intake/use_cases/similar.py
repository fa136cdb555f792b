"""What may be the same matter as a petition, for who may see it, and what staff say of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.sameness import KINDS, SHOWN_FROM
from intake.resources import Resources
from intake.use_cases.briefs import briefs, readable
from intake.use_cases.finding import Candidate, compare_with, find_candidates, read_known, typed
from intake.use_cases.looking import found_by, note_look
from intake.use_cases.matters import reject, rejected_with
from intake.use_cases.pair_index import PairCounts
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import Invalid, NotFound, both
from shared.web.paging import page


def similar(
    session: Session,
    *,
    petition_id: str,
    most: int,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """The petitions that may be about the same matter, the likest first, each with its reasons.

    None that is not the caller's to see, and none at all where the petition's own words are kept
    from them: what is like them would tell of them. Whatever was said to be another matter is left
    out. NotFound where the petition is not theirs to know.
    """
    if not found_by(session, petition_id, by=by).seen:
        note_look(session, petition_id, by=by, clock=clock, resources=resources)
    counts = PairCounts(session, resources.common_pairs)
    found = _worth_showing(session, petition_id, most=most, counts=counts)
    theirs = readable(session, [petition_id, *(c.petition.petition_id for c in found)], by=by)
    if petition_id not in theirs:
        found = []
    found = [c for c in found if c.petition.petition_id in theirs][:most]
    ids = [petition_id, *(c.petition.petition_id for c in found)]
    shown = briefs(session, ids, by=by, clock=clock, resources=resources)
    return {
        "petition_id": petition_id,
        "matter_id": shown[petition_id]["matter_id"],
        "items": [shown[c.petition.petition_id] | _why(c) for c in found],
    }


def similar_to_typed(
    session: Session,
    *,
    words: Mapping[str, Any],
    most: int,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """The petitions that may be about what is just being typed, the likest first.

    `words` has title, content, place, phone and id_number. None that is not the caller's to read;
    nothing typed is kept, and the looks at what is shown are written down.
    """
    one = typed(words, now=clock.now(), ring=resources.ring)
    counts = PairCounts(session, resources.common_pairs)
    found = _from_shown(find_candidates(session, one, most=most, counts=counts))
    theirs = readable(session, [c.petition.petition_id for c in found], by=by)
    found = [c for c in found if c.petition.petition_id in theirs][:most]
    ids = [c.petition.petition_id for c in found]
    shown = briefs(session, ids, by=by, clock=clock, resources=resources)
    return {"items": [shown[c.petition.petition_id] | _why(c) for c in found]}


def _worth_showing(
    session: Session, petition_id: str, *, most: int, counts: PairCounts
) -> list[Candidate]:
    (one,) = read_known(session, [petition_id])
    rejected = rejected_with(session, petition_id)
    found = _from_shown(find_candidates(session, one, most=most, counts=counts))
    return [candidate for candidate in found if candidate.petition.petition_id not in rejected]


def _from_shown(found: list[Candidate]) -> list[Candidate]:
    return [candidate for candidate in found if candidate.evidence.score >= SHOWN_FROM]


def _why(candidate: Candidate) -> dict[str, Any]:
    evidence = candidate.evidence
    return _judged(evidence.kind, evidence.score, evidence.reasons)


def _judged(kind: str, score: float, reasons: Sequence[str]) -> dict[str, Any]:
    return {
        "kind": kind,
        "kind_name": KINDS.get(kind, kind),
        "score": round(score, 3),
        "reasons": list(reasons),
    }


def say_not_the_same(
    session: Session,
    *,
    petition_id: str,
    other_id: str,
    reason: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Reject a proposal, or what nobody has proposed yet: the two are never proposed again.

    NotFound and Invalid where one of the two is not the caller's to read.
    """
    theirs = readable(session, [petition_id, other_id], by=by)
    if petition_id not in theirs:
        raise NotFound()
    if other_id not in theirs or other_id == petition_id:
        raise Invalid({"other_id": both("没有这一信访件。", "There is no such other petition.")})
    earlier, later = sorted(read_known(session, theirs), key=lambda known: known.age)
    (compared,) = compare_with(earlier, [later], counts=PairCounts(session, resources.common_pairs))
    evidence = compared.evidence
    reject(
        session,
        (later.petition_id, earlier.petition_id),
        kind=evidence.kind,
        score=evidence.score,
        reasons=evidence.reasons,
        reason=reason,
        by=by,
        clock=clock,
    )
    return {"petition_id": petition_id, "other_id": other_id, "state": "rejected"}


def list_proposals(
    session: Session,
    *,
    query: dict[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Pairs that wait for somebody to say whether they are one matter, the newest first.

    A page leaves out those of which one is not the caller's to read, so it may hold fewer.
    """
    table = models.proposals
    waiting = sa.select(table).where(table.c.state == "open")
    found = page(session, waiting, by=table.c.seq, query=query, present=lambda r: dict(r._mapping))
    ends = {row[end] for row in found["items"] for end in ("petition_id", "other_id")}
    theirs = readable(session, ends, by=by)
    rows = [row for row in found["items"] if {row["petition_id"], row["other_id"]} <= theirs]
    ids = {row[end] for row in rows for end in ("petition_id", "other_id")}
    shown = briefs(session, ids, by=by, clock=clock, resources=resources)
    return {"items": [_proposed(row, shown) for row in rows], "next_cursor": found["next_cursor"]}


def _proposed(row: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "petition": shown[row["petition_id"]],
        "other": shown[row["other_id"]],
        "made_at": row["made_at"],
        **_judged(row["kind"], row["score"], row["reasons"]),
    }
