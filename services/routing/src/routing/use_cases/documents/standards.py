"""Kinds of papers, editions of their templates, prefixes of their numbers."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.documents import Document
from routing.domain.standards import StandardError
from routing.layout.templates import check_template
from routing.models.documents import number_prefixes, template_editions
from routing.resources import Resources
from shared.auth import Principal
from shared.db import Session, upsert
from shared.errors import Invalid, NotFound, both


def current_edition(session: Session, document: Document, resources: Resources) -> tuple[int, str]:
    """The newest edition of a paper's template and its source."""
    table = template_editions
    newest = (
        sa.select(table.c.edition, table.c.html)
        .where(table.c.kind == document.code)
        .order_by(table.c.edition.desc())
        .limit(1)
    )
    row = session.execute(newest).first()
    if row is None or row.edition <= document.edition:
        return document.edition, resources.papers.templates[document.code]
    return row.edition, row.html


def list_kinds(session: Session, *, resources: Resources) -> dict[str, Any]:
    """Every kind of paper with what it must state, in the order of the catalogue."""
    table = template_editions
    newest = sa.select(table.c.kind, sa.func.max(table.c.edition)).group_by(table.c.kind)
    put: dict[str, int] = {kind: edition for kind, edition in session.execute(newest)}
    return {
        "items": [
            _kind(document, max(document.edition, put.get(document.code, 0)))
            for document in resources.papers.catalogue.documents.values()
        ]
    }


def _kind(document: Document, edition: int) -> dict[str, Any]:
    required = {element.name for element in document.required}
    return {
        "kind": document.code,
        "name": document.name,
        "form": document.kind,
        "by": list(document.by),
        "basis": document.basis,
        "limit": document.limit,
        "series": document.series,
        "approval": document.approval,
        "edition": edition,
        "fields": [
            {
                "name": element.name,
                "title": element.title,
                "type": element.type,
                "required": element.name in required,
                "claim": element.claim,
                "columns": dict(element.columns) if element.columns else None,
                "sample": element.sample,
            }
            for element in document.elements.values()
        ],
    }


def template_of(session: Session, *, kind: str, resources: Resources) -> dict[str, Any]:
    """The template that new papers of a kind are written by."""
    edition, html = current_edition(session, _document(kind, resources), resources)
    return {"kind": kind, "edition": edition, "html": html}


def put_template(
    session: Session,
    *,
    kind: str,
    html: str,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
) -> dict[str, Any]:
    """Put a new edition of a template; Invalid with line and reason, and the old one stays."""
    document = _document(kind, resources)
    try:
        check_template(document, html, file=document.template)
    except StandardError as error:
        raise Invalid({"html": error.message}) from error
    edition, source = current_edition(session, document, resources)
    if source.strip() != html.strip():
        edition += 1
        row = {"kind": kind, "edition": edition, "html": html, "put_by": by.sub, "put_at": now}
        session.execute(sa.insert(template_editions).values(row))
    return {"kind": kind, "edition": edition, "html": html}


def list_prefixes(session: Session, *, resources: Resources) -> dict[str, Any]:
    """Every unit's prefix by its code: the one it was given, else the one of the catalogue."""
    table = number_prefixes
    given = {row.unit: row.prefix for row in session.execute(sa.select(table))}
    known = dict(resources.papers.catalogue.prefixes) | given
    return {"items": [{"unit": unit, "prefix": known[unit]} for unit in sorted(known)]}


def put_prefix(session: Session, *, unit: str, prefix: str, resources: Resources) -> dict[str, Any]:
    """Give a unit the prefix of its numbers; no other unit may have it."""
    known = sa.select(models.units.c.code).where(models.units.c.code == unit)
    if session.scalar(known) is None:
        raise NotFound()
    table = number_prefixes
    taken = sa.select(table.c.unit).where(table.c.prefix == prefix, table.c.unit != unit)
    listed = resources.papers.catalogue.prefixes
    if session.scalar(taken) or any(p == prefix and u != unit for u, p in listed.items()):
        raise Invalid(
            {"prefix": both("其他单位已使用此机关代字。", "Another unit has this prefix.")}
        )
    upsert(session, table, [{"unit": unit, "prefix": prefix}], key=["unit"])
    return {"unit": unit, "prefix": prefix}


def _document(kind: str, resources: Resources) -> Document:
    found = resources.papers.catalogue.documents.get(kind)
    if found is None:
        raise NotFound()
    return found
