"""Rows of drafts: found by whoever may open them, their words sealed."""

import datetime as dt
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import drafts as rules
from intake.resources import Resources
from intake.use_cases.accounts import account_of
from shared.auth import Principal
from shared.db import Session
from shared.errors import Conflict, NotFound, Refused, both

_drafts, _files = models.drafts, models.draft_files


def find_draft(
    session: Session,
    draft_id: str,
    *,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
    lock: bool = False,
) -> sa.Row[Any]:
    """The draft that a secret opens, its own or its account's; NotFound for any other."""
    wanted = sa.select(_drafts).where(_drafts.c.draft_id == draft_id, _drafts.c.expires_at > now)
    row = session.execute(wanted.with_for_update() if lock else wanted).first()
    if row is None or not _opens(session, row, by=by, now=now, resources=resources):
        raise NotFound(both("没有这份草稿，或已过期。", "There is no such draft, or no longer."))
    return row


def check_open(row: sa.Row[Any]) -> None:
    """Conflict where a draft is a petition already."""
    if row.petition_id is not None:
        raise registered(row)


def check_version(row: sa.Row[Any], version: int) -> None:
    """Refused as stale where a draft was changed since the caller read it."""
    if row.version != version:
        raise Refused(
            both(
                "草稿已在另一设备上修改，请先读取最新内容。",
                "The draft was changed on another device; read it again.",
            ),
            status=412,
            code="stale",
            version=row.version,
        )


def registered(row: sa.Row[Any]) -> Conflict:
    return Conflict(
        both("草稿已提交登记。", "The draft is registered already."),
        code="already_registered",
        petition_id=row.petition_id,
        petition_no=row.petition_no,
    )


def sealed_fields(draft_id: str, fields: Mapping[str, Any], resources: Resources) -> bytes:
    typed = {name: value for name, value in fields.items() if value is not None}
    text = json.dumps(typed, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > rules.CONTENT_MOST:
        raise Refused(
            both("草稿内容过长，不能保存。", "The draft is too long to be kept."),
            status=413,
            code="too_large",
        )
    return resources.ring.encrypt(text, place=f"{draft_id}/content")


def fields_of(row: sa.Row[Any], resources: Resources) -> dict[str, Any]:
    if row.content is None:
        return {}
    text = resources.ring.decrypt(row.content, place=f"{row.draft_id}/content")
    found: dict[str, Any] = json.loads(text)
    return found


def forget(session: Session, draft_ids: Sequence[str]) -> None:
    """Remove drafts and what they say of their files."""
    for table in (_files, _drafts):
        session.execute(sa.delete(table).where(table.c.draft_id.in_(draft_ids)))


def draft_digest(secret: str, resources: Resources) -> bytes:
    return rules.secret_digest(secret, kind="draft", secret=resources.query_code_secret)


def _opens(
    session: Session, row: sa.Row[Any], *, by: Principal, now: dt.datetime, resources: Resources
) -> bool:
    if rules.is_secret_of("draft", by.shown):
        assert by.shown is not None
        return hmac.compare_digest(draft_digest(by.shown, resources), bytes(row.token_digest))
    account = account_of(session, by=by, now=now, resources=resources)
    return row.account_id is not None and row.account_id == account
