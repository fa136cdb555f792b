"""Pages for people: for citizens at /, for staff under /office.

browser -> door (session, role, CSRF) -> page -> Services, several at once -> template
"""

from typing import TYPE_CHECKING

from flask import Flask

from console.pages import errors, languages, looks, static
from console.pages.desk import Desk
from console.pages.office import office
from console.pages.portal import portal

if TYPE_CHECKING:
    from shared.service import App


def register(flask: Flask, app: "App") -> None:
    """Add every page to the console's web application."""
    flask.config |= {
        "SECRET_KEY": app.settings.session_secret,
        "SESSION_COOKIE_NAME": "minsheng",
        "SESSION_COOKIE_SECURE": app.settings.cookies_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        # The cookie says where somebody came from; a missing Referer must not lock them out.
        "WTF_CSRF_SSL_STRICT": False,
    }
    flask.template_folder = "templates"
    flask.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    flask.extensions["desk"] = Desk(app)
    languages.register(flask)
    looks.register(flask, app)
    static.register(flask)
    errors.register(flask)
    flask.register_blueprint(portal)
    flask.register_blueprint(office, url_prefix="/office")
