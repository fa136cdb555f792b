"""Composing notices at the moment they go: only here are contacts decrypted."""

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.notices import CANCELLED, DEAD, Message, choose, usable
from intake.domain.notices.media import CONTACTS
from intake.domain.phone_codes import LASTS, PURPOSES
from intake.domain.progress import stage_text
from intake.resources import Resources
from intake.use_cases.notices.queueing import PHONE_CODE, newest_choices
from shared.clock import long_day
from shared.db import Session
from shared.pii import Undecryptable

log = logging.getLogger(__name__)

EXPIRED, SECRET, NO_CONTACT = "expired", "secret_lane", "no_usable_contact"


@dataclass(frozen=True)
class Composed:
    """A notice ready to go, or what becomes of one that does not go by this medium."""

    row: sa.Row[Any]
    message: Message | None
    change: Mapping[str, Any]
    addressee: str | None = None
    """The petitioner's name, for a letter."""


@dataclass(frozen=True)
class _Known:
    """What the notices of a batch need, read with one statement each."""

    persons: Mapping[str, sa.Row[Any]]
    choices: Mapping[str, sa.Row[Any]]
    secret: frozenset[str]
    replies: Mapping[tuple[str, str], str]
    supplements: Mapping[str, str]
    codes: Mapping[str, sa.Row[Any]]
    """Phone codes, by their id."""


def compose(
    session: Session, rows: Sequence[sa.Row[Any]], *, resources: Resources, now: dt.datetime
) -> list[Composed]:
    """Each notice with contact and words; statements do not grow with the number of notices."""
    known = _known(session, rows)
    return [_composed_or_dead(row, known, resources, now) for row in rows]


def divert(session: Session, composed: Sequence[Composed]) -> None:
    """Write down what does not go, or goes by another medium."""
    table = models.notices
    for one in composed:
        if one.change:
            this = table.c.notice_id == one.row.notice_id
            session.execute(sa.update(table).where(this).values(**one.change))


def _composed_or_dead(
    row: sa.Row[Any], known: _Known, resources: Resources, now: dt.datetime
) -> Composed:
    """A notice that this version cannot put into words, such as a newer one's, stops no other."""
    try:
        return _composed(row, known, resources, now)
    except (LookupError, ValueError) as error:
        log.warning("a notice cannot be composed", extra={"cause": type(error).__name__})
        return Composed(row, None, {"status": DEAD, "last_error": type(error).__name__})


def _composed(row: sa.Row[Any], known: _Known, resources: Resources, now: dt.datetime) -> Composed:
    choice = known.choices.get(row.petition_id)
    secret = row.secret or row.petition_id in known.secret
    if row.expires_at is not None and row.expires_at <= now:
        return _cancelled(row, EXPIRED)
    if row.occasion == PHONE_CODE:
        return _phone_code(row, known, resources, secret=secret)
    if secret and not (choice and choice.consent):
        return _cancelled(row, SECRET)
    contacts = _contacts(known.persons.get(row.petition_id), choice, resources)
    to = usable(row.medium, contacts.get(CONTACTS[row.medium]))
    if to is None:
        return _by_another(row, contacts, resources, now)
    values = _values(row, known, resources, opinions=bool(choice and choice.consent))
    words = resources.talking.texts.words(row.occasion, row.medium, secret=secret)
    title, text = words.filled(values)
    message = Message(row.notice_id, row.medium, to, " ".join(title.split()), text)
    return Composed(row, message, {}, contacts.get("name"))


