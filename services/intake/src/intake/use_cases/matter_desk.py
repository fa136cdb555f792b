"""Matters as staff see and decide them: who may, who counts, which petition is the first."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.recurrence import Told, first_in
from intake.domain.same_person import Person, count_people
from intake.domain.sameness import KINDS
from intake.resources import Resources
from intake.use_cases import matters
from intake.use_cases.briefs import briefs, persons_of, readable, void_among
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import Invalid, NotFound, both

_ACTIONS = {
    matters.JOINED: "自动归并",
    matters.LINKED: "人工归并",
    matters.RELEASED: "移出",
    matters.UNMERGED: "撤销归并",
}


def show_matter(
    session: Session, *, matter_id: str, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """A matter with its petitions, how many people and letters, and what was decided.

    Everything about petitions that are not the caller's to read is left out, of counts too, and
    so are void ones.
    NotFound where none is left.
    """
    theirs = _theirs(session, matter_id, by=by)
    row = session.execute(
        sa.select(models.matters).where(models.matters.c.matter_id == matter_id)
    ).one()
    theirs -= void_among(session, theirs)
    people = persons_of(session, theirs)
    shown = briefs(session, theirs, by=by, clock=clock, resources=resources)
    told = sorted(
        (_told(brief, people[one]) for one, brief in shown.items()), key=lambda one: one.age
    )
    return {
        "matter_id": matter_id,
        "kind": row.kind,
        "kind_name": KINDS.get(row.kind, row.kind),
        "opened_at": row.opened_at,
        "letters": len(told),
        "people": count_people(people.values()),
        "unidentified": sum(not person.known for person in people.values()),
        "petitions": [
            shown[one.petition_id] | {"first": first_in(told[:n], one)}
            for n, one in enumerate(told)
        ],
        "decisions": _decisions(session, matter_id, by=by),
    }


def _told(brief: Mapping[str, Any], person: Person) -> Told:
    return Told(
        petition_id=brief["petition_id"],
        age=(brief["registered_at"], brief["petition_no"]),
        person=person,
        channel=brief["channel"],
        addressee=brief["addressee"],
    )


def link_petitions(
    session: Session,
    *,
    petition_ids: Sequence[str],
    kind: str,
    reason: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Make one matter of petitions and the matters they are in; Invalid for what is not theirs."""
    ids = list(dict.fromkeys(petition_ids))
    missing = set(ids) - readable(session, ids, by=by)
    if missing or len(ids) == 1:
        wrong = both(
            "应为两件以上您可以查看的信访件。", "Two or more petitions that you may see are needed."
        )
        raise Invalid({"petition_ids": wrong})
    matter_id = matters.link(session, ids, kind=kind, reason=reason, by=by, clock=clock)
    return show_matter(session, matter_id=matter_id, by=by, clock=clock, resources=resources)


def unmerge_matter(
    session: Session,
    *,
    matter_id: str,
    decision: int | None,
    reason: str,
    by: Principal,
    clock: Clock,
) -> dict[str, Any]:
    """Undo a decision by which petitions became one matter; NotFound for a matter not theirs."""
    _theirs(session, matter_id, by=by)
    restored = matters.unmerge(
        session, matter_id, decision=decision, reason=reason, by=by, clock=clock
    )
    return _places(session, restored, by=by)


def release_petitions(
    session: Session,
    *,
    matter_id: str,
    petition_ids: Sequence[str],
    reason: str,
    by: Principal,
    clock: Clock,
) -> dict[str, Any]:
    """Take petitions out of a matter; each is a matter of its own again."""
    theirs = _theirs(session, matter_id, by=by)
    if not theirs.issuperset(petition_ids):
        raise Invalid({"petition_ids": both("不属于该事项。", "Not in this matter.")})
    matters.release(session, matter_id, petition_ids, reason=reason, by=by, clock=clock)
    return _places(session, petition_ids, by=by)


def _theirs(session: Session, matter_id: str, *, by: Principal) -> set[str]:
    """The petitions of a matter that the caller may read; NotFound where there is none."""
    theirs = readable(session, matters.members(session, [matter_id]), by=by)
    if not theirs:
        raise NotFound()
    return theirs


def _places(session: Session, petition_ids: Sequence[str], *, by: Principal) -> dict[str, Any]:
    """In which matter these petitions are now, as far as the caller may know."""
    theirs = readable(session, petition_ids, by=by)
    return {
        "items": [
            {"petition_id": one, "matter_id": place["matter_id"] if place else None}
            for one, place in sorted(matters.memberships(session, theirs).items())
        ]
    }


def _decisions(session: Session, matter_id: str, *, by: Principal) -> list[dict[str, Any]]:
    """What was decided of the matter, as far as it moved petitions that the caller may read."""
    table = models.matter_decisions
    found = session.execute(
        sa.select(table).where(table.c.matter_id == matter_id).order_by(table.c.decision)
    ).all()
    theirs = readable(session, {one for row in found for one in row.petitions}, by=by)
    return [
        {
            "decision": row.decision,
            "action": row.action,
            "action_name": _ACTIONS.get(row.action, row.action),
            "by": row.by,
            "at": row.at,
            "reason": row.reason,
            "undoes": row.undoes,
            "petition_ids": moved,
        }
        for row in found
        if (moved := sorted(theirs & set(row.petitions)))
    ]
