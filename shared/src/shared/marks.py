"""Marks: accounts and units as events name them where nobody but their reader may know them.

A mark is a keyed digest (HMAC-SHA-256). Every service has the keys, so that it can tell whether a
caller is meant; whoever reads a queue, a table or a log without them cannot. The id of its key
goes before it, so that a mark of a key that is not known here is recognised as such.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from shared.settings import weak_secret

Kind = Literal["account", "unit"]
_ID_LENGTH = 8
_DIGEST_BYTES = 18


@dataclass(frozen=True)
class Marker:
    """What makes and recognises marks: the first key makes them, all are recognised."""

    keys: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Marker":
        """Keys that are separated by commas; ValueError where one is no good secret."""
        keys = tuple(key.strip() for key in text.split(","))
        for key in keys:
            if problem := weak_secret(key):
                raise ValueError(f"a key of ACCESS_KEYS {problem}")
        return cls(keys)

    @property
    def key_id(self) -> str:
        """The id of the key that makes marks now."""
        return key_id_of(self.keys[0])

    @cached_property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys whose marks are recognised."""
        return tuple(key_id_of(key) for key in self.keys)

    def mark(self, kind: Kind, name: str) -> str:
        """The mark of an account or a unit."""
        return _mark(self.keys[0], kind, name)

    def recognised(self, named: Iterable[tuple[Kind, str]]) -> tuple[str, ...]:
        """Every mark that these accounts and units can have been given."""
        return tuple(_mark(key, kind, name) for kind, name in named for key in self.keys)


def key_id_of(key: str) -> str:
    """The id of a key, which tells nothing of it."""
    return hashlib.sha256(b"id of " + key.encode()).hexdigest()[:_ID_LENGTH]


def key_id_in(mark: str) -> str:
    """The id of the key that made a mark."""
    return mark.partition(".")[0]


def _mark(key: str, kind: Kind, name: str) -> str:
    digest = hmac.digest(key.encode(), f"{kind}/{name}".encode(), "sha256")[:_DIGEST_BYTES]
    return f"{key_id_of(key)}.{base64.urlsafe_b64encode(digest).decode()}"
