"""Papers: drawn up, signed off, issued, rendered, served; their templates and numbers."""

from collections.abc import Callable
from typing import Any, TypeVar

from routing.api.routes import ANY_STAFF, READERS, api
from routing.layout.child import FORMATS
from routing.schemas import documents as schemas
from routing.use_cases import documents
from routing.use_cases.documents import Claimed, Wanted
from shared.errors import Refused
from shared.peers import Peer
from shared.service import App
from shared.web.api import Call, Early, File, staff

WRITERS = staff(
    "registrar", "dispatcher", "handler", "unit_head", "supervisor", "reviewer", "leader",
    "importer",
)  # fmt: skip
_PAPER = "/v1/documents/<document_id>"
_LARGEST_SCAN = 14_100_000
_HTML = "text/html; charset=utf-8"
T = TypeVar("T")


def _about(call: Call) -> dict[str, Any]:
    return {
        "document_id": call.path["document_id"],
        "by": call.principal,
        "now": call.clock.now(),
        "resources": call.resources,
    }


def _signing(call: Call) -> dict[str, Any]:
    keep = call.body["keep_identity"]
    return _about(call) | {"claimed": call.prepared, "keep_identity": keep}


def _intake(app: App) -> Peer | None:
    settings = app.settings
    return app.peer("intake", url=settings.intake_url, seconds=settings.intake_seconds)


def _found(early: Early, find: Callable[..., T], **about: Any) -> T | None:
    """What `find` wants to ask intake for; None where it refuses, as the handler then will."""
    if _intake(early.app) is None:
        return None
    try:
        with early.app.db.read() as session:
            return find(
                session, by=early.principal, resources=early.app.resources, **early.path, **about
            )
    except Refused:
        return None


def _ask(early: Early, wanted: Wanted) -> Claimed:
    peer = _intake(early.app)
    assert peer is not None
    return documents.ask(peer, wanted, authorization=early.authorization)


def _claim(early: Early, find: Callable[..., Wanted | None], **about: Any) -> Claimed | None:
    wanted = _found(early, find, **about)
    return _ask(early, wanted) if wanted else None


def _claim_owed(early: Early) -> list[tuple[str, Claimed]]:
    found = _found(early, documents.wanted_for_owed) or []
    return [(kind, _ask(early, wanted)) for kind, wanted in found]


def _claim_for_draft(early: Early) -> Claimed | None:
    return _claim(early, documents.wanted_for_draft, **early.body)


def _claim_anew(early: Early) -> Claimed | None:
    return _claim(early, documents.wanted_anew, **early.body)


def _claim_for(move: str) -> Callable[[Early], Claimed | None]:
    return lambda early: _claim(early, documents.wanted_for_move, move=move)


@api.post(
    "/v1/cases/<case_id>/documents",
    who=WRITERS,
    body=schemas.DraftIn,
    answer=schemas.DocumentOut,
    status=201,
    prepare=_claim_for_draft,
)
def draft_document(call: Call) -> dict[str, Any]:
    """Draw up a paper of a case; what the case and intake know stands in it where `fields` says
    nothing. Where intake is away the paper is drawn up all the same, and says so."""
    return documents.draft_for(
        call.session,
        case_id=call.path["case_id"],
        kind=call.body["kind"],
        fields=call.body["fields"],
        petition_id=call.body["petition_id"],
        claimed=call.prepared,
        by=call.principal,
        now=call.clock.now(),
        resources=call.resources,
    )


@api.post(
    "/v1/cases/<case_id>/documents/owed",
    who=WRITERS,
    answer=schemas.OwedDraftsOut,
    status=201,
    prepare=_claim_owed,
)
def draft_owed_documents(call: Call) -> dict[str, Any]:
    """Draw up every paper that the case owes and nobody has begun, filled in; once is enough."""
    return documents.draft_owed(
        call.session,
        case_id=call.path["case_id"],
        claimed=call.prepared,
        by=call.principal,
        now=call.clock.now(),
        resources=call.resources,
    )


@api.get(
    "/v1/cases/<case_id>/documents/known",
    who=WRITERS,
    query=schemas.KnownQuery,
    answer=schemas.KnownOut,
)
def known_of_document(call: Call) -> dict[str, Any]:
    """What a new paper of a kind would state by itself, and what is still to be typed."""
    return documents.known_for(
        call.session,
        case_id=call.path["case_id"],
        kind=call.query["kind"],
        by=call.principal,
        now=call.clock.now(),
        resources=call.resources,
        connected=_intake(call.app) is not None,
    )


@api.get(
    "/v1/cases/<case_id>/documents",
    who=READERS,
    query=schemas.DocumentsQuery,
    answer=schemas.DocumentsOut,
)
def case_documents(call: Call) -> dict[str, Any]:
    """The papers of a case, oldest first, without their words."""
    return documents.list_documents(
        call.session,
        case_id=call.path["case_id"],
        query=call.query,
        by=call.principal,
        resources=call.resources,
    )


@api.get(_PAPER, who=READERS, answer=schemas.DocumentOut)
def document(call: Call) -> dict[str, Any]:
    """A paper with what it states and what may be done with it; the ETag goes into If-Match."""
    return documents.document_for(
        call.session,
        document_id=call.path["document_id"],
        by=call.principal,
        resources=call.resources,
    )


@api.post(
    f"{_PAPER}/change",
    who=WRITERS,
    body=schemas.FieldsIn,
    answer=schemas.DocumentOut,
    if_match=True,
)
def change_document(call: Call) -> dict[str, Any]:
    """Replace what a draft states."""
    assert call.if_match is not None
    return documents.change(
        call.session, fields=call.body["fields"], if_match=call.if_match, **_about(call)
    )


