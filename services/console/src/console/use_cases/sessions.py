"""Sessions: opened at sign-in, found by the key in the cookie, ended by time or by hand.

The key is 256 random bits which only the browser keeps. The table has its digest, and the token
sealed with it: whoever reads the database can neither enter a session nor use a token.
"""

import base64
import datetime as dt
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from console import models
from shared.db import Session

STAFF, CITIZEN = "staff", "citizen"
_NONCE = 12
_SEEN_EVERY = dt.timedelta(minutes=1)
_SWEPT = 200
_sessions = models.sessions


@dataclass(frozen=True)
class Kept:
    """A session that goes on: what it holds, and when it ends at the latest."""

    key: str
    holds: Mapping[str, Any]
    ends_at: dt.datetime


def open_session(
    session: Session,
    *,
    kind: str,
    holds: Mapping[str, Any],
    now: dt.datetime,
    ends_at: dt.datetime,
    idle: dt.timedelta,
) -> str:
    """Open a session that holds these JSON values until `ends_at`; its key.

    Some of those that have ended are removed by the way, so that the table does not grow.
    """
    _sweep(session, now=now, idle=idle)
    key = secrets.token_urlsafe(32)
    digest = _digest(key)
    session.execute(
        sa.insert(_sessions),
        {
            "digest": digest,
            "kind": kind,
            "sealed": _seal(key, json.dumps(holds).encode(), digest),
            "began_at": now,
            "seen_at": now,
            "ends_at": ends_at,
        },
    )
    return key


def find_session(
    session: Session, *, kind: str, key: str, now: dt.datetime, idle: dt.timedelta
) -> tuple[Kept | None, bool]:
    """The session of a key, None where there is none or it has ended; whether to `note_seen`."""
    row = session.execute(
        sa.select(_sessions).where(_sessions.c.digest == _digest(key), _sessions.c.kind == kind)
    ).first()
    if row is None or now >= row.ends_at or now >= row.seen_at + idle:
        return None, False
    holds = json.loads(_open(key, row.sealed, row.digest))
    return Kept(key, holds, row.ends_at), now >= row.seen_at + _SEEN_EVERY


def note_seen(session: Session, *, key: str, now: dt.datetime) -> None:
    """Something was done in a session: its idle time begins anew."""
    session.execute(
        sa.update(_sessions).where(_sessions.c.digest == _digest(key)).values(seen_at=now)
    )


def claim_renewal(session: Session, *, key: str, now: dt.datetime, lasts: dt.timedelta) -> bool:
    """Whether the caller is the one that renews this session's token, for as long as `lasts`."""
    claimed = session.execute(
        sa.update(_sessions)
        .where(
            _sessions.c.digest == _digest(key),
            sa.or_(_sessions.c.renewing_until.is_(None), _sessions.c.renewing_until <= now),
        )
        .values(renewing_until=now + lasts)
    )
    return bool(claimed.rowcount == 1)  # type: ignore[attr-defined]


def keep_renewed(session: Session, *, key: str, holds: Mapping[str, Any]) -> None:
    """What a session holds from now on; nothing where it has ended meanwhile."""
    digest = _digest(key)
    session.execute(
        sa.update(_sessions)
        .where(_sessions.c.digest == digest)
        .values(sealed=_seal(key, json.dumps(holds).encode(), digest), renewing_until=None)
    )


def end_session(session: Session, *, key: str) -> None:
    """End a session; nothing where it has ended."""
    session.execute(sa.delete(_sessions).where(_sessions.c.digest == _digest(key)))


def seal_words(key: str, words: str) -> str:
    """Words as only this session can read them, so that they may stand in an address."""
    plain, place = words.encode(), b"words"
    return base64.urlsafe_b64encode(_seal(key, plain, place)).decode().rstrip("=")


def open_words(key: str, sealed: str) -> str:
    """The words that this session sealed; none where another did."""
    try:
        raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        return _open(key, raw, b"words").decode()
    except (ValueError, InvalidTag):
        return ""


def _sweep(session: Session, *, now: dt.datetime, idle: dt.timedelta) -> None:
    ended = (
        sa.select(_sessions.c.digest)
        .where(sa.or_(_sessions.c.ends_at <= now, _sessions.c.seen_at <= now - idle))
        .limit(_SWEPT)
    )
    session.execute(sa.delete(_sessions).where(_sessions.c.digest.in_(ended)))


def _digest(key: str) -> bytes:
    return hashlib.sha256(b"session:" + key.encode()).digest()


def _cipher(key: str) -> AESGCM:
    return AESGCM(hashlib.sha256(b"token:" + key.encode()).digest())


def _seal(key: str, plain: bytes, digest: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(key).encrypt(nonce, plain, digest)


def _open(key: str, sealed: bytes, digest: bytes) -> bytes:
    return _cipher(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], digest)
