"""Dumping: what a marshmallow schema's `dump` makes of a value, several times as fast.

A schema is read once, into the keys of its fields and what becomes of their values; most values,
texts above all, are then taken over without a call for each. Whatever has code of its own is left
to marshmallow: schemas with hooks, fields that are no plain ones, values that are no dict.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import marshmallow as ma
from marshmallow import fields

Convert = Callable[[Any], Any]
_NONE: frozenset[type] = frozenset({type(None)})
_AS_IT_IS: tuple[tuple[type[fields.Field[Any]], frozenset[type]], ...] = (
    (fields.String, _NONE | {str}),
    (fields.Integer, _NONE | {int}),
    (fields.Float, _NONE | {float}),
    (fields.Field, _NONE | {bool, str, int, float, dict, list}),
)
"""The types of values that go out as they came, of fields that serialize as these do."""
_HOOKS = ("pre_dump", "post_dump")
_SCHEMA_OWN = ("dump", "_serialize", "get_attribute")
_FIELD_OWN = ("serialize", "get_value")
_MISSING = object()


def dumper(schema: ma.Schema) -> Convert:
    """A function that gives what `schema.dump` would."""
    named = schema.dump_fields.items()
    plan = [_row(name, field) for name, field in named if _is_plain(field, name)]
    if len(plan) < len(named) or _has_code(schema, ma.Schema, _SCHEMA_OWN) or _has_hooks(schema):
        return schema.dump

    def dump(value: Any) -> Any:
        if type(value) is not dict:
            return schema.dump(value)
        found = {}
        for name, key, as_it_is, convert in plan:
            one = value.get(key, _MISSING)
            if type(one) in as_it_is:
                found[name] = one
            elif one is not _MISSING:
                found[name] = convert(one)
        return found

    return dump


def _row(name: str, field: fields.Field[Any]) -> tuple[str, str, frozenset[type], Convert]:
    """A field's name outside, its key, the types that stay as they are, and a conversion."""
    outside = name if field.data_key is None else field.data_key
    return outside, _key(field, name), _unchanged(field), _conversion(field, name)


def _key(field: fields.Field[Any], name: str) -> str:
    return name if field.attribute is None else field.attribute


def _is_plain(field: fields.Field[Any], name: str) -> bool:
    """Whether a field takes the value of its key, and nothing where there is none."""
    if _has_code(field, fields.Field, _FIELD_OWN) or not field._CHECK_ATTRIBUTE:
        return False
    return field.dump_default is ma.missing and "." not in _key(field, name)


def _unchanged(field: fields.Field[Any]) -> frozenset[type]:
    if isinstance(field, fields.Number) and field.as_string:
        return _NONE
    found = (types for kind, types in _AS_IT_IS if _serializes_as(field, kind))
    return next(found, frozenset())


def _conversion(field: fields.Field[Any], name: str) -> Convert:
    if isinstance(field, fields.List) and _serializes_as(field, fields.List):
        return _each(_unchanged(field.inner), _conversion(field.inner, name))
    if isinstance(field, fields.Nested) and _serializes_as(field, fields.Nested):
        return _nested(field)
    return lambda value: field._serialize(value, name, None)


def _each(as_it_is: frozenset[type], convert: Convert) -> Convert:
    def dump(values: Any) -> list[Any] | None:
        if values is None:
            return None
        return [one if type(one) in as_it_is else convert(one) for one in values]

    return dump


def _nested(field: fields.Nested) -> Convert:
    # A schema may hold itself, so the inner one is read when it is first met.
    @cache
    def inner() -> Convert:
        convert = dumper(field.schema)
        return _each(frozenset(), convert) if field.schema.many or field.many else convert

    return lambda value: None if value is None else inner()(value)


def _serializes_as(field: fields.Field[Any], kind: type[fields.Field[Any]]) -> bool:
    return isinstance(field, kind) and not _has_code(field, kind, ("_serialize",))


def _has_code(one: object, usual: type, names: tuple[str, ...]) -> bool:
    """Whether a class has put something of its own in the place of one of these methods."""
    return any(getattr(type(one), name) is not getattr(usual, name) for name in names)


def _has_hooks(schema: ma.Schema) -> bool:
    return any(schema._hooks[name] for name in _HOOKS)
