"""Supplements over HTTP: who files, who reads, what is refused."""

import datetime as dt

import pytest

from intake import models
from shared.clock import wire
from shared.testing import hear, mark

SAID = {"channel": "visit", "content": "补充：坏了三盏，我叫王小明。", "email": "wang@x.example"}


@pytest.fixture
def receipt(desk):
    return desk.registered(petitioner={"name": "王小明"})


def file(desk, receipt, *roles, token=None, **changes):
    path = f"/v1/petitions/{receipt['petition_id']}/supplements"
    return desk.post(path, *(roles or ("registrar",)), token=token, json=SAID | changes)


def read(desk, receipt, *roles, **who):
    token = desk.token(*(roles or ("registrar",)), **who)
    return desk.get(f"/v1/petitions/{receipt['petition_id']}", token=token)


def test_a_supplement_is_masked_as_its_petition_and_unmasked_with_it(desk, receipt):
    assert file(desk, receipt).status_code == 201
    (shown,) = read(desk, receipt).json["supplements"]
    assert (shown["content"], shown["email"]) == ("补充：坏了三盏，我叫王**。", "w***@x.example")
    path = f"/v1/petitions/{receipt['petition_id']}/unmask"
    (plain,) = desk.post(path, "registrar", json={"purpose": "核实情况"}).json["supplements"]
    assert (plain["content"], plain["email"]) == (SAID["content"], SAID["email"])


def test_the_address_is_encrypted_where_it_is_kept(desk, receipt):
    file(desk, receipt)
    (row,) = desk.rows(models.supplements)
    assert b"wang" not in row.email


def test_a_channels_client_files_for_its_own_channel_and_reads_nothing(desk, receipt):
    token = desk.token("channel:email", unit=None, scope=())
    assert file(desk, receipt, token=token, channel="email").status_code == 201
    assert file(desk, receipt, token=token).status_code == 403
    assert desk.get(f"/v1/petitions/{receipt['petition_id']}", token=token).status_code == 403


def test_the_same_reference_is_filed_once(desk, receipt):
    ref = {"system": "email", "id": "1"}
    first = file(desk, receipt, external_ref=ref).json
    again = file(desk, receipt, external_ref=ref)
    assert (again.status_code, again.json["code"]) == (409, "already_registered")
    assert again.json["supplement_id"] == first["supplement_id"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"content": ""}, "content"),
        ({"content": "x" * 50_001}, "content"),
        ({"content": "a\x00b"}, "content"),
        ({"email": "nobody"}, "email"),
        ({"channel": "pigeon"}, "channel"),
        ({"received_at": wire(dt.datetime(2027, 1, 1, tzinfo=dt.UTC))}, "received_at"),
    ],
)
def test_what_is_wrong_is_named(desk, receipt, changes, field):
    refused = file(desk, receipt, **changes)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json["errors"]] == [field]


def test_a_petition_that_is_not_theirs_to_know_is_not_supplemented_by_staff(desk, receipt):
    secret = desk.registered(secrecy=True)
    assert file(desk, secret).status_code == 404
    assert file(desk, {"petition_id": "none"}).status_code == 404


def test_words_that_accuse_are_kept_apart_in_supplements_too(app, desk, story, receipt):
    claim = story(receipt["petition_id"], unit="housing")
    split = story("no-petition", secret=True)
    marks = {"withheld_from": [mark("qian")], "named_readers": []}
    apart = {"petition_ids": [], "words_of": [claim.petition_id]}
    hear(app, claim.then("opened"), claim.then("forwarded"), split.then("opened", **apart, **marks))
    file(desk, receipt)
    (shown,) = read(desk, receipt, "dispatcher", account="qian").json["supplements"]
    assert "三盏" not in shown["content"]
    (shown,) = read(desk, receipt, "dispatcher", account="sun").json["supplements"]
    assert "三盏" in shown["content"]
