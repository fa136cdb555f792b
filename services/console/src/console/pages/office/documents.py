"""Papers of a case: drawn up, filled in, signed off, issued, served, kept with their seal."""

import base64
from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, post
from console.domain.forms import fill, read
from console.domain.papers import SERVICE, rows_to_fill, stated
from console.pages.desk import ask, ask_all, needed, refuse, send_file
from console.pages.looks import listed, translated
from console.pages.office.case_frame import case_and, of_case, show
from console.pages.office.desk import office

_SCAN_MOST = 10 * 1024 * 1024
"""As routing takes it; what is larger is not sent there."""
_PLAIN_MOVES = frozenset({"submit", "approve", "issue", "render"})


@office.get("/cases/<case_id>/documents")
def documents(case_id: str) -> Any:
    """The papers that the case has and those that it still owes."""
    return _list(case_id)


@office.post("/cases/<case_id>/documents")
def draw_up(case_id: str) -> Any:
    """Draw up every paper that is owed, or one of the kind that was chosen."""
    sent = request.form
    if sent.get("what") == "owed":
        answer = ask(
            post(
                "routing",
                f"/v1/cases/{case_id}/documents/owed",
                route="/v1/cases/{id}/documents/owed",
                key=sent.get("key"),
            )
        )
        if not answer.ok:
            return _list(case_id, refused=answer)
        _tell_drawn(answer.body)
        return redirect(url_for("office.documents", case_id=case_id))
    answer = ask(
        post(
            "routing",
            f"/v1/cases/{case_id}/documents",
            {"kind": sent.get("kind", "")},
            route="/v1/cases/{id}/documents",
            key=sent.get("key"),
        )
    )
    if not answer.ok:
        return _list(case_id, refused=answer)
    flash(_("已起草：%(name)s", name=translated(answer.body["name"])), "done")
    return redirect(
        url_for("office.document", case_id=case_id, document_id=answer.body["document_id"])
    )


@office.get("/cases/<case_id>/documents/<document_id>")
def document(case_id: str, document_id: str) -> Any:
    """One paper: what it states, how it looks, what may be done with it."""
    return _one(case_id, document_id)


@office.post("/cases/<case_id>/documents/<document_id>/change")
def change_document(case_id: str, document_id: str) -> Any:
    """Keep what a draft states, and send it on where that was asked for."""
    sent = request.form
    paper, kinds = _paper_and_kinds(document_id)
    said = stated(_elements(kinds, paper["kind"]), sent.getlist)
    answer = ask(_move(document_id, "change", {"fields": said}, version=sent.get("version")))
    if answer.ok and sent.get("then") in _PLAIN_MOVES:
        answer = ask(_move(document_id, sent["then"], {}))
    return _after(case_id, document_id, answer, typed=said)


@office.post("/cases/<case_id>/documents/<document_id>/identity")
def fill_identity(case_id: str, document_id: str) -> Any:
    """Fill in the petitioner as intake knows them."""
    answer = ask(_move(document_id, "identity", {}, version=request.form.get("version")))
    return _after(case_id, document_id, answer)


@office.post("/cases/<case_id>/documents/<document_id>/do/<move>")
def move_document(case_id: str, document_id: str, move: str) -> Any:
    """Send up, sign off, return, issue, serve, void or set anew."""
    sent = request.form
    if move in _PLAIN_MOVES:
        body: dict[str, Any] = {"keep_identity": True} if "keep_identity" in sent else {}
    elif move in ("return", "void"):
        body = {"reason": sent.get(f"{move}-reason", "").strip()}
    elif move == "serve":
        body = read(SERVICE, sent.getlist)
    else:
        refuse(Answer(404))
    answer = ask(_move(document_id, move, body, key=sent.get("key")))
    return _after(case_id, document_id, answer, move=move)


@office.post("/cases/<case_id>/documents/<document_id>/scan")
def upload_scan(case_id: str, document_id: str) -> Any:
    """Keep the scan of the sealed paper."""
    file = request.files.get("scan")
    data = file.read(_SCAN_MOST + 1) if file else b""
    if len(data) > _SCAN_MOST:
        too_large = {"field": "content", "reason": _("文件最大10 MB。")}
        answer = Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"errors": [too_large]})
    else:
        body = {"content": base64.b64encode(data).decode()}
        answer = ask(_move(document_id, "scan", body, key=request.form.get("key")))
    return _after(case_id, document_id, answer)


@office.get("/documents/<document_id>")
def find_document(document_id: str) -> Any:
    """A paper where only its id is known: its page in the case that it is filed with."""
    case_id = needed(ask(_paper(document_id)))["case_id"]
    there = url_for("office.document", case_id=case_id, document_id=document_id)
    return redirect(there)


