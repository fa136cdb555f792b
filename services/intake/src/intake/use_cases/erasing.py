"""Erasing who brought a petition in, once nobody needs to know any more.

    retention job, POST /v1/petitions/{id}/erase
      -> petitioners, words, the words in the log of events --> petition.erased, audit

What stays is number, dates and counts.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.events import PetitionCorrected, PetitionErased, PetitionText, events
from intake.resources import Resources
from intake.use_cases.auditing import append, entry, write_down
from intake.use_cases.forgetting_desks import forget_desks_of
from intake.use_cases.looking import found_by, refusal
from intake.use_cases.masking import words_erased
from intake.use_cases.seeing import in_a_case
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session, insert_missing
from shared.errors import Conflict, both
from shared.outbox import blank, emit
from shared.states import ENDED

_petitions, _holds = models.petitions, models.holds
_FORGOTTEN = (
    models.petitioners,
    models.participants,
    models.corrections,
    models.suspicions,
    models.notices,
    models.notice_choices,
    models.supplement_requests,
    models.fingerprints,
    models.attachments,
    models.supplements,
    models.petition_requests,
    models.incoming_letters,
    models.unread_messages,
    models.uncompared,
    models.drafts,
    models.account_petitions,
    models.wechat_petitions,
    models.wechat_media,
)
"""Whatever else of a petition tells of its persons or holds their words."""
_ON_HOLD = sa.exists().where(_holds.c.petition_id == _petitions.c.petition_id)
BY_RULE = "retention"
"""Who erases by rule, in the audit chain."""


@dataclass(frozen=True)
class Deciding:
    """Who decides about a petition's petitioner, and why."""

    petition_id: str
    reason: str
    by: Principal
    clock: Clock
    resources: Resources


def erase_on_request(session: Session, decided: Deciding) -> dict[str, Any]:
    """Erase a petition's petitioner now (TPI Art.47); once more changes nothing.

    NotFound where the petition is not theirs to know; Conflict while it is on hold, or a case of it
    has not ended.
    """
    row = _found(session, decided, act="erase")
    if row.erased_at is None:
        _refuse_too_early(session, row.petition_id)
        _erase(session, [row], basis="request", now=decided.clock.now())
        _write_down(session, decided, act="erase")
    return _state(session, row.petition_id)


def hold(session: Session, decided: Deciding) -> dict[str, Any]:
    """Keep a petition's petitioner until the hold is lifted, whatever the rule says."""
    row = _found(session, decided, act="hold")
    held = {
        "petition_id": row.petition_id,
        "reason": decided.reason,
        "by": decided.by.sub,
        "at": decided.clock.now(),
    }
    insert_missing(session, _holds, [held], key=["petition_id"])
    _write_down(session, decided, act="hold")
    return _state(session, row.petition_id)


def lift_hold(session: Session, decided: Deciding) -> dict[str, Any]:
    """Let the rule go its way with a petition again."""
    row = _found(session, decided, act="lift_hold")
    session.execute(sa.delete(_holds).where(_holds.c.petition_id == row.petition_id))
    _write_down(session, decided, act="lift_hold")
    return _state(session, row.petition_id)


def erase_due(
    session: Session, *, after: str, now: dt.datetime, resources: Resources, most: int
) -> tuple[int, str | None]:
    """Erase those whose cases all ended long enough ago among the next `most` petitions.

    How many, and the last petition that was looked at; None for it where there are no more. A hold
    that is being put on one of them is waited for.
    """
    before = resources.retention.ended_before(now)
    last = _last_of_next(session, after=after, most=most) if before else None
    if last is None:
        return 0, None
    due = (
        _petitions.c.petition_id.between(after, last),
        _petitions.c.erased_at.is_(None),
        sa.not_(_ON_HOLD),
        *_all_ended(before),
    )
    rows = session.execute(
        sa.select(_petitions).where(*due).order_by(_petitions.c.petition_id).with_for_update()
    ).all()
    if rows:
        _erase(session, rows, basis="retention", now=now)
        erased = [
            entry(act="erase", who=BY_RULE, at=now, petition_id=row.petition_id) for row in rows
        ]
        append(session, erased, now=now, keys=resources.audit_keys)
    return len(rows), last


def _last_of_next(session: Session, *, after: str, most: int) -> str | None:
    """The id of the last one of the next petitions that are not erased."""
    following = (
        sa.select(_petitions.c.petition_id)
        .where(_petitions.c.petition_id > after, _petitions.c.erased_at.is_(None))
        .order_by(_petitions.c.petition_id)
        .limit(most)
        .subquery()
    )
    return session.scalar(sa.select(sa.func.max(following.c.petition_id)))


