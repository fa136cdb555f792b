"""What waits between the services and what failed there: looked at, run again, put away."""

from http import HTTPStatus
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.asking import Answer, get, post
from console.domain.services import AGES, NUMBERS, SERVICES, UNREADABLE
from console.pages.desk import ask, ask_all, refuse
from console.pages.doors import open_to
from console.pages.office.desk import office


@office.get("/dead-events")
@open_to("admin")
def dead_events() -> Any:
    """Every service's numbers, its dead events, and what the city refused."""
    answers = ask_all(
        **_backlogs(),
        refused=get("sync-municipal", "/v1/exchanges", status="refused", limit=50),
    )
    refused = answers.pop("refused")
    dead = [
        one | {"service": service}
        for service, answer in answers.items()
        if answer.ok
        for one in answer.body["dead"]
    ]
    return render_template(
        "office/dead_events.html", **_numbers(answers), dead=dead, refused=refused
    )


@office.get("/dead-events/numbers")
@open_to("admin")
def backlog_numbers() -> Any:
    """The numbers alone, which renew themselves."""
    return render_template("office/backlog.html", **_numbers(ask_all(**_backlogs())))


@office.post("/dead-events/<service>/<int:seq>/<step>")
@open_to("admin")
def settle_dead(service: str, seq: int, step: str) -> Response:
    """Run a dead event again, or put away a body that is none."""
    said = {"reprocess": _("已重新处理，请看结果。"), "discard": _("已丢弃。")}
    if service not in SERVICES or step not in said:
        abort(HTTPStatus.NOT_FOUND)
    path = f"/v1/ops/dead/{seq}/{step}"
    answer = ask(post(service, path, route=f"/v1/ops/dead/{{seq}}/{step}"))
    return _back(answer, said[step])


@office.post("/dead-events/exchanges/<int:exchange_id>/retry")
@open_to("admin")
def retry_exchange(exchange_id: int) -> Response:
    """Push to the city again what it refused."""
    path = f"/v1/exchanges/{exchange_id}/retry"
    answer = ask(post("sync-municipal", path, route="/v1/exchanges/{id}/retry"))
    return _back(answer, _("已重新推送，请看结果。"))


def _back(answer: Answer, done: str) -> Response:
    if answer.ok:
        flash(done, "done")
    elif answer.missing or answer.status == HTTPStatus.CONFLICT:
        flash(_("其他人已经处理过了。"))
    else:
        refuse(answer)
    return redirect(url_for("office.dead_events"))


def _backlogs() -> dict[str, Any]:
    return {service: get(service, "/v1/ops/backlog") for service in SERVICES}


def _numbers(answers: dict[str, Answer]) -> dict[str, Any]:
    return {
        "backlogs": answers,
        "services": SERVICES,
        "numbers": NUMBERS,
        "ages": AGES,
        "unreadable": UNREADABLE,
    }
