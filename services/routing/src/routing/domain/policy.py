"""Who may do what now: the table, the seat one sits in, and the guards, in that order."""

from collections.abc import Iterable

from routing.domain.guards import GUARDS, STANDING
from routing.domain.procedure import Action, Procedure, Seat
from routing.domain.scene import Actor, Refusal, Scene
from shared.errors import both

IMPORTER, DISPATCHER, LEADER, HANDLER = "importer", "dispatcher", "leader", "handler"
SYSTEM = "system"
"""The account under which timed work acts."""


def may_ever(action: Action, by: Actor) -> bool:
    """Whether a role of the caller's is one that takes this action at all."""
    if action.by_system:
        return by.account == SYSTEM
    led = [seat for seat in action.who if seat.seat == "lead"]
    deputies = {DISPATCHER, LEADER} if any(map(_heads_own, led)) else {DISPATCHER}
    stands_in = bool(led and by.roles & deputies) and by.whole_district
    return stands_in or bool(by.roles & (action.roles | {IMPORTER}))


def seated(scene: Scene) -> bool:
    """Whether the caller acts for a unit whose action it is.

    The office acts for a lead without accounts here, and for itself where it handles the case:
    there its leader decides what is for a unit's head (T22 Art.34).
    """
    by = scene.by
    if IMPORTER in by.roles or scene.action.by_system:
        return True
    for seat in scene.action.who:
        office = seat.seat == "office" and by.whole_district
        if office and by.roles & set(seat.roles):
            return True
        if seat.seat == "lead" and (_leads(scene, seat.roles) or _stands_in(scene, seat)):
            return True
        if seat.seat == "body" and by.roles & set(seat.roles) and scene.reviewing_body in by.scope:
            return True
        if seat.seat == "part" and by.roles & set(seat.roles) and by.scope & set(scene.parts):
            return True
    return False


def refusal(scene: Scene, *, standing_only: bool = False) -> Refusal | None:
    """Why the action may not be taken, or None."""
    state = scene.case["state"]
    if state not in scene.action.from_:
        name = scene.procedure.states[state].name if state in scene.procedure.states else state
        return Refusal(
            "not_allowed_now",
            both(
                f"当前为“{name}”，不能{scene.action.title}。",
                f"A case that is {state} cannot {scene.action.name}.",
            ),
            scene.action.basis,
        )
    if not seated(scene):
        return Refusal(
            "not_yours",
            both("此操作应由其他单位进行。", "That is for another unit to do."),
            scene.action.basis,
        )
    for name in scene.action.guards:
        if standing_only and name not in STANDING:
            continue
        found = GUARDS[name](scene)
        if found is not None:
            return found
    return None


def candidates(procedure: Procedure, state: str, by: Actor) -> list[Action]:
    """The actions that the table knows for a state and a caller's roles."""
    return [a for a in procedure.actions.values() if state in a.from_ and may_ever(a, by)]


def allowed(scenes: Iterable[Scene]) -> list[str]:
    """The names of the actions that nothing known beforehand stands against."""
    return [s.action.name for s in scenes if refusal(s, standing_only=True) is None]


def _leads(scene: Scene, roles: tuple[str, ...]) -> bool:
    return bool(scene.by.roles & set(roles)) and scene.case["lead_unit"] in scene.by.scope


def _stands_in(scene: Scene, seat: Seat) -> bool:
    """Who acts where the office leads itself, or the lead has no accounts here."""
    lead, by = scene.lead, scene.by
    if lead is None or not by.whole_district:
        return False
    if lead.external:
        return DISPATCHER in by.roles
    deputy = LEADER if _heads_own(seat) else DISPATCHER
    return lead.code == by.unit and deputy in by.roles


def _heads_own(seat: Seat) -> bool:
    """Whether a seat is for those alone who head a unit, not for who handles its cases."""
    return HANDLER not in seat.roles
