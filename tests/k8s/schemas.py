"""Whether an object is what its kind asks for: Kubernetes' own kinds and those of the operators.

The schemas of Kubernetes' kinds are the strict ones of kubernetes-validate. Its own `validate`
reads a megabyte of definitions for each object; here that is done once.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from kubernetes_validate.utils import latest_version, schema_contents
from referencing import Registry, Resource

from k8s.custom_resources import SPECS, Core
from k8s.sources import Where

OLDEST = "1.30"
"""The oldest Kubernetes that the manifests are for: the first with `preStop.sleep`."""

VERSIONS = (OLDEST, latest_version())

_DEFINITIONS = "https://kubernetes.io/api/_definitions.json"


def problem(thing: dict[str, Any]) -> tuple[Where, str] | None:
    """Where an object is wrong and why, in the oldest or the newest Kubernetes; None if it is not.

    An object of a kind that nobody knows is wrong.
    """
    for field in ("apiVersion", "kind"):
        if not isinstance(thing.get(field), str):
            return (), f"{field} is missing"
    for version in VERSIONS:
        try:
            validator = _validator(thing["apiVersion"], thing["kind"], version)
        except FileNotFoundError:
            return ("kind",), f"no kind {thing['kind']} in {thing['apiVersion']}"
        # A misspelt field is often a missing one, too; the misspelling tells more.
        errors = sorted(
            validator.iter_errors(thing), key=lambda error: error.validator != _ONE_TOO_MANY
        )
        if errors:
            return _said(errors[0])
    return None


_ONE_TOO_MANY = "additionalProperties"


def _said(error: ValidationError) -> tuple[Where, str]:
    """The place of an error, that of the field itself where it is one too many, and its words."""
    where = tuple(error.absolute_path)
    shown = ".".join(str(step) for step in where) or "the object"
    if error.validator == _ONE_TOO_MANY:
        known = set(error.schema.get("properties", ()))
        extra = next(key for key in error.instance if key not in known)
        return (*where, extra), f"{shown} has no field {extra!r}"
    return where, f"{shown}: {error.message}"


@cache
def _validator(api_version: str, kind: str, version: str) -> Draft202012Validator:
    """FileNotFoundError where Kubernetes has no such kind and no operator adds it."""
    if (api_version, kind) in SPECS:
        schema = _schema(
            {
                "apiVersion!": str,
                "kind!": str,
                "metadata!": Core("apimachinery.pkg.apis.meta.v1.ObjectMeta"),
                "spec!": SPECS[api_version, kind],
            }
        )
    else:
        group = re.sub(r"^([^./]*)(?:[.][^/]*)?/", r"\1-", api_version)
        schema = _contents(f"{kind.lower()}-{group}", version)
    return Draft202012Validator(schema, registry=_registry(version))


@cache
def _registry(version: str) -> Registry:
    return Resource.from_contents(_contents("_definitions", version)) @ Registry()


def _contents(name: str, version: str) -> Any:
    minor = ".".join(version.split(".")[:2])
    return schema_contents(f"kubernetes-json-schema/v{minor}.0-local-strict/{name}.json", version)


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
