"""Chinese first, English as the second language: chosen by hand, and kept in the cookie."""

from flask import Flask, redirect, request, session
from flask_babel import Babel
from werkzeug.wrappers import Response

CHINESE, ENGLISH = "zh_Hans_CN", "en"
_CHOICES = {"zh": CHINESE, "en": ENGLISH}


def register(flask: Flask) -> None:
    """Translate pages, and let people choose."""
    flask.config |= {
        "BABEL_DEFAULT_LOCALE": CHINESE,
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
    }
    Babel(flask, locale_selector=lambda: _CHOICES.get(session.get("language", ""), CHINESE))

    @flask.post("/language")
    def choose_language() -> Response:
        chosen = request.form.get("language", "")
        if chosen in _CHOICES:
            session["language"] = chosen
        return redirect(own_path(request.form.get("next", "/")))


def own_path(path: str) -> str:
    """A path of this site; / for anything that could lead elsewhere."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
