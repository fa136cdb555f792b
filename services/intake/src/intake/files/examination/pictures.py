"""Pictures drawn anew: upright, and with nothing of the file but what can be seen."""

from typing import BinaryIO

from PIL import Image, ImageOps, TiffImagePlugin

from intake.files.examination.examine import Limits, Unacceptable

_FORMATS = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP", "tif": "TIFF"}
_SAVING = {
    "JPEG": {"quality": 90},
    "PNG": {},
    "GIF": {},
    "WEBP": {"quality": 90},
}
_PLAIN_MODES = {
    "JPEG": ("L", "RGB", "CMYK"),
    "PNG": ("1", "L", "LA", "RGB", "RGBA", "I;16"),
    "GIF": ("L", "P", "RGB", "RGBA"),
    "WEBP": ("RGB", "RGBA"),
}
_BILEVEL, _JPEG_MODES = "1", ("L", "RGB")
# Pillow warns of large pictures and refuses those twice as large; here each is measured first.
Image.MAX_IMAGE_PIXELS = None


def redraw(sent: BinaryIO, kept: BinaryIO, kind: str, limits: Limits) -> None:
    """Write the picture again, its orientation applied, without EXIF, GPS, XMP, comments, profile.

    Of an animation the first frame is kept. Unacceptable for too many pixels, and for a file that
    is not whole.
    """
    name = _FORMATS[kind]
    picture = _open(sent, name)
    _measure(picture, limits)
    try:
        upright = ImageOps.exif_transpose(picture)
    except _UNREADABLE as error:
        raise Unacceptable("damaged") from error
    _plain(upright, name).save(kept, name, **_SAVING[name])


def redraw_pages(sent: BinaryIO, kept: BinaryIO, limits: Limits) -> int:
    """Write every page of a scan again, one in memory at a time: black and white as fax Group 4,
    others as JPEG inside the TIFF. How many there are."""
    scan = _open(sent, "TIFF")
    with TiffImagePlugin.AppendingTiffWriter(kept) as pages:
        number = 0
        while True:
            try:
                scan.seek(number)
            except EOFError:
                return number
            except _UNREADABLE as error:
                raise Unacceptable("damaged") from error
            if number == limits.pages:
                raise Unacceptable("too_big_inside")
            _measure(scan, limits)
            _add_page(scan, pages)
            number += 1


_UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError)
"""What Pillow raises of files that are not what they should be, beside what it documents."""


def _open(sent: BinaryIO, name: str) -> Image.Image:
    try:
        return Image.open(sent, formats=[name])
    except _UNREADABLE as error:
        raise Unacceptable("damaged") from error


def _measure(picture: Image.Image, limits: Limits) -> None:
    if picture.width * picture.height > limits.pixels:
        raise Unacceptable("too_big_inside")


def _plain(picture: Image.Image, name: str) -> Image.Image:
    """The picture in a mode that the format has, with nothing else known of it."""
    modes = _PLAIN_MODES[name]
    if picture.mode not in modes or (picture.mode == "P" and "transparency" in picture.info):
        clear = picture.mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in picture.info
        picture = picture.convert("RGBA" if clear and "RGBA" in modes else "RGB")
    picture.info = {}
    return picture


def _add_page(scan: Image.Image, pages: TiffImagePlugin.AppendingTiffWriter) -> None:
    try:
        page = ImageOps.exif_transpose(scan.copy())
    except _UNREADABLE as error:
        raise Unacceptable("damaged") from error
    dpi = scan.info.get("dpi")
    if page.mode not in (_BILEVEL, *_JPEG_MODES):
        page = page.convert("RGB")
    compression = "group4" if page.mode == _BILEVEL else "jpeg"
    fresh = Image.new(page.mode, page.size)
    fresh.paste(page)
    fresh.save(pages, "TIFF", compression=compression, **({"dpi": dpi} if dpi else {}))
    pages.newFrame()
