"""How alike two texts are, and the marks by which like texts find each other in an index.

All by pieces of a few characters: Chinese has no spaces, and no dictionary is needed. Spaces and
punctuation do not count, so neither does layout.
"""

import hashlib
from collections import Counter

from shared.pairs import normal, number, pairs

_SPACE = 2**61 - 1
_BAND_ROWS = 3
_BANDS = 6
_WORDS_SHORTEST = 20
TOKENS = 14
_TITLE_WEIGHT = 3
_TEXT_READ = 2_000


def pieces(text: str, size: int) -> frozenset[str]:
    """All runs of `size` characters of the normal text."""
    plain = normal(text)
    return frozenset(plain[n : n + size] for n in range(len(plain) - size + 1))


def likeness(one: str, other: str, *, size: int = 3) -> float:
    """Pieces in common over all pieces, 0 to 1; two texts without pieces are not alike."""
    a, b = pieces(one, size), pieces(other, size)
    return len(a & b) / len(a | b) if a and b else 0.0


def share_from(text: str, source: str, *, size: int = 4) -> float:
    """Which share of the pieces of `text` also stands in `source`, 0 to 1."""
    a = pieces(text, size)
    return len(a & pieces(source, size)) / len(a) if a else 0.0


def tokens(title: str, content: str, *, most: int = TOKENS) -> list[int]:
    """The pairs of characters that tell what a text is about, as numbers, weightiest first.

    A pair with an idle character (的, 了, numbers) tells nothing; one in the title counts three
    times; what is said again counts again. Equal weights are ordered by number, so that like texts
    choose alike.
    """
    counts: Counter[str] = Counter()
    for text, weight in ((title, _TITLE_WEIGHT), (content[:_TEXT_READ], 1)):
        for pair, count in pairs(text).items():
            counts[pair] += weight * count
    heaviest = sorted(counts, key=lambda pair: (-counts[pair], number(pair)))
    return [number(pair) for pair in heaviest[:most]]


def bands(text: str) -> list[int]:
    """Numbers of which texts that are nearly the same share at least one.

    Min-hash over pieces of three, six bands of three: texts of likeness 0.9 meet with 0.9996,
    those of 0.3 with 0.15. None for texts too short to be called copied.
    """
    found = pieces(text, 3)
    if len(found) < _WORDS_SHORTEST:
        return []
    hashes = [_digest(piece) for piece in found]
    least = [min((a * h + b) % _SPACE for h in hashes) for a, b in _FAMILY]
    rows = range(0, len(_FAMILY), _BAND_ROWS)
    return [_digest(f"{n}:{least[n : n + _BAND_ROWS]}") >> 10 for n in rows]


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


_FAMILY = tuple(
    (_digest(f"a{n}") % (_SPACE - 1) + 1, _digest(f"b{n}") % _SPACE)
    for n in range(_BANDS * _BAND_ROWS)
)
