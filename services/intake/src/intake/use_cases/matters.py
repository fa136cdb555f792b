"""Matters: petitions put together and apart; each keeps its number, its code and its notices.

What moves is written down with who, when, why and where each petition was before, so that a
decision can be undone exactly.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session, upsert
from shared.errors import Conflict, Invalid, both

ITSELF = "intake"
"""Who decides where nobody was asked."""
JOINED, LINKED, RELEASED, UNMERGED = "joined", "linked", "released", "unmerged"
_PUTS_TOGETHER = (JOINED, LINKED)
_links, _decided = models.matter_petitions, models.matter_decisions

Memberships = dict[str, dict[str, Any] | None]


def memberships(session: Session, petition_ids: Collection[str]) -> Memberships:
    """The matter that each petition is in, and by which decision; None where it is in none."""
    found = session.execute(sa.select(_links).where(_links.c.petition_id.in_(petition_ids)))
    known = {r.petition_id: {"matter_id": r.matter_id, "decision": r.decision} for r in found}
    return {one: known.get(one) for one in petition_ids}


def members(session: Session, matter_ids: Collection[str]) -> list[str]:
    """The petitions that are in these matters now."""
    found = sa.select(_links.c.petition_id).where(_links.c.matter_id.in_(matter_ids))
    return list(session.execute(found.order_by(_links.c.petition_id)).scalars())


def put_together(
    session: Session,
    petition_ids: Sequence[str],
    *,
    kind: str,
    action: str,
    by: str,
    reason: str,
    now: dt.datetime,
) -> str | None:
    """Make one matter of these petitions and of the matters they are in; its id.

    The oldest matter takes up the others. None where they were one matter already.
    """
    before = memberships(session, petition_ids)
    old = {place["matter_id"] for place in before.values() if place}
    into = _oldest(session, old) or _open(session, kind=kind, by=by, now=now)
    before |= memberships(session, members(session, old - {into}))
    moving = {
        one: place for one, place in before.items() if place is None or place["matter_id"] != into
    }
    if not moving:
        return None
    was = session.scalar(sa.select(models.matters.c.kind).where(models.matters.c.matter_id == into))
    decision = _decide(
        session,
        into,
        action=action,
        petitions=moving,
        kind_before=was,
        by=by,
        reason=reason,
        now=now,
    )
    _set_kind(session, into, kind)
    rows = [{"petition_id": one, "matter_id": into, "decision": decision} for one in moving]
    upsert(session, _links, rows, key=["petition_id"])
    _answer_proposals(session, into, decision=decision, by=by, reason=reason, now=now)
    return into


def link(
    session: Session,
    petition_ids: Sequence[str],
    *,
    kind: str,
    reason: str,
    by: Principal,
    clock: Clock,
) -> str:
    """Put petitions together as one matter; Conflict where they are that already."""
    one_at_a_time(session)
    into = put_together(
        session, petition_ids, kind=kind, action=LINKED, by=by.sub, reason=reason, now=clock.now()
    )
    if into is None:
        raise Conflict(
            both("这些信访件已属于同一事项。", "These petitions are one matter already."),
            code="already_together",
        )
    return into


def unmerge(
    session: Session,
    matter_id: str,
    *,
    decision: int | None,
    reason: str,
    by: Principal,
    clock: Clock,
) -> list[str]:
    """Undo a decision that put petitions together: each is again where it was before; which.

    Without `decision` the newest that still holds. Conflict where a petition has moved since, or
    nothing is left to undo.
    """
    one_at_a_time(session)
    row = _undoable(session, matter_id, decision)
    now_in = memberships(session, list(row.petitions))
    if any(place is None or place["decision"] != row.decision for place in now_in.values()):
        raise Conflict(
            both(
                "其中有信访件之后又有变动，请先撤销之后的决定。",
                "Some of the petitions have moved since: undo the later decision first.",
            ),
            code="moved_since",
        )
    _decide(
        session,
        matter_id,
        action=UNMERGED,
        petitions=now_in,
        kind_before=row.kind_before,
        by=by.sub,
        reason=reason,
        now=clock.now(),
        undoes=row.decision,
    )
    _set_kind(session, matter_id, row.kind_before)
    _restore(session, row.petitions)
    proposals = models.proposals
    asked_again = {"decided_by": None, "decided_at": None, "why": None, "decision": None}
    session.execute(
        sa.update(proposals)
        .where(proposals.c.decision == row.decision)
        .values(state="open", **asked_again)
    )
    return list(row.petitions)


def release(
    session: Session,
    matter_id: str,
    petition_ids: Sequence[str],
    *,
    reason: str,
    by: Principal,
    clock: Clock,
) -> None:
    """Take petitions out of a matter; Invalid for one that is not in it."""
    one_at_a_time(session)
    before = memberships(session, petition_ids)
    if any(place is None or place["matter_id"] != matter_id for place in before.values()):
        raise Invalid({"petition_ids": both("不属于该事项。", "Not in this matter.")})
    kind = session.scalar(
        sa.select(models.matters.c.kind).where(models.matters.c.matter_id == matter_id)
    )
    _decide(
        session,
        matter_id,
        action=RELEASED,
        petitions=before,
        kind_before=kind,
        by=by.sub,
        reason=reason,
        now=clock.now(),
    )
    _restore(session, dict.fromkeys(before))


def reject(
    session: Session,
    pair: tuple[str, str],
    *,
    kind: str,
    score: float,
    reasons: list[str],
    reason: str,
    by: Principal,
    clock: Clock,
) -> None:
    """Say that two petitions, the later first, are not one matter; they are proposed no more."""
    one_at_a_time(session)
    places = [place["matter_id"] for place in memberships(session, pair).values() if place]
    if len(places) == len(pair) and len(set(places)) == 1:
        raise Conflict(
            both(
                "两件属于同一事项，请先从中移出。",
                "Both are in one matter: take one out first.",
            ),
            code="together",
        )
    petition_id, other_id = pair
    said = {
        "petition_id": petition_id,
        "other_id": other_id,
        "kind": kind,
        "score": score,
        "reasons": reasons,
        "made_at": clock.now(),
        "state": "rejected",
        "decided_by": by.sub,
        "decided_at": clock.now(),
        "why": reason,
    }
    upsert(session, models.proposals, [said], key=["petition_id", "other_id"])


def withdraw_proposals(
    session: Session, petition_id: str, *, by: Principal, reason: str, now: dt.datetime
) -> None:
    """Ask nobody any more about a petition that is void."""
    table = models.proposals
    session.execute(
        sa.update(table)
        .where(
            sa.or_(table.c.petition_id == petition_id, table.c.other_id == petition_id),
            table.c.state == "open",
        )
        .values(state="void", decided_by=by.sub, decided_at=now, why=reason)
    )


def rejected_with(session: Session, petition_id: str) -> set[str]:
    """The petitions of which staff said that they are another matter than this one."""
    table = models.proposals.c
    ends = ((table.petition_id, table.other_id), (table.other_id, table.petition_id))
    said = (
        sa.select(that).where(this == petition_id, table.state == "rejected") for this, that in ends
    )
    return set(session.scalars(sa.union_all(*said)))


def one_at_a_time(session: Session) -> None:
    """Decisions come one after another, so that no two meet over the same petitions."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("LOCK TABLE matters IN SHARE ROW EXCLUSIVE MODE"))


