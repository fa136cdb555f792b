"""One action on many cases: each case has its own outcome, as if it had been sent alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain import policy
from routing.resources import Resources
from routing.use_cases import scene as scenes
from routing.use_cases.handling import act_on
from routing.use_cases.reading import visible
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import Forbidden, NotFound, Refused, in_language

BULK_ACTIONS = (
    "classify", "forward", "assign", "redirect", "self_handle", "file", "notify", "set_report_due",
    "sign_receipt", "give", "hand_over", "accept", "study", "begin", "simplify", "close",
    "urge_execution", "call_file", "approve_report",
)  # fmt: skip
"""What is the same for many cases. Not what is written for one of them, such as its opinion, its
proof of service or its file number, nor what names another case, persons accused or readers.
"""
DONE = 200
_EMITTED = "emitted"


def act_on_many(
    session: Session,
    *,
    action: str,
    body: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Take one action on each of `items` (`case_id`, `version`); the results in their order.

    Cases are locked in the order of their ids, so that two of these never wait for each other. A
    case that is refused leaves the others as they are: its savepoint is undone, except for the
    refusal itself where a rule refused, which is written down as it is for a single action.
    Forbidden where the caller's roles never take this action.
    """
    step = resources.procedure.actions[action]
    if not policy.may_ever(step, scenes.actor(by)):
        raise Forbidden()
    rows = _locked(session, [item["case_id"] for item in items], by=by)
    concerned = scenes.concerned_in(session, rows)
    results = {}
    for item in sorted(items, key=lambda one: one["case_id"]):
        case_id = item["case_id"]
        results[case_id] = _one(
            session,
            item,
            rows.get(case_id),
            action=step,
            body=body,
            by=by,
            clock=clock,
            resources=resources,
            concerned=concerned.get(case_id),
        )
    found = [results[item["case_id"]] for item in items]
    done = sum(result["status"] == DONE for result in found)
    return {"items": found, "done": done, "refused": len(found) - done}


def _locked(session: Session, case_ids: list[str], *, by: Principal) -> dict[str, dict[str, Any]]:
    table = models.cases
    found = session.execute(
        sa.select(table)
        .where(table.c.case_id.in_(case_ids), visible(by))
        .order_by(table.c.case_id)
        .with_for_update(of=table)
    )
    return {row.case_id: dict(row._mapping) for row in found}


def _one(
    session: Session, item: Mapping[str, Any], row: Mapping[str, Any] | None, **about: Any
) -> dict[str, Any]:
    told = len(session.info.get(_EMITTED, ()))
    savepoint = session.begin_nested()
    try:
        if row is None:
            raise NotFound()
        after = act_on(session, row, if_match=item["version"], **about)
    except Refused as refusal:
        # Events wait outside the database, where no savepoint undoes them.
        del session.info.get(_EMITTED, [])[told:]
        if refusal.keep_work:
            savepoint.commit()
        else:
            savepoint.rollback()
        return {
            "case_id": item["case_id"],
            "status": refusal.status,
            "version": refusal.facts.get("version"),
            "problem": _problem(refusal),
        }
    savepoint.commit()
    return {
        "case_id": item["case_id"],
        "status": DONE,
        "version": after["version"],
        "state": after["state"],
    }


def _problem(refusal: Refused) -> dict[str, Any]:
    return {
        "code": refusal.code,
        "message": in_language(refusal.message, "zh"),
        "message_en": in_language(refusal.message, "en"),
        "basis": refusal.facts.get("basis"),
        "state": refusal.facts.get("state"),
        "allowed": refusal.facts.get("allowed", []),
        "errors": {name: in_language(why, "zh") for name, why in refusal.errors.items()},
    }
