"""Pictures and voice notes of followers: fetched afterwards, attached, and none lost on the way."""

import datetime as dt

import pytest
from conftest import CaseStory, Desk
from made_files import amr, picture
from wechat_desk import Follower, accounts, interface_in

from intake import models, use_cases
from intake.jobs.wechat import fetch_media
from intake.service import SERVICE
from shared.testing import hear, make_app


@pytest.fixture
def wechat(tmp_path):
    """WeChat's interface, where a follower's picture and voice note are."""
    with interface_in(tmp_path / "wechat") as interface:
        interface.keeps("pic-1", picture("JPEG"))
        interface.keeps("note-1-amr", amr())
        yield interface


@pytest.fixture
def make(tmp_path, wechat):
    apps = []

    def made(url=None, **more):
        settings = {
            "WECHAT_ACCOUNTS": accounts(api=wechat.url),
            "WECHAT_TIMEOUT_SECONDS": "2",
            "ATTACHMENTS_URL": f"file://{tmp_path / 'attachments'}",
        }
        apps.append(make_app(SERVICE, tmp_path, database_url=url, **settings | more))
        return apps[-1]

    yield made
    for app in apps:
        app.close()


@pytest.fixture
def app(request, make):
    on_postgres = getattr(request, "param", "sqlite") == "postgresql"
    return make(request.getfixturevalue("postgres_url") if on_postgres else None)


@pytest.fixture
def follower(app):
    return Follower(Desk(app))


on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


def registered_with(follower, *media, name="欧阳晓峰"):
    """The petition of somebody who sent these media; its id."""
    follower.says("我要反映", "1", "路灯不亮", "完成", "松林路9号")
    for kind, media_id in media:
        follower.sends(kind, MediaId=media_id, Format="amr", PicUrl="http://mmbiz.example/1")
    follower.says("完成", name)
    if name != "匿名":
        follower.says("跳过")
    assert "编号" in follower.says("确认")
    return follower.desk.rows(models.petitions)[-1].petition_id


PICTURE, NOTE = ("image", "pic-1"), ("voice", "note-1-amr")


def attached(follower, petition_id):
    path = f"/v1/petitions/{petition_id}/attachments"
    return follower.desk.get(path, "registrar").json["items"]


@on_both_databases
@pytest.mark.parametrize("name", ["欧阳晓峰", "匿名"])
def test_they_become_attachments_of_the_petition(follower, app, name):
    petition_id = registered_with(follower, PICTURE, NOTE, name=name)
    assert "2个照片、语音将随后收存" in follower.answers[-1]
    fetch_media(app)
    found = {(one["name"], one["media_type"]) for one in attached(follower, petition_id)}
    assert found == {("照片1.jpg", "image/jpeg"), ("语音2.amr", "audio/amr")}
    assert follower.desk.rows(models.wechat_media) == []


def test_they_may_come_with_the_words(follower, app):
    follower.says("我要反映", "1", "路灯不亮")
    follower.sends("image", MediaId="pic-1")
    follower.says("完成", "跳过", "完成", "匿名", "确认")
    fetch_media(app)
    assert len(follower.desk.rows(models.attachments)) == 1


def test_no_more_are_taken_than_a_petition_may_have(make):
    follower = Follower(Desk(make(ATTACHMENTS_MOST="2")))
    follower.says("我要反映", "1")
    for number in range(2):
        follower.sends("image", MediaId=f"pic-{number}")
    assert "最多2个" in follower.sends("image", MediaId="pic-9")


def test_elsewhere_in_the_form_a_picture_is_declined(follower):
    follower.says("我要反映")
    assert "用文字" in follower.sends("image", MediaId="pic-1")
    follower.says("取消")
    assert "您好" in follower.sends("image", MediaId="pic-1")


@pytest.mark.parametrize(
    "mode", [{"status": 503}, {"garbage": True}, {"token": -1}, {"media": -1}, {"media": 45009}]
)
@on_both_databases
def test_while_wechat_is_away_they_wait(follower, app, wechat, mode):
    petition_id = registered_with(follower, PICTURE)
    wechat.behave(**mode)
    fetch_media(app)
    assert len(follower.desk.rows(models.wechat_media)) == 1
    wechat.behave()
    fetch_media(app)
    assert attached(follower, petition_id) == []
    app.clock.advance(minutes=2)
    fetch_media(app)
    assert len(attached(follower, petition_id)) == 1


