"""The handbook as routing writes it: one page, taken apart to be read inside the frame."""

import html
import re
from dataclasses import dataclass

EDITIONS = {"bureau": "信访部门版", "department": "承办单位版"}

_TITLE = re.compile(r"<title>(.*?)</title>", re.S)
_EDITION = re.compile(r'<body class="([a-z]+)">')
_NOTE = re.compile(r'<p class="basis">(.*?)</p>\s*</header>', re.S)
_CONTENTS = re.compile(r'<nav id="contents">.*?(<ol>.*</ol>)\s*</nav>(.*)</body>', re.S)
_HEADING = re.compile(r'<h[123] id="([^"]+)"[^>]*>(.*?)</h[123]>', re.S)
_CODE = re.compile(r'<span class="code">.*?</span>', re.S)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Handbook:
    """An edition: its title, which version of the procedure it tells, contents and text as HTML."""

    title: str
    edition: str
    note: str
    contents: str
    text: str


@dataclass(frozen=True)
class Place:
    """A part of the handbook in which words were found, and how often."""

    anchor: str
    title: str
    times: int


def taken_apart(page: str) -> Handbook:
    """The parts of routing's page; ValueError where it is no handbook."""
    title, edition, parts = _TITLE.search(page), _EDITION.search(page), _CONTENTS.search(page)
    if title is None or edition is None or parts is None:
        raise ValueError("the page is no handbook")
    note = _NOTE.search(page)
    return Handbook(
        html.unescape(title[1]),
        edition[1],
        html.unescape(note[1]) if note else "",
        _CODE.sub("", parts[1]),
        _CODE.sub("", parts[2]),
    )


def find(book: Handbook, words: str) -> list[Place]:
    """The parts that have these words, in the handbook's order."""
    wanted = words.casefold()
    headings = list(_HEADING.finditer(book.text))
    ends = [one.start() for one in headings[1:]] + [len(book.text)]
    places = []
    for heading, end in zip(headings, ends, strict=True):
        times = _plain(book.text[heading.start() : end]).casefold().count(wanted)
        if times:
            places.append(Place(heading[1], _plain(heading[2]), times))
    return places


def _plain(part: str) -> str:
    return html.unescape(_TAG.sub("", part))
