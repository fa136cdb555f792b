"""Accounts of citizens: opened by a phone code, never needed, erased when their owner wants it.

POST account/code -> SMS -> POST account/session -> secret -> drafts, petitions
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.accounts import CODE_PURPOSE, SESSION_LASTS, SIGNED_IN_MOST
from intake.domain.drafts import is_secret_of, new_secret, secret_digest
from intake.domain.persons import normal_phone
from intake.resources import Resources
from intake.use_cases.persons import indexed_with
from intake.use_cases.phone_codes import redeem_code, send_code
from intake.use_cases.registering import register
from shared.auth import Principal, Unauthorised
from shared.clock import Clock
from shared.db import Session, dialect_insert
from shared.errors import both
from shared.pii import KeyRing, mask_phone

PUBLIC = Principal(sub="public")
_KIND = "account"
_accounts, _sessions = models.accounts, models.account_sessions


def send_account_code(
    session: Session, *, phone: str, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """Send a code that signs in whoever has the phone; the same answer for a number that is known
    here and one that is not."""
    return send_code(session, phone=phone, purpose=CODE_PURPOSE, clock=clock, resources=resources)


def sign_in(
    session: Session, *, phone: str, code: str, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """Open a session of the phone's account, which is made where there is none yet.

    403 for a wrong code, and one that was sent for anything else, to any other phone, or is used.
    """
    now = clock.now()
    redeem_code(session, phone=phone, purpose=CODE_PURPOSE, code=code, now=now, resources=resources)
    account_id = _account_with(session, phone, now=now, ring=resources.ring)
    return _opened(session, account_id, phone, signed_in_at=now, now=now, resources=resources)


def renew_session(
    session: Session, *, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """Another secret in the place of the one that is shown, which opens nothing any more.

    Unauthorised once the phone was shown too long ago.
    """
    now = clock.now()
    row = _session(session, by=by, now=now, resources=resources, lock=True)
    _close(session, _sessions.c.digest == row.digest)
    phone = phone_of(session, row.account_id, resources.ring)
    return _opened(
        session,
        row.account_id,
        phone,
        signed_in_at=row.signed_in_at,
        now=now,
        resources=resources,
    )


def sign_out(
    session: Session, *, everywhere: bool, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """End the session, or all sessions of its account; how many."""
    row = _session(session, by=by, now=clock.now(), resources=resources)
    all_ = _sessions.c.account_id == row.account_id
    return {"ended": _close(session, all_ if everywhere else _sessions.c.digest == row.digest)}


def erase_account(
    session: Session, *, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """Forget the account, its number and its drafts (TPI Art.47); petitions that were registered
    are the office's, and go by their own rule."""
    account_id = account_of(session, by=by, now=clock.now(), resources=resources)
    # Sessions first: who holds one for a new draft is waited for, and then there is none.
    _close(session, _sessions.c.account_id == account_id)
    drafts, files = models.drafts, models.draft_files
    theirs = sa.select(drafts.c.draft_id).where(drafts.c.account_id == account_id)
    locked = session.scalars(theirs.with_for_update()).all()
    for table in (files, drafts):
        session.execute(sa.delete(table).where(table.c.draft_id.in_(locked)))
    # Then the account: who signs in to it now is waited for, and its session goes as well.
    account = sa.select(_accounts.c.account_id).where(_accounts.c.account_id == account_id)
    session.execute(account.with_for_update())
    for table in (_sessions, models.account_petitions, _accounts):
        session.execute(sa.delete(table).where(table.c.account_id == account_id))
    return {"erased": True}


