"""The steps in which a citizen brings a matter in, and what each makes of what was typed.

typed fields of one page -> the draft's fields; the draft's problems -> the pages to mend them on
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from console.domain import petition_form

Typed = Callable[[str], list[str]]
"""All that a browser sent under a name."""

PURPOSES = {
    "petition": "反映问题、求助、投诉",
    "suggestion": "提意见建议",
    "accusation": "检举、控告",
    "inquiry": "咨询",
}
"""What a citizen may choose; the names are theirs, the codes are intake's."""
PROCEEDINGS = {
    "court": "法院正在审理或已经判决",
    "reconsideration": "已申请行政复议",
    "arbitration": "仲裁机构已受理",
    "review_opinion": "已有复查或复核意见书",
}
MEDIA = {"sms": "手机短信", "email": "电子邮件", "letter": "寄信到我的住址"}
PEOPLE = {"agents": "代理人", "representatives": "代表人", "cosigners": "联名人"}
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""The media types that every browser shows; other files are saved."""
NAMED, ANONYMOUS = "named", "anonymous"
WEB, MAILBOX = "web", "mailbox"

_NEEDED_OF_A_NAMED_ONE = ("name", "address")
_DIGITS = 9
_PETITIONER = ("name", "phone", "address", "id_number", "email")


@dataclass(frozen=True)
class Step:
    """One page: its path, its title, and the draft's fields that are filled in on it."""

    path: str
    title: str
    fields: tuple[str, ...] = ()

    def mends(self, field: str) -> bool:
        """Whether a field of the draft, such as petitioner.phone, is filled in here."""
        return field.partition(".")[0] in self.fields


STEPS = (
    Step(
        "what",
        "发生了什么",
        ("title", "content", "claim", "course", "proceedings", "purpose", "mailbox", "addressee"),
    ),
    Step("where", "在哪里", ("place", "place_code", "location")),
    Step("files", "照片和材料"),
    Step("who", "您是谁", ("petitioner", "people", "joint", "secrecy", *PEOPLE)),
    Step("told", "怎样告诉您", ("notify", "publish_consent")),
    Step("check", "核对并提交"),
)
PATHS = tuple(step.path for step in STEPS)

NAMES = {
    "title": "标题",
    "content": "事情经过",
    "claim": "您的请求",
    "course": "以前反映过的情况",
    "proceedings": "正在进行的程序",
    "purpose": "类型",
    "mailbox": "信箱",
    "addressee": "信箱",
    "place": "地点",
    "place_code": "地点",
    "location": "地图上的位置",
    "location.longitude": "经度",
    "location.latitude": "纬度",
    "petitioner": "您是谁",
    "petitioner.name": "姓名",
    "petitioner.phone": "手机号码",
    "petitioner.address": "住址",
    "petitioner.id_number": "身份证号码",
    "petitioner.email": "电子邮箱",
    "people": "人数",
    "secrecy": "保密",
    "notify": "告知方式",
    "notify.medium": "告知方式",
    "publish_consent": "公开",
    "files": "材料",
}


def names_of(fields: Collection[str]) -> dict[str, str]:
    """What each field is called on the pages; those of others in their lists: 代理人1 · 姓名."""
    return petition_form.names_of(fields) | {one: NAMES[one] for one in fields if one in NAMES}


def at(path: str) -> Step:
    """The step of a path; KeyError where there is none."""
    return {step.path: step for step in STEPS}[path]


def before(path: str) -> Step | None:
    """The step before, None before the first."""
    place = PATHS.index(path)
    return STEPS[place - 1] if place else None


def after(path: str) -> Step:
    """The step that follows; the last is followed by itself."""
    return STEPS[min(PATHS.index(path) + 1, len(STEPS) - 1)]


def begun(typed: Typed) -> dict[str, Any]:
    """The fields that a draft begins with: what kind of matter, and whose mailbox it is for."""
    purpose, mailbox = _one(typed, "purpose"), _one(typed, "mailbox")
    said = {"channel": MAILBOX, "mailbox": mailbox} if mailbox else {"channel": WEB}
    return said | ({"purpose": purpose} if purpose in PURPOSES else {})


def read(path: str, typed: Typed) -> dict[str, Any]:
    """The draft's fields of one page, right or wrong as they were typed; None takes one off."""
    return _READ[path](typed) if path in _READ else {}


