"""How values look on pages: days, times, lights, and what every template knows."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask_babel import format_date, get_locale
from flask_babel import gettext as _

from console.domain import case_words, menus, roles
from console.domain.laws import cited
from console.domain.lights import LIGHTS
from console.domain.services import SERVICES
from console.pages.desk import desk
from shared.clock import OFFICE_TZ, office_day

if TYPE_CHECKING:
    from shared.service import App

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
)


def register(flask: Flask, app: "App") -> None:
    """Add filters, what templates know, and the headers of every page."""

    def since_now(value: str | None) -> int:
        return days_since(value, app.clock.now())

    flask.jinja_env.filters |= {
        "day": day,
        "moment": moment,
        "last_day": last_day,
        "long_day": long_day,
        "long_moment": long_moment,
        "sentences": sentences,
        "days_since": since_now,
        "law": cited,
        "listed": listed,
        "person": person,
        "translated": translated,
        "names_by_code": names_by_code,
    }
    flask.jinja_env.globals |= {
        "lights": LIGHTS,
        "case_words": case_words,
        "audit_readers": menus.AUDIT,
        "new_key": lambda: str(uuid.uuid4()),
    }

    @flask.context_processor
    def known() -> dict[str, Any]:
        member = g.get("member")
        return {
            "office_name": app.settings.office_name,
            "district_name": app.settings.district_name,
            "member": member,
            "role_names": roles.NAMES,
            "menu": menus.of(member.roles) if member else [],
            "english": str(get_locale()).startswith("en"),
            "today": office_day(app.clock.now()),
        }

    # Signing out is a form that leads on to the provider.
    provider = urlsplit(app.settings.oidc_issuer)
    there = f" {provider.scheme}://{provider.netloc}" if provider.netloc else ""
    policy = f"{_POLICY}; form-action 'self'{there}"

    @flask.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Frame-Options", "SAMEORIGIN")
        if response.mimetype == "text/html" and not request.path.startswith("/static"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def day(value: str | dt.date | dt.datetime | None) -> str:
    """The office's day of a time or a day, as 2026-03-02; empty for none."""
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, dt.datetime):
        value = office_day(value)
    return value.isoformat() if value else ""


def moment(value: str | dt.datetime | None) -> str:
    """A time as the office's clocks show it, 2026-03-02 09:30; empty for none."""
    if isinstance(value, str):
        parsed = _parsed(value)
        value = parsed if isinstance(parsed, dt.datetime) else None
    return value.astimezone(OFFICE_TZ).strftime("%Y-%m-%d %H:%M") if value else ""


def long_day(value: str | dt.date | dt.datetime | None) -> str:
    """The same day as a sentence says it, 2026年3月2日; empty for none."""
    shown = day(value)
    return format_date(dt.date.fromisoformat(shown), "long") if shown else ""


def long_moment(value: str | dt.datetime | None) -> str:
    """The same time as a sentence says it, 2026年3月2日 09:30; empty for none."""
    shown = moment(value)
    return f"{long_day(value)} {shown.rpartition(' ')[2]}" if shown else ""


def last_day(value: str | None) -> str:
    """The last day of a period whose end is the beginning of the day after it."""
    parsed = _parsed(value) if value else None
    if not isinstance(parsed, dt.datetime):
        return ""
    return office_day(parsed - dt.timedelta(microseconds=1)).isoformat()


def days_since(value: str | None, now: dt.datetime) -> int:
    """How many of the office's days have passed since a time; negative for one to come."""
    parsed = _parsed(value) if value else None
    if parsed is None:
        return 0
    then = office_day(parsed) if isinstance(parsed, dt.datetime) else parsed
    return (office_day(now) - then).days


def translated(text: str | None) -> str:
    """A text of a table in the reader's language, or as it is; empty for none."""
    return _(text) if text else ""


def person(account: str | None) -> str:
    """How whoever has this account is called, a service the system; the account where nobody has
    said."""
    if account in SERVICES:
        return _("系统")
    return desk().name_of(account) if account else ""


def listed(names: Iterable[object]) -> str:
    """Names one after another, as the reader's language separates them."""
    return _("、").join(str(name) for name in names)


def sentences(said: Iterable[str]) -> str:
    """Sentences one after another, those that say nothing left out; Chinese has no gap between."""
    between = " " if str(get_locale()).startswith("en") else ""
    return between.join(one for one in said if one)


def names_by_code(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Names of units or categories by their codes."""
    return {row["code"]: row["name"] for row in rows}


def _parsed(text: str) -> dt.date | dt.datetime | None:
    try:
        if len(text) == len("2026-03-02"):
            return dt.date.fromisoformat(text)
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
