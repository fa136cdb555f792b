"""Open311 GeoReport v2: apps with a key post requests, anybody follows them by number."""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import open311
from intake.domain.progress import public_state
from intake.domain.registration import PURPOSES
from intake.resources import Resources
from intake.use_cases.registering import register
from shared.auth import CHANNEL_PREFIX, Principal
from shared.clock import Clock
from shared.db import Session, dialect_insert
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refused, both
from shared.states import name_of

SAME_WITHIN = dt.timedelta(minutes=10)
"""Within it the same words from the same app are one request, posted again."""
_HOUR = dt.timedelta(hours=1)
_KEY_BYTES = 32
_keys, _posts = models.open311_keys, models.open311_posts


def make_key(session: Session, *, name: str, channel: str, rate: int, clock: Clock) -> str:
    """A new key for an app, told this once; Conflict for a name that is taken, Invalid for a
    channel that there is none."""
    known = sa.select(models.channels.c.code).where(models.channels.c.code == channel)
    if session.scalar(known) is None:
        raise Invalid({"channel": both("没有这个渠道。", "There is no such channel.")})
    key, now = secrets.token_urlsafe(_KEY_BYTES), clock.now()
    row = {
        "name": name,
        "digest": _digest(key),
        "channel": channel,
        "rate": rate,
        "made_at": now,
        "hour": now,
        "posts": 0,
    }
    insert = dialect_insert(session, _keys).on_conflict_do_nothing().returning(_keys.c.name)
    if session.scalar(insert, row) is None:
        raise Conflict(both("已有这个名称的密钥。", "There is a key of that name."))
    return key


def revoke_key(session: Session, *, name: str, clock: Clock) -> None:
    """Take no more posts by a key; NotFound where there is none of the name."""
    revoked = sa.update(_keys).where(_keys.c.name == name, _keys.c.revoked_at.is_(None))
    changed = session.execute(revoked.values(revoked_at=clock.now()).returning(_keys.c.name))
    if changed.first() is None:
        raise NotFound()


def list_keys(session: Session) -> Sequence[Any]:
    """All keys by name, without what they are."""
    shown = (_keys.c.name, _keys.c.channel, _keys.c.rate, _keys.c.made_at, _keys.c.revoked_at)
    return session.execute(sa.select(*shown).order_by(_keys.c.name)).all()


