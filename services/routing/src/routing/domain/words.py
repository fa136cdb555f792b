"""What a classifier sees of a petition: runs of characters of its title, opening and content.

Learning and suggesting share these functions, so that a classifier meets what it was taught.
"""

import hashlib
import re
import unicodedata

LONGEST_RUN = 2
OPENING = 400  # characters of the content in which most petitions name their matter
CONTENT = 1_500
_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"\d+")
_NOT_A_LETTER = re.compile(r"[\W\d_]+")


def seen(title: str, content: str) -> tuple[list[str], ...]:
    """Every character and every pair: those of the title, of the opening, of the content."""
    folded = _folded(content[: CONTENT * 2])[:CONTENT]
    return _runs(_folded(title)), _runs(folded[:OPENING]), _runs(folded)


def letters(text: str) -> str:
    """A text without spaces, digits and marks: equal where two differ in typing only."""
    return _NOT_A_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())


def digest(title: str, content: str) -> str:
    """The SHA-256 of a petition's letters: the same for the same text typed again."""
    return hashlib.sha256(f"{letters(title)}\n{letters(content)}".encode()).hexdigest()


def _folded(text: str) -> str:
    """Without differences of width and case; every number is the same number."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _NUMBER.sub("0", _SPACE.sub(" ", plain)).strip()


def _runs(text: str) -> list[str]:
    return [
        text[at : at + length]
        for length in range(1, LONGEST_RUN + 1)
        for at in range(len(text) - length + 1)
    ]
