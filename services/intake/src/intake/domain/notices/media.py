"""Media: by which of them a petitioner can be reached, and which one is taken."""

import re
from collections.abc import Container, Iterable, Mapping

MEDIA = {"sms": "短信", "email": "电子邮件", "wechat": "微信", "letter": "信函"}
ELECTRONIC = ("sms", "email", "wechat")
CONTACTS: Mapping[str, str] = {
    "sms": "phone",
    "email": "email",
    "wechat": "wechat_id",
    "letter": "address",
}
"""The contact that each medium needs."""

_MOBILE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9][0-9]{9})\Z", re.ASCII)
_ABROAD = re.compile(r"(?:\+|00)(?!86)([1-9][0-9]{6,14})\Z", re.ASCII)
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?=.{4,253}\Z)"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]\Z",
    re.ASCII,
)
_WECHAT = re.compile(r"(?:[a-z][a-z0-9_]{0,19}:)?[A-Za-z0-9_-]{6,64}\Z", re.ASCII)
_SHORTEST_ADDRESS = 5


def usable(medium: str, contact: str | None) -> str | None:
    """The contact in the form that the medium takes; None where it cannot be reached by it.

    A mobile number becomes its 11 digits, one from abroad + and its digits (E.164); a landline
    takes no SMS. An e-mail address is plain ASCII of one mailbox, so that no header and no
    second recipient can be smuggled in. A WeChat id may name before it the official account whose
    follower it is.
    """
    if not contact:
        return None
    if medium == "sms":
        digits = re.sub(r"[\s()-]", "", contact)
        if found := _MOBILE.match(digits):
            return found[1]
        return f"+{found[1]}" if (found := _ABROAD.match(digits)) else None
    if medium == "email":
        local = contact.partition("@")[0]
        dots = local.startswith(".") or local.endswith(".") or ".." in local
        return contact if _EMAIL.match(contact) and not dots else None
    if medium == "wechat":
        return contact if _WECHAT.match(contact) else None
    text = " ".join(contact.split())
    return text if len(text) >= _SHORTEST_ADDRESS else None


def choose(
    order: Iterable[str], *, chosen: str | None, reachable: Container[str], barred: Container[str]
) -> str | None:
    """The medium to take: the chosen one, else the first of `order`, that reaches the petitioner.

    `barred` are media that were tried and do not reach them.
    """
    wanted = [*([chosen] if chosen else []), *order]
    return next((one for one in wanted if one in reachable and one not in barred), None)
