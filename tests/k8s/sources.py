"""YAML files as values with places: which line each field of a manifest stands on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy/k8s"

Where = tuple[str | int, ...]

# The same in C where PyYAML has it, and ten times as fast.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_all(text: str) -> list[Any]:
    """The values of all documents that hold anything; yaml.YAMLError where it is no YAML."""
    return [value for value in yaml.load_all(text, _LOADER) if value is not None]


class Wrong(Exception):
    """What is wrong in a file, where, and why."""

    def __init__(self, file: Path, line: int, reason: str) -> None:
        shown = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file
        self.file, self.line, self.reason = file, line, reason
        super().__init__(f"{shown}:{line}: {reason}")


@dataclass(frozen=True)
class Source:
    """One YAML document of a file; `where` is the way of keys and indexes to a field."""

    file: Path
    value: Any
    lines: dict[Where, int]

    @property
    def kind(self) -> str:
        return self._text("kind")

    @property
    def name(self) -> str:
        metadata = self.value.get("metadata") if isinstance(self.value, dict) else None
        return str((metadata or {}).get("name", ""))

    def line(self, where: Where) -> int:
        """The line of a field, or of the nearest one around it that is there."""
        while where not in self.lines:
            where = where[:-1]
        return self.lines[where]

    def wrong(self, where: Where, reason: str) -> Wrong:
        return Wrong(self.file, self.line(where), reason)

    def _text(self, key: str) -> str:
        return str(self.value.get(key, "")) if isinstance(self.value, dict) else ""


def read(file: Path) -> list[Source]:
    """The documents of a file; Wrong where it is no YAML or says one key twice."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(file, 1, f"cannot be read: {error}") from error
    try:
        nodes = [node for node in yaml.compose_all(text, _LOADER) if node is not None]
        values = load_all(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise Wrong(file, mark.line + 1 if mark else 1, f"no YAML: {problem}") from error
    found = []
    for node, value in zip(nodes, values, strict=True):
        lines: dict[Where, int] = {(): node.start_mark.line + 1}
        lines.update(_places(file, node, ()))
        found.append(Source(file, value, lines))
    return found


def _places(file: Path, node: yaml.Node, where: Where) -> Iterator[tuple[Where, int]]:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                raise Wrong(file, line, f"field {key.value!r} is there twice")
            seen.add(key.value)
            yield (*where, key.value), line
            yield from _places(file, value, (*where, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for at, value in enumerate(node.value):
            yield (*where, at), value.start_mark.line + 1
            yield from _places(file, value, (*where, at))
