"""What is shown and sent of a petition's words and petitioner where identity is not needed."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.pii import MASKS, mask_text

_WORDS = ("title", "content", "place")
_APART = "原文另行保管，办理以信访事项载明的内容为准。"


def masked_words(row: Mapping[str, Any], *, name: str | None) -> dict[str, str | None]:
    """Title, content and place without numbers, addresses and the petitioner's name."""
    return {word: mask_text(row[word], names=[name]) if row[word] else None for word in _WORDS}


def words_apart() -> dict[str, str | None]:
    """What stands for the words of a petition that hold an accusation, for who may not read it."""
    return dict.fromkeys(_WORDS, _APART) | {"place": None}


def supplements_apart(supplements: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Supplements without their words, which may hold the accusation as well."""
    return [{**one, "content": _APART} for one in supplements]


def masked_person(person: Mapping[str, str | None]) -> dict[str, str | None]:
    """Each field of a petitioner through its own mask."""
    return {name: MASKS[name](plain) if plain else None for name, plain in person.items()}


def masked_supplement(supplement: Mapping[str, Any], *, name: str | None) -> dict[str, Any]:
    """A supplement through the masks of its petition's words and petitioner."""
    email = supplement["email"]
    return {
        **supplement,
        "content": mask_text(supplement["content"], names=[name]),
        "email": MASKS["email"](email) if email else None,
    }
