"""How far a follower's petitions have come, told in the conversation."""

import datetime as dt
from http import HTTPStatus

from intake.resources import Resources
from intake.use_cases.following import check_code, progress_of
from intake.use_cases.wechat.followers import Follower
from shared.clock import Clock, long_day, office_day
from shared.db import Session
from shared.errors import Refused

_SHOWN = 5
_STAGES = 3


def own_petitions(
    session: Session, follower: Follower, *, clock: Clock, resources: Resources
) -> str:
    """The newest of the petitions that the follower brought in under a name, and their states."""
    form = resources.wechat.form
    items = []
    for row in follower.petitions(session, most=_SHOWN, ring=resources.ring):
        found = progress_of(
            session, petition_no=row.petition_no, petition_id=row.petition_id, clock=clock
        )
        day = _day(found["stages"][-1]["at"])
        items.append(f"{row.petition_no} {found['state_name']}（{day}）")
    return form.say("found", items="\n".join(items)) if items else form.say("none_found")


def look_up(session: Session, asked: tuple[str, str], *, clock: Clock, resources: Resources) -> str:
    """How far a petition has come, for who knows its code; wrong tries are counted and held
    back as they are everywhere."""
    form, (number, code) = resources.wechat.form, asked
    if not code:
        return form.say("wrong_code")
    try:
        petition_id = check_code(
            session, petition_no=number, query_code=code, clock=clock, resources=resources
        )
    except Refused as refusal:
        held_back = refusal.status == HTTPStatus.TOO_MANY_REQUESTS
        return form.say("too_many_codes" if held_back else "wrong_code")
    found = progress_of(session, petition_no=number, petition_id=petition_id, clock=clock)
    stages = [f"{_day(one['at'])} {one['text']}" for one in found["stages"][-_STAGES:]]
    return form.say("progress", number=number, state=found["state_name"], stages="\n".join(stages))


def _day(at: dt.datetime) -> str:
    return long_day(office_day(at))
