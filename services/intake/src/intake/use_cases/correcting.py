"""Correcting a registration (更正), and voiding one that should not be there (错登作废).

P-GC22 Art.4 wants registrations objective, accurate and timely; a number is never used again.
"""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import registration
from intake.domain.correction import VOIDABLE, WORDS
from intake.domain.participants import LISTS
from intake.events import PetitionCorrected, PetitionVoided, events
from intake.resources import Resources
from intake.use_cases.accusations import suspicion_in
from intake.use_cases.cases import cases_of
from intake.use_cases.comparing import compare_anew
from intake.use_cases.drafting import located
from intake.use_cases.looking import check_may_see
from intake.use_cases.masking import masked_words
from intake.use_cases.matters import withdraw_proposals
from intake.use_cases.places import place_of
from intake.use_cases.sealing import names_of, posted_persons, replace_persons
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session
from shared.errors import Conflict, Invalid, both
from shared.outbox import emit

_petitions, _corrections, _voidings = models.petitions, models.corrections, models.voidings
_ACCUSES = both(
    "更正后的内容疑似检举控告，请作废本件后重新登记。",
    "It may be an accusation now: void this one and register it anew.",
)


def correct(
    session: Session,
    *,
    petition_id: str,
    changes: Mapping[str, Any],
    reason: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Correct what was registered wrongly; what stood there before is kept, sealed.

    NotFound where the petition is not theirs to know, Conflict where it is void, Invalid where
    nothing would change, or where it would contradict itself.
    """
    row = _locked(session, petition_id, by=by)
    now, ring = clock.now(), resources.ring
    before = _standing(row) | posted_persons(session, petition_id, ring)
    changed = {name: value for name, value in changes.items() if value != before[name]}
    if not changed:
        raise Invalid({"changes": both("没有改动。", "Nothing would change.")})
    after = before | changed
    if "place" in changed and "place_code" not in changed:
        after["place_code"] = None
    wrong = registration.contradictions(after, on=office_day(row.registered_at))
    if _accuses_now(session, before, after, row, now=now, resources=resources):
        wrong["content"] = _ACCUSES
    if wrong:
        raise Invalid({f"changes.{field}": why for field, why in wrong.items()})
    correction_id = str(uuid.uuid4())
    correction = {
        "correction_id": correction_id,
        "petition_id": petition_id,
        "fields": sorted(changed),
        "reason": reason,
        "corrected_by": by.sub,
        "corrected_at": now,
    }
    replaced = json.dumps({name: before[name] for name in changed}, default=str)
    sealed = ring.encrypt(replaced, place=correction_id)
    session.execute(sa.insert(_corrections).values(**correction, before=sealed))
    values = {name: after[name] for name in WORDS}
    values["place_code"] = place_of(session, after, now=now, resources=resources)
    values |= registration.counted(after) | registration.flagged(after)
    if "location" in changed:
        values |= located(after["location"])
    this = _petitions.c.petition_id == petition_id
    session.execute(sa.update(_petitions).where(this).values(**values))
    if set(changed) & {"title", "content", "place"}:
        compare_anew(session, petition_id)
    if set(changed) & {"petitioner", *LISTS}:
        replace_persons(session, after, petition_id, ring)
    _tell_corrected(session, row, before, after, now=now)
    return correction


def corrections_of(session: Session, *, petition_id: str, by: Principal) -> dict[str, Any]:
    """What was corrected in a petition, by whom and why, oldest first, and whether it is void."""
    check_may_see(session, petition_id, by=by)
    found = session.execute(
        sa.select(_corrections)
        .where(_corrections.c.petition_id == petition_id)
        .order_by(_corrections.c.corrected_at, _corrections.c.correction_id)
    )
    return {
        "items": [dict(row._mapping) for row in found],
        "void": _voiding(session, petition_id),
    }


def void(
    session: Session,
    *,
    petition_id: str,
    reason: str,
    instead: str | None,
    by: Principal,
    clock: Clock,
) -> dict[str, Any]:
    """Void a registration that should not be there; its number is never used again.

    NotFound where the petition is not theirs to know; Conflict where it is void already, or where
    its case was accepted, so that a person is owed an answer; Invalid where the petition that is
    named instead is none.
    """
    row = _locked(session, petition_id, by=by)
    if instead is not None and not _is_another(session, instead, row):
        raise Invalid({"instead": both("没有这个信访件编号。", "There is no such petition.")})
    if any(case.state not in VOIDABLE for case in cases_of(session, petition_id) if case.state):
        raise Conflict(
            both(
                "该件已进入办理，不能作废；请按撤回或者结案办理。",
                "Its case was accepted: withdraw or close it instead.",
            ),
            code="too_late",
        )
    now = clock.now()
    voiding = {"reason": reason, "instead": instead, "voided_by": by.sub, "voided_at": now}
    session.execute(sa.insert(_voidings).values(petition_id=petition_id, **voiding))
    withdraw_proposals(session, petition_id, by=by, reason=reason, now=now)
    emit(
        session,
        events[PetitionVoided],
        subject=petition_id,
        data={"petition_id": petition_id, "voided_at": now},
        time=now,
        historical=row.historical,
    )
    return {"petition_id": petition_id, **voiding}


def _locked(session: Session, petition_id: str, *, by: Principal) -> sa.Row[Any]:
    check_may_see(session, petition_id, by=by)
    this = sa.select(_petitions).where(_petitions.c.petition_id == petition_id)
    row = session.execute(this.with_for_update()).one()
    if _voiding(session, petition_id) is not None:
        raise Conflict(both("该件已作废。", "It is void."), code="void")
    return row


def _voiding(session: Session, petition_id: str) -> dict[str, Any] | None:
    found = sa.select(_voidings).where(_voidings.c.petition_id == petition_id)
    row = session.execute(found).first()
    return dict(row._mapping) if row else None


def _is_another(session: Session, petition_no: str, row: sa.Row[Any]) -> bool:
    known = sa.select(_petitions.c.petition_id).where(_petitions.c.petition_no == petition_no)
    return session.scalar(known) not in (None, row.petition_id)


def _standing(row: sa.Row[Any]) -> dict[str, Any]:
    """What is registered now, in the shape in which channels post it."""
    kept = dict(row._mapping)
    point = ("longitude", "latitude")
    kept["location"] = (
        {name: kept[name] for name in point} | {"system": row.coordinate_system}
        if row.longitude is not None
        else None
    )
    return kept


def _accuses_now(
    session: Session,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    row: sa.Row[Any],
    *,
    now: dt.datetime,
    resources: Resources,
) -> bool:
    """Whether the words accuse somebody and did not: they have been told, and routing hears the
    new ones."""
    if row.secret or suspicion_in(session, before, now=now, resources=resources):
        return False
    return suspicion_in(session, after, now=now, resources=resources) is not None


def _tell_corrected(
    session: Session,
    row: sa.Row[Any],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    now: dt.datetime,
) -> None:
    """Tell routing the words as they were told before and as they are; nothing of secret ones."""
    told: dict[str, Any] = {"before": None, "after": None}
    if not row.secret:
        told["before"] = masked_words(before, names=names_of(before))
        told["after"] = masked_words(after, names=names_of(after))
    emit(
        session,
        events[PetitionCorrected],
        subject=row.petition_id,
        data={"petition_id": row.petition_id, "corrected_at": now, **told},
        time=now,
        historical=row.historical,
    )
