"""An edition's page as PDF, by the same WeasyPrint that sets papers; it fetches nothing."""

from typing import Any, NoReturn

from weasyprint import HTML
from weasyprint.urls import URLFetcher


class _Nothing(URLFetcher):
    def fetch(self, url: str, headers: Any = None) -> NoReturn:
        raise ValueError("the handbook fetches nothing")


def lay_out(html: str) -> Any:
    """The laid out document: its pages can be counted, its bookmarks read, it writes a PDF."""
    return HTML(string=html, url_fetcher=_Nothing()).render()
