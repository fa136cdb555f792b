"""What a guide's actions come to on the page: the next one, others, and those that may not be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SENDING = frozenset(
    {
        *("classify", "forward", "assign", "report", "self_handle", "answer_directly", "file"),
        *("designate", "redirect", "pass_down", "succeed", "guide", "guide_law", "transfer_law"),
        *("notify", "join", "merge", "unmerge", "split", "decline", "no_longer"),
    }
)
_GUARDING = frozenset(
    {
        *("protect", "keep_secret", "lift_secret", "grant_access", "revoke_access", "recuse"),
        *("give", "hand_over"),
    }
)
_ALONGSIDE = frozenset({"supplement", "contact", "sign_receipt", "set_report_due", "withdraw"})


@dataclass(frozen=True)
class ToDo:
    """The one step to take next, the others by what they are for, and what may not be done.

    Where there is no next one, `held_up` is the duty of the reader's that something stands in the
    way of.
    """

    next: dict[str, Any] | None
    held_up: dict[str, Any] | None
    groups: list[tuple[str, list[dict[str, Any]]]]
    not_now: list[dict[str, Any]]

    @property
    def may_forward(self) -> bool:
        return self.next is not None and self.next["action"] == "forward"


@dataclass(frozen=True)
class Offered:
    """The unit that a case may go to at once, why, and which others are responsible."""

    unit: str
    unit_name: str
    category: str
    category_name: str
    percent: int | None
    words: list[str]
    others: list[dict[str, Any]]


def sorted_out(guide: Mapping[str, Any]) -> ToDo:
    """The actions of a guide, each once: next, secondary by group, impossible ones last.

    What is another unit's to do is left out.
    """
    may = [one for one in guide["actions"] if one["may"]]
    next_ = next((one for one in may if one["action"] == guide["next_action"]), None)
    rest = [one for one in may if one is not next_]
    groups = [
        ("分流", [one for one in rest if one["action"] in _SENDING]),
        ("办理", [one for one in rest if one["action"] not in _SENDING | _GUARDING | _ALONGSIDE]),
        ("记录", [one for one in rest if one["action"] in _ALONGSIDE]),
        ("人员与保密", [one for one in rest if one["action"] in _GUARDING]),
    ]
    not_now = [one for one in guide["actions"] if not one["may"] and one.get("yours", True)]
    held_up = None if next_ else next((one for one in not_now if one["settles"]), None)
    return ToDo(next_, held_up, [group for group in groups if group[1]], not_now)


def suggested_units(
    case: Mapping[str, Any],
    *,
    responsible: list[dict[str, Any]],
    units: list[dict[str, Any]],
    categories: list[dict[str, Any]],
) -> Offered | None:
    """What the words and the table of responsibilities suggest; None where neither does."""
    hints = case.get("suggestion") or {}
    names = {one["code"]: one["name"] for one in units}
    known = {one["code"]: one for one in categories}
    category = case["category"] or hints.get("category") or ""
    follows = category == hints.get("category")
    unit = hints.get("unit") if follows else None
    unit = unit or next((one["unit"] for one in responsible), None)
    unit = unit or known.get(category, {}).get("unit")
    if case["secret"] or unit is None or unit not in names:
        return None
    sure = hints.get("confidence") if follows else None
    ranked = {one["unit"]: dict(one, category=category, percent=None) for one in responsible}
    for guess in hints.get("top") or []:
        row = known.get(guess["category"], {})
        if row.get("unit") in names:
            likely = {"category": row["code"], "reason": row["name"], "unit": row["unit"]}
            likely |= {"percent": round(100 * guess["confidence"])}
            ranked.setdefault(row["unit"], likely | {"unit_name": names[row["unit"]]})
    ranked.pop(unit, None)
    return Offered(
        unit=unit,
        unit_name=names[unit],
        category=category,
        category_name=known.get(category, {}).get("name", ""),
        percent=round(100 * sure) if sure is not None else None,
        words=(hints.get("words") or []) if follows else [],
        others=list(ranked.values()),
    )
