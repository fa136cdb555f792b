"""The leader's page, made for the phone: today's numbers, and the cases behind each of them."""

import datetime as dt
from typing import Any

from flask import g, render_template

from console.asking import Ask, get
from console.domain import today as tables
from console.domain.case_filters import for_routing
from console.domain.today import Number
from console.pages.desk import ask_all, desk
from console.pages.doors import open_to
from console.pages.office.coordination_forms import usual_instruction
from console.pages.office.desk import office
from shared.clock import office_day

_SHOWN = 5


@office.get("/today")
@open_to("leader", "supervisor")
def today() -> Any:
    """Numbers, charts and the cases that need a leader, each from the service that knows it."""
    day = office_day(desk().app.clock.now())
    numbers, stages = tables.numbers(day), tables.stages()
    counts = {one.name: _count(one) for one in (*numbers, *stages)}
    answers = ask_all(
        **counts,
        urgent=get("routing", "/v1/cases", overdue="true", sort="due", limit=_SHOWN),
        units=get("supervision", "/v1/overdue/units"),
        ratings=get("satisfaction", "/v1/units/counts", since=tables.rated_since(day).isoformat()),
        names=get("routing", "/v1/units"),
        channels=_channels(day),
        waiting=get("routing", "/v1/opinions/waiting", limit=100)
        if g.member.has("leader")
        else None,
        instructions=get("routing", "/v1/instructions", state="given", limit=100),
    )
    names = {one["code"]: one["name"] for one in answers["names"].items}
    return render_template(
        "office/today.html",
        day=day,
        numbers=[(one, answers[one.name]) for one in numbers],
        stages=[(one, answers[one.name]) for one in stages],
        rated=tables.rated(answers["ratings"].items, names=names),
        usual=usual_instruction(),
        **{
            name: answers.get(name)
            for name in ("urgent", "units", "ratings", "channels", "waiting", "instructions")
        },
    )


def _count(one: Number) -> Ask:
    filters = {name: value for name, value in one.filters.items() if name != "sort"}
    return get("routing", "/v1/cases/count", **for_routing(filters))


def _channels(day: dt.date) -> Ask:
    since = (day - dt.timedelta(days=6)).isoformat()
    return get("intake", "/v1/channels/counts", since=since, until=day.isoformat())
