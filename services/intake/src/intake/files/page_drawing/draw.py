"""One page of a scan as a picture for a screen, upright and no larger than is read there."""

from typing import BinaryIO

import pypdfium2
from PIL import Image

from intake.files.recognition.pages import on_white

_DPI, _POINTS_IN_INCH = 150, 72
_LONGEST = 2000
"""Pixels of the longer side: an A4 sheet in 170 dpi."""
_FORMATS = ["TIFF", "JPEG", "PNG"]


class NoSuchPage(Exception):
    """The scan has fewer pages."""


def draw(sent: BinaryIO, media_type: str, page: int) -> Image.Image:
    """The page with this number, counted from 1."""
    drawn = _of_pdf(sent, page) if media_type == "application/pdf" else _of_picture(sent, page)
    drawn.thumbnail((_LONGEST, _LONGEST))
    return drawn


def _of_pdf(sent: BinaryIO, page: int) -> Image.Image:
    pdf = pypdfium2.PdfDocument(sent)
    if page > len(pdf):
        raise NoSuchPage
    sheet = pdf[page - 1]
    scale = min(_DPI / _POINTS_IN_INCH, _LONGEST / max(*sheet.get_size(), 1))
    return sheet.render(scale=scale).to_pil().convert("RGB")


def _of_picture(sent: BinaryIO, page: int) -> Image.Image:
    with Image.open(sent, formats=_FORMATS) as scan:
        try:
            scan.seek(page - 1)
        except EOFError as error:
            raise NoSuchPage from error
        shown = on_white(scan)
        return shown.convert("L" if shown.mode in ("1", "L") else "RGB")
