"""What can be done with many cases at once, and what became of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ACTIONS = (
    "classify", "forward", "assign", "redirect", "self_handle", "file", "notify", "set_report_due",
    "sign_receipt", "give", "hand_over", "accept", "study", "begin", "simplify", "close",
    "urge_execution", "call_file", "approve_report",
)  # fmt: skip
"""As routing takes them; a test holds this against its interface."""
DONE = 200


@dataclass(frozen=True)
class Choice:
    """An action on the chosen cases: what the guide says of it, and for how many it is possible."""

    action: str
    about: Mapping[str, Any]
    possible: int


@dataclass(frozen=True)
class Outcome:
    """What became of a case: done, or why not."""

    case: Mapping[str, Any]
    done: bool
    why: str
    basis: str


def choices(cases: Iterable[Mapping[str, Any]], guides: Iterable[Any]) -> list[Choice]:
    """The actions possible for at least one of the cases, those for most of them first."""
    counts: dict[str, int] = {}
    for case in cases:
        for action in case["allowed"]:
            if action in ACTIONS:
                counts[action] = counts.get(action, 0) + 1
    abouts: dict[str, Mapping[str, Any]] = {}
    for guide in guides:
        for one in guide["actions"]:
            if one["action"] not in abouts or one["may"]:
                abouts[one["action"]] = one
    found = [Choice(name, abouts[name], n) for name, n in counts.items() if name in abouts]
    return sorted(found, key=lambda one: (-one.possible, ACTIONS.index(one.action)))


def outcomes(
    answered: Iterable[Mapping[str, Any]], cases: Iterable[Mapping[str, Any]], *, english: bool
) -> list[Outcome]:
    """Each case with its outcome, those that were refused first."""
    known = {case["case_id"]: case for case in cases}
    found = []
    for one in answered:
        problem = one.get("problem") or {}
        why = problem.get("message_en" if english else "message") or ""
        reasons = (problem.get("errors") or {}).values()
        found.append(
            Outcome(
                known.get(one["case_id"], {"case_id": one["case_id"]}),
                one["status"] == DONE,
                " ".join([why, *reasons]),
                problem.get("basis") or "",
            )
        )
    return sorted(found, key=lambda one: one.done)
