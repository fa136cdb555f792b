"""Is everything that a writer may send readable by a reader? JSON Schema held against JSON Schema.

`gaps(writer, reader)` is empty only if every value that fits the writer's schema fits the reader's.
It never says so wrongly: a keyword of the reader that it does not know is a gap, unless both sides
are equal there. `format` counts as a rule, as the services treat it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

Node = Any
MISSING, MAYBE_MISSING, UNKNOWN, REFUSED = "missing", "maybe missing", "unknown", "refused"

_NOTES = {
    "$schema", "$defs", "$id", "$comment", "title", "description", "default", "examples",
    "deprecated", "readOnly", "writeOnly", "components",
}  # fmt: skip
_KNOWN = {
    "null": set(),
    "boolean": set(),
    "string": {"minLength", "maxLength", "pattern", "format"},
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "array": {"items", "minItems", "maxItems", "uniqueItems"},
    "object": {"properties", "required", "additionalProperties"},
}
_KNOWN["number"] = _KNOWN["integer"]
_ASSERTIONS = set().union(*_KNOWN.values())
_INF = float("inf")
_LEAST = {"minLength": 0, "minItems": 0, "minimum": -_INF, "exclusiveMinimum": -_INF}
_MOST = ("maxLength", "maxItems", "maximum", "exclusiveMaximum")
_SAME = ("pattern", "format", "multipleOf", "uniqueItems")


@dataclass(frozen=True)
class Gap:
    """Something that the writer may send and the reader does not take."""

    at: str
    kind: str
    sends: str = ""
    takes: str = ""


def gaps(writer: Node, reader: Node) -> list[Gap]:
    """What the reader does not take of what the writer may send, by field."""
    if writer == reader:
        return []
    return _Comparison(writer, reader).compare(writer, reader, "")


def fields(schema: Node) -> set[str]:
    """The fields a schema names, nested ones as `header.clocks[].due_day`."""
    return set(_fields(schema, schema, "", ()))


def vanished(before: Node, after: Node, reader: Node) -> list[str]:
    """Fields that the reader reads and the writer sent before, and sends no more."""
    gone = (fields(before) & fields(reader)) - fields(after)
    return sorted(at for at in gone if not any(at.startswith(f"{other}.") for other in gone))


def opened(schema: Node) -> Node:
    """The schema of a reader who ignores fields that it does not know."""
    if isinstance(schema, dict):
        kept = {k: v for k, v in schema.items() if (k, v) != ("additionalProperties", False)}
        return {k: opened(v) for k, v in kept.items()}
    return [opened(one) for one in schema] if isinstance(schema, list) else schema


def say(schema: Node) -> str:
    """A schema in a few words."""
    if not isinstance(schema, dict):
        return "anything" if schema else "nothing"
    if "enum" in schema or "const" in schema:
        return f"one of {', '.join(json.dumps(v, ensure_ascii=False) for v in _values(schema))}"
    kind: Any = schema.get("type")
    if isinstance(kind, list):
        return " or ".join(say(schema | {"type": one}) for one in kind)
    if "anyOf" in schema or "oneOf" in schema:
        return " or ".join(say(one) for one in schema.get("anyOf") or schema["oneOf"])
    if "$ref" in schema:
        return f"a {schema['$ref'].rpartition('/')[2]}"
    word = _WORDS.get((kind, schema.get("format")), _WORDS.get((kind, None), "anything"))
    known = _KNOWN.get(kind, set()) & schema.keys()
    limits = [text.format(schema[key]) for key, text in _LIMITS.items() if key in known]
    return f"{word} {', '.join(limits)}".rstrip()


_WORDS: dict[tuple[Any, Any], str] = {
    ("null", None): "null",
    ("boolean", None): "true or false",
    ("string", None): "a text",
    ("string", "date-time"): "a time (date-time)",
    ("string", "date"): "a day (date)",
    ("string", "local-date-time"): "a time without its offset",
    ("string", "uuid"): "a UUID",
    ("integer", None): "a whole number",
    ("number", None): "a number",
    ("array", None): "a list",
    ("object", None): "an object",
}
_LIMITS = {
    "minLength": "of {} or more characters",
    "maxLength": "of at most {} characters",
    "pattern": "like {}",
    "minimum": "from {}",
    "exclusiveMinimum": "above {}",
    "maximum": "up to {}",
    "exclusiveMaximum": "below {}",
    "multipleOf": "in steps of {}",
    "minItems": "of at least {}",
    "maxItems": "of at most {}",
}


def _values(schema: dict[str, Any]) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema["enum"])


def _resolved(node: Node, root: Node) -> Node:
    """The node with its local references put in place; keywords beside a reference hold too."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = root
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        beside = {key: value for key, value in node.items() if key not in _NOTES | {"$ref"}}
        node = {"allOf": [target, beside]} if beside else target
    return {} if node is True else node


