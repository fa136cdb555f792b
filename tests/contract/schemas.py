"""JSON Schemas of the events a service sends and of what it reads, from its marshmallow schemas."""

import json
from typing import Any

import marshmallow as ma
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from shared.contracts import EventType
from shared.service import Service

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


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


def json_schema(schema: type[ma.Schema]) -> dict[str, Any]:
    """JSON Schema of a marshmallow schema; nested ones under $defs."""
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec("contract", "1", "3.1.0", plugins=[plugin])
    assert plugin.converter is not None
    plugin.converter.add_attribute_function(_without_offset)
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


def _without_offset(_: Any, field: ma.fields.Field, **__: Any) -> dict[str, str]:
    """A time that may lack its offset is no RFC 3339 time, which apispec takes it for."""
    may_lack = isinstance(field, ma.fields.DateTime) and not isinstance(
        field, ma.fields.AwareDateTime | ma.fields.Date
    )
    return {"format": "local-date-time"} if may_lack else {}
