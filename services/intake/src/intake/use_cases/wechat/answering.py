"""Answering a follower: once for each message, from the step of the form at which they are.

claim the message -> lock the follower's row -> one turn of the form -> its deed -> keep the answer

All of it is one transaction.
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import wechat as rules
from intake.domain.wechat.form import LOOK_UP, REGISTER, STATUS, Turn
from intake.domain.wechat.said import CLOSES, NOTHING, TEXT, Said
from intake.resources import Resources
from intake.use_cases.wechat.asking import look_up, own_petitions
from intake.use_cases.wechat.followers import Follower, answer_place
from intake.use_cases.wechat.submitting import submit
from shared.clock import Clock
from shared.db import Session, dialect_insert
from shared.pii import KeyRing, Undecryptable
from shared.web.fields import unprintable

Check = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Checks the body of a petition as every channel's is; Invalid names what is wrong."""

_KEPT = dt.timedelta(days=1)
_HOUR = dt.timedelta(hours=1)
_messages, _sessions = models.wechat_messages, models.wechat_sessions


def answer_message(
    session: Session,
    *,
    account: str,
    key: str,
    openid: str,
    said: Said,
    check: Check,
    clock: Clock,
    resources: Resources,
) -> str | None:
    """What a follower is answered; the same message again gets the same answer and does nothing.

    None where nothing is to be said. `key` tells the message from all others of the account.
    """
    now, ring = clock.now(), resources.ring
    digests = ring.blind_indexes(f"{account}/{key}", kind="wechat-message")
    claim = dialect_insert(session, _messages).on_conflict_do_nothing()
    mine = (_messages.c.account == account, _messages.c.digest.in_(digests))
    known = session.execute(sa.select(_messages).where(*mine)).first()
    if known is None:
        claimed = {"account": account, "digest": digests[0], "at": now}
        if session.scalar(claim.returning(_messages.c.digest), claimed) is None:
            known = session.execute(sa.select(_messages).where(*mine)).one()
    if known is not None:
        place = answer_place(known.account, known.digest)
        return ring.decrypt(known.answer, place=place) if known.answer else None
    follower = Follower(account=account, openid=openid)
    answer = _answer(session, follower, said, check=check, clock=clock, resources=resources)
    if answer is not None:
        answer = rules.cut(answer)
        sealed = ring.encrypt(answer, place=answer_place(account, digests[0]))
        session.execute(sa.update(_messages).where(*mine).values(answer=sealed))
    return answer


def _answer(
    session: Session,
    follower: Follower,
    said: Said,
    *,
    check: Check,
    clock: Clock,
    resources: Resources,
) -> str | None:
    wechat, ring, now = resources.wechat, resources.ring, clock.now()
    row = follower.row(session, now=now, ring=ring)
    begins = row.hour <= now - _HOUR
    kept: dict[str, Any] = {
        "hour": now if begins else row.hour,
        "messages": 1 if begins else row.messages + 1,
    }
    this = sa.update(_sessions).where(_sessions.c.session_id == row.session_id)
    if kept["messages"] > wechat.hourly and said.kind != CLOSES:
        session.execute(this.values(kept))
        return None if said.kind == NOTHING else wechat.form.say("too_many")
    draft = _open_draft(row, now=now, ring=ring)
    step = row.step if draft is not None else None
    expired = row.step is not None and draft is None
    turn = _turn(step, draft or {}, said, expired=expired, resources=resources)
    if turn.step is not None and "reference" not in turn.draft:
        turn = replace(turn, draft=turn.draft | {"reference": str(uuid.uuid4())})
    if turn.deed == REGISTER:
        turn = submit(session, follower, turn.draft, check=check, clock=clock, resources=resources)
    elif turn.deed == STATUS:
        answer = own_petitions(session, follower, clock=clock, resources=resources)
        turn = replace(turn, answer=answer)
    elif turn.deed == LOOK_UP:
        answer = look_up(session, turn.asked, clock=clock, resources=resources)
        turn = replace(turn, answer=answer)
    kept |= {"step": turn.step, "draft": None, "expires_at": None}
    if turn.step is not None:
        sealed = ring.encrypt(json.dumps(turn.draft), place=f"{row.session_id}/draft")
        kept |= {"draft": sealed, "expires_at": now + wechat.lasts}
    session.execute(this.values(kept))
    return turn.answer


def _open_draft(row: sa.Row[Any], *, now: dt.datetime, ring: KeyRing) -> dict[str, Any] | None:
    """What the follower has said so far; None where no form is open, or not any more."""
    if row.step is None or row.expires_at <= now:
        return None
    try:
        draft: dict[str, Any] = json.loads(ring.decrypt(row.draft, place=f"{row.session_id}/draft"))
    except Undecryptable:
        # Its key is gone: they begin again, instead of never being answered.
        return None
    return draft


def _turn(
    step: str | None, draft: dict[str, Any], said: Said, *, expired: bool, resources: Resources
) -> Turn:
    form = resources.wechat.form
    if unprintable(said.text, lines=True):
        return Turn(step, draft, form.say("unprintable"))
    turn = form.turn(step, draft, said)
    if expired and said.kind == TEXT and turn.step is None and turn.deed is None:
        return replace(turn, answer=form.say("expired"))
    return turn


def forget_wechat(session: Session, *, clock: Clock) -> None:
    """Forget what is over: forms that were not gone on with, answers to messages of days ago."""
    now = clock.now()
    session.execute(sa.delete(_messages).where(_messages.c.at <= now - _KEPT))
    open_still = sa.and_(_sessions.c.step.is_not(None), _sessions.c.expires_at > now)
    session.execute(
        sa.delete(_sessions).where(_sessions.c.hour <= now - _HOUR, sa.not_(open_still))
    )
