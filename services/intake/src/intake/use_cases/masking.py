"""What is shown and sent of a petition's words and petitioner where identity is not needed."""

from collections.abc import Mapping
from typing import Any

from shared.pii import MASKS, mask_text

_WORDS = ("title", "content", "place")
_ERASED = "（已按规定删除）"
_APART = "原文另行保管，办理以信访事项载明的内容为准。"


def masked_words(row: Mapping[str, Any], *, name: str | None) -> dict[str, str | None]:
    """Title, content and place without numbers, addresses and the petitioner's name."""
    return {word: mask_text(row[word], names=[name]) if row[word] else None for word in _WORDS}


def words_apart() -> dict[str, str | None]:
    """What stands for the words of a petition that hold an accusation, for who may not read it."""
    return dict.fromkeys(_WORDS, _APART) | {"place": None}


def words_erased() -> dict[str, str | None]:
    """What stands for the words of a petition that were erased."""
    return dict.fromkeys(_WORDS, _ERASED) | {"place": None}


def masked_person(person: Mapping[str, str | None]) -> dict[str, str | None]:
    """Each field of a petitioner through its own mask."""
    return {name: MASKS[name](plain) if plain else None for name, plain in person.items()}
