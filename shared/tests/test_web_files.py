"""Answers that are files, and bodies that may be larger than others."""

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from shared.contracts import Events, Subscriptions
from shared.ground import Ground
from shared.service import Service
from shared.settings import Settings
from shared.testing import Office, make_app
from shared.web import openapi
from shared.web.api import Api, Call, File, staff
from shared.web.fields import Body, Text

api = Api("files")


TABLE = b"1,2,3\n" * 50_000
OPEN: list[Any] = []


class NoteIn(Body):
    """A long note."""

    text = Text(longest=10_000, required=True)


@api.file("/v1/report", who=staff("auditor"), files=("application/pdf",))
def report(call: Call) -> File:
    """The report as PDF."""
    return File(b"%PDF-", "application/pdf", "report.pdf")


@api.file("/v1/table", who=staff("auditor"), files=("text/csv",))
def table(call: Call) -> File:
    """A table too long to be held in memory."""
    OPEN.append(tempfile.TemporaryFile())  # noqa: SIM115 - closed once it is sent
    OPEN[-1].write(b"no part of it" + TABLE)
    OPEN[-1].seek(-len(TABLE), os.SEEK_END)
    return File(OPEN[-1], "text/csv", "table.csv")


@api.file("/v1/page", who=staff("auditor"), files=("text/html",))
def page(call: Call) -> File:
    """The report as a page."""
    return File(b"<p>1</p>", "text/html; charset=utf-8", "report.html")


@api.post("/v1/note", who=staff("auditor"), body=NoteIn, largest=5000)
def note(call: Call) -> dict[str, Any]:
    """Take a note."""
    return {"length": len(call.body["text"])}


SERVICE = Service(
    name="files",
    package="intake",
    doc="Files.",
    settings=Settings,
    ground=Ground(sa.MetaData()),
    events=Events("files"),
    subscriptions=Subscriptions("files"),
    api=api,
)


def office(folder: Path, **settings: str) -> Office:
    return Office(make_app(SERVICE, folder, **settings))


def test_a_file_is_sent_as_it_is_and_kept_nowhere(tmp_path: Path) -> None:
    answer = office(tmp_path).get("/v1/report", "auditor")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"%PDF-", "application/pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="report.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_is_shown_and_may_do_nothing(tmp_path: Path) -> None:
    answer = office(tmp_path).get("/v1/page", "auditor")
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_file_is_for_those_who_may_have_it(tmp_path: Path) -> None:
    assert office(tmp_path).get("/v1/report", "handler").status_code == 403


def test_a_route_may_take_larger_bodies_than_others(tmp_path: Path) -> None:
    small = office(tmp_path, MAX_BODY_BYTES="100")
    assert small.post("/v1/note", "auditor", json={"text": "x" * 4000}).json == {"length": 4000}
    assert small.post("/v1/note", "auditor", json={"text": "x" * 6000}).status_code == 413


def test_the_document_names_the_media_types() -> None:
    found = openapi.document(replace(SERVICE))["paths"]["/v1/report"]["get"]["responses"]["200"]
    assert list(found["content"]) == ["application/pdf"]


def test_an_open_file_is_sent_piece_by_piece_and_closed(tmp_path: Path) -> None:
    answer = office(tmp_path).get("/v1/table", "auditor")
    assert answer.data == TABLE
    assert answer.content_length == len(TABLE)
    assert answer.mimetype == "text/csv"
    assert OPEN[-1].closed
