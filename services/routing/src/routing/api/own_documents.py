"""Papers for petitioners: what was served on them, opened with number and query code."""

from typing import Any

from routing.api.routes import api
from routing.schemas import documents as schemas
from routing.use_cases import documents
from shared.web.api import CITIZEN, Call, File, staff

_OWN = "/v1/public/documents/<document_id>"
_HTML = "text/html; charset=utf-8"
OVERSEERS = staff("auditor", "supervisor", "leader")


def _about(call: Call) -> dict[str, Any]:
    return {
        "document_id": call.path["document_id"],
        "petition_id": call.principal.sub,
        "now": call.clock.now(),
        "resources": call.resources,
    }


@api.get("/v1/public/documents", who=CITIZEN, answer=schemas.OwnDocumentsOut)
def own_documents(call: Call) -> dict[str, Any]:
    """The papers that were served on the petitioner of the token's petition."""
    return documents.own_documents(
        call.session, petition_id=call.principal.sub, resources=call.resources
    )


@api.file(f"{_OWN}/page", who=CITIZEN, files=("text/html",), audited=True)
def own_document_page(call: Call) -> File:
    """The words of such a paper as a page; the look is written down."""
    return File(documents.own_page(call.session, **_about(call)), _HTML, "document.html")


@api.file(f"{_OWN}/file", who=CITIZEN, files=("application/pdf", "image/jpeg"), audited=True)
def own_document_file(call: Call) -> File:
    """Such a paper as it was served, the sealed scan or the PDF; the look is written down."""
    return File(*documents.own_file(call.session, **_about(call)))


@api.get(
    "/v1/document-looks",
    who=OVERSEERS,
    query=schemas.LooksQuery,
    answer=schemas.LooksOut,
)
def document_looks(call: Call) -> dict[str, Any]:
    """Which petitioner opened which of their papers, and when, newest first."""
    return documents.list_looks(
        call.session, query=call.query, by=call.principal, resources=call.resources
    )
