"""Whether an object is what its kind asks for: Kubernetes' own kinds and those of the operators."""

from __future__ import annotations

from functools import cache
from typing import Any

import kubernetes_validate
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from kubernetes_validate.utils import latest_version, schema_contents
from referencing import Registry, Resource

from k8s.custom_resources import SPECS, Core

OLDEST = "1.30"
"""The oldest Kubernetes that the manifests are for: the first with `preStop.sleep`."""

_DEFINITIONS = "https://kubernetes.io/api/_definitions.json"


def problem(thing: dict[str, Any]) -> tuple[tuple[str | int, ...], str] | None:
    """Where an object is wrong and why, in the oldest or the newest Kubernetes; None if it is not.

    An object of a kind that nobody knows is wrong.
    """
    for field in ("apiVersion", "kind"):
        if not isinstance(thing.get(field), str):
            return (), f"{field} is missing"
    if (thing["apiVersion"], thing["kind"]) in SPECS:
        errors = list(_custom(thing["apiVersion"], thing["kind"]).iter_errors(thing))
        # A misspelt field is also a missing one; the misspelling tells more.
        errors.sort(key=lambda error: error.validator != "additionalProperties")
        return _said(errors[0]) if errors else None
    for version in (OLDEST, latest_version()):
        try:
            kubernetes_validate.validate(thing, version, strict=True)
        except kubernetes_validate.SchemaNotFoundError:
            return ("kind",), f"no kind {thing['kind']} in {thing['apiVersion']}"
        except kubernetes_validate.ValidationError as error:
            return _said(error)
    return None


def _said(error: ValidationError) -> tuple[tuple[str | int, ...], str]:
    """The place of an error, that of the field itself where it is one too many, and its words."""
    where = tuple(error.absolute_path)
    shown = ".".join(str(step) for step in where) or "the object"
    if error.validator == "additionalProperties":
        known = set(error.schema.get("properties", ()))
        extra = next(key for key in error.instance if key not in known)
        return (*where, extra), f"{shown} has no field {extra!r}"
    return where, f"{shown}: {error.message}"


@cache
def _custom(api_version: str, kind: str) -> Draft202012Validator:
    definitions = schema_contents(
        f"kubernetes-json-schema/v{latest_version()}-local-strict/_definitions.json",
        latest_version(),
    )
    registry: Registry = Resource.from_contents(definitions) @ Registry()
    fields = {
        "apiVersion!": str,
        "kind!": str,
        "metadata!": Core("apimachinery.pkg.apis.meta.v1.ObjectMeta"),
        "spec!": SPECS[api_version, kind],
    }
    return Draft202012Validator(_schema(fields), registry=registry)


_TYPES = {str: "string", int: "integer", bool: "boolean"}


def _schema(shape: Any) -> dict[str, Any]:
    """The JSON Schema of a shape of custom_resources.py."""
    if isinstance(shape, Core):
        return {"$ref": f"{_DEFINITIONS}#/$defs/io.k8s.{shape}"}
    if isinstance(shape, type):
        return {"type": _TYPES[shape]} if shape is not dict else {"type": "object"}
    if isinstance(shape, list):
        return {"type": "array", "items": _schema(shape[0])}
    if isinstance(shape, tuple):
        return {"enum": list(shape)}
    return {
        "type": "object",
        "properties": {name.rstrip("!"): _schema(inner) for name, inner in shape.items()},
        "required": [name.rstrip("!") for name in shape if name.endswith("!")],
        "additionalProperties": False,
    }
