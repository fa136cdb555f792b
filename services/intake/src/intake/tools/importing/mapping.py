"""The mapping file: which column is which field, what is the same in all rows, what words mean."""

import codecs
from pathlib import Path
from typing import Any

import yaml

from intake.domain.importing import FIELDS, HEADINGS, VALUES, BadTable, Plan

_KEYS = ("columns", "constants", "values", "dates", "sheet", "encoding")


def read_plan(path: Path | None, *, channel: str) -> Plan:
    """The plan of a mapping file, the headings known by themselves filled in; BadTable why not."""
    given = _read(path) if path else {}
    named = {name: _headings(name, said) for name, said in _part(given, "columns").items()}
    columns = {**HEADINGS, **named}
    constants = {"channel": channel} | _part(given, "constants")
    values = {name: dict(meanings) for name, meanings in VALUES.items()}
    for name, meanings in _part(given, "values").items():
        if not isinstance(meanings, dict):
            raise BadTable(f"映射文件values.{name}应为“原值: 新值”。")
        values[name] = values.get(name, {}) | {str(said): m for said, m in meanings.items()}
    return Plan(
        columns={name: headings for name, headings in columns.items() if headings},
        constants=constants,
        values=values,
        needed=tuple(name for name, headings in named.items() if headings),
        dates=_headings("dates", given.get("dates")),
        sheet=_text(given, "sheet"),
        encoding=_encoding(_text(given, "encoding")),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        raise BadTable(f"映射文件无法读取：{type(error).__name__}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BadTable(f"映射文件第{mark.line + 1 if mark else '?'}行不是有效的YAML。") from error
    if not isinstance(given, dict):
        raise BadTable(f"映射文件应由这些部分组成：{'、'.join(_KEYS)}。")
    if unknown := [str(key) for key in given if key not in _KEYS]:
        raise BadTable(f"映射文件没有这些部分：{'、'.join(unknown)}；有的是：{'、'.join(_KEYS)}。")
    return given


def _part(given: dict[str, Any], key: str) -> dict[str, Any]:
    part = given.get(key) or {}
    if not isinstance(part, dict):
        raise BadTable(f"映射文件{key}应为“字段: 值”。")
    if unknown := [str(name) for name in part if name not in FIELDS]:
        raise BadTable(f"映射文件{key}中没有这些字段：{'、'.join(unknown)}。")
    return part


def _headings(name: str, given: Any) -> tuple[str, ...]:
    """One heading or several; none switches a known one off."""
    found = [] if given is None else given if isinstance(given, list) else [given]
    if not all(isinstance(one, str) for one in found):
        raise BadTable(f"映射文件中{name}应为文本。")
    return tuple(found)


def _text(given: dict[str, Any], key: str) -> str | None:
    value = given.get(key)
    if value is not None and not isinstance(value, str):
        raise BadTable(f"映射文件中{key}应为文本。")
    return value


def _encoding(name: str | None) -> str | None:
    try:
        return name and codecs.lookup(name).name
    except LookupError as error:
        raise BadTable(f"没有名为{name}的编码。") from error
