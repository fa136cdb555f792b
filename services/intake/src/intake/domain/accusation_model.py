"""What accusations read like, as learnt from the office's own decisions (T22 Arts.22(2), 30).

A text's pairs of characters are folded into SLOTS numbers, and each slot has a weight: no word of
a letter that was kept secret can be read from what is kept.
"""

import datetime as dt
import hashlib
import math
import re
import sys
import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from shared.pairs import number, pairs

SLOTS = 2**18
READ = 4_000
"""Characters of a text that count."""
SHOWN_MOST = 60
"""Characters at most of the clause that is shown."""
_SPREAD, _WORD, _SHIFT = 2_654_435_761, 0xFFFF_FFFF, 14  # Fibonacci hashing: 32 bits to 18
_CLAUSES = re.compile(r"[，,；;：:。！？!?\s]+")


class NotAModel(ValueError):
    """What is kept is not a model that this version reads, or was changed since."""


@dataclass(frozen=True)
class AccusationModel:
    """A weight for each slot; a text whose score reaches `threshold` may be an accusation."""

    weights: "array[float]"
    start: float
    threshold: float

    def score(self, text: str) -> float:
        """How much a text reads like an accusation."""
        found = slots(text)
        return self.start + sum(self.weights[slot] for slot in found) / length(found)

    def suspects(self, text: str) -> str | None:
        """The clause that tells most, where a text may be an accusation."""
        return self._clause(text) if self.score(text) >= self.threshold else None

    def _clause(self, text: str) -> str:
        clauses = filter(None, _CLAUSES.split(text[:READ]))
        return max(clauses, key=self._tells, default="")[:SHOWN_MOST]

    def _tells(self, clause: str) -> float:
        return sum(self.weights[slot] for slot in slots(clause))

    def pack(self) -> bytes:
        """The weights as bytes."""
        return zlib.compress(_little(self.weights).tobytes())

    @classmethod
    def unpack(
        cls, packed: bytes, *, sha256: str, start: float, threshold: float
    ) -> "AccusationModel":
        """The model in bytes with that SHA-256; NotAModel for anything else."""
        if fingerprint(packed) != sha256:
            raise NotAModel("its bytes are not those that were kept")
        weights = array("f")
        try:
            weights.frombytes(zlib.decompress(packed))
        except (zlib.error, ValueError) as error:
            raise NotAModel(f"it cannot be read: {type(error).__name__}") from error
        if len(weights) != SLOTS:
            raise NotAModel("it has another number of slots than this version's")
        return cls(_little(weights), start=start, threshold=threshold)


class KnownModel:
    """The model that a process works with; looked at again when another may be in use."""

    LASTS = dt.timedelta(seconds=30)

    def __init__(self) -> None:
        self.model: AccusationModel | None = None
        self.version: int | None = None
        self._looked_at: dt.datetime | None = None

    def is_due(self, now: dt.datetime) -> bool:
        """Whether the version in use is to be looked at; True for one caller only."""
        if self._looked_at is not None and now < self._looked_at + self.LASTS:
            return False
        self._looked_at = now
        return True


def slots(text: str) -> set[int]:
    """The slots of a text's pairs."""
    return {(number(pair) * _SPREAD & _WORD) >> _SHIFT for pair in pairs(text[:READ])}


def length(found: Iterable[int]) -> float:
    """What a text's weights are divided by, so that long ones do not accuse by length."""
    return math.sqrt(max(len(set(found)), 1))


def fingerprint(packed: bytes) -> str:
    """The SHA-256 of a packed model."""
    return hashlib.sha256(packed).hexdigest()


def _little(weights: "array[float]") -> "array[float]":
    """The weights from this machine's order of bytes to the kept one, or back."""
    if sys.byteorder == "little":
        return weights
    swapped = array("f", weights)
    swapped.byteswap()
    return swapped
