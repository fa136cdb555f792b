"""What a process knows for suggesting: words, categories and, in a worker, a classifier."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from routing.domain.lanes import Lanes, lanes_of, load_lanes
from routing.domain.suggestion import BY_RULES, Rules, Suggestion, guided, load_rules, suggest

UNREAD = -1


class Classifier(Protocol):
    """What has learnt which categories a petition's words make likely."""

    def likely(self, title: str, content: str) -> Sequence[tuple[str, float]]:
        """Categories with their confidence from 0 to 1, the likeliest first."""


@dataclass
class Knowledge:
    """A process's copy of what the tables say, with the versions it was read at.

    It starts with the files of this release; use cases read the tables anew where they changed.
    """

    rules: Rules = field(default_factory=load_rules)
    rules_version: int = UNREAD
    lanes: Lanes = field(default_factory=load_lanes)
    classifier: Classifier | None = None
    classifier_version: int | None = None

    def suggestion(self, title: str, content: str) -> dict[str, Any] | None:
        """What is suggested for a petition, as its case keeps it; None where nothing is said.

        `category` and `unit` are None where only class, route or an accusation shows in the words.
        """
        found = self._category(title, content)
        lanes = lanes_of(title, content, self.lanes)
        if found is None and not _says_something(lanes):
            return None
        return {
            "category": found and found.category,
            "unit": found and found.unit,
            "words": list(found.words) if found else [],
            "confidence": found.confidence if found else 0.0,
            "confidence_of": found and found.confidence_of,
            "top": [{"category": c, "confidence": p} for c, p in found.top] if found else [],
            "model": found.model if found else BY_RULES,
            **lanes,
        }

    def _category(self, title: str, content: str) -> Suggestion | None:
        if self.classifier is not None:
            likely = self.classifier.likely(title, content)
            version = str(self.classifier_version)
            found = guided(title, content, self.rules, likely=likely, model=version)
            if found is not None:
                return found
        return suggest(title, content, self.rules)


def _says_something(lanes: dict[str, Any]) -> bool:
    route = lanes["route"]
    return (
        lanes["accusation"]["suspected"]
        or lanes["purpose"]["code"] != "petition"
        or (route is not None and route["code"] != "petition")
    )
