"""A message as it came in, in all its misery, as a letter: words, sender, attachments.

bytes -> email.message.Message -> parts -> Letter; Unreadable says why there is none
"""

import email
import email.errors
import email.feedparser
import email.policy
import email.utils
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from intake.channels.mail import tnef, words
from intake.domain import mail as rules

PARTS_MOST, DEPTH_MOST = 500, 20
_EMAIL = re.compile(r"[^@\s<>\"]{1,64}@[^@\s.<>\"]+(\.[^@\s.<>\"]+)+\Z")
_PIECE = 65_536
_NAME_LONGEST, _FILE_NAME_LONGEST, _SUBJECT_LONGEST = 100, 120, 2_000
_IDS = re.compile(r"<[^<>\s]{3,900}>")
_IDS_MOST = 50
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature"})
_ENCRYPTED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_WINMAIL = "winmail.dat"
_BASE64 = re.compile(r"[A-Za-z0-9+/\r\n]+")
_NO_BASE64 = (
    email.errors.InvalidBase64CharactersDefect,
    email.errors.InvalidBase64LengthDefect,
    email.errors.InvalidBase64PaddingDefect,
)
_NAMELESS = "附件"
_FORWARDED = "—— 随信转来的邮件 ——"


class _AsSent(type(email.policy.compat32)):  # type: ignore[misc]
    """Headers as they were sent, raw bytes as lone surrogates: `words` decodes them."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """The value itself; the usual policy puts question marks in place of raw bytes."""
        return value


_AS_SENT = _AsSent()


class Unreadable(Exception):
    """Nothing can be registered of a message; `reason` is one of the list's codes."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Attachment:
    """A file of a letter."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Letter:
    """What a message says. `key` tells it from every other, `digest` one wording from another."""

    key: str
    digest: str
    subject: str
    text: str
    sender: str | None
    sender_name: str | None
    message_ids: tuple[str, ...]
    automatic: bool
    attachments: tuple[Attachment, ...]


@dataclass
class _Gathered:
    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    parts: int = 0


def parse(raw: bytes, *, ours: frozenset[str]) -> Letter:
    """The letter in a message; Unreadable if none can be made of it. `ours`: our own addresses."""
    message = _parsed(raw)
    sender_name, sender = _sender(message)
    automatic = rules.is_automatic(
        _headers(message), content_type=message.get_content_type(), sender=sender, ours=ours
    )
    gathered = _Gathered()
    if not automatic:
        _gather(message, gathered, depth=0)
    return Letter(
        key=key_of(raw, message),
        digest=_digest(raw, message),
        subject=words.one_line(words.header_text(message["Subject"]), longest=_SUBJECT_LONGEST),
        text=words.lines("\n\n".join(text for text in gathered.texts if text.strip())),
        sender=sender,
        sender_name=sender_name,
        message_ids=_answered(message),
        automatic=automatic,
        attachments=tuple(gathered.attachments),
    )


def key_of(raw: bytes, message: Message | None = None) -> str:
    """The digest of the Message-ID, or of all the bytes where there is none."""
    said = "" if message is None else str(message.get("Message-ID", "")).strip()
    return rules.message_key(said) if said else hashlib.sha256(raw).hexdigest()


def _parsed(raw: bytes) -> Message:
    if not raw.strip():
        raise Unreadable("damaged")
    # In pieces: the parser for whole messages holds four bytes of memory for each of theirs.
    parser = email.feedparser.BytesFeedParser(policy=_AS_SENT)
    try:
        for begin in range(0, len(raw), _PIECE):
            parser.feed(raw[begin : begin + _PIECE])
        return parser.close()
    except RecursionError as error:
        raise Unreadable("too_nested") from error


def _digest(raw: bytes, message: Message) -> str:
    """Equal for copies of a message that travelled by different ways."""
    said = [str(message.get(name, "")).strip() for name in ("From", "Subject", "Date")]
    digest = hashlib.sha256("\n".join(said).encode("utf-8", "surrogateescape"))
    found = re.search(rb"\r?\n\r?\n", raw)
    body = io.BytesIO(raw)
    body.seek(found.end() if found else len(raw))
    for line in body:
        if said_there := line.strip():
            digest.update(b"\n" + said_there)
    return digest.hexdigest()


def _headers(message: Message) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in message.items():
        found.setdefault(name.lower(), []).append(str(value))
    return found


def _sender(message: Message) -> tuple[str | None, str | None]:
    """Name and address of who wrote it, each None where there is none that is one."""
    raw = str(message.get("From", ""))[:_SUBJECT_LONGEST]
    try:
        name, address = email.utils.parseaddr(raw)
    except (ValueError, TypeError, IndexError):
        name, address = "", ""
    if not _EMAIL.match(address):
        loose = re.search(r"[^@\s<>\"]{1,64}@[^@\s.<>\",]+(\.[^@\s.<>\",]+)+", raw)
        address = loose.group() if loose else ""
        name = name or (raw[: loose.start()] if loose else raw)
    address = words.header_text(address)
    shown = words.one_line(words.header_text(name).strip(" \"'<>"), longest=_NAME_LONGEST)
    known = address if _EMAIL.match(address) and address.isprintable() else None
    return (None if not shown or "@" in shown else shown), known


def _answered(message: Message) -> tuple[str, ...]:
    """Ids of the messages it answers, the nearest first."""
    nearest = _IDS.findall(str(message.get("In-Reply-To", "")))
    before = _IDS.findall(str(message.get("References", "")))
    return tuple(dict.fromkeys([*nearest, *reversed(before)]))[:_IDS_MOST]


def _gather(part: Message, into: _Gathered, *, depth: int) -> None:
    """Texts and files of a part and all below it, in order."""
    into.parts += 1
    if into.parts > PARTS_MOST or depth > DEPTH_MOST:
        raise Unreadable("too_nested")
    kind = part.get_content_type()
    if kind == "multipart/encrypted" or kind in _ENCRYPTED and _is_sealed(part):
        raise Unreadable("encrypted")
    if kind == "message/rfc822":
        _gather_forwarded(part, into, depth=depth)
    elif kind == "multipart/alternative":
        _gather_alternative(part, into, depth=depth)
    elif part.is_multipart():
        for one in _below(part):
            _gather(one, into, depth=depth + 1)
    elif kind not in _SIGNATURES:
        _gather_leaf(part, kind, into)


def _gather_forwarded(part: Message, into: _Gathered, *, depth: int) -> None:
    """A message inside a message: who wrote what about it, then what it says."""
    for inner in _below(part):
        subject = words.one_line(words.header_text(inner["Subject"]), longest=_SUBJECT_LONGEST)
        into.texts.append(f"{_FORWARDED}\n{subject}".strip())
        _gather(inner, into, depth=depth + 1)


def _gather_alternative(part: Message, into: _Gathered, *, depth: int) -> None:
    """One of several wordings of the same: plain text if it says anything, else the fullest."""
    tried: list[_Gathered] = []
    for one in _below(part):
        own = _Gathered(parts=into.parts)
        _gather(one, own, depth=depth + 1)
        into.parts = own.parts
        tried.append(own)
    chosen = next((own for own in tried if any(text.strip() for text in own.texts)), None)
    into.texts += chosen.texts if chosen else []
    for own in tried:
        into.attachments += own.attachments


def _gather_leaf(part: Message, kind: str, into: _Gathered) -> None:
    data = _content(part)
    name = _file_name(part)
    is_file = name is not None or "attachment" in str(part.get("Content-Disposition", "")).lower()
    if kind in ("text/plain", "text/html") and not is_file:
        text = _text(part, kind, data)
        if text is not None:
            into.texts.append(text)
            return
    if not data:
        return
    if kind in _TNEF or (name or "").lower() == _WINMAIL:
        if _gather_wrapped(data, into):
            return
        name = name or _WINMAIL
    _attach(into, name, kind, data)


def _gather_wrapped(data: bytes, into: _Gathered) -> bool:
    """The files in Outlook's wrapper, and its text where the message has none; whether any was."""
    try:
        found = tnef.unwrap(data)
    except tnef.NotTnef:
        return False
    page = f"cp{found.code_page}" if found.code_page else None
    files = [file for file in found.files if file.data]
    into.parts += len(files)
    if into.parts > PARTS_MOST:
        raise Unreadable("too_nested")
    for file in files:
        said = words.decode(file.name, page) if isinstance(file.name, bytes) else file.name
        _attach(into, _cleaned(said), "application/octet-stream", file.data)
    if not any(text.strip() for text in into.texts) and found.text:
        into.texts.append(words.decode(found.text, page))
        return True
    return bool(files)


