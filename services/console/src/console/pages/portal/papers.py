"""Papers that were served on a petitioner: read on the page, saved as they were served.

number and code -> the petition's token -> routing, which shows what was served and notes the look
"""

from typing import Any

from flask import abort
from werkzeug.wrappers import Response

from console.asking import get
from console.pages.desk import ask, needed, send_file
from console.pages.portal.desk import page, portal
from console.pages.portal.following import own_petition

_BASE = "/v1/public/documents"
_ROUTE = f"{_BASE}/{{id}}"


@portal.get("/follow/papers/<uuid:document_id>")
def paper(document_id: str) -> Any:
    """One paper, its words on the page and the file to save."""
    own_petition()
    listed = needed(ask(get("routing", _BASE)))["items"]
    found = [one for one in listed if one["document_id"] == str(document_id)]
    if not found:
        abort(404)
    return page("paper", paper=found[0])


@portal.get("/follow/papers/<uuid:document_id>/words")
def paper_words(document_id: str) -> Response:
    """Its words, for the frame within the page."""
    own_petition()
    return _unkept(
        send_file(
            get("routing", f"{_BASE}/{document_id}/page", route=f"{_ROUTE}/page"), inline=True
        )
    )


@portal.get("/follow/papers/<uuid:document_id>/file")
def paper_file(document_id: str) -> Response:
    """The paper as it was served, for saving."""
    own_petition()
    return _unkept(send_file(get("routing", f"{_BASE}/{document_id}/file", route=f"{_ROUTE}/file")))


def _unkept(response: Response) -> Response:
    """The answer, of which no copy stays on a machine that others may use."""
    response.headers["Cache-Control"] = "no-store"
    return response
