"""Who is before the clerk: visitors, representatives, agents, and which papers were checked."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.identity import (
    DOCUMENTS,
    MATCHED,
    NOT_SHOWN,
    NUMBERED_AS_CITIZENS,
    RESULTS,
    id_number_fault,
)
from intake.domain.participants import AGENT, RELATIONS
from intake.domain.reception import (
    COMPANION,
    PETITIONER,
    REPRESENTATION_BASIS,
    VISITOR_PARTS,
    representation_fault,
)
from intake.resources import Resources
from intake.use_cases.masking import masked_person
from intake.use_cases.persons import opened, sealed
from intake.use_cases.reception import change_visit, frame, held_visit
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session
from shared.errors import Conflict, Invalid, NotFound, both
from shared.pii import MASKS, KeyRing

_CHECK = ("document", "check_result", "checked_by", "checked_at")
_FACTS = (
    "part", "seat", "present", "representative", "relation", "signed_on", "until", "scope", *_CHECK,
)  # fmt: skip
_table = models.visit_persons
_UNCONFIRMED = dict.fromkeys(("read_back_at", "read_back_by", "confirmed_at", "confirmed_by"))


def put_visitors(
    session: Session,
    *,
    visit_id: str,
    told: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Write down who came, in place of who stood there; what was read back must be so again.

    Refused with its basis where a joint visit has more than five representatives, or more than
    five people and none (T22 Art.20(3)). Invalid where nobody who is named is present.
    """
    row = held_visit(session, visit_id, by=by)
    persons = _listed(told)
    _check_visitors(told["people"], persons)
    checked = _checks(session, visit_id, resources.ring)
    session.execute(sa.delete(_table).where(_table.c.visit_id == visit_id))
    rows = [_row(visit_id, person, checked, resources.ring) for person in persons]
    session.execute(sa.insert(_table), rows)
    changed = change_visit(session, visit_id, new_version(row) | {"people": told["people"]})
    return frame(changed, now=clock.now())