def _attach(into: _Gathered, name: str | None, kind: str, data: bytes) -> None:
    number = len(into.attachments) + 1
    into.attachments.append(Attachment(name or f"{_NAMELESS}{number}", kind, data))


def _text(part: Message, kind: str, data: bytes) -> str | None:
    """The words of a text part; None where HTML has none to be found."""
    charset = part.get_param("charset")
    said = charset if isinstance(charset, str) else None
    if kind == "text/plain":
        return words.decode(data, said)
    try:
        return words.html_to_text(words.decode_html(data, said))
    except ValueError:
        return None


def _content(part: Message) -> bytes:
    """The bytes of a leaf; what is called base64 and is mostly something else stays as sent."""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AssertionError):
        data = str(part.get_payload()).encode("utf-8", "surrogateescape")
    if any(isinstance(defect, _NO_BASE64) for defect in part.defects):
        sent = str(part.get_payload())
        if len(_BASE64.sub("", sent)) * 20 > len(sent):
            return sent.encode("utf-8", "surrogateescape")
    return data if isinstance(data, bytes) else b""


def _file_name(part: Message) -> str | None:
    """Its file name, or None."""
    try:
        said = part.get_filename()
    except (ValueError, TypeError, LookupError, IndexError):
        return None
    return _cleaned(words.header_text(said)) if said else None


def _cleaned(said: str) -> str | None:
    """A file name without folders or anything that turns or hides its end, or None."""
    last = re.split(r"[/\\]", words.one_line(said, longest=1000))[-1]
    last = "".join(char if char.isprintable() else "_" for char in last)
    stem, dot, ending = last.rpartition(".")
    if len(last) > _FILE_NAME_LONGEST and dot:
        last = f"{stem[: _FILE_NAME_LONGEST - 20]}.{ending[:19]}"
    return last.strip(" .")[:_FILE_NAME_LONGEST] or None


def _is_sealed(part: Message) -> bool:
    """S/MIME that is signed can be read, one that is enveloped cannot."""
    return "signed" not in str(part.get_param("smime-type", "")).lower()


def _below(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (one for one in payload if isinstance(one, Message))
