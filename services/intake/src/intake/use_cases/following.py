"""Following a petition with number and code: a session, and the stages in plain words."""

import datetime as dt
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import registration
from intake.domain.progress import public_state, stage_of, stage_text, supplement_text, void_text
from intake.domain.requests import WINDOWS
from intake.resources import Resources
from intake.use_cases.cases import cases_of
from intake.use_cases.notices import asked_of, choice_of, queue_steps
from intake.use_cases.requests import told_of_requests
from shared.auth import PUBLIC_AUDIENCE
from shared.clock import Clock
from shared.contracts import Event
from shared.db import Session, insert_missing, upsert_newer
from shared.errors import NotFound, Refused, both
from shared.states import name_of

VOIDED = "voided"
ANSWER_CLOCKS = ("D5", "D6")
"""The clocks by which an answer is owed, and by which after an extension (T22 Art.34)."""
ANSWERING_STATES = frozenset({"accepted", "handling", "extended", "hearing", "mediating"})
"""The states in which it is owed still."""


def open_citizen_session(
    session: Session, *, petition_no: str, query_code: str, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """Exchange number and code for a one-hour token; wrong tries are counted and held back."""
    petition_id = check_code(
        session, petition_no=petition_no, query_code=query_code, clock=clock, resources=resources
    )
    return citizen_token(petition_id, resources)


def check_code(
    session: Session, *, petition_no: str, query_code: str, clock: Clock, resources: Resources
) -> str:
    """The petition that number and code are of; wrong tries are counted and held back.

    A wrong number and a wrong code get the same 404, and both are counted.
    """
    now = clock.now()
    _check_tries(session, petition_no=petition_no, now=now, most=resources.query_code_tries)
    table = models.petitions
    row = session.execute(
        sa.select(table.c.petition_id, table.c.query_code_digest).where(
            table.c.petition_no == petition_no
        )
    ).first()
    petition_id = row.petition_id if row else "unknown"
    digest = registration.query_code_digest(
        query_code, petition_id=petition_id, secret=resources.query_code_secret
    )
    if row is None or not hmac.compare_digest(digest, row.query_code_digest):
        _count_wrong(session, petition_no=petition_no, now=now)
        raise _no_such_petition()
    return petition_id


def citizen_token(petition_id: str, resources: Resources) -> dict[str, Any]:
    """A token for one petition, and the seconds that it lasts."""
    lasts = registration.SESSION_LASTS
    token = resources.issuer.mint(audience=PUBLIC_AUDIENCE, sub=petition_id, lasts=lasts)
    return {"token": token, "expires_in": int(lasts.total_seconds())}


def _check_tries(session: Session, *, petition_no: str, now: dt.datetime, most: int) -> None:
    table = models.wrong_codes
    tries = session.scalar(
        sa.select(table.c.tries).where(
            table.c.petition_no == petition_no[:20],
            table.c.since > now - registration.WRONG_CODE_WINDOW,
        )
    )
    if (tries or 0) >= most:
        raise Refused(
            both(
                "查询码错误次数过多，请一小时后再试。",
                "Too many wrong codes; try again in an hour.",
            ),
            status=429,
            code="too_many_wrong_codes",
            headers={"Retry-After": "3600"},
        )


def _count_wrong(session: Session, *, petition_no: str, now: dt.datetime) -> None:
    table, no = models.wrong_codes, petition_no[:20]
    session.execute(sa.delete(table).where(table.c.since <= now - registration.WRONG_CODE_WINDOW))
    fresh = {"petition_no": no, "tries": 0, "since": now}
    insert_missing(session, table, [fresh], key=["petition_no"])
    counted = sa.update(table).where(table.c.petition_no == no).values(tries=table.c.tries + 1)
    session.execute(counted)


def _no_such_petition() -> Refused:
    return Refused(
        both("编号或查询码不正确。", "The number or the code is wrong."),
        status=404,
        code="not_found",
        keep_work=True,
    )


def progress_of(
    session: Session, *, petition_no: str, petition_id: str, clock: Clock
) -> dict[str, Any]:
    """The stages of a petition in plain words, oldest first; only for its own token."""
    table = models.petitions
    row = session.execute(sa.select(table).where(table.c.petition_id == petition_id)).first()
    if row is None or row.petition_no != petition_no:
        raise NotFound()
    cases = cases_of(session, petition_id)
    secret = row.secret or any(case.secret for case in cases)
    first = stage_text("registered", {"petition_no": petition_no, "secret": secret})
    stages = [
        {"stage": "registered", "at": row.registered_at, "text": first},
        *_stages(session, petition_id, secret=secret),
    ]
    told = stages[-1]["stage"]
    for asked in asked_of(session, petition_id):
        text = supplement_text(asked.until, asked.what)
        stages.append({"stage": "supplement", "at": asked.asked_at, "text": text})
    stages.sort(key=lambda stage: stage["at"])
    if ending := _void_stage(session, petition_id):
        stages.append(ending)
        told, cases = VOIDED, []
    state = public_state(_newest_state(cases) or told, secret=secret)
    return {
        "petition_no": petition_no,
        "state": state,
        "state_name": name_of(state),
        "answer_by": _answer_by(session, petition_id) if state in ANSWERING_STATES else None,
        "stages": stages,
        **told_of_requests(session, row, now=clock.now()),
        "choice": choice_of(session, petition_id),
    }


def _answer_by(session: Session, petition_id: str) -> dt.date | None:
    """The last day for an answer, by what happened last of all that set one."""
    steps = models.progress
    told = session.scalars(
        sa.select(steps.c.facts)
        .where(steps.c.petition_id == petition_id)
        .order_by(steps.c.at.desc(), steps.c.subject_version.desc())
    )
    days = (facts["due_day"] for facts in told if facts.get("due_day"))
    newest = next(days, None)
    return dt.date.fromisoformat(newest) if newest else None


def _void_stage(session: Session, petition_id: str) -> dict[str, Any] | None:
    """That the petition should not have been registered, and which one is the right one."""
    table = models.voidings
    row = session.execute(sa.select(table).where(table.c.petition_id == petition_id)).first()
    if row is None:
        return None
    return {"stage": VOIDED, "at": row.voided_at, "text": void_text(row.instead)}


def _stages(session: Session, petition_id: str, *, secret: bool) -> list[dict[str, Any]]:
    """What became of the petition's cases, oldest first; nothing is said twice in a row."""
    steps = models.progress
    told = session.execute(
        sa.select(steps)
        .where(steps.c.petition_id == petition_id)
        .order_by(steps.c.at, steps.c.case_id, steps.c.subject_version)
    ).all()
    replies = {step.case_id: step.facts.get("reply") for step in told if step.stage == "replied"}
    stages: list[dict[str, Any]] = []
    for step in told:
        facts = step.facts | {"reply": replies.get(step.case_id), "secret": secret}
        text = stage_text(step.stage, facts)
        if not stages or stages[-1]["text"] != text:
            stages.append({"stage": step.stage, "at": step.at, "text": text})
    return stages


def _newest_state(cases: Sequence[sa.Row[Any]]) -> str | None:
    """The state of the case that moved last; a merged one goes on inside another."""
    known = [case for case in cases if case.state is not None]
    newest = max(
        known, key=lambda one: (one.state != "merged", one.state_at, one.case_id), default=None
    )
    return newest.state if newest else None


def shown_state(cases: Sequence[sa.Row[Any]], *, secret: bool) -> str:
    """The state of a petition of these cases, as its citizen reads it."""
    return public_state(_newest_state(cases) or "registered", secret=secret)


def keep_progress(
    session: Session, case_events: Sequence[Event], *, clock: Clock, resources: Resources
) -> None:
    """Keep what happened to each petition's case, once an event, whatever the order; queue what
    the petitioner is told of it."""
    steps: list[dict[str, Any]] = []
    access: dict[tuple[str, str], dict[str, Any]] = {}
    cases: dict[str, dict[str, Any]] = {}
    words: list[dict[str, Any]] = []
    versions = models.marks.keep(session, case_events)
    erased = _erased(session, case_events)
    for event in sorted(case_events, key=lambda one: one.subject_version):
        header = event.data["header"]
        case_id, verb = header["case_id"], event.type.split(".")[1]
        cases[case_id] = {
            "case_id": case_id,
            "version": event.subject_version,
            "state": header["state"],
            "state_at": event.time,
            "secret": header["secret"],
            "category": header["category"],
            "windows": _windows(header["clocks"]),
            "marks_version": versions[case_id],
        }
        words += [{"petition_id": one, "case_id": case_id} for one in header["words_of"]]
        lead = header["lead_unit"]
        helping = [] if header["secret"] else header["co_units"]
        for petition_id in header["petition_ids"]:
            access[petition_id, case_id] = {
                "petition_id": petition_id,
                "case_id": case_id,
                "version": event.subject_version,
                "units": [lead, *helping] if lead else [],
            }
            stage = stage_of(verb, event.data, petition_id=petition_id)
            if stage is not None:
                step = _step(event, header, petition_id=petition_id, stage=stage)
                steps.append(_forgotten(step) if petition_id in erased else step)
    insert_missing(session, models.progress, steps, key=["petition_id", "event_id"])
    upsert_newer(session, models.case_access, list(access.values()), key=["petition_id", "case_id"])
    upsert_newer(session, models.cases, list(cases.values()), key=["case_id"])
    insert_missing(session, models.case_words, words, key=["petition_id", "case_id"])
    queue_steps(
        session, steps=steps, events=case_events, talking=resources.talking, now=clock.now()
    )


def _erased(session: Session, case_events: Sequence[Event]) -> set[str]:
    """Those of the events' petitions that were erased."""
    table = models.petitions
    named = {one for event in case_events for one in event.data["header"]["petition_ids"]}
    found = sa.select(table.c.petition_id).where(
        table.c.petition_id.in_(named), table.c.erased_at.is_not(None)
    )
    return set(session.scalars(found))


def _forgotten(step: dict[str, Any]) -> dict[str, Any]:
    """A step of an erased petition: what was answered is not kept again."""
    return step | {"facts": step["facts"] | {"reply": None}}


def _step(
    event: Event, header: Mapping[str, Any], *, petition_id: str, stage: str
) -> dict[str, Any]:
    answer_by = [c["due_day"] for c in header["clocks"] if c["id"] in ANSWER_CLOCKS]
    return {
        "petition_id": petition_id,
        "event_id": event.id,
        "case_id": header["case_id"],
        "subject_version": event.subject_version,
        "stage": stage,
        "at": event.time,
        "facts": {
            "unit": header["lead_unit_name"],
            "due_day": max(answer_by, default=None),
            "reply": event.data["reply"],
            **_request(event),
        },
    }


def _request(event: Event) -> dict[str, str]:
    """Which request a step answers, and why it waits or was refused."""
    if "answer_no" not in event.data:
        return {}
    return {"request": event.data["kind"], "why": event.data["reason"]}


def _windows(clocks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The last days of the running periods in which review may be applied for."""
    wanted = set(WINDOWS.values())
    return {c["id"]: c["due_day"] for c in clocks if c["id"] in wanted and c["state"] == "running"}
