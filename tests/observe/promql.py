"""Which metrics and labels a PromQL expression names: enough of its grammar for our own rules."""

import re
from collections.abc import Iterator

_WORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "bool", "offset"}
_GROUPED = re.compile(r"\b(?:by|on|without|ignoring)\s*\(([^)]*)\)")
_SELECTED = re.compile(r"([A-Za-z_:][A-Za-z0-9_:]*)\s*(?:\{([^}]*)\})?(?!\s*\(|[A-Za-z0-9_:])")
_MATCHER = re.compile(r"([a-z_]+)\s*(?:=~|!~|!=|=)")


def metrics(expr: str) -> Iterator[tuple[str, set[str]]]:
    """Each metric of an expression, with the labels that its own braces name."""
    bare = re.sub(r"#.*", "", expr)
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', bare)
    bare = _GROUPED.sub(" ", bare)
    bare = re.sub(r"\[[^\]]*\]", "", bare)
    for name, inside in _SELECTED.findall(bare):
        if name not in _WORDS and not re.fullmatch(r"[smhd]|inf|nan", name, re.I):
            yield name, set(_MATCHER.findall(inside))


def grouped(expr: str) -> set[str]:
    """The labels that an expression groups or joins by."""
    bare = re.sub(r"#.*", "", expr)
    return {
        label.strip()
        for labels in _GROUPED.findall(bare)
        for label in labels.split(",")
        if label.strip()
    }
