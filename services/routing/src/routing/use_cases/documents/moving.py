"""The life of a paper: sent for signature, signed off, returned, voided, served."""

import binascii
import datetime as dt
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from routing.domain import documents as papers
from routing.domain.service import check_service, served_on
from routing.resources import Resources
from routing.use_cases.documents import access, claiming, reading, sealed
from routing.use_cases.documents.access import kind_of
from routing.use_cases.documents.claiming import Claimed
from routing.use_cases.documents.drafting import check_complete, write
from shared.auth import Principal
from shared.clock import office_day
from shared.db import Session
from shared.errors import Conflict, Forbidden, Invalid, both

SCAN_MOST = 10 * 1_048_576
_MAGIC = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg"}


def _begin(
    session: Session, document_id: str, move: str, by: Principal, resources: Resources
) -> tuple[dict[str, Any], papers.Document]:
    row = access.visible_document(session, document_id=document_id, by=by, lock=True)
    document = kind_of(row["kind"], resources)
    access.check_move(row, move, document, by)
    return row, document


def submit(
    session: Session,
    *,
    document_id: str,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
    claimed: Claimed | None = None,
    keep_identity: bool = False,
) -> dict[str, Any]:
    """送审: it must state everything that it has to, the petitioner as intake now knows them."""
    row, document = _begin(session, document_id, "submit", by, resources)
    values, changed = claiming.refreshed(
        row, document, claimed=claimed, keep=keep_identity, now=now, resources=resources
    )
    check_complete(document, row | values, resources)
    row = write(session, row, values | {"state": "submitted"}, now=now) | {"changed": changed}
    return reading.present_one(session, row, by=by, resources=resources)


def approve(
    session: Session,
    *,
    document_id: str,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
    claimed: Claimed | None = None,
    keep_identity: bool = False,
) -> dict[str, Any]:
    """审签: the head of the unit, or of the bureau for its own papers.

    What intake corrected since then stands in it; from now on it stays.
    """
    row, document = _begin(session, document_id, "approve", by, resources)
    values, changed = claiming.refreshed(
        row, document, claimed=claimed, keep=keep_identity, now=now, resources=resources
    )
    check_complete(document, row | values, resources)
    signed = {"state": "approved", "approved_by": by.sub, "approved_at": now}
    row = write(session, row, values | signed, now=now) | {"changed": changed}
    return reading.present_one(session, row, by=by, resources=resources)


def return_(
    session: Session,
    *,
    document_id: str,
    reason: str,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
) -> dict[str, Any]:
    """退回修改: back to who drew it up, with the reason."""
    row, _ = _begin(session, document_id, "return", by, resources)
    values = {"state": "draft", "approved_by": None, "approved_at": None}
    row = write(session, row, values | _reason(row, reason, resources), now=now)
    return reading.present_one(session, row, by=by, resources=resources)


def void(
    session: Session,
    *,
    document_id: str,
    reason: str,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
) -> dict[str, Any]:
    """作废: with the reason; an issued paper keeps its number, which nobody gets again."""
    row, _ = _begin(session, document_id, "void", by, resources)
    row = write(session, row, {"state": "void"} | _reason(row, reason, resources), now=now)
    return reading.present_one(session, row, by=by, resources=resources)


def serve(
    session: Session,
    *,
    document_id: str,
    facts: Mapping[str, Any],
    by: Principal,
    now: dt.datetime,
    resources: Resources,
) -> dict[str, Any]:
    """送达: with its proof. A public notice serves when its days have passed; ask again then.

    The case does not move by this: `next` names the action that tells of it (T22 Arts.34-36).
    """
    row, _ = _begin(session, document_id, "serve", by, resources)
    days = resources.procedure.value("notice_days")
    day, problems = check_service(
        facts, issued_on=row["issued_on"], today=office_day(now), notice_days=days
    )
    if problems:
        raise Invalid(problems)
    given = {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in facts.items()}
    closed = sealed.close(given, document_id=document_id, column="service", resources=resources)
    values: dict[str, Any] = {"service": closed, "service_method": facts["method"]}
    if day is None:
        values["served_on"], _ = served_on(facts["method"], facts, notice_days=days)
    else:
        values |= {"served_on": day, "state": "served"}
    row = write(session, row, values, now=now)
    return reading.present_one(session, row, by=by, resources=resources)


def scan(
    session: Session,
    *,
    document_id: str,
    content: str,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
) -> dict[str, Any]:
    """Keep the scan of the sealed paper, PDF or JPEG in base64, as its issued version; once."""
    row = access.visible_document(session, document_id=document_id, by=by, lock=True)
    document = kind_of(row["kind"], resources)
    if not access.may(row, by, papers.DRAWS):
        raise Forbidden()
    if row["state"] not in ("issued", "served"):
        access.refuse_state(row, "scan", access.allowed(row, document, by))
    data, media_type = _scanned(content)
    digest = sealed.keep_bytes(session, data, media_type=media_type, now=now, resources=resources)
    if row["scan"] not in (None, digest):
        raise Conflict(
            both(
                "已有盖章扫描件，不能更换；确有错误的，请作废后重新出具。",
                "There is a scan already; void the paper and issue it again if it is wrong.",
            ),
            code="scan_there",
        )
    row = write(session, row, {"scan": digest}, now=now)
    return reading.present_one(session, row, by=by, resources=resources)


def _scanned(content: str) -> tuple[bytes, str]:
    try:
        data = b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid({"content": both("应为base64。", "Must be base64.")}) from error
    if len(data) > SCAN_MOST:
        most = SCAN_MOST // 1_048_576
        raise Invalid({"content": both(f"文件最大{most}MB。", f"At most {most} MB.")})
    for magic, media_type in _MAGIC.items():
        if data.startswith(magic):
            return data, media_type
    raise Invalid({"content": both("只接受PDF或JPG文件。", "Must be a PDF or a JPEG file.")})


def _reason(row: Mapping[str, Any], reason: str, resources: Resources) -> dict[str, Any]:
    closed = sealed.close(
        reason, document_id=row["document_id"], column="reason", resources=resources
    )
    return {"reason": closed}
