"""Channels: opened, closed and counted by the office, asked about at each registration."""

import datetime as dt
from collections import Counter
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.channels import CODE, KINDS
from intake.use_cases.periods import within
from intake.use_cases.seeing import withheld_petitions
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session, upsert
from shared.errors import Invalid, both

_table = models.channels
_OPEN = sa.select(_table.c.active, _table.c.public).where(_table.c.code == sa.bindparam("code"))


def list_channels(session: Session) -> dict[str, Any]:
    """All channels by code, closed ones too."""
    found = session.execute(sa.select(_table).order_by(_table.c.code))
    return {"items": [_shown(row) for row in found]}


def put_channel(
    session: Session, *, code: str, channel: dict[str, Any], by: Principal, clock: Clock
) -> dict[str, Any]:
    """Open a channel or change one; Invalid for a code that is none."""
    if not CODE.match(code):
        wrong = both(
            "应为2至20个小写字母、数字或下划线，以字母开头。",
            "2 to 20 lower-case letters, digits or underscores, a letter first.",
        )
        raise Invalid({"code": wrong})
    changed = {"changed_at": clock.now(), "changed_by": by.sub}
    upsert(session, _table, [{"code": code, **channel, **changed}], key=["code"])
    return _shown(session.execute(sa.select(_table).where(_table.c.code == code)).one())


def check_channel(session: Session, code: str, *, publicly: bool, historical: bool) -> None:
    """Invalid where nothing may come in by this channel now, or not without an account.

    What came in long ago may have come by a channel that is closed since.
    """
    row = session.execute(_OPEN, {"code": code}).first()
    if row is None:
        why = both("没有这个渠道。", "There is no such channel.")
    elif not row.active and not historical:
        why = both("该渠道已停用。", "This channel is closed.")
    elif publicly and not row.public:
        why = both("该渠道不对公众直接开放。", "Citizens do not post by this channel themselves.")
    else:
        return
    raise Invalid({"channel": why})


def count_channels(
    session: Session, *, since: dt.date | None, until: dt.date | None, by: Principal
) -> dict[str, Any]:
    """Petitions registered by each channel and kind, from one day to another, both included.

    Void ones, and those of cases that are withheld from the caller, are left out.
    """
    petitions = models.petitions
    registered = within(petitions.c.registered_at, since, until)
    each = (
        sa.select(petitions.c.channel, sa.func.count())
        .where(*registered)
        .group_by(petitions.c.channel)
    )
    counted = Counter({channel: number for channel, number in session.execute(each)})
    uncounted = sa.union(withheld_petitions(by), sa.select(models.voidings.c.petition_id))
    hidden = each.where(petitions.c.petition_id.in_(uncounted))
    counted.subtract({channel: number for channel, number in session.execute(hidden)})
    known = session.execute(sa.select(_table).order_by(_table.c.code)).all()
    kinds: Counter[str] = Counter()
    for row in known:
        kinds[row.kind] += counted[row.code]
    return {
        "channels": [
            {
                "code": row.code,
                "name": row.name,
                "petitions": counted[row.code],
                "cost": counted[row.code] * row.cost,
            }
            for row in known
        ],
        "kinds": [
            {"kind": kind, "kind_name": name, "petitions": kinds[kind]}
            for kind, name in KINDS.items()
        ],
    }


def _shown(row: sa.Row[Any]) -> dict[str, Any]:
    return dict(row._mapping) | {"kind_name": KINDS.get(row.kind, row.kind)}
