"""OpenAPI 3.1 from the routes and their marshmallow schemas."""

import re
from typing import TYPE_CHECKING, Any

import marshmallow as ma
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import fields

from shared.auth import CHANNEL_PREFIX
from shared.web.api import PUBLIC, Api, Route
from shared.web.manners import MEDIA_TYPES
from shared.web.uploads import PART

if TYPE_CHECKING:
    from shared.service import Service

_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_REFUSALS = {
    "400": "Malformed: the reason names what.",
    "401": "No token, or one that is expired, forged or for someone else.",
    "403": "The caller's role or unit may not do this.",
    "404": "Not found, or not the caller's to know.",
    "409": "Not allowed in the present state; `allowed` lists what is.",
    "412": "If-Match is stale.",
    "413": "The body is too large.",
    "415": "Not the media type that is documented, or a file of a kind that is not taken.",
    "422": "A field is wrong; `errors` names each and why.",
    "428": "If-Match is missing.",
    "429": "Too many requests.",
    "503": "Outcome unknown; retry with the same Idempotency-Key.",
}
_SCHEMES = {"staff": "JWT", "citizen": "JWT", "holder": "opaque"}
_FILE = {
    "schema": {
        "type": "object",
        "required": [PART],
        "properties": {PART: {"type": "string", "contentMediaType": "application/octet-stream"}},
    }
}
_ERRORS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["code", "description"],
        "properties": {"code": {"type": "integer"}, "description": {"type": "string"}},
    },
}
"""How a refusal looks in the manner of Open311."""


class FieldError(ma.Schema):
    """One wrong field."""

    field = fields.Str(required=True)
    reason = fields.Str(required=True)


class Problem(ma.Schema):
    """RFC 9457 problem document."""

    type = fields.Str(required=True)
    title = fields.Str(required=True)
    status = fields.Int(required=True)
    code = fields.Str(required=True)
    detail = fields.Str(required=True)
    request_id = fields.Str(allow_none=True)
    errors = fields.List(fields.Nested(FieldError))
    allowed = fields.List(fields.Str())


def document(service: "Service", *more: Api) -> dict[str, Any]:
    """The OpenAPI document of a service, its paths sorted."""
    plugin = MarshmallowPlugin(schema_name_resolver=lambda s: _schema_class(s).__name__)
    spec = APISpec(
        title=f"Minsheng {service.name}",
        version="1",
        openapi_version="3.1.0",
        plugins=[plugin],
        info={"description": service.doc},
    )
    for name, form in _SCHEMES.items():
        scheme = {"type": "http", "scheme": "bearer", "bearerFormat": form}
        spec.components.security_scheme(name, scheme)
    spec.components.schema("Problem", schema=Problem)
    refusal = {"application/problem+json": {"schema": "Problem"}}
    for status, text in _REFUSALS.items():
        spec.components.response(_refused(status), {"description": text, "content": refusal})
    routes = [route for api in (service.api, *more) for route in api.routes]
    for path in sorted({route.path for route in routes}):
        here = [route for route in routes if route.path == path]
        operations = {route.method.lower(): _operation(route, plugin) for route in here}
        spec.path(path=_PARAMETER.sub(r"{\2}", path), operations=operations)
    return spec.to_dict()


def _schema_class(schema: Any) -> type:
    return schema if isinstance(schema, type) else type(schema)


def _operation(route: Route, plugin: MarshmallowPlugin) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": (route.handler.__doc__ or route.name).strip().splitlines()[0],
        "parameters": _parameters(route),
        "responses": _responses(route, plugin),
    }
    if route.who.kind in _SCHEMES:
        operation["security"] = [{route.who.kind: []}]
    if route.who.kind == "guest":
        operation["security"] = [{}, {"holder": []}]
    if route.who.roles or route.who.channels:
        channels = [f"{CHANNEL_PREFIX}*"] if route.who.channels else []
        operation["x-roles"] = sorted([*route.who.roles, *channels])
    if route.body is not None:
        sent_as = "application/x-www-form-urlencoded" if route.form else "application/json"
        content = {sent_as: {"schema": route.body}}
        required = not route.body.may_be_left_out
        operation["requestBody"] = {"required": required, "content": content}
    if route.verbatim and route.method == "POST":
        operation["requestBody"] = {"required": True, "content": {"text/xml": {}}}
    if route.upload is not None:
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": _FILE}}
    return operation


def _parameters(route: Route) -> list[Any]:
    found: list[Any] = [
        {
            "in": "path",
            "name": name,
            "required": True,
            "schema": _kind_of(route, kind, name),
        }
        for kind, name in _PARAMETER.findall(route.path)
    ]
    if route.method == "POST":
        key: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200}
        if route.who.kind in PUBLIC:
            key = {"type": "string", "format": "uuid"}
        found.append({"in": "header", "name": "Idempotency-Key", "schema": key})
    if route.if_match:
        found.append(
            {
                "in": "header",
                "name": "If-Match",
                "required": True,
                "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
            }
        )
    if route.query is not None:
        found.append({"in": "query", "schema": route.query})
    return found


def _kind_of(route: Route, kind: str, name: str) -> dict[str, Any]:
    if route.manner and name == "format":
        return {"type": "string", "enum": list(MEDIA_TYPES)}
    return {"type": "integer"} if kind == "int" else {"type": "string"}


def _responses(route: Route, plugin: MarshmallowPlugin) -> dict[str, Any]:
    if route.manner:
        return _in_manner(route, plugin)
    answer: dict[str, Any] = {"description": "Done."}
    if route.answer is not None:
        answer["content"] = {"application/json": {"schema": route.answer}}
    if route.verbatim:
        answer["content"] = {kind: {} for kind in ("text/plain", "text/xml")}
    for media_type in route.files:
        binary = {"schema": {"type": "string", "contentMediaType": media_type}}
        answer.setdefault("content", {})[media_type] = binary
    if route.if_match:
        answer["headers"] = {"ETag": {"schema": {"type": "string"}}}
    return {str(route.status): answer} | {status: _refused(status) for status in _REFUSALS}


def _in_manner(route: Route, plugin: MarshmallowPlugin) -> dict[str, Any]:
    """Answers in a foreign standard's manner: JSON has no root, XML no schema."""
    assert route.answer is not None
    (member,) = route.answer().fields.values()
    assert plugin.converter is not None
    value = plugin.converter.field2property(member)
    done = {"description": "Done.", "content": _both_formats(value)}
    refused = {**_both_formats(_ERRORS), "application/problem+json": {"schema": "Problem"}}
    return {str(route.status): done} | {
        status: {"description": text, "content": refused} for status, text in _REFUSALS.items()
    }


def _both_formats(value: dict[str, Any]) -> dict[str, Any]:
    return {MEDIA_TYPES["json"]: {"schema": value}, MEDIA_TYPES["xml"]: {}}


def _refused(status: str) -> str:
    """The name under which operations refer to a refusal."""
    return f"Refused{status}"
