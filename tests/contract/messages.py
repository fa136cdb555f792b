"""AsyncAPI 3.0 documents, one a service: what it sends and hears, for people and their tools."""

import copy
from typing import Any

import schemas

from shared.bus import EXCHANGE
from shared.contracts import SPEC_VERSION
from shared.service import Service

VERSION = "3.0.0"
_CONTENT_TYPE = "application/cloudevents+json"
_TIME = {"type": "string", "format": "date-time"}
_ATTRIBUTES: dict[str, Any] = {
    "specversion": {"const": SPEC_VERSION},
    "id": {"type": "string", "description": "Unique for ever; a reader keeps each id once."},
    "datacontenttype": {"const": "application/json"},
    "subject": {"type": "string", "description": "The petition or the case it is about."},
    "subjectversion": {"type": "integer", "minimum": 0},
    "time": {**_TIME, "description": "When it happened."},
    "recordedtime": {**_TIME, "description": "When it was entered."},
    "historical": {"type": "boolean", "description": "Imported; reminds and notifies nobody."},
    "correlationid": {"type": ["string", "null"]},
    "causationid": {"type": ["string", "null"]},
    "traceparent": {"type": ["string", "null"]},
}
_NEEDED = ("specversion", "id", "source", "type", "subject", "subjectversion", "time")


def document(service: Service) -> dict[str, Any]:
    """A service's AsyncAPI document; what it hears is described by what it reads of it."""
    parts = _Components()
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for event_type in service.events:
        key = f"{service.name}.{event_type.name}"
        schema = schemas.json_schema(event_type.schema)
        channels[key] = parts.channel(key, schema, event_type.doc)
        if not event_type.retired:
            operations[f"send.{key}"] = _operation("send", key)
    for key, schema in schemas.reads(service).items():
        channels[key] = parts.channel(key, schema, f"What {service.name} reads of {key}.")
        operations[f"receive.{key}"] = _operation("receive", key)
    return {
        "asyncapi": VERSION,
        "info": {"title": f"Minsheng {service.name}", "version": "1", "description": service.doc},
        "defaultContentType": _CONTENT_TYPE,
        "channels": channels,
        "operations": operations,
        "components": {"messages": parts.messages, "schemas": parts.schemas},
    }


def _operation(action: str, key: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{_pointer(key)}"},
        "messages": [{"$ref": f"#/channels/{_pointer(key)}/messages/event"}],
    }


def _pointer(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


class _Components:
    """Messages and schemas of one document, each schema once."""

    def __init__(self) -> None:
        self.messages: dict[str, Any] = {}
        self.schemas: dict[str, Any] = {}

    def channel(self, key: str, schema: dict[str, Any], summary: str) -> dict[str, Any]:
        """The channel of an event type: its routing key on the exchange."""
        self.messages[key] = self._message(key, schema, summary)
        return {
            "address": key,
            "messages": {"event": {"$ref": f"#/components/messages/{_pointer(key)}"}},
            "bindings": {
                "amqp": {
                    "is": "routingKey",
                    "exchange": {"name": EXCHANGE, "type": "topic", "durable": True},
                }
            },
        }

    def _message(self, key: str, schema: dict[str, Any], summary: str) -> dict[str, Any]:
        source, _, name = key.partition(".")
        own = {"source": {"const": f"/{source}"}, "type": {"const": name}}
        payload = {
            "type": "object",
            "properties": {**_ATTRIBUTES, **own, "data": self._schema(key, schema)},
            "required": [*_NEEDED, "data"],
        }
        return {
            "name": name,
            "summary": summary.splitlines()[0],
            "contentType": _CONTENT_TYPE,
            "payload": payload,
        }

    def _schema(self, key: str, schema: dict[str, Any]) -> dict[str, Any]:
        """The data's schema, with nested ones among the document's own."""
        own = copy.deepcopy(schema)
        nested = own.pop("$defs", {})
        names = {name: self._name(name, key, content) for name, content in nested.items()}
        for name, content in nested.items():
            self.schemas[names[name]] = _moved(content, names)
        return dict(_moved(own, names))

    def _name(self, name: str, key: str, content: dict[str, Any]) -> str:
        taken = self.schemas.get(name)
        return name if taken is None or taken == _moved(content, {}) else f"{key}.{name}"


def _moved(node: Any, names: dict[str, str]) -> Any:
    """A schema whose references point into components."""
    if isinstance(node, list):
        return [_moved(one, names) for one in node]
    if not isinstance(node, dict):
        return node
    moved = {key: _moved(value, names) for key, value in node.items()}
    if "$ref" in moved:
        name = moved["$ref"].rpartition("/")[2]
        moved["$ref"] = f"#/components/schemas/{names.get(name, name)}"
    return moved
