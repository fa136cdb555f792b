"""Which category and unit a petition's words point to: a suggestion, never a decision."""

import csv
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from routing.domain.categories import Category, RulesError, read_tree
from shared.errors import both

BASE_WEIGHT = 2.0
TITLE_FACTOR = 3.0
MAX_TEXT = 4_000  # the matter is named early; a 50,000-character annex must not slow the handler
WORDS_SHOWN = 8
TOP = 3
BY_RULES = "rules"
_JOINT = re.compile("[与和及、]")
_OTHER = "其他"
RULES_SUREST = 0.8  # a share of weights, which nobody has measured, never claims more


@dataclass(frozen=True)
class Rules:
    """The keyword table, indexed by each keyword's first two characters."""

    categories: Mapping[str, Category]
    index: Mapping[str, tuple[tuple[str, tuple[tuple[str, float], ...]], ...]]


@dataclass(frozen=True)
class Suggestion:
    """The best category, its unit, and the words that led to it (heaviest first).

    `confidence` is from 0 to 1, and is about `confidence_of`: the category itself, or the one above
    it that a classifier found. `top` are the best categories with theirs; `model` is the version of
    the classifier that says so, or "rules".
    """

    category: str
    unit: str
    words: tuple[str, ...]
    score: float
    confidence: float
    confidence_of: str
    top: tuple[tuple[str, float], ...]
    model: str = BY_RULES


Weights = Mapping[str, Mapping[str, float]]
"""What each keyword that occurs weighs, by category."""


def suggest(title: str, text: str, rules: Rules) -> Suggestion | None:
    """Return the category whose keywords weigh most, or None when no keyword occurs."""
    seen = weigh(title, text, rules)
    totals = {category: total for category, words in seen.items() if (total := _sum(words)) > 0}
    if not totals:
        return None
    best = _best(totals, rules)
    whole = sum(totals.values())
    shares = {c: round(min(total / whole, RULES_SUREST), 4) for c, total in totals.items()}
    others = sorted((c for c in shares if c != best), key=lambda code: (-shares[code], code))
    return Suggestion(
        category=best,
        unit=rules.categories[best].unit,
        words=deciding(seen[best]),
        score=round(totals[best], 2),
        confidence=shares[best],
        confidence_of=best,
        top=tuple((code, shares[code]) for code in (best, *others)[:TOP]),
    )


def guided(
    title: str, text: str, rules: Rules, *, likely: Iterable[tuple[str, float]], model: str
) -> Suggestion | None:
    """What a classifier finds likely, made finer by the keywords of the categories below it.

    None where it finds nothing that is a valid category now.
    """
    ranked = [(c, p) for c, p in likely if c in rules.categories and rules.categories[c].valid]
    if not ranked:
        return None
    seen = weigh(title, text, rules)
    first, confidence = ranked[0]
    totals = {
        category: total
        for category, words in seen.items()
        if (total := _sum(words)) > 0 and first in rules.categories[category].line
    }
    best = min(totals, key=lambda c: (-totals[c], -rules.categories[c].level, c), default=first)
    top = [(best, confidence), *((c, p) for c, p in ranked[1:] if c != best)]
    return Suggestion(
        category=best,
        unit=rules.categories[best].unit,
        words=deciding(seen.get(best, {})),
        score=round(totals.get(best, 0.0), 2),
        confidence=round(confidence, 4),
        confidence_of=first,
        top=tuple((code, round(p, 4)) for code, p in top[:TOP]),
        model=model,
    )


def weigh(title: str, text: str, rules: Rules) -> Weights:
    """What the keywords in a petition weigh, by category; the title weighs more than the text."""
    seen: dict[str, dict[str, float]] = defaultdict(dict)
    for source, factor in ((title, TITLE_FACTOR), (text[:MAX_TEXT], 1.0)):
        for keyword, (count, weights) in _occurrences(source.casefold(), rules).items():
            gain = factor * (1 + math.log(count))
            for category, weight in weights:
                words = seen[category]
                words[keyword] = words.get(keyword, 0.0) + gain * weight
    return seen


def deciding(words: Mapping[str, float]) -> tuple[str, ...]:
    """The heaviest words, heaviest first."""
    return tuple(sorted(words, key=lambda word: (-words[word], word))[:WORDS_SHOWN])


def _sum(words: Mapping[str, float]) -> float:
    return sum(words.values())


def _best(totals: Mapping[str, float], rules: Rules) -> str:
    """The heaviest category of the heaviest group; of equals the finer one, then by code."""
    groups: dict[str, float] = defaultdict(float)
    for category, total in totals.items():
        groups[rules.categories[category].group] += total
    group = min(groups, key=lambda code: (-groups[code], code))
    members = [code for code in totals if rules.categories[code].group == group]
    return min(members, key=lambda c: (-totals[c], -rules.categories[c].level, c))


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
    """Check the two tables of this package against each other and index them.

    A row of `weights` replaces the base weight that the category's own keyword list gives.
    """
    known = read_tree(enumerate(categories, start=2), file="categories.csv")
    table = _base_weights(known)
    for line, row in enumerate(weights, start=2):
        if row["category"] not in known:
            raise RulesError(
                both(
                    f"rules.csv第{line}行：没有“{row['category']}”这个类别。",
                    f"rules.csv line {line}: unknown category {row['category']!r}",
                )
            )
        keyword = _keyword(row["keyword"], f"rules.csv line {line}")
        table[keyword][row["category"]] = float(row["weight"])
    return Rules(categories=known, index=_index(table))


def rules_for(tree: Mapping[str, Category]) -> Rules:
    """The keyword table of an office's own tree; only what is valid there is suggested.

    Weights of this package apply to the categories that the office has kept.
    """
    table = _base_weights(tree)
    for row in _rows(resources.files("routing") / "data" / "rules.csv"):
        category = tree.get(row["category"])
        if category is not None and category.valid:
            table[row["keyword"].strip().casefold()][category.code] = float(row["weight"])
    return Rules(categories=tree, index=_index(table))


def _base_weights(tree: Mapping[str, Category]) -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = defaultdict(dict)
    for category in tree.values():
        if category.valid:
            for keyword in category.keywords or _of_name(category):
                table[keyword.casefold()][category.code] = BASE_WEIGHT
    return table


def _of_name(category: Category) -> list[str]:
    """What a category below the first level is called, for one that has no keywords."""
    parts = _JOINT.split(category.name) if category.parent else []
    return [part for part in parts if len(part) > 1 and part != _OTHER]


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
