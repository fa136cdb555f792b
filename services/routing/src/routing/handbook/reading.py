"""Reading parts of a standards file that are words: each fault names file and line."""

from typing import Any

from routing.domain.standards import Source, expect


def rows_of(source: Source, key: str) -> dict[str, Any]:
    """A mapping that must be there."""
    expect(source, source.values, dict, "文件", key)
    found: dict[str, Any] = expect(source, source.values.get(key), dict, key, key)
    return found


def exactly(source: Source, row: Any, keys: tuple[str, ...], *place: str | int) -> None:
    """StandardError where a mapping has other keys than these."""
    expect(source, row, dict, str(place[0]), *place)
    if set(row) != set(keys):
        zh = f"应当有且只有{'、'.join(keys)}"
        raise source.fault(zh, f"it has {', '.join(keys)} and nothing else", *place)


def words_at(source: Source, *place: str | int) -> str:
    """A text that must be there and say something."""
    value = source.values
    for key in place:
        value = value[key]
    if not isinstance(value, str) or not value.strip():
        raise source.fault(f"“{place[-1]}”应当是文字", f"{place[-1]!r} must be text", *place)
    return value.strip()


def lines_at(source: Source, *place: str | int) -> tuple[str, ...]:
    """A list of texts, one at least."""
    value = source.values
    for key in place:
        value = value[key]
    rows = expect(source, value, list, str(place[-1]), *place)
    if not rows:
        raise source.fault(f"“{place[-1]}”是空的", f"{place[-1]!r} is empty", *place)
    return tuple(words_at(source, *place, at) for at in range(len(rows)))
