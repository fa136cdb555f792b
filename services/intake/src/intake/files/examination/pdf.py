"""PDFs that show pages and do nothing."""

from typing import Any, BinaryIO

import pikepdf

from intake.files.examination.examine import Limits, Unacceptable

_ACTIVE_KEYS = frozenset(
    {"/JS", "/JavaScript", "/EF", "/EmbeddedFiles", "/RichMediaContent", "/XFA"}
)
_ACTIVE_ACTIONS = frozenset(
    {
        "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition",
        "/RichMediaExecute", "/GoTo3DView", "/Trans",
    }
)  # fmt: skip
_ACTIVE_KINDS = frozenset(
    {"/EmbeddedFile", "/RichMedia", "/Screen", "/Movie", "/3D", "/FileAttachment"}
)
_START = b"%PDF-"


def check(sent: BinaryIO, limits: Limits) -> int:
    """How many pages there are; what is encrypted, damaged, or acts is refused.

    What acts: scripts, launch and submit actions, files within.
    It is kept as it was sent, since a signature in it is of its bytes. Every object is looked at,
    also those that nothing points to.
    """
    if sent.read(len(_START)) != _START:
        raise Unacceptable("damaged")
    sent.seek(0)
    try:
        with pikepdf.open(sent, attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                raise Unacceptable("pdf_locked")
            if not 0 < len(pdf.pages) <= limits.pages:
                raise Unacceptable("too_big_inside")
            for one in pdf.objects:
                _look_at(one)
            _look_at(pdf.trailer)
            return len(pdf.pages)
    except pikepdf.PasswordError as error:
        raise Unacceptable("pdf_locked") from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise Unacceptable("damaged") from error


def _look_at(one: pikepdf.Object) -> None:
    """Refuse an object that acts, or holds one that does; those it points to have their turn."""
    inner: list[Any] = [one]
    while inner:
        now = inner.pop()
        if isinstance(now, pikepdf.Array):
            inner += [value for value in now if not _is_apart(value)]
        elif isinstance(now, pikepdf.Dictionary | pikepdf.Stream):
            _refuse_active(now)
            inner += [now.get(key) for key in now.keys() if not _is_apart(now.get(key))]  # noqa: SIM118


def _is_apart(value: object) -> bool:
    return getattr(value, "is_indirect", False)


def _refuse_active(one: pikepdf.Dictionary | pikepdf.Stream) -> None:
    if (
        _ACTIVE_KEYS & set(one.keys())
        or _named(one, "/S") in _ACTIVE_ACTIONS
        or _named(one, "/Type") in _ACTIVE_KINDS
        or _named(one, "/Subtype") in _ACTIVE_KINDS
    ):
        raise Unacceptable("pdf_active")


def _named(one: pikepdf.Dictionary | pikepdf.Stream, key: str) -> str | None:
    value = one.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else None