def _fields(node: Node, root: Node, at: str, seen: tuple[int, ...]) -> Iterator[str]:
    node = _resolved(node, root)
    if not isinstance(node, dict) or id(node) in seen:
        return
    seen = (*seen, id(node))
    for name, inner in node.get("properties", {}).items():
        here = f"{at}.{name}" if at else name
        yield here
        yield from _fields(inner, root, here, seen)
    yield from _fields(node.get("items"), root, f"{at}[]", seen)
    for key in ("anyOf", "oneOf", "allOf"):
        for inner in node.get(key, ()):
            yield from _fields(inner, root, at, seen)


class _Comparison:
    """One comparison of two documents, whose references each resolves in its own root."""

    def __init__(self, writer_root: Node, reader_root: Node) -> None:
        self.writer_root, self.reader_root = writer_root, reader_root
        self._assumed: set[tuple[str, str]] = set()

    def compare(self, writer: Node, reader: Node, at: str) -> list[Gap]:
        """Gaps between two nodes; a pair that contains itself is assumed to fit there."""
        if not (_refers(writer) or _refers(reader)):  # only a reference leads back to a pair
            return self._compare_resolved(writer, reader, at)
        pair = (_text(writer), _text(reader))
        if pair in self._assumed:
            return []
        self._assumed.add(pair)
        try:
            return self._compare_resolved(writer, reader, at)
        finally:
            self._assumed.discard(pair)

    def _compare_resolved(self, writer: Node, reader: Node, at: str) -> list[Gap]:
        return self._compare(self._widest(writer), _resolved(reader, self.reader_root), at)

    def _compare(self, writer: Node, reader: Node, at: str) -> list[Gap]:
        """Split unions and conjunctions until two nodes of one type each are left."""
        if writer is False or reader == {}:
            return []
        if reader is False:
            return [Gap(at, REFUSED, say(writer), "nothing")]
        if parts := _conjuncts(reader):
            return [gap for part in parts for gap in self.compare(writer, part, at)]
        if "enum" in writer or "const" in writer:
            return self._compare_values(_values(writer), reader, at)
        if options := _options(writer):
            return [gap for one in options for gap in self.compare(one, reader, at)]
        options = _options(reader)
        fit = self._fit_one_of(writer, options, reader, at) if options else None
        return self._fit(writer, reader, at) if fit is None else fit

    def _widest(self, node: Node) -> Node:
        """A writer's node without references; of rules that hold together the first will do."""
        node = _resolved(node, self.writer_root)
        while isinstance(node, dict) and node.get("allOf"):
            node = _resolved(node["allOf"][0], self.writer_root)
        return node

    def _compare_values(self, values: list[Any], reader: dict[str, Any], at: str) -> list[Gap]:
        """A closed list is compared value by value, by a real validator."""
        root = self.reader_root if isinstance(self.reader_root, dict) else {}
        whole = {key: root[key] for key in ("$defs", "components") if key in root}
        try:
            validator = jsonschema_rs.validator_for(whole | reader, validate_formats=True)
        except jsonschema_rs.ValidationError:  # a pattern of Python's that the validator lacks
            return [Gap(at, REFUSED, say({"enum": values}), say(reader))]
        wrong = [value for value in values if not validator.is_valid(value)]
        return [Gap(at, REFUSED, say({"enum": wrong}), say(reader))] if wrong else []

    def _fit_one_of(
        self, writer: dict[str, Any], options: list[Node], reader: Node, at: str
    ) -> list[Gap]:
        tried = [self.compare(writer, option, at) for option in options]
        if not all(tried):
            return []
        whole = Gap(at, REFUSED, say(writer), say(reader))
        # An option that fits but for something inside it explains more than "none fits".
        inside = [found for found in tried if any(gap.at != at for gap in found)]
        return inside[0] if len(inside) == 1 else [whole]

    def _fit(self, writer: dict[str, Any], reader: dict[str, Any], at: str) -> list[Gap]:
        """Gaps between two nodes of one type each."""
        kind, wanted = writer.get("type"), reader.get("type")
        rules = _rules(reader)
        fits = wanted in (None, kind) or (kind, wanted) == ("integer", "number")
        if kind is None and rules:
            fits = False
        if not fits or set(rules) - _ASSERTIONS or not _within_limits(writer, rules, kind):
            return [Gap(at, REFUSED, say(writer), say(reader))]
        if kind == "array":
            return self.compare(writer.get("items", {}), reader.get("items", {}), f"{at}[]")
        return self._fit_object(writer, reader, at) if kind == "object" else []

    def _fit_object(self, writer: dict[str, Any], reader: dict[str, Any], at: str) -> list[Gap]:
        sent, taken = writer.get("properties", {}), reader.get("properties", {})
        sent_more = writer.get("additionalProperties", True)
        taken_more = reader.get("additionalProperties", True)
        found = []
        for name in reader.get("required", ()):
            if name not in writer.get("required", ()):
                kind = MAYBE_MISSING if name in sent else MISSING
                found.append(Gap(_under(at, name), kind, takes=say(taken.get(name, {}))))
        for name in sorted(set(sent) | set(taken)):
            here = _under(at, name)
            if name in sent and name not in taken and taken_more is False:
                found.append(Gap(here, UNKNOWN, say(sent[name])))
            elif name in sent or sent_more is not False:
                wanted = taken.get(name, taken_more)
                found += self.compare(sent.get(name, sent_more), wanted, here)
        if sent_more is not False:
            found += self.compare(sent_more, taken_more, _under(at, "*"))
        return found


