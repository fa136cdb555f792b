"""The blueprint of the staff pages; all but signing in are for who is signed in."""

from typing import Any

from flask import Blueprint, abort, g, make_response, request
from werkzeug.wrappers import Response

from console.pages.doors import let_staff_in, open_to

office = Blueprint("office", __name__)
_FILES = frozenset({"office.add_scan", "office.attach", "office.upload_scan"})
_FORM_BYTES_MOST, _FILE_BYTES_MOST = 2 * 1024 * 1024, 64 * 1024 * 1024
"""More than any installation takes; how much it is, the service says."""
_OPEN = frozenset({"office.sign_in", "office.sign_in_locally", "office.at_provider", "office.back"})


@office.url_value_preprocessor
def let_words_and_files_in(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A letter that is too long comes back with its length said, so it comes in; forms with a file
    may be larger. This comes before anything reads the form."""
    request.max_form_memory_size = _FORM_BYTES_MOST
    request.max_content_length = (
        _FILE_BYTES_MOST if request.endpoint in _FILES else _FORM_BYTES_MOST
    )


@office.before_request
def let_in() -> Response | None:
    """Nobody sees a page of staff without a session."""
    return None if request.endpoint in _OPEN else let_staff_in()


@office.get("/<path:_address>")
@open_to()
def nowhere(_address: str) -> Response:
    """An address that no page has; staff read so beside their menu, not on the citizens' pages."""
    abort(404)


def me() -> str:
    """The account of whoever is signed in, as services name it."""
    account: str = g.member.account
    return account


def me_has(*roles: str) -> bool:
    """Whether whoever is signed in has one of these roles."""
    has: bool = g.member.has(*roles)
    return has


def to_print(page: str) -> Response:
    """A page that a service made for printing, with its own style and nothing else."""
    response = make_response(page)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def uploaded() -> dict[str, Any]:
    """The file that was sent with a form, as a service takes it."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return {"file": ("", b"", "application/octet-stream")}
    return {"file": (file.filename, file.stream, file.mimetype)}
