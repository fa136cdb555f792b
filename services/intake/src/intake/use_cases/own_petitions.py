"""Petitions that an account's owner may find: those they brought in, and those of their phone."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.accounts import BY_PHONE_WITHIN
from intake.domain.persons import normal_phone
from intake.resources import Resources
from intake.use_cases.accounts import account_of, phone_of
from intake.use_cases.cases import cases_of_each
from intake.use_cases.following import VOIDED, citizen_token, shown_state
from intake.use_cases.seeing import in_a_case
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import NotFound, both
from shared.states import name_of
from shared.web.paging import page_by_key

_petitions, _own = models.petitions, models.account_petitions


def own_petitions(
    session: Session,
    *,
    page: dict[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """A page of the account's petitions, oldest first, each with its number and how far it is.

    Those that were brought in by the account, with their titles; and without any words those of
    the last year, by whatever channel, whose petitioner gave a name and has the account's number.
    Of the latter none in the secret lane: who has a number now need not be who had it then.
    """
    now = clock.now()
    account = account_of(session, by=by, now=now, resources=resources)
    phone = normal_phone(phone_of(session, account, resources.ring))
    indexes = resources.ring.blind_indexes(phone, kind="phone")
    mine = _petitions.c.petition_id.in_(
        sa.select(_own.c.petition_id).where(_own.c.account_id == account)
    )
    shown = (_petitions.c[name] for name in ("petition_id", "petition_no", "title", "secret"))
    found = page_by_key(
        session,
        sa.select(
            *shown, _petitions.c.registered_at, _petitions.c.erased_at, mine.label("mine"),
            _is_void().label("void"),
        ).where(sa.or_(mine, _by_phone(indexes, since=now - BY_PHONE_WITHIN))),
        by=[_petitions.c.registered_at, _petitions.c.petition_id],
        query=page,
        present=lambda row: dict(row._mapping),
    )  # fmt: skip
    cases = cases_of_each(session, [item["petition_id"] for item in found["items"]])
    items = [_item(item, cases[item["petition_id"]]) for item in found["items"]]
    return {"items": items, "next_cursor": found["next_cursor"]}


def open_own_petition(
    session: Session, *, petition_no: str, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """A token for a petition that the account brought in, as number and code would give it.

    NotFound for any other, one of the same phone too.
    """
    account = account_of(session, by=by, now=clock.now(), resources=resources)
    petition_id = session.scalar(
        sa.select(_own.c.petition_id)
        .join(_petitions, _petitions.c.petition_id == _own.c.petition_id)
        .where(_own.c.account_id == account, _petitions.c.petition_no == petition_no)
    )
    if petition_id is None:
        raise NotFound(both("请用编号和查询码查询。", "Ask with its number and query code."))
    return citizen_token(petition_id, resources)


def _by_phone(indexes: Sequence[bytes], *, since: dt.datetime) -> sa.ColumnElement[bool]:
    persons = models.petitioners
    theirs = sa.select(persons.c.petition_id).where(
        persons.c.phone_index.in_(indexes), persons.c.name.is_not(None)
    )
    return sa.and_(
        _petitions.c.petition_id.in_(theirs),
        _petitions.c.registered_at > since,
        sa.not_(_petitions.c.secret),
        sa.not_(in_a_case(models.cases.c.secret)),
    )


def _is_void() -> sa.ColumnElement[bool]:
    return sa.exists().where(models.voidings.c.petition_id == _petitions.c.petition_id)


def _item(row: Mapping[str, Any], cases: Sequence[sa.Row[Any]]) -> dict[str, Any]:
    secret = row["secret"] or any(case.secret for case in cases)
    state = VOIDED if row["void"] else shown_state(cases, secret=secret)
    return {
        "petition_no": row["petition_no"],
        "title": row["title"] if row["mine"] and row["erased_at"] is None else None,
        "registered_at": row["registered_at"],
        "state": state,
        "state_name": name_of(state),
        "mine": row["mine"],
    }
