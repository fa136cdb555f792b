"""My work: what waits for whoever is signed in, by due time, and what waits elsewhere."""

from typing import Any

from flask import g, render_template, request

from console.asking import Answer, Ask, get
from console.domain import waiting
from console.domain.waiting import (
    COUNTED,
    RECEPTION,
    RECEPTION_ROLES,
    WAITING,
    WITH_CASES,
    Counted,
)
from console.pages.desk import ask, ask_all, desk, needed
from console.pages.office.desk import office
from shared.clock import office_day


@office.get("")
def my_work() -> Any:
    """The reasons with their counts, the list of one of them, and what waits elsewhere."""
    reasons, elsewhere = _waiting()
    chosen = request.args.get("reason") or next(
        (one["reason"] for one in reasons if one["count"]), None
    )
    known = {one["reason"] for one in reasons}
    cursor = request.args.get("cursor")
    listed = (
        ask(get("routing", "/v1/my-work", reason=chosen, cursor=cursor, limit=25))
        if chosen in known
        else None
    )
    return render_template(
        "office/work.html", reasons=reasons, chosen=chosen, listed=listed, elsewhere=elsewhere
    )


@office.get("/waiting")
def waiting_now() -> Any:
    """The counts alone, as my work renews them while nobody touches it."""
    reasons, elsewhere = _waiting()
    chosen = request.args.get("reason")
    return render_template(
        "office/waiting.html",
        reasons=reasons,
        elsewhere=elsewhere,
        chosen=chosen,
        changed=any(
            one["reason"] == chosen and one["shown"] != request.args.get("listed")
            for one in reasons
        ),
    )


def _waiting() -> tuple[list[dict[str, Any]], list[Counted]]:
    """The reasons of routing, and the counts of the lists that this member may deal with."""
    asks: dict[str, Ask | None] = {
        one.name: get(one.service, one.path, limit=COUNTED, **one.params)
        for one in WAITING
        if g.member.has(*one.roles)
    }
    asks["cases"] = get("routing", "/v1/my-work") if g.member.has(*WITH_CASES) else None
    asks["reception"] = _reception() if g.member.has(*RECEPTION_ROLES) else None
    answers = ask_all(**asks)
    reasons = needed(answers["cases"])["reasons"] if "cases" in answers else []
    found = [
        Counted(one.name, one.title, one.icon, one.page, _shown(answers[one.name]))
        for one in WAITING
        if one.name in answers
    ]
    if "reception" in answers:
        queueing = _queueing(answers["reception"])
        found.insert(0, Counted(*RECEPTION, queueing))
    return reasons, found


def _shown(answer: Answer) -> str | None:
    more = answer.next_cursor is not None
    return waiting.shown(len(answer.items), more=more) if answer.ok else None


def _reception() -> Ask:
    today = office_day(desk().app.clock.now()).isoformat()
    return get("intake", "/v1/reception/counts", since=today, until=today)


def _queueing(answer: Answer) -> str | None:
    return str(sum(one["waiting"] for one in answer.items)) if answer.ok else None
