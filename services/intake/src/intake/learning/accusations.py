"""Learning what accusations read like, and measuring it beside the rules.

    decided petitions --slots of each--> logistic regression
        --scores of rows that each fold has not seen--> threshold: few ordinary ones reach it

Letters that begin alike stay in one fold: who learns from a text and is asked about its copy has
only remembered it.
"""

from array import array
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from intake.domain.accusation_model import SLOTS, AccusationModel, length, slots
from intake.domain.sameness import text_digest
from intake.domain.suspicion import AccusationRules
from shared.pairs import normal

FOLDS = 5
LEAST_ACCUSATIONS, LEAST_ORDINARY = 30, 300
_PENALTY_INVERSE = 30.0
_RAREST = 2  # petitions in which a slot must occur
_BEGINNING = 60  # letters by which copies are known
_Array = Any  # np.ndarray; its type parameters say nothing about shapes


class TooLittle(ValueError):
    """Too little was decided to learn from."""


@dataclass(frozen=True)
class Sample:
    """A petition's words, and whether the office holds that they accuse somebody."""

    words: str
    accuses: bool


@dataclass(frozen=True)
class Figures:
    """What rules and model find together in petitions that the model has not seen."""

    accusations: int
    ordinary: int
    found_by_rules: int
    found_beyond_rules: int
    ordinary_suspected_by_rules: int
    ordinary_suspected_beyond_rules: int

    def better_than(self, other: "Figures") -> bool:
        """Whether more is found, or as much with fewer ordinary ones suspected."""
        beyond = self.found_beyond_rules - other.found_beyond_rules
        fewer = self.ordinary_suspected_beyond_rules < other.ordinary_suspected_beyond_rules
        return beyond > 0 or (beyond == 0 and fewer)


@dataclass(frozen=True)
class Learnt:
    """A model of all samples, one that has not seen the held-back ones, and its figures on them.

    `whole` suspects, `measured` is what versions are compared by; `folded` are figures over all
    samples, each scored by a fold that has seen neither it nor a copy.
    """

    whole: AccusationModel
    measured: AccusationModel
    folded: Figures
    held: tuple[Sample, ...]


def learn(samples: Sequence[Sample], *, most: float) -> Learnt:
    """Learn from samples; `most` is the share of ordinary petitions that may be suspected beside
    those that the rules suspect. TooLittle where few are decided."""
    truth = np.array([sample.accuses for sample in samples], dtype=bool)
    _check(truth)
    rows = _rows(samples)
    ruled = _ruled(samples)
    scores = _unseen_scores(samples, rows, truth)
    threshold = _threshold(scores[~truth & ~ruled], most)
    back = held_back(samples)
    return Learnt(
        whole=_fit(rows, truth, threshold),
        measured=_fit(rows[~back], truth[~back], threshold),
        folded=_figures(truth, ruled, scores >= threshold),
        held=tuple(sample for sample, held in zip(samples, back, strict=True) if held),
    )


def figures(model: AccusationModel | None, samples: Sequence[Sample]) -> Figures:
    """What rules and a model, or the rules alone, find in samples."""
    truth = np.array([sample.accuses for sample in samples], dtype=bool)
    said = [model is not None and model.suspects(one.words) is not None for one in samples]
    return _figures(truth, _ruled(samples), np.array(said, dtype=bool))


def held_back(samples: Sequence[Sample]) -> _Array:
    """Which fifth of the samples is kept for comparing versions; a text is always on one side."""
    return np.array([text_digest("", _beginning(one))[0] % FOLDS == 0 for one in samples])


def _check(truth: _Array) -> None:
    accusations, ordinary = int(truth.sum()), int((~truth).sum())
    if accusations < LEAST_ACCUSATIONS or ordinary < LEAST_ORDINARY:
        raise TooLittle(
            f"检举控告 accusations {accusations}/{LEAST_ACCUSATIONS}, "
            f"其他 others {ordinary}/{LEAST_ORDINARY}"
        )


def _beginning(sample: Sample) -> str:
    return normal(sample.words)[:_BEGINNING]


def _rows(samples: Sequence[Sample]) -> csr_matrix:
    found = [sorted(slots(sample.words)) for sample in samples]
    starts = np.cumsum([0, *map(len, found)])
    columns = np.concatenate([np.array(one, dtype=np.int64) for one in found])
    values = np.concatenate([np.full(len(one), 1 / length(one)) for one in found])
    return csr_matrix((values, columns, starts), shape=(len(samples), SLOTS))


def _ruled(samples: Sequence[Sample]) -> _Array:
    rules = AccusationRules.read()
    return np.array([rules.suspicion(one.words) is not None for one in samples], dtype=bool)


def _unseen_scores(samples: Sequence[Sample], rows: csr_matrix, truth: _Array) -> _Array:
    families = {one: at for at, one in enumerate({_beginning(one) for one in samples})}
    kin = [families[_beginning(one)] for one in samples]
    if len(families) < FOLDS:
        raise TooLittle(f"needs {FOLDS} different petitions")
    scores = np.zeros(len(samples))
    for known, asked in GroupKFold(FOLDS, shuffle=True, random_state=0).split(rows, groups=kin):
        scores[asked] = _scores(_machine(rows[known], truth[known]), rows[asked])
    return scores


def _scores(machine: tuple[_Array, float], rows: csr_matrix) -> _Array:
    weights, start = machine
    return rows @ weights + start


def _machine(rows: csr_matrix, truth: _Array) -> tuple[_Array, float]:
    """A weight for each slot and where scores start; slots of one petition alone say nothing."""
    told = np.flatnonzero(rows.getnnz(axis=0) >= _RAREST)
    machine = LogisticRegression(C=_PENALTY_INVERSE, solver="liblinear", random_state=0)
    machine.fit(rows[:, told], truth)
    weights = np.zeros(SLOTS)
    weights[told] = machine.coef_[0]
    return weights, float(machine.intercept_[0])


def _fit(rows: csr_matrix, truth: _Array, threshold: float) -> AccusationModel:
    weights, start = _machine(rows, truth)
    kept = array("f", weights.astype(np.float32).tolist())
    return AccusationModel(kept, start=start, threshold=threshold)


def _threshold(ordinary: _Array, most: float) -> float:
    """The lowest score that at most this share of ordinary petitions reaches."""
    ranked = np.sort(ordinary)[::-1]
    return float(np.nextafter(ranked[min(int(most * len(ranked)), len(ranked) - 1)], np.inf))


def _figures(truth: _Array, ruled: _Array, said: _Array) -> Figures:
    beyond = said & ~ruled
    return Figures(
        accusations=int(truth.sum()),
        ordinary=int((~truth).sum()),
        found_by_rules=int((truth & ruled).sum()),
        found_beyond_rules=int((truth & beyond).sum()),
        ordinary_suspected_by_rules=int((~truth & ruled).sum()),
        ordinary_suspected_beyond_rules=int((~truth & beyond).sum()),
    )


def as_dict(found: Figures) -> dict[str, int]:
    """Figures as they are kept."""
    return asdict(found)
