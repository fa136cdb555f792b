"""A follower as they are known here: by the blind index of their openid."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from intake import models
from shared.db import Session, dialect_insert
from shared.pii import KeyRing

KIND = "wechat-openid"
_sessions, _petitions = models.wechat_sessions, models.wechat_petitions


def index_of(account: str, openid: str) -> str:
    """What the blind index of a follower is made of; an openid is one account's alone."""
    return f"{account}/{openid}"


def answer_place(account: str, digest: bytes) -> str:
    """Where the answer to a message is bound to."""
    return f"wechat/{account}/{digest.hex()}"


def sealed_follower(account: str, openid: str, *, place: str, ring: KeyRing) -> dict[str, Any]:
    """The columns by which a follower is kept in a row."""
    return {
        "follower": ring.blind_index(index_of(account, openid), kind=KIND),
        "indexed_with": ring.current_index,
        "openid": ring.encrypt(openid, place=f"{place}/openid"),
    }


@dataclass(frozen=True)
class Follower:
    """Who follows an account."""

    account: str
    openid: str = field(repr=False)

    @property
    def contact(self) -> str:
        """How notices name them: the account, and the id that they have there."""
        return f"{self.account}:{self.openid}"

    def row(self, session: Session, *, now: dt.datetime, ring: KeyRing) -> sa.Row[Any]:
        """Their row, locked until the end: their messages are taken one after another."""
        found = sa.select(_sessions).where(
            _sessions.c.account == self.account, _sessions.c.follower.in_(self._indexes(ring))
        )
        row = session.execute(found.with_for_update()).first()
        if row is not None:
            return row
        session_id = str(uuid.uuid4())
        fresh = {"session_id": session_id, "account": self.account, "hour": now, "messages": 0}
        fresh |= sealed_follower(self.account, self.openid, place=session_id, ring=ring)
        session.execute(dialect_insert(session, _sessions).on_conflict_do_nothing(), fresh)
        return session.execute(found.with_for_update()).one()

    def bring_in(self, session: Session, petition_id: str, *, ring: KeyRing) -> None:
        """Keep that they brought a petition in."""
        row = {"petition_id": petition_id, "account": self.account}
        row |= sealed_follower(self.account, self.openid, place=petition_id, ring=ring)
        session.execute(sa.insert(_petitions), row)

    def petitions(self, session: Session, *, most: int, ring: KeyRing) -> Sequence[Any]:
        """Number and id of those that they brought in, the newest first."""
        table = models.petitions
        mine = (
            _petitions.c.account == self.account,
            _petitions.c.follower.in_(self._indexes(ring)),
        )
        found = (
            sa.select(table.c.petition_id, table.c.petition_no)
            .join(_petitions, _petitions.c.petition_id == table.c.petition_id)
            .where(*mine)
            .order_by(table.c.registered_at.desc(), table.c.petition_no.desc())
            .limit(most)
        )
        return session.execute(found).all()

    def _indexes(self, ring: KeyRing) -> list[bytes]:
        return ring.blind_indexes(index_of(self.account, self.openid), kind=KIND)
