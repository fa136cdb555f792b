"""Papers of a case: drawn up, signed off, issued under a number, rendered, served."""

from routing.use_cases.documents.claiming import (
    Claimed,
    Wanted,
    ask,
    wanted_anew,
    wanted_for_draft,
    wanted_for_move,
)
from routing.use_cases.documents.drafting import change, claim, draft, draft_for
from routing.use_cases.documents.drawing import draft_owed, wanted_for_owed
from routing.use_cases.documents.issuing import issue
from routing.use_cases.documents.known import known_for
from routing.use_cases.documents.moving import approve, return_, scan, serve, submit, void
from routing.use_cases.documents.own import list_looks, own_documents, own_file, own_page
from routing.use_cases.documents.reading import document_for, file_of, list_documents, preview
from routing.use_cases.documents.rendering import render_next, render_now, unrendered
from routing.use_cases.documents.standards import (
    list_kinds,
    list_prefixes,
    put_prefix,
    put_template,
    template_of,
)

__all__ = [
    "Claimed",
    "Wanted",
    "approve",
    "ask",
    "change",
    "claim",
    "document_for",
    "draft",
    "draft_for",
    "draft_owed",
    "file_of",
    "issue",
    "known_for",
    "list_documents",
    "list_kinds",
    "list_looks",
    "list_prefixes",
    "preview",
    "own_documents",
    "own_file",
    "own_page",
    "put_prefix",
    "put_template",
    "render_next",
    "render_now",
    "return_",
    "scan",
    "serve",
    "submit",
    "template_of",
    "unrendered",
    "void",
    "wanted_anew",
    "wanted_for_draft",
    "wanted_for_move",
    "wanted_for_owed",
]
