"""Which category and unit a petition's words point to: a suggestion, never a decision."""

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

BASE_WEIGHT = 2.0
TITLE_FACTOR = 3.0
MAX_TEXT = 4_000  # the matter is named early; a 50,000-character annex must not slow the handler
WORDS_SHOWN = 8


@dataclass(frozen=True)
class Category:
    """One row of categories.csv; the group is the code's part before the dot."""

    code: str
    name: str
    unit: str

    @property
    def group(self) -> str:
        """The first-level code."""
        return self.code.partition(".")[0]


@dataclass(frozen=True)
class Rules:
    """The keyword table, indexed by each keyword's first two characters."""

    categories: Mapping[str, Category]
    index: Mapping[str, tuple[tuple[str, tuple[tuple[str, float], ...]], ...]]


@dataclass(frozen=True)
class Suggestion:
    """The best category, its unit, and the words that led to it (heaviest first)."""

    category: str
    unit: str
    words: tuple[str, ...]
    score: float


class RulesError(ValueError):
    """A data file of rules contradicts itself; the message names file, line and reason."""


def suggest(title: str, text: str, rules: Rules) -> Suggestion | None:
    """Return the category whose keywords weigh most, or None when no keyword occurs."""
    seen: dict[str, dict[str, float]] = defaultdict(dict)
    for source, factor in ((title, TITLE_FACTOR), (text[:MAX_TEXT], 1.0)):
        for keyword, (count, weights) in _occurrences(source.casefold(), rules).items():
            gain = factor * (1 + math.log(count))
            for category, weight in weights:
                words = seen[category]
                words[keyword] = words.get(keyword, 0.0) + gain * weight
    totals = {category: sum(words.values()) for category, words in seen.items()}
    if not totals:
        return None
    best = _best(totals, rules)
    if totals[best] <= 0:
        return None
    heaviest = sorted(seen[best], key=lambda word: (-seen[best][word], word))
    return Suggestion(
        category=best,
        unit=rules.categories[best].unit,
        words=tuple(heaviest[:WORDS_SHOWN]),
        score=round(totals[best], 2),
    )


def _best(totals: Mapping[str, float], rules: Rules) -> str:
    """The heaviest category of the heaviest group, ties broken by code."""
    groups: dict[str, float] = defaultdict(float)
    for category, total in totals.items():
        groups[rules.categories[category].group] += total
    group = min(groups, key=lambda code: (-groups[code], code))
    members = [code for code in totals if rules.categories[code].group == group]
    return min(members, key=lambda code: (-totals[code], code))


def _occurrences(text: str, rules: Rules) -> dict[str, tuple[int, tuple[tuple[str, float], ...]]]:
    """Each keyword found in `text`, with its number of occurrences and its weights."""
    found: dict[str, tuple[int, tuple[tuple[str, float], ...]]] = {}
    index = rules.index
    for position in range(len(text) - 1):
        for keyword, weights in index.get(text[position : position + 2], ()):
            if text.startswith(keyword, position):
                found[keyword] = (found.get(keyword, (0,))[0] + 1, weights)
    return found


@lru_cache(maxsize=1)
def load_rules() -> Rules:
    """Read this package's categories.csv and rules.csv once; RulesError when they are wrong."""
    data = resources.files("routing") / "data"
    return compile_rules(
        categories=_rows(data / "categories.csv"), weights=_rows(data / "rules.csv")
    )


def _rows(file: resources.abc.Traversable) -> list[dict[str, str]]:
    with file.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def compile_rules(
    *, categories: Iterable[Mapping[str, str]], weights: Iterable[Mapping[str, str]]
) -> Rules:
    """Check the two tables against each other and index them.

    A row of `weights` replaces the base weight that the category's own keyword list gives.
    """
    known: dict[str, Category] = {}
    table: dict[str, dict[str, float]] = defaultdict(dict)
    for line, row in enumerate(categories, start=2):
        category = Category(code=row["code"], name=row["name"], unit=row["unit"])
        if category.code in known or not category.name or not category.unit:
            raise RulesError(f"categories.csv line {line}: duplicate code, or no name or unit")
        known[category.code] = category
        for keyword in row["keywords"].replace("|", " ").split():
            table[_keyword(keyword, f"categories.csv line {line}")][category.code] = BASE_WEIGHT
    for line, row in enumerate(weights, start=2):
        if row["category"] not in known:
            raise RulesError(f"rules.csv line {line}: unknown category {row['category']!r}")
        keyword = _keyword(row["keyword"], f"rules.csv line {line}")
        table[keyword][row["category"]] = float(row["weight"])
    orphans = {code.partition(".")[0] for code in known} - known.keys()
    if orphans:
        raise RulesError(f"categories.csv: no row for the groups {sorted(orphans)}")
    return Rules(categories=known, index=_index(table))


def _keyword(word: str, where: str) -> str:
    folded = word.strip().casefold()
    if len(folded) < 2:  # noqa: PLR2004
        raise RulesError(f"{where}: keyword {word!r} is shorter than two characters")
    return folded


def _index(
    table: Mapping[str, Mapping[str, float]],
) -> dict[str, tuple[tuple[str, tuple[tuple[str, float], ...]], ...]]:
    index = defaultdict(list)
    for keyword in sorted(table):
        index[keyword[:2]].append((keyword, tuple(sorted(table[keyword].items()))))
    return {prefix: tuple(entries) for prefix, entries in index.items()}
