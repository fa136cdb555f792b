"""A classifier that has learnt: numbers and words, no code, and how it is kept.

Scores are linear in the runs of characters (`domain.words`), each by how often it occurs and what
it is worth, each part of length one; `sharpness` and `shifts` turn them into confidence that means
what it says. Kept as a NumPy archive without pickles, the words as JSON in it: reading one can run
nothing.
"""

import hashlib
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from routing.domain.words import seen

FORMAT = 2
Array = Any  # np.ndarray; its type parameters say nothing about shapes


class NotAClassifier(ValueError):
    """What is kept is not a classifier that this version reads, or was changed since."""


@dataclass(frozen=True)
class Part:
    """Title, opening or content: which runs count, how much, and what they say of labels."""

    runs: Mapping[str, int]
    worth: Array
    weights: Array

    def scores(self, runs: Sequence[str]) -> Array:
        """What the runs say for each label; nothing where none is known."""
        counts = Counter(run for run in runs if run in self.runs)
        if not counts:
            return np.zeros(self.weights.shape[1])
        rows = np.fromiter((self.runs[run] for run in counts), dtype=np.intp, count=len(counts))
        often = np.fromiter(counts.values(), dtype=np.float64, count=len(counts))
        values = (1 + np.log(often)) * self.worth[rows]
        return values @ self.weights[rows] / np.linalg.norm(values)


@dataclass(frozen=True)
class LinearClassifier:
    """Labels, and what makes each of them likely."""

    labels: tuple[str, ...]
    parts: tuple[Part, ...]
    start: Array
    sharpness: float
    shifts: Array

    def scores(self, title: str, content: str) -> Array:
        """The plain score of each label."""
        found = self.start
        for part, runs in zip(self.parts, seen(title, content), strict=True):
            found = found + part.scores(runs)
        return found

    def likely(self, title: str, content: str) -> list[tuple[str, float]]:
        """Labels with their confidence from 0 to 1, the likeliest first."""
        shares = confidence(self.scores(title, content), self.sharpness, self.shifts)
        order = np.argsort(-shares, kind="stable")
        return [(self.labels[at], float(shares[at])) for at in order]


def confidence(scores: Array, sharpness: float, shifts: Array) -> Array:
    """Shares of the labels, adding up to 1, for one row of scores or for many."""
    height = sharpness * scores + shifts
    height = np.exp(height - height.max(axis=-1, keepdims=True))
    return height / height.sum(axis=-1, keepdims=True)


def pack(classifier: LinearClassifier) -> bytes:
    """A classifier as bytes."""
    words = {
        "format": FORMAT,
        "labels": list(classifier.labels),
        "parts": [list(part.runs) for part in classifier.parts],
        "sharpness": classifier.sharpness,
    }
    arrays = {"start": classifier.start, "shifts": classifier.shifts}
    for at, part in enumerate(classifier.parts):
        arrays |= {f"worth{at}": part.worth, f"weights{at}": part.weights}
    out = io.BytesIO()
    np.savez_compressed(
        out,
        words=np.frombuffer(json.dumps(words, ensure_ascii=False).encode(), dtype=np.uint8),
        **{name: array.astype(np.float32) for name, array in arrays.items()},
    )
    return out.getvalue()


def fingerprint(packed: bytes) -> str:
    """The SHA-256 of a packed classifier."""
    return hashlib.sha256(packed).hexdigest()


def unpack(packed: bytes, *, sha256: str) -> LinearClassifier:
    """The classifier in bytes with that SHA-256; NotAClassifier for anything else."""
    if fingerprint(packed) != sha256:
        raise NotAClassifier("its bytes are not those that were kept")
    try:
        with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
            words = json.loads(arrays["words"].tobytes())
            found = LinearClassifier(
                labels=tuple(words["labels"]),
                parts=tuple(
                    _part(runs, arrays[f"worth{at}"], arrays[f"weights{at}"])
                    for at, runs in enumerate(words["parts"])
                ),
                start=arrays["start"],
                sharpness=float(words["sharpness"]),
                shifts=arrays["shifts"],
            )
    except Exception as error:  # noqa: BLE001 - zip, zlib and NumPy each have errors of their own
        raise NotAClassifier(f"it cannot be read: {type(error).__name__}") from error
    if words["format"] != FORMAT or not _fits(found):
        raise NotAClassifier("its format or the shapes of its arrays are not this version's")
    return found


def _part(runs: Sequence[str], worth: Array, weights: Array) -> Part:
    return Part(
        runs={run: at for at, run in enumerate(runs)},
        worth=worth.astype(np.float64),
        weights=weights,
    )


def _fits(found: LinearClassifier) -> bool:
    labels = len(found.labels)
    return (
        found.start.shape == found.shifts.shape == (labels,)
        and len(found.parts) == len(seen("", ""))
        and all(part.worth.shape == (len(part.runs),) for part in found.parts)
        and all(part.weights.shape == (len(part.runs), labels) for part in found.parts)
    )
