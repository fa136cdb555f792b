"""Word and Excel files of the open format: documents only, with nothing packed into them."""

import re
import zipfile
from typing import BinaryIO

from lxml import etree

from intake.files.examination.examine import Limits, Unacceptable

_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
}
_TYPES = "[Content_Types].xml"
_TYPES_MOST = 1_000_000
_PARTS_MOST = 2_000
_ACTIVE_TYPES = re.compile(r"macroEnabled|vbaProject|vbaData|oleObject|activeX|\.package\b", re.I)
_ACTIVE_PARTS = re.compile(r"(^|/)(embeddings|activeX)/|\.(bin|exe|dll|js|vbs|zip|rar|7z)$", re.I)
_LINKED = re.compile(r"/(hyperlink)$")
_PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh",
           b"\xfd7zXZ", b"\xd0\xcf\x11\xe0", b"MZ", b"\x7fELF", b"%PDF-")  # fmt: skip
_PIECE = 64 * 1024
_BAD_ZIP = (zipfile.BadZipFile, OSError, EOFError, ValueError, KeyError, NotImplementedError)
# An Excel file keeps how a page is printed in a part of its own; a driver's bytes, never run.
_PRINTER = re.compile(r"/printerSettings/[^/]+\.bin$", re.I)


def kind_of(sent: BinaryIO) -> str | None:
    """docx or xlsx by what the package says its main part is; None for any other archive."""
    try:
        with zipfile.ZipFile(sent) as package:
            types = _content_types(package)
    except Unacceptable:
        return None
    except (*_BAD_ZIP, RuntimeError, etree.XMLSyntaxError) as error:
        raise Unacceptable("damaged") from error
    return next((_MAIN[one] for one in types if one in _MAIN), None)


def check(sent: BinaryIO, limits: Limits) -> None:
    """Refuse macros, embedded objects and archives, outside templates, and too much inside.

    What the package says of its sizes is not believed: every part is unpacked and counted.
    """
    try:
        with zipfile.ZipFile(sent) as package:
            parts = package.infolist()
            if len(parts) > _PARTS_MOST:
                raise Unacceptable("too_big_inside")
            if any(_ACTIVE_TYPES.search(one) for one in _content_types(package)):
                raise Unacceptable("office_active")
            left = limits.unpacked_bytes
            for part in parts:
                left -= _unpacked(package, part, most=left)
    except (*_BAD_ZIP, RuntimeError, etree.XMLSyntaxError) as error:
        raise Unacceptable("damaged") from error


def _content_types(package: zipfile.ZipFile) -> list[str]:
    if _TYPES not in package.namelist():
        raise Unacceptable("archive")
    with package.open(_TYPES) as part:
        text = part.read(_TYPES_MOST + 1)
    if len(text) > _TYPES_MOST:
        raise Unacceptable("too_big_inside")
    return [one.get("ContentType", "") for one in _parsed(text).iter("{*}Override", "{*}Default")]


def _unpacked(package: zipfile.ZipFile, part: zipfile.ZipInfo, *, most: int) -> int:
    """How many bytes a part has, none of them an archive's or a program's."""
    name = part.filename
    if _ACTIVE_PARTS.search(name) and not _PRINTER.search(name):
        raise Unacceptable("office_active")
    size, links = 0, bytearray()
    with package.open(part) as stream:
        while piece := stream.read(_PIECE):
            if size == 0 and piece.startswith(_PACKED):
                raise Unacceptable("office_active")
            size += len(piece)
            if size > most:
                raise Unacceptable("too_big_inside")
            if name.endswith(".rels"):
                links += piece
    if links:
        _check_links(bytes(links))
    return size


def _check_links(text: bytes) -> None:
    """Refuse whatever is fetched from outside when the file is opened; a link to click is none."""
    for one in _parsed(text).iter("{*}Relationship"):
        outside = one.get("TargetMode", "").lower() == "external"
        if outside and not _LINKED.search(one.get("Type", "")):
            raise Unacceptable("office_active")


def _parsed(text: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    found = etree.fromstring(text, parser)
    if found.getroottree().docinfo.doctype:
        # The format has none; what one declares may grow without end.
        raise Unacceptable("damaged")
    return found