@office.get("/documents/<document_id>/preview")
def preview_document(document_id: str) -> Any:
    """The paper as a page of its own that may run nothing, for a frame."""
    return send_file(
        get(
            "routing",
            f"/v1/documents/{document_id}/preview",
            route="/v1/documents/{id}/preview",
        ),
        inline=True,
    )


@office.get("/documents/<document_id>/file")
def document_file(document_id: str) -> Any:
    """The issued paper: the sealed scan, PDF or DOCX."""
    return send_file(
        get(
            "routing",
            f"/v1/documents/{document_id}/file",
            route="/v1/documents/{id}/file",
            format=request.args.get("format"),
        )
    )


@office.get("/documents/<document_id>/files")
def document_files(document_id: str) -> Any:
    """The links to a paper's files, which follow some seconds after it is issued."""
    paper = needed(ask(_paper(document_id)))
    return render_template("office/document_files.html", paper=paper)


def _list(case_id: str, *, refused: Answer | None = None) -> Any:
    case, answers = case_and(
        case_id,
        listed=of_case(case_id, "documents", limit=200),
        guide=of_case(case_id, "guide"),
        kinds=get("routing", "/v1/templates"),
    )
    forms: dict[str, list[dict[str, Any]]] = {}
    for kind in answers["kinds"].items:
        forms.setdefault(kind["form"], []).append(kind)
    return show(
        "office/documents.html",
        case,
        status=200 if refused is None else (refused.status or 503),
        listed=answers["listed"],
        owed=answers["guide"].body["papers"] if answers["guide"].ok else [],
        forms=forms,
        refused=refused,
    )


def _one(
    case_id: str,
    document_id: str,
    *,
    refused: Answer | None = None,
    typed: dict[str, Any] | None = None,
    move: str = "",
) -> Any:
    case, answers = case_and(
        case_id, paper=_paper(document_id), kinds=get("routing", "/v1/templates")
    )
    paper = needed(answers["paper"])
    elements = _elements(answers["kinds"], paper["kind"])
    values = typed if typed is not None else (paper["fields"] or {})
    return show(
        "office/document.html",
        case,
        status=200 if refused is None else (refused.status or 503),
        paper=paper,
        elements=elements,
        values=values,
        tables={
            one["name"]: rows_to_fill(one, values.get(one["name"]) or [])
            for one in elements
            if one["type"] == "rows"
        },
        service=fill(SERVICE, request.form.getlist),
        errors=_errors(refused),
        refused=refused,
        moved=move,
    )


def _after(
    case_id: str,
    document_id: str,
    answer: Answer,
    *,
    typed: dict[str, Any] | None = None,
    move: str = "",
) -> Any:
    if not answer.ok:
        return _one(case_id, document_id, refused=answer, typed=typed, move=move)
    paper = answer.body
    flash(
        _(
            "%(name)s：%(state)s",
            name=translated(paper["name"]),
            state=translated(paper["state_name"]),
        ),
        "done",
    )
    identity = paper.get("identity") or {}
    if identity.get("changed"):
        flash(_("信访人的信息已按登记系统更新，请核对。"))
    return redirect(url_for("office.document", case_id=case_id, document_id=document_id))


def _errors(refused: Answer | None) -> dict[str, str]:
    """Reasons by element; routing names them fields.summary and so on."""
    errors = refused.errors if refused else {}
    return {name.removeprefix("fields."): reason for name, reason in errors.items()}


def _paper(document_id: str) -> Any:
    return get("routing", f"/v1/documents/{document_id}", route="/v1/documents/{id}")


def _paper_and_kinds(document_id: str) -> tuple[dict[str, Any], Answer]:
    answers = ask_all(paper=_paper(document_id), kinds=get("routing", "/v1/templates"))
    return needed(answers["paper"]), answers["kinds"]


def _elements(kinds: Answer, kind: str) -> list[dict[str, Any]]:
    return next((one["fields"] for one in kinds.items if one["kind"] == kind), [])


def _move(document_id: str, move: str, body: dict[str, Any], **more: Any) -> Any:
    return post(
        "routing",
        f"/v1/documents/{document_id}/{move}",
        body,
        route=f"/v1/documents/{{id}}/{move}",
        **more,
    )


def _tell_drawn(body: dict[str, Any]) -> None:
    names = listed(translated(one["name"]) for one in body["drafted"])
    flash(_("已起草：%(names)s", names=names) if names else _("没有可以由您起草的文书。"), "done")
    for one in body["left"]:
        flash(_("%(name)s未起草：%(reason)s", name=translated(one["name"]), reason=one["reason"]))