def _conjuncts(node: dict[str, Any]) -> list[Node]:
    """The nodes that must all hold where a node combines some; none where it is a single one."""
    several = node.get("allOf", [])
    rest = {key: value for key, value in node.items() if key not in _NOTES | {"allOf"}}
    if several:
        return [*several, *([rest] if rest else [])]
    beside = {key: value for key, value in rest.items() if key != "anyOf"}
    if "anyOf" in node and beside:
        return [{"anyOf": node["anyOf"]}, beside]
    return []


def _options(node: dict[str, Any]) -> list[Node]:
    """The nodes whose union a node is; none where it is of one type. `oneOf` narrows a union."""
    if "anyOf" in node:
        return list(node["anyOf"])
    if isinstance(node.get("type"), list):
        return [{**node, "type": kind} for kind in node["type"]]
    return []


def _within_limits(writer: dict[str, Any], rules: dict[str, Any], kind: str | None) -> bool:
    """Whether the writer's own limits keep it inside those of the reader for its type."""
    here = {key: rules[key] for key in _KNOWN.get(kind or "", ()) if rules.get(key) is not None}
    return (
        all(writer.get(k, least) >= here[k] for k, least in _LEAST.items() if k in here)
        and all(writer.get(k, _INF) <= here[k] for k in _MOST if k in here)
        and all(writer.get(k) == here[k] for k in _SAME if here.get(k))
    )


def _rules(node: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in node.items() if k not in _NOTES | {"type"} and k[:2] != "x-"}


def _under(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _refers(node: Node) -> bool:
    return isinstance(node, dict) and "$ref" in node


def _text(node: Node) -> str:
    return json.dumps(node, sort_keys=True)
