"""Uploads: one file a request, read onto disk, and never more of it than is allowed."""

import hashlib
import io
from pathlib import Path
from typing import Any

import marshmallow as ma
import pytest
import sqlalchemy as sa
from marshmallow import fields

from shared.contracts import Events, Subscriptions
from shared.ground import Ground
from shared.service import Service
from shared.settings import Settings
from shared.testing import Office, make_app
from shared.web import openapi
from shared.web.api import LINK, Api, Call, Early, File, staff

api = Api("uploads")
MOST = 50_000
CONTENT = b"\xff" * MOST


class Measured(ma.Schema):
    """What was received."""

    name = fields.Str()
    size = fields.Int()
    sha256 = fields.Str()


def _read(early: Early) -> bytes:
    return early.body["file"].file.read()


@api.upload(
    "/v1/files",
    who=staff("registrar"),
    most=lambda _settings: MOST,
    answer=Measured,
    prepare=_read,
)
def take(call: Call) -> dict[str, Any]:
    """Take a file."""
    sent = call.body["file"]
    assert call.prepared == CONTENT[: sent.size]
    return {"name": sent.name, "size": sent.size, "sha256": sent.sha256}


@api.file("/v1/pieces", who=LINK, files=("text/csv",), audited=True)
def pieces(call: Call) -> File:
    """A file that is fetched piece by piece once the transaction is over."""

    def fetched() -> Any:
        assert not call.session.in_transaction()
        yield from (b"1,", b"2\n")

    call.session.execute(sa.text("SELECT 1"))
    return File(fetched(), "text/csv", "表.csv", 4)


SERVICE = Service(
    name="uploads",
    package="intake",
    doc="Uploads.",
    settings=Settings,
    ground=Ground(sa.MetaData()),
    events=Events("uploads"),
    subscriptions=Subscriptions("uploads"),
    api=api,
)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(make_app(SERVICE, tmp_path, MAX_BODY_BYTES="100"))


def send(office: Office, content: bytes = CONTENT, **more: Any) -> Any:
    data = {"file": (io.BytesIO(content), "a.bin")} | more.pop("data", {})
    return office.post("/v1/files", "registrar", data=data, **more)


@pytest.mark.parametrize("size", [0, 1, MOST])
def test_a_file_arrives_whole_whatever_other_bodies_may_have(office: Office, size: int) -> None:
    answer = send(office, CONTENT[:size])
    assert answer.status_code == 201
    digest = hashlib.sha256(CONTENT[:size]).hexdigest()
    assert answer.json == {"name": "a.bin", "size": size, "sha256": digest}


@pytest.mark.parametrize("more", [1, 100_000])
def test_a_file_of_more_bytes_is_refused_with_the_limit(office: Office, more: int) -> None:
    answer = send(office, CONTENT + bytes(more))
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")
    assert answer.json["errors"][0]["field"] == "file"
    assert "0.04768 MB" in answer.json["detail"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"file": "a text"}, "file"),
        ({"other": "x"}, "other"),
        ({"other": (io.BytesIO(b"1"), "b.bin")}, "other"),
        ({"file": [(io.BytesIO(b"1"), "b"), (io.BytesIO(b"2"), "c")]}, "file"),
    ],
)
def test_anything_but_one_file_is_refused_by_name(
    office: Office, data: dict[str, Any], field: str
) -> None:
    answer = office.post("/v1/files", "registrar", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json["errors"]}


def test_a_body_that_is_no_form_is_refused(office: Office) -> None:
    assert office.post("/v1/files", "registrar", json={}).status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x\r\n",
        b"--x\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--x--",
        b"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nabc",
    ],
)
def test_a_form_that_is_cut_off_is_refused(office: Office, body: bytes) -> None:
    kind = "multipart/form-data; boundary=x"
    answer = office.post("/v1/files", "registrar", data=body, content_type=kind)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "file")


def test_who_may_not_send_is_refused_before_the_file_is_read(office: Office) -> None:
    assert office.post("/v1/files", "handler", data=b"").status_code == 403


def test_a_key_belongs_to_one_file(office: Office) -> None:
    headers = {"Idempotency-Key": "k"}
    first = send(office, headers=headers)
    assert send(office, headers=headers).json == first.json
    assert send(office, b"\xff", headers=headers).status_code == 422


def test_a_file_of_pieces_is_sent_after_the_transaction(office: Office) -> None:
    answer = office.get("/v1/pieces")
    assert (answer.data, answer.content_length) == (b"1,2\n", 4)
    name = "attachment; filename=\"_.csv\"; filename*=UTF-8''%E8%A1%A8.csv"
    assert answer.headers["Content-Disposition"] == name


def test_the_document_says_what_is_sent() -> None:
    route = openapi.document(SERVICE)["paths"]["/v1/files"]["post"]
    [(kind, form)] = route["requestBody"]["content"].items()
    assert kind == "multipart/form-data"
    assert form["schema"]["required"] == ["file"]