def register_publicly(
    session: Session,
    *,
    petition: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Register what a citizen posts themselves, for their account where they are signed in."""
    account = None
    if by.shown is not None:
        account = account_of(session, by=by, now=clock.now(), resources=resources, lock=True)
    receipt = register(
        session, petition=petition, by=PUBLIC, clock=clock, resources=resources, publicly=True
    )
    if account is not None:
        keep_for(session, account, receipt["petition_id"], now=clock.now())
    return receipt


def keep_for(session: Session, account_id: str, petition_id: str, *, now: dt.datetime) -> None:
    """Note that a petition was brought in by who is signed in to an account."""
    mine = {"petition_id": petition_id, "account_id": account_id, "added_at": now}
    session.execute(sa.insert(models.account_petitions), mine)


def account_of(
    session: Session,
    *,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
    lock: bool = False,
) -> str:
    """The account of who is signed in; Unauthorised for any other secret, and one that is over.

    With `lock` the session, and so the account, is there until the transaction ends.
    """
    row = _session(session, by=by, now=now, resources=resources, lock=lock)
    return str(row.account_id)


def phone_of(session: Session, account_id: str, ring: KeyRing) -> str:
    """The account's number in clear."""
    sealed = session.scalars(
        sa.select(_accounts.c.phone).where(_accounts.c.account_id == account_id)
    ).one()
    return ring.decrypt(sealed, place=f"{account_id}/phone")


def sealed_phone(phone: str, account_id: str, *, ring: KeyRing) -> dict[str, Any]:
    """What an account's row keeps of its number."""
    return {
        "phone": ring.encrypt(phone, place=f"{account_id}/phone"),
        "phone_index": ring.blind_index(normal_phone(phone), kind="phone"),
        "sealed_with": ring.current,
        "indexed_with": indexed_with(ring),
    }


def forget_sessions(session: Session, *, now: dt.datetime) -> None:
    """Remove sessions that are over."""
    _close(session, _sessions.c.expires_at <= now)


def _account_with(session: Session, phone: str, *, now: dt.datetime, ring: KeyRing) -> str:
    """The account of a number, made where there is none."""
    indexes = ring.blind_indexes(normal_phone(phone), kind="phone")
    known = (
        sa.select(_accounts.c.account_id)
        .where(_accounts.c.phone_index.in_(indexes))
        .with_for_update(key_share=True)
    )
    found = session.scalar(known)
    if found is None:
        account_id = str(uuid.uuid4())
        row = {"account_id": account_id, "made_at": now}
        row |= sealed_phone(phone, account_id, ring=ring)
        made = dialect_insert(session, _accounts).on_conflict_do_nothing()
        session.execute(made, row)
        found = session.scalars(known).one()
    return str(found)


def _opened(
    session: Session,
    account_id: str,
    phone: str,
    *,
    signed_in_at: dt.datetime,
    now: dt.datetime,
    resources: Resources,
) -> dict[str, Any]:
    secret = new_secret(_KIND)
    ends = min(now + SESSION_LASTS, signed_in_at + SIGNED_IN_MOST)
    row = {
        "digest": _digest(secret, resources),
        "account_id": account_id,
        "made_at": now,
        "signed_in_at": signed_in_at,
        "expires_at": ends,
    }
    session.execute(sa.insert(_sessions), row)
    lasts = int((ends - now).total_seconds())
    return {"token": secret, "expires_in": lasts, "phone": mask_phone(normal_phone(phone))}


def _session(
    session: Session,
    *,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
    lock: bool = False,
) -> sa.Row[Any]:
    row = None
    if by.shown is not None and is_secret_of(_KIND, by.shown):
        wanted = sa.select(_sessions).where(
            _sessions.c.digest == _digest(by.shown, resources), _sessions.c.expires_at > now
        )
        row = session.execute(wanted.with_for_update() if lock else wanted).first()
    if row is None:
        raise Unauthorised(both("登录已失效，请重新登录。", "You are signed in no longer."))
    return row


def _digest(secret: str, resources: Resources) -> bytes:
    return secret_digest(secret, kind=_KIND, secret=resources.query_code_secret)


def _close(session: Session, which: sa.ColumnElement[bool]) -> int:
    ended = session.execute(sa.delete(_sessions).where(which).returning(_sessions.c.digest))
    return len(ended.all())
