"""The portal's first page, and what is told to everybody."""

from typing import Any

from console.asking import get
from console.domain import guide
from console.pages.desk import ask, ask_all, desk
from console.pages.portal.desk import page, portal


@portal.get("/")
def home() -> Any:
    """What can be done here, and what is announced."""
    answers = ask_all(
        days=get("routing", "/v1/public/reception-days", limit=3),
        mailboxes=get("intake", "/v1/public/mailboxes"),
    )
    return page("home", **answers, phone=desk().app.settings.office_phone)


@portal.get("/guide")
def handbook() -> Any:
    """What petitions are, what belongs elsewhere, how long things take, with the articles."""
    return page("guide", guide=guide, settings=desk().app.settings)


@portal.get("/reception-days")
def reception_days() -> Any:
    """When and where leaders receive visitors (T22 Art.18)."""
    return page("reception_days", days=ask(get("routing", "/v1/public/reception-days")))


@portal.get("/mailboxes")
def mailboxes() -> Any:
    """The government mailboxes that one may write to (T22 Art.17)."""
    return page("mailboxes", mailboxes=ask(get("intake", "/v1/public/mailboxes")))