def test_an_interface_that_is_not_reached_loses_nothing(make, tmp_path):
    app = make(WECHAT_ACCOUNTS=accounts(api="http://127.0.0.1:9"))
    follower = Follower(Desk(app))
    registered_with(follower, PICTURE)
    for _ in range(3):
        fetch_media(app)
        app.clock.advance(hours=1)
    (row,) = follower.desk.rows(models.wechat_media)
    assert row.attempts == 0


def test_a_process_that_dies_before_attaching_leaves_it_to_the_next(follower, app, wechat):
    petition_id = registered_with(follower, PICTURE)
    with app.db.write() as session:
        lease = dt.timedelta(minutes=5)
        use_cases.claim_media(
            session, most=4, lease=lease, clock=app.clock, resources=app.resources
        )
    fetch_media(app)
    assert attached(follower, petition_id) == []
    app.clock.advance(minutes=6)
    fetch_media(app)
    assert len(attached(follower, petition_id)) == 1


def test_what_wechat_keeps_no_more_is_put_where_somebody_sees_it(follower, app):
    petition_id = registered_with(follower, ("image", "never-there"))
    fetch_media(app)
    (entry,) = follower.desk.get("/v1/unread", "registrar").json["items"]
    assert (entry["reason"], entry["petition_id"]) == ("gone", petition_id)
    assert entry["details"][0]["about"] == "照片1"
    assert follower.desk.rows(models.wechat_media) == []


def test_what_could_not_be_fetched_for_three_days_is_given_up_and_seen(follower, app, wechat):
    registered_with(follower, PICTURE)
    wechat.behave(status=503)
    app.clock.advance(hours=73)
    fetch_media(app)
    (entry,) = follower.desk.get("/v1/unread", "registrar").json["items"]
    assert (entry["reason"], entry["channel"]) == ("gone", "wechat")


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 an archive", b"no picture", b"#!AMR\ncut off", b"\xff\xd8\xff\xe0"]
)
def test_a_file_that_is_not_taken_is_kept_with_its_reason(follower, app, wechat, content):
    wechat.keeps("strange", content)
    petition_id = registered_with(follower, ("image", "strange"), PICTURE)
    fetch_media(app)
    (entry,) = follower.desk.get("/v1/unread", "registrar").json["items"]
    assert entry["reason"] == "attachment_refused"
    assert len(attached(follower, petition_id)) == 1
    (row,) = follower.desk.rows(models.unread_messages)
    assert row.bytes == len(content)


def test_a_file_that_is_too_large_is_not_fetched_to_its_end(make, wechat):
    app = make(ATTACHMENT_BYTES="1000")
    follower = Follower(Desk(app))
    wechat.keeps("large", b"x" * 100_000)
    registered_with(follower, ("image", "large"))
    fetch_media(app)
    (entry,) = follower.desk.get("/v1/unread", "registrar").json["items"]
    assert entry["reason"] == "too_large"


def test_without_a_storage_they_wait_and_are_kept_at_last(make, wechat):
    app = make(ATTACHMENTS_URL="")
    follower = Follower(Desk(app))
    registered_with(follower, PICTURE)
    fetch_media(app)
    assert len(follower.desk.rows(models.wechat_media)) == 1
    app.clock.advance(hours=73)
    fetch_media(app)
    (row,) = follower.desk.rows(models.unread_messages)
    assert row.bytes > 0


def test_what_is_erased_is_not_fetched_any_more(follower, app, wechat):
    petition_id = registered_with(follower, PICTURE)
    hear(app, *CaseStory(petition_id).whole())
    asked = {"reason": "信访人申请删除"}
    path = f"/v1/petitions/{petition_id}/erase"
    assert follower.desk.post(path, "leader", json=asked).status_code == 200
    fetch_media(app)
    assert wechat.calls("media/get") == []


def test_a_token_that_is_no_longer_taken_is_fetched_anew(follower, app, wechat):
    petition_id = registered_with(follower, PICTURE)
    wechat.behave(void=True)
    fetch_media(app)
    assert len(attached(follower, petition_id)) == 1
