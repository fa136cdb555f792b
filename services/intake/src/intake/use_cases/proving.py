"""Proving who asks: by the phone that was registered, or by a signed paper."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import requests as rules
from intake.domain.notices import usable
from intake.domain.participants import AGENT, NEEDS_NO_AUTHORISATION
from intake.domain.registration import AHEAD_MOST
from intake.resources import Resources
from intake.use_cases.sealing import participants_of, petitioner_of
from shared.clock import Clock, office_day
from shared.db import Session
from shared.errors import Conflict, Invalid, both
from shared.pii import KeyRing


def phone_of(
    session: Session,
    row: sa.Row[Any],
    *,
    kind: str,
    agent: int | None,
    clock: Clock,
    resources: Resources,
) -> str:
    """The registered phone of who asks; Conflict where a code to it does not prove this kind."""
    rule, ring = rules.KINDS[kind], resources.ring
    person = petitioner_of(session, row.petition_id, ring)
    if not (person and person["name"]) and not rule.by_anonymous:
        raise _paper_needed(
            "匿名信访件不能提出此项请求。", "An anonymous petition cannot ask for this."
        )
    if row.joint and not rule.by_one_of_many:
        raise _paper_needed(
            "联名信访须由全体信访人签字的书面材料提出。",
            "Of a joint petition it takes a paper that all have signed.",
        )
    if agent is not None:
        person = _agent(session, row.petition_id, agent, kind=kind, clock=clock, ring=ring)
    phone = (person or {}).get("phone")
    if phone is None or usable("sms", phone) is None:
        raise _paper_needed(
            "登记时未留可以接收短信的手机号码。", "No phone that takes messages was registered."
        )
    return str(phone)


def _agent(
    session: Session, petition_id: str, number: int, *, kind: str, clock: Clock, ring: KeyRing
) -> dict[str, Any]:
    """The agent who asks: authorised today, and for a withdrawal by law alone (TSD 28, TBJ 27)."""
    today = office_day(clock.now())
    beside = participants_of(session, petition_id, ring, today=today)
    agents = [one for one in beside if one["part"] == AGENT]
    if number > len(agents):
        raise Invalid({"agent": both("没有登记该代理人。", "There is no such agent.")})
    agent = agents[number - 1]
    by_law = agent["relation"] in NEEDS_NO_AUTHORISATION
    if not agent["authorised"] or not (rules.KINDS[kind].by_agent or by_law):
        raise _paper_needed(
            "代理人没有办理此项请求的授权。", "The agent is not authorised to ask for this."
        )
    return agent


def _paper_needed(zh: str, en: str) -> Conflict:
    return Conflict(
        both(f"{zh}请到窗口提交签字的书面材料。", f"{en} Bring a signed paper to the office."),
        code="paper_needed",
    )


def check_days(
    row: sa.Row[Any],
    paper: Mapping[str, Any],
    mailed_on: dt.date | None,
    *,
    received_at: dt.datetime,
    now: dt.datetime,
) -> None:
    """Invalid for days on which a paper cannot have been signed, posted or received."""
    wrong = {}
    came = office_day(received_at)
    if received_at > now + AHEAD_MOST:
        wrong["received_at"] = both("不能晚于当前时间。", "May not be ahead of now.")
    elif received_at < row.received_at:
        wrong["received_at"] = both("不能早于信访件收到时间。", "Before the petition was received.")
    if paper["signed_on"] > came:
        wrong["paper"] = both("签字日期不能晚于收到日期。", "Signed after it was received.")
    if mailed_on is not None and mailed_on > came:
        wrong["mailed_on"] = both("不能晚于收到日期。", "Posted after it was received.")
    if wrong:
        raise Invalid(wrong)


def check_paper(session: Session, petition_id: str, attachment_id: str | None) -> None:
    """Invalid for an attachment that is not the petition's."""
    table = models.attachments
    mine = sa.select(table.c.attachment_id).where(
        table.c.attachment_id == attachment_id, table.c.petition_id == petition_id
    )
    if attachment_id is not None and session.scalar(mine) is None:
        raise Invalid({"paper": both("不是该信访件的附件。", "No attachment of this petition.")})