def _erase(session: Session, rows: Sequence[sa.Row[Any]], *, basis: str, now: dt.datetime) -> None:
    ids = [row.petition_id for row in rows]
    session.execute(
        sa.update(_petitions)
        .where(_petitions.c.petition_id.in_(ids))
        .values(erased_at=now, erased_for=basis, longitude=None, latitude=None, **words_erased())
    )
    _blank_log(session, rows)
    for table in _FORGOTTEN:
        session.execute(sa.delete(table).where(table.c.petition_id.in_(ids)))
    codes = models.phone_codes
    session.execute(sa.delete(codes).where(codes.c.subject.in_(ids)))
    _forget_replies(session, ids)
    forget_desks_of(session, ids, now=now)
    cases = _cases_ever(session, ids)
    for petition_id in ids:
        told = {"petition_id": petition_id, "case_ids": cases[petition_id], "at": now}
        emit(
            session,
            events[PetitionErased],
            subject=petition_id,
            data=told | {"basis": basis},
            time=now,
        )


def _blank_log(session: Session, rows: Sequence[sa.Row[Any]]) -> None:
    """Put nothing in place of the words that were told, at registration, clearing, correction."""
    ids = [row.petition_id for row in rows]
    cleared, corrected = models.suspicions.c, models.corrections.c
    texts = [(row.petition_id, None if row.historical else row.registered_at) for row in rows]
    texts += _times(session, cleared.petition_id, cleared.decided_at, ids)
    log = models.ground.outbox
    erased = {name: words_erased()[name] for name in ("title", "content", "place")}
    blank(session, log, type_=events[PetitionText].name, data=erased, written=texts)
    blank(
        session,
        log,
        type_=events[PetitionCorrected].name,
        data={"before": None, "after": None},
        written=_times(session, corrected.petition_id, corrected.corrected_at, ids),
    )


def _times(
    session: Session,
    petition_id: sa.ColumnElement[str],
    at: sa.ColumnElement[dt.datetime],
    ids: Sequence[str],
) -> list[tuple[str, dt.datetime | None]]:
    found = sa.select(petition_id, at).where(petition_id.in_(ids), at.is_not(None))
    return [(one, moment) for one, moment in session.execute(found)]


def _cases_ever(session: Session, petition_ids: Sequence[str]) -> dict[str, list[str]]:
    """Every case that holds words of these petitions, those too that they have left."""
    found: dict[str, set[str]] = {one: set() for one in petition_ids}
    for table in (models.case_access, models.case_words):
        links = sa.select(table.c.petition_id, table.c.case_id).where(
            table.c.petition_id.in_(petition_ids)
        )
        for petition_id, case_id in session.execute(links):
            found[petition_id].add(case_id)
    return {petition_id: sorted(cases) for petition_id, cases in found.items()}


def _forget_replies(session: Session, petition_ids: Sequence[str]) -> None:
    steps = models.progress
    told = session.execute(
        sa.select(steps.c.petition_id, steps.c.event_id, steps.c.facts).where(
            steps.c.petition_id.in_(petition_ids), steps.c.stage == "replied"
        )
    ).all()
    for step in told:
        session.execute(
            sa.update(steps)
            .where(steps.c.petition_id == step.petition_id, steps.c.event_id == step.event_id)
            .values(facts=step.facts | {"reply": None})
        )


def _all_ended(before: dict[str, dt.datetime]) -> list[sa.ColumnElement[bool]]:
    """That a petition has cases, and each of them ended in one of these states before its time."""
    cases = models.cases.c
    over = sa.or_(*(sa.and_(cases.state == s, cases.state_at < at) for s, at in before.items()))
    owed = in_a_case(sa.or_(cases.state.is_(None), sa.not_(over)))
    return [in_a_case(sa.true()), sa.not_(owed)]


def _refuse_too_early(session: Session, petition_id: str) -> None:
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    ended = sa.and_(*_all_ended(dict.fromkeys(sorted(ENDED), far)))
    row = session.execute(
        sa.select(_ON_HOLD.label("held"), ended.label("ended"))
        .select_from(_petitions)
        .where(_petitions.c.petition_id == petition_id)
    ).one()
    if row.held:
        raise Conflict(both("该信访件已暂停删除。", "This petition is on hold."), code="on_hold")
    if not row.ended:
        raise Conflict(
            both("信访事项尚未办结，不能删除。", "A case of this petition has not ended."),
            code="case_not_ended",
        )


def _found(session: Session, decided: Deciding, *, act: str) -> sa.Row[Any]:
    """The petition, locked until the end; a refused try is written down."""
    own = _petitions.c.petition_id == decided.petition_id
    session.execute(sa.select(_petitions.c.petition_id).where(own).with_for_update())
    row = found_by(session, decided.petition_id, by=decided.by)
    if not row.seen:
        _write_down(session, decided, act=act, refused=True)
        raise refusal()
    return row


def _write_down(session: Session, decided: Deciding, *, act: str, refused: bool = False) -> None:
    write_down(
        session,
        act=act,
        who=decided.by.sub,
        petition_id=decided.petition_id,
        purpose=decided.reason,
        refused=refused,
        clock=decided.clock,
        keys=decided.resources.audit_keys,
    )


def _state(session: Session, petition_id: str) -> dict[str, Any]:
    row = session.execute(
        sa.select(
            _petitions.c.petition_id, _petitions.c.erased_at, _ON_HOLD.label("on_hold")
        ).where(_petitions.c.petition_id == petition_id)
    ).one()
    return dict(row._mapping)
