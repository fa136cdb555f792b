"""What fits the writer's schema fits the reader's, whenever the comparison finds no gap."""

import jsonschema_rs
import pytest
from gate.inclusion import MISSING, fields, gaps, opened, say, vanished
from hypothesis import given, settings
from hypothesis import strategies as st

TEXT = {"type": "string"}


def closed(required=(), **properties):
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("writer", "reader"),
    [
        (TEXT, TEXT),
        (TEXT, {"type": ["string", "null"]}),
        (TEXT, {}),
        (TEXT, True),
        ({"type": "integer"}, {"type": "number"}),
        ({"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 9}),
        ({"type": "string", "format": "date"}, TEXT),
        ({"enum": ["a", "b"]}, {"enum": ["a", "b", "c"]}),
        ({"enum": ["a"]}, {"type": "string", "maxLength": 1}),
        ({"enum": ["2026-03-02"]}, {"type": "string", "format": "date"}),
        ({"const": 3}, {"type": "integer", "minimum": 3}),
        ({"type": "integer", "minimum": 0}, {"type": "number", "minimum": -1}),
        ({"type": "array", "items": TEXT, "maxItems": 3}, {"type": "array"}),
        (closed(["a"], a=TEXT, b=TEXT), {"type": "object", "properties": {"a": TEXT}}),
        (closed(["a"], a=TEXT), closed(a=TEXT, b=TEXT)),
        ({"anyOf": [TEXT, {"type": "null"}]}, {"type": ["null", "string"]}),
        ({"type": ["null", "string"]}, {"anyOf": [{"type": "null"}, TEXT]}),
        ({"allOf": [TEXT, {"maxLength": 3}]}, TEXT),
        (TEXT, {"allOf": [TEXT, {"minLength": 0}]}),
        (False, TEXT),
    ],
)
def test_a_reader_takes_all_that_the_writer_may_send(writer, reader):
    assert gaps(writer, reader) == []


@pytest.mark.parametrize(
    ("writer", "reader"),
    [
        ({"type": "number"}, {"type": "integer"}),
        ({}, TEXT),
        (True, TEXT),
        (TEXT, False),
        (TEXT, {"type": "string", "format": "date-time"}),
        (TEXT, {"enum": ["a"]}),
        ({"enum": ["a", "d"]}, {"enum": ["a", "b"]}),
        ({"type": "string", "maxLength": 9}, {"type": "string", "maxLength": 5}),
        (TEXT, {"type": "string", "minLength": 1}),
        (TEXT, {"type": "string", "pattern": "a"}),
        ({"type": "number"}, {"type": "number", "minimum": 0}),
        ({"type": "number", "minimum": -1}, {"type": "number", "minimum": 0}),
        ({"type": "array"}, {"type": "array", "items": TEXT}),
        ({"type": "array"}, {"type": "array", "maxItems": 3}),
        ({"type": "object"}, closed(a=TEXT)),
        ({"type": "object"}, {"type": "object", "properties": {"a": TEXT}}),
        (closed(a=TEXT), closed(["a"], a=TEXT)),
        (closed(a=TEXT, b=TEXT), closed(a=TEXT)),
        (TEXT, {"oneOf": [TEXT, {"minLength": 2}]}),
        (TEXT, {"not": {"const": "a"}}),
        (TEXT, {"anyOf": [{"type": "string", "maxLength": 1}, {"type": "null"}]}),
        ({"type": "array", "uniqueItems": False}, {"type": "array", "uniqueItems": True}),
    ],
)
def test_a_gap_is_found(writer, reader):
    assert gaps(writer, reader) != []


def test_a_gap_is_found_by_way_of_references_of_either_side():
    writer = closed(["p"], p={"$ref": "#/$defs/P"}) | {"$defs": {"P": closed(x=TEXT)}}
    reader = closed(["p"], p={"anyOf": [{"$ref": "#/$defs/Q"}, {"type": "null"}]})
    reader |= {"$defs": {"Q": closed(["x", "y"], x=TEXT, y=TEXT)}}
    assert {gap.at for gap in gaps(writer, reader)} == {"p.x", "p.y"}
    assert [gap.kind for gap in gaps(writer, reader) if gap.at == "p.y"] == [MISSING]


def test_schemas_that_contain_themselves_are_compared():
    def unit(**more):
        own = closed(["name"], name=TEXT, parent={"$ref": "#/$defs/Unit"}, **more)
        return {"$ref": "#/$defs/Unit", "$defs": {"Unit": own}}

    assert gaps(unit(), opened(unit(code=TEXT))) == []
    assert gaps(unit(code=TEXT), unit()) != []
    assert fields(unit()) == {"name", "parent"}


def test_a_field_that_vanishes_is_named_once_and_not_with_its_parts():
    before = closed(a=closed(b=TEXT, c=TEXT), d=TEXT)
    assert vanished(before, closed(d=TEXT), before) == ["a"]
    assert vanished(before, closed(a=closed(b=TEXT), d=TEXT), before) == ["a.c"]
    assert vanished(before, closed(d=TEXT), closed(d=TEXT)) == []


def test_schemas_are_said_in_words():
    assert say({"type": ["string", "null"], "maxLength": 20}) == (
        "a text of at most 20 characters or null"
    )
    assert say({"type": "string", "format": "date-time"}) == "a time (date-time)"


def _schemas() -> st.SearchStrategy:
    """Schemas of the kind the services make."""
    numbers = st.integers(0, 4)
    texts = st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={
            "minLength": numbers,
            "maxLength": numbers,
            "pattern": st.sampled_from(["^a", "b$"]),
            "format": st.sampled_from(["date", "uuid"]),
        },
    )
    limits = {"minimum": numbers, "maximum": numbers, "exclusiveMinimum": numbers}
    counts = st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])}, optional=limits
    )
    lists = st.lists(
        st.sampled_from(["a", "ab", 1, None, True]), min_size=1, max_size=3, unique=True
    )
    plain = st.one_of(
        texts, counts, lists.map(lambda found: {"enum": found}),
        st.sampled_from([{}, {"type": "null"}, {"type": "boolean"}, {"type": ["string", "null"]},
                         {"type": ["integer", "string"], "maxLength": 2, "minimum": 1}]),
    )  # fmt: skip

    def more(inner):
        names = st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        return st.one_of(
            st.fixed_dictionaries(
                {"type": st.just("object"), "properties": names},
                optional={
                    "required": st.lists(st.sampled_from("abc"), unique=True),
                    "additionalProperties": st.one_of(st.booleans(), inner),
                },
            ),
            st.fixed_dictionaries(
                {"type": st.just("array"), "items": inner},
                optional={"minItems": numbers, "maxItems": numbers},
            ),
            st.lists(inner, min_size=1, max_size=3).map(lambda found: {"anyOf": found}),
            st.lists(inner, min_size=1, max_size=2).map(lambda found: {"allOf": found}),
            st.tuples(inner, texts).map(lambda two: {**two[1], "anyOf": [two[0], {}]}),
        )

    return st.recursive(plain, more, max_leaves=5)


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-1, 5),
        st.sampled_from([0.5, 2.5, "", "a", "ab", "b", "aab", "ccccc", "2026-03-02"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    ),
    max_leaves=5,
)


@settings(max_examples=400, deadline=None)
@given(writer=_schemas(), other=_schemas(), values=st.lists(VALUES, min_size=20, max_size=40))
def test_whatever_fits_the_writer_fits_a_reader_without_gaps(writer, other, values):
    sent = jsonschema_rs.validator_for(writer, validate_formats=True)
    for reader in (other, {"anyOf": [writer, other]}, _wider(writer)):
        if gaps(writer, reader):
            continue
        takes = jsonschema_rs.validator_for(reader, validate_formats=True)
        wrong = [value for value in values if sent.is_valid(value) and not takes.is_valid(value)]
        assert wrong == []


def _wider(schema):
    """A schema with some of its rules dropped."""
    if not isinstance(schema, dict):
        return schema
    dropped = {"minLength", "pattern", "required", "minItems", "exclusiveMinimum"}
    return {key: value for key, value in schema.items() if key not in dropped}
