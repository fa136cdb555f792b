"""Dumping: whatever marshmallow makes of a value, the dumper makes of it."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

import marshmallow as ma
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import fields

from shared.dumping import dumper
from shared.service import find_services

_WORDS = st.text(max_size=5)
_PLAIN = (
    (fields.AwareDateTime, st.datetimes(timezones=st.just(dt.UTC))),
    (fields.Date, st.dates()),
    (fields.Integer, st.integers() | st.booleans()),
    (fields.Float, st.floats(allow_nan=False) | st.integers()),
    (fields.Boolean, st.booleans()),
    (fields.Dict, st.dictionaries(_WORDS, _WORDS, max_size=2)),
    (fields.String, _WORDS | st.integers()),
)


def values(field):
    """What may stand in a field, and what should not."""
    if isinstance(field, fields.List):
        found = st.lists(values(field.inner), max_size=2)
    elif isinstance(field, fields.Nested):
        one = bodies(type(field.schema))
        found = st.lists(one, max_size=2) if field.many else one
    elif isinstance(field, fields.Dict) and field.value_field:
        found = st.dictionaries(_WORDS, values(field.value_field), max_size=2)
    else:
        found = next((of for kind, of in _PLAIN if isinstance(field, kind)), _WORDS)
    return st.none() | found


@cache
def bodies(kind):
    """Dicts for a schema, with any of its keys; a missing `items` would be taken for a method."""

    def whole():
        named = kind().dump_fields.items()
        keys = {field.attribute or name: values(field) for name, field in named}
        methods = {key: of for key, of in keys.items() if hasattr(dict, key)}
        rest = {key: of for key, of in keys.items() if key not in methods}
        return st.fixed_dictionaries(methods, optional=rest)

    return st.deferred(whole)


def schemas():
    """Every answer and every event of every service."""
    for service in find_services():
        answers = {route.answer for route in service.api.routes if route.answer}
        events = {event.schema for event in service.events}
        for schema in sorted(answers | events, key=lambda one: one.__name__):
            yield pytest.param(schema, id=f"{service.name} {schema.__name__}")


SCHEMAS = list(schemas())


@pytest.mark.parametrize("schema", SCHEMAS)
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_each_answer_and_event_is_dumped_as_marshmallow_dumps_it(schema, data):
    made = schema()
    body = data.draw(bodies(schema))
    dumped = dumper(made)(body)
    assert dumped == made.dump(body)
    assert list(dumped) == list(made.dump(body))


def test_no_answer_or_event_is_left_to_marshmallow():
    made = [param.values[0]() for param in SCHEMAS]
    left = {type(schema).__name__ for schema in made if dumper(schema) == schema.dump}
    assert left == set()


class Person(ma.Schema):
    name = fields.Str(data_key="called", attribute="full_name")
    born = fields.Date(format="%d.%m.%Y")
    shoe = fields.Float(as_string=True)
    place = fields.Str(dump_default="here")
    friend = fields.Nested(lambda: Person(only=("name",)))
    friends = fields.Nested("Person", many=True)
    secret = fields.Str(load_only=True)


def test_names_formats_defaults_and_schemas_within_themselves_are_kept():
    one = {"full_name": "甲", "born": dt.date(2026, 3, 2), "shoe": 41, "secret": "x"}
    whole = one | {"friend": one, "friends": [one, {}]}
    assert dumper(Person())(whole) == Person().dump(whole)
    assert dumper(Person())(whole)["friend"] == {"called": "甲"}


def test_code_of_a_schema_or_field_and_objects_are_left_to_marshmallow():
    @dataclass
    class Thing:
        size: int

    class Shouted(fields.Str):
        def _serialize(self, value, attr, obj, **kwargs):
            return super()._serialize(value, attr, obj, **kwargs).upper()

    class Own(ma.Schema):
        size = fields.Int()
        word = Shouted()
        twice = fields.Function(lambda one: one["size"] * 2)

    class Hooked(ma.Schema):
        size = fields.Int()

        @ma.post_dump
        def more(self, data, **_):
            return data | {"more": True}

    assert dumper(Own())({"size": 2, "word": "a"}) == {"size": 2, "word": "A", "twice": 4}
    assert dumper(Hooked())({"size": 2}) == {"size": 2, "more": True}
    assert dumper(Hooked())(Thing(3)) == {"size": 3, "more": True}
    assert dumper(Own(only=("size",)))(Thing(3)) == {"size": 3}
