"""The signature and the encryption of an official account's messages (安全模式).

signature  = SHA1 of token, timestamp, nonce and what is signed, sorted and joined
ciphertext = base64 of AES-256-CBC, the key's first 16 bytes as IV, PKCS#7 over blocks of 32 bytes,
             of 16 random bytes, the length in 4 bytes, the text, the AppID
"""

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from intake.wechat.accounts import Account

_BLOCK = 32
_RANDOM = 16
_LENGTH = 4


class Undecipherable(Exception):
    """What was signed by the account's token and cannot be read all the same; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Deciphered:
    """A text, and the key that it was encrypted with: the answer goes back under the same."""

    text: bytes
    key: bytes


def sign(token: str, *parts: str) -> str:
    """The signature of these parts, in any order."""
    return hashlib.sha1("".join(sorted([token, *parts])).encode()).hexdigest()  # noqa: S324 - theirs


def is_signed(signature: str, token: str, *parts: str) -> bool:
    """Whether the signature is the token's; takes as long whatever is wrong with it."""
    return hmac.compare_digest(sign(token, *parts).encode(), signature.encode())


def encrypt(text: bytes, *, key: bytes, appid: str) -> str:
    """The text, sealed for who knows the key."""
    plain = os.urandom(_RANDOM) + len(text).to_bytes(_LENGTH, "big") + text + appid.encode()
    padding = _BLOCK - len(plain) % _BLOCK
    work = _cipher(key).encryptor()
    return base64.b64encode(work.update(plain + bytes([padding]) * padding)).decode()


def decrypt(sealed: str, *, account: Account) -> Deciphered:
    """The text by whichever of the account's keys opens it; Undecipherable where none does."""
    try:
        data = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Undecipherable("not_base64") from error
    if not data or len(data) % (AES256.block_size // 8):
        raise Undecipherable("not_whole_blocks")
    reasons = []
    for key in account.keys:
        try:
            return Deciphered(_opened(data, key=key, appid=account.appid), key)
        except Undecipherable as error:
            reasons.append(error.reason)
    # A wrong key breaks the padding of nearly all texts: what went further says more.
    raise Undecipherable(next((one for one in reasons if one != "bad_padding"), "bad_padding"))


def _opened(data: bytes, *, key: bytes, appid: str) -> bytes:
    plain = _cipher(key).decryptor().update(data)
    padding = plain[-1]
    if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
        raise Undecipherable("bad_padding")
    begins = _RANDOM + _LENGTH
    ends = begins + int.from_bytes(plain[_RANDOM:begins], "big")
    if ends > len(plain) - padding:
        raise Undecipherable("bad_length")
    if not hmac.compare_digest(plain[ends:-padding], appid.encode()):
        raise Undecipherable("wrong_appid")
    return plain[begins:ends]


def _cipher(key: bytes) -> "Cipher[CBC]":
    return Cipher(AES256(key), CBC(key[:16]))
