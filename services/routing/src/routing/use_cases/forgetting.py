"""Forgetting the words of petitions that were erased.

    petition.erased --> erased_petitions; words of cases, of waiting texts and of the log of events

What the office itself made of a matter, its opinions, papers and steps, is the dossier, an archive
that is kept (TZJ Art.26).
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.likeness import tokens
from routing.events import CaseClassified, CaseReplied, events
from routing.models.opinions import answer_tokens
from shared.contracts import Event
from shared.db import Session, insert_missing
from shared.outbox import blank

_cases, _erased = models.cases, models.erased_petitions
NO_WORDS = {"title": None, "content": None, "place": None, "suggestion": None}


def forget(session: Session, *, erased: Sequence[Event]) -> None:
    """Forget the words of petitions, and of their cases once each petition in them is erased."""
    rows = [{"petition_id": e.data["petition_id"], "at": e.data["at"]} for e in erased]
    insert_missing(session, _erased, rows, key=["petition_id"])
    ids = [row["petition_id"] for row in rows]
    for waiting in (models.waiting_texts, models.waiting_changes):
        session.execute(sa.delete(waiting).where(waiting.c.petition_id.in_(ids)))
    links = models.case_petitions
    present = sa.select(links.c.case_id).where(links.c.petition_id.in_(ids))
    case_ids = {case_id for event in erased for case_id in event.data["case_ids"]}
    case_ids |= set(session.scalars(present))
    cases = session.execute(
        sa.select(_cases).where(_cases.c.case_id.in_(sorted(case_ids))).order_by(_cases.c.case_id)
        .with_for_update()
    ).all()  # fmt: skip
    gone = erased_among(session, {one for case in cases for one in case.petition_ids})
    _forget_cases(session, [case for case in cases if gone.issuperset(case.petition_ids)])


def erased_among(session: Session, petition_ids: Iterable[str]) -> set[str]:
    """Those of some petitions that were erased."""
    found = sa.select(_erased.c.petition_id).where(_erased.c.petition_id.in_(list(petition_ids)))
    return set(session.scalars(found))


def _forget_cases(session: Session, cases: Sequence[sa.Row[Any]]) -> None:
    ids = [case.case_id for case in cases if case.title is not None]
    for case in cases:
        about = tokens(case.title or "", case.content or "")
        session.execute(
            sa.delete(answer_tokens).where(
                answer_tokens.c.category == (case.category or ""),
                answer_tokens.c.token.in_(about),
                answer_tokens.c.seq == case.seq,
            )
        )
    session.execute(
        sa.update(_cases)
        .where(_cases.c.case_id.in_(ids))
        .values(version=_cases.c.version + 1, **NO_WORDS)
    )
    _forget_told(session, ids)


def _forget_told(session: Session, case_ids: Sequence[str]) -> None:
    """Take what events told of cases out of the log, found by when each step was written down."""
    steps = models.steps
    told = sa.select(steps.c.case_id, steps.c.recorded_at).where(steps.c.case_id.in_(case_ids))
    written = [(case_id, at) for case_id, at in session.execute(told)]
    said = {CaseClassified: {"title": None, "text": None}, CaseReplied: {"reply": None}}
    for event_type, data in said.items():
        blank(
            session,
            models.ground.outbox,
            type_=events[event_type].name,
            data=data,
            written=written,
        )
