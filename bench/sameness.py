"""How well the same matter is found again, on labelled messages in a folder of DATA.

The folder holds, as CSV: messages_dated (msg_id, user, time, title, body), same_matter_dev (id1,
id2, label), exact_duplicates (exact_dup_group, msg_id) and issues_dev (issue_id, msg_id, role).
Messages are registered as any channel does it, compared by the job, and asked for by HTTP.
"""

import csv
import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.clock import OFFICE_TZ, wire

_FILES = ("messages_dated", "same_matter_dev", "exact_duplicates", "issues_dev")
RECALL = 0.75
Ranked = Sequence[tuple[str, float]]


def missing(folder: Path | None) -> str | None:
    """Why quality cannot be measured, None where it can."""
    if folder is None:
        return "DATA names no folder of labelled messages"
    lacking = [name for name in _FILES if not (folder / f"{name}.csv").is_file()]
    return f"{folder} lacks {', '.join(lacking)}" if lacking else None


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """A file's rows."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_petition(message: Mapping[str, str]) -> dict[str, Any]:
    """A message as a channel posts it, the writer's number standing for a phone."""
    at = dt.datetime.fromisoformat(message["time"].replace("/", "-")).replace(tzinfo=OFFICE_TZ)
    digits = "".join(c for c in message["user"] if c.isdigit())
    return {
        "channel": "web",
        "title": message["title"].strip()[:200],
        "content": message["body"].strip() or message["title"],
        "petitioner": {"phone": f"139{digits:0>9}"},
        "received_at": wire(at),
        "at": wire(at),
    }


@dataclass
class Quality:
    """What `similar` answers about messages, judged; `similar(msg_id)` is ranked, best first."""

    folder: Path
    similar: Callable[[str], Ranked]
    _asked: dict[str, Ranked] = field(default_factory=dict)

    def copies_found(self) -> float:
        """The share of pairs of the same text that are proposed, either way round."""
        groups = defaultdict(list)
        for row in rows(self.folder, "exact_duplicates"):
            groups[row["exact_dup_group"]].append(row["msg_id"])
        pairs = [(a, b) for group in groups.values() for a in group for b in group if a != b]
        return sum(self._score(a, b) > 0 for a, b in pairs) / len(pairs)

    def average_precision(self) -> float:
        """Of the labelled pairs in the order of their scores; borderline ones are left out."""
        judged = [
            (max(self._score(row["id1"], row["id2"]), self._score(row["id2"], row["id1"])), row)
            for row in rows(self.folder, "same_matter_dev")
            if row["label"] != "borderline"
        ]
        judged.sort(key=lambda pair: -pair[0])
        hits, total = 0, 0.0
        for place, (_, row) in enumerate(judged, 1):
            if row["label"] == "same":
                hits += 1
                total += hits / place
        return total / hits

    def issues(self) -> Iterator[tuple[str, float, float]]:
        """Each issue with the precision at RECALL, as the mean over its messages and at worst."""
        members: dict[str, dict[str, str]] = defaultdict(dict)
        for row in rows(self.folder, "issues_dev"):
            members[row["issue_id"]][row["msg_id"]] = row["role"]
        for issue, roles in sorted(members.items()):
            core = [one for one, role in roles.items() if role == "core"]
            found = [self._precision(one, roles) for one in core]
            yield issue, sum(found) / len(found), min(found)

    def _precision(self, one: str, roles: Mapping[str, str]) -> float:
        """Of what is ranked until RECALL of the issue's other messages are found; 0 if never."""
        wanted = {other for other, role in roles.items() if role == "core"} - {one}
        need, hits = math.ceil(RECALL * len(wanted)), 0
        ranked = [other for other, _ in self._ranked(one) if roles.get(other) != "related"]
        for place, other in enumerate(ranked, 1):
            hits += other in wanted
            if hits == need:
                return hits / place
        return 0.0

    def _score(self, one: str, other: str) -> float:
        return dict(self._ranked(one)).get(other, 0.0)

    def _ranked(self, one: str) -> Ranked:
        if one not in self._asked:
            self._asked[one] = self.similar(one)
        return self._asked[one]
