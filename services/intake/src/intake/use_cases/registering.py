"""Registering petitions: checked, their petitioners encrypted, said to the others."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import registration
from intake.events import PetitionRegistered, PetitionText, events
from intake.resources import Resources
from intake.use_cases.channels import check_channel
from intake.use_cases.masking import masked_words
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session, insert_many, next_numbers
from shared.errors import Conflict, Forbidden, Invalid, Refused, both
from shared.outbox import emit
from shared.pii import MASKS

Receipt = dict[str, Any]
Reference = tuple[str, str, str]
"""Channel, system and number there; the two are empty where a petition has none."""

_INDEXED = ("phone", "id_number")
_REFERENCE = ("channel", "external_system", "external_id")


@dataclass(frozen=True)
class _Draft:
    """A petition that may be registered: its row, who brings it in, and the code it is given."""

    row: dict[str, Any]
    person: Mapping[str, Any]
    code: str

    def receipt(self) -> Receipt:
        return {
            "petition_id": self.row["petition_id"],
            "petition_no": self.row["petition_no"],
            "query_code": f"{self.code[:5]}-{self.code[5:]}",
        }


def register(
    session: Session,
    *,
    petition: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
    publicly: bool = False,
) -> Receipt:
    """Register a petition: `register_many` with one, whose refusal is raised."""
    (outcome,) = register_many(
        session,
        petitions=[petition],
        by=by,
        clock=clock,
        resources=resources,
        publicly=publicly,
    )
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


def register_many(
    session: Session,
    *,
    petitions: Sequence[Mapping[str, Any]],
    by: Principal,
    clock: Clock,
    resources: Resources,
    publicly: bool = False,
) -> list[Receipt | Refused]:
    """Register petitions, keep their petitioners encrypted, and say so (T22 Arts.19, 22).

    For each its receipt, or why it was refused: Invalid for a time ahead of now or a channel that
    is closed, or no public one where the public posts; Forbidden for another's channel, Conflict
    where the channel's reference was registered before. What is refused leaves nothing behind
    and holds up none of the others.
    """
    outcomes: list[_Draft | Refused] = []
    check = _Checks(session, by=by, now=clock.now(), publicly=publicly)
    for petition in petitions:
        try:
            check(petition)
            outcomes.append(_drafted(petition, by=by, now=check.now))
        except Refused as refusal:
            outcomes.append(refusal)
    drafts = [one for one in outcomes if isinstance(one, _Draft)]
    known = _register(session, drafts, resources) if drafts else {}
    return [
        one if isinstance(one, Refused) else known.get(one.row["petition_id"]) or one.receipt()
        for one in outcomes
    ]


def check_many(
    session: Session, *, petitions: Sequence[Mapping[str, Any]], by: Principal, clock: Clock
) -> list[Refused | None]:
    """For each petition why `register_many` would refuse it now, or None; nothing is written."""
    check = _Checks(session, by=by, now=clock.now(), publicly=False)
    found: list[Refused | None] = []
    for petition in petitions:
        try:
            check(petition)
            found.append(None)
        except Refused as refusal:
            found.append(refusal)
    references = [_reference(_row(petition, by=by, now=check.now)) for petition in petitions]
    known = _known(session, [one for one in references if all(one)])
    return [
        refusal or known.get(reference)
        for refusal, reference in zip(found, references, strict=True)
    ]


class _Checks:
    """What stands against registering a petition; each channel is asked about once."""

    def __init__(
        self, session: Session, *, by: Principal, now: dt.datetime, publicly: bool
    ) -> None:
        self.now = now
        self._session = session
        self._by = by
        self._publicly = publicly
        self._open: set[tuple[str, bool]] = set()

    def __call__(self, petition: Mapping[str, Any]) -> None:
        """Forbidden or Invalid where it may not be registered."""
        _may_register(petition, by=self._by, now=self.now)
        channel, historical = petition["channel"], petition.get("at") is not None
        if (channel, historical) not in self._open:
            check_channel(self._session, channel, publicly=self._publicly, historical=historical)
            self._open.add((channel, historical))


def _may_register(petition: Mapping[str, Any], *, by: Principal, now: dt.datetime) -> None:
    if by.channels and petition["channel"] not in by.channels:
        raise Forbidden(
            both("该账号不能以此渠道登记。", "This client may not post for that channel.")
        )
    if petition.get("at") and not by.has("importer"):
        importer = both(
            "只有历史数据导入才能指定登记时间。", "Only an import of history may set it."
        )
        raise Invalid({"at": importer})
    late = both("不能晚于当前时间5分钟以上。", "May not be more than 5 minutes ahead of now.")
    wrong = {
        name: late
        for name in ("received_at", "at")
        if petition.get(name) and petition[name] > now + registration.AHEAD_MOST
    }
    at, received_at = petition.get("at"), petition.get("received_at")
    if not wrong and at and received_at and received_at > at:
        wrong["received_at"] = both("不能晚于登记时间。", "May not be after registration.")
    if wrong:
        raise Invalid(wrong)


def _drafted(petition: Mapping[str, Any], *, by: Principal, now: dt.datetime) -> _Draft:
    row = _row(petition, by=by, now=now)
    return _Draft(row, petition.get("petitioner") or {}, registration.new_query_code())


def _row(petition: Mapping[str, Any], *, by: Principal, now: dt.datetime) -> dict[str, Any]:
    ref = petition.get("external_ref") or {}
    at = petition.get("at") or now
    return {
        "petition_id": str(uuid.uuid4()),
        "channel": petition["channel"],
        "title": petition["title"],
        "content": petition["content"],
        "place": petition["place"],
        "purpose": petition["purpose"],
        "secrecy": petition["secrecy"],
        "addressee": petition["addressee"],
        "secret": registration.is_secret(purpose=petition["purpose"], secrecy=petition["secrecy"]),
        "received_at": petition.get("received_at") or at,
        "registered_at": at,
        "registered_by": by.sub,
        "historical": petition.get("at") is not None,
        "external_system": ref.get("system"),
        "external_id": ref.get("id"),
    }


def _register(
    session: Session, drafts: Sequence[_Draft], resources: Resources
) -> dict[str, Conflict]:
    """Write drafts down and announce them; Conflict by petition id for those known before."""
    numbers = next_numbers(session, "petition_seq", len(drafts))
    for draft, number in zip(drafts, numbers, strict=True):
        row = draft.row
        row["petition_no"] = registration.petition_no(number, row["registered_at"])
        row["query_code_digest"] = registration.query_code_digest(
            draft.code, petition_id=row["petition_id"], secret=resources.query_code_secret
        )
    inserted = _insert_petitions(session, drafts)
    new = [draft for draft in drafts if draft.row["petition_id"] in inserted]
    sealed = [
        _sealed(draft.person, draft.row["petition_id"], resources)
        for draft in new
        if any(draft.person.values())
    ]
    if sealed:
        insert_many(session, models.petitioners, sealed, returning="petition_id")
    for draft in new:
        _announce(session, draft.row, draft.person)
    known = {
        draft.row["petition_id"]: _reference(draft.row)
        for draft in drafts
        if draft.row["petition_id"] not in inserted
    }
    conflicts = _known(session, list(known.values()))
    return {petition_id: conflicts[reference] for petition_id, reference in known.items()}


def _insert_petitions(session: Session, drafts: Iterable[_Draft]) -> set[str]:
    """The ids of those that are in now: not of those whose reference was registered before."""
    # Two batches with the same references would wait for each other if they took them in any order.
    rows = sorted((draft.row for draft in drafts), key=_reference)
    return set(
        insert_many(session, models.petitions, rows, key=_REFERENCE, returning="petition_id")
    )


def _reference(row: Mapping[str, Any]) -> Reference:
    return row["channel"], row["external_system"] or "", row["external_id"] or ""


def _known(session: Session, references: Sequence[Reference]) -> dict[Reference, Conflict]:
    """Why those of these references that are registered cannot be registered again."""
    if not references:
        return {}
    table = models.petitions
    columns = [table.c[name] for name in _REFERENCE]
    found = session.execute(
        sa.select(*columns, table.c.petition_id, table.c.petition_no).where(
            sa.tuple_(*columns).in_(references)
        )
    )
    return {
        (one.channel, one.external_system, one.external_id): _registered_already(one)
        for one in found
    }


def _registered_already(known: Any) -> Conflict:
    return Conflict(
        both("该来源编号已登记过。", "This external reference is registered already."),
        code="already_registered",
        errors={"external_ref": both("已登记过。", "Registered already.")},
        petition_id=known.petition_id,
        petition_no=known.petition_no,
    )


def _sealed(person: Mapping[str, Any], petition_id: str, resources: Resources) -> dict[str, Any]:
    ring = resources.ring
    row: dict[str, Any] = {"petition_id": petition_id}
    for name in MASKS:
        value = person.get(name)
        row[name] = ring.encrypt(value, place=f"{petition_id}/{name}") if value else None
    for name in _INDEXED:
        value = person.get(name)
        row[f"{name}_index"] = ring.blind_index(value, kind=name) if value else None
    return row


def _announce(session: Session, row: Mapping[str, Any], person: Mapping[str, Any]) -> None:
    emit(
        session,
        events[PetitionRegistered],
        subject=row["petition_id"],
        data=dict(row) | {"addressee": None if row["secret"] else row["addressee"]},
        time=row["registered_at"],
        historical=row["historical"],
    )
    if row["secret"]:
        return
    masked = masked_words(row, name=person.get("name"))
    emit(
        session,
        events[PetitionText],
        subject=row["petition_id"],
        data={"petition_id": row["petition_id"], **masked},
        time=row["registered_at"],
        historical=row["historical"],
    )
