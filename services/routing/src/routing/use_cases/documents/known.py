"""What a case already knows of what a paper must state: gathered here, chosen by the domain.

Everything comes from what the caller may see: the case, its journal, clocks and issued papers,
the units, and the opinion as far as it is theirs to read. Who the petitioner is comes from
intake: see `claiming`.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.documents import Document, check_fields
from routing.domain.known import BY_HAND, OF_CLAIM, Around, known_fields
from routing.domain.opinion import Opinion, opinion_of
from routing.models.documents import documents
from routing.resources import Resources
from routing.use_cases.documents import access
from routing.use_cases.opinions.standing import newest
from routing.use_cases.units import organisation, reviewer_of
from shared.auth import Principal
from shared.clock import office_day
from shared.db import Session

_ROUND = "reopen"
_SENDING = ("forward", "assign", "designate", "redirect", "pass_down")
_LEVELS = {"review_opinion": "review", "re_review_opinion": "re_review"}


def known_for(
    session: Session, *, case_id: str, kind: str, by: Principal, now: dt.datetime,
    resources: Resources, connected: bool,
) -> dict[str, Any]:  # fmt: skip
    """What a new paper of this kind would state by itself, and what is still to be typed.

    Where intake is `connected`, it fills in who the petitioner is as the paper is drawn up.
    NotFound where the case is not theirs to know, Forbidden where another office draws it up.
    """
    case_row = access.visible_case(session, case_id=case_id, by=by)
    document = access.kind_of(kind, resources)
    known = known_fields_of(
        session, case_row=case_row, document=document, by=by, now=now, resources=resources
    )
    claims = OF_CLAIM & set(document.elements)
    fetched = claims if connected else frozenset()
    given = fetched | set(known)
    return {
        "kind": kind,
        "fields": known,
        "from_intake": sorted(fetched),
        "missing": [element.name for element in document.required if element.name not in given],
        "by_hand": sorted((BY_HAND & set(document.elements)) | (claims - fetched)),
    }


def known_fields_of(
    session: Session,
    *,
    case_row: Mapping[str, Any],
    document: Document,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
) -> dict[str, Any]:
    """The elements of a paper that the case knows, each fit to be kept."""
    _, unit = access.side_of(
        session, document=document, case_row=case_row, by=by, resources=resources
    )
    around = _around(session, case_row, document, unit=unit, by=by, now=now, resources=resources)
    found = known_fields(document.code, tuple(document.elements), around)
    kept, _ = check_fields(document, found, complete=False)
    return kept


def _around(
    session: Session,
    row: Mapping[str, Any],
    document: Document,
    *,
    unit: str,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
) -> Around:
    units = organisation(session)
    today = office_day(now)
    spoken, sent = _journal(session, row["case_id"])
    catalogue, procedure = resources.papers.catalogue, resources.procedure
    named = {document.code, document.instead_of}
    naming = [
        name
        for name in spoken
        if (action := procedure.actions.get(name)) is not None
        and named & {*action.documents, *action.notices}
    ]
    drawer = units.get(unit)
    answering = unit if document.code in _LEVELS else row["lead_unit"]
    reviewer = reviewer_of(session, answering, on=today) if answering in units else None
    category = resources.rules.categories.get(row["category"])
    office = units.get(access.OFFICE)
    return Around(
        case=row,
        said=spoken[naming[-1]] if naming else {},
        spoken=spoken,
        sent=sent,
        today=today,
        names={code: one.name for code, one in units.items()},
        words={name: field.choices for name, field in procedure.fields.items()},
        office=office.name if office else access.OFFICE,
        contact=drawer.contact if drawer else None,
        category=category.name if category else None,
        opinion=_opinion(session, row, document, by=by),
        remedy_body=units[reviewer.unit].name if reviewer and reviewer.unit in units else None,
        issued=_issued(session, row["case_id"]),
        titles={code: one.name for code, one in catalogue.documents.items()},
    )


def _journal(session: Session, case_id: str) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """What was said last with each action since the case was last opened; the units in order."""
    table = models.steps
    steps = session.execute(
        sa.select(table.c.action, table.c.body)
        .where(table.c.case_id == case_id)
        .order_by(table.c.seq)
    )
    spoken: dict[str, dict[str, Any]] = {}
    sent: list[str] = []
    for action, body in steps:
        if action == _ROUND:
            spoken, sent = {}, []
        spoken.pop(action, None)
        spoken[action] = body
        if action in _SENDING and body.get("unit"):
            sent.append(body["unit"])
    return spoken, sent


def _opinion(
    session: Session, row: Mapping[str, Any], document: Document, *, by: Principal
) -> Opinion | None:
    level = _LEVELS.get(document.code, "handling")
    found = newest(session, case_id=row["case_id"], by=by, level=level)
    return opinion_of(found["body"]) if found else None


def _issued(session: Session, case_id: str) -> list[dict[str, Any]]:
    table = documents
    found = session.execute(
        sa.select(table.c.kind, table.c.number, table.c.issued_on)
        .where(table.c.case_id == case_id, table.c.state.in_(("issued", "served")))
        .order_by(table.c.issued_at, table.c.seq)
    )
    return [dict(one._mapping) for one in found]
