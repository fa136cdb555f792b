"""Government mailboxes: kept by the office, written to, counted."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.mailboxes import CHANNEL, CODE
from intake.use_cases.periods import within
from intake.use_cases.seeing import withheld_petitions
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session, upsert
from shared.errors import Invalid, both

_table = models.government_mailboxes
_ONE = sa.select(_table).where(_table.c.code == sa.bindparam("code"))
_ANY = sa.select(sa.exists().where(_table.c.active))
_NAMELESS = "未写明信箱"


def list_mailboxes(session: Session, *, publicly: bool) -> dict[str, Any]:
    """All mailboxes by code; `publicly`, those that a citizen may write to now."""
    found = sa.select(_table).order_by(_table.c.code)
    if publicly:
        found = found.where(_table.c.active, _table.c.public)
    return {"items": [dict(row._mapping) for row in session.execute(found)]}


def put_mailbox(
    session: Session, *, code: str, mailbox: Mapping[str, Any], by: Principal, clock: Clock
) -> dict[str, Any]:
    """Open a mailbox or change one; Invalid for a code that is none.

    That there is such a unit is not asked: units are routing's, which opens the case at the office
    where it knows none of that code.
    """
    if not CODE.match(code):
        wrong = both(
            "应为2至50个小写字母、数字、下划线或连字符，以字母开头。",
            "2 to 50 lower-case letters, digits, underscores or hyphens, a letter first.",
        )
        raise Invalid({"code": wrong})
    changed = {"changed_at": clock.now(), "changed_by": by.sub}
    upsert(session, _table, [{"code": code, **mailbox, **changed}], key=["code"])
    return dict(session.execute(_ONE, {"code": code}).one()._mapping)


def addressee_of(session: Session, petition: Mapping[str, Any], *, publicly: bool) -> str | None:
    """The unit to which a petition is addressed: by its mailbox, where it is a letter to one.

    Invalid for a mailbox that is none, is closed, or not the public's to write to; for a letter
    that is too long for it, or names another unit; and for one that names no mailbox. A client's
    may, while the office keeps none, and so may imported history.
    """
    code, unit = petition["mailbox"], petition["addressee"]
    if petition["channel"] != CHANNEL:
        if code is None:
            return unit
        only = both("只有政府信箱渠道才能填写。", "For the channel mailbox alone.")
        raise Invalid({"mailbox": only})
    historical = petition.get("at") is not None
    if code is None:
        if publicly or (not historical and session.scalar(_ANY)):
            raise Invalid({"mailbox": both("请选择信箱。", "Say which mailbox it is for.")})
        return unit
    row = session.execute(_ONE, {"code": code}).first()
    if row is None or (publicly and not row.public):
        raise Invalid({"mailbox": both("没有这个信箱。", "There is no such mailbox.")})
    if historical:
        return unit or row.unit
    if not row.active:
        raise Invalid({"mailbox": both("该信箱已停止收信。", "This mailbox is closed.")})
    if len(petition["content"]) > row.longest:
        raise Invalid({"content": _too_long(row.longest, has=len(petition["content"]))})
    if unit not in (None, row.unit):
        other = both("与信箱所属单位不一致。", "Not the unit of this mailbox.")
        raise Invalid({"addressee": other})
    return row.unit


def count_mailboxes(
    session: Session, *, since: dt.date | None, until: dt.date | None, by: Principal
) -> dict[str, Any]:
    """Letters to each mailbox from one day of registration to another, both included.

    Void ones, and those of cases that are withheld from the caller, are left out. In the secret
    lane nothing is publishable.
    """
    petitions = models.petitions
    uncounted = sa.union(withheld_petitions(by), sa.select(models.voidings.c.petition_id))
    may_be_published = sa.and_(petitions.c.publish_consent, sa.not_(petitions.c.secret))
    rows = session.execute(
        sa.select(
            petitions.c.mailbox,
            sa.func.count().label("petitions"),
            sa.func.sum(sa.case((may_be_published, 1), else_=0)).label("publishable"),
        )
        .where(
            petitions.c.channel == CHANNEL,
            *within(petitions.c.registered_at, since, until),
            petitions.c.petition_id.not_in(uncounted),
        )
        .group_by(petitions.c.mailbox)
    )
    counted = {row.mailbox: row for row in rows}
    known = session.execute(sa.select(_table.c.code, _table.c.name).order_by(_table.c.code))
    named: dict[str | None, str] = {row.code: row.name for row in known}
    if None in counted:
        named[None] = _NAMELESS
    return {"items": [_counted(code, name, counted.get(code)) for code, name in named.items()]}


def _counted(code: str | None, name: str, row: sa.Row[Any] | None) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "petitions": row.petitions if row else 0,
        "publishable": row.publishable if row else 0,
    }


def _too_long(most: int, *, has: int) -> str:
    return both(
        f"该信箱来信最多{most}个字，现有{has}个字。",
        f"A letter to this mailbox has at most {most} characters; it has {has}.",
    )
