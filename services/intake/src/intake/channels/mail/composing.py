"""What a letter becomes in intake's contract: a petition, or the supplement of one."""

import datetime as dt
from typing import Any

from intake.channels.mail.parsing import Attachment, Letter
from shared.clock import wire

CHANNEL = "email"
TITLE_LONGEST = 200
TEXT_LONGEST = 47_000
"""Of the 50,000 characters that a content may have; the rest is for a subject that is long."""
_EMAIL_LONGEST = 254
_NO_SUBJECT, _NO_TEXT = "（无主题）", "（邮件没有正文）"
_REST = "\n\n（正文较长，全文见附件《邮件全文》。）"
_WHOLE = "邮件全文.txt"


def petition_of(
    letter: Letter, *, received_at: dt.datetime, addressee: str | None
) -> dict[str, Any]:
    """The body of `POST /v1/petitions`; a subject that is too long stands whole in the content."""
    title = letter.subject[:TITLE_LONGEST].strip()
    if not title:
        first = letter.text.partition("\n")[0].replace("\t", " ")
        title = first[:TITLE_LONGEST].strip() or _NO_SUBJECT
    cut = len(letter.subject) > TITLE_LONGEST
    known = {"name": letter.sender_name, "email": _email(letter)}
    petition = {
        "channel": CHANNEL,
        "title": title,
        "content": _content(letter, subject=letter.subject if cut else ""),
        "petitioner": {name: value for name, value in known.items() if value} or None,
        "received_at": wire(received_at),
        "external_ref": _reference(letter),
    }
    return petition | ({"addressee": addressee} if addressee else {})


def supplement_of(letter: Letter, *, received_at: dt.datetime) -> dict[str, Any]:
    """The body of `POST /v1/petitions/{petition_id}/supplements`, the subject as its first line."""
    return {
        "channel": CHANNEL,
        "content": _content(letter, subject=letter.subject),
        "email": _email(letter),
        "received_at": wire(received_at),
        "external_ref": _reference(letter),
    }


def attachments_of(letter: Letter) -> list[Attachment]:
    """Its files, and before them its whole text where the content could not hold it."""
    if len(letter.text) <= TEXT_LONGEST:
        return list(letter.attachments)
    whole = Attachment(_WHOLE, "text/plain", letter.text.encode())
    return [whole, *letter.attachments]


def _content(letter: Letter, *, subject: str) -> str:
    heading = f"主题：{subject}\n\n" if subject else ""
    text = letter.text or _NO_TEXT
    if len(letter.text) > TEXT_LONGEST:
        text = text[: TEXT_LONGEST - len(_REST)].rstrip() + _REST
    return heading + text


def _email(letter: Letter) -> str | None:
    return letter.sender if letter.sender and len(letter.sender) <= _EMAIL_LONGEST else None


def _reference(letter: Letter) -> dict[str, str]:
    return {"system": CHANNEL, "id": letter.key}
