"""Attachments: who may attach and open them, once each, by links that expire."""

import base64
import os
import threading

import made_files as made
import pytest

from intake import models, use_cases
from intake.domain.attachments import LOOSE_AFTER
from intake.service import SERVICE
from shared.testing import hear, make_app

on_both_databases = pytest.mark.parametrize(
    "clerk", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


@on_both_databases
def test_what_was_attached_is_listed_and_opened_by_a_link(clerk):
    sent = made.pdf()
    attached = clerk.attached(sent, "合同.pdf")
    assert attached == {
        "attachment_id": attached["attachment_id"],
        "name": "合同.pdf",
        "media_type": "application/pdf",
        "size": len(sent),
    }
    listed = clerk.desk.get(clerk.path, "auditor").json
    assert listed["petition_id"] == clerk.petition["petition_id"]
    assert listed["items"] == [attached | {"added_at": "2026-03-02T01:30:00+00:00"}]
    link = clerk.link(attached["attachment_id"]).json
    assert link["expires_in"] == 300
    file = clerk.desk.get(link["url"])
    assert file.data == sent
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Length"] == str(len(sent))
    assert file.headers["Content-Disposition"] == (
        "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf"
    )
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Cache-Control"] == "no-store"


def test_neither_storage_nor_database_tells_what_is_in_a_file_or_how_it_is_called(clerk):
    clerk.attached(made.pdf(), "欧阳晓峰的合同.pdf")
    [path] = clerk.stored()
    assert b"%PDF" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    [row] = clerk.desk.rows(models.attachments)
    assert not [value for value in row if "晓峰".encode() in str(value).encode()]


@on_both_databases
def test_the_same_content_again_is_the_same_attachment(clerk):
    first = clerk.attached(made.picture(), "一.jpg")
    assert clerk.attached(made.picture(), "二.jpg") == first
    assert clerk.attached(made.picture("PNG")) != first
    assert len(clerk.stored()) == 2


@on_both_databases
def test_the_same_file_sent_twice_at_once_is_attached_once(clerk):
    together, answers = threading.Barrier(2), []

    def send() -> None:
        together.wait()
        answers.append(clerk.attach(made.picture()))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert len(clerk.desk.rows(models.attachments)) == 1


def test_the_same_content_at_another_petition_is_another_attachment(clerk):
    first = clerk.attached(made.picture())
    other = clerk.desk.registered()["petition_id"]
    answer = clerk.attach(made.picture(), path=f"/v1/petitions/{other}/attachments")
    assert answer.json["attachment_id"] != first["attachment_id"]


def test_an_idempotency_key_belongs_to_one_file(clerk):
    headers = {"Idempotency-Key": "k"}
    first = clerk.attach(made.picture(), headers=headers)
    assert clerk.attach(made.picture(), headers=headers).json == first.json
    other = clerk.attach(made.scan(), headers=headers)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")


@on_both_databases
def test_a_petition_has_no_more_attachments_than_it_may_have(clerk):
    kept = [clerk.attached(made.amr(frames)) for frames in range(1, 21)]
    refused = clerk.attach(made.amr(21))
    assert (refused.status_code, refused.json["code"]) == (409, "too_many_attachments")
    assert refused.json["errors"][0]["field"] == "file"
    assert clerk.attached(made.amr(1)) == kept[0]
    assert len(clerk.stored()) == 20


def test_a_file_may_have_so_many_bytes_and_not_one_more(clerk_with):
    clerk = clerk_with(ATTACHMENT_BYTES=str(len(made.amr(50))))
    assert clerk.attach(made.amr(50)).status_code == 201
    refused = clerk.attach(made.amr(50) + b"\x3c" + bytes(31))
    assert (refused.status_code, refused.json["code"]) == (413, "too_large")
    assert refused.json["errors"][0]["field"] == "file"


def test_without_a_storage_no_attachment_is_taken(clerk_with):
    clerk = clerk_with(ATTACHMENTS_URL="")
    answer = clerk.attach(made.picture())
    assert (answer.status_code, answer.json["code"]) == (503, "attachments_off")
    assert clerk.desk.rows(models.attachments) == []


def test_a_channel_attaches_to_its_own_petitions_alone(clerk):
    own = clerk.desk.registered(channel="hotline")["petition_id"]
    path = f"/v1/petitions/{own}/attachments"
    assert clerk.attach(made.wav(), "录音.wav", "channel:hotline", path=path).status_code == 201
    assert clerk.attach(made.wav(), "录音.wav", "channel:letter", path=path).status_code == 404
    inside = clerk.desk.token("channel:letter", scope=("*",))
    assert clerk.attach(made.wav(), path=path, token=inside).status_code == 404
    assert len(clerk.stored()) == 1


def test_a_citizen_attaches_to_the_petition_of_their_token(clerk):
    path = f"/v1/public/petitions/{clerk.petition['petition_no']}/attachments"
    own = clerk.desk.citizen_token(clerk.petition["petition_id"])
    assert clerk.attach(made.photo(), path=path, token=own).status_code == 201
    strange = clerk.desk.citizen_token(clerk.desk.registered()["petition_id"])
    assert clerk.attach(made.photo(), path=path, token=strange).status_code == 404
    assert len(clerk.stored()) == 1
    assert clerk.attach(made.photo(), path=path, token=clerk.desk.token("registrar")
                        ).status_code == 401  # fmt: skip


@pytest.mark.parametrize("role", ["dispatcher", "handler", "auditor", "importer", "admin"])
def test_others_attach_nothing(clerk, role):
    assert clerk.attach(made.picture(), "照片.jpg", role).status_code == 403


def test_an_auditor_sees_what_there_is_and_opens_nothing(clerk):
    attached = clerk.attached(made.picture())
    assert clerk.desk.get(clerk.path, "auditor").status_code == 200
    assert clerk.link(attached["attachment_id"], "auditor").status_code == 403


def test_names_are_masked_where_they_are_listed(clerk):
    person = {"name": "欧阳晓峰", "phone": "13907312345"}
    petition_id = clerk.desk.registered(petitioner=person)["petition_id"]
    path = f"/v1/petitions/{petition_id}/attachments"
    clerk.attach(made.picture(), "欧阳晓峰13907312345.jpg", path=path)
    [item] = clerk.desk.get(path, "dispatcher").json["items"]
    assert item["name"] == "欧***" + "*" * 11 + ".jpg"


@on_both_databases
def test_every_link_and_every_download_is_written_down(clerk):
    attachment_id = clerk.attached(made.picture())["attachment_id"]
    clock = clerk.desk.app.clock
    clock.advance(seconds=1)
    clerk.desk.get(clerk.path, "auditor")
    clock.advance(seconds=1)
    url = clerk.link(attachment_id, json={"purpose": "核实现场"}).json["url"]
    clock.advance(seconds=1)
    clerk.desk.get(url)
    clock.advance(seconds=1)
    stranger = clerk.desk.unit_token("handler", unit="housing")
    assert clerk.link(attachment_id, token=stranger).status_code == 404
    written = [
        (one.who, one.purpose, one.attachment_id, one.unmasked, one.refused)
        for one in clerk.desk.looks()
    ]
    assert written == [
        ("registrar", None, None, False, False),
        ("auditor", None, None, False, False),
        ("dispatcher", "核实现场", attachment_id, True, False),
        ("dispatcher", "下载附件", attachment_id, True, False),
        ("handler", "查看附件", attachment_id, False, True),
    ]


def test_a_link_expires(clerk):
    url = clerk.link(clerk.attached(made.picture())["attachment_id"]).json["url"]
    clerk.desk.app.clock.advance(seconds=299)
    assert clerk.desk.get(url).status_code == 200
    clerk.desk.app.clock.advance(seconds=1)
    assert clerk.desk.get(url).status_code == 404


def test_a_link_says_nothing_to_who_reads_it_and_cannot_be_changed(clerk):
    attachment_id = clerk.attached(made.picture())["attachment_id"]
    link = clerk.link(attachment_id).json["url"].rpartition("/")[2]
    plain = base64.urlsafe_b64decode(link + "=" * (-len(link) % 4))
    assert not [word for word in (b"dispatcher", attachment_id.encode()) if word in plain]
    for at in range(0, len(link), 7):
        forged = link[:at] + ("A" if link[at] != "A" else "B") + link[at + 1 :]
        assert clerk.desk.get(f"/v1/attachments/{forged}").status_code == 404
    for nonsense in (attachment_id, "x", link[:-4], link + "AAAA", "%00", "令牌"):
        assert clerk.desk.get(f"/v1/attachments/{nonsense}").status_code == 404


def test_what_is_encrypted_for_another_place_is_no_link(clerk):
    clerk.attached(made.picture())
    [row] = clerk.desk.rows(models.attachments)
    other = base64.urlsafe_b64encode(row.name).decode().rstrip("=")
    assert clerk.desk.get(f"/v1/attachments/{other}").status_code == 404


def test_a_link_is_given_under_the_attachments_own_petition_alone(clerk):
    attachment_id = clerk.attached(made.picture())["attachment_id"]
    other = clerk.desk.registered()["petition_id"]
    path = f"/v1/petitions/{other}/attachments/{attachment_id}/link"
    assert clerk.desk.post(path, "dispatcher").status_code == 404


def test_the_secret_lane_hides_its_attachments(clerk):
    secret = clerk.desk.registered(purpose="accusation")["petition_id"]
    path = f"/v1/petitions/{secret}/attachments"
    assert clerk.attach(made.picture(), path=path).status_code == 404
    assert clerk.desk.get(path, "auditor").status_code == 404
    assert clerk.desk.get(path, "leader").status_code == 200
    assert clerk.stored() == []


def test_a_link_ends_when_its_holder_may_no_longer_see_the_petition(clerk, story):
    attachment_id = clerk.attached(made.picture())["attachment_id"]
    case = story(clerk.petition["petition_id"])
    hear(clerk.desk.app, case.then("opened"), case.then("forwarded"))
    handler = clerk.desk.unit_token("handler")
    url = clerk.link(attachment_id, token=handler).json["url"]
    assert clerk.desk.get(url).status_code == 200
    hear(clerk.desk.app, case.then("forwarded", lead_unit="housing"))
    assert clerk.desk.get(url).status_code == 404
    assert clerk.desk.looks()[-1].refused


def test_who_may_not_read_the_words_sees_no_attachment(clerk, story):
    attached = clerk.attached(made.picture())
    rest = story(clerk.petition["petition_id"])
    split = story(clerk.petition["petition_id"], unit="discipline", secret=True)
    split.petition_id, words = "none", [clerk.petition["petition_id"]]
    hear(
        clerk.desk.app,
        rest.then("opened"),
        rest.then("forwarded"),
        split.then("opened", petition_ids=[], words_of=words),
    )
    handler = clerk.desk.unit_token("handler")
    petition = f"/v1/petitions/{clerk.petition['petition_id']}"
    assert clerk.desk.get(petition, token=handler).status_code == 200
    assert clerk.desk.get(clerk.path, token=handler).status_code == 404
    assert clerk.link(attached["attachment_id"], token=handler).status_code == 404


def test_a_file_that_the_storage_has_lost_or_changed_is_not_given_out(clerk):
    url = clerk.link(clerk.attached(made.picture())["attachment_id"]).json["url"]
    [path] = clerk.stored()
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    assert clerk.desk.get(url).status_code == 503
    path.unlink()
    assert clerk.desk.get(url).status_code == 503


def sweep(clerk):
    app = clerk.desk.app
    return use_cases.sweep(app.db, clock=app.clock, resources=app.resources)


def age(clerk, path):
    """Let a stored file look as if it had been written at the clock's time."""
    moment = clerk.desk.app.clock.now().timestamp()
    os.utime(path, (moment, moment))


def test_bytes_without_an_attachment_are_removed_after_they_were_seen_for_a_day(clerk):
    clerk.attached(made.picture())
    [kept] = clerk.stored()
    loose = clerk.folder / "ab" / ("ab" * 16)
    draft = clerk.folder / "cd" / ("cd" * 16 + ".new")
    for path in (loose, draft):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"left by a crash")
    for path in (kept, loose, draft):
        age(clerk, path)
    clock = clerk.desk.app.clock
    assert sweep(clerk) == 0
    clock.advance(seconds=LOOSE_AFTER.total_seconds())
    assert sweep(clerk) == 0
    assert len(clerk.desk.rows(models.loose_objects)) == 2
    clock.advance(seconds=LOOSE_AFTER.total_seconds())
    assert sweep(clerk) == 2
    assert clerk.stored() == [kept]
    assert clerk.desk.rows(models.loose_objects) == []


