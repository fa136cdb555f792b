"""Files of categories: read, merged into the tree there is, written.

Two kinds are read:

    code,name,parent,unit,keywords,valid,sort      a tree with codes, as `export` writes it
    l1,l2,l3,...                                   names only, a path in each row; codes are given

A file with mistakes is refused whole. Categories are never removed: cases refer to them. What a
new tree does not have is no longer valid.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from routing.domain.categories import COLUMNS, Category, Mistakes, Row, RulesError, read_tree
from shared.errors import both

_LEVEL = re.compile(r"l[1-9]\d?\Z", re.ASCII)


@dataclass(frozen=True)
class Merged:
    """The whole tree after an import, and the codes that it added, changed and ended."""

    tree: Mapping[str, Category]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    ended: tuple[str, ...]


def merge(known: Mapping[str, Category], wanted: Mapping[str, Category]) -> Merged:
    """The tree `wanted`, with what only `known` has kept as no longer valid."""
    ended = {code: replace(known[code], valid=False) for code in known if code not in wanted}
    return Merged(
        tree={**wanted, **ended},
        added=tuple(code for code in wanted if code not in known),
        changed=tuple(c for c in wanted if c in known and row_of(wanted[c]) != row_of(known[c])),
        ended=tuple(code for code in ended if known[code].valid),
    )


def row_of(category: Category) -> Row:
    """A category as a row of a file with codes."""
    return {
        "code": category.code,
        "name": category.name,
        "parent": category.parent or "",
        "unit": category.own_unit,
        "keywords": "|".join(category.keywords),
        "valid": "1" if category.valid else "0",
        "sort": str(category.sort),
    }


def written(tree: Mapping[str, Category]) -> str:
    """The tree as CSV, which reads back as the same tree."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row_of(category) for category in tree.values())
    return out.getvalue()


def decoded(raw: bytes, *, file: str) -> str:
    """The text of a CSV file in UTF-8, or in the GB 18030 that spreadsheets save it in."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RulesError(
        both(
            f"{file}第1行：既不是UTF-8，也不是GB 18030编码。",
            f"{file} line 1: neither UTF-8 nor GB 18030.",
        )
    )


def numbered_rows(text: str, *, file: str) -> Iterator[tuple[int, Row]]:
    """Each row of a CSV text with its line; RulesError where a row has more cells than the head."""
    mistakes = Mistakes(file)
    reader = csv.DictReader(io.StringIO(text.replace("\0", ""), newline=""), strict=True)
    rows = []
    try:
        for row in reader:
            if None in row:
                mistakes.add(reader.line_num, "比表头多出单元格。", "more cells than the header.")
            rows.append((reader.line_num, {k: (v or "").strip() for k, v in row.items() if k}))
    except csv.Error as error:
        mistakes.add(reader.line_num, f"不是有效的CSV（{error}）。", f"not valid CSV ({error}).")
    mistakes.check()
    yield from rows


def read_file(
    text: str, *, file: str, known: Mapping[str, Category], unit: str | None = None
) -> dict[str, Category]:
    """The tree that a CSV text describes; RulesError names each mistake's line and reason.

    A file of names keeps code, unit and keywords of what is `known` by the same path; `unit`
    handles what has none above it that says so.
    """
    rows = list(numbered_rows(text, file=file))
    names = set(rows[0][1]) if rows else set()
    if {"code", "name"} <= names:
        return read_tree(rows, file=file)
    if "l1" in names:
        return read_tree(_coded(rows, file=file, known=known, unit=unit), file=file)
    raise RulesError(
        both(
            f"{file}第1行：表头应有code和name两列，或l1、l2等列，且至少有一行。",
            f"{file} line 1: needs the columns code and name, or l1, l2, ..., and a row.",
        )
    )


def _coded(
    rows: Sequence[tuple[int, Row]],
    *,
    file: str,
    known: Mapping[str, Category],
    unit: str | None,
) -> list[tuple[int, Row]]:
    """Rows of names as rows of codes, each category once, above before below."""
    mistakes = Mistakes(file)
    levels = sorted((n for n in rows[0][1] if _LEVEL.match(n)), key=lambda name: int(name[1:]))
    codes = {category.path: category.code for category in known.values()}
    taken = defaultdict(set)
    for category in known.values():
        taken[category.parent or ""].add(category.code)
    coded: dict[tuple[str, ...], tuple[int, Row]] = {}
    for line, row in rows:
        names = [row.get(level, "") for level in levels]
        depth = len([name for name in names if name])
        if not depth or "" in names[:depth]:
            mistakes.add(line, "上一级名称为空。", "a name is missing above another, or all are.")
            continue
        for upto in range(1, depth + 1):
            path = tuple(names[:upto])
            if path in coded:
                continue
            parent = coded[path[:-1]][1]["code"] if upto > 1 else ""
            code = codes.get(path) or _free_code(parent, taken[parent])
            taken[parent].add(code)
            coded[path] = (line, _named(path, code, parent, known.get(code), unit or ""))
        own = coded[tuple(names[:depth])][1]
        own |= {name: row[name] for name in ("unit", "keywords") if row.get(name)}
    mistakes.check()
    for place, (_, row) in enumerate(coded.values(), start=1):
        row["sort"] = str(place)
    return list(coded.values())


def _free_code(parent: str, taken: set[str]) -> str:
    start = f"{parent}." if parent else "c"
    number = 1
    while (code := f"{start}{number:02d}") in taken:
        number += 1
    return code


def _named(path: tuple[str, ...], code: str, parent: str, known: Category | None, unit: str) -> Row:
    own = known.own_unit if known else ("" if parent else unit)
    words = "|".join(known.keywords) if known else ""
    return {
        "code": code,
        "name": path[-1],
        "parent": parent,
        "unit": own,
        "keywords": words,
        "valid": "1",
    }
