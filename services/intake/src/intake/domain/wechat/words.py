"""The words of the form, read from wechat.yaml and checked whole at start."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from intake.domain.registration import PURPOSES

FILE = Path(__file__).parents[2] / "data" / "wechat.yaml"
COMMANDS = ("report", "status", "help", "cancel")
ANSWERS = ("done", "skip", "anonymous", "confirm", "change")
STEPS = ("purpose", "content", "place", "media", "name", "phone", "confirm", "change")
CHANGEABLE = ("purpose", "content", "place", "media", "name")

_DRAFT = frozenset({"media", "most"})
_ASKED: Mapping[str, frozenset[str]] = {
    "media": _DRAFT,
    "confirm": _DRAFT | {"purpose", "content", "place", "name", "phone"},
}
_SAID: Mapping[str, frozenset[str]] = {
    "welcome": frozenset({"office"}),
    "help": frozenset({"hours"}),
    "going_on": frozenset(),
    "cancelled": frozenset(),
    "nothing_to_cancel": frozenset(),
    "expired": frozenset({"hours"}),
    "choose": frozenset(),
    "taken": frozenset({"count"}),
    "media_taken": _DRAFT,
    "media_enough": _DRAFT,
    "too_long": frozenset({"longest"}),
    "nothing_written": frozenset(),
    "too_long_here": frozenset({"longest"}),
    "bad_phone": frozenset(),
    "out_of_china": frozenset(),
    "unprintable": frozenset(),
    "send_text": frozenset(),
    "not_taken": frozenset(),
    "confirm_or_change": frozenset(),
    "refused": frozenset({"why"}),
    "closed": frozenset({"hours"}),
    "registered": frozenset({"number", "code", "where"}),
    "media_follows": frozenset({"media"}),
    "found": frozenset({"items"}),
    "none_found": frozenset(),
    "progress": frozenset({"number", "state", "stages"}),
    "wrong_code": frozenset(),
    "too_many_codes": frozenset(),
    "too_many": frozenset(),
}
"""What is said on which occasion, and the placeholders that it may hold."""


@dataclass(frozen=True)
class Words:
    """Everything the account says, and everything it understands, by its meaning."""

    commands: Mapping[str, str]
    answers: Mapping[str, str]
    purposes: Mapping[str, str]
    changes: Mapping[str, str]
    form: Mapping[str, str]
    say: Mapping[str, str]


def read_words(path: Path = FILE) -> Words:
    """The file, checked; ValueError names the place of whatever is wrong."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    _only(raw, "wechat.yaml", ("commands", "answers", "purposes", "changes", "form", "say"))
    purposes, changes = raw["purposes"], raw["changes"]
    if sorted(purposes.values()) != sorted(PURPOSES):
        raise ValueError(f"purposes: each of {', '.join(PURPOSES)} once")
    if sorted(changes.values()) != sorted(CHANGEABLE):
        raise ValueError(f"changes: each of {', '.join(CHANGEABLE)} once")
    return Words(
        commands=_meanings(raw, "commands", COMMANDS),
        answers=_meanings(raw, "answers", ANSWERS),
        purposes=purposes,
        changes=changes,
        form=_texts(raw, "form", {step: _ASKED.get(step, frozenset()) for step in STEPS}),
        say=_texts(raw, "say", _SAID),
    )


def _meanings(raw: Mapping[str, Any], place: str, names: tuple[str, ...]) -> dict[str, str]:
    """What each word means; ValueError for a word that means two things."""
    _only(raw[place], place, names)
    found: dict[str, str] = {}
    for name in names:
        for word in raw[place][name]:
            if not isinstance(word, str) or word in found:
                raise ValueError(f"{place}.{name}: {word!r} is no text, or said twice")
            found[word] = name
    return found


def _texts(
    raw: Mapping[str, Any], place: str, allowed: Mapping[str, frozenset[str]]
) -> dict[str, str]:
    _only(raw[place], place, tuple(allowed))
    for name, text in raw[place].items():
        if not isinstance(text, str):
            raise ValueError(f"{place}.{name}: not a text")
        try:
            parts = list(string.Formatter().parse(text))
        except ValueError as error:
            raise ValueError(f"{place}.{name}: {error}") from error
        for _, field, spec, conversion in parts:
            if field is not None and (field not in allowed[name] or spec or conversion):
                raise ValueError(f"{place}.{name}: {{{field}}} does not stand there")
    return {name: text.strip() for name, text in raw[place].items()}


def _only(row: Any, place: str, names: tuple[str, ...]) -> None:
    if not isinstance(row, dict) or set(row) != set(names):
        raise ValueError(f"{place}: must hold exactly {', '.join(names)}")
