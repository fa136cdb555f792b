"""Rules of registration: purposes, the secret lane, numbers, query codes."""

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any

from shared.clock import office_day
from shared.errors import both

PURPOSES = {
    "petition": "申诉求决",
    "suggestion": "建议意见",
    "accusation": "检举控告",
    "inquiry": "咨询",
    "other": "其他",
}
PROCEEDINGS = {
    "court": "法院已受理",
    "reconsideration": "已申请行政复议",
    "arbitration": "仲裁已受理",
    "review_opinion": "有复查复核意见书",
}
"""What may have been begun about the matter elsewhere (C-NB); routing decides by it."""
PEOPLE_MOST, AFFECTED_MOST = 100_000, 10_000_000
CLAIMS = {"paper": "制作文书"}
"""For what another service may fetch an identity by claim check."""
PETITION_NO = re.compile(r"XF20[0-9]{2}[0-9]{8,10}(?![0-9])", re.ASCII)
AHEAD_MOST = dt.timedelta(minutes=5)
SESSION_LASTS = dt.timedelta(hours=1)
WRONG_CODE_WINDOW = dt.timedelta(hours=1)

_CODE_LETTERS, _CODE_BITS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 5
_CODE_LENGTH = 10
_TITLE_LONGEST = 30
_TITLE_ENDS = re.compile(r"[。！？；.!?;\n]")


def title_of(content: str, *, otherwise: str) -> str:
    """A title for what came in without one: its first sentence, cut short."""
    first = _TITLE_ENDS.split(content.strip(), maxsplit=1)[0]
    return " ".join(first.split())[:_TITLE_LONGEST] or otherwise


def is_secret(*, purpose: str, secrecy: bool) -> bool:
    """The secret lane: what accuses, and whatever the petitioner wants kept secret (T22 Art.30)."""
    return secrecy or purpose == "accusation"


def counted(petition: Mapping[str, Any]) -> dict[str, Any]:
    """How many bring the matter in, how many it touches, and whether it is a joint petition.

    Who names people counts at least those; more than one is joint unless it is said otherwise.
    """
    people = petition["people"] or _named(petition)
    joint = petition["joint"]
    return {
        "people": people,
        "affected": petition.get("affected"),
        "joint": people > 1 if joint is None else joint,
    }


def flagged(petition: Mapping[str, Any]) -> dict[str, Any]:
    """What needs care: urgent, threats made, litigation (also by what has been begun)."""
    proceedings = sorted(set(petition["proceedings"]))
    return {
        "urgent": petition.get("urgent", False),
        "threat": petition.get("threat", False),
        "litigation": petition.get("litigation", False) or "court" in proceedings,
        "proceedings": proceedings,
    }


def contradictions(petition: Mapping[str, Any], *, on: dt.date) -> dict[str, str]:
    """What cannot all be true at once, by field: numbers of people, authorisations not yet signed.

    `on` is the office's day of registration.
    """
    wrong = {}
    people, named = petition["people"], _named(petition)
    if people is not None and people < named:
        wrong["people"] = both(
            f"少于已列出的{named}人。", f"Fewer than the {named} people that are named."
        )
    elif petition["joint"] and (people or named) == 1:
        wrong["people"] = both(
            "联名、集体信访的人数应在2人以上。", "A joint petition is of two people or more."
        )
    if petition.get("publish_consent") and is_secret(
        purpose=petition["purpose"], secrecy=petition["secrecy"]
    ):
        wrong["publish_consent"] = both(
            "检举控告和要求保密的来信不能公开。",
            "What accuses, or is to be kept secret, is not published.",
        )
    papers = [agent["authorisation"] for agent in petition["agents"]]
    if any(paper and paper["signed_on"] > on for paper in papers):
        wrong["agents"] = both(
            "授权签署日期不能晚于登记日期。", "Signed after the day of registration."
        )
    return wrong


def _named(petition: Mapping[str, Any]) -> int:
    """The petitioner, and all that sign with them."""
    return 1 + len(petition["cosigners"])


def petition_no(seq: int, registered_at: dt.datetime) -> str:
    """A petition's number, such as XF202600000123; the year is the office's. Gaps are normal."""
    return f"XF{office_day(registered_at).year}{seq:08d}"


def new_query_code() -> str:
    """Ten random letters and digits (50 bits), without those that look alike."""
    drawn = secrets.randbits(_CODE_BITS * _CODE_LENGTH)
    return "".join(
        _CODE_LETTERS[drawn >> _CODE_BITS * at & len(_CODE_LETTERS) - 1]
        for at in range(_CODE_LENGTH)
    )


def query_code_digest(code: str, *, petition_id: str, secret: str) -> bytes:
    """What is kept of a query code; spaces, hyphens and case do not matter."""
    normal = re.sub(r"[\s-]", "", code).upper()
    return hmac.new(secret.encode(), f"{petition_id}:{normal}".encode(), hashlib.sha256).digest()
