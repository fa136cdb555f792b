"""A mailbox on an IMAP server, over TLS: found, fetched one by one, moved.

Capabilities: certificates are checked, by a private authority where one is given; a message is
fetched without being marked as read, and moved by MOVE, which does it whole or not at all (RFC
6851; copied and deleted on a server without it). Nothing is ever deleted.
"""

import datetime as dt
import imaplib
import json
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from types import TracebackType
from typing import Any

from imap_tools import MailBox
from imap_tools.errors import ImapToolsError

from intake.schemas.petitions import UNIT

AWAY = (ImapToolsError, imaplib.IMAP4.error, OSError, EOFError)
"""What a server that is away, restarting or out of order raises, here and in its libraries."""
PAGE = 100
_UID, _SIZE = re.compile(rb"\bUID (\d+)"), re.compile(rb"\bRFC822\.SIZE (\d+)")
_NOT_NAMES = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A mailbox as the settings give it; `addressee` is the unit whose mailbox it is."""

    host: str
    user: str
    password: str
    port: int = 993
    folder: str = "INBOX"
    done_folder: str = "已登记"
    unreadable_folder: str = "无法读取"
    automatic_folder: str = "自动邮件"
    addressee: str | None = None

    @property
    def name(self) -> str:
        """What it is called in the list, in leases, logs and metrics."""
        return f"{self.user}@{self.host}" if "@" not in self.user else self.user

    @property
    def folders(self) -> tuple[str, ...]:
        return (self.done_folder, self.unreadable_folder, self.automatic_folder)


@dataclass(frozen=True)
class Waiting:
    """A message that waits in a mailbox; `received_at` is when the server got it."""

    uid: str
    size: int
    received_at: dt.datetime


def read_places(text: str) -> tuple[Place, ...]:
    """Mailboxes from a JSON list of objects with the fields of `Place`; ValueError names faults."""
    try:
        listed = json.loads(text)
    except ValueError as error:
        raise ValueError("MAIL_BOXES is not JSON") from error
    if not isinstance(listed, list) or not listed:
        raise ValueError("MAIL_BOXES must be a list of mailboxes")
    places = tuple(_place(one, number) for number, one in enumerate(listed, 1))
    if len({(place.name, place.folder) for place in places}) < len(places):
        raise ValueError("MAIL_BOXES names a folder of a mailbox twice")
    return places


def trust(ca_file: str) -> ssl.SSLContext:
    """Whom to trust: the authorities of the system, or those of a file alone."""
    return ssl.create_default_context(cafile=ca_file or None)


class Connection:
    """A signed-in connection with the mailbox's folder open."""

    def __init__(self, place: Place, *, tls: ssl.SSLContext, seconds: float) -> None:
        self.place = place
        self._box = MailBox(place.host, place.port, timeout=seconds, ssl_context=tls)
        try:
            self._sign_in()
            for folder in place.folders:
                if not self._box.folder.exists(folder):
                    self._box.folder.create(folder)
            self._box.folder.set(place.folder)
        except BaseException:
            self._box.client.shutdown()
            raise

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        try:
            self._box.logout()
        except AWAY:
            self._box.client.shutdown()

    def waiting(self) -> list[str]:
        """The ids of all messages that wait, oldest first."""
        return self._box.uids("UNDELETED")

    def described(self, uids: Sequence[str]) -> Iterator[Waiting]:
        """Size and time of messages, asked for a page at a time, without those gone meanwhile."""
        for begin in range(0, len(uids), PAGE):
            wanted = ",".join(uids[begin : begin + PAGE])
            answer = self._fetch(wanted, "(UID RFC822.SIZE INTERNALDATE)")
            found = (_waiting(line) for line in answer if isinstance(line, bytes))
            yield from sorted((one for one in found if one), key=lambda one: int(one.uid))

    def fetch(self, uid: str) -> bytes | None:
        """A message byte for byte, or None if it is gone."""
        for part in self._fetch(uid, "(UID BODY.PEEK[])"):
            if isinstance(part, tuple):
                return bytes(part[1])
        return None

    def move(self, uid: str, folder: str) -> None:
        """Move a message; one that is gone has been moved by another."""
        self._box.move([uid], folder)

    def _sign_in(self) -> None:
        user, password = self.place.user, self.place.password
        if user.isascii() and password.isascii():
            self._box.login(user, password, initial_folder=None)
        else:
            self._box.login_utf8(user, password, initial_folder=None)
        # Most servers say that they can MOVE only to who has signed in.
        said = self._box.client.capability()[1][-1] or b""
        self._box.client.capabilities = tuple(said.decode("ascii", "replace").upper().split())

    def _fetch(self, uids: str, what: str) -> list[Any]:
        status, answer = self._box.client.uid("FETCH", uids, what)
        if status != "OK":
            raise imaplib.IMAP4.error(f"FETCH was answered {status}")
        return [one for one in answer if one is not None]


def _place(said: Any, number: int) -> Place:
    known = {field.name: field for field in fields(Place)}
    if not isinstance(said, dict) or not said.keys() <= known.keys():
        extra = sorted(map(str, said.keys() - known.keys())) if isinstance(said, dict) else []
        raise ValueError(f"mailbox {number} in MAIL_BOXES has unknown fields: {', '.join(extra)}")
    for name in ("host", "user", "password"):
        if not said.get(name):
            raise ValueError(f"mailbox {number} in MAIL_BOXES has no {name}")
    for name, value in said.items():
        fits = isinstance(value, int) if name == "port" else isinstance(value, str)
        if not fits and not (name == "addressee" and value is None):
            raise ValueError(f"mailbox {number} in MAIL_BOXES: {name} is of the wrong kind")
        if name != "port" and _NOT_NAMES.search(str(value)):
            raise ValueError(f"mailbox {number} in MAIL_BOXES: {name} has control characters")
    if said.get("addressee") and not UNIT.match(said["addressee"]):
        raise ValueError(f"mailbox {number} in MAIL_BOXES: addressee is not the code of a unit")
    place = Place(**said)
    if len({place.folder, *place.folders}) <= len(place.folders):
        raise ValueError(f"mailbox {number} in MAIL_BOXES: its folders must differ")
    return place


def _waiting(line: bytes) -> Waiting | None:
    uid, size, moment = _UID.search(line), _SIZE.search(line), imaplib.Internaldate2tuple(line)
    if not uid or not size or not moment:
        return None
    return Waiting(
        uid=uid.group(1).decode(),
        size=int(size.group(1)),
        received_at=dt.datetime.fromtimestamp(time.mktime(moment), dt.UTC),
    )
