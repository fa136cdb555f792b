"""Registering petitions: checked, their petitioners encrypted, said to the others."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import registration
from intake.resources import Resources
from intake.use_cases.announcing import announce
from intake.use_cases.comparing import wait_for_comparing
from intake.use_cases.drafting import Draft, Drafting, Receipt
from intake.use_cases.notices import keep_choice, queue_receipts, receipt_of
from intake.use_cases.sealing import sealed_participants, sealed_petitioner
from intake.use_cases.suspecting import note_suspicions
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session, insert_many, next_numbers
from shared.errors import Conflict, Refused, both

Reference = tuple[str, str, str]
"""Channel, system and number there; the two are empty where a petition has none."""

_REFERENCE = ("channel", "external_system", "external_id")


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
    outcomes: list[Draft | Refused] = []
    drafting = Drafting(session, by=by, now=clock.now(), resources=resources, publicly=publicly)
    for petition in petitions:
        try:
            outcomes.append(drafting(petition))
        except Refused as refusal:
            outcomes.append(refusal)
    drafts = [one for one in outcomes if isinstance(one, Draft)]
    known = _register(session, drafts, drafting, resources) if drafts else {}
    return [
        one if isinstance(one, Refused) else known.get(one.row["petition_id"]) or one.receipt()
        for one in outcomes
    ]


def check_many(
    session: Session,
    *,
    petitions: Sequence[Mapping[str, Any]],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> list[Refused | None]:
    """For each petition why `register_many` would refuse it now, or None; nothing is written."""
    drafting = Drafting(session, by=by, now=clock.now(), resources=resources, publicly=False)
    outcomes: list[Draft | Refused] = []
    for petition in petitions:
        try:
            outcomes.append(drafting(petition))
        except Refused as refusal:
            outcomes.append(refusal)
    references = [_reference(one.row) for one in outcomes if isinstance(one, Draft)]
    known = _known(session, [one for one in references if all(one)])
    return [known.get(_reference(one.row)) if isinstance(one, Draft) else one for one in outcomes]


def _register(
    session: Session, drafts: Sequence[Draft], drafting: Drafting, resources: Resources
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
    _insert_persons(session, new, resources)
    note_suspicions(session, new, now=drafting.now)
    wait_for_comparing(session, [draft.row["petition_id"] for draft in new])
    receipts = []
    for draft in new:
        suspected = draft.suspicion is not None
        announce(session, draft.row, draft.petition, suspected=suspected)
        receipts.append(_receipt_to_petitioner(session, draft, drafting, resources))
    queue_receipts(session, [receipt for receipt in receipts if receipt])
    known = {
        draft.row["petition_id"]: _reference(draft.row)
        for draft in drafts
        if draft.row["petition_id"] not in inserted
    }
    conflicts = _known(session, list(known.values()))
    return {petition_id: conflicts[reference] for petition_id, reference in known.items()}


def _receipt_to_petitioner(
    session: Session, draft: Draft, drafting: Drafting, resources: Resources
) -> dict[str, Any] | None:
    """Keep how the petitioner wants to be told; the receipt to be queued (T22 Arts.21, 22)."""
    notify = draft.petition.get("notify") or {}
    if notify:
        keep_choice(
            session,
            draft.row["petition_id"],
            notify,
            channel=draft.row["channel"],
            by=draft.row["registered_by"],
            at=drafting.now,
            ring=resources.ring,
        )
    return receipt_of(
        petition=draft.row,
        person=draft.petition.get("petitioner") or {},
        notify=notify,
        code=draft.formatted_code,
        publicly=drafting.publicly,
        resources=resources,
        now=drafting.now,
    )


def _insert_persons(session: Session, drafts: Iterable[Draft], resources: Resources) -> None:
    petitioners, participants = [], []
    for draft in drafts:
        petition_id = draft.row["petition_id"]
        petitioner = sealed_petitioner(draft.petition, petition_id, resources.ring)
        petitioners += [petitioner] if petitioner else []
        participants += sealed_participants(draft.petition, petition_id, resources.ring)
    for table, rows in (
        (models.petitioners, petitioners),
        (models.participants, participants),
    ):
        if rows:
            insert_many(session, table, rows, returning="petition_id")


def _insert_petitions(session: Session, drafts: Iterable[Draft]) -> set[str]:
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
