"""The calendar of working days: its years, and a year's notice imported after a trial."""

from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, put
from console.domain.faults import faults
from console.domain.notices import as_read, as_sent, months, reason_in_words
from console.pages.desk import ask, needed
from console.pages.doors import open_to
from console.pages.office.desk import office
from console.pages.office.uploads import sent_text


@office.get("/calendar")
@open_to("admin", "leader", "supervisor", "auditor")
def calendar() -> Any:
    """The years that clocks are computed with, and which of them are provisional."""
    return render_template("office/calendar.html", years=ask(get("routing", "/v1/calendar")))


@office.get("/calendar/<int:year>")
@open_to("admin", "leader", "supervisor", "auditor")
def calendar_year(year: int) -> Any:
    """A year's days, and the form for its notice."""
    return _page(year)


@office.get("/calendar/<int:year>/recount")
@open_to("admin", "leader", "supervisor", "auditor")
def recount(year: int) -> Any:
    """How far clocks are counted again; renewed until all are."""
    found = needed(ask(_year(year)))
    return render_template("office/recount.html", recount=found["recount"], year=year)


@office.post("/calendar/<int:year>")
@open_to("admin")
def import_notice(year: int) -> Any:
    """Say what a notice would move; import it only once that was shown."""
    text, unread = sent_text("file", "csv")
    if unread:
        return _page(year, text, wrong=unread), HTTPStatus.UNPROCESSABLE_ENTITY
    tried = "import" not in request.form
    body = {
        "csv": as_sent(text),
        "full": "full" in request.form,
        "source": request.form.get("source", "").strip() or None,
        "dry_run": tried,
    }
    answer = ask(put("routing", f"/v1/calendar/{year}", body, route="/v1/calendar/{year}"))
    if answer.ok and not tried:
        flash(_("已导入%(year)s年放假安排，未办结事项的期限正在重新计算。", year=year), "done")
        return redirect(url_for("office.calendar_year", year=year))
    return _page(year, text, answer=answer), HTTPStatus.OK if answer.ok else (answer.status or 503)


def _year(year: int) -> Any:
    return get("routing", f"/v1/calendar/{year}", route="/v1/calendar/{year}")


def _page(year: int, text: str = "", *, answer: Answer | None = None, wrong: str = "") -> str:
    found = needed(ask(_year(year)))
    refused = answer if answer is not None and not answer.ok else None
    reasons = refused.errors if refused else {}
    errors = {field: reason_in_words(reason) for field, reason in reasons.items()}
    return render_template(
        "office/calendar_year.html",
        found=found,
        months=months(year, found["days"]),
        text=text or as_read(found["csv"]),
        trial=answer.body if answer is not None and answer.ok else None,
        sent=request.form,
        refused=refused,
        faults=faults(errors, text),
        wrong=wrong,
    )
