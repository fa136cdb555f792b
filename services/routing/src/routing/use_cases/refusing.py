"""Writing down what was refused, by which rule; the refusal itself changes nothing."""

import datetime as dt

import sqlalchemy as sa

from routing import models
from routing.models.documents import documents
from shared.db import Session
from shared.errors import Refused

NO_CASE = ""
_LONGEST = {column.name: column.type.length for column in models.refusals.c
            if isinstance(column.type, sa.String)}  # fmt: skip


def write_refusal(
    session: Session,
    *,
    action: str,
    refusal: Refused,
    account: str,
    unit: str | None,
    at: dt.datetime,
    case_id: str | None = None,
    document_id: str | None = None,
    about: str | None = None,
) -> None:
    """Keep who was refused what; the case is the one named, or that of the paper."""
    if case_id is None and document_id is not None:
        of = sa.select(documents.c.case_id).where(documents.c.document_id == document_id)
        case_id = session.scalar(of)
    texts = {
        "case_id": case_id or NO_CASE,
        "action": action,
        "code": refusal.code,
        "basis": refusal.facts.get("basis") or "",
        "by": account,
        "unit": unit,
        "about": about,
    }
    row = {name: text and text[: _LONGEST[name]] for name, text in texts.items()}
    session.execute(sa.insert(models.refusals).values(at=at, **row))
