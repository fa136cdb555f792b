"""What carries events between services: messages, outcomes and the two sides of a bus.

Two buses exist: `shared.rabbitmq` (separate processes) and `LocalBus` in `shared.embedded` (one
process, straight into the readers' inbox tables). From the inbox on, both are the same code.
"""

import enum
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

EXCHANGE = "events"


@dataclass(frozen=True)
class Message:
    """One event on its way: `body` is the CloudEvents envelope as UTF-8 JSON."""

    event_id: str
    type: str
    source: str
    body: bytes

    @property
    def routing_key(self) -> str:
        return f"{self.source}.{self.type}"


class Outcome(enum.StrEnum):
    """What the bus said about one message."""

    ACKED = "acked"
    NACKED = "nacked"
    RETURNED = "returned"
    UNKNOWN = "unknown"


class BusUnavailable(Exception):
    """There is no connection to the bus now; the caller keeps its rows and tries again."""


class Publisher(Protocol):
    """The sending side; safe to call from any one thread at a time."""

    def publish(
        self, messages: Sequence[Message], *, queue: str | None = None, timeout: float = 20.0
    ) -> list[Outcome]:
        """One outcome per message, in order; `queue` sends past the exchange (replay)."""

    def close(self) -> None: ...


class Receiver(Protocol):
    """The hearing side: stores what arrives until `stop` is set."""

    def run(self, stop: threading.Event) -> None: ...


def inbox_queue(service: str) -> str:
    """The name of a service's queue."""
    return f"{service}.inbox"
