"""Words out of bytes: wrong charset labels, broken encoded headers, HTML without text."""

import codecs
import email.errors
import email.header
import re
import unicodedata

from inscriptis import get_text
from inscriptis.model.config import ParserConfig

from shared.web.fields import unprintable

LONGEST_HTML = 3_000_000
"""Characters of HTML that are turned into text; more is no letter."""
_ASCII_ENDS = 0x80
_LONGEST_HEADER = 20_000
_SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "x-big5": "big5hkscs",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "ascii",
}
_WESTERN = frozenset({"ascii", "cp1252", "cp1250", "iso-8859-15", "cp1251"})
_SHIFTED = frozenset({"hz", "iso2022_jp", "iso-2022-jp", "utf-7", "utf-16", "utf-16le", "utf-16be"})
_GUESSES = ("gb18030", "big5hkscs")
_START, _MOSTLY = 0.15, 0.6
_SAID_IN_HTML = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_HIDDEN = re.compile(r"<(/?)(style|script|title|head)\b", re.IGNORECASE)
_TAG_OR_ENTITY = re.compile(r"<[^<>]*>|&#?\w{1,10};")
_ENCODED = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?=")
_GAP_IN_ENCODED = re.compile(r"(=\?[^?\s]+\?[bBqQ]\?)([^?]*)(\?=)")
_CONFIG = ParserConfig(display_links=False, display_images=False, display_anchors=False)
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n[^\S\n]*\n\s*")
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def decode(data: bytes, said: str | None) -> str:
    """Text from bytes whose charset label may be missing or wrong; never fails.

    What is valid UTF-8 with characters beyond ASCII is hardly ever anything else, whatever the
    label. Other labels are held against GB18030 and Big5: the text with most everyday characters
    wins, and the label's has a start. In Western ones all bytes fit, so they have none.
    """
    label = _codec(said)
    for codec in (_marked(data), "utf-8-sig"):
        text = _strictly(data, codec) if codec else None
        if text is not None and not (label in _SHIFTED and text.isascii()):
            return text
    tried = {codec: _strictly(data, codec) for codec in (label, *_GUESSES) if codec}
    scores = {
        codec: _everyday(text) + (_START if codec == label and label not in _WESTERN else 0)
        for codec, text in tried.items()
        if text is not None
    }
    best = max(scores, key=lambda codec: scores[codec], default=None)
    if label in _WESTERN and label in scores and scores[best or label] < _MOSTLY:
        best = label
    found = tried[best] if best else None
    return found if found is not None else data.decode(label or _GUESSES[0], "replace")


def decode_html(data: bytes, said: str | None) -> str:
    """An HTML part as text; without a label in the header the one in the page counts."""
    found = _SAID_IN_HTML.search(data[:4096])
    return decode(data, said or (found.group(1).decode("ascii") if found else None))


def html_to_text(html: str) -> str:
    """HTML as a person would read it: paragraphs, lists and tables; ValueError if it is none.

    It nests no deeper than the parser allows, and scripts and styles are left out.
    """
    html = html[:LONGEST_HTML]
    try:
        text: str = get_text(html, _CONFIG)
    except RecursionError as error:
        raise ValueError("too deeply nested") from error
    if not text.strip() and _has_words(html):
        raise ValueError("its words are out of the parser's reach")
    return text


def header_text(raw: str | None) -> str:
    """A header in words: RFC 2047, even where it is broken, and raw bytes of any charset."""
    if not raw:
        return ""
    raw = _repaired(str(raw)[:_LONGEST_HEADER])
    if not _ENCODED.search(raw):
        return _from_surrogates(raw)
    try:
        pieces = email.header.decode_header(_mended(raw))
    except (email.errors.HeaderParseError, ValueError):
        return _from_surrogates(raw)
    said = [
        _from_surrogates(piece) if isinstance(piece, str) else decode(piece, charset)
        for piece, charset in pieces
    ]
    return "".join(said)


def one_line(text: str, *, longest: int) -> str:
    """Text on one line, without what cannot be shown or turns its direction, cut to length."""
    return " ".join(_clean(text).split())[:longest].strip()


def lines(text: str) -> str:
    """Text of many lines without what cannot be shown; no more than one empty line at a time."""
    kept = "\n".join(line.rstrip() for line in _clean(text).split("\n"))
    return _BLANK_LINES.sub("\n\n", kept).strip()


def _has_words(html: str) -> bool:
    """Whether something stands between the tags of a page, in one pass however it is made."""
    kept, begin, hidden = [], 0, ""
    for found in _HIDDEN.finditer(html):
        closes, name = found.group(1), found.group(2).lower()
        if not hidden and not closes:
            kept.append(html[begin : found.start()])
            hidden = name
        elif closes and name == hidden:
            begin, hidden = found.start(), ""
    kept.append("" if hidden else html[begin:])
    return bool(_TAG_OR_ENTITY.sub("", "".join(kept)).strip())


def _marked(data: bytes) -> str | None:
    """The codec that the bytes themselves show: a byte order mark, or HZ's brackets."""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    if b"~{" in data and b"~}" in data and data.isascii():
        return "hz"
    return None


def _codec(said: str | None) -> str | None:
    """The codec that a label means, widened to what is really sent under it; None if unknown."""
    name = (said or "").strip().strip("\"'").lower()
    name = _SUPERSETS.get(name, name)
    try:
        "".encode(name)
    except (LookupError, ValueError):
        return None
    return name


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _everyday(text: str) -> float:
    """The share of everyday characters among those that are not ASCII."""
    beyond = [char for char in text[:4000] if ord(char) >= _ASCII_ENDS]
    return sum(map(_is_everyday, beyond)) / len(beyond) if beyond else 0.0


def _is_everyday(char: str) -> bool:
    """Whether it stands in the first level of GB 2312 or Big5, or is their punctuation."""
    for codec, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            lead = char.encode(codec)[0]
        except UnicodeEncodeError:
            continue
        if first <= lead <= last or lead in (0xA1, 0xA3):
            return True
    return False


def _mended(raw: str) -> str:
    """Encoded words as they were meant: spaces and raw bytes inside, base64 without its padding."""

    def mend(found: re.Match[str]) -> str:
        begin, body, end = found.groups()
        if begin[-2] in "qQ":
            octets = body.replace(" ", "_").encode("utf-8", "surrogateescape")
            return begin + "".join(chr(o) if o < _ASCII_ENDS else f"={o:02X}" for o in octets) + end
        kept = re.sub(r"[^A-Za-z0-9+/]", "", body)
        kept = kept[: len(kept) - (len(kept) % 4 == 1)]
        return begin + kept + "=" * (-len(kept) % 4) + end if kept else found.group()

    return _GAP_IN_ENCODED.sub(mend, raw).replace("?==?", "?= =?")


def _repaired(raw: str) -> str:
    return re.sub(r"\r?\n[ \t]*", " ", raw)


def _from_surrogates(text: str) -> str:
    """Raw bytes, which the parser keeps as lone surrogates, decoded by guess."""
    data = text.encode("utf-8", "surrogateescape")
    return text if data == text.encode("utf-8", "replace") else decode(data, None)


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    text = re.sub("[\u2028\u2029\x0b\x0c]", "\n", text)
    text = _DIRECTIONS.sub("", text)
    if unprintable(text, lines=True) is None:
        return text
    return "".join(
        char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs")
    )
