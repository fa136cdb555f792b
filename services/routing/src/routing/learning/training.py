"""Learning a classifier from petitions whose category somebody has said, and measuring it.

    characters and their pairs --how often, what each is worth--> ridge regression on each label
        --scores of rows that each fold has not seen--> sharpness and shifts, so that 0.95 means it

Petitions with the same title or the same beginning stay in one fold: who learns from a text and
is asked about its copy has only remembered it.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import normalize

from routing.domain.words import digest, letters, seen
from routing.learning.classifier import Array, LinearClassifier, Part, confidence

FOLDS = 5
LEAST_ROWS = 10  # of a label; below that a fold may have none to learn from
SAME_TITLE = 8  # letters from which on equal titles are the same petition
SAME_START = 60
SURE = 0.95
TIMED_ROWS = 200
DOUBT = 2.0  # petitions, spread over all labels, that each run is taken to occur in besides
LEAST_WORTH = 0.2  # of a run that occurs with every label alike
UNKNOWN_SCORE = -3.0  # of a label that a fold has no row of


@dataclass(frozen=True)
class Sample:
    """A petition and the category that somebody has said."""

    title: str
    content: str
    label: str


@dataclass(frozen=True)
class Recipe:
    """How to learn: penalty, and in how many petitions a run must occur to count."""

    penalty: float = 0.4
    rarest: int = 2


class TooLittle(ValueError):
    """There are too few petitions, or too few categories, to learn from."""


Likely = Callable[[str, str], Sequence[tuple[str, float]]]


@dataclass(frozen=True)
class _Counts:
    """How often each run occurs in a part of each sample."""

    often: csr_matrix
    runs: Array


@dataclass(frozen=True)
class _Fit:
    """What was learnt from some rows, and which columns of the counts it looks at."""

    parts: tuple[Part, ...]
    columns: tuple[Array, ...]
    start: Array

    def scores(self, counts: Sequence[_Counts], rows: Array) -> Array:
        found = np.tile(self.start, (len(rows), 1))
        for part, counted, columns in zip(self.parts, counts, self.columns, strict=True):
            found += _weighed(counted.often[rows][:, columns], part.worth) @ part.weights
        return found


def frequent(samples: Sequence[Sample]) -> list[Sample]:
    """The samples of labels that have enough of them; TooLittle where fewer than two labels do."""
    per_label = Counter(sample.label for sample in samples)
    kept = [sample for sample in samples if per_label[sample.label] >= LEAST_ROWS]
    if len({sample.label for sample in kept}) < 2:  # noqa: PLR2004
        raise TooLittle(f"needs two categories with {LEAST_ROWS} petitions each")
    return kept


def kinship(samples: Sequence[Sample]) -> Array:
    """A number for each sample, the same for copies: same title, or same beginning."""
    leader = list(range(len(samples)))

    def find(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    first: dict[tuple[str, str], int] = {}
    for at, sample in enumerate(samples):
        title, start = letters(sample.title), letters(sample.content)[:SAME_START]
        for kind, key in (("title", title), ("start", start)):
            if len(key) < SAME_TITLE:
                continue
            other = first.setdefault((kind, key), at)
            leader[find(at)] = find(other)
    return np.array([find(at) for at in range(len(samples))])


def held_back(samples: Sequence[Sample]) -> Array:
    """Which fifth of the samples is kept for measuring; a text is always on the same side."""
    kin = kinship(samples)
    least: dict[int, str] = {}
    for family, sample in zip(kin, samples, strict=True):
        mark = digest(sample.title, sample.content)
        least[family] = min(mark, least.get(family, mark))
    return np.array([int(least[family][:8], 16) % FOLDS == 0 for family in kin])


def train(samples: Sequence[Sample], recipe: Recipe | None = None) -> LinearClassifier:
    """A calibrated classifier that has learnt from all samples; TooLittle where they are few."""
    recipe = recipe or Recipe()
    labels, truth = _labels(samples)
    counts = _count(samples, recipe)
    scores = _unseen_scores(samples, counts, truth, len(labels), recipe)
    sharpness, shifts = _calibrate(scores, truth)
    fit = _fit(counts, np.arange(len(samples)), truth, len(labels), recipe)
    return LinearClassifier(
        labels=tuple(labels),
        parts=fit.parts,
        start=fit.start,
        sharpness=sharpness,
        shifts=shifts,
    )


def cross_validated(samples: Sequence[Sample], recipe: Recipe | None = None) -> dict[str, Any]:
    """Figures over all samples, each asked about by a fold that has seen neither it nor a copy.

    Sharpness and shifts for a fold come from the others.
    """
    recipe = recipe or Recipe()
    labels, truth = _labels(samples)
    counts = _count(samples, recipe)
    scores = _unseen_scores(samples, counts, truth, len(labels), recipe)
    shares = np.zeros_like(scores)
    for known, asked in _folds(samples):
        sharpness, shifts = _calibrate(scores[known], truth[known])
        shares[asked] = confidence(scores[asked], sharpness, shifts)
    return figures(
        truth=[labels[at] for at in truth],
        said=[labels[at] for at in shares.argmax(axis=1)],
        sure=shares.max(axis=1),
    )


def measure(likely: Likely, samples: Sequence[Sample]) -> dict[str, Any]:
    """Figures of anything that says what is likely, and the milliseconds of processor time that 95
    of 100 petitions keep within."""
    answers = [likely(sample.title, sample.content) for sample in samples]
    found = figures(
        truth=[sample.label for sample in samples],
        said=[answer[0][0] if answer else "" for answer in answers],
        sure=np.array([answer[0][1] if answer else 0.0 for answer in answers]),
    )
    spent = [_spent(likely, sample) for sample in samples[:TIMED_ROWS]]
    return found | {"milliseconds": round(float(np.percentile(spent, 95)), 2) if spent else 0.0}


def _spent(likely: Likely, sample: Sample) -> float:
    """Milliseconds of processor time to ask about one petition."""
    began = time.thread_time()
    likely(sample.title, sample.content)
    return 1_000 * (time.thread_time() - began)


def figures(*, truth: Sequence[str], said: Sequence[str], sure: Array) -> dict[str, Any]:
    """Macro-F1, accuracy, and how often and how rightly a confidence of 0.95 was claimed."""
    right = np.array([one == other for one, other in zip(truth, said, strict=True)])
    claimed = np.asarray(sure) >= SURE
    labels = sorted(set(truth))
    each = f1_score(truth, said, labels=labels, average=None, zero_division=0)
    return {
        "rows": len(truth),
        "macro_f1": round(float(np.mean(each)), 4),
        "accuracy": round(float(right.mean()), 4),
        "sure_share": round(float(claimed.mean()), 4),
        "sure_right": round(float(right[claimed].mean()), 4) if claimed.any() else None,
        "by_label": {label: round(float(f1), 4) for label, f1 in zip(labels, each, strict=True)},
    }


def _labels(samples: Sequence[Sample]) -> tuple[list[str], Array]:
    labels = sorted({sample.label for sample in samples})
    place = {label: at for at, label in enumerate(labels)}
    return labels, np.array([place[sample.label] for sample in samples])


def _count(samples: Sequence[Sample], recipe: Recipe) -> list[_Counts]:
    counts = []
    for at in range(len(seen("", ""))):
        runs: Iterable[list[str]] = (seen(s.title, s.content)[at] for s in samples)
        counter = CountVectorizer(analyzer=_as_they_are, min_df=recipe.rarest, dtype=np.float64)
        try:
            often = counter.fit_transform(runs)
        except ValueError as error:
            raise TooLittle("the petitions have no words in common") from error
        counts.append(_Counts(often, counter.get_feature_names_out()))
    return counts


def _as_they_are(runs: list[str]) -> list[str]:
    return runs


def _folds(samples: Sequence[Sample]) -> list[tuple[Array, Array]]:
    kin = kinship(samples)
    if len(set(kin)) < FOLDS:
        raise TooLittle(f"needs {FOLDS} different petitions")
    split = GroupKFold(FOLDS, shuffle=True, random_state=0)
    return list(split.split(np.zeros(len(samples)), groups=kin))


def _unseen_scores(
    samples: Sequence[Sample], counts: Sequence[_Counts], truth: Array, labels: int, recipe: Recipe
) -> Array:
    scores = np.zeros((len(samples), labels))
    for known, asked in _folds(samples):
        scores[asked] = _fit(counts, known, truth, labels, recipe).scores(counts, asked)
    return scores


def _fit(counts: Sequence[_Counts], rows: Array, truth: Array, labels: int, recipe: Recipe) -> _Fit:
    columns, worths, weighed = [], [], []
    for counted in counts:
        known = counted.often[rows]
        columns.append(np.flatnonzero(known.getnnz(axis=0) >= recipe.rarest))
        known = known[:, columns[-1]]
        worths.append(_worth(known, truth[rows]))
        weighed.append(_weighed(known, worths[-1]))
    machine = RidgeClassifier(alpha=recipe.penalty, solver="sparse_cg")
    machine.fit(hstack(weighed).tocsr(), truth[rows])
    weights, start = _for_all(machine, labels)
    edges = np.cumsum([len(each) for each in columns])[:-1]
    parts = tuple(
        Part(
            runs={str(run): at for at, run in enumerate(counted.runs[each])},
            worth=worth,
            weights=share,
        )
        for counted, each, worth, share in zip(
            counts, columns, worths, np.split(weights, edges), strict=True
        )
    )
    return _Fit(parts=parts, columns=tuple(columns), start=start)


def _for_all(machine: RidgeClassifier, labels: int) -> tuple[Array, Array]:
    """Weights and start for every label, also for two, and for those that no row had."""
    coefficients, start = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:  # noqa: PLR2004
        coefficients = np.vstack([-coefficients, coefficients])
        start = np.hstack([-start, start])
    weights = np.zeros((coefficients.shape[1], labels), dtype=np.float32)
    starts = np.full(labels, UNKNOWN_SCORE)
    weights[:, machine.classes_] = coefficients.T
    starts[machine.classes_] = start
    return weights, starts


def _worth(counted: csr_matrix, truth: Array) -> Array:
    """How much each run counts: the more, the rarer it is and the fewer labels it occurs with.

    The labels are compared as if each had as many petitions; a run seen twice proves little. After
    balanced distributional concentration (Wang et al., "Entropy-based term weighting schemes for
    text categorization in VSM", ICTAI 2015).
    """
    of_label = np.eye(truth.max() + 1)[:, np.unique(truth)][truth]
    share = of_label.mean(axis=0)
    found = (counted > 0).T @ of_label / share + DOUBT
    found /= found.sum(axis=1, keepdims=True)
    spread = -(found * np.log(found)).sum(axis=1) / np.log(max(len(share), 2))
    rarity = np.log((1 + len(truth)) / (1 + counted.getnnz(axis=0))) + 1
    return rarity * (1 - spread + LEAST_WORTH)


def _weighed(counted: csr_matrix, worth: Array) -> csr_matrix:
    weighed = counted.copy()
    weighed.data = 1 + np.log(weighed.data)
    return normalize(weighed.multiply(worth[np.newaxis, :]).tocsr())


def _calibrate(scores: Array, truth: Array) -> tuple[float, Array]:
    """The sharpness and shifts under which the truth is least surprising."""
    rows = np.arange(len(truth))

    def surprise(found: Array) -> float:
        shares = confidence(scores, float(np.exp(found[0])), found[1:])
        missed = -np.log(np.clip(shares[rows, truth], 1e-12, None)).mean()
        return float(missed + 1e-3 * np.mean(found[1:] ** 2))

    found = minimize(surprise, np.zeros(1 + scores.shape[1]), method="L-BFGS-B").x
    return float(np.exp(found[0])), found[1:]
