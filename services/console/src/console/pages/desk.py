"""What every page works with: the services, and whoever looks at the page."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from flask import Response, abort, current_app, g, request, session
from flask_babel import get_locale

from console import use_cases
from console.asking import Answer, Ask, Services
from console.asking.services import NAMES, File
from shared.auth import WHOLE_DISTRICT

if TYPE_CHECKING:
    from shared.service import App


_NAMES_KNOWN = dt.timedelta(minutes=1)
"""Another process may have learnt a name meanwhile."""


@dataclass(frozen=True)
class Member:
    """A member of staff who is signed in."""

    account: str
    name: str
    roles: frozenset[str]
    unit: str | None
    unit_name: str
    scope: frozenset[str]
    token: str

    def has(self, *roles: str) -> bool:
        return bool(self.roles & set(roles))

    @property
    def of_the_bureau(self) -> bool:
        return WHOLE_DISTRICT in self.scope


class Desk:
    """The console in this process: its settings, its sessions, the services."""

    def __init__(self, app: "App") -> None:
        self.app = app
        self._names: dict[str, str] = {}
        self._names_until: dt.datetime | None = None

    @cached_property
    def services(self) -> Services:
        """The services; looked up at the first request, when their applications exist."""
        settings = self.app.settings
        urls = {name: getattr(settings, f"{name.replace('-', '_')}_url") for name in NAMES}
        return Services(
            urls={name: url for name, url in urls.items() if url},
            here=self.app.neighbours,
            seconds=settings.ask_seconds,
            tracer=self.app.tracer,
            metrics=self.app.metrics,
        )

    def open(self, kind: str, holds: dict[str, Any], *, lasts: dt.timedelta | None = None) -> None:
        """Open a session of this browser; one that it had of this kind ends."""
        now, most = self.app.clock.now(), self.app.resources.lasts
        self.end(kind)
        with self.app.db.write() as writing:
            session[kind] = use_cases.open_session(
                writing,
                kind=kind,
                holds=holds,
                now=now,
                ends_at=now + min(most, lasts or most),
                idle=self.app.resources.idle,
            )

    def found(self, kind: str) -> use_cases.Kept | None:
        """This browser's session of a kind, None where it has none or it has ended."""
        key = session.get(kind)
        if not isinstance(key, str):
            return None
        now = self.app.clock.now()
        with self.app.db.read() as reading:
            kept, to_note = use_cases.find_session(
                reading, kind=kind, key=key, now=now, idle=self.app.resources.idle
            )
        if kept is not None and to_note and not g.get("unattended"):
            with self.app.db.write() as writing:
                use_cases.note_seen(writing, key=key, now=now)
        return kept

    def remember(self, account: str, name: str) -> None:
        """How somebody who signs in is called."""
        if self.name_of(account) != name:
            with self.app.db.write() as writing:
                use_cases.remember_name(writing, account=account, name=name)
            self._names_until = None

    def name_of(self, account: str) -> str:
        """How an account's person is called; the account where nobody has said."""
        return self._known().get(account, account)

    def accounts_of(self, called: str) -> list[str]:
        """The accounts of all who are called so; the account itself where that is one."""
        named = [account for account, name in self._known().items() if name == called]
        return [called, *named]

    def _known(self) -> dict[str, str]:
        now = self.app.clock.now()
        if self._names_until is None or now >= self._names_until:
            with self.app.db.read() as reading:
                self._names = use_cases.known_names(reading)
            self._names_until = now + _NAMES_KNOWN
        return self._names

    def end(self, kind: str) -> None:
        """End this browser's session of a kind."""
        key = session.pop(kind, None)
        if isinstance(key, str):
            with self.app.db.write() as writing:
                use_cases.end_session(writing, key=key)


def desk() -> Desk:
    """The console that this request came to."""
    found: Desk = current_app.extensions["desk"]
    return found


def language() -> str:
    """What services are asked to answer in."""
    return "en" if str(get_locale()).startswith("en") else "zh-CN"


def ask(one: Ask) -> Answer:
    """A service's answer, asked with the right of whoever looks at the page."""
    answer = desk().services.ask(
        one, token=g.get("token"), language=language(), address=request.remote_addr
    )
    return _still_signed_in(answer)


def ask_all(**asks: Ask | None) -> dict[str, Answer]:
    """Answers by name, asked at the same time; those for which there is nothing to ask are left
    out."""
    wanted = {name: one for name, one in asks.items() if one is not None}
    if not wanted:
        return {}
    answers = desk().services.ask_all(
        wanted, token=g.get("token"), language=language(), address=request.remote_addr
    )
    for answer in answers.values():
        _still_signed_in(answer)
    return answers


def needed(answer: Answer) -> Any:
    """The body without which there is no page; the page that says why there is none."""
    if not answer.ok:
        refuse(answer)
    return answer.body


def refuse(answer: Answer) -> NoReturn:
    """End the request with the page for this answer."""
    g.refused = answer
    if answer.away:
        abort(503)
    abort(answer.status if answer.status in (403, 404) else 400)  # noqa: PLR2004


def send_file(one: Ask, *, inline: bool = False) -> Response:
    """A service's file, handed on piece by piece as it comes."""
    file = _file(one)
    if not file.answer.ok:
        refuse(_still_signed_in(file.answer))
    response = Response(_pieces(file.pieces()))
    for name in ("Content-Type", "Content-Length", "Content-Disposition"):
        if name in file.answer.headers:
            response.headers[name] = file.answer.headers[name]
    if inline:
        response.headers["Content-Disposition"] = "inline"
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; "
            "frame-ancestors 'self'"
        )
    return response


def read_text(one: Ask) -> str:
    """A service's file that is text; empty where there is none."""
    file = _file(one)
    _still_signed_in(file.answer)
    return b"".join(file.pieces()).decode() if file.answer.ok else ""


def _file(one: Ask) -> File:
    return desk().services.file(
        one, token=g.get("token"), language=language(), address=request.remote_addr
    )


def _pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield from pieces


def _still_signed_in(answer: Answer) -> Answer:
    """The answer; the sign-in page where the token is no longer taken."""
    if answer.unauthorised and g.get("token"):
        abort(401)
    return answer


def ask_text(one: Ask) -> Answer:
    """A service's answer whose body is a text, such as a page."""
    file = _file(one)
    if not file.answer.ok:
        return _still_signed_in(file.answer)
    text = b"".join(file.pieces()).decode("utf-8", "replace")
    return replace(file.answer, body=text)
