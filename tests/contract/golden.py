"""The contract files, computed from the code: event schemas, reads, HTTP interfaces."""

import json
from pathlib import Path
from typing import Any

import marshmallow as ma
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from shared.contracts import EventType
from shared.service import Service, find_services
from shared.web import openapi, ops
from shared.web.api import Api

HERE = Path(__file__).parent
EVENTS, EXAMPLES, READS, HTTP = (HERE / name for name in ("events", "examples", "reads", "http"))
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


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
    return {path: text(content) for path, content in found.items()}


def event_schema(event_type: EventType) -> dict[str, Any]:
    """JSON Schema of an event type's data."""
    return {
        "$schema": _DIALECT,
        "title": event_type.name,
        "description": event_type.doc,
        "x-source": event_type.source,
        "x-without-reader": event_type.optional,
        "x-retired": event_type.retired,
        **json_schema(event_type.schema),
    }


def reads(service: Service) -> dict[str, Any]:
    """What a service reads of each event it hears."""
    return {
        f"{row.from_}.{name}": json_schema(row.reads)
        for row in sorted(service.subscriptions.rows, key=lambda row: (row.from_, row.types))
        for name in row.types
    }


def http(service: Service) -> dict[str, Any]:
    """A service's OpenAPI document."""
    operators = Api(service.name)
    ops.add_routes(operators)
    return openapi.document(service, operators)


def json_schema(schema: type[ma.Schema]) -> dict[str, Any]:
    """JSON Schema of a marshmallow schema; nested ones under $defs."""
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec("contract", "1", "3.1.0", plugins=[plugin])
    spec.components.schema("root", schema=schema)
    schemas = json.loads(
        json.dumps(spec.to_dict()["components"]["schemas"]).replace(
            "#/components/schemas/", "#/$defs/"
        )
    )
    root = schemas.pop("root")
    return root | ({"$defs": schemas} if schemas else {})


def _name(schema: Any) -> str:
    return (schema if isinstance(schema, type) else type(schema)).__name__


def text(content: dict[str, Any]) -> str:
    """A golden file's text: stable, readable in a diff."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
