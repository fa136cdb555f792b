"""Style sheets, scripts and pictures: our own, and those that `python -m console assets` copied."""

import hashlib
import re
from functools import cache
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, request, send_from_directory, url_for
from flask_compress import Compress

FOLDER = Path(__file__).parent.parent / "static"
_PACKAGE = FOLDER.parent
_ALL_ICONS = FOLDER / "vendor" / "bootstrap-icons.svg"
_SYMBOL = re.compile(r'<symbol[^>]* id="([a-z0-9-]+)".*?</symbol>', re.S)
_QUOTED = re.compile(r"[\"']([a-z0-9-]+)[\"']")
_FOREVER = "public, max-age=31536000, immutable"


def register(flask: Flask) -> None:
    """Serve them, for ever where the address says which edition is meant."""
    # Pages hold what is private beside what anybody may have sent, so they are not compressed.
    flask.config["COMPRESS_MIMETYPES"] = [
        *("text/css", "text/javascript", "application/javascript"),
        *("application/manifest+json", "image/svg+xml"),
    ]
    Compress(flask)

    @flask.get("/static/<path:name>")
    def static(name: str) -> Response:
        response = send_from_directory(FOLDER, name, conditional=True)
        if response.status_code == HTTPStatus.OK:
            # Read here: compressing a stream leaves its file open, and knows no gzip.
            response.direct_passthrough = False
            response.make_sequence()
        if request.args.get("v") == edition(name):
            response.headers["Cache-Control"] = _FOREVER
        return response

    @flask.get("/static/icons.svg")
    def icons() -> Response:
        response = Response(used_icons(), content_type="image/svg+xml")
        response.headers["Cache-Control"] = _FOREVER
        return response

    @flask.template_global()
    def icon_sheet() -> str:
        """The address of the icons in their present edition."""
        digest = hashlib.sha256(used_icons().encode()).hexdigest()[:12]
        return url_for("icons", v=digest)

    @flask.template_global()
    def asset(name: str) -> str:
        """The address of a static file in its present edition."""
        return url_for("static", name=name, v=edition(name))


@cache
def edition(name: str) -> str:
    """The digest of a static file, cut short; empty where there is none."""
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER) or not path.is_file():
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@cache
def used_icons() -> str:
    """The sheet of those icons whose names stand in templates and tables; all are a megabyte."""
    sources = [*_PACKAGE.rglob("*.html"), *(_PACKAGE / "domain").glob("*.py")]
    named = {name for path in sources for name in _QUOTED.findall(path.read_text("utf-8"))}
    sheet = _ALL_ICONS.read_text("utf-8")
    used = "".join(one[0] for one in _SYMBOL.finditer(sheet) if one[1] in named)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{used}</svg>'
