"""The tree of categories, of any depth: what a category is, and what makes a tree sound."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.errors import both, in_language

COLUMNS = ("code", "name", "parent", "unit", "keywords", "valid", "sort")
LONGEST_CODE = 50
LONGEST_NAME = 100
SORT_MOST = 1_000_000
MISTAKES_SHOWN = 20
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*\Z", re.ASCII)
_FLAGS = {"": True, "1": True, "true": True, "是": True, "0": False, "false": False, "否": False}


class RulesError(ValueError):
    """A file of categories or rules contradicts itself; the message names file, line and reason."""

    def __init__(self, message: str) -> None:
        super().__init__(in_language(message, "en"))
        self.message = message


@dataclass(frozen=True)
class Category:
    """A category, and the unit that usually handles it: its own, or that of the category above.

    `group` is the first-level code; `path` are the names and `line` the codes from there to here.
    """

    code: str
    name: str
    unit: str
    own_unit: str = ""
    parent: str | None = None
    level: int = 1
    group: str = ""
    path: tuple[str, ...] = ()
    line: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    valid: bool = True
    sort: int = 0


Row = dict[str, str]
"""A category as a row of a file: COLUMNS, all texts; `unit` empty where it is the parent's."""


@dataclass
class Mistakes:
    """What is wrong with a file, by line; raised all at once, so that one look mends them all."""

    file: str
    found: list[str] = field(default_factory=list)

    def add(self, line: int, zh: str, en: str) -> None:
        """Note one mistake."""
        self.found.append(both(f"{self.file}第{line}行：{zh}", f"{self.file} line {line}: {en}"))

    def check(self) -> None:
        """RulesError with the first mistakes, where there are any."""
        if self.found:
            shown = self.found[:MISTAKES_SHOWN]
            parts = ["\n".join(in_language(one, language) for one in shown) for language in _TOLD]
            raise RulesError(both(*parts))


_TOLD = ("zh", "en")


def read_tree(rows: Iterable[tuple[int, Mapping[str, str]]], *, file: str) -> dict[str, Category]:
    """Categories by code, in the file's order, each checked against all others.

    Without a column `parent` the part of a code before its last dot is the parent.
    """
    mistakes = Mistakes(file)
    found: dict[str, tuple[int, Mapping[str, str], str]] = {}
    for line, row in rows:
        code = row["code"]
        parent = row["parent"] if "parent" in row else code.rpartition(".")[0]
        _check_row(mistakes, line, row, taken=found)
        found.setdefault(code, (line, row, parent))
    _check_parents(mistakes, found)
    mistakes.check()
    tree: dict[str, Category] = {}
    for code in found:
        _grow(tree, code, found)
    _check_grown(mistakes, tree, found)
    mistakes.check()
    return {code: tree[code] for code in found}


def _check_row(
    mistakes: Mistakes, line: int, row: Mapping[str, str], *, taken: Mapping[str, object]
) -> None:
    code = row["code"]
    if not _CODE.match(code) or len(code) > LONGEST_CODE:
        mistakes.add(
            line,
            f"代码“{code}”应为不超过{LONGEST_CODE}个小写字母、数字、连字符，以点分级。",
            f"code {code!r}: lower-case letters, digits, hyphens, dots, at most {LONGEST_CODE}.",
        )
    if code in taken:
        mistakes.add(line, f"代码“{code}”重复。", f"duplicate code {code!r}.")
    if not row["name"] or len(row["name"]) > LONGEST_NAME or not row["name"].isprintable():
        mistakes.add(
            line,
            f"名称应为1至{LONGEST_NAME}个字，不含控制字符。",
            f"no name, or none of 1 to {LONGEST_NAME} printable characters.",
        )
    if row.get("valid", "").casefold() not in _FLAGS:
        mistakes.add(line, "valid应为1或0。", "valid must be 1 or 0.")
    sort = row.get("sort", "") or "0"
    if not (sort.isascii() and sort.isdigit() and int(sort) <= SORT_MOST):
        mistakes.add(line, "sort应为不小于0的整数。", "sort must be a whole number from 0.")
    unit = row.get("unit", "")
    if len(unit) > LONGEST_CODE or not unit.isprintable():
        mistakes.add(line, "unit应为单位代码。", "unit must be a unit's code.")
    for word in words_of(row.get("keywords", "")):
        if len(word) < 2:  # noqa: PLR2004
            mistakes.add(
                line,
                f"关键词“{word}”不足两个字。",
                f"keyword {word!r} is shorter than two characters.",
            )


_Found = Mapping[str, tuple[int, Mapping[str, str], str]]


def _check_parents(mistakes: Mistakes, found: _Found) -> None:
    for code, (line, _, parent) in found.items():
        if parent and parent not in found:
            mistakes.add(
                line, f"没有上级“{parent}”这一行。", f"no row for the groups above: {parent!r}."
            )
            continue
        above, at = {code}, parent
        while at in found and at not in above:
            above.add(at)
            at = found[at][2]
        if at:
            mistakes.add(
                line, f"“{code}”的上级绕回到自身。", f"the parents of {code!r} form a loop."
            )


def _grow(tree: dict[str, Category], code: str, found: _Found) -> Category:
    line_up = [code]
    while (parent := found[line_up[-1]][2]) and parent not in tree:
        line_up.append(parent)
    for each in reversed(line_up):
        if each in tree:
            continue
        _, row, parent = found[each]
        above = tree[parent] if parent else None
        tree[each] = Category(
            code=each,
            name=row["name"],
            unit=row.get("unit", "") or (above.unit if above else ""),
            own_unit=row.get("unit", ""),
            parent=parent or None,
            level=above.level + 1 if above else 1,
            group=above.group if above else each,
            line=(*(above.line if above else ()), each),
            path=(*(above.path if above else ()), row["name"]),
            keywords=words_of(row.get("keywords", "")),
            valid=_FLAGS[row.get("valid", "").casefold()],
            sort=int(row.get("sort", "") or 0),
        )
    return tree[code]


def _check_grown(mistakes: Mistakes, tree: Mapping[str, Category], found: _Found) -> None:
    paths: dict[tuple[str, ...], str] = {}
    for code, (line, *_) in found.items():
        category = tree[code]
        if not category.unit:
            mistakes.add(
                line,
                "没有办理单位，上级也没有。",
                "no unit: neither its own nor one above it.",
            )
        if category.valid and category.parent and not tree[category.parent].valid:
            mistakes.add(line, "上级已停用。", "its parent is not valid.")
        if category.valid and category.path in paths:
            mistakes.add(
                line,
                f"与“{paths[category.path]}”同级同名。",
                f"has the same name and parent as {paths[category.path]!r}.",
            )
        if category.valid:
            paths[category.path] = code


def words_of(text: str) -> tuple[str, ...]:
    """Keywords as a cell holds them, parted by bars or spaces."""
    return tuple(text.replace("|", " ").split())
