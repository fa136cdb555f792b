"""What waits for a person: by reason, each with its count and its list in order of due time."""

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.answered import SUBMITTED
from routing.domain.requests import WAITING
from routing.models.opinions import opinions
from routing.resources import Resources
from routing.use_cases.listing import Among, Few, Sieve, counted, page_of
from routing.use_cases.listing_order import DUE
from routing.use_cases.opinions.standing import decided_by
from routing.use_cases.reading import kept_out, visible
from routing.use_cases.units import organisation
from shared.auth import WHOLE_DISTRICT, Principal
from shared.db import Session

_UNIT_STAFF = ("handler", "unit_head")
_HEARING = "hearing"
_REVIEWED = ("reviewing", "re_reviewing", _HEARING)
_cases = models.cases


@dataclass(frozen=True)
class Reason:
    """Why a case waits for somebody: the seat and roles whose turn it is in these states."""

    code: str
    title: str
    seat: str
    roles: tuple[str, ...]
    states: tuple[str, ...] = ()
    heard_in: tuple[str, ...] = ()
    """States out of which a hearing waits for them too."""


_HANDLED = ("accepted", "handling", "simple", "extended", "studying", "performing", "mediating")
REASONS = {
    reason.code: reason
    for reason in (
        Reason("dispatch", "待分流", "office", ("dispatcher",), ("registered", "reported")),
        Reason("objections", "异议待核", "office", ("dispatcher", "leader"), ("objected",)),
        Reason("reports", "办结报告待审核", "office", ("dispatcher",), ("report_review",)),
        Reason(
            "reviews", "复查复核待办", "office", ("reviewer",),
            ("reviewing", "re_reviewing"), ("reviewing", "re_reviewing"),
        ),
        Reason(
            "review_service", "复查复核意见待送达", "office", ("reviewer", "registrar"),
            ("review_decided", "re_review_decided"),
        ),
        Reason("accept", "待受理", "lead", _UNIT_STAFF, ("forwarded", "assigned")),
        Reason("answer", "待答复", "lead", _UNIT_STAFF, _HANDLED, ("handling", "extended")),
        Reason("serve", "待送达", "lead", _UNIT_STAFF, ("replied",)),
        Reason("report_back", "办结报告待报送", "reporter", _UNIT_STAFF, ("served", "channelled")),
        Reason(
            "requests", "信访人的请求待审核", "petitioner", ("dispatcher", "reviewer"),
        ),
        Reason("parts", "会办待办", "part", _UNIT_STAFF),
        Reason("body_reviews", "本单位复查复核待办", "body", _UNIT_STAFF),
        Reason("approve", "意见书待审批", "signatory", ("unit_head", "leader")),
    )
}  # fmt: skip
"""Read against procedure.yaml: each state that is not ended and waits for staff is in one row."""


def my_work(
    session: Session, *, query: dict[str, Any], by: Principal, resources: Resources
) -> dict[str, Any]:
    """The caller's reasons with their counts; with `reason`, a page of that list instead.

    A count stops at 10,000, so that it costs no more than that; it is of the same sieve as the
    list, by due time, what owes nothing last.
    """
    chosen = query["reason"]
    if chosen is None:
        return {"reasons": _counted(session, by=by), "items": [], "next_cursor": None}
    sieve = _sieve(session, REASONS[chosen], by=by) or Sieve((sa.false(),))
    found = page_of(session, sieve, order=DUE, query=query, by=by, resources=resources)
    return {"reasons": []} | found


def _counted(session: Session, *, by: Principal) -> list[dict[str, Any]]:
    sieves = {code: _sieve(session, reason, by=by) for code, reason in REASONS.items()}
    mine = {code: sieve for code, sieve in sieves.items() if sieve is not None}
    counts = counted(session, list(mine.values()))
    return [
        {"reason": code, "title": REASONS[code].title} | count
        for code, count in zip(mine, counts, strict=True)
    ]


