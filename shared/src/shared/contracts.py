"""What services say to each other: envelope, event types emitted, event types heard.

events = Events("intake")                       # services/intake/events.py
@events.type("petition.registered.v1")
class PetitionRegistered(Schema): ...

subscriptions = Subscriptions("routing")        # services/routing/subscriptions.py
@subscriptions.on("petition.registered.v1", from_="intake", reads=PetitionRegistered)
def open_case(event, *, session, clock): ...
"""

from __future__ import annotations

import datetime as dt
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import marshmallow as ma

from shared import trace
from shared.clock import from_wire, wire
from shared.dumping import dumper

SPEC_VERSION = "1.0"
REPLAY_REQUESTED = "replay.requested.v1"
SchemaClass = type[ma.Schema]


class Undecodable(Exception):
    """The body is not a CloudEvents envelope of this system."""


class Reads(ma.Schema):
    """The fields a consumer reads of an event's data; all others are ignored."""

    class Meta:
        unknown = ma.EXCLUDE


@dataclass(frozen=True)
class EventType:
    """An event type a service emits.

    `optional` says that it has no reader yet; `retired` that it was emitted by older versions, is
    still in their logs and so in replays, and is emitted no more; `only` names the services that
    may hear it, where not all may.
    """

    name: str
    source: str
    schema: type[ma.Schema]
    optional: bool
    retired: bool
    only: tuple[str, ...] = ()

    def may_go_to(self, reader: str) -> bool:
        """Whether this service may hear it, as it happens or in a replay."""
        return not self.only or reader in self.only

    @cached_property
    def loaded(self) -> ma.Schema:
        """The schema, made once: making one costs more than using it."""
        return self.schema()

    @cached_property
    def dump(self) -> Callable[[Any], Any]:
        """What makes JSON values of the event's data, made once."""
        return dumper(self.loaded)

    @property
    def doc(self) -> str:
        return (self.schema.__doc__ or "").strip()


class Events:
    """The event types one service emits: the contract's source."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._types: dict[str, EventType] = {}
        self._by_schema: dict[type[ma.Schema], EventType] = {}

    def type(
        self,
        name: str,
        *,
        optional: bool = False,
        retired: bool = False,
        only: tuple[str, ...] = (),
    ) -> Callable[[type[ma.Schema]], type[ma.Schema]]:
        """Declare the schema of an event type's data; the name ends in its version."""

        def declare(schema: type[ma.Schema]) -> type[ma.Schema]:
            if name in self._types:
                raise ValueError(f"{name} is declared twice")
            if not schema.__doc__:
                raise ValueError(f"{name} has no docstring; it is the contract's text")
            found = EventType(name, self.service, schema, optional, retired, only)
            self._types[name] = self._by_schema[schema] = found
            return schema

        return declare

    def __getitem__(self, key: str | SchemaClass) -> EventType:
        return self._types[key] if isinstance(key, str) else self._by_schema[key]

    def __iter__(self) -> Iterator[EventType]:
        return iter(self._types.values())

    def __contains__(self, name: str) -> bool:
        return name in self._types


@dataclass(frozen=True)
class Event:
    """An event as a handler sees it; `data` holds only what its Reads schema names."""

    id: str
    type: str
    source: str
    subject: str
    subject_version: int
    time: dt.datetime
    recorded_time: dt.datetime
    historical: bool
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    """The span of its handling; what the handler emits belongs to it."""
    data: dict[str, Any]
    made_in: str | None = None
    """The traceparent that the event came with: the span of the work that emitted it."""


@dataclass(frozen=True)
class Subscription:
    """One row of the table of events heard."""

    types: tuple[str, ...]
    from_: str
    reads: type[Reads]
    handler: Callable[..., None]
    batch: bool
    projection: bool

    @cached_property
    def schema(self) -> Reads:
        return self.reads()

    @cached_property
    def wants_resources(self) -> bool:
        """Whether the handler takes `resources`, what its service built of its settings."""
        return "resources" in inspect.signature(self.handler).parameters


