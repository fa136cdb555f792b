"""Rules of registration: channels, purposes, the secret lane, numbers, codes, plain words."""

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any

from shared.clock import office_day

CHANNELS = {
    "web": "网上信访",
    "app": "手机应用",
    "wechat": "微信公众号",
    "email": "电子邮件",
    "hotline": "热线来电",
    "visit": "来访",
    "letter": "来信",
    "mailbox": "政府信箱",
}
PUBLIC_CHANNELS = ("web", "app")
PURPOSES = {
    "petition": "申诉求决",
    "suggestion": "建议意见",
    "accusation": "检举控告",
    "inquiry": "咨询",
    "other": "其他",
}
AHEAD_MOST = dt.timedelta(minutes=5)
SESSION_LASTS = dt.timedelta(hours=1)
WRONG_CODE_WINDOW = dt.timedelta(hours=1)

_CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 10


def is_secret(*, purpose: str, secrecy: bool) -> bool:
    """The secret lane: what accuses, and whatever the petitioner wants kept secret (T22 Art.30)."""
    return secrecy or purpose == "accusation"


def petition_no(seq: int, registered_at: dt.datetime) -> str:
    """A petition's number, such as XF202600000123; the year is the office's. Gaps are normal."""
    return f"XF{office_day(registered_at).year}{seq:08d}"


def new_query_code() -> str:
    """Ten random letters and digits (50 bits), without those that look alike."""
    return "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))


def query_code_digest(code: str, *, petition_id: str, secret: str) -> bytes:
    """What is kept of a query code; spaces, hyphens and case do not matter."""
    normal = re.sub(r"[\s-]", "", code).upper()
    return hmac.new(secret.encode(), f"{petition_id}:{normal}".encode(), hashlib.sha256).digest()


STAGE_TEXTS = {
    "registered": "您反映的事项已登记，编号{petition_no}。",
    "forwarded": "您反映的事项已转送{unit}，该单位将在15日内书面告知您办理途径和程序。",
    "assigned": "您反映的事项已交{unit}办理，并要求其按期报告结果。",
    "accepted": "{unit}已受理您反映的事项{due}。",
    "replied": "{unit}已作出处理意见，正在送达。",
    "served": "处理意见已送达。{reply}",
    "closed": "您反映的事项已办结。",
}
"""What a citizen reads at each stage; stages not listed here are the office's own business."""

SOMEBODY = "有权处理的机关"


def stage_text(stage: str, facts: Mapping[str, Any]) -> str:
    """The sentence for a stage; in the secret lane no unit and no reply is named."""
    secret = facts["secret"]
    due = facts.get("due_day")
    reply = facts.get("reply")
    return STAGE_TEXTS[stage].format(
        petition_no=facts.get("petition_no", ""),
        unit=SOMEBODY if secret else facts.get("unit") or SOMEBODY,
        due=f"，应在{due}前办结并答复您" if due else "",
        reply=f"答复内容：{reply}" if reply and not secret else "",
    )
