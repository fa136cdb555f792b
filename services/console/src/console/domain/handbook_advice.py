"""What the handbook says of one action, cut out of routing's page as plain words."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_WORDS = frozenset({"p", "li"})


@dataclass
class Passage:
    """A heading with its paragraphs or points; the first one and an example have no heading."""

    title: str
    words: list[str] = field(default_factory=list)


def advice_on(page: str, action: str) -> list[Passage]:
    """The passages on an action, without its table of facts; none where the page has none."""
    reader = _Reader(f"action-{action}")
    reader.feed(page)
    return [one for one in reader.passages if one.words]


class _Reader(HTMLParser):
    """Collects the words from one heading of the third order to the next."""

    def __init__(self, anchor: str) -> None:
        super().__init__()
        self.passages: list[Passage] = []
        self._anchor = anchor
        self._inside = False
        self._table = 0
        self._tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("h1", "h2", "h3"):
            self._inside = dict(attrs).get("id") == self._anchor
            self._tag = ""
            if self._inside:
                self.passages = [Passage("")]
        elif self._inside and tag == "table":
            self._table += 1
        elif self._inside and not self._table and tag == "h4":
            self.passages.append(Passage(""))
            self._tag = tag
        elif self._inside and not self._table and tag in _WORDS:
            if ("class", "example") in attrs:
                self.passages.append(Passage(""))
            self.passages[-1].words.append("")
            self._tag = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._table:
            self._table -= 1
        if tag == self._tag:
            self._tag = ""

    def handle_data(self, data: str) -> None:
        if not self._inside or self._table:
            return
        if self._tag == "h4":
            self.passages[-1].title += data.strip()
        elif self._tag in _WORDS:
            self.passages[-1].words[-1] += data
