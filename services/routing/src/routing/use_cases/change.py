"""A case on its way from one state to the next: what an action's effect may write on it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from routing.domain.clocks import Happening
from routing.domain.procedure import BACK, SAME
from routing.domain.scene import Scene
from routing.resources import Resources
from shared.db import Session

ANSWER, REDO = "answer", "redo"


@dataclass(frozen=True)
class Aside:
    """A step for the journal of another case, which stays in its state; what is kept of it."""

    case_id: str
    state: str
    body: dict[str, Any]


@dataclass
class Change:
    """One action being carried out; effects write on `row` and say what clocks must know."""

    session: Session
    scene: Scene
    row: dict[str, Any]
    resources: Resources
    state: str
    doings: set[str]
    historical: bool = False
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Event types and their facts beside the header, told in this order."""
    letter_dates: dict[str, dt.date] = field(default_factory=dict)
    service_day: dt.date | None = None
    application_day: dt.date | None = None
    mailed_day: dt.date | None = None
    agreement_day: dt.date | None = None
    extension_days: int = 0
    said: Mapping[str, Any] | None = None
    """What the journal keeps of the body, where that is not all of it."""
    aside: list[Aside] = field(default_factory=list)
    silent: bool = False
    """True where not even the case's own journal and events may tell of it (T22 Art.30(3))."""

    @property
    def body(self) -> Mapping[str, Any]:
        return self.scene.body

    @property
    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = self.row["facts"]
        return found

    @property
    def day(self) -> dt.date:
        return self.scene.day

    def happening(self) -> Happening:
        """What the clocks hear."""
        return Happening(
            doings=frozenset(self.doings),
            at=self.scene.at,
            state=self.state,
            purpose=self.row["purpose"],
            route=self.row["route"],
            accepted_at=self.row["accepted_at"],
            service_day=self.service_day,
            application_day=self.application_day,
            mailed_day=self.mailed_day,
            agreement_day=self.agreement_day,
            letter_dates=self.letter_dates,
            extension_days=self.extension_days,
        )


def begin(session: Session, scene: Scene, resources: Resources, *, historical: bool) -> Change:
    """A change of the scene's case, with what the action's row in the table says done already."""
    action, case = scene.action, scene.case
    row = dict(case) | {"facts": dict(case["facts"])} | dict(action.sets)
    row |= {"state": case["state"], "last_at": scene.at, "version": case["version"] + 1}
    state = case["state"] if action.to == SAME else action.to
    if action.to == BACK:
        state = case["resume_state"]
        row["resume_state"] = None
    if action.resume:
        row["resume_state"] = case["state"]
    if action.stamp:
        row[action.stamp] = scene.at
    return Change(session, scene, row, resources, state, {action.name}, historical)
