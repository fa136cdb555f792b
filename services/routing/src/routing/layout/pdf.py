"""PDF by WeasyPrint, which may fetch nothing."""

from typing import Any, NoReturn

from weasyprint import HTML
from weasyprint.urls import URLFetcher

from routing.layout.page import whole


class _Nothing(URLFetcher):
    def fetch(self, url: str, headers: Any = None) -> NoReturn:
        raise ValueError("papers fetch nothing")


def to_pdf(body: str) -> bytes:
    """A composed paper as PDF."""
    made: bytes = HTML(string=whole(body), url_fetcher=_Nothing()).write_pdf()
    return made
