"""Sheets: a petition as a clerk types it at the telephone or the counter, sealed until registered.

Nobody but the clerk who has the caller or visitor before them reads one in clear; the bureau's
dispatchers and leaders see it masked, for it may accuse somebody and belongs to no case yet.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from intake.domain.participants import LISTS
from intake.resources import Resources
from intake.use_cases.auditing import write_down
from intake.use_cases.looking import found_by
from intake.use_cases.masking import masked_person, masked_words
from intake.use_cases.sealing import names_of
from shared.access import sees_every_secret
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import Conflict, Invalid, both
from shared.pii import MASKS, KeyRing

_NEEDED = ("title", "content")
_DAYS = ("signed_on", "until")
_PERSON = dict.fromkeys(MASKS)
_WORDS: dict[str, Any] = dict.fromkeys(("title", "content", "claim", "course", "place"))


def sealed_sheet(sheet: Mapping[str, Any], place: str, ring: KeyRing) -> bytes:
    """A sheet as it is kept."""
    return ring.encrypt(json.dumps(sheet, ensure_ascii=False, default=_day), place=place)


def opened_sheet(sealed: bytes | None, place: str, ring: KeyRing) -> dict[str, Any] | None:
    """A sheet as it was saved, its days as text."""
    if sealed is None:
        return None
    sheet: dict[str, Any] = json.loads(ring.decrypt(sealed, place=place))
    return sheet


def petition_of(sheet: Mapping[str, Any]) -> dict[str, Any]:
    """The petition that a sheet describes; Invalid by field where something is still missing."""
    if missing := [name for name in _NEEDED if not sheet.get(name)]:
        raise Invalid(dict.fromkeys(missing, both("登记前必填。", "Needed to register it.")))
    agents = [_with_days(agent) for agent in sheet.get("agents") or ()]
    return dict(sheet) | {"agents": agents}


def masked_sheet(sheet: Mapping[str, Any]) -> dict[str, Any]:
    """A sheet without what tells who somebody is."""
    masked = dict(sheet) | masked_words(_WORDS | dict(sheet), names=names_of(sheet))
    if sheet.get("petitioner"):
        masked["petitioner"] = masked_person(_PERSON | sheet["petitioner"])
    for name in LISTS:
        if sheet.get(name):
            masked[name] = [masked_person(_PERSON | one) for one in sheet[name]]
    if sheet.get("notify"):
        masked["notify"] = sheet["notify"] | {"wechat_id": None}
    return masked


def looks_after_desks(by: Principal) -> bool:
    """Whether somebody sees what others have on their desks, masked."""
    return sees_every_secret(by) and by.has("dispatcher", "leader")


def is_theirs(session: Session, petition_id: str | None, *, by: Principal) -> bool:
    """Whether somebody may see the petition that a call or visit became; True before that."""
    return petition_id is None or found_by(session, petition_id, by=by).seen


def write_desk_look(
    session: Session,
    *,
    by: Principal,
    facts: Mapping[str, Any],
    clock: Clock,
    resources: Resources,
    act: str = "look",
    **told: Any,
) -> None:
    """Write down who looked at a call, a callback or a visit that is no petition yet."""
    keys = resources.audit_keys
    write_down(session, act=act, who=by.sub, facts=facts, clock=clock, keys=keys, **told)


def held_by_another() -> Conflict:
    """What a clerk is told of what another clerk is working on."""
    return Conflict(
        both("由其他工作人员受理中。", "Another clerk is working on it."), code="held_by_another"
    )


def _with_days(agent: Mapping[str, Any]) -> dict[str, Any]:
    paper = agent.get("authorisation")
    if not paper:
        return dict(agent)
    days = {
        name: dt.date.fromisoformat(paper[name]) for name in _DAYS if isinstance(paper[name], str)
    }
    return dict(agent) | {"authorisation": paper | days}


def _day(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"no value of a sheet: {type(value).__name__}")
