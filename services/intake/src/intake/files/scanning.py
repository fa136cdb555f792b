"""Asking ClamAV's daemon whether a file is a known threat."""

from typing import IO, Any
from urllib.parse import urlsplit

import clamdpy
from clamdpy.exceptions import ClamdException

from intake.files.examining import refused
from shared.errors import Refused, both

_SECONDS = 60.0
_PIECE = 64 * 1024
_PORT = 3310


class ScannerAway(Refused):
    """The scanner that is set does not answer: nothing is taken unscanned."""

    status = 503
    code = "scanner_away"

    def __init__(self) -> None:
        super().__init__(
            both("病毒检查暂时不可用，请稍后重试。", "The virus scanner is away; try again."),
            headers={"Retry-After": "30"},
        )


class Scanner:
    """clamd at `tcp://host:port` or `unix:///path`; without a URL nothing is scanned.

    Each file goes over a connection of its own (INSTREAM), so clamd needs no access to it.
    """

    def __init__(self, url: str) -> None:
        """ValueError where the URL is of neither form."""
        self._clamd = _client(url) if url else None

    def scan(self, file: IO[bytes]) -> None:
        """Refused for a known threat; ScannerAway where clamd cannot say."""
        if self._clamd is None:
            return
        file.seek(0)
        try:
            found = self._clamd.instream(file)
        except (ClamdException, OSError, ValueError) as error:
            raise ScannerAway() from error
        if found.status == "FOUND":
            raise refused("infected")
        if found.status != "OK":
            raise ScannerAway()


def _client(url: str) -> Any:
    parts = urlsplit(url)
    if parts.scheme == "tcp" and parts.hostname:
        return clamdpy.ClamdNetworkSocket(
            parts.hostname, parts.port or _PORT, timeout=_SECONDS, max_chunk_size=_PIECE
        )
    if parts.scheme == "unix" and parts.path:
        return clamdpy.ClamdUnixSocket(parts.path, timeout=_SECONDS, max_chunk_size=_PIECE)
    raise ValueError(f"CLAMD_URL must be tcp://host:port or unix:///path, not {url!r}")
