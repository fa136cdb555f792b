"""What all services together know of a petition, so that two runs of a pattern can be compared."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from system.load import PATTERNS
from system.seen import Seen, supervised
from system.site import Row

_MOST_SHOWN = 5


def pictures(seen: Seen) -> dict[int, Any]:
    """What all services know of each petition, by its number, without ids and times of entry."""
    kept = {
        "timeline": seen.by_case("supervision", "entries"),
        "progress": seen.by_case("intake", "progress"),
        "evaluations": seen.by_case("satisfaction", "evaluations"),
        "exchanges": seen.by_case("sync-municipal", "exchanges"),
    }
    headers = supervised(seen)
    found = {}
    for petition_id, index in seen.index_of.items():
        case_id = seen.case_of.get(petition_id, "none")
        told = seen.newest[case_id]["data"]["header"] if case_id in seen.newest else {}
        picture = {name: _undated(rows.get(case_id, ())) for name, rows in kept.items()} | {
            "header": told,
            "supervised": headers.get(case_id),
            "city": seen.city.get(case_id),
        }
        found[index] = _anonymous(
            picture, {case_id: "case", petition_id: "petition"} | _numbers(told)
        )
    return found


def _numbers(header: Row) -> dict[str, str]:
    numbers = [header.get("case_no", ""), *header.get("petition_nos", ())]
    return {number: f"no {at}" for at, number in enumerate(numbers) if number}


_ENTRY = frozenset(
    {
        "id", "event_id", "evaluation_id", "recorded_at", "created_at", "acknowledged_at",
        "city_ref", "next_attempt_at", "attempts", "claimed_until", "last_error", "traceparent",
    }
)  # fmt: skip


def _undated(rows: Iterable[Row]) -> list[Row]:
    """Rows without what depends on when and how often they were written, in a fixed order."""
    kept = [{name: v for name, v in row.items() if name not in _ENTRY} for row in rows]
    return sorted(kept, key=lambda row: json.dumps(row, default=str, sort_keys=True))


def _anonymous(picture: Any, names: Mapping[str, str]) -> Any:
    text = json.dumps(picture, default=str, sort_keys=True, ensure_ascii=False)
    for value, name in names.items():
        text = text.replace(value, f"<{name}>")
    return json.loads(text)


def differences(seen: Seen, undisturbed: Mapping[int, Any]) -> Iterator[str]:
    """Which petitions look otherwise than in an undisturbed run of their pattern."""
    found = pictures(seen)
    wrong = [
        (index, part)
        for index, picture in found.items()
        for part, wanted in undisturbed[index % len(PATTERNS)].items()
        if picture[part] != wanted
    ]
    if wrong:
        index, part = wrong[0]
        yield (
            f"{len(wrong)} parts of petitions are not as undisturbed, "
            f"such as {wrong[:_MOST_SHOWN]}: {found[index][part]} "
            f"instead of {undisturbed[index % len(PATTERNS)][part]}"
        )
