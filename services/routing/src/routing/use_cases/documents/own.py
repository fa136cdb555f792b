"""Papers for the petitioner on whom they were served, who shows number and query code.

    documents, served --> list, page, file --> document_looks

What is served already is shown, so that looking is no service by itself (T22 Arts.23, 32, 35, 36).
Nothing is shown of the secret lane, where no word goes out by itself.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.layout.page import whole
from routing.models.document_looks import document_looks
from routing.models.documents import documents
from routing.resources import Resources
from routing.use_cases.documents import sealed
from routing.use_cases.reading import visible
from routing.use_cases.units import unit_names
from shared.auth import Principal
from shared.db import Session
from shared.errors import Conflict, NotFound, both
from shared.web.paging import page

PAGE = "page"
_TO_PETITIONERS = "notice"
_cases, _links = models.cases, models.case_petitions


def own_documents(session: Session, *, petition_id: str, resources: Resources) -> dict[str, Any]:
    """The papers that were served on a petition's petitioner, oldest first."""
    names = unit_names(session)
    return {
        "items": [
            {
                "document_id": row["document_id"],
                "kind": row["kind"],
                "name": resources.papers.catalogue.documents[row["kind"]].name,
                "number": row["number"],
                "unit_name": names.get(row["unit"], row["unit"]),
                "issued_on": row["issued_on"],
                "served_on": row["served_on"],
                "files": _files(row),
            }
            for row in _own(session, petition_id, resources)
        ]
    }


def own_page(
    session: Session, *, document_id: str, petition_id: str, now: dt.datetime, resources: Resources
) -> bytes:
    """The paper's words as a page; NotFound for any paper that was not served on them."""
    row = _one(session, document_id, petition_id, resources)
    _note(session, row, petition_id, PAGE, now=now)
    return whole(sealed.open_(row, "text", resources)).encode()


def own_file(
    session: Session, *, document_id: str, petition_id: str, now: dt.datetime, resources: Resources
) -> tuple[bytes, str, str]:
    """Bytes, media type and name of the paper as it was served: sealed scan, else PDF.

    Conflict while it is being rendered.
    """
    row = _one(session, document_id, petition_id, resources)
    kept = next(iter(_files(row)), None)
    if kept is None:
        raise Conflict(
            both("文书正在排版，请稍候再试。", "The paper is being rendered; try again soon."),
            code="rendering",
            headers={"Retry-After": "5"},
        )
    data, media_type = sealed.bytes_of(session, row[kept], resources)
    _note(session, row, petition_id, kept, now=now)
    ending = "jpg" if media_type == "image/jpeg" else "pdf"
    return data, media_type, f"{row['kind']}-{document_id[:8]}.{ending}"


def list_looks(
    session: Session, *, query: Mapping[str, Any], by: Principal, resources: Resources
) -> dict[str, Any]:
    """A page of petitioners' looks at papers of cases that the caller may see, newest first.

    `query` has `case_id` and `petition_id`, either may be None, `limit` and `cursor`.
    """
    statement = (
        sa.select(
            document_looks,
            documents.c.case_id,
            documents.c.kind,
            documents.c.number,
            _cases.c.case_no,
        )
        .join_from(
            document_looks, documents, documents.c.document_id == document_looks.c.document_id
        )
        .join(_cases, _cases.c.case_id == documents.c.case_id)
        .where(visible(by))
    )
    if query["case_id"]:
        statement = statement.where(documents.c.case_id == query["case_id"])
    if query["petition_id"]:
        statement = statement.where(document_looks.c.petition_id == query["petition_id"])
    kinds = resources.papers.catalogue.documents
    return page(
        session,
        statement,
        by=document_looks.c.seq,
        query=dict(query),
        present=lambda row: dict(row._mapping) | {"name": kinds[row.kind].name},
    )


def _own(session: Session, petition_id: str, resources: Resources) -> list[dict[str, Any]]:
    """Served papers that are addressed to this petition's petitioner and to nobody else.

    A paper names the petition whose petitioner it names; one that names none is theirs where
    nobody else brought the case in.
    """
    kinds = [
        code
        for code, one in resources.papers.catalogue.documents.items()
        if one.kind == _TO_PETITIONERS
    ]
    theirs = sa.select(_links.c.case_id).where(_links.c.petition_id == petition_id)
    found = session.execute(
        sa.select(documents, _cases.c.petition_ids)
        .join(_cases, _cases.c.case_id == documents.c.case_id)
        .where(
            documents.c.case_id.in_(theirs),
            documents.c.kind.in_(kinds),
            documents.c.state == "served",
            documents.c.text.is_not(None),
            sa.not_(_cases.c.secret),
        )
        .order_by(documents.c.served_on, documents.c.seq)
    )
    rows = [dict(one._mapping) for one in found]
    return [one for one in rows if _addressee(one) == petition_id]


def _addressee(row: Mapping[str, Any]) -> str | None:
    if row["petition_id"] is not None:
        return str(row["petition_id"])
    ids = row["petition_ids"]
    return str(ids[0]) if len(ids) == 1 else None


def _one(
    session: Session, document_id: str, petition_id: str, resources: Resources
) -> dict[str, Any]:
    mine = _own(session, petition_id, resources)
    found = next((one for one in mine if one["document_id"] == document_id), None)
    if found is None:
        raise NotFound()
    return found


def _files(row: Mapping[str, Any]) -> list[str]:
    return [name for name in ("scan", "pdf") if row[name]]


def _note(
    session: Session, row: Mapping[str, Any], petition_id: str, format_: str, *, now: dt.datetime
) -> None:
    session.execute(
        sa.insert(document_looks).values(
            document_id=row["document_id"], petition_id=petition_id, format=format_, at=now
        )
    )
