"""What may be an accusation though it was not brought in as one (T22 Arts.22(2), 30).

Rules: somebody who holds an office, and what they are said to have done, near each other in one
sentence. Beside them a model that has learnt from the office's decisions, where there is one. A
false alarm costs a dispatcher's look; a miss may take the words to whom they accuse.
"""

import csv
import re
from bisect import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from intake.domain.accusation_model import KnownModel

CLEARED = "cleared"
DECISIONS = {CLEARED: "不是检举控告", "confirmed": "是检举控告"}
RULES, MODEL = "rules", "model"
FOUND_BY = {RULES: "规则", MODEL: "模型"}
NEAR = 30
"""Characters at most between the person and the deed."""
AFTER_REPORTING = 25
"""Characters at most between a verb of reporting and the person."""

_STOPS = "，,；;：:。！？!?\n"
_SENTENCE_ENDS = re.compile(r"[。！？!?\n]")


@dataclass(frozen=True)
class Suspicion:
    """What in a text made it suspect: `who` and `what`, one phrase, or the model's clause."""

    words: tuple[str, ...]
    found_by: str = RULES


def words_of(petition: Mapping[str, Any]) -> str:
    """The words of a petition in which an accusation is looked for."""
    said = (petition[part] for part in ("title", "content", "claim", "course"))
    return "\n".join(filter(None, said))


class Accusations:
    """The rules, and the model in use."""

    def __init__(self) -> None:
        self._rules = AccusationRules.read()
        self.known = KnownModel()

    def suspicion(self, text: str) -> Suspicion | None:
        """Why a text may be an accusation; None where neither rules nor model say so."""
        if found := self._rules.suspicion(text):
            return found
        clause = self.known.model.suspects(text) if self.known.model else None
        return Suspicion((clause,), MODEL) if clause is not None else None


class AccusationRules:
    """The words of `data/accusation.csv`, looked for all at once."""

    def __init__(self, words: dict[str, list[str]]) -> None:
        self._who, self._what, self._certain, self._not = (
            _any_of(words[part]) for part in ("who", "what", "certain", "not")
        )
        reports = "|".join(map(re.escape, _longest_first(words["reports"])))
        who = self._who.pattern
        self._reported = re.compile(rf"({reports})[^{_STOPS}]{{0,{AFTER_REPORTING}}}?({who})")

    @classmethod
    def read(cls) -> "AccusationRules":
        """The rules that come with intake."""
        text = resources.files("intake.data").joinpath("accusation.csv").read_text("utf-8")
        lines = (line for line in text.splitlines() if not line.startswith("#"))
        words: dict[str, list[str]] = {}
        for row in csv.DictReader(lines):
            words.setdefault(row["part"], []).extend(row["words"].split("|"))
        return cls(words)

    def suspicion(self, text: str) -> Suspicion | None:
        """Why a text may be an accusation; None where nothing in it says so."""
        text = self._not.sub("，", text)
        if phrase := self._certain.search(text):
            return Suspicion((phrase.group(),))
        if reported := self._reported.search(text):
            return Suspicion(reported.groups())
        people = list(self._who.finditer(text))
        starts = [person.start() for person in people]
        for deed in self._what.finditer(text):
            after = bisect(starts, deed.start())
            for person in people[max(after - 1, 0) : after + 1]:
                if _near(text, person.span(), deed.span()):
                    return Suspicion((person.group(), deed.group()))
        return None


def _near(text: str, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two spans stand within NEAR characters of each other in one sentence."""
    first, second = sorted((one, other))
    apart = second[0] - first[1]
    return apart <= NEAR and not _SENTENCE_ENDS.search(text, first[1], second[0])


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _longest_first(words))))


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)
