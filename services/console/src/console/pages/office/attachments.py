"""Files that came with a petition: opened by a link that lasts minutes and is written down."""

from typing import Any

from flask import request

from console.asking import get, post
from console.pages.desk import ask, needed, send_file
from console.pages.office.desk import office


@office.post("/petitions/<petition_id>/attachments/<attachment_id>")
def open_attachment(petition_id: str, attachment_id: str) -> Any:
    """The file, fetched by a fresh link; nothing of it stays here."""
    purpose = request.form.get("purpose", "").strip()
    link = ask(
        post(
            "intake",
            f"/v1/petitions/{petition_id}/attachments/{attachment_id}/link",
            {"purpose": purpose} if purpose else {},
            route="/v1/petitions/{id}/attachments/{id}/link",
        )
    )
    return send_file(get("intake", needed(link)["url"], route="/v1/attachments/{link}"))
