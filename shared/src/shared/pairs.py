"""Pairs of characters, by which Chinese texts are compared: no spaces, and no dictionary is needed.

A pair with an idle character (的, 了, numbers) tells nothing. Spaces and punctuation part pairs,
so layout does not count.
"""

import re
from collections import Counter
from collections.abc import Iterable

NOT_WORDS = re.compile(r"[\W_]+")
_IDLE = (
    "的了是在我们你您他她它这那有不和与及就都也很还会要能可以上下中个一二三四五六七八九十为于对将把被让"
    "从到向由因但并或而之其所以后前来去说请问好吗呢吧啊已没无该此等年月日时分元多少几什么怎样"
)
_FOLD, _BITS = 65_599, 0x7FFF_FFFF
_BETWEEN_PAIRS = re.compile(rf"[\W_{_IDLE}]+")


def normal(text: str) -> str:
    """The text's letters and digits only, in lower case."""
    return NOT_WORDS.sub("", text.casefold())


def pairs(text: str) -> Counter[str]:
    """The pairs that tell what a text is about, and how often each comes."""
    runs = _BETWEEN_PAIRS.split(text.casefold())
    counts = Counter([a + b for run in runs for a, b in zip(run, run[1:], strict=False)])
    return Counter({pair: count for pair, count in counts.items() if not pair.isdigit()})


def numbers(text: str) -> list[int]:
    """The numbers of the pairs of a text, each as often as it comes: `number` of all `pairs`."""
    found: list[int] = []
    for run in _BETWEEN_PAIRS.split(text.casefold()):
        points = list(map(ord, run))
        told: Iterable[tuple[int, int]] = zip(points, points[1:], strict=False)
        if not run.isalpha():
            digits = [character.isdigit() for character in run]
            told = (
                pair for pair, *both in zip(told, digits, digits[1:], strict=False) if not all(both)
            )
        found += [(one * _FOLD + other) & _BITS for one, other in told]
    return found


def number(pair: str) -> int:
    """A pair as a 31-bit number: its two code points, folded."""
    return (ord(pair[0]) * _FOLD + ord(pair[1])) & _BITS
