"""The bar on top of a case: the stages of the procedure, and where the case stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STAGES = ("登记", "分流", "受理", "办理", "答复", "复查", "复核")
_ENDED = "办结"
_REVIEWS = {"复查": "review", "复核": "re_review"}


@dataclass(frozen=True)
class Stage:
    """A stage: `past`, `now`, `ahead`, and the day on which it was reached where one is known."""

    name: str
    place: str
    since: str | None


_REACHED = {
    "登记": "opened_at",
    "分流": "classified_at",
    "受理": "forwarded_at",
    "办理": "accepted_at",
    "答复": "replied_at",
}


def bar(case: Mapping[str, Any]) -> list[Stage]:
    """Every stage of a case; a review is shown only for a case that came so far."""
    now = case["stage"]
    at = STAGES.index(now) if now in STAGES else None
    ended = now == _ENDED or at is None
    days = {name: _since(case, name) for name in STAGES}
    last = max([at or 0] + [place for place, name in enumerate(STAGES) if days[name]])
    stages = []
    for place, name in enumerate(STAGES):
        since = days[name]
        if name in _REVIEWS and (since is None if at is None else at < place):
            continue
        if at == place and not ended:
            stages.append(Stage(name, "now", since))
        else:
            past = place < (at if at is not None else last + 1)
            stages.append(Stage(name, "past" if past else "ahead", since))
    if ended:
        stages.append(Stage(_ENDED, "now", case.get("closed_at")))
    return stages


def _since(case: Mapping[str, Any], name: str) -> str | None:
    """When a stage was reached; a review, when it was applied for."""
    if name in _REVIEWS:
        day: str | None = ((case.get("facts") or {}).get(_REVIEWS[name]) or {}).get("applied_on")
        return day
    reached: str | None = case.get(_REACHED.get(name, ""))
    return reached