@dataclass
class Subscriptions:
    """The events one service hears; topology, contracts and replay are derived from it."""

    service: str
    rows: list[Subscription] = field(default_factory=list)

    def on(
        self,
        *types: str,
        from_: str,
        reads: type[Reads],
        batch: bool = False,
        projection: bool = False,
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Hear `types` from service `from_`.

        `batch` handlers take a list of events instead of one. `projection` handlers only rebuild
        tables from events: `rebuild` clears those tables and runs these handlers again.
        """

        def add(handler: Callable[..., None]) -> Callable[..., None]:
            for name in types:
                if self.find(from_, name):
                    raise ValueError(f"{self.service} hears {from_}.{name} twice")
            self.rows.append(Subscription(types, from_, reads, handler, batch, projection))
            return handler

        return add

    def find(self, source: str, type_: str) -> Subscription | None:
        return next((r for r in self.rows if r.from_ == source and type_ in r.types), None)

    def bindings(self) -> list[str]:
        """Routing keys, one per event type heard; sorted."""
        return sorted(f"{row.from_}.{name}" for row in self.rows for name in row.types)


def envelope(
    *,
    event_id: str,
    source: str,
    type_: str,
    subject: str,
    subject_version: int,
    time: dt.datetime,
    recorded_time: dt.datetime,
    historical: bool,
    correlation_id: str,
    causation_id: str | None,
    traceparent: str | None,
    data: Mapping[str, Any],
) -> dict[str, Any]:
    """A CloudEvents 1.0 envelope with this system's extension attributes."""
    return {
        "specversion": SPEC_VERSION,
        "id": event_id,
        "source": f"/{source}",
        "type": type_,
        "subject": subject,
        "time": wire(time),
        "datacontenttype": "application/json",
        "subjectversion": subject_version,
        "recordedtime": wire(recorded_time),
        "historical": historical,
        "correlationid": correlation_id,
        "causationid": causation_id,
        "traceparent": traceparent,
        "data": dict(data),
    }


_NAME = ma.validate.Regexp(r"[!-~]{1,100}\Z")
_HIGHEST_VERSION = 2**31 - 1


class _Envelope(Reads):
    """The attributes every reader needs; more may come. What passes, every database can keep."""

    specversion = ma.fields.Str(required=True, validate=ma.validate.Equal(SPEC_VERSION))
    id = ma.fields.Str(required=True, validate=_NAME)
    source = ma.fields.Str(required=True, validate=ma.validate.Regexp(r"/[a-z-]{1,40}\Z"))
    type = ma.fields.Str(required=True, validate=_NAME)
    subject = ma.fields.Str(required=True, validate=_NAME)
    subjectversion = ma.fields.Int(
        required=True, strict=True, validate=ma.validate.Range(0, _HIGHEST_VERSION)
    )
    time = ma.fields.Str(required=True)
    recordedtime = ma.fields.Str(required=True)
    historical = ma.fields.Bool(load_default=False)
    correlationid = ma.fields.Str(load_default="", allow_none=True)
    causationid = ma.fields.Str(load_default=None, allow_none=True)
    traceparent = ma.fields.Str(load_default=None, allow_none=True)
    data = ma.fields.Dict(required=True)


_ENVELOPE = _Envelope()


def parse_envelope(body: bytes | str) -> dict[str, Any]:
    """The attributes of an envelope; Undecodable says what is wrong with it, without its values."""
    try:
        raw = json.loads(body.decode("utf-8") if isinstance(body, bytes) else body)
    except (ValueError, RecursionError) as error:
        raise Undecodable(f"not JSON: {type(error).__name__}") from error
    if not isinstance(raw, dict):
        raise Undecodable("not a JSON object")
    try:
        known: dict[str, Any] = _ENVELOPE.load(raw)
        from_wire(known["time"])
        from_wire(known["recordedtime"])
    except ma.ValidationError as error:
        raise Undecodable(f"attributes {sorted(error.normalized_messages())}") from error
    except (ValueError, OverflowError) as error:
        raise Undecodable("time or recordedtime is no RFC 3339 time with an offset") from error
    return known


_OPTIONAL = {"historical": False, "correlationid": "", "causationid": None, "traceparent": None}


def kept_envelope(text: str) -> dict[str, Any]:
    """The attributes of an envelope that `parse_envelope` took before it was kept."""
    return _OPTIONAL | json.loads(text)


def event_from(known: Mapping[str, Any], reads: ma.Schema) -> Event:
    """The event a handler gets; ValidationError when its data is not what `reads` needs."""
    data: Any = reads.load(known["data"])
    return Event(
        id=known["id"],
        type=known["type"],
        source=known["source"].removeprefix("/"),
        subject=known["subject"],
        subject_version=known["subjectversion"],
        time=from_wire(known["time"]),
        recorded_time=from_wire(known["recordedtime"]),
        historical=known["historical"],
        correlation_id=known["correlationid"] or known["id"],
        causation_id=known["causationid"],
        traceparent=trace.child(known["traceparent"]),
        data=data,
        made_in=known["traceparent"],
    )


def span_attributes(operation: str, type_: str, event_id: str) -> dict[str, str | int]:
    """What a span says of an event, in OpenTelemetry's words: never its subject or data."""
    return {
        "messaging.operation.type": operation,
        "messaging.destination.name": type_,
        "messaging.message.id": event_id,
    }


def readers_of(subscriptions: Iterable[Subscriptions], event_type: EventType) -> list[str]:
    """The services that hear an event type."""
    return sorted(
        s.service for s in subscriptions if s.find(event_type.source, event_type.name) is not None
    )