def _oldest(session: Session, matter_ids: Collection[str]) -> str | None:
    table = models.matters.c
    found = sa.select(table.matter_id).where(table.matter_id.in_(matter_ids))
    return session.scalar(found.order_by(table.opened_at, table.matter_id).limit(1))


def _open(session: Session, *, kind: str, by: str, now: dt.datetime) -> str:
    matter_id = str(uuid.uuid4())
    row = {"matter_id": matter_id, "kind": kind, "opened_at": now, "opened_by": by}
    session.execute(sa.insert(models.matters), row)
    return matter_id


def _set_kind(session: Session, matter_id: str, kind: str | None) -> None:
    table = models.matters
    session.execute(sa.update(table).where(table.c.matter_id == matter_id).values(kind=kind))


def _decide(
    session: Session,
    matter_id: str,
    *,
    action: str,
    petitions: Mapping[str, Any],
    kind_before: str | None,
    by: str,
    reason: str,
    now: dt.datetime,
    undoes: int | None = None,
) -> int:
    row = {
        "matter_id": matter_id,
        "action": action,
        "petitions": dict(petitions),
        "kind_before": kind_before,
        "undoes": undoes,
        "by": by,
        "at": now,
        "reason": reason,
    }
    made = session.execute(sa.insert(_decided).returning(_decided.c.decision), row)
    return int(made.scalar_one())


def _undoable(session: Session, matter_id: str, decision: int | None) -> sa.Row[Any]:
    undone = _decided.alias()
    holds = (
        sa.select(_decided)
        .where(
            _decided.c.matter_id == matter_id,
            _decided.c.action.in_(_PUTS_TOGETHER),
            sa.not_(sa.exists().where(undone.c.undoes == _decided.c.decision)),
        )
        .order_by(_decided.c.decision.desc())
        .limit(1)
    )
    if decision is not None:
        holds = holds.where(_decided.c.decision == decision)
    row = session.execute(holds).first()
    if row is None:
        raise Conflict(
            both("没有可以撤销的合并决定。", "There is no such decision left to undo."),
            code="nothing_to_undo",
        )
    return row


def _restore(session: Session, places: Mapping[str, dict[str, Any] | None]) -> None:
    """Put petitions where they were; None is in no matter."""
    alone = [one for one, place in places.items() if place is None]
    back = [{"petition_id": one, **place} for one, place in places.items() if place]
    session.execute(sa.delete(_links).where(_links.c.petition_id.in_(alone)))
    upsert(session, _links, back, key=["petition_id"])


def _answer_proposals(
    session: Session, matter_id: str, *, decision: int, by: str, reason: str, now: dt.datetime
) -> None:
    """Proposals between petitions that are now together need no answer any more."""
    table = models.proposals
    here = sa.select(_links.c.petition_id).where(_links.c.matter_id == matter_id)
    session.execute(
        sa.update(table)
        .where(table.c.petition_id.in_(here), table.c.other_id.in_(here), table.c.state == "open")
        .values(state="linked", decided_by=by, decided_at=now, why=reason, decision=decision)
    )
