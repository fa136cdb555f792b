"""Drafts: kept as they are typed, opened by their secret alone, submitted once."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor

import made_files as made
import pytest
from conftest import Desk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal import DRAFTS, MATTER, NO_LIMIT, Writer, problems

from intake import models
from intake.domain.attachments import LOOSE_AFTER
from intake.domain.drafts import CODE_KEPT, CONTENT_MOST
from intake.jobs import portal as job
from intake.jobs.attachments import sweep_attachments
from intake.schemas.petitions import PublicPetitionIn
from intake.service import SERVICE
from shared.testing import emitted, hear, make_app

on_both = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
PETITIONER = {"name": "王小明", "phone": "13900001111"}


@pytest.fixture
def app(request, tmp_path):
    """Intake with a storage for files, on SQLite or the kind of database that the test names."""
    kind = getattr(request, "param", "sqlite")
    url = None if kind == "sqlite" else request.getfixturevalue("postgres_url")
    folder = (tmp_path / "attachments").as_uri()
    app = make_app(
        SERVICE, tmp_path, database_url=url, ATTACHMENTS_URL=folder, PUBLIC_RATES=NO_LIMIT
    )
    yield app
    app.close()


@pytest.fixture
def writer(desk):
    return Writer(desk)


def stored(tmp_path):
    return [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]


@on_both
def test_a_draft_is_kept_and_read_again_with_its_secret(writer):
    begun = writer.begin(title="路灯")
    assert writer.change(content="坏了").status_code == 200
    found = writer.read().json
    assert found["fields"] == {"title": "路灯", "content": "坏了"}
    assert (found["draft_id"], found["version"]) == (begun["draft_id"], 2)


def test_what_is_wrong_is_told_and_kept(writer):
    typed = {"title": "长" * 10_000, "petitioner": {"phone": "不记得"}, "people": "三"}
    begun = writer.begin(**typed)
    assert writer.read().json["fields"] == typed
    assert problems(begun) == {
        "channel": "必填。",
        "title": "最多200个字，现有10000个字。",
        "content": "必填。",
        "petitioner.phone": "不是电话号码。",
        "people": "应为整数。",
    }


def test_problems_are_said_in_the_writers_language(desk):
    answer = desk.post(DRAFTS, json={}, headers={"Accept-Language": "en"})
    assert problems(answer.json)["title"] == "Required."


@pytest.mark.parametrize(
    "wrong, field, said",
    [
        ({"channel": "letter"}, "channel", "该渠道不对公众直接开放。"),
        ({"channel": "mailbox"}, "mailbox", "请选择信箱。"),
        ({"people": 1, "joint": True}, "people", "联名、集体信访的人数应在2人以上。"),
    ],
)
def test_what_registration_would_refuse_is_told_before(writer, wrong, field, said):
    assert problems(writer.begin(**MATTER | wrong)) == {field: said}


def test_a_draft_without_problems_has_none(writer):
    assert writer.begin(**MATTER)["problems"] == []


def test_null_takes_a_field_off(writer):
    writer.begin(**MATTER)
    assert "content" not in writer.change(content=None).json["fields"]


def test_a_field_that_no_petition_has_is_refused_by_name(desk):
    answer = desk.post(DRAFTS, json={"titel": "路灯"})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "titel")


@pytest.mark.parametrize("raw", ['{"title": "\\ud800"}', '{"people": 1e999}'])
def test_what_cannot_be_kept_as_text_is_refused_by_name(desk, raw):
    answer = desk.post(DRAFTS, data=raw, content_type="application/json")
    assert answer.status_code == 422
    assert "无法保存" in answer.json["errors"][0]["reason"]


@pytest.mark.parametrize("typed", ["a\x00b", "\u202eright to left", "𠮷野家🏮", "", "2026-02-30"])
def test_odd_characters_are_kept_as_typed(writer, typed):
    writer.begin(title=typed)
    assert writer.read().json["fields"] == {"title": typed}


def test_a_draft_that_grows_too_large_is_refused_and_stays_as_it_was(writer):
    writer.begin(title="路灯")
    half = "长" * (CONTENT_MOST // 6)
    assert writer.change(content=half).status_code == 200
    answer = writer.change(claim=half, course="长")
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")
    assert set(writer.read().json["fields"]) == {"title", "content"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from([*PublicPetitionIn().fields, "no_such", "", "\x00", "__class__"])


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(typed=st.dictionaries(NAMES, JSON, max_size=5))
def test_whatever_is_typed_is_kept_as_it_is_or_refused_by_name(desk, typed):
    answer = desk.post(DRAFTS, json=typed)
    assert answer.status_code in (201, 400, 422), answer.text
    if answer.status_code != 201:
        assert answer.json["errors"]
        return
    kept = Writer(desk, answer.json["draft_id"], answer.json["token"]).read().json["fields"]
    assert kept == {name: value for name, value in typed.items() if value is not None}


@on_both
def test_two_devices_do_not_overwrite_each_other(writer):
    writer.begin(title="路灯")
    other = writer.other_device()
    assert writer.change(title="路灯不亮").status_code == 200
    late = other.change(title="井盖")
    assert (late.status_code, late.json["code"], late.json["version"]) == (412, "stale", 2)
    assert writer.read().json["fields"] == {"title": "路灯不亮"}


@pytest.mark.servers
@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_of_changes_at_the_same_moment_one_is_kept(writer):
    writer.begin(title="路灯")
    devices = [writer.other_device() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: one.change(title=str(id(one))).status_code, devices))
    assert sorted(answers) == [200, 412, 412, 412]


def test_a_change_says_of_which_version_it_is(writer):
    writer.begin(title="路灯")
    answer = writer.desk.patch(writer.path, token=writer.token, json={"title": "井盖"})
    assert answer.status_code == 428


def test_no_word_of_a_draft_is_readable_in_the_database(writer):
    writer.begin(**MATTER, petitioner=PETITIONER)
    (row,) = writer.desk.rows(models.drafts)
    kept = b"".join(value for value in row if isinstance(value, bytes))
    for word in ("路灯", "王小明", "13900001111", writer.token):
        assert word.encode() not in kept


class TestSecrets:
    """Whose secret opens what."""

    def test_a_draft_needs_its_secret(self, writer):
        writer.begin(**MATTER)
        for answer in (
            writer.desk.get(writer.path),
            writer.desk.patch(writer.path, json={}, headers={"If-Match": '"1"'}),
            writer.desk.delete(writer.path),
            writer.desk.post(f"{writer.path}/submit", headers={"If-Match": '"1"'}),
        ):
            assert answer.status_code == 401

    @pytest.mark.parametrize("forge", [str.swapcase, lambda one: one[:-1], lambda one: one + "A"])
    def test_a_forged_secret_finds_nothing(self, writer, forge):
        writer.begin(**MATTER)
        secret = "draft-" + forge(writer.token.removeprefix("draft-"))
        assert writer.read(secret).status_code == 404

    def test_another_drafts_secret_finds_nothing(self, writer):
        writer.begin(**MATTER)
        stranger = Writer(writer.desk)
        stranger.begin(**MATTER)
        for answer in (
            writer.read(stranger.token),
            writer.submit(token=stranger.token),
            writer.add(made.picture(), token=stranger.token),
            writer.desk.delete(writer.path, token=stranger.token),
        ):
            assert answer.status_code == 404
        assert writer.read().status_code == 200

    @pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer " + "x" * 300, "Bearer 短"])
    def test_what_can_be_no_secret_is_refused(self, writer, header):
        writer.begin(**MATTER)
        sent = {"Authorization": header.encode().decode("latin-1")}
        assert writer.desk.get(writer.path, headers=sent).status_code == 401

    def test_tokens_of_staff_and_of_petitions_open_no_draft(self, writer):
        writer.begin(**MATTER)
        for token in (writer.desk.token("admin"), writer.desk.citizen_token(writer.draft_id)):
            assert writer.read(token).status_code == 401

    def test_a_drafts_secret_opens_nothing_else(self, writer):
        writer.begin(**MATTER)
        receipt = writer.submit().json
        for path in (
            f"/v1/public/petitions/{receipt['petition_no']}",
            "/v1/public/account/petitions",
            "/v1/public/account/drafts",
            f"/v1/petitions/{receipt['petition_id']}",
        ):
            assert writer.desk.get(path, token=writer.token).status_code == 401

    def test_a_stored_answer_is_given_to_who_shows_the_same_secret_alone(self, writer):
        writer.begin(**MATTER)
        sent = {"If-Match": '"1"', "Idempotency-Key": str(uuid.uuid4())}
        path = f"{writer.path}/submit"
        first = writer.desk.post(path, token=writer.token, headers=sent)
        stranger = Writer(writer.desk)
        stranger.begin(**MATTER)
        assert first.status_code == 201
        assert writer.desk.post(path, token=stranger.token, headers=sent).status_code == 404

    def test_a_draft_is_gone_after_its_days(self, writer):
        writer.begin(**MATTER)
        writer.desk.app.clock.advance(days=29)
        writer.change(title="井盖")
        writer.desk.app.clock.advance(days=29)
        assert writer.read().status_code == 200
        writer.desk.app.clock.advance(days=1)
        assert writer.read().status_code == 404
        job.forget(writer.desk.app)
        assert writer.desk.rows(models.drafts) == []


class TestFiles:
    """Photos and papers of a draft."""

    def test_a_photo_is_examined_drawn_anew_and_listed(self, writer):
        writer.begin(**MATTER)
        answer = writer.add(made.picture())
        assert answer.status_code == 201, answer.text
        assert writer.read().json["files"] == [answer.json]

    def test_what_is_no_photo_is_refused(self, writer, tmp_path):
        writer.begin(**MATTER)
        answer = writer.add(b"MZ\x90\x00" + bytes(500))
        assert answer.json["errors"][0]["field"] == "file"
        assert stored(tmp_path) == []

    def test_the_same_photo_again_is_the_same_file(self, writer, tmp_path):
        writer.begin(**MATTER)
        photo = made.picture()
        assert writer.add(photo).json == writer.add(photo).json
        assert len(stored(tmp_path)) == 1

    def test_a_file_is_taken_off(self, writer):
        writer.begin(**MATTER)
        file = writer.add(made.picture()).json["attachment_id"]
        path = f"{writer.path}/files/{file}"
        assert writer.desk.delete(path, token=writer.token).status_code == 200
        assert writer.desk.delete(path, token=writer.token).status_code == 404
        assert writer.read().json["files"] == []

    def test_a_photo_can_be_seen_again_by_its_writer_alone(self, writer):
        writer.begin(**MATTER)
        kept = writer.add(made.picture()).json
        path = f"{writer.path}/files/{kept['attachment_id']}"
        shown = writer.desk.get(path, token=writer.token)
        assert (shown.status_code, shown.mimetype) == (200, kept["media_type"])
        assert len(shown.data) == kept["size"]
        assert writer.desk.get(path).status_code == 401
        stranger = Writer(writer.desk)
        stranger.begin(**MATTER)
        assert writer.desk.get(path, token=stranger.token).status_code == 404
        through_theirs = f"{stranger.path}/files/{kept['attachment_id']}"
        assert writer.desk.get(through_theirs, token=stranger.token).status_code == 404

    def test_a_photo_is_not_shown_once_it_was_taken_off_or_submitted(self, writer):
        writer.begin(**MATTER)
        off, sent = (writer.add(made.picture(size=(n, n))).json for n in (20, 30))
        paths = [f"{writer.path}/files/{one['attachment_id']}" for one in (off, sent)]
        writer.desk.delete(paths[0], token=writer.token)
        assert writer.desk.get(paths[0], token=writer.token).status_code == 404
        assert writer.submit().status_code == 201
        assert writer.desk.get(paths[1], token=writer.token).status_code == 404

    def test_too_many_files_are_refused(self, tmp_path):
        folder = (tmp_path / "attachments").as_uri()
        app = make_app(SERVICE, tmp_path, ATTACHMENTS_URL=folder, ATTACHMENTS_MOST="1")
        writer = Writer(Desk(app))
        writer.begin(**MATTER)
        assert writer.add(made.picture()).status_code == 201
        answer = writer.add(made.picture(size=(9, 9)))
        assert (answer.status_code, answer.json["code"]) == (409, "too_many_attachments")
        app.close()

    def test_too_large_files_together_are_refused(self, tmp_path):
        folder = (tmp_path / "attachments").as_uri()
        app = make_app(SERVICE, tmp_path, ATTACHMENTS_URL=folder, DRAFT_BYTES="1000")
        writer = Writer(Desk(app))
        writer.begin(**MATTER)
        answer = writer.add(made.picture(size=(300, 300)))
        assert (answer.status_code, answer.json["code"]) == (409, "too_many_attachments")
        assert stored(tmp_path) == []
        app.close()

    def test_the_sweep_spares_a_drafts_files(self, writer, tmp_path):
        writer.begin(**MATTER)
        writer.add(made.picture())
        for _ in range(3):
            writer.desk.app.clock.advance(seconds=LOOSE_AFTER.total_seconds() + 60)
            sweep_attachments(writer.desk.app)
        assert len(stored(tmp_path)) == 1

    def test_files_of_a_draft_that_is_dropped_are_swept(self, writer, tmp_path):
        writer.begin(**MATTER)
        writer.add(made.picture())
        assert writer.desk.delete(writer.path, token=writer.token).status_code == 200
        assert writer.read().status_code == 404
        app = writer.desk.app
        for _ in range(2):
            app.clock.advance(seconds=dt.timedelta(days=400).total_seconds())
            sweep_attachments(app)
        assert stored(tmp_path) == []


class TestSubmitting:
    """A draft becomes a petition."""

    @on_both
    def test_a_draft_becomes_a_petition_with_its_photos(self, writer):
        writer.begin(**MATTER, petitioner=PETITIONER)
        photo = writer.add(made.picture()).json
        receipt = writer.submit().json
        desk, path = writer.desk, f"/v1/petitions/{receipt['petition_id']}"
        seen = desk.get(path, "dispatcher").json
        assert (seen["title"], seen["channel"]) == (MATTER["title"], "web")
        (file,) = desk.get(f"{path}/attachments", "dispatcher").json["items"]
        assert file["attachment_id"] == photo["attachment_id"]
        link = desk.post(f"{path}/attachments/{file['attachment_id']}/link", "dispatcher", json={})
        assert desk.get(link.json["url"]).data.startswith(b"\xff\xd8")
        assert desk.rows(models.draft_files) == []

    @on_both
    def test_the_same_submit_again_gives_the_same_receipt(self, writer):
        writer.begin(**MATTER)
        assert writer.submit().json == writer.submit().json
        assert len(writer.desk.rows(models.petitions)) == 1
        assert len(emitted(writer.desk.app, "petition.registered.v1")) == 1

    @pytest.mark.servers
    @pytest.mark.parametrize("app", ["postgresql"], indirect=True)
    def test_submitted_at_the_same_moment_it_is_one_petition(self, writer):
        writer.begin(**MATTER)
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: writer.submit().json, range(4)))
        assert all(answer == answers[0] for answer in answers)
        assert len(writer.desk.rows(models.petitions)) == 1

    def test_the_receipt_opens_the_petition(self, writer):
        writer.begin(**MATTER)
        writer.submit()
        receipt = writer.submit().json
        path = f"/v1/public/petitions/{receipt['petition_no']}"
        code = {"query_code": receipt["query_code"]}
        token = writer.desk.post(f"{path}/session", json=code).json["token"]
        assert writer.desk.get(path, token=token).json["state"] == "registered"

    def test_after_a_day_the_code_is_kept_no_longer(self, writer):
        writer.begin(**MATTER)
        receipt = writer.submit().json
        writer.desk.app.clock.advance(seconds=CODE_KEPT.total_seconds())
        answer = writer.submit()
        assert (answer.status_code, answer.json["code"]) == (409, "already_registered")
        assert answer.json["petition_no"] == receipt["petition_no"]
        job.forget(writer.desk.app)
        assert writer.desk.rows(models.drafts)[0].query_code is None

    def test_what_is_wrong_is_refused_and_the_draft_stays(self, writer):
        writer.begin(title="路灯")
        answer = writer.submit()
        assert {one["field"] for one in answer.json["errors"]} == {"channel", "content"}
        assert writer.read().json["petition_no"] is None
        assert writer.desk.rows(models.petitions) == []

    def test_what_another_device_changed_is_not_submitted_unseen(self, writer):
        writer.begin(**MATTER)
        other = writer.other_device()
        writer.change(title="别的")
        assert other.submit().status_code == 412
        assert writer.desk.rows(models.petitions) == []

    def test_a_petition_is_changed_by_its_draft_no_more(self, writer):
        writer.begin(**MATTER)
        number = writer.submit().json["petition_no"]
        found = writer.read().json
        assert (found["fields"], found["petition_no"]) == ({}, number)
        assert writer.change(title="井盖").json["code"] == "already_registered"
        assert writer.add(made.picture()).json["code"] == "already_registered"

    def test_a_letter_to_a_mailbox_is_submitted_too(self, writer):
        mailbox = {"name": "区长信箱", "unit": "office"}
        writer.desk.put("/v1/mailboxes/head", "admin", json=mailbox)
        writer.begin(**MATTER | {"channel": "mailbox", "mailbox": "head"})
        petition_id = writer.submit().json["petition_id"]
        seen = writer.desk.get(f"/v1/petitions/{petition_id}", "dispatcher").json
        assert (seen["mailbox"], seen["addressee"]) == ("head", "office")

    def test_the_receipt_says_how_its_petitioner_chose_to_be_served(self, writer):
        chosen = {"medium": "sms", "consent_to_electronic_service": True}
        writer.begin(**MATTER, petitioner=PETITIONER, notify=chosen)
        first, again = writer.submit().json, writer.submit().json
        assert first == again
        assert first["choice"] | chosen == first["choice"]
        path = f"/v1/public/petitions/{first['petition_no']}"
        citizen = writer.desk.citizen_token(first["petition_id"])
        assert writer.desk.get(path, token=citizen).json["choice"] == first["choice"]
        changed = {"medium": "letter", "consent_to_electronic_service": False}
        writer.desk.put(f"{path}/notify", token=citizen, json=changed)
        assert writer.submit().json["choice"] | changed == writer.submit().json["choice"]

    def test_dropping_a_submitted_draft_leaves_the_petition(self, writer):
        writer.begin(**MATTER)
        writer.submit()
        assert writer.desk.delete(writer.path, token=writer.token).status_code == 200
        assert len(writer.desk.rows(models.petitions)) == 1

    def test_erasing_the_petition_forgets_its_code(self, writer, story):
        writer.begin(**MATTER)
        petition_id = writer.submit().json["petition_id"]
        desk, case = writer.desk, story(petition_id)
        hear(desk.app, *case.whole())
        path = f"/v1/petitions/{petition_id}/erase"
        assert desk.post(path, "leader", json={"reason": "信访人申请删除"}).status_code == 200
        assert writer.desk.rows(models.drafts) == []
