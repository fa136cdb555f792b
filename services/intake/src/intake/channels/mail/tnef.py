"""winmail.dat: the wrapper (TNEF) in which Outlook sends files and text to who has no Outlook.

signature, key, then attributes one after another: level, name, type, length, data, checksum

Read once from its beginning to its end, so what it costs grows with its length alone; nothing in it
is compressed but RTF, which is left. MS-OXTNEF 2.1 and MS-OXTNEF 2.1.3.4 say what is where.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_SIGNATURE = 0x223E9F78
_HEAD, _ATTRIBUTE = struct.Struct("<IH"), struct.Struct("<BIi")
_CHECKSUM = 2
_RENDERED, _TITLE, _DATA, _PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_BODY, _CODE_PAGE = 0x800C, 0x9007
_NAME_OF_ATTRIBUTE = 0xFFFF
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8,
          0x40: 8, 0x48: 16}  # fmt: skip
_VARIABLE = frozenset({0x0D, 0x1E, 0x1F, 0x102})
_SEVERAL, _ANSI, _UNICODE = 0x1000, 0x1E, 0x1F
_NAMED_FROM, _GUID = 0x8000, 16
_LONG_NAME, _SHORT_NAME = 0x3707, 0x3704
_NAMES = (_LONG_NAME, _SHORT_NAME)


class NotTnef(ValueError):
    """It does not begin as a wrapper does, or ends in the middle of one."""


@dataclass
class Wrapped:
    """A file in the wrapper; `name` as raw bytes where its code page is not known."""

    name: str | bytes = b""
    data: bytes = b""


@dataclass
class Unwrapped:
    """What was in a wrapper: files in order, and the text where it holds one."""

    files: list[Wrapped]
    text: bytes
    code_page: int | None


def unwrap(raw: bytes) -> Unwrapped:
    """The files and the text in a wrapper; NotTnef where it is none, or is cut off."""
    if len(raw) < _HEAD.size or _HEAD.unpack_from(raw)[0] != _SIGNATURE:
        raise NotTnef("no signature")
    found = Unwrapped([], b"", None)
    for name, data in _attributes(raw):
        if name == _RENDERED:
            found.files.append(Wrapped())
        elif name == _BODY:
            found.text = data.rstrip(b"\0")
        elif name == _CODE_PAGE and len(data) >= 4:  # noqa: PLR2004 - a number of 32 bits
            found.code_page = int.from_bytes(data[:4], "little")
        elif found.files:
            _add(found.files[-1], name, data)
    return found


def _add(file: Wrapped, name: int, data: bytes) -> None:
    if name == _DATA:
        file.data = data
    elif name == _TITLE:
        file.name = file.name or data.rstrip(b"\0")
    elif name == _PROPERTIES:
        names = dict(_names(data))
        file.name = names.get(_LONG_NAME) or names.get(_SHORT_NAME) or file.name


def _attributes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    at = _HEAD.size
    while at < len(raw):
        if at + _ATTRIBUTE.size > len(raw):
            raise NotTnef("cut off")
        _level, name, length = _ATTRIBUTE.unpack_from(raw, at)
        at += _ATTRIBUTE.size
        if length < 0 or at + length + _CHECKSUM > len(raw):
            raise NotTnef("cut off")
        yield name & _NAME_OF_ATTRIBUTE, raw[at : at + length]
        at += length + _CHECKSUM


def _names(raw: bytes) -> Iterator[tuple[int, str | bytes]]:
    """The names of a file among its properties, as far as they can be read."""
    try:
        (count,) = struct.unpack_from("<I", raw)
        at = 4
        for _ in range(min(count, len(raw))):
            kind, tag = struct.unpack_from("<HH", raw, at)
            at = _past_name(raw, at + 4) if tag >= _NAMED_FROM else at + 4
            values, at = _values(raw, at, kind)
            if tag in _NAMES and values and kind in (_ANSI, _UNICODE):
                yield tag, _decoded(values[0], kind)
    except struct.error:
        return


def _decoded(value: bytes, kind: int) -> str | bytes:
    if kind == _UNICODE:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    return value.rstrip(b"\0")


def _past_name(raw: bytes, at: int) -> int:
    (is_text,) = struct.unpack_from("<I", raw, at + _GUID)
    at += _GUID + 4
    if not is_text:
        return at + 4
    (length,) = struct.unpack_from("<I", raw, at)
    return at + 4 + _padded(length)


def _values(raw: bytes, at: int, kind: int) -> tuple[list[bytes], int]:
    """The values of a property of a kind, and where the next one begins; struct.error beyond."""
    own, several = kind & ~_SEVERAL, bool(kind & _SEVERAL)
    counted = several or own in _VARIABLE
    count = struct.unpack_from("<I", raw, at)[0] if counted else 1
    at += 4 if counted else 0
    values: list[bytes] = []
    for _ in range(min(count, len(raw))):
        if own in _VARIABLE:
            (length,) = struct.unpack_from("<I", raw, at)
            at += 4
            step = _padded(length)
        else:
            length = step = _FIXED.get(own, 0)
        if not step and own not in _VARIABLE or at + length > len(raw):
            raise struct.error
        values.append(raw[at : at + length])
        at += step
    return values, at


def _padded(length: int) -> int:
    return length + -length % 4
