"""Senders: what hands notices over to the outside, one for each medium, found by entry point.

A sender is a plug-in of the group `minsheng.senders`: a function of settings and medium that gives
a `Sender`, or raises ValueError where a setting is missing. `NOTICE_SENDERS` names one for each
medium, such as "sms=http,email=smtp"; a letter has none: staff print it.
"""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any, Protocol

from intake.domain.notices import ELECTRONIC, Message, Outcome

GROUP = "minsheng.senders"


class Sender(Protocol):
    """Hands notices over; called from several threads at once."""

    def send(self, message: Message) -> Outcome:
        """Hand one over, whatever the network is like: never raises.

        The same notice may come again after a crash, with the same `notice_id`: the sender gives
        that on as the key by which the other side knows it.
        """
        ...

    def rest(self) -> None:
        """Nothing is sent for a while: let go of connections."""
        ...


def build(settings: Any) -> Mapping[str, Sender]:
    """The sender of each medium that has one; ValueError for a mistaken setting."""
    chosen = dict(_pairs(settings.notice_senders))
    known: dict[str, Callable[..., Sender]] = {}
    for point in entry_points(group=GROUP):
        if point.name in chosen.values():
            known[point.name] = point.load()
    if missing := set(chosen.values()) - set(known):
        raise ValueError(f"NOTICE_SENDERS: no sender {', '.join(sorted(missing))} is installed")
    return {medium: known[name](settings, medium=medium) for medium, name in chosen.items()}


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = []
    for part in filter(None, text.replace(" ", "").split(",")):
        medium, found, name = part.partition("=")
        if not found or medium not in ELECTRONIC or not name:
            media = ", ".join(ELECTRONIC)
            raise ValueError(f"NOTICE_SENDERS must be medium=sender,…; a medium is one of {media}")
        pairs.append((medium, name))
    return pairs
