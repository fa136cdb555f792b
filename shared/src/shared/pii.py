"""Personal data: encryption at rest, blind indexes for look-up, and masks for display and text."""

import base64
import hmac
import json
import os
import re
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_KEY = 32
SINGLE_INDEX_KEY = "index"


class Undecryptable(Exception):
    """The ciphertext is damaged, was moved to another place, or its key is not in the ring."""


class KeyRing:
    """AES-256-GCM keys by id; the first one encrypts, all of them decrypt. Index keys by id; the
    first one makes blind indexes, all of them find.

    Ciphertext layout: 1 byte length of the key id, key id, 12 bytes nonce, AES-GCM output. `place`
    (for example "petition-id/phone") is authenticated, so a value cannot be moved to another row.
    """

    def __init__(self, keys: dict[str, bytes], *, index_keys: dict[str, bytes]) -> None:
        if not keys or not index_keys:
            raise ValueError("a key ring needs at least one key of each sort")
        for key_id, key in keys.items():
            if len(key) != _KEY:
                raise ValueError(f"key {key_id!r} has {len(key)} bytes; AES-256 needs {_KEY}")
        for key_id, key in index_keys.items():
            if len(key) < _KEY:
                raise ValueError(f"index key {key_id!r} has {len(key)} bytes; {_KEY} are needed")
        self.current = next(iter(keys))
        self.current_index = next(iter(index_keys))
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._index_keys = index_keys

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """From JSON {"keys": {"id": base64, ...}, "index": {"id": base64, ...}}; the first key of
        each makes what is new. A single index key may stand alone: its id is "index".
        """
        try:
            ring = json.loads(text)
            index = ring["index"]
            alone = {SINGLE_INDEX_KEY: index} if isinstance(index, str) else index
            return cls(_decoded(ring["keys"]), index_keys=_decoded(alone))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"the key ring cannot be read: {type(error).__name__}") from error

    @staticmethod
    def generate() -> str:
        """A new ring with one random key, as text for `parse`."""
        fresh = [base64.b64encode(os.urandom(_KEY)).decode() for _ in range(2)]
        return json.dumps({"keys": {"k1": fresh[0]}, "index": fresh[1]})

    @property
    def mark(self) -> bytes:
        """With what every value begins that the present key encrypts."""
        key_id = self.current.encode()
        return bytes([len(key_id)]) + key_id

    def encrypt(self, plain: str, *, place: str) -> bytes:
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self.current].encrypt(nonce, plain.encode(), place.encode())
        return self.mark + nonce + sealed

    def decrypt(self, sealed: bytes, *, place: str) -> str:
        """The plain text; Undecryptable when it is not what was written there."""
        try:
            end = 1 + sealed[0]
            cipher = self._ciphers[sealed[1:end].decode()]
            nonce, body = sealed[end : end + _NONCE], sealed[end + _NONCE :]
            return cipher.decrypt(nonce, body, place.encode()).decode()
        except (InvalidTag, KeyError, IndexError, ValueError) as error:
            raise Undecryptable(type(error).__name__) from error

    def blind_index(self, value: str, *, kind: str) -> bytes:
        """A keyed digest by which equal values of one kind find each other; 32 bytes."""
        return _digest(self._index_keys[self.current_index], value, kind)

    def blind_indexes(self, value: str, *, kind: str) -> list[bytes]:
        """Every blind index that the value can have been given, the present one first."""
        return [_digest(key, value, kind) for key in self._index_keys.values()]


def _decoded(keys: dict[str, str]) -> dict[str, bytes]:
    return {key_id: base64.b64decode(key, validate=True) for key_id, key in keys.items()}


def _digest(key: bytes, value: str, kind: str) -> bytes:
    return hmac.digest(key, f"{kind}:{value}".encode(), "sha256")


def mask_name(name: str) -> str:
    """Keeps the family name: 王小明 -> 王**."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else name


def mask_phone(phone: str) -> str:
    """Keeps the first three and the last two digits of a number."""
    return phone[:3] + "*" * max(len(phone) - 5, 1) + phone[-2:] if len(phone) > 5 else "*****"  # noqa: PLR2004


def mask_id_number(number: str) -> str:
    """Keeps the region (first six) of an ID number."""
    return number[:6] + "*" * (len(number) - 6) if len(number) > 6 else "*" * 6  # noqa: PLR2004


def mask_email(email: str) -> str:
    """Keeps the first letter and the domain."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}***{at}{domain}"


def mask_address(address: str) -> str:
    """Keeps the first six characters, about as far as the street."""
    return address[:6] + "***"


MASKS = {
    "name": mask_name,
    "phone": mask_phone,
    "id_number": mask_id_number,
    "address": mask_address,
    "email": mask_email,
}

_DIGIT = r"[0-9０-９]"
_GAP = r"[-‐–—－\s]{0,3}"
_APART = rf"(?<!{_DIGIT})"
_ENDS = rf"(?!{_DIGIT})"
_PATTERNS = (
    re.compile(r"[A-Za-z0-9_.+%-]{1,64}[@＠][\w-]{1,63}(?:\.[\w-]{1,63}){1,6}", re.ASCII),
    re.compile(rf"{_APART}{_DIGIT}{{15,}}[xXｘＸ]?"),
    re.compile(
        rf"{_APART}{_DIGIT}{{6}}{_GAP}(?:[1１][9９]|[2２][0０]){_DIGIT}{{6}}{_GAP}"
        rf"{_DIGIT}{{3}}[0-9０-９xXｘＸ]{_ENDS}"
    ),
    re.compile(rf"{_APART}(?:[8８][6６]{_GAP})?[1１][3-9３-９](?:{_GAP}{_DIGIT}){{9}}{_ENDS}"),
    re.compile(rf"{_APART}[0０]{_DIGIT}{{2,3}}{_GAP}{_DIGIT}{{7,8}}{_ENDS}"),
)
"""E-mail addresses; long numbers (cards, IDs, IDs run together with phones); ID numbers written in
parts; mobile and landline numbers. Digits may be full-width."""
_DIGITS_NEEDED = re.compile(rf"(?:{_DIGIT}{_GAP}){{9}}|[@＠]")


def mask_text(text: str, *, names: Iterable[str | None] = ()) -> str:
    """Text with e-mail addresses, phone, ID and card numbers and the given names starred out."""
    for name in names:
        if name and len(name) > 1:
            text = text.replace(name, mask_name(name))
    if not _DIGITS_NEEDED.search(text):
        return text
    for pattern in _PATTERNS:
        text = pattern.sub(lambda found: "*" * min(len(found.group()), 11), text)
    return text
