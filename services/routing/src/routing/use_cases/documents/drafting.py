"""Drawing a paper up and changing its draft."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing.domain import documents as papers
from routing.domain.documents import Document
from routing.models.documents import documents
from routing.resources import Resources
from routing.use_cases.documents import access, claiming, reading, sealed
from routing.use_cases.documents.access import kind_of
from routing.use_cases.documents.claiming import Claimed
from routing.use_cases.documents.known import known_fields_of
from shared.auth import Principal
from shared.db import Session
from shared.errors import Conflict, Invalid, both


def draft(
    session: Session,
    *,
    case_row: Mapping[str, Any],
    kind: str,
    fields: Mapping[str, Any],
    by: Principal,
    now: dt.datetime,
    resources: Resources,
    petition_id: str | None = None,
    claimed: Claimed | None = None,
) -> dict[str, Any]:
    """Draw up a paper of a case that the caller may see; returns its row.

    A draft may leave things out; what is there must fit. What `fields` does not name of the
    petitioner is as intake `claimed` it. Forbidden where another office draws this kind up.
    """
    document = kind_of(kind, resources)
    side, unit = access.side_of(
        session, document=document, case_row=case_row, by=by, resources=resources
    )
    claiming.petition_of(case_row, petition_id)
    values, columns = claiming.first_claim(
        document, case_row=case_row, fields=fields, petition_id=petition_id, claimed=claimed,
        now=now,
    )  # fmt: skip
    kept = _fitting(document, {**fields, **values})
    document_id = claimed.document_id if claimed else str(uuid.uuid4())
    if columns["claimed"] is not None:
        columns["claimed"] = sealed.close(
            columns["claimed"], document_id=document_id, column="claimed", resources=resources
        )
    row = {
        "document_id": document_id,
        "case_id": case_row["case_id"],
        "kind": kind,
        "unit": unit,
        "by": side,
        "state": "draft",
        "version": 1,
        "fields": sealed.close(kept, document_id=document_id, column="fields", resources=resources),
        "attempts": 0,
        "drafted_by": by.sub,
        "drafted_at": now,
        "changed_at": now,
        **columns,
    }
    session.execute(sa.insert(documents).values(row))
    return (
        dict.fromkeys(documents.c.keys())
        | row
        | {
            "case_no": case_row["case_no"],
            "case_state": case_row["state"],
            "case_secret": case_row["secret"],
            "petition_ids": case_row["petition_ids"],
        }
    )


def draft_for(
    session: Session,
    *,
    case_id: str,
    kind: str,
    fields: Mapping[str, Any],
    by: Principal,
    now: dt.datetime,
    resources: Resources,
    petition_id: str | None = None,
    claimed: Claimed | None = None,
) -> dict[str, Any]:
    """Draw up a paper of the case with this id; NotFound where it is not theirs to know.

    What the case already knows stands in it, where `fields` says nothing else, and of the
    petitioner what intake answered.
    """
    case_row = access.visible_case(session, case_id=case_id, by=by)
    document = kind_of(kind, resources)
    known = known_fields_of(
        session, case_row=case_row, document=document, by=by, now=now, resources=resources
    )
    row = draft(
        session, case_row=case_row, kind=kind, fields={**known, **fields}, by=by, now=now,
        resources=resources, petition_id=petition_id, claimed=claimed,
    )  # fmt: skip
    return reading.present_one(session, row, by=by, resources=resources)


def change(
    session: Session,
    *,
    document_id: str,
    if_match: int,
    fields: Mapping[str, Any],
    by: Principal,
    now: dt.datetime,
    resources: Resources,
) -> dict[str, Any]:
    """Replace the elements of a draft; 412 where it changed meanwhile."""
    row = access.visible_document(session, document_id=document_id, by=by, lock=True)
    document = kind_of(row["kind"], resources)
    access.check_change(row, document, by, if_match=if_match)
    kept = _fitting(document, fields)
    parts = {"fields": kept, "claimed": claiming.still_followed(row, kept, resources)}
    values = {
        column: sealed.close(part, document_id=document_id, column=column, resources=resources)
        for column, part in parts.items()
        if part is not None
    }
    row = write(session, row, values, now=now)
    return reading.present_one(session, row, by=by, resources=resources)


def claim(
    session: Session,
    *,
    document_id: str,
    if_match: int,
    petition_id: str | None,
    claimed: Claimed | None,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
) -> dict[str, Any]:
    """Fill a draft from intake once more, over what the clerk has typed of the petitioner.

    With `petition_id` from that petition of the case on. 503 where intake does not answer,
    Conflict where no intake is connected.
    """
    row = access.visible_document(session, document_id=document_id, by=by, lock=True)
    document = kind_of(row["kind"], resources)
    access.check_change(row, document, by, if_match=if_match)
    claiming.petition_of(row, petition_id)
    values, changed = claiming.refreshed(
        row, document, claimed=claimed, keep=False, now=now, resources=resources,
        anew=claiming.claims_of(document),
    )  # fmt: skip
    if not values:
        raise Conflict(
            both("此文书的信访人要素须自行填写。", "This paper's petitioner has to be typed."),
            code="identity_by_hand",
        )
    row = write(session, row, values, now=now) | {"changed": changed}
    return reading.present_one(session, row, by=by, resources=resources)


def write(
    session: Session, row: Mapping[str, Any], values: Mapping[str, Any], *, now: dt.datetime
) -> dict[str, Any]:
    """Write a locked paper's changes; returns it as it then is."""
    changes = {**values, "version": row["version"] + 1, "changed_at": now}
    own = documents.c.document_id == row["document_id"]
    session.execute(sa.update(documents).where(own).values(changes))
    return dict(row) | changes


def _fitting(document: Document, fields: Mapping[str, Any]) -> dict[str, Any]:
    kept, problems = papers.check_fields(document, fields, complete=False)
    if problems:
        raise Invalid(problems)
    return kept


def check_complete(
    document: Document, row: Mapping[str, Any], resources: Resources
) -> dict[str, Any]:
    """The paper's elements; Invalid names each that it must state and does not."""
    fields = sealed.open_(row, "fields", resources)
    kept, problems = papers.check_fields(document, fields, complete=True)
    if problems:
        raise Invalid(problems)
    return kept
