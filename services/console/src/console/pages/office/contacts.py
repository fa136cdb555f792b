"""What the office and the petitioner said to each other: contacts, notices, evaluations."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, Ask, get, post
from console.domain.case_coordination import CONTACT, CONTACT_WAYS, SUPPLEMENT_REQUEST
from console.domain.forms import fill, read
from console.pages.desk import ask, ask_all
from console.pages.office.case_frame import case_and, of_case, show
from console.pages.office.desk import office

_PETITIONS_SHOWN = 5
_SENDERS = ("registrar", "dispatcher", "handler", "unit_head", "supervisor")


@office.get("/cases/<case_id>/contacts")
def contacts(case_id: str) -> Any:
    """Contacts, what was sent and how far it came, and how the petitioner judged."""
    return _page(case_id)


@office.post("/cases/<case_id>/contacts")
def log_contact(case_id: str) -> Any:
    """Write down a contact with the petitioner, or a try."""
    answer = ask(
        post(
            "routing",
            f"/v1/cases/{case_id}/contacts",
            read(CONTACT, request.form.getlist),
            route="/v1/cases/{id}/contacts",
            key=request.form.get("key"),
        )
    )
    return _after(case_id, answer, _("联系情况已记录。"), tried="contact")


@office.post("/cases/<case_id>/contacts/<petition_id>/supplement")
def ask_for_supplement(case_id: str, petition_id: str) -> Any:
    """Ask the petitioner for more material by a day."""
    answer = ask(
        post(
            "intake",
            f"/v1/petitions/{petition_id}/supplement-requests",
            read(SUPPLEMENT_REQUEST, request.form.getlist),
            route="/v1/petitions/{id}/supplement-requests",
            key=request.form.get("key"),
        )
    )
    told = answer.ok and answer.body["notice_id"]
    said = (
        _("已通知信访人补充材料。") if told else _("已记录；没有可以告知信访人的方式，请另行联系。")
    )
    return _after(case_id, answer, said, tried=petition_id)


@office.post("/cases/<case_id>/contacts/<petition_id>/notices/<notice_id>")
def send_again(case_id: str, petition_id: str, notice_id: str) -> Any:
    """Send a notice again that did not go."""
    answer = ask(
        post(
            "intake",
            f"/v1/petitions/{petition_id}/notices/{notice_id}/retry",
            route="/v1/petitions/{id}/notices/{id}/retry",
            key=request.form.get("key"),
        )
    )
    return _after(case_id, answer, _("已重新发送。"), tried="notice")


def _after(case_id: str, answer: Answer, said: str, *, tried: str) -> Any:
    if not answer.ok:
        return _page(case_id, tried=tried, refused=answer)
    flash(said, "done")
    return redirect(url_for("office.contacts", case_id=case_id))


def _page(case_id: str, *, tried: str = "", refused: Answer | None = None) -> Any:
    case, answers = case_and(case_id, logged=of_case(case_id, "contacts", limit=50))
    petitions = dict(zip(case["petition_ids"], case["petition_nos"], strict=False))
    first = dict(list(petitions.items())[:_PETITIONS_SHOWN])
    more = ask_all(
        **{f"notices-{one}": _notices(one) for one in first},
        **{f"judged-{one}": _judged(one) for one in first},
    )
    sent = request.form.getlist
    return show(
        "office/contacts.html",
        case,
        status=200 if refused is None else (refused.status or 503),
        logged=answers["logged"],
        petitions=first,
        notices={one: more[f"notices-{one}"] for one in first},
        judged={one: more[f"judged-{one}"] for one in first},
        contact=fill(CONTACT, sent if tried == "contact" else _nothing),
        supplement=fill(SUPPLEMENT_REQUEST, sent if tried in first else _nothing),
        ways=CONTACT_WAYS,
        senders=_SENDERS,
        tried=tried,
        refused=refused,
    )


def _notices(petition_id: str) -> Ask:
    return get("intake", f"/v1/petitions/{petition_id}/notices", route="/v1/petitions/{id}/notices")


def _judged(petition_id: str) -> Ask:
    return get("satisfaction", "/v1/evaluations", petition_id=petition_id)


def _nothing(_name: str) -> list[str]:
    return []
