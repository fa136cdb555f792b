"""What is asked of the audit chain, and what its codes say."""

from collections.abc import Callable, Iterable
from typing import Any

from console.domain.petition_form import Sent, one

ACTS = {
    "look": "查看信访件（脱敏）",
    "history": "查看同一人的其他信访件（脱敏）",
    "search": "按电话或证件号码查找",
    "unmask": "查看身份信息",
    "claim": "为制作文书取用身份信息",
    "attachment": "查看、下载附件",
    "letter": "查看未登记的来信",
    "original": "查看未能读取的来件原文",
    "erase": "删除身份信息",
    "hold": "暂停删除",
    "lift_hold": "解除暂停删除",
    "audit": "查阅审计记录",
}
"""What people do that is written down; what the chain writes of itself is for its examination."""
FORMATS = {"page": "网页", "pdf": "PDF", "scan": "盖章扫描件"}
FIELDS = ("number", "phone", "id_number", "who", "act", "since", "until")


def asked_of(
    sent: Sent, *, petition_ids: Iterable[str], accounts_of: Callable[[str], list[str]]
) -> dict[str, Any]:
    """The entries that were asked for, as intake takes it."""
    asked: dict[str, Any] = {
        name: typed
        for name in ("phone", "id_number", "since", "until", "cursor")
        if (typed := one(sent, name))
    }
    if ids := list(petition_ids):
        asked["petition_ids"] = ids
    if who := one(sent, "who"):
        asked["who"] = accounts_of(who)
    act = one(sent, "act")
    return asked | {"acts": [act] if act else list(ACTS), "limit": 50}
