"""The book of letters: each one logged as it arrives, listed while it waits, looked at."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import letters
from intake.resources import Resources
from intake.use_cases.attaching import shown
from intake.use_cases.auditing import write_down
from intake.use_cases.letters.finding import found_letter
from intake.use_cases.seeing import may_know_letter
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session, dialect_insert
from shared.errors import Conflict, Invalid, both
from shared.metrics import Gauges
from shared.pii import KeyRing
from shared.web.paging import page_by_key

_letters, _scans, _pages = models.incoming_letters, models.letter_scans, models.letter_pages
_LISTED = [column for column in _letters.c if column.name not in ("sender", "enclosures", "note")]


def log_letter(
    session: Session,
    *,
    letter: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Log a letter as it arrived, before anybody decides what it is.

    Invalid for dates that cannot be; Conflict where the number of the registered letter is that of
    one which is logged already.
    """
    now = clock.now()
    postmarked_on, received_on = letter["postmarked_on"], letter["received_on"]
    if wrong := letters.impossible_dates(postmarked_on, received_on, today=office_day(now)):
        raise Invalid(wrong)
    letter_id, ring = str(uuid.uuid4()), resources.ring
    sender, enclosures = letter["sender"], json.dumps(letter["enclosures"], ensure_ascii=False)
    row = {
        "letter_id": letter_id,
        "state": letters.WAITING,
        "sender": ring.encrypt(sender, place=f"{letter_id}/sender") if sender else None,
        "enclosures": ring.encrypt(enclosures, place=f"{letter_id}/enclosures"),
        "postmarked_on": postmarked_on,
        "received_at": letters.received_at(received_on),
        "mail_no": letter["mail_no"],
        "pages": letter["pages"],
        "logged_at": now,
        "logged_by": by.sub,
        "unit": by.unit,
    }
    _insert(session, row, by)
    return {"letter_id": letter_id, "state": letters.WAITING}


def _insert(session: Session, row: Mapping[str, Any], by: Principal) -> None:
    insert = dialect_insert(session, _letters).on_conflict_do_nothing(
        index_elements=[_letters.c.mail_no], index_where=sa.text("state <> 'closed'")
    )
    if session.scalar(insert.returning(_letters.c.letter_id), row) is not None:
        return
    known = session.scalar(
        sa.select(_letters.c.letter_id).where(
            _letters.c.mail_no == row["mail_no"],
            _letters.c.state != letters.CLOSED,
            may_know_letter(by),
        )
    )
    raise Conflict(
        both("该邮件号的来信已收录过。", "A letter of this number is logged already."),
        code="already_logged",
        errors={"mail_no": both("已收录过。", "Logged already.")},
        letter_id=known,
    )


def list_letters(session: Session, *, by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """A page of letters, those received first before the others, and none of their words."""
    statement = sa.select(*_LISTED).where(may_know_letter(by))
    if query["state"] != "all":
        statement = statement.where(_letters.c.state == query["state"])
    keys = (_letters.c.received_at, _letters.c.letter_id)
    return page_by_key(session, statement, by=keys, query=query, present=_listed)


def look_at_letter(
    session: Session, *, letter_id: str, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """A letter with its sender, its scans and what was recognised of them; written down."""
    row = found_letter(session, letter_id, by=by)
    ring = resources.ring
    enclosures = _opened(row.enclosures, f"{letter_id}/enclosures", ring)
    found = _listed(row) | {
        "sender": _opened(row.sender, f"{letter_id}/sender", ring),
        "enclosures": json.loads(enclosures) if enclosures else [],
        "note": _opened(row.note, f"{letter_id}/note", ring),
        "scans": _shown_scans(session, letter_id, resources),
        "recognised_text_notice": letters.NOT_CHECKED,
    }
    write_down(
        session,
        act="letter",
        who=by.sub,
        petition_id=row.petition_id,
        facts={"letter_id": letter_id},
        clock=clock,
        keys=resources.audit_keys,
    )
    return found


def gauges(session: Session, now: dt.datetime) -> Gauges:
    """Letters that wait, and how many days the oldest of them has been here."""
    count, oldest = session.execute(
        sa.select(sa.func.count(), sa.func.min(_letters.c.received_at)).where(
            _letters.c.state == letters.WAITING
        )
    ).one()
    days = (office_day(now) - office_day(oldest)).days if oldest else 0
    return {"intake_letters_waiting": count, "intake_letters_oldest_days": days}


def _listed(row: sa.Row[Any]) -> dict[str, Any]:
    found = {column.name: row._mapping[column.name] for column in _LISTED}
    return found | {
        "received_on": office_day(row.received_at),
        "state_name": letters.STATES[row.state],
        "reason_name": letters.REASONS.get(row.reason),
    }


def _shown_scans(session: Session, letter_id: str, resources: Resources) -> list[dict[str, Any]]:
    texts: dict[str, list[dict[str, Any]]] = {}
    own = sa.select(_scans.c.attachment_id).where(_scans.c.letter_id == letter_id)
    read = sa.select(_pages).where(_pages.c.attachment_id.in_(own)).order_by(_pages.c.page)
    for row in session.execute(read):
        place = page_place(row.attachment_id, row.page)
        text = resources.ring.decrypt(row.text, place=place)
        one = {"page": row.page, "text": text, "confidence": row.confidence}
        texts.setdefault(row.attachment_id, []).append(one)
    found = session.execute(
        sa.select(_scans)
        .where(_scans.c.letter_id == letter_id)
        .order_by(_scans.c.added_at, _scans.c.attachment_id)
    )
    return [
        shown(row, resources.ring)
        | reading_shown(row.reading, resources)
        | {"recognised": texts.get(row.attachment_id, [])}
        for row in found
    ]


def reading_shown(reading: str, resources: Resources) -> dict[str, str]:
    """How far reading a scan has come; where nothing here can read, that is what is said."""
    if reading == "waiting" and not resources.recogniser.is_there:
        reading = "unavailable"
    return {"reading": reading, "reading_name": letters.READINGS[reading]}


def page_place(attachment_id: str, page: int) -> str:
    """To what the text of a page is bound."""
    return f"{attachment_id}/page/{page}"


def _opened(sealed: bytes | None, place: str, ring: KeyRing) -> str | None:
    return None if sealed is None else ring.decrypt(sealed, place=place)
