"""Drafts of petitions (草稿): kept as they are typed, until they are submitted or forgotten.

POST drafts -> id and secret -> PATCH, files -> submit
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import drafts as rules
from intake.resources import Resources
from intake.use_cases.accounts import PUBLIC, account_of
from intake.use_cases.attaching import shown as shown_file
from intake.use_cases.draft_rows import (
    check_open,
    check_version,
    draft_digest,
    fields_of,
    find_draft,
    forget,
    sealed_fields,
)
from intake.use_cases.drafting import Drafting
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import Conflict, Invalid, both

Parse = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Makes of what was typed a petition as the public posts it; Invalid by its fields."""
_drafts, _files = models.drafts, models.draft_files


def begin_draft(
    session: Session,
    *,
    fields: Mapping[str, Any],
    parse: Parse,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """A new draft and the secret that opens it, told this once; of who is signed in it is theirs.

    Conflict where their account has as many as it may have.
    """
    now = clock.now()
    account = None
    if by.shown is not None:
        account = account_of(session, by=by, now=now, resources=resources, lock=True)
        _check_count(session, account)
    draft_id, secret = str(uuid.uuid4()), rules.new_secret("draft")
    row = {
        "draft_id": draft_id,
        "token_digest": draft_digest(secret, resources),
        "account_id": account,
        "version": 1,
        "content": sealed_fields(draft_id, fields, resources),
        "made_at": now,
        "changed_at": now,
        "expires_at": now + resources.draft_lasts,
    }
    session.execute(sa.insert(_drafts), row)
    made = find_draft(
        session, draft_id, by=Principal("", shown=secret), now=now, resources=resources
    )
    return {"token": secret, **_shown(session, made, parse, now=now, resources=resources)}


def read_draft(
    session: Session,
    *,
    draft_id: str,
    parse: Parse,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """The draft, and what still stands in its way; NotFound for whoever it is not."""
    now = clock.now()
    row = find_draft(session, draft_id, by=by, now=now, resources=resources)
    return _shown(session, row, parse, now=now, resources=resources)


def change_draft(
    session: Session,
    *,
    draft_id: str,
    changes: Mapping[str, Any],
    version: int,
    parse: Parse,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Put these fields in the place of those that stood there, null for none; what is wrong with
    them is told, and kept all the same.

    412 where another device has changed it since, 413 where it is too much, Conflict where it is
    a petition already.
    """
    now = clock.now()
    row = find_draft(session, draft_id, by=by, now=now, resources=resources, lock=True)
    check_open(row)
    check_version(row, version)
    fields = {**fields_of(row, resources), **changes}
    session.execute(
        sa.update(_drafts)
        .where(_drafts.c.draft_id == draft_id)
        .values(
            content=sealed_fields(draft_id, fields, resources),
            version=version + 1,
            changed_at=now,
            expires_at=now + resources.draft_lasts,
        )
    )
    changed = find_draft(session, draft_id, by=by, now=now, resources=resources)
    return _shown(session, changed, parse, now=now, resources=resources)


def drop_draft(
    session: Session, *, draft_id: str, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """Forget a draft; its files go with the next sweep. Of a petition nothing is lost."""
    row = find_draft(session, draft_id, by=by, now=clock.now(), resources=resources, lock=True)
    forget(session, [row.draft_id])
    return {"draft_id": draft_id}


def drafts_of(
    session: Session, *, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """The drafts of who is signed in, the one changed last first."""
    now = clock.now()
    account = account_of(session, by=by, now=now, resources=resources)
    rows = session.execute(
        sa.select(_drafts)
        .where(
            _drafts.c.account_id == account,
            _drafts.c.petition_id.is_(None),
            _drafts.c.expires_at > now,
        )
        .order_by(_drafts.c.changed_at.desc(), _drafts.c.draft_id)
    ).all()
    return {"items": [_listed(row, resources) for row in rows]}


def _check_count(session: Session, account: str) -> None:
    found = sa.select(sa.func.count()).where(
        _drafts.c.account_id == account, _drafts.c.petition_id.is_(None)
    )
    if (session.scalar(found) or 0) >= rules.DRAFTS_MOST:
        most = rules.DRAFTS_MOST
        raise Conflict(
            both(f"草稿最多{most}份，请先删除不用的。", f"At most {most} drafts; remove some."),
            code="too_many_drafts",
        )


def _shown(
    session: Session,
    row: sa.Row[Any],
    parse: Parse,
    *,
    now: dt.datetime,
    resources: Resources,
) -> dict[str, Any]:
    fields = fields_of(row, resources)
    open_ = row.petition_id is None
    problems = _problems(session, fields, parse, now=now, resources=resources) if open_ else {}
    found = sa.select(_files).where(_files.c.draft_id == row.draft_id)
    files = session.execute(found.order_by(_files.c.added_at, _files.c.attachment_id))
    return {
        "draft_id": row.draft_id,
        "version": row.version,
        "fields": fields,
        "problems": [{"field": name, "reason": why} for name, why in problems.items()],
        "files": [shown_file(file, resources.ring) for file in files],
        "changed_at": row.changed_at,
        "expires_at": row.expires_at,
        "petition_no": row.petition_no,
    }


def _problems(
    session: Session,
    fields: Mapping[str, Any],
    parse: Parse,
    *,
    now: dt.datetime,
    resources: Resources,
) -> Mapping[str, str]:
    """Why the draft would not be registered as it is, by field: as registration itself says it."""
    try:
        petition = parse(fields)
        Drafting(session, by=PUBLIC, now=now, resources=resources, publicly=True)(petition)
    except Invalid as refusal:
        return refusal.errors
    return {}


def _listed(row: sa.Row[Any], resources: Resources) -> dict[str, Any]:
    title = fields_of(row, resources).get("title")
    return {
        "draft_id": row.draft_id,
        "version": row.version,
        "title": title if isinstance(title, str) else None,
        "changed_at": row.changed_at,
        "expires_at": row.expires_at,
    }
