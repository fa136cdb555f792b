"""What is shown and sent of a petition's words and petitioner where identity is not needed."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.pii import MASKS, mask_text

_WORDS = ("title", "content", "claim", "course", "place")
_ERASED = "（已按规定删除）"
_APART = "原文另行保管，办理以信访事项载明的内容为准。"


def masked_words(row: Mapping[str, Any], *, names: Iterable[str]) -> dict[str, str | None]:
    """A petition's words without numbers, addresses and the names of its persons."""
    known = list(names)
    return {word: mask_text(row[word], names=known) if row[word] else None for word in _WORDS}


def words_apart() -> dict[str, str | None]:
    """What stands for the words of a petition that hold an accusation, for who may not read it."""
    hidden = dict.fromkeys((*_WORDS, "place_code", "location"))
    return hidden | {"title": _APART, "content": _APART}


def words_erased() -> dict[str, str | None]:
    """What stands for the words of a petition that were erased."""
    return dict.fromkeys(_WORDS) | {"title": _ERASED, "content": _ERASED}


def supplements_apart(supplements: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Supplements without their words, which may hold the accusation as well."""
    return [{**one, "content": _APART} for one in supplements]


def masked_person(person: Mapping[str, Any]) -> dict[str, Any]:
    """Each field that tells who a person is through its own mask."""
    told = {name: MASKS[name](person[name]) if person[name] else None for name in MASKS}
    return dict(person) | told


def masked_supplement(supplement: Mapping[str, Any], *, names: Iterable[str]) -> dict[str, Any]:
    """A supplement through the masks of its petition's words and petitioner."""
    email = supplement["email"]
    return {
        **supplement,
        "content": mask_text(supplement["content"], names=list(names)),
        "email": MASKS["email"](email) if email else None,
    }
