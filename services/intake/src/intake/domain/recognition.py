"""What a program for optical character recognition says of a page, as text with a confidence."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

_WORD = "5"
"""The level of a word in Tesseract's table of results."""
_LINE = ("block_num", "par_num", "line_num")
# Between Chinese characters and their punctuation nobody writes spaces.
_WIDE = r"[\u2e80-\u303f\u31c0-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
_SPACE = re.compile(rf"(?<={_WIDE}) (?={_WIDE})|(?<={_WIDE}) (?=\d)|(?<=\d) (?={_WIDE})")
_UNSEEN = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)
_TEXT_MOST = 50_000


@dataclass(frozen=True)
class Page:
    """The text of a page, counted from 1, and how sure the program is of it, from 0 to 100.

    `confidence` is None where nothing was recognised.
    """

    number: int
    text: str
    confidence: int | None


def page_of(table: str, *, number: int) -> Page:
    """A page from Tesseract's table (TSV): a line for a line, and empty lines between paragraphs.

    The confidence is that of its words, each by its length.
    """
    lines: list[str] = []
    sure = letters = 0.0
    paragraph = None
    for place, words in groupby(_words(table), key=lambda word: tuple(word[k] for k in _LINE)):
        if lines and place[:2] != paragraph:
            lines.append("")
        paragraph = place[:2]
        texts = []
        for word in words:
            text = _UNSEEN.sub("", word["text"]).strip()
            texts += [text] if text else []
            sure += float(word["conf"]) * len(text)
            letters += len(text)
        lines.append(_SPACE.sub("", " ".join(texts)))
    text = "\n".join(lines).strip()[:_TEXT_MOST]
    return Page(number, text, round(sure / letters) if letters else None)


def _words(table: str) -> Iterator[dict[str, str]]:
    rows = csv.DictReader(table.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in rows:
        if row["level"] == _WORD and (row["text"] or "").strip():
            yield row
