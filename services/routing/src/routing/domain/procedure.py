"""The procedure as tables: states, actions, who may act, reasons for closing."""

from dataclasses import dataclass

STATES = {
    "registered": "已登记",
    "forwarded": "已转送",
    "assigned": "已交办",
    "accepted": "已受理",
    "replied": "已出具待送达",
    "served": "已送达",
    "closed": "办结",
}
CLOSED = "closed"

UNIT = ("handler", "unit_head")
OFFICE = ("dispatcher",)
IMPORT = ("importer",)


@dataclass(frozen=True)
class Action:
    """One row: in which states, by whom, to which state, on what basis."""

    name: str
    title: str
    from_: tuple[str, ...]
    to: str
    roles: tuple[str, ...]
    basis: str
    stamp: str
    """The column that keeps when it happened."""


ACTIONS = {
    action.name: action
    for action in (
        Action(
            "forward", "转送", ("registered",), "forwarded",
            (*OFFICE, *IMPORT), "T22 Art.22(一)(二)", "forwarded_at",
        ),
        Action(
            "assign", "交办", ("registered",), "assigned",
            (*OFFICE, *IMPORT), "T22 Art.22(三)", "forwarded_at",
        ),
        Action(
            "accept", "受理", ("forwarded", "assigned"), "accepted",
            (*UNIT, *IMPORT), "T22 Art.23", "accepted_at",
        ),
        Action(
            "reply", "答复", ("accepted",), "replied",
            (*UNIT, *IMPORT), "T22 Art.32", "replied_at",
        ),
        Action(
            "serve", "送达", ("replied",), "served",
            (*UNIT, *IMPORT), "T22 Arts.34, 35", "served_at",
        ),
        Action(
            "close", "结案", ("accepted", "replied", "served"), "closed",
            (*UNIT, *OFFICE, *IMPORT), "T22 Arts.32-34", "closed_at",
        ),
    )
}  # fmt: skip

CLOSE_REASONS = {
    "served": ("处理意见已送达", ("served",)),
    "settled": ("调解或和解", ("accepted", "replied", "served")),
    "withdrawn": ("信访人撤回", ("accepted", "replied", "served")),
    "no_contact": ("姓名住址不清，无法答复", ("accepted", "replied")),
    "other": ("其他", ("accepted", "replied", "served")),
}
"""Reason -> (text, states in which it holds)."""

SERVICE_METHODS = {
    "direct": "直接送达",
    "post": "挂号邮寄",
    "left": "留置送达",
    "electronic": "电子送达",
    "notice": "公告送达",
}


def allowed(state: str, roles: frozenset[str]) -> list[str]:
    """The actions that a caller with `roles` may take in `state`."""
    return [a.name for a in ACTIONS.values() if state in a.from_ and roles & set(a.roles)]
