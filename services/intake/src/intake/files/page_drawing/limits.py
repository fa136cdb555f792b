"""What drawing a page may take, and how it ends without one."""

from dataclasses import dataclass

NO_SUCH_PAGE = 3
"""The exit code where the scan has fewer pages."""


@dataclass(frozen=True)
class Limits:
    """Which `page` of which kind of scan, counted from 1, and what drawing it may take."""

    media_type: str
    page: int
    memory_bytes: int
    cpu_seconds: int
