"""Papers as files: rendered once, tried again, previewed, replaced by the sealed scan."""

import base64
from typing import Any

import pytest
from documents_desk import (
    PDF,
    Desk,
)

from routing.jobs.documents import SomeFailed, render_documents
from routing.layout.child import RenderingFailed
from routing.use_cases import gauges


@pytest.fixture
def desk(bench: Any) -> Desk:
    return Desk(bench)


@pytest.fixture
def any_desk(any_bench: Any) -> Desk:
    return Desk(any_bench)


def test_the_worker_renders_what_was_issued_and_the_files_never_change(any_desk: Desk) -> None:
    desk = any_desk
    paper = desk.issued()
    waiting = desk.read(paper, what="/file")
    assert (waiting.status_code, waiting.json["code"]) == (409, "rendering")
    render_documents(desk.app)
    shown = desk.read(paper).json
    assert (shown["rendering"], shown["files"]) == ("done", ["pdf", "docx"])
    first = desk.read(paper, what="/file?format=pdf")
    assert first.mimetype == "application/pdf"
    assert first.data.startswith(b"%PDF-") and "王某某".encode() in first.data
    assert "attachment" in first.headers["Content-Disposition"]
    assert desk.read(paper, what="/file?format=docx").data.startswith(b"PK")
    render_documents(desk.app)
    assert len(desk.rendered) == 1
    assert desk.read(paper, what="/file?format=pdf").data == first.data


def test_a_failed_rendering_is_shown_counted_and_tried_again(desk: Desk) -> None:
    paper = desk.issued()

    def fail(_body: str) -> dict[str, bytes]:
        raise RenderingFailed("MemoryError")

    desk.use(render=fail)
    with pytest.raises(SomeFailed):
        render_documents(desk.app)
    shown = desk.read(paper).json
    assert (shown["rendering"], shown["last_error"]) == ("failed", "MemoryError")
    assert "render" in shown["allowed"]
    assert desk.read(paper, what="/file").json["code"] == "rendering_failed"
    with desk.app.db.read() as session:
        shown = gauges(session, desk.app.clock.now())
    assert (shown["routing_documents_waiting"], shown["routing_documents_failed"]) == (0, 1)
    desk.use(render=desk.render)
    render_documents(desk.app)
    assert desk.read(paper).json["rendering"] == "failed", "it waits before the next attempt"
    desk.app.clock.advance(minutes=2)
    render_documents(desk.app)
    assert desk.read(paper).json["rendering"] == "done"
    assert desk.move(paper, "render").status_code == 409


def test_after_six_failures_a_person_asks_for_the_next_attempt(desk: Desk) -> None:
    paper = desk.issued()

    def fail(_body: str) -> dict[str, bytes]:
        raise RenderingFailed("timeout")

    desk.use(render=fail)
    for _ in range(6):
        with pytest.raises(SomeFailed):
            render_documents(desk.app)
        desk.app.clock.advance(hours=2)
    render_documents(desk.app)
    desk.use(render=desk.render)
    assert desk.moved(paper, "render")["rendering"] == "waiting"
    render_documents(desk.app)
    assert desk.read(paper).json["rendering"] == "done"


def test_a_paper_that_a_dead_worker_took_is_taken_up_again(desk: Desk) -> None:
    paper = desk.issued()

    def die(_body: str) -> dict[str, bytes]:
        raise KeyboardInterrupt

    desk.use(render=die)
    with pytest.raises(KeyboardInterrupt):
        render_documents(desk.app)
    desk.use(render=desk.render)
    render_documents(desk.app)
    assert desk.read(paper).json["rendering"] == "waiting"
    desk.app.clock.advance(minutes=6)
    render_documents(desk.app)
    assert desk.read(paper).json["rendering"] == "done"


def test_a_preview_is_marked_as_a_draft_and_shows_what_is_missing(desk: Desk) -> None:
    paper = desk.draft(petitioner=None)
    shown = desk.read(paper, what="/preview")
    assert shown.mimetype == "text/html"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert "letter draft" in shown.text and "【信访人】" in shown.text
    issued = desk.moved(desk.draft(), "submit", "approve", "issue")
    shown = desk.read(issued, what="/preview").text
    assert "letter draft" not in shown and issued["number"] in shown
    desk.moved(issued, "void", reason="有误")
    assert "letter void" in desk.read(issued, what="/preview").text


def test_what_a_person_wrote_never_becomes_markup(desk: Desk) -> None:
    paper = desk.draft(summary="<script>alert(1)</script> & {{ number }}")
    shown = desk.read(paper, what="/preview").text
    assert "<script>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ number }}" in shown


@pytest.mark.parametrize("content, kept", [(PDF, "pdf"), (b"\xff\xd8\xff\xe0 jpeg", "jpg")])
def test_a_sealed_scan_becomes_the_issued_version(desk: Desk, content: bytes, kept: str) -> None:
    paper = desk.issued()
    text = base64.b64encode(content).decode()
    scanned = desk.moved(paper, "scan", content=text)
    assert scanned["files"] == ["scan"]
    answer = desk.read(paper, what="/file")
    assert answer.data == content
    assert f".{kept}" in answer.headers["Content-Disposition"]
    assert desk.move(paper, "scan", content=text).status_code == 200
    other = base64.b64encode(content + b"!").decode()
    assert desk.move(paper, "scan", content=other).json["code"] == "scan_there"


@pytest.mark.parametrize("content", ["***", base64.b64encode(b"MZ program").decode()])
def test_a_scan_that_is_no_pdf_or_jpeg_is_refused(desk: Desk, content: str) -> None:
    assert desk.move(desk.issued(), "scan", content=content).status_code == 422


def test_a_scan_may_be_larger_than_other_bodies(desk: Desk) -> None:
    large = base64.b64encode(PDF + b"0" * 2_000_000).decode()
    paper = desk.issued()
    assert desk.move(paper, "scan", content=large).status_code == 200
    assert desk.move(paper, "return", reason="字" * 1_200_000).status_code == 413