@api.post(
    f"{_PAPER}/identity",
    who=WRITERS,
    body=schemas.IdentityIn,
    answer=schemas.DocumentOut,
    if_match=True,
    prepare=_claim_anew,
)
def claim_identity(call: Call) -> dict[str, Any]:
    """Fill a draft from intake once more, over what was typed of the petitioner."""
    assert call.if_match is not None
    return documents.claim(
        call.session,
        petition_id=call.body["petition_id"],
        claimed=call.prepared,
        if_match=call.if_match,
        **_about(call),
    )


@api.post(
    f"{_PAPER}/submit",
    who=WRITERS,
    body=schemas.SignIn,
    answer=schemas.DocumentOut,
    prepare=_claim_for("submit"),
)
def submit_document(call: Call) -> dict[str, Any]:
    """送审: send it for signature; it must be complete."""
    return documents.submit(call.session, **_signing(call))


@api.post(
    f"{_PAPER}/approve",
    who=WRITERS,
    body=schemas.SignIn,
    answer=schemas.DocumentOut,
    prepare=_claim_for("approve"),
)
def approve_document(call: Call) -> dict[str, Any]:
    """审签: sign it off, the petitioner as intake now knows them."""
    return documents.approve(call.session, **_signing(call))


@api.post(f"{_PAPER}/return", who=WRITERS, body=schemas.ReasonIn, answer=schemas.DocumentOut)
def return_document(call: Call) -> dict[str, Any]:
    """退回修改: back to who drew it up."""
    return documents.return_(call.session, reason=call.body["reason"], **_about(call))


@api.post(
    f"{_PAPER}/issue",
    who=WRITERS,
    body=schemas.SignIn,
    answer=schemas.DocumentOut,
    prepare=_claim_for("issue"),
)
def issue_document(call: Call) -> dict[str, Any]:
    """出具: number and words are fixed; the files follow in seconds."""
    return documents.issue(call.session, **_signing(call))


@api.post(f"{_PAPER}/void", who=WRITERS, body=schemas.ReasonIn, answer=schemas.DocumentOut)
def void_document(call: Call) -> dict[str, Any]:
    """作废: the number stays used."""
    return documents.void(call.session, reason=call.body["reason"], **_about(call))


@api.post(f"{_PAPER}/serve", who=WRITERS, body=schemas.ServiceIn, answer=schemas.DocumentOut)
def serve_document(call: Call) -> dict[str, Any]:
    """送达: record how it was served, with the proof (TCP 87-95 by analogy)."""
    return documents.serve(call.session, facts=call.body, **_about(call))


@api.post(f"{_PAPER}/render", who=WRITERS, body=schemas.MoveIn, answer=schemas.DocumentOut)
def render_document(call: Call) -> dict[str, Any]:
    """Try a paper again that could not be rendered."""
    return documents.render_now(call.session, **_about(call))


@api.post(
    f"{_PAPER}/scan",
    who=WRITERS,
    body=schemas.ScanIn,
    answer=schemas.DocumentOut,
    largest=_LARGEST_SCAN,
)
def scan_document(call: Call) -> dict[str, Any]:
    """Keep the scan of the sealed paper as its issued version, up to 10 MB."""
    return documents.scan(call.session, content=call.body["content"], **_about(call))


@api.file(f"{_PAPER}/preview", who=READERS, files=("text/html",))
def preview_document(call: Call) -> File:
    """The paper as a page, marked as a draft until it is issued."""
    return File(documents.preview(call.session, **_about(call)), _HTML, "preview.html")


@api.file(
    f"{_PAPER}/file",
    who=READERS,
    query=schemas.FileQuery,
    files=(*FORMATS.values(), "image/jpeg"),
)
def document_file(call: Call) -> File:
    """The issued paper's file: the sealed scan where there is one, PDF or DOCX."""
    return File(
        *documents.file_of(
            call.session,
            document_id=call.path["document_id"],
            format_=call.query["format"],
            by=call.principal,
            resources=call.resources,
        )
    )


@api.get("/v1/templates", who=ANY_STAFF, answer=schemas.KindsOut)
def document_kinds(call: Call) -> dict[str, Any]:
    """Every kind of paper: who draws it up, what it must state, by which law."""
    return documents.list_kinds(call.session, resources=call.resources)


@api.get("/v1/templates/<kind>", who=staff("admin", "leader"), answer=schemas.TemplateOut)
def template(call: Call) -> dict[str, Any]:
    """The template that new papers of a kind are written by."""
    return documents.template_of(call.session, kind=call.path["kind"], resources=call.resources)


@api.put(
    "/v1/templates/<kind>",
    who=staff("admin"),
    body=schemas.TemplateIn,
    answer=schemas.TemplateOut,
)
def put_template(call: Call) -> dict[str, Any]:
    """Put a new edition of a template; issued papers keep theirs."""
    return documents.put_template(
        call.session,
        kind=call.path["kind"],
        html=call.body["html"],
        by=call.principal,
        now=call.clock.now(),
        resources=call.resources,
    )


@api.get("/v1/numbering", who=staff("admin"), answer=schemas.PrefixesOut)
def numbering(call: Call) -> dict[str, Any]:
    """What the numbers of each unit's papers begin with, where a prefix is given."""
    return documents.list_prefixes(call.session, resources=call.resources)


@api.put(
    "/v1/numbering/<unit>",
    who=staff("admin"),
    body=schemas.PrefixIn,
    answer=schemas.PrefixOut,
)
def put_numbering(call: Call) -> dict[str, Any]:
    """Give a unit the prefix of its papers' numbers (机关代字)."""
    return documents.put_prefix(
        call.session,
        unit=call.path["unit"],
        prefix=call.body["prefix"],
        resources=call.resources,
    )
