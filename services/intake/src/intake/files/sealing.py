"""Files encrypted piece by piece, so that none is ever whole in memory.

AES-256-GCM over pieces of 64 KiB with a key of the file's own. The nonce counts the pieces, and
each says by what is authenticated with it where it belongs and whether it is the last one: a piece
cannot be changed, moved, left out or taken from another file, and the end cannot be cut off.
"""

import logging
import os
from collections.abc import Generator, Iterable, Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from intake.files.storage import StorageAway

log = logging.getLogger(__name__)

KEY_BYTES = 32
_PIECE = 64 * 1024
_TAG = 16
_NONCE = 12


class Broken(StorageAway):
    """What is stored is not what was stored under that name."""


def new_key() -> bytes:
    """A key for one file, and for no other."""
    return os.urandom(KEY_BYTES)


def seal(file: IO[bytes], *, key: bytes, place: str) -> Iterator[bytes]:
    """The sealed pieces of an open file, read from where it stands; `place` is bound to it."""
    cipher = AESGCM(key)
    number, piece = 0, file.read(_PIECE)
    while True:
        following = file.read(_PIECE)
        yield cipher.encrypt(_nonce(number), piece, _bound(place, last=not following))
        if not following:
            return
        number, piece = number + 1, following


def unseal(sealed: Iterable[bytes], *, key: bytes, place: str) -> Generator[bytes, None, None]:
    """The plain pieces of a sealed file; Broken at the first one that is not as it was sealed."""
    cipher = AESGCM(key)
    pieces = _pieces(sealed)
    piece = next(pieces, b"")
    number = 0
    while True:
        following = next(pieces, b"")
        try:
            yield cipher.decrypt(_nonce(number), piece, _bound(place, last=not following))
        except InvalidTag as error:
            log.error("a stored file is not as it was sealed", extra={"place": place})
            raise Broken() from error
        if not following:
            return
        number, piece = number + 1, following


def _nonce(number: int) -> bytes:
    return number.to_bytes(_NONCE, "big")


def _bound(place: str, *, last: bool) -> bytes:
    return f"{place}/{'last' if last else 'more'}".encode()


def _pieces(sealed: Iterable[bytes]) -> Iterator[bytes]:
    """The stream cut where it was sealed, however it was cut on its way."""
    size, held = _PIECE + _TAG, bytearray()
    for part in sealed:
        held += part
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)
