"""Recording an evaluation: once, by the petitioner or by the import of history."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from satisfaction.domain import CLOCK_SKEW, OPEN, RECORDED
from satisfaction.events import EvaluationRecorded, events
from satisfaction.models import evaluations
from satisfaction.use_cases.standing import stands
from shared.clock import Clock, wire
from shared.db import Session
from shared.errors import Conflict, Invalid, both
from shared.outbox import emit
from shared.pii import mask_text


def record(
    session: Session,
    *,
    petition_id: str,
    given: dict[str, Any],
    clock: Clock,
    imported: bool = False,
) -> dict[str, Any]:
    """Record what was `given` {object, grade, comment, at?, simulated?} for a petition.

    Conflict where that evaluation is not open yet or recorded already; `allowed` then lists what
    may be evaluated now. Only an import says `at` and `simulated`, and it is history.
    """
    found = _choose(session, petition_id, given["object"])
    at = _time_of(given.get("at"), found.opened_at, now=clock.now())
    written = {
        "state": RECORDED,
        "grade": given["grade"],
        "comment": mask_text(given["comment"]) if given["comment"] else None,
        "recorded_at": at,
        "simulated": given.get("simulated", False),
    }
    done = session.execute(
        sa.update(evaluations)
        .where(evaluations.c.evaluation_id == found.evaluation_id, evaluations.c.state == OPEN)
        .values(written)
        .returning(evaluations.c.evaluation_id)
    ).first()
    if done is None:
        raise _recorded_already(session, petition_id)
    answer = found._asdict() | written
    emit(
        session,
        events[EvaluationRecorded],
        subject=found.case_id,
        data=answer,
        time=at,
        historical=imported or found.historical,
    )
    return answer


def _choose(session: Session, petition_id: str, object_: str) -> sa.Row[Any]:
    """The evaluation to record: of several cases of a petition, the one open for longest."""
    rows = session.execute(
        sa.select(evaluations, stands().label("stands"))
        .where(evaluations.c.petition_id == petition_id, evaluations.c.object == object_)
        .order_by(evaluations.c.opened_at, evaluations.c.case_id)
    ).all()
    if not rows:
        raise Conflict(
            both(
                "尚不能评价：信访事项转交责任单位后可评价信访部门，处理意见送达后可评价责任单位。",
                "It cannot be evaluated yet: the petition office can be once a unit has the case, "
                "the handling unit once its opinion is served.",
            ),
            code="evaluation_not_open",
            allowed=_open_objects(session, petition_id),
        )
    standing = [row for row in rows if row.stands]
    if not standing:
        raise Conflict(
            both(
                "不作评价：该事项已撤回、并案、不予受理，或者已转入其他程序。",
                "It is not evaluated: the matter was withdrawn, merged or declined, or passed into "
                "another procedure.",
            ),
            code="evaluation_closed",
            allowed=_open_objects(session, petition_id),
        )
    still_open = [row for row in standing if row.state == OPEN]
    if not still_open:
        raise _recorded_already(session, petition_id)
    return still_open[0]


def _recorded_already(session: Session, petition_id: str) -> Conflict:
    return Conflict(
        both("已经评价过，不能重复评价。", "It has been evaluated already; it can be once only."),
        code="evaluation_recorded",
        allowed=_open_objects(session, petition_id),
    )


def _open_objects(session: Session, petition_id: str) -> list[str]:
    found = session.scalars(
        sa.select(evaluations.c.object)
        .where(evaluations.c.petition_id == petition_id, evaluations.c.state == OPEN, stands())
        .distinct()
    )
    return sorted(found)


def _time_of(at: dt.datetime | None, opened_at: dt.datetime, *, now: dt.datetime) -> dt.datetime:
    if at is None:
        return now
    if at < opened_at:
        since = wire(opened_at)
        reason = both(f"不能早于评价开放时间{since}。", f"It was not open before {since}.")
        raise Invalid({"at": reason})
    if at > now + CLOCK_SKEW:
        raise Invalid({"at": both("不能晚于当前时间。", "It may not lie in the future.")})
    return at