def _phone_code(row: sa.Row[Any], known: _Known, resources: Resources, *, secret: bool) -> Composed:
    """A code to the phone that it was asked for; who asks needs no consent to be answered."""
    kept = known.codes.get(row.event_id)
    code = _opened(row.sealed_code, f"{row.notice_id}/query_code", resources)
    to = kept and usable("sms", _opened(kept.phone, f"{kept.code_id}/phone", resources))
    if to is None or code is None:
        return _cancelled(row, NO_CONTACT)
    values = {
        "office": resources.talking.office,
        "code": code,
        "minutes": str(int(LASTS.total_seconds()) // 60),
        "purpose": PURPOSES[row.facts["purpose"]],
    }
    texts = resources.talking.texts
    _, text = (texts.secret_code if secret else texts.code).filled(values)
    return Composed(row, Message(row.notice_id, row.medium, to, "", text), {})


def _cancelled(row: sa.Row[Any], reason: str) -> Composed:
    gone = {"status": CANCELLED, "last_error": reason, "sealed_code": None}
    return Composed(row, None, gone)


def _by_another(
    row: sa.Row[Any],
    contacts: Mapping[str, str | None],
    resources: Resources,
    now: dt.datetime,
) -> Composed:
    """The next medium that reaches them; none of those before it did."""
    talking = resources.talking
    order = [one for one in talking.order(row.occasion) if one != row.medium]
    reachable = {m for m, name in CONTACTS.items() if usable(m, contacts.get(name))}
    medium = choose(order, chosen=None, reachable=reachable, barred={row.medium})
    if medium is None:
        return _cancelled(row, NO_CONTACT)
    moved = {
        "medium": medium,
        "status": talking.status_of(medium),
        "due_at": talking.due(now, medium=medium, at_once=row.at_once),
    }
    return Composed(row, None, moved)


def _values(
    row: sa.Row[Any], known: _Known, resources: Resources, *, opinions: bool
) -> dict[str, str]:
    facts, talking = row.facts, resources.talking
    code = _opened(row.sealed_code, f"{row.notice_id}/query_code", resources)
    reply = known.replies.get((row.petition_id, facts.get("case_id", ""))) if opinions else None
    progress = ""
    if "stage" in facts:
        progress = stage_text(facts["stage"], {**facts, "secret": False, "reply": None})
    return {
        "office": talking.office,
        "where": talking.where,
        "petition_no": row.petition_no,
        "date": _day(facts["date"]),
        "code": f"，查询码{code}" if code else "",
        "progress": progress,
        "until": _day(facts["until"]) if "until" in facts else "",
        "what": known.supplements.get(row.event_id, ""),
        "reply": f"\n\n答复内容：{reply}" if reply else "",
    }


def _day(iso: str) -> str:
    return long_day(dt.date.fromisoformat(iso))


def _contacts(
    person: sa.Row[Any] | None, choice: sa.Row[Any] | None, resources: Resources
) -> dict[str, str | None]:
    """Name and contacts in clear; what cannot be decrypted reaches nobody and stops no other."""
    found: dict[str, str | None] = {}
    if person is not None:
        for name in ("name", "phone", "email", "address"):
            place = f"{person.petition_id}/{name}"
            found[name] = _opened(person._mapping[name], place, resources)
    if choice is not None:
        place = f"{choice.petition_id}/wechat_id"
        found["wechat_id"] = _opened(choice.wechat_id, place, resources)
    return found


def _opened(sealed: bytes | None, place: str, resources: Resources) -> str | None:
    try:
        return resources.ring.decrypt(sealed, place=place) if sealed else None
    except Undecryptable:
        return None


def _known(session: Session, rows: Sequence[sa.Row[Any]]) -> _Known:
    ids = {row.petition_id for row in rows}
    persons, links, cases = models.petitioners, models.case_access, models.cases
    known = session.execute(sa.select(persons).where(persons.c.petition_id.in_(ids)))
    secret = session.scalars(
        sa.select(links.c.petition_id)
        .join(cases, cases.c.case_id == links.c.case_id)
        .where(links.c.petition_id.in_(ids), cases.c.secret, links.c.version >= cases.c.version)
    )
    return _Known(
        persons={person.petition_id: person for person in known},
        choices=newest_choices(session, ids),
        secret=frozenset(secret),
        replies=_replies(session, {r.petition_id for r in rows if r.occasion == "result"}),
        supplements=_supplements(session, {r.event_id for r in rows if r.occasion == "supplement"}),
        codes=_codes(session, {r.event_id for r in rows if r.occasion == PHONE_CODE}),
    )


def _replies(session: Session, petition_ids: set[str]) -> dict[tuple[str, str], str]:
    """The masked opinion of each petition's case, where one was told."""
    if not petition_ids:
        return {}
    steps = models.progress
    told = session.execute(
        sa.select(steps)
        .where(steps.c.petition_id.in_(petition_ids), steps.c.stage == "replied")
        .order_by(steps.c.subject_version)
    )
    return {(s.petition_id, s.case_id): s.facts["reply"] for s in told if s.facts.get("reply")}


def _supplements(session: Session, request_ids: set[str]) -> dict[str, str]:
    """What each request for supplement asks for."""
    if not request_ids:
        return {}
    table = models.supplement_requests
    asked = sa.select(table.c.request_id, table.c.what).where(table.c.request_id.in_(request_ids))
    return {row.request_id: row.what for row in session.execute(asked)}


def _codes(session: Session, code_ids: set[str]) -> dict[str, sa.Row[Any]]:
    """Phone codes by their id."""
    if not code_ids:
        return {}
    table = models.phone_codes
    sent = session.execute(sa.select(table).where(table.c.code_id.in_(code_ids)))
    return {row.code_id: row for row in sent}
