"""Issuing: the paper gets its number and its words for good."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from routing.domain import documents as papers
from routing.domain.documents import Document
from routing.events import DocumentIssued, events
from routing.layout.page import compose
from routing.models.documents import document_numbers, documents, number_prefixes
from routing.resources import Resources
from routing.use_cases.documents import access, claiming, reading, sealed
from routing.use_cases.documents.access import kind_of
from routing.use_cases.documents.claiming import Claimed
from routing.use_cases.documents.drafting import check_complete, write
from routing.use_cases.documents.standards import current_edition
from routing.use_cases.units import unit_names
from shared.auth import Principal
from shared.clock import office_day
from shared.db import Session, dialect_insert
from shared.errors import Conflict, Forbidden, both
from shared.outbox import emit


def issue(
    session: Session,
    *,
    document_id: str,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
    approving: bool = False,
    historical: bool = False,
    claimed: Claimed | None = None,
    keep_identity: bool = False,
) -> dict[str, Any]:
    """出具: fix number, edition and words; the worker then renders the files.

    A paper that nobody signs off says who the petitioner is as intake now knows them. With
    `approving` the caller, who must be one that may sign the paper off, does so by this.
    Within a larger transaction call it last: the counter of its series stays locked until then.
    """
    row = access.visible_document(session, document_id=document_id, by=by, lock=True)
    document = kind_of(row["kind"], resources)
    values: dict[str, Any] = {}
    if approving and document.approval:
        if not access.may(row, by, papers.APPROVES):
            raise Forbidden()
        if row["state"] not in ("draft", "submitted", "approved"):
            access.refuse_state(row, "issue", access.allowed(row, document, by))
        values = {"approved_by": by.sub, "approved_at": now}
    else:
        access.check_move(row, "issue", document, by)
    changed: list[str] = []
    if row["state"] == "draft":
        own, changed = claiming.refreshed(
            row, document, claimed=claimed, keep=keep_identity, now=now, resources=resources
        )
        values |= own
    fields = check_complete(document, row | values, resources)
    edition, source = current_edition(session, document, resources)
    names = unit_names(session)
    day = office_day(now)
    number = _number(session, document, unit=row["unit"], names=names, year=day.year,
                     resources=resources)  # fmt: skip
    system = {
        "unit_name": names.get(row["unit"], row["unit"]),
        "number": number or "",
        "issued_on": day,
        "case_no": row["case_no"],
        "document_name": document.name,
    }
    text = compose(document, source, fields=fields, system=system)
    values |= {
        "state": "issued",
        "edition": edition,
        "number": number,
        "issued_on": day,
        "issued_at": now,
        "issued_by": by.sub,
        "text": sealed.close(text, document_id=document_id, column="text", resources=resources),
        "rendering": "waiting",
        "next_attempt_at": now,
    }
    row = write(session, row, values, now=now) | {"changed": changed}
    _tell(session, row, now=now, historical=historical)
    return reading.present_one(session, row, by=by, resources=resources)


def _number(
    session: Session,
    document: Document,
    *,
    unit: str,
    names: dict[str, str],
    year: int,
    resources: Resources,
) -> str | None:
    if document.series is None:
        return None
    catalogue = resources.papers.catalogue
    given = session.scalar(
        sa.select(number_prefixes.c.prefix).where(number_prefixes.c.unit == unit)
    )
    prefix = given or catalogue.prefixes.get(unit) or names.get(unit, unit)
    last = _next(session, unit=unit, series=document.series, year=year)
    number = catalogue.number(prefix=prefix, series=document.series, year=year, last=last)
    if session.scalar(sa.select(documents.c.seq).where(documents.c.number == number)) is not None:
        raise Conflict(
            both(
                f"文号{number}已被其他单位使用，请为本单位设置机关代字。",
                f"Another unit has used {number}; give this unit a prefix of its own.",
            ),
            code="number_taken",
        )
    return number


def _next(session: Session, *, unit: str, series: str, year: int) -> int:
    """The next number: the row stays locked until the transaction ends, so none is ever lost."""
    table = document_numbers
    insert = dialect_insert(session, table).values(unit=unit, series=series, year=year, last=1)
    counted = insert.on_conflict_do_update(
        index_elements=["unit", "series", "year"], set_={"last": table.c.last + 1}
    ).returning(table.c.last)
    return int(session.execute(counted).scalar_one())


def _tell(session: Session, row: dict[str, Any], *, now: dt.datetime, historical: bool) -> None:
    told = {name: row[name] for name in ("case_id", "document_id", "kind", "unit")}
    emit(
        session,
        events[DocumentIssued],
        subject=row["document_id"],
        data=told | {"number": row["number"] or "", "issued_at": now},
        time=now,
        historical=historical,
    )
