"""Which class and route a petition's words point to, and whether they accuse somebody in office.

The words are data/lanes.csv, each row with its basis. Three tables read aloud:

    purpose      建议意见 or 申诉求决, by weight; 检举控告 where an accusation is suspected
    route        which of the six routes of T22 Art.31 a 申诉求决 takes; the sixth unless words say
    accusation   an `act` is suspicion enough; what stands `beside` only together with a `who`

All are suggestions: people decide.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from routing.domain.categories import Mistakes
from routing.domain.category_files import decoded, numbered_rows
from routing.domain.suggestion import MAX_TEXT, TITLE_FACTOR, deciding

PURPOSES = {
    "petition": ("申诉求决", "T22 Art.31"),
    "suggestion": ("建议意见", "T22 Art.29"),
    "accusation": ("检举控告", "T22 Art.30"),
}
ROUTES = {
    "litigation": ("诉讼及政法机关程序", "T22 Art.31(一)"),
    "arbitration": ("仲裁", "T22 Art.31(二)"),
    "party": ("党员申诉、复审", "T22 Art.31(三)"),
    "administrative": ("行政复议、裁决、确认、许可、处罚等", "T22 Art.31(四)"),
    "duty": ("查处违法、履行保护职责", "T22 Art.31(五)"),
    "petition": ("信访程序", "T22 Art.31(六)"),
}
_CODES = {
    "purpose": frozenset(PURPOSES),
    "route": frozenset(ROUTES),
    "accusation": frozenset({"act", "beside", "who"}),
}
ROUTE_LEAST = 3.0  # one word in passing does not take a matter out of the petition procedure
_COLUMNS = {"table", "code", "word", "weight", "basis"}

Table = Mapping[str, Mapping[str, float]]
"""The words of each code, with their weights."""


@dataclass(frozen=True)
class Lanes:
    """The three tables of words."""

    purpose: Table
    route: Table
    accusation: Table


def lanes_of(title: str, text: str, lanes: Lanes) -> dict[str, Any]:
    """Suggested `purpose`, `route` and `accusation`, each with the words that decided."""
    accused = suspicion(title, text, lanes)
    if accused["suspected"]:
        purpose, words = "accusation", accused["words"]
    else:
        purpose, words = _class_of(title, text, lanes)
    return {
        "purpose": _said(purpose, PURPOSES, words),
        "route": _route(title, text, lanes) if purpose == "petition" else None,
        "accusation": accused,
    }


def suspicion(title: str, text: str, lanes: Lanes) -> dict[str, Any]:
    """Whether the words accuse somebody in office, and which (T22 Arts.22(2), 30)."""
    found = _found(title, text, lanes.accusation)
    acts, beside, who = (found.get(code, {}) for code in ("act", "beside", "who"))
    suspected = bool(acts or (beside and who))
    words = deciding({**acts, **beside} | (who if beside or acts else {})) if suspected else ()
    return {"suspected": suspected, "words": list(words)}


def _class_of(title: str, text: str, lanes: Lanes) -> tuple[str, Iterable[str]]:
    found = _found(title, text, lanes.purpose)
    weights = {code: sum(words.values()) for code, words in found.items()}
    if weights.get("suggestion", 0.0) > weights.get("petition", 0.0):
        return "suggestion", deciding(found["suggestion"])
    return "petition", deciding(found.get("petition", {}))


def _route(title: str, text: str, lanes: Lanes) -> dict[str, Any]:
    found = _found(title, text, lanes.route)
    weights = {code: sum(words.values()) for code, words in found.items()}
    order = list(ROUTES)
    best = min(weights, key=lambda code: (-weights[code], order.index(code)), default="petition")
    if weights.get(best, 0.0) < ROUTE_LEAST:
        best = "petition"
    return _said(best, ROUTES, deciding(found.get(best, {})))


def _said(code: str, names: Mapping[str, tuple[str, str]], words: Iterable[str]) -> dict[str, Any]:
    name, basis = names[code]
    return {"code": code, "name": name, "basis": basis, "words": list(words)}


def _found(title: str, text: str, table: Table) -> dict[str, dict[str, float]]:
    """The words of each code that occur, with what they weigh here."""
    head = text[:MAX_TEXT]
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for code, words in table.items():
        for word, weight in words.items():
            gain = TITLE_FACTOR * (word in title) + (word in head)
            if gain:
                found[code][word] = gain * weight
    return found


@lru_cache(maxsize=1)
def load_lanes() -> Lanes:
    """Read this package's lanes.csv once; RulesError when it is wrong."""
    raw = (resources.files("routing") / "data" / "lanes.csv").read_bytes()
    return compile_lanes(decoded(raw, file="lanes.csv"), file="lanes.csv")


def compile_lanes(text: str, *, file: str) -> Lanes:
    """The tables in a CSV text; RulesError names each mistake's line and reason."""
    mistakes = Mistakes(file)
    tables: dict[str, dict[str, dict[str, float]]] = {name: defaultdict(dict) for name in _CODES}
    for line, row in numbered_rows(text, file=file):
        if wrong := _wrong(row, tables):
            mistakes.add(line, *wrong)
            continue
        tables[row["table"]][row["code"]][row["word"]] = float(row["weight"])
    mistakes.check()
    return Lanes(**tables)


def _wrong(row: Mapping[str, str], tables: Mapping[str, Table]) -> tuple[str, str] | None:
    if not row.keys() >= _COLUMNS:
        return "表头缺少列。", f"the header lacks {sorted(_COLUMNS - row.keys())}."
    if row["code"] not in _CODES.get(row["table"], ()):
        return "没有这个表或代码。", f"no code {row['code']!r} in a table {row['table']!r}."
    if len(row["word"]) < 2:  # noqa: PLR2004
        return "词不足两个字。", f"word {row['word']!r} is shorter than two characters."
    if row["word"] in tables[row["table"]].get(row["code"], {}):
        return f"“{row['word']}”重复。", f"duplicate word {row['word']!r}."
    if not row["basis"]:
        return "缺少依据。", "no basis."
    try:
        fits = 0 < float(row["weight"]) <= 10  # noqa: PLR2004
    except ValueError:
        fits = False
    return None if fits else ("weight应大于0且不超过10。", "weight must be above 0, at most 10.")
