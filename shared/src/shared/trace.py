"""W3C trace context: one trace from a request through all it causes, and spans where wanted.

    request -> span of the answer -> event -> span of its handling -> event -> ... -> the city

Each hop takes the trace id over and a new span id. An event keeps the context it was made in
(`traceparent` in its envelope); neither relay nor replay changes it. `tracestate` is neither read
nor passed on. Where nothing is exported, a span is no more than its id.
"""

import contextvars
import os
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol

Kind = Literal["server", "client", "producer", "consumer", "internal"]

_TRACEPARENT = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})"
    r"(?P<more>-.*)?\Z"
)
_NEVER, _OURS = "ff", "00"
_SAMPLED = 1
_LONGEST = 256

current: contextvars.ContextVar[str | None] = contextvars.ContextVar("traceparent", default=None)
"""The span that the work of this thread belongs to."""

_ids = random.Random(os.urandom(16))  # noqa: S311 - ids need to differ, not to be secret
os.register_at_fork(after_in_child=lambda: _ids.seed(os.urandom(16)))


def accepted(header: str | None) -> str | None:
    """A caller's traceparent in version 00, or None where it is no valid one.

    Of a later version only what version 00 knows is kept.
    """
    found = _TRACEPARENT.match(header) if header and len(header) <= _LONGEST else None
    if found is None or found["version"] == _NEVER or (found["more"] and found["version"] == _OURS):
        return None
    if not int(found["trace"], 16) or not int(found["span"], 16):
        return None
    return f"{_OURS}-{found['trace']}-{found['span']}-{int(found['flags'], 16) & _SAMPLED:02x}"


def child(parent: str | None, *, sampled: bool = False) -> str:
    """A new span of the parent's trace; without a valid parent, the first span of a new trace."""
    span = f"{_ids.getrandbits(64) or 1:016x}"
    if known := accepted(parent):
        return f"{known[:36]}{span}{known[52:]}"
    return f"{_OURS}-{_ids.getrandbits(128) or 1:032x}-{span}-{int(sampled):02x}"


def trace_id(traceparent: str | None) -> str | None:
    """The trace id alone, as logs show it."""
    return traceparent[3:35] if traceparent else None


def span_id(traceparent: str) -> str:
    return traceparent[36:52]


def is_sampled(traceparent: str) -> bool:
    return bool(int(traceparent[53:], 16) & _SAMPLED)


@contextmanager
def under(traceparent: str | None) -> Iterator[None]:
    """Let what is done inside belong to this span."""
    token = current.set(traceparent)
    try:
        yield
    finally:
        current.reset(token)


@dataclass(frozen=True, slots=True)
class Span:
    """Work that has ended: `traceparent` is its own, `parent` the one it was begun under."""

    name: str
    kind: Kind
    traceparent: str
    parent: str | None
    began_ns: int
    ended_ns: int
    attributes: Mapping[str, str | int] = field(default_factory=dict)
    failed: bool = False


class Export(Protocol):
    """Where ended spans go; `send` never waits and never raises."""

    def send(self, span: Span) -> None: ...

    def close(self) -> None: ...


class Tracer:
    """Begins spans, and hands ended ones to an export that is opened with the first of them.

    Opened late, since its thread must belong to the process that works, not to the one it was
    forked from. `share` of the traces that begin here are sampled.
    """

    def __init__(
        self, open_export: Callable[[], Export] | None = None, *, share: float = 1
    ) -> None:
        self._open_export = open_export
        self._share = share
        self._export: Export | None = None
        self._lock = threading.Lock()

    @property
    def on(self) -> bool:
        """Whether ended spans go anywhere."""
        return self._open_export is not None

    def begin(self, parent: str | None) -> str:
        """The traceparent of a new span under `parent`."""
        return child(parent, sampled=self.on and _ids.random() < self._share)

    def end(
        self,
        name: str,
        kind: Kind,
        traceparent: str,
        *,
        parent: str | None,
        began_ns: int,
        attributes: Mapping[str, str | int],
        failed: bool = False,
    ) -> None:
        """Send a span that ends now, if spans are wanted and this one is sampled."""
        if self._open_export is None or not is_sampled(traceparent):
            return
        span = Span(name, kind, traceparent, parent, began_ns, time.time_ns(), attributes, failed)
        self._opened(self._open_export).send(span)

    def close(self) -> None:
        """Send what waits, for two seconds at most."""
        if self._export is not None:
            self._export.close()

    def _opened(self, open_export: Callable[[], Export]) -> Export:
        with self._lock:
            if self._export is None:
                self._export = open_export()
            return self._export


OFF = Tracer()