def _sieve(session: Session, reason: Reason, *, by: Principal) -> Sieve | None:
    """The cases of a reason that are the caller's turn; None where it never is."""
    seated = _seated(session, reason, by=by)
    if seated is None:
        return None
    if reason.seat == "lead":
        # Along what the unit owes by due time: one read, where one for each state would be many.
        together = sa.or_(_cases.c.state.in_(reason.states), _heard(reason))
        return replace(seated, all_of=(*seated.all_of, together))
    if not reason.heard_in:
        states = Among(_cases.c.state, tuple(reason.states))
        return replace(seated, among=(*seated.among, *((states,) if reason.states else ())))
    either = (*(_cases.c.state == state for state in reason.states), _heard(reason))
    return replace(seated, any_of=(*seated.any_of, either))


def _heard(reason: Reason) -> sa.ColumnElement[bool]:
    if not reason.heard_in:
        return sa.false()
    return sa.and_(_cases.c.state == _HEARING, _cases.c.resume_state.in_(reason.heard_in))


def _seated(session: Session, reason: Reason, *, by: Principal) -> Sieve | None:
    if reason.seat in ("office", "petitioner", "signatory"):
        anywhere = reason.seat == "signatory" or WHOLE_DISTRICT in by.unit_scope
        return _by_role(reason, by) if anywhere and by.has(*reason.roles) else None
    units = _acts_for(session, by, reason.seat)
    if not units:
        return None
    if reason.seat == "part":
        return _asked_of(units, by, kinds=(models.CO,), states=_HANDLED[:-1])
    if reason.seat == "body":
        levels = (models.REVIEW, models.RE_REVIEW)
        return _asked_of(units, by, kinds=levels, states=_REVIEWED)
    # Whoever acts for the lead sees its cases, secret ones too, but those that keep them out.
    mine: tuple[sa.ColumnElement[bool], ...] = (sa.not_(kept_out(by)),)
    if by.has("handler") and not by.has("unit_head", "dispatcher"):
        mine += (sa.or_(_cases.c.handler.is_(None), _cases.c.handler == by.sub),)
    if reason.seat == "reporter":
        mine += (_cases.c.report_due.is_not(None),)
    leads = tuple(_cases.c.lead_unit == unit for unit in units)
    return Sieve(mine, (leads,), few_owe_nothing=True)


def _by_role(reason: Reason, by: Principal) -> Sieve:
    """What waits for whoever has one of the reason's roles, whatever unit leads."""
    if reason.seat == "signatory":
        return _signed_by(by)
    if reason.seat == "petitioner":
        return _asked_by_petitioners(by)
    return Sieve((visible(by),), few_owe_nothing=True)


def _acts_for(session: Session, by: Principal, seat: str) -> list[str]:
    """The units as whose staff the caller acts.

    The dispatcher acts for the office and for leads that have no accounts here, as in policy.
    """
    units = set(by.unit_scope - {WHOLE_DISTRICT}) if by.has(*_UNIT_STAFF) else set()
    if seat not in ("part", "body") and by.has("dispatcher") and WHOLE_DISTRICT in by.unit_scope:
        units |= {by.unit} if by.unit else set()
        units |= {code for code, unit in organisation(session).items() if unit.external}
    return sorted(units)


def _asked_of(
    units: list[str], by: Principal, *, kinds: tuple[str, ...], states: tuple[str, ...]
) -> Sieve:
    parts = models.case_parts
    asked = sa.exists().where(
        parts.c.case_id == _cases.c.case_id,
        parts.c.unit.in_(units),
        parts.c.kind.in_(kinds),
        parts.c.state.in_(("asked", "accepted")),
    )
    return Sieve((visible(by), _cases.c.state.in_(states)), ((Few(asked),),))


def _signed_by(by: Principal) -> Sieve:
    waiting = sa.exists().where(
        opinions.c.case_id == _cases.c.case_id, opinions.c.status == SUBMITTED, decided_by(by)
    )
    return Sieve((visible(by),), ((Few(waiting),),))


def _asked_by_petitioners(by: Principal) -> Sieve:
    asked = models.petitioner_requests
    waiting = sa.exists().where(asked.c.case_id == _cases.c.case_id, asked.c.state == WAITING)
    return Sieve((visible(by),), ((Few(waiting),),))
