"""Drawing up what a case owes: every paper that a step calls for and that nobody has begun."""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.resources import Resources
from routing.use_cases.documents.access import visible_case
from routing.use_cases.documents.claiming import Claimed, Wanted, wanted_for_draft
from routing.use_cases.documents.drafting import draft_for
from routing.use_cases.documents.owed import owed
from shared.auth import Principal
from shared.db import Session
from shared.errors import Forbidden, in_language


def wanted_for_owed(
    session: Session, *, case_id: str, by: Principal, resources: Resources
) -> list[tuple[str, Wanted]]:
    """What to ask intake for the papers that `draft_owed` would draw up, each by its kind."""
    case_row = visible_case(session, case_id=case_id, by=by)
    found = []
    for one in owed(session, case_row=case_row, resources=resources):
        if one["document_id"] is not None:
            continue
        with suppress(Forbidden):
            wanted = wanted_for_draft(
                session, case_id=case_id, kind=one["kind"], fields={}, petition_id=None, by=by,
                resources=resources,
            )  # fmt: skip
            found += [(one["kind"], wanted)] if wanted else []
    return found


def draft_owed(
    session: Session,
    *,
    case_id: str,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
    claimed: Sequence[tuple[str, Claimed]] = (),
) -> dict[str, Any]:
    """Draw up what is owed and not begun, as far as it is the caller's; asked again, nothing more.

    What the case knows and what intake `claimed`, by kind, stand in each. NotFound where the case
    is not theirs to know; what is another's to draw up is `left`, with the reason.
    """
    answers = {kind: [answer for of, answer in claimed if of == kind] for kind, _ in claimed}
    case_row = visible_case(session, case_id=case_id, by=by)
    table = models.cases
    session.execute(sa.select(table.c.seq).where(table.c.case_id == case_id).with_for_update())
    drafted, left = [], []
    for one in owed(session, case_row=case_row, resources=resources):
        if one["document_id"] is not None:
            continue
        try:
            drafted.append(
                draft_for(
                    session, case_id=case_id, kind=one["kind"], fields={}, by=by, now=now,
                    resources=resources, claimed=_next(answers.get(one["kind"])),
                )
            )  # fmt: skip
        except Forbidden as refusal:
            left.append(one | {"reason": in_language(refusal.message, "zh")})
    return {"drafted": drafted, "left": left}


def _next(answers: list[Claimed] | None) -> Claimed | None:
    return answers.pop(0) if answers else None
