"""An edition as one HTML page, and that page as PDF."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jinja2
from markupsafe import Markup

from routing.domain.documents import Document
from routing.handbook.model import build, documents_of
from routing.handbook.people import CHECKS
from routing.handbook.standards import Standards
from routing.layout.page import compose
from shared.citing import in_words

_FOLDER = Path(__file__).with_name("templates")
_SYSTEM = {"issued_on": "2026-03-02", "case_no": "XS202600000001"}
_DRAWN_BY = {"office": "云屏区信访局", "unit": "云屏区交通运输局", "review": "云屏区人民政府"}
_PREFIXES = {"office": "云信访", "unit": "云交", "review": "云府"}
_YEAR = 2026


@cache
def _environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(_FOLDER)
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )


def to_html(standards: Standards, edition: str) -> str:
    """An edition as a page that needs nothing beside itself."""
    book = build(standards, edition)
    documents = documents_of(standards.catalogue, edition)
    css = (_FOLDER / "handbook.css").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template("handbook.html")
        .render(
            **book | {"clocks_all": book.pop("clocks")},
            css=Markup(css),
            samples=_samples(standards, documents),
            shown_documents={document.code for document in documents},
            check_kinds=CHECKS,
            cite=lambda basis: in_words(basis, standards.texts.sources),
        )
    )


def _samples(standards: Standards, documents: list[Document]) -> Mapping[str, Markup]:
    return {d.code: _sample(standards, d) for d in documents}


def _sample(standards: Standards, document: Document) -> Markup:
    """A paper filled in with its fictional samples, as a part of the page."""
    by = document.by[0]
    number = ""
    if document.series:
        number = standards.catalogue.number(
            prefix=_PREFIXES[by], series=document.series, year=_YEAR, last=1
        )
    system: dict[str, Any] = _SYSTEM | {
        "unit_name": _DRAWN_BY[by],
        "number": number,
        "document_name": document.name,
    }
    source = standards.templates[document.code]
    root = ET.fromstring(compose(document, source, fields=document.samples, system=system))
    root.tag = "div"
    root.set("class", f"paper {root.get('class')}")
    # It was composed by escaping templates from the samples of the catalogue.
    return Markup(ET.tostring(root, encoding="unicode", method="html"))
