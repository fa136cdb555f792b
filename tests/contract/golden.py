"""The contract files, computed from the code: event schemas, reads, OpenAPI and AsyncAPI."""

import json
from pathlib import Path
from typing import Any

import messages
from schemas import event_schema, reads

from shared.contracts import EventType
from shared.service import Service, find_services
from shared.web import openapi, ops
from shared.web.api import Api

HERE = Path(__file__).parent
EVENTS, EXAMPLES, READS, HTTP, ASYNCAPI = (
    HERE / name for name in ("events", "examples", "reads", "http", "asyncapi")
)


def event_types() -> dict[str, EventType]:
    """Every event type that any installed service emits, by "source.type"."""
    return {f"{t.source}.{t.name}": t for s in find_services() for t in s.events}


def files() -> dict[Path, str]:
    """What each golden file must say."""
    found: dict[Path, dict[str, Any]] = {}
    for key, event_type in event_types().items():
        found[EVENTS / f"{key}.schema.json"] = event_schema(event_type)
    for service in find_services():
        found[READS / f"{service.name}.json"] = reads(service)
        found[HTTP / f"{service.name}.openapi.json"] = http(service)
        found[ASYNCAPI / f"{service.name}.asyncapi.json"] = messages.document(service)
    return {path: text(content) for path, content in found.items()}


def http(service: Service) -> dict[str, Any]:
    """A service's OpenAPI document."""
    operators = Api(service.name)
    ops.add_routes(operators)
    return openapi.document(service, operators)


def text(content: dict[str, Any]) -> str:
    """A golden file's text: stable, readable in a diff."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
