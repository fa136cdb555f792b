"""From bytes to a kind: guessed by magic numbers, believed once the kind's own reader agrees."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import puremagic

from intake.domain.attachments import ARCHIVES, KINDS


class Unacceptable(Exception):
    """The file is refused: `why` is one of `domain.attachments.REFUSALS`, or "kind"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Limits:
    """What the examination may take; `pixels` of one picture or page, `unpacked_bytes` of all."""

    kinds: list[str]
    pixels: int
    pages: int
    unpacked_bytes: int
    memory_bytes: int
    cpu_seconds: int
    written_bytes: int
    written_to: int


@dataclass(frozen=True)
class Found:
    """The kind of a file, whether what is to be kept of it was `rewritten`, and how many pages it
    has, where it has any."""

    kind: str
    rewritten: bool
    pages: int | None = None


def examine(sent: BinaryIO, kept: BinaryIO, limits: Limits) -> Found:
    """What an open file is; what is to be kept of some kinds is written into `kept`.

    Unacceptable where it is of no kind that is taken, or of one and not as it should be.
    """
    kind = _kind_of(sent)
    if kind not in limits.kinds:
        raise Unacceptable("kind")
    return _READERS[KINDS[kind].reader](sent, kept, kind, limits)


def _kind_of(sent: BinaryIO) -> str:
    """The kind whose magic number fits best; the reader will find out whether it is one."""
    head = sent.read(16)
    sent.seek(0)
    if not head:
        raise Unacceptable("empty")
    if head.startswith(b"PK\x03\x04"):
        return _office_kind(sent)
    try:
        found = [match.extension.lstrip(".") for match in puremagic.magic_stream(sent)]
    except (puremagic.PureError, ValueError) as error:
        raise Unacceptable("kind") from error
    finally:
        sent.seek(0)
    for extension in found:
        for kind, known in KINDS.items():
            if extension in known.extensions:
                return kind
    raise Unacceptable("archive" if ARCHIVES & set(found) else "kind")


def _office_kind(sent: BinaryIO) -> str:
    from intake.files.examination.office import kind_of  # noqa: PLC0415

    found = kind_of(sent)
    sent.seek(0)
    if found is None:
        raise Unacceptable("archive")
    return found


def _picture(sent: BinaryIO, kept: BinaryIO, kind: str, limits: Limits) -> Found:
    from intake.files.examination.pictures import redraw  # noqa: PLC0415

    redraw(sent, kept, kind, limits)
    return Found(kind, True, 1)


def _pages(sent: BinaryIO, kept: BinaryIO, kind: str, limits: Limits) -> Found:
    from intake.files.examination.pictures import redraw_pages  # noqa: PLC0415

    return Found(kind, True, redraw_pages(sent, kept, limits))


def _pdf(sent: BinaryIO, kept: BinaryIO, kind: str, limits: Limits) -> Found:
    from intake.files.examination.pdf import check  # noqa: PLC0415

    _only_one_kind(sent)
    return Found(kind, False, check(sent, limits))


def _office(sent: BinaryIO, kept: BinaryIO, kind: str, limits: Limits) -> Found:
    from intake.files.examination.office import check  # noqa: PLC0415

    check(sent, limits)
    return Found(kind, False)


def _amr(sent: BinaryIO, kept: BinaryIO, kind: str, limits: Limits) -> Found:
    from intake.files.examination.recordings import check_amr  # noqa: PLC0415

    check_amr(sent)
    return Found(kind, False)


def _recording(sent: BinaryIO, kept: BinaryIO, kind: str, limits: Limits) -> Found:
    from intake.files.examination.recordings import check  # noqa: PLC0415

    _only_one_kind(sent)
    check(sent, kind)
    return Found(kind, False)


# Each reader's library is imported for its own kind alone: the process lives for one file.
_READERS: dict[str, Callable[[BinaryIO, BinaryIO, str, Limits], Found]] = {
    "picture": _picture,
    "pages": _pages,
    "pdf": _pdf,
    "office": _office,
    "amr": _amr,
    "recording": _recording,
}


def _only_one_kind(sent: BinaryIO) -> None:
    """What is kept as it was sent must be nothing else as well: a ZIP is read from its end."""
    hidden = zipfile.is_zipfile(sent)
    sent.seek(0)
    if hidden:
        raise Unacceptable("two_in_one")