def test_bytes_whose_attachment_comes_back_with_a_restored_database_stay(clerk):
    attached = clerk.attached(made.picture())
    [kept] = clerk.stored()
    age(clerk, kept)
    [row] = clerk.desk.rows(models.attachments)
    clock = clerk.desk.app.clock
    with clerk.desk.app.db.write() as session:
        session.execute(models.attachments.delete())
    clock.advance(seconds=LOOSE_AFTER.total_seconds())
    assert sweep(clerk) == 0
    with clerk.desk.app.db.write() as session:
        session.execute(models.attachments.insert(), dict(row._mapping))
    clock.advance(seconds=LOOSE_AFTER.total_seconds())
    assert sweep(clerk) == 0
    assert clerk.desk.rows(models.loose_objects) == []
    assert clerk.desk.get(clerk.link(attached["attachment_id"]).json["url"]).status_code == 200


@pytest.mark.parametrize(
    "setting",
    [
        {"ATTACHMENTS_URL": "/var/attachments"},
        {"ATTACHMENTS_URL": "file://attachments"},
        {"ATTACHMENTS_URL": "s3://"},
        {"ATTACHMENTS_URL": "s3://bucket?endpiont=http://x"},
        {"ATTACHMENT_KINDS": "jpg,exe"},
        {"CLAMD_URL": "localhost:3310"},
    ],
    ids=lambda one: "=".join(*one.items()),
)
def test_a_setting_that_cannot_be_meant_keeps_the_process_from_starting(tmp_path, setting):
    app = make_app(SERVICE, tmp_path, **setting)
    with pytest.raises(ValueError, match=next(iter(setting))):
        _ = app.resources
    app.close()


def test_where_the_storage_cannot_be_written_nothing_is_attached(clerk):
    clerk.folder.write_bytes(b"no folder")
    answer = clerk.attach(made.picture())
    assert (answer.status_code, answer.json["code"]) == (503, "storage_away")
    assert answer.headers["Retry-After"]
    assert clerk.desk.rows(models.attachments) == []
