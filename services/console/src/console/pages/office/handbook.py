"""The handbook: read inside the frame, searched, printed as routing lays it out."""

from http import HTTPStatus
from typing import Any

from flask import abort, render_template, request

from console.asking import Ask, get
from console.domain.handbook import EDITIONS, find, taken_apart
from console.pages.desk import ask_text, needed, send_file
from console.pages.doors import open_to
from console.pages.office.desk import office


@office.get("/handbook")
@open_to()
def handbook() -> Any:
    """An edition with its contents beside it; `find` lists the parts in which words stand."""
    book = taken_apart(needed(ask_text(_wanted())))
    words = request.args.get("find", "").strip()
    return render_template(
        "office/handbook.html",
        book=book,
        editions=EDITIONS,
        words=words,
        places=find(book, words) if words else [],
    )


@office.get("/handbook/print")
@open_to()
def print_handbook() -> Any:
    """The page as routing lays it out for paper, with page numbers in its contents."""
    return send_file(_wanted(), inline=True)


def _wanted() -> Ask:
    edition = request.args.get("edition")
    if edition and edition not in EDITIONS:
        abort(HTTPStatus.NOT_FOUND)
    return get("routing", "/v1/handbook", edition=edition)
