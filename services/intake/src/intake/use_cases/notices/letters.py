"""Letters: listed, printed with name and address, and marked as posted by whoever posts them."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from jinja2 import Environment, PackageLoader, select_autoescape

from intake import models
from intake.domain.notices import QUEUED, SENT
from intake.resources import Resources
from intake.use_cases.auditing import append, entry
from intake.use_cases.looking import withheld_petitions
from intake.use_cases.notices.composing import compose, divert
from intake.use_cases.notices.reading import shown
from shared.access import sees_every_secret
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session
from shared.web.paging import page

PURPOSE = "打印信函"
_table = models.notices
_pages = Environment(loader=PackageLoader("intake", "data"), autoescape=select_autoescape())


def letters_to_print(
    session: Session, *, query: dict[str, Any], by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """Letters that are not posted yet, the oldest first, without name and address."""
    return page(
        session,
        _waiting(by, clock),
        by=_table.c.seq,
        query=query,
        present=lambda row: shown(row, resources.talking),
        newest_first=False,
    )


def print_letters(
    session: Session,
    *,
    notice_ids: Collection[str],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """These letters on one page to print, a sheet each; each is written down as a look.

    Left out are those that are posted, not the caller's to see, or that reach nobody.
    """
    now = clock.now()
    rows = session.execute(
        _waiting(by, clock).where(_table.c.notice_id.in_(notice_ids)).order_by(_table.c.seq)
    ).all()
    composed = compose(session, rows, resources=resources, now=now)
    divert(session, composed)
    ready = [one for one in composed if one.message]
    if ready:
        looks = [
            entry(
                act="unmask", who=by.sub, at=now, petition_id=one.row.petition_id, purpose=PURPOSE
            )
            for one in ready
        ]
        append(session, looks, now=now, keys=resources.audit_keys)
    letters = [
        {
            "notice_id": one.row.notice_id,
            "petition_no": one.row.petition_no,
            "name": one.addressee,
            "address": one.message.to,
            "title": one.message.title,
            "text": one.message.text,
        }
        for one in ready
        if one.message
    ]
    shown = _pages.get_template("letters.html").render(
        letters=letters, office=resources.talking.office, day=office_day(now)
    )
    return {"letters": letters, "page": shown}


def post_letters(
    session: Session, *, notice_ids: Collection[str], by: Principal, clock: Clock
) -> dict[str, Any]:
    """Mark letters as posted; answers which were, for one that was already is left as it is."""
    theirs = (
        _waiting(by, clock).where(_table.c.notice_id.in_(notice_ids)).with_for_update(of=_table)
    )
    posted = [row.notice_id for row in session.execute(theirs)]
    session.execute(
        sa.update(_table)
        .where(_table.c.notice_id.in_(posted))
        .values(status=SENT, sent_at=clock.now(), sent_by=by.sub, attempts=1, sealed_code=None)
    )
    return {"posted": posted}


def _waiting(by: Principal, clock: Clock) -> sa.Select[Any]:
    """The letters to print of petitions that somebody of the bureau may see."""
    petitions, links, cases = models.petitions, models.case_access, models.cases
    waiting: sa.Select[Any] = (
        sa.select(_table, petitions.c.petition_no, petitions.c.secret)
        .join(petitions, petitions.c.petition_id == _table.c.petition_id)
        .where(
            _table.c.medium == "letter",
            _table.c.status == QUEUED,
            _table.c.due_at <= clock.now(),
            _table.c.petition_id.not_in(withheld_petitions(by)),
        )
    )
    if sees_every_secret(by):
        return waiting
    became_secret = (
        sa.select(links.c.case_id)
        .join(cases, cases.c.case_id == links.c.case_id)
        .where(
            links.c.petition_id == _table.c.petition_id,
            cases.c.secret,
            links.c.version >= cases.c.version,
        )
    )
    return waiting.where(sa.not_(petitions.c.secret), sa.not_(became_secret.exists()))
