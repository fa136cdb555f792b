"""The pages of a scan as pictures to be read, one in memory at a time."""

from collections.abc import Iterator
from typing import BinaryIO

import pypdfium2
from PIL import Image

_DPI = 300
_PIXELS = 25_000_000
"""An A3 sheet in 400 dpi; what is larger is read smaller."""
_POINTS_IN_INCH = 72
Image.MAX_IMAGE_PIXELS = None  # each picture was measured when it was taken


def pages_of(sent: BinaryIO, media_type: str) -> Iterator[tuple[int, Image.Image]]:
    """How many pages there are, and each one, in grey."""
    yield from (_pdf_pages(sent) if media_type == "application/pdf" else _picture_pages(sent))


def _picture_pages(sent: BinaryIO) -> Iterator[tuple[int, Image.Image]]:
    with Image.open(sent, formats=["TIFF", "JPEG", "PNG"]) as scan:
        frames = getattr(scan, "n_frames", 1)
        for number in range(frames):
            scan.seek(number)
            page = on_white(scan).convert("L")
            page.info = {"dpi": scan.info["dpi"]} if "dpi" in scan.info else {}
            yield frames, _readable(page)


def _pdf_pages(sent: BinaryIO) -> Iterator[tuple[int, Image.Image]]:
    """Each page drawn as it is shown, turned as it says, whatever pictures it is made of."""
    pdf = pypdfium2.PdfDocument(sent)
    count = len(pdf)
    for number in range(count):
        sheet = pdf[number]
        width, height = sheet.get_size()
        most = (_PIXELS / max(width * height, 1)) ** 0.5
        scale = min(_DPI / _POINTS_IN_INCH, most)
        page = sheet.render(scale=scale, grayscale=True).to_pil()
        dpi = scale * _POINTS_IN_INCH
        page.info = {"dpi": (dpi, dpi)}
        yield count, page
        sheet.close()


def on_white(scan: Image.Image) -> Image.Image:
    """What is see-through has paper behind it."""
    if scan.mode not in ("LA", "RGBA", "PA") and "transparency" not in scan.info:
        return scan
    clear = scan.convert("RGBA")
    paper = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(paper, clear)


def _readable(page: Image.Image) -> Image.Image:
    """A page that is too large, smaller; its resolution goes with it."""
    large = (page.width * page.height / _PIXELS) ** 0.5
    if large <= 1:
        return page
    smaller = page.resize((round(page.width / large) or 1, round(page.height / large) or 1))
    dpi = page.info.get("dpi")
    smaller.info = {"dpi": tuple(float(one) / large for one in dpi)} if dpi else {}
    return smaller