def check_identity(
    session: Session,
    *,
    visit_id: str,
    checked: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Write down that a visitor's paper was looked at: which, by whom, when, and the result.

    A number that cannot be a citizen's is no match: Invalid says what is wrong with it. A number
    that was matched is the visitor's from then on.
    """
    now, row = clock.now(), held_visit(session, visit_id, by=by)
    part, seat, number = checked["part"], checked["seat"], checked["id_number"]
    this = (_table.c.visit_id == visit_id, _table.c.part == part, _table.c.seat == seat)
    person_row = session.execute(sa.select(_table).where(*this)).first()
    if person_row is None:
        raise NotFound(both("没有这位来访人。", "There is no such visitor."))
    bound_to = place_of_person(visit_id, part, seat)
    person = opened(person_row, bound_to, ring=resources.ring)
    number = number or person["id_number"]
    _check_number(checked, number, today=office_day(now))
    changes: dict[str, Any] = {
        "document": checked["document"],
        "check_result": checked["result"],
        "checked_by": by.sub,
        "checked_at": now,
    }
    if checked["result"] == MATCHED and number != person["id_number"]:
        changes |= sealed(person | {"id_number": number}, bound_to, ring=resources.ring)
        change_visit(session, visit_id, new_version(row))
    session.execute(sa.update(_table).where(*this).values(**changes))
    return {
        "part": part,
        "seat": seat,
        "document_name": DOCUMENTS.get(checked["document"] or ""),
        "check_result_name": RESULTS[checked["result"]],
        **{name: changes[name] for name in _CHECK},
    }


def visitors_of(
    session: Session, visit_id: str, ring: KeyRing, *, masked: bool
) -> list[dict[str, Any]]:
    """Those of a visit, the petitioner before the others."""
    order = list(VISITOR_PARTS)
    found = session.execute(sa.select(_table).where(_table.c.visit_id == visit_id)).all()
    shown = []
    for row in sorted(found, key=lambda one: (order.index(one.part), one.seat)):
        person = opened(row, place_of_person(visit_id, row.part, row.seat), ring=ring)
        facts = {name: row._mapping[name] for name in _FACTS}
        names = {
            "part_name": VISITOR_PARTS[row.part],
            "relation_name": RELATIONS.get(row.relation or ""),
            "document_name": DOCUMENTS.get(row.document or ""),
            "check_result_name": RESULTS.get(row.check_result or ""),
        }
        shown.append(facts | names | (masked_person(person) if masked else person))
    return shown


def posted_persons(visitors: Sequence[Mapping[str, Any]], *, people: int) -> dict[str, Any]:
    """The persons of a petition as channels post them, of the visitors of a visit.

    Refused as by `put_visitors` where a joint visit has no representatives; Invalid without
    visitors.
    """
    petitioner = next((one for one in visitors if one["part"] == PETITIONER), None)
    if petitioner is None:
        raise Invalid({"visitors": both("尚未登记来访人。", "Nobody is written down yet.")})
    _check_representation(people, visitors)
    along = [one for one in visitors if one["part"] == COMPANION and not one["representative"]]
    return {
        "people": people,
        "petitioner": _person(petitioner),
        "representatives": [_person(one) for one in visitors if one["representative"]],
        "cosigners": [_person(one) for one in along],
        "agents": [_agent(one) for one in visitors if one["part"] == AGENT],
    }


def forget_visitors(session: Session, visit_ids: Sequence[str]) -> None:
    """Blank who they were; that papers were checked, by whom and when, stays."""
    blank = dict.fromkeys((*MASKS, "phone_index", "id_number_index", "scope"))
    session.execute(sa.update(_table).where(_table.c.visit_id.in_(visit_ids)).values(**blank))


def new_version(row: sa.Row[Any]) -> dict[str, Any]:
    """What changes with every change of what is recorded: it is not confirmed any more."""
    return {**_UNCONFIRMED, "version": row.version + 1}


def place_of_person(visit_id: str, part: str, seat: int) -> str:
    """Where a visitor's fields are bound to."""
    return f"{visit_id}/{part}/{seat}"


def _listed(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    persons = [told["petitioner"] | {"part": PETITIONER, "seat": 0}]
    for part, name in ((COMPANION, "companions"), (AGENT, "agents")):
        persons += [one | {"part": part, "seat": seat} for seat, one in enumerate(told[name])]
    return persons


def _check_visitors(people: int, persons: Sequence[Mapping[str, Any]]) -> None:
    wrong = {}
    named = sum(one["part"] != AGENT for one in persons)
    if people < named:
        wrong["people"] = both(
            f"少于已列出的{named}人。", f"Fewer than the {named} people that are named."
        )
    if not any(one.get("present", True) for one in persons):
        wrong["petitioner"] = both(
            "信访人未到场的，应当有代理人或者同行人到场。",
            "Without the petitioner an agent or somebody else must be present.",
        )
    if any(one.get("representative") and not one.get("present", True) for one in persons):
        wrong["petitioner"] = both("代表人应当到场。", "A representative must be present.")
    if wrong:
        raise Invalid(wrong)
    _check_representation(people, persons)


def _check_representation(people: int, persons: Sequence[Mapping[str, Any]]) -> None:
    count = sum(bool(one.get("representative")) for one in persons)
    if fault := representation_fault(people=people, representatives=count):
        raise Conflict(
            fault,
            code="representatives_needed" if count == 0 else "too_many_representatives",
            errors={"representative": fault},
            basis=REPRESENTATION_BASIS,
        )


def _check_number(checked: Mapping[str, Any], number: str | None, *, today: Any) -> None:
    matched, document = checked["result"] == MATCHED, checked["document"]
    shown = checked["result"] != NOT_SHOWN
    wrong = {}
    if shown and document is None:
        wrong["document"] = both("请选择证件类型。", "Say which paper was shown.")
    if not shown and document is not None:
        wrong["document"] = both("未出示证件的不填。", "Nothing was shown.")
    if matched and not number:
        wrong["id_number"] = both("请填写证件号码。", "The number is needed.")
    elif matched and document in NUMBERED_AS_CITIZENS:
        fault = id_number_fault(number or "", today=today)
        wrong |= {"id_number": fault} if fault else {}
    if wrong:
        raise Invalid(wrong)


def _checks(session: Session, visit_id: str, ring: KeyRing) -> dict[tuple[str, str], Any]:
    """The checks of papers so far, by the name and number to which they belong."""
    found = session.execute(sa.select(_table).where(_table.c.visit_id == visit_id)).all()
    checks = {}
    for row in found:
        person = opened(row, place_of_person(visit_id, row.part, row.seat), ring=ring)
        if row.checked_at and person["name"]:
            key = person["name"], person["id_number"] or ""
            checks[key] = {name: row._mapping[name] for name in _CHECK}
    return checks


def _row(
    visit_id: str,
    person: Mapping[str, Any],
    checked: Mapping[tuple[str, str], Any],
    ring: KeyRing,
) -> dict[str, Any]:
    part, seat = person["part"], person["seat"]
    paper = person.get("authorisation") or {}
    done = checked.get((person["name"], person["id_number"] or ""), dict.fromkeys(_CHECK))
    return {
        "visit_id": visit_id,
        "part": part,
        "seat": seat,
        **sealed(person, place_of_person(visit_id, part, seat), ring=ring),
        "present": person.get("present", True),
        "representative": person.get("representative", False),
        "relation": person.get("relation"),
        **{field: paper.get(field) for field in ("signed_on", "until", "scope")},
        **done,
    }


def _person(visitor: Mapping[str, Any]) -> dict[str, Any]:
    return {name: visitor[name] for name in MASKS}


def _agent(visitor: Mapping[str, Any]) -> dict[str, Any]:
    paper = {name: visitor[name] for name in ("signed_on", "until", "scope")}
    authorisation = paper if visitor["signed_on"] else None
    return _person(visitor) | {"relation": visitor["relation"], "authorisation": authorisation}
