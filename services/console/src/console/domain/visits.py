"""A visit at the counter: how far it has come, and what is typed of who came."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.domain.petition_form import ROWS, Sent, one, person, rows, whole

COMPANIONS_MOST = 100


@dataclass(frozen=True)
class Step:
    """A step of receiving somebody: done, or still to be done."""

    name: str
    done: bool


def steps(visit: Mapping[str, Any]) -> list[Step]:
    """What is done in order (T22 Art.19: read back and confirmed before it is registered)."""
    return [
        Step("来访人", bool(visit["visitors"])),
        Step("核验证件", any(one["check_result"] for one in visit["visitors"])),
        Step("来访记录", bool(visit["record"])),
        Step("宣读", bool(visit["read_back_at"])),
        Step("来访人确认", bool(visit["confirmed_at"])),
    ]


def read_visitors(sent: Sent) -> dict[str, Any]:
    """Who came, as it was typed."""
    petitioner: dict[str, Any] = person(sent, "petitioner")
    petitioner["present"] = one(sent, "petitioner.present") == "true"
    petitioner["representative"] = bool(one(sent, "petitioner.representative"))
    return {
        "people": whole(one(sent, "people")),
        "petitioner": petitioner,
        "companions": _companions(sent),
        "agents": rows(sent, "agents"),
    }


def _companions(sent: Sent) -> list[dict[str, Any]]:
    found = []
    for at in range(COMPANIONS_MOST):
        under = f"companions.{at}"
        if along := person(sent, under):
            representative = bool(one(sent, f"{under}.representative"))
            found.append({**along, "representative": representative})
    return found


def typed_visitors(visit: Mapping[str, Any]) -> dict[str, Any]:
    """Who is written down of a visit, as the form shows them."""
    written: dict[str, Any] = {"people": visit["people"], "petitioner": {"present": True}}
    written |= {part: [] for part in ("companions", *ROWS)}
    for visitor in visit["visitors"]:
        if visitor["part"] == "petitioner":
            written["petitioner"] = visitor
        elif visitor["part"] == "companion":
            written["companions"].append(visitor)
        else:
            paper = {name: visitor[name] for name in ("signed_on", "until", "scope")}
            written["agents"].append(visitor | {"authorisation": paper})
    return written