def post_request(
    session: Session,
    *,
    form: Mapping[str, Any],
    petition: Mapping[str, Any],
    key: sa.Row[Any],
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Register a request, or answer as before where the app posted the same a moment ago."""
    now = clock.now()
    said = json.dumps({**form, "api_key": None}, sort_keys=True, ensure_ascii=False)
    digest = resources.ring.blind_index(said, kind="open311")
    session.execute(sa.delete(_posts).where(_posts.c.posted_at <= now - SAME_WITHIN))
    claimed = {"name": key.name, "digest": digest, "posted_at": now}
    claim = dialect_insert(session, _posts).on_conflict_do_nothing().returning(_posts.c.name)
    mine = (_posts.c.name == key.name, _posts.c.digest == digest)
    place = f"open311/{key.name}/{digest.hex()}"
    if session.scalar(claim, claimed) is None:
        known = session.execute(sa.select(_posts).where(*mine)).one()
        return _posted(known.petition_no, resources.ring.decrypt(known.query_code, place=place))
    reference = {"system": open311.SYSTEM, "id": f"{key.name}/{digest.hex()}/{now.isoformat()}"}
    receipt = register(
        session,
        petition={**petition, "external_ref": reference},
        by=Principal(sub=f"open311:{key.name}", roles=frozenset({CHANNEL_PREFIX + key.channel})),
        clock=clock,
        resources=resources,
    )
    code = receipt["query_code"]
    sealed = resources.ring.encrypt(code, place=place)
    kept = {"petition_no": receipt["petition_no"], "query_code": sealed}
    session.execute(sa.update(_posts).where(*mine).values(kept))
    return _posted(receipt["petition_no"], code)


def check_key(session: Session, *, api_key: str, clock: Clock) -> sa.Row[Any]:
    """The app that a key is of, this post counted; Forbidden for none, 429 for too many."""
    now = clock.now()
    known = (_keys.c.digest == _digest(api_key), _keys.c.revoked_at.is_(None))
    begins_anew = _keys.c.hour <= now - _HOUR
    key = session.execute(
        sa.update(_keys)
        .where(*known)
        .values(
            hour=sa.case((begins_anew, now), else_=_keys.c.hour),
            posts=sa.case((begins_anew, 1), else_=_keys.c.posts + 1),
        )
        .returning(_keys.c.name, _keys.c.channel, _keys.c.rate, _keys.c.hour, _keys.c.posts)
    ).first()
    if key is None:
        raise Forbidden(both("api_key无效。", "The api_key is not valid."))
    if key.posts > key.rate:
        wait = max(1, int((key.hour + _HOUR - now).total_seconds()))
        raise Refused(
            both("该应用提交过多，请稍后再试。", "This app has posted too much; try again later."),
            status=429,
            code="too_many_requests",
            headers={"Retry-After": str(wait)},
        )
    return key


def find_requests(session: Session, *, asked: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    """How far requests have come, newest first: of 90 days, and 1,000 at most."""
    codes, statuses = _listed(asked["service_code"]), _listed(asked["status"])
    if set(statuses) - {"open", "closed"}:
        raise Invalid({"status": both("应为open或closed。", "Must be open or closed.")})
    since, until = _span(asked["start_date"], asked["end_date"], now=clock.now())
    table = models.petitions
    where = [table.c.registered_at >= since, table.c.registered_at <= until]
    if numbers := _listed(asked["service_request_id"])[: open311.REQUESTS_MOST]:
        where = [table.c.petition_no.in_(numbers)]
    else:
        if codes:
            where.append(table.c.purpose.in_(codes))
        if len(set(statuses)) == 1:
            finished = _finished()
            where.append(finished if statuses[0] == "closed" else sa.not_(finished))
    return {"service_requests": _requests(session, where)}


def find_request(session: Session, *, number: str) -> dict[str, Any]:
    """How far one request has come; NotFound for what is none, or not published."""
    found = _requests(session, [models.petitions.c.petition_no == number])
    if not found:
        raise NotFound(both("没有这个编号的请求。", "There is no request of that id."))
    return {"service_requests": found}


def _requests(session: Session, where: Sequence[sa.ColumnElement[bool]]) -> list[dict[str, Any]]:
    table, cases, access = models.petitions, models.cases, models.case_access
    found = session.execute(
        sa.select(table.c.petition_id, table.c.petition_no, table.c.purpose, table.c.registered_at)
        .where(
            table.c.channel.in_(sa.select(_keys.c.channel)),
            table.c.external_system == open311.SYSTEM,
            sa.not_(table.c.secret),
            sa.not_(_of_cases(cases.c.secret)),
            *where,
        )
        .order_by(table.c.registered_at.desc(), table.c.petition_no.desc())
        .limit(open311.REQUESTS_MOST)
    ).all()
    of_each: dict[str, list[Any]] = {row.petition_id: [] for row in found}
    for case in session.execute(
        sa.select(access.c.petition_id, cases.c.state, cases.c.state_at)
        .join(cases, cases.c.case_id == access.c.case_id)
        .where(access.c.petition_id.in_(list(of_each)))
        .order_by(cases.c.state_at)
    ):
        of_each[case.petition_id].append(case)
    return [_request(row, of_each[row.petition_id]) for row in found]


def _request(row: Any, cases: Sequence[Any]) -> dict[str, Any]:
    going_on = [case for case in cases if case.state != "merged"]
    closed = bool(going_on) and all(case.state in open311.FINISHED for case in going_on)
    newest = (going_on or cases or [None])[-1]
    state = public_state(newest.state, secret=False) if newest else "registered"
    return {
        "service_request_id": row.petition_no,
        "status": "closed" if closed else "open",
        "status_notes": name_of(state),
        "service_name": PURPOSES[row.purpose],
        "service_code": row.purpose,
        "requested_datetime": row.registered_at,
        "updated_datetime": newest.state_at if newest else row.registered_at,
    }


def _finished() -> sa.ColumnElement[bool]:
    """That each case of a petition, but those merged into another, has come to its end."""
    state = models.cases.c.state
    under_way = state.not_in({*open311.FINISHED, "merged"})
    return sa.and_(_of_cases(state.in_(open311.FINISHED)), sa.not_(_of_cases(under_way)))


def _of_cases(holds: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """That something holds of one of a petition's cases."""
    cases, access = models.cases, models.case_access
    return sa.exists().where(
        access.c.petition_id == models.petitions.c.petition_id,
        cases.c.case_id == access.c.case_id,
        holds,
    )


def _span(
    start: dt.datetime | None, end: dt.datetime | None, *, now: dt.datetime
) -> tuple[dt.datetime, dt.datetime]:
    """The time that a list covers: 90 days from its start, else up to its end, else up to now."""
    if start and end and end < start:
        raise Invalid({"end_date": both("不能早于start_date。", "Not before start_date.")})
    if start is None:
        end = end or now
        return end - open311.SPAN, end
    return start, min(end or start + open311.SPAN, start + open311.SPAN)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _posted(number: str, code: str) -> dict[str, Any]:
    posted = {
        "service_request_id": number,
        "service_notice": open311.notice(code),
        "account_id": None,
    }
    return {"service_requests": [posted]}


def _digest(key: str) -> bytes:
    """What is kept of a key; it is random and long, so that nobody finds it by trying."""
    return hashlib.sha256(key.encode()).digest()
