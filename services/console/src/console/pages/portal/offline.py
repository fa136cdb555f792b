"""The portal without a network: what a browser keeps of it, and words that were typed meanwhile.

/sw.js keeps style, scripts and two pages that are the same for everybody; nothing private. What
is typed on /offline stays in that browser until it is online, then becomes a draft with intake.
"""

from typing import Any

from flask import Response, g, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import post
from console.domain import steps
from console.pages.desk import ask, desk
from console.pages.portal.desk import page, portal
from console.pages.portal.drafts import reading
from console.pages.portal.held import held_account, held_draft, hold_draft
from console.pages.static import edition

_SCRIPT, _MANIFEST = "text/javascript", "application/manifest+json"
_ICONS = (
    ("icon.svg", "any", "image/svg+xml", "any"),
    ("icon-192.png", "192x192", "image/png", "any"),
    ("icon-512.png", "512x512", "image/png", "any"),
    ("icon-maskable-512.png", "512x512", "image/png", "maskable"),
)
"""The pictures are icon.svg, drawn at each size; the maskable one has no round corners."""


@portal.get("/offline")
def offline() -> Any:
    """What can be done without a network: write down what happened, and read the guide."""
    return page("offline", names=steps.NAMES)


@portal.get("/sw.js")
def service_worker() -> Response:
    """The service worker; another one whenever a file that it keeps has changed."""
    shown = Response(render_template("portal/sw.js"), content_type=_SCRIPT)
    shown.headers["Cache-Control"] = "no-cache"
    return shown


@portal.get("/manifest.webmanifest")
def manifest() -> tuple[dict[str, Any], int, dict[str, str]]:
    """What a phone shows once the portal is installed on it."""
    settings = desk().app.settings
    told = {
        "id": "/",
        "name": f"{settings.district_name}{settings.office_name}",
        "short_name": settings.office_name,
        "lang": "zh-CN",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#123a6b",
        "icons": [
            {
                "src": url_for("static", name=name, v=edition(name)),
                "sizes": sizes,
                "type": media_type,
                "purpose": purpose,
            }
            for name, sizes, media_type, purpose in _ICONS
        ],
    }
    return told, 200, {"Content-Type": _MANIFEST}


@portal.post("/bring/from-device")
def take_over() -> Any:
    """Make a draft of what was typed without a network; the browser then forgets it."""
    held = held_draft()
    if held is not None:
        g.token = held.token
        found = ask(reading(held))
        if found.ok and not found.body["petition_no"]:
            return {"reason": _("您还有一份没填完的，请先提交或者删除它。")}, 409
    g.token = held_account()
    fields = steps.typed_offline(request.form.getlist)
    answer = ask(post("intake", "/v1/public/drafts", fields, key=request.form.get("key")))
    if not answer.ok:
        return {
            "reason": answer.detail or _("服务暂时不可用，请过一会儿再试。")
        }, answer.status or 503
    hold_draft(answer.body["draft_id"], answer.body["token"])
    return {"next": url_for("portal.step", path="check")}
