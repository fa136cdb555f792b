"""What reading a scan may take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """`program` reads each page, in `languages`: at most `pages` pages, each in `page_seconds`."""

    program: str
    languages: str
    media_type: str
    pages: int
    page_seconds: int
    memory_bytes: int
