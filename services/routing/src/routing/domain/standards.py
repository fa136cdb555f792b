"""Reading a standards file: YAML whose every value knows its line, refused whole with a reason.

Every file of `standards/` is read by `read_yaml`; what finds fault with one raises StandardError.
"""

from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from shared.errors import both, in_language

Place = tuple[str | int, ...]
DEEPEST = 30
MOST_VALUES = 200_000
"""No file of standards nests as deep or, its aliases written out, says as much."""


class StandardError(ValueError):
    """A standards file that cannot be used: file, line, and the reason in both languages."""

    def __init__(self, file: str, line: int, zh: str, en: str) -> None:
        self.file = file
        self.line = line
        self.reason = both(zh, en)
        self.message = both(f"{file} 第{line}行：{zh}", f"{file} line {line}: {en}")
        super().__init__(in_language(self.message, "en"))


class Source:
    """One file as plain values, and the line on which each begins."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self._lines: dict[Place, int] = {}
        self._left = MOST_VALUES
        try:
            self._check_depth(text)
            node = yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            line = mark.line + 1 if mark else 1
            raise StandardError(
                file, line, f"不是有效的YAML（{error.problem}）", f"not YAML: {error.problem}"
            ) from error
        except yaml.YAMLError as error:
            raise StandardError(file, 1, "不是有效的YAML", f"not YAML: {error}") from error
        if node is None:
            raise StandardError(file, 1, "文件是空的", "the file is empty")
        self.values: Any = self._built(node, ())

    def line(self, *place: str | int) -> int:
        """The line of a value, or of the nearest one around it."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def fault(self, zh: str, en: str, *place: str | int) -> StandardError:
        """The error to raise for what stands at `place`."""
        return StandardError(self.file, self.line(*place), zh, en)

    def _check_depth(self, text: str) -> None:
        deep = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            deep += isinstance(event, yaml.CollectionStartEvent)
            deep -= isinstance(event, yaml.CollectionEndEvent)
            if deep > DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise StandardError(self.file, line, "嵌套过深", "nested too deeply")

    def _built(self, node: yaml.Node, place: Place, within: tuple[yaml.Node, ...] = ()) -> Any:
        self._lines.setdefault(place, node.start_mark.line + 1)
        if any(node is outer for outer in within):
            raise self.fault("引用了自身", "it contains itself", *place)
        self._left -= 1
        if self._left < 0:
            raise self.fault("内容过多（引用展开后）", "too much, aliases written out", *place)
        inside = (*within, node)
        if isinstance(node, yaml.MappingNode):
            found: dict[Any, Any] = {}
            for key_node, value_node in node.value:
                self._lines.setdefault((*place, ""), key_node.start_mark.line + 1)
                key = self._scalar(key_node, *place, "")
                here = (*place, key)
                self._lines[here] = key_node.start_mark.line + 1
                if key in found:
                    raise self.fault(f"“{key}”出现了两次", f"{key!r} stands twice", *here)
                found[key] = self._built(value_node, here, inside)
            return found
        if isinstance(node, yaml.SequenceNode):
            return [self._built(item, (*place, at), inside) for at, item in enumerate(node.value)]
        return self._scalar(node, *place)

    def _scalar(self, node: yaml.Node, *place: str | int) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            raise self.fault("项的名称应为文本", "a key must be a text", *place)
        loader = yaml.SafeLoader("")
        try:
            return loader.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            raise self.fault("值无法读取", f"cannot be read: {node.value!r}", *place) from error
        finally:
            loader.dispose()


def read_yaml(name: str, *, folder: Path | None = None) -> Source:
    """A standards file: the office's own edition in `folder` where it has one, else the package's.

    StandardError where it cannot be read.
    """
    own = folder / name if folder else None
    if own is not None and own.is_file():
        try:
            return Source(name, own.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise StandardError(name, 1, "不是UTF-8编码", "it is not UTF-8") from error
    return Source(name, (resources.files("routing.standards") / name).read_text(encoding="utf-8"))


def expect(source: Source, value: Any, kind: type, what: str, *place: str | int) -> Any:
    """`value` if it is of `kind`, else a StandardError naming its line."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise source.fault(f"“{what}”的类型不对", f"{what!r} is of the wrong type", *place)
    return value


def only(source: Source, value: Any, known: Iterable[str], *place: str | int) -> None:
    """StandardError where a mapping has a key that nobody reads."""
    for key in expect(source, value, dict, str(place[-1] if place else "file"), *place):
        if key not in tuple(known):
            raise source.fault(f"不认识的项“{key}”", f"unknown key {key!r}", *place, key)
