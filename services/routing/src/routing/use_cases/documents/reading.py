"""Reading papers: lists without words, one with them, its preview and its files."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing.domain import documents as papers
from routing.domain.documents import Document, Element
from routing.domain.known import ANSWERS
from routing.layout.page import compose, whole
from routing.models.documents import documents
from routing.resources import Resources
from routing.use_cases.documents import access, claiming, sealed
from routing.use_cases.documents.standards import current_edition
from routing.use_cases.units import unit_names
from shared.auth import Principal
from shared.clock import office_day
from shared.db import Session
from shared.errors import Conflict, Forbidden, Invalid, both
from shared.web.paging import page

_SHOWN = (
    "document_id", "case_id", "kind", "unit", "by", "state", "version", "edition", "number",
    "issued_on", "rendering", "last_error", "served_on", "service_method", "drafted_by",
    "approved_by", "issued_by", "drafted_at", "approved_at", "issued_at",
)  # fmt: skip
SERVING = dict.fromkeys(ANSWERS, "serve") | {
    "review_opinion": "serve_review",
    "re_review_opinion": "serve_re_review",
}
"""The action that says to the case that a paper of this kind was served."""
_LISTED = [documents.c[name] for name in (*_SHOWN, "pdf", "docx", "scan")]


def present(
    row: Mapping[str, Any], *, by: Principal, names: Mapping[str, str], resources: Resources
) -> dict[str, Any]:
    """A paper as lists show it: nothing of what it says."""
    document = resources.papers.catalogue.documents[row["kind"]]
    return {name: row[name] for name in _SHOWN} | {
        "name": document.name,
        "basis": document.basis,
        "unit_name": names.get(row["unit"], row["unit"]),
        "state_name": papers.STATES[row["state"]],
        "files": [name for name in ("pdf", "docx", "scan") if row[name]],
        "allowed": access.allowed(row, document, by),
    }


def present_one(
    session: Session, row: Mapping[str, Any], *, by: Principal, resources: Resources
) -> dict[str, Any]:
    """A paper with what it states, for those who may read it."""
    shown = present(row, by=by, names=unit_names(session), resources=resources)
    shown["next"] = _next(row, resources)
    shown["identity"] = claiming.present(row, resources)
    if not access.may_read_words(by):
        return shown | {"fields": None, "service": None, "reason": None}
    words = {name: sealed.open_(row, name, resources) for name in ("fields", "service", "reason")}
    return shown | words


def _next(row: Mapping[str, Any], resources: Resources) -> str | None:
    """The action by which the case follows, once an answer or opinion has been served."""
    action = resources.procedure.actions.get(SERVING.get(row["kind"], ""))
    if action is None or row["state"] != "served" or row["case_state"] not in action.from_:
        return None
    return action.name


def document_for(
    session: Session, *, document_id: str, by: Principal, resources: Resources
) -> dict[str, Any]:
    """One paper; NotFound where its case is not theirs to know."""
    row = access.visible_document(session, document_id=document_id, by=by)
    return present_one(session, row, by=by, resources=resources)


def list_documents(
    session: Session,
    *,
    case_id: str,
    query: dict[str, Any],
    by: Principal,
    resources: Resources,
) -> dict[str, Any]:
    """The papers of a case, oldest first."""
    access.visible_case(session, case_id=case_id, by=by)
    names = unit_names(session)
    return page(
        session,
        sa.select(*_LISTED).where(documents.c.case_id == case_id),
        by=documents.c.seq,
        query=query,
        present=lambda row: present(row._mapping, by=by, names=names, resources=resources),
        newest_first=False,
    )


def preview(
    session: Session, *, document_id: str, by: Principal, now: dt.datetime, resources: Resources
) -> bytes:
    """The paper as a page: as issued, or as it would look, marked as a draft."""
    row = access.visible_document(session, document_id=document_id, by=by)
    _check_reader(by)
    issued = sealed.open_(row, "text", resources)
    if issued is not None:
        return whole(issued, mark="void" if row["state"] == "void" else None).encode()
    document = resources.papers.catalogue.documents[row["kind"]]
    _, source = current_edition(session, document, resources)
    names = unit_names(session)
    system = {
        "unit_name": names.get(row["unit"], row["unit"]),
        "number": "〔　　〕　号" if document.series else "",
        "issued_on": office_day(now),
        "case_no": row["case_no"],
        "document_name": document.name,
    }
    fields = _gaps(document) | sealed.open_(row, "fields", resources)
    body = compose(document, source, fields=fields, system=system)
    return whole(body, mark="draft").encode()


def file_of(
    session: Session, *, document_id: str, format_: str | None, by: Principal, resources: Resources
) -> tuple[bytes, str, str]:
    """Bytes, media type and name of an issued paper; the sealed scan where there is one."""
    row = access.visible_document(session, document_id=document_id, by=by)
    _check_reader(by)
    wanted = format_ or ("scan" if row["scan"] else "pdf")
    if row[wanted] is None:
        _refuse_missing(row, wanted)
    data, media_type = sealed.bytes_of(session, row[wanted], resources)
    ending = {"application/pdf": "pdf", "image/jpeg": "jpg"}.get(media_type, "docx")
    return data, media_type, f"{row['kind']}-{document_id[:8]}.{ending}"


def _refuse_missing(row: Mapping[str, Any], wanted: str) -> None:
    if row["text"] is None:
        raise Conflict(
            both("文书尚未出具，没有文件。", "The paper is not issued yet."), code="not_issued"
        )
    if wanted == "scan":
        raise Invalid({"format": both("没有盖章扫描件。", "There is no scan.")})
    if row["rendering"] == "failed":
        raise Conflict(
            both("文书排版失败，可以重新排版。", "Rendering failed; it can be tried again."),
            code="rendering_failed",
        )
    raise Conflict(
        both("文书正在排版，请稍候几秒再试。", "It is being rendered; try again in seconds."),
        code="rendering",
        headers={"Retry-After": "5"},
    )


def _check_reader(by: Principal) -> None:
    if not access.may_read_words(by):
        raise Forbidden()


def _gaps(document: Document) -> dict[str, Any]:
    return {element.name: _gap(element) for element in document.required}


def _gap(element: Element) -> Any:
    text = f"【{element.title}】"
    if element.type == "rows":
        return [dict.fromkeys(element.columns or {}, text)]
    return [text] if element.type == "list" else text
