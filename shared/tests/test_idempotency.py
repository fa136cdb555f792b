"""Idempotency-Key: the same request twice is done once and answered the same."""

import datetime as dt
import uuid

import pytest

from shared.worker import housekeeping, run_job

KEY = {"Idempotency-Key": "key-1"}
PUBLIC_KEY = {"Idempotency-Key": str(uuid.UUID(int=7))}


def post(notes, text="一", headers=KEY, path="/v1/notes", sub=None, **more):
    token = notes.office.token("registrar") if sub is None else sub
    return notes.office.post(path, token=token, json={"text": text} | more, headers=headers)


def test_the_same_key_and_body_get_the_same_answer_and_one_note(notes):
    answers = [post(notes) for _ in range(3)]
    assert {answer.text for answer in answers} == {answers[0].text}
    assert {answer.status_code for answer in answers} == {201}
    assert len(notes.rows()) == len(notes.outbox()) == 1


def test_without_a_key_every_post_is_a_new_one(notes):
    assert post(notes, headers={}).json != post(notes, headers={}).json


def test_the_order_of_members_and_white_space_do_not_make_another_body(notes):
    first = post(notes, count=2)
    raw = b' { "count" : 2, "text":"\\u4e00" } '
    again = notes.office.post(
        "/v1/notes", "registrar", data=raw, content_type="application/json", headers=KEY
    )
    assert again.json == first.json


def test_another_body_is_refused_and_not_done(notes):
    post(notes)
    answer = post(notes, text="二")
    assert answer.status_code == 422
    assert answer.json["code"] == "idempotency_key_reused"
    assert answer.json["errors"][0]["field"] == "Idempotency-Key"
    assert len(notes.rows()) == 1


def test_another_client_has_keys_of_its_own(notes):
    office = notes.office
    other = office._issuer("STAFF_TOKEN_KEY").mint(
        audience="minsheng",
        sub="other",
        lasts=dt.timedelta(hours=1),
        roles=["registrar"],
        unit_scope=["*"],
    )
    assert post(notes).json != post(notes, text="二", sub=other).json
    assert len(notes.rows()) == 2


@pytest.mark.parametrize(("text", "status"), [("refuse", 409), ("break", 500), ("", 422)])
def test_a_failed_request_is_not_remembered(notes, text, status):
    assert post(notes, text=text).status_code == status
    assert post(notes).status_code == 201
    assert len(notes.rows()) == 1


def test_twins_at_the_same_moment_are_done_once(notes, together):
    token = notes.office.token("registrar")
    app = notes.office.client.application

    def one():
        answer = app.test_client().post(
            "/v1/notes",
            json={"text": "一"},
            headers=KEY | {"Authorization": f"Bearer {token}"},
        )
        return answer.status_code, answer.text

    answers = together([one] * 8)
    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert len(notes.rows()) == len(notes.outbox()) == 1


def test_the_public_sends_uuids(notes):
    path = "/v1/public/notes"
    first = notes.office.post(path, json={"text": "一"}, headers=PUBLIC_KEY)
    shouted = {"Idempotency-Key": PUBLIC_KEY["Idempotency-Key"].upper()}
    assert notes.office.post(path, json={"text": "一"}, headers=shouted).json == first.json
    refused = notes.office.post(path, json={"text": "一"}, headers=KEY)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "a\tb", "ä"])
def test_a_key_that_may_be_none_is_refused(notes, key):
    answer = post(notes, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert notes.rows() == []


def test_what_was_answered_lies_sealed(make_notes, tmp_path):
    notes = make_notes()
    post(notes, text="不应读到的字")
    notes.app.close()
    table = notes.app.service.ground.answers
    with notes.app.db.read() as session:
        (row,) = session.execute(table.select()).all()
    assert "不应读到的字".encode() not in row.sealed


def test_keys_are_forgotten_after_thirty_days(notes):
    post(notes)
    notes.clock.advance(days=31)
    assert all(run_job(notes.app, job) for job in housekeeping(notes.app)[:2])
    post(notes, text="二")
    assert len(notes.rows()) == 2