def typed_offline(typed: Typed) -> dict[str, Any]:
    """A whole draft of what was typed on the one page that works without a network."""
    fields = {"channel": WEB, **_what(typed), **_where(typed), **_who(typed)}
    return {name: value for name, value in fields.items() if value is not None}


def filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in each field of the pages, by the names that the pages give them."""
    point, notify = fields.get("location") or {}, fields.get("notify") or {}
    petitioner = fields.get("petitioner")
    return {
        **{name: fields.get(name) or "" for name in ("title", "content", "claim", "course")},
        **{name: fields.get(name) or "" for name in ("place", "place_code", "people", "mailbox")},
        "purpose": fields.get("purpose") or "petition",
        "channel": fields.get("channel") or WEB,
        "proceedings": fields.get("proceedings") or [],
        "longitude": point.get("longitude", ""),
        "latitude": point.get("latitude", ""),
        "identity": _identity(petitioner),
        **{name: (petitioner or {}).get(name) or "" for name in _PETITIONER},
        **{part: fields.get(part) or [] for part in PEOPLE},
        "secrecy": bool(fields.get("secrecy")),
        "medium": notify.get("medium") or "",
        "consent": bool(notify.get("consent_to_electronic_service")),
        "publish_consent": bool(fields.get("publish_consent")),
    }


def problems_at(path: str, problems: list[dict[str, str]]) -> dict[str, str]:
    """The draft's problems that are mended on one page, by field."""
    step = at(path)
    return {one["field"]: one["reason"] for one in problems if step.mends(one["field"])}


def step_of(field: str) -> Step:
    """The page on which a field is mended; the first where it is none of them."""
    return next((step for step in STEPS if step.mends(field)), STEPS[0])


def _what(typed: Typed) -> dict[str, Any]:
    words = {name: _one(typed, name) for name in ("title", "content", "claim", "course")}
    chosen = [one for one in typed("proceedings") if one in PROCEEDINGS]
    said = {**words, "proceedings": chosen or None}
    if mailbox := _one(typed, "mailbox"):
        said["mailbox"] = mailbox
    purpose = _one(typed, "purpose")
    return said | ({"purpose": purpose} if purpose in PURPOSES else {})


def _where(typed: Typed) -> dict[str, Any]:
    longitude, latitude = _one(typed, "longitude"), _one(typed, "latitude")
    point = None
    if longitude or latitude:
        point = {
            "longitude": _number(longitude),
            "latitude": _number(latitude),
            "system": "wgs84",
        }
    return {
        "place": _one(typed, "place"),
        "place_code": _one(typed, "place_code"),
        "location": point,
    }


def _who(typed: Typed) -> dict[str, Any]:
    said: dict[str, Any] = {"secrecy": _one(typed, "secrecy") == "true"}
    identity = _one(typed, "identity")
    if identity == ANONYMOUS:
        return said | {"petitioner": {}, "people": None} | dict.fromkeys(PEOPLE)
    if identity == NAMED:
        person = {name: _one(typed, name) for name in _PETITIONER}
        # Empty, not left out: intake then says that they are missing (T22 Art.19).
        needed = {name: person[name] or "" for name in _NEEDED_OF_A_NAMED_ONE}
        given = {name: value for name, value in person.items() if value} | needed
        beside = {part: petition_form.rows(typed, part) or None for part in PEOPLE}
        return said | {"petitioner": given, "people": _whole(_one(typed, "people"))} | beside
    return said


def _told(typed: Typed) -> dict[str, Any]:
    medium = _one(typed, "medium")
    consent = _one(typed, "consent") == "true"
    notify = {"medium": medium, "consent_to_electronic_service": consent}
    return {
        "notify": notify if medium or consent else None,
        "publish_consent": _one(typed, "publish_consent") == "true",
    }


_READ = {"what": _what, "where": _where, "who": _who, "told": _told}


def _one(typed: Typed, name: str) -> str | None:
    """What was typed, its line ends as \\n; None for nothing."""
    found = next(iter(typed(name)), "").replace("\r\n", "\n").replace("\r", "\n").strip()
    return found or None


def _number(text: str | None) -> float | str | None:
    try:
        number = float(text or "")
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _whole(text: str | None) -> int | str | None:
    return int(text) if text and text.isdecimal() and len(text) <= _DIGITS else text


def _identity(petitioner: Any) -> str:
    if petitioner is None:
        return ""
    return NAMED if petitioner else ANONYMOUS
