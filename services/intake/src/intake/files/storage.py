"""Where the bytes of files are kept: one interface, a folder or an S3-compatible store behind it.

An object is written once under a random key and never changed.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from shared.errors import Refused, both

KEY = re.compile(r"[0-9a-f]{32}\Z")
"""What keys look like; whatever else lies in the same place is somebody else's."""


class Stored(NamedTuple):
    """An object as the storage lists it."""

    key: str
    since: dt.datetime


class Storage(Protocol):
    """Keeps bytes by key. Each method raises StorageAway where the storage does not answer."""

    def put(self, key: str, pieces: Iterator[bytes]) -> None:
        """Keep the bytes; when this returns they survive a crash, and before it nobody sees any."""

    def get(self, key: str) -> Iterator[bytes]:
        """The bytes, piece by piece; StorageAway, too, where there are none under that key."""

    def delete(self, key: str) -> None:
        """Forget the bytes, if they are there."""

    def stored(self) -> Iterator[Stored]:
        """Every object, in no particular order."""


class StorageAway(Refused):
    """The storage does not answer, or has lost what it was given."""

    status = 503
    code = "storage_away"

    def __init__(self) -> None:
        super().__init__(
            both("附件存储暂时不可用，请稍后重试。", "The file storage is away; try again."),
            headers={"Retry-After": "10"},
        )


class NoStorage:
    """No storage is set: attachments are neither taken nor given out."""

    def put(self, key: str, pieces: Iterator[bytes]) -> None:
        raise _off()

    def get(self, key: str) -> Iterator[bytes]:
        raise _off()

    def delete(self, key: str) -> None:
        raise _off()

    def stored(self) -> Iterator[Stored]:
        return iter(())


def _off() -> Refused:
    return Refused(
        both("本系统未开通附件。", "No storage for attachments is set up here."),
        status=503,
        code="attachments_off",
    )


class S3Keys(NamedTuple):
    """What opens an S3 store; empty ones are looked for where every S3 client does."""

    key_id: str
    secret_key: str


NO_KEYS = S3Keys("", "")


def open_storage(url: str, keys: S3Keys = NO_KEYS) -> Storage:
    """The storage that ATTACHMENTS_URL names; ValueError says what is wrong with it.

    `file:///folder`, or `s3://bucket/prefix?endpoint=https://host:port&region=name`, which `keys`
    open. Empty: none.
    """
    if not url:
        return NoStorage()
    parts = urlsplit(url)
    if parts.scheme not in _OPENERS:
        raise ValueError(f"ATTACHMENTS_URL must begin with file:// or s3://, not {url!r}")
    return _OPENERS[parts.scheme](url, keys)


def _local(url: str, _keys: S3Keys) -> Storage:
    from intake.files.local import LocalStorage  # noqa: PLC0415

    parts = urlsplit(url)
    if parts.netloc or not parts.path.strip("/"):
        raise ValueError(f"ATTACHMENTS_URL must name a folder as file:///folder, not {url!r}")
    return LocalStorage(unquote(parts.path))


def _s3(url: str, keys: S3Keys) -> Storage:
    # boto3 takes half a second and 30 MB to import: only where it is used.
    from intake.files.s3 import S3Storage  # noqa: PLC0415

    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if not parts.netloc or options.keys() - {"endpoint", "region"}:
        raise ValueError(
            "ATTACHMENTS_URL must look like s3://bucket/prefix?endpoint=https://host&region=name, "
            f"not {url!r}"
        )
    return S3Storage(
        parts.netloc,
        prefix=parts.path.strip("/"),
        endpoint=options.get("endpoint"),
        region=options.get("region"),
        keys=keys,
    )


_OPENERS: dict[str, Callable[[str, S3Keys], Storage]] = {"file": _local, "s3": _s3}
