"""Queueing notices: written in the transaction of what they tell, once for each event."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.notices import QUEUED, choose, usable
from intake.domain.notices.media import CONTACTS
from intake.resources import Resources
from intake.talking import Talking
from shared.clock import office_day
from shared.contracts import Event
from shared.db import Session, insert_many, insert_missing

RECEIPT_EVENT = "registered"
PHONE_CODE, PHONE_CODE_NAME = "phone_code", "短信验证码"
"""The occasion of a notice that carries a phone code; its event is the code's id."""
_SPACE = uuid.UUID("6f0b1d0e-3f5c-4b1e-9a35-1a8a2f6d7c10")
_ONCE = ("petition_id", "occasion", "event_id")


@dataclass(frozen=True)
class Addressee:
    """What is known of how a petitioner is reached, without the contacts themselves."""

    petition_id: str
    named: bool
    secret: bool
    reachable: frozenset[str]
    chosen: str | None
    consent: bool

    @property
    def may_be_told(self) -> bool:
        """Not who gave no name and asked for nothing; in the secret lane only who consented."""
        asked = self.chosen is not None or self.consent
        return bool(self.reachable) and (self.named or asked) and (self.consent or not self.secret)


def receipt_of(
    *,
    petition: Mapping[str, Any],
    person: Mapping[str, Any],
    notify: Mapping[str, Any],
    code: str,
    publicly: bool,
    resources: Resources,
    now: dt.datetime,
) -> dict[str, Any] | None:
    """The receipt of a petition just registered, for `queue_receipts`; its query code sealed until
    it has gone. None where the petitioner is told nothing."""
    petition_id, talking = petition["petition_id"], resources.talking
    contacts = {**person, "wechat_id": notify.get("wechat_id")}
    addressee = Addressee(
        petition_id=petition_id,
        named=bool(person.get("name")),
        secret=petition["secret"],
        reachable=frozenset(m for m, field in CONTACTS.items() if usable(m, contacts.get(field))),
        chosen=notify.get("medium"),
        consent=notify.get("consent_to_electronic_service", False),
    )
    if petition["historical"] or not addressee.may_be_told:
        return None
    row = _row(
        addressee,
        occasion="receipt",
        event_id=RECEIPT_EVENT,
        facts={"date": office_day(petition["registered_at"]).isoformat()},
        at_once=publicly and talking.texts.occasions["receipt"].at_once,
        now=now,
        talking=talking,
    )
    if row is not None and row["status"] == QUEUED and not addressee.secret:
        place = f"{row['notice_id']}/query_code"
        row["sealed_code"] = resources.ring.encrypt(code, place=place)
    return row


def queue_receipts(session: Session, receipts: Sequence[Mapping[str, Any]]) -> None:
    """Queue receipts, in one statement however many they are."""
    if receipts:
        insert_many(session, models.notices, receipts, returning="seq")


def queue_steps(
    session: Session,
    *,
    steps: Sequence[Mapping[str, Any]],
    events: Sequence[Event],
    talking: Talking,
    now: dt.datetime,
) -> None:
    """Queue what a citizen is told of new steps; of history and of what is long past, nothing."""
    fresh = {e.id for e in events if not e.historical and now - e.recorded_time <= talking.fresh}
    told = [s for s in steps if s["event_id"] in fresh and s["stage"] in talking.texts.stages]
    known = addressees(session, {step["petition_id"] for step in told})
    rows = []
    for step in told:
        if (addressee := known.get(step["petition_id"])) is None:
            continue
        facts = {
            "date": office_day(step["at"]).isoformat(),
            "stage": step["stage"],
            "case_id": step["case_id"],
            "unit": step["facts"]["unit"],
            "due_day": step["facts"]["due_day"],
            **{name: step["facts"][name] for name in ("request", "why") if name in step["facts"]},
        }
        rows.append(
            _row(
                addressee,
                occasion=talking.texts.stages[step["stage"]],
                event_id=step["event_id"],
                facts=facts,
                now=now,
                talking=talking,
            )
        )
    insert_missing(session, models.notices, [row for row in rows if row], key=_ONCE)


def queue(
    session: Session,
    *,
    petition_id: str,
    occasion: str,
    event_id: str,
    facts: Mapping[str, Any],
    talking: Talking,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
) -> str | None:
    """Queue one notice; its id, or None where the petitioner is not told by anything."""
    addressee = addressees(session, {petition_id}).get(petition_id)
    if addressee is None:
        return None
    row = _row(
        addressee,
        occasion=occasion,
        event_id=event_id,
        facts={"date": office_day(now).isoformat(), **facts},
        now=now,
        talking=talking,
    )
    if row is None:
        return None
    insert_missing(session, models.notices, [row | {"expires_at": expires_at}], key=_ONCE)
    return str(row["notice_id"])


def addressees(session: Session, petition_ids: Collection[str]) -> dict[str, Addressee]:
    """Who of these petitioners may be told anything: not the anonymous, nothing of history."""
    if not petition_ids:
        return {}
    petitions, persons = models.petitions, models.petitioners
    kept = [name for name in CONTACTS.values() if name in persons.c]
    has = [persons.c[name].is_not(None).label(name) for name in kept]
    known = session.execute(
        sa.select(
            petitions.c.petition_id,
            petitions.c.secret,
            persons.c.name.is_not(None).label("named"),
            *has,
        )
        .outerjoin(persons, persons.c.petition_id == petitions.c.petition_id)
        .where(petitions.c.petition_id.in_(petition_ids), sa.not_(petitions.c.historical))
    ).all()
    chosen = newest_choices(session, petition_ids)
    found = {}
    for row in known:
        choice = chosen.get(row.petition_id)
        contacts = {**row._mapping, "wechat_id": choice is not None and choice.wechat_id}
        found[row.petition_id] = Addressee(
            petition_id=row.petition_id,
            named=row.named,
            secret=row.secret,
            reachable=frozenset(m for m, name in CONTACTS.items() if contacts[name]),
            chosen=choice.medium if choice else None,
            consent=choice.consent if choice else False,
        )
    return {one: addressee for one, addressee in found.items() if addressee.may_be_told}


def newest_choices(session: Session, petition_ids: Collection[str]) -> dict[str, sa.Row[Any]]:
    """How each of these petitioners chose last, by petition."""
    table = models.notice_choices
    said = session.execute(
        sa.select(table).where(table.c.petition_id.in_(petition_ids)).order_by(table.c.choice_id)
    )
    return {row.petition_id: row for row in said}


def _row(
    addressee: Addressee,
    *,
    occasion: str,
    event_id: str,
    facts: Mapping[str, Any],
    talking: Talking,
    now: dt.datetime,
    at_once: bool = False,
) -> dict[str, Any] | None:
    medium = choose(
        talking.order(occasion),
        chosen=addressee.chosen,
        reachable=addressee.reachable,
        barred=(),
    )
    if medium is None:
        return None
    petition_id = addressee.petition_id
    return {
        # The same at every try, even of the transaction: the key by which others know it.
        "notice_id": str(uuid.uuid5(_SPACE, f"{petition_id}/{occasion}/{event_id}")),
        "petition_id": petition_id,
        "occasion": occasion,
        "event_id": event_id,
        "medium": medium,
        "status": talking.status_of(medium),
        "at_once": at_once,
        "facts": dict(facts),
        "sealed_code": None,
        "queued_at": now,
        "due_at": talking.due(now, medium=medium, at_once=at_once),
        "expires_at": None,
        "attempts": 0,
    }
