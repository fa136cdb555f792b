"""Bringing a matter in by WeChat, by talking: the form, the receipt, asking how far it has come."""

import base64
import datetime as dt
import json
import os

import pytest
from conftest import CaseStory, Desk
from wechat_desk import ACCOUNT, FOLLOWER, Follower, accounts

from intake import models, use_cases
from intake.service import SERVICE
from intake.use_cases.rotating import left_to_rotate, rotate
from intake.use_cases.sealed_rows import KEPT
from shared.testing import emitted, hear, make_app, sample_secrets

OTHER = "oYp5-7hJk_Another1FollowerXyz"
PLACE = {"Location_X": "28.112", "Location_Y": "112.982", "Scale": "16", "Label": "松林路9号"}


@pytest.fixture
def app(request, tmp_path):
    """Intake with an official account, on the kind of database the test is parametrised with."""
    kind = getattr(request, "param", "sqlite")
    url = None if kind == "sqlite" else request.getfixturevalue("postgres_url")
    app = make_app(
        SERVICE,
        tmp_path,
        database_url=url,
        WECHAT_ACCOUNTS=accounts(),
        NOTICE_OFFICE="云屏区信访局",
    )
    yield app
    app.close()


@pytest.fixture
def desk(app):
    return Desk(app)


@pytest.fixture
def follower(desk):
    return Follower(desk)


on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


def kept_petition(desk):
    (row,) = desk.rows(models.petitions)
    return row


@on_both_databases
def test_what_a_follower_says_step_by_step_becomes_a_petition(desk, app, follower):
    number, code = follower.registers(
        content=("路灯不亮。已经一个月了。", "晚上很不安全，请修好。")
    )
    row = kept_petition(desk)
    assert (row.petition_no, row.channel, row.purpose) == (number, "wechat", "petition")
    assert (row.title, row.place) == ("路灯不亮", "松林路9号")
    assert row.content == "路灯不亮。已经一个月了。\n晚上很不安全，请修好。"
    assert (row.external_system, row.registered_by) == ("wechat", f"wechat:{ACCOUNT}")
    seen = desk.get(f"/v1/petitions/{row.petition_id}", "registrar").json["petitioner"]
    assert (seen["name"], seen["phone"]) == ("欧***", "139******45")
    path = f"/v1/public/petitions/{number}/session"
    assert desk.post(path, json={"query_code": code}).status_code == 200
    assert len(emitted(app, "petition.registered.v1")) == 1


def test_what_was_said_is_read_back_before_it_is_registered(desk, follower):
    told = follower.fills_in()
    for said in ("申诉求决", "路灯不亮。已经一个月了。", "松林路9号", "欧阳晓峰", "13907312345"):
        assert said in told
    assert desk.rows(models.petitions) == []


def test_a_text_of_many_pages_is_read_back_in_part_and_kept_whole(desk, follower):
    follower.says("我要反映", "1")
    for _ in range(25):
        follower.says("路" * 600)
    told = follower.says("完成", "跳过", "跳过", "匿名")
    assert "……（共15024字）" in told
    assert len(told.encode()) <= 2048
    follower.says("确认")
    assert len(kept_petition(desk).content) == 15_024


def test_more_than_fifty_thousand_characters_are_not_taken(follower):
    follower.says("我要反映", "1")
    for _ in range(4):
        follower.says("灯" * 12_000)
    assert "50000字的上限" in follower.says("灯" * 2_000)
    assert "共48003字" not in follower.answers[-1]
    assert "共48005字" in follower.says("灯")


def test_a_location_is_kept_as_wgs84_with_the_system_it_came_in(desk, follower):
    follower.says("我要反映", "1", "路灯不亮", "完成")
    assert "照片" in follower.sends("location", **PLACE)
    follower.says("跳过", "匿名", "确认")
    row = kept_petition(desk)
    assert (row.place, row.coordinate_system) == ("松林路9号", "gcj02")
    assert 0.001 < abs(row.longitude - 112.982) < 0.01
    assert 0.001 < abs(row.latitude - 28.112) < 0.01


@pytest.mark.parametrize(
    ("x", "y"), [("91", "112"), ("112.982", "28.112"), ("1e999", "1"), ("nan", "1"), ("北", "南")]
)
def test_a_location_that_is_none_of_china_is_asked_for_again(desk, follower, x, y):
    follower.says("我要反映", "1", "路灯不亮", "完成")
    answer = follower.sends("location", **PLACE | {"Location_X": x, "Location_Y": y})
    assert "位置" in answer
    follower.says("跳过", "跳过", "匿名", "确认")
    assert kept_petition(desk).longitude is None


def test_who_gives_no_name_is_not_connected_with_the_petition(desk, follower):
    follower.registers(name="匿名")
    assert kept_petition(desk).secret is False
    for table in (
        models.petitioners, models.wechat_petitions, models.notice_choices, models.notices,
    ):  # fmt: skip
        assert desk.rows(table) == []
    assert "没有查到" in follower.says("查询进度")


def test_an_accusation_goes_into_the_secret_lane(desk, follower):
    follower.registers(purpose="3")
    assert kept_petition(desk).secret
    assert desk.rows(models.notices) == []


def test_something_is_changed_after_reading_back(desk, follower):
    follower.fills_in()
    follower.says("修改", "2", "井盖丢了。", "完成")
    assert "井盖丢了。" in follower.answers[-1]
    follower.says("修改", "5", "王小明")
    assert "13907312345" not in follower.says("跳过")
    follower.says("修改", "3", "跳过", "修改", "1", "2", "修改", "4", "跳过", "确认")
    row = kept_petition(desk)
    assert (row.content, row.purpose, row.place) == ("井盖丢了。", "suggestion", None)


def test_a_wrong_choice_is_asked_again(follower):
    assert "其中一个数字" in follower.says("我要反映", "9")
    assert "其中一个数字" in follower.says("投诉物业")
    follower.says("2", "多种树", "完成", "跳过", "跳过", "匿名")
    assert "其中一个数字" in follower.says("修改", "8")


def test_the_form_wants_words_before_it_goes_on(follower):
    assert "先用文字" in follower.says("我要反映", "1", "完成")


@pytest.mark.parametrize("phone", ["一三九", "1", "139 0731 2345 abc", "1" * 40])
def test_what_is_no_phone_number_is_asked_again(follower, phone):
    follower.says("我要反映", "1", "路灯不亮", "完成", "跳过", "跳过", "王小明")
    assert "不像是电话号码" in follower.says(phone)


def test_names_are_one_line_of_at_most_a_hundred_characters(desk, follower):
    follower.says("我要反映", "1", "路灯不亮", "完成", "跳过", "跳过")
    assert "最多100个字" in follower.says("王" * 101)
    follower.says("王\n小 明", "跳过", "确认")
    (person,) = desk.rows(models.petitioners)
    ring, place = desk.app.resources.ring, f"{person.petition_id}/name"
    assert ring.decrypt(person.name, place=place) == "王 小 明"


def test_cancelling_forgets_what_was_said(desk, follower):
    follower.fills_in()
    assert "已取消" in follower.says("取消")
    (row,) = desk.rows(models.wechat_sessions)
    assert (row.step, row.draft) == (None, None)
    assert "没有正在填写" in follower.says("取消")
    follower.says("确认")
    assert desk.rows(models.petitions) == []


def test_who_unfollows_is_answered_nothing_and_their_form_is_forgotten(desk, follower):
    follower.fills_in()
    assert follower.event("unsubscribe") == ""
    (row,) = desk.rows(models.wechat_sessions)
    assert (row.step, row.draft) == (None, None)


def test_who_follows_is_told_what_to_do(follower):
    assert "云屏区信访局" in follower.event("subscribe", EventKey="")


@pytest.mark.parametrize("name", ["VIEW", "SCAN", "LOCATION", "TEMPLATESENDJOBFINISH", "𠮷"])
def test_other_events_are_answered_nothing_and_change_nothing(desk, follower, name):
    follower.says("我要反映")
    before = desk.rows(models.wechat_sessions)[0]
    assert follower.event(name, EventKey="x", Latitude="28.1") == ""
    assert desk.rows(models.wechat_sessions)[0].step == before.step


def test_a_menu_button_is_as_good_as_its_word(follower):
    assert "选择您要反映的类型" in follower.event("CLICK", EventKey="report")
    assert "已取消" in follower.event("CLICK", EventKey="cancel")
    assert "没有查到" in follower.event("CLICK", EventKey="status")


@pytest.mark.parametrize("kind", ["video", "shortvideo", "link", "file", "miniprogrampage", ""])
def test_other_kinds_of_messages_are_declined_kindly(follower, kind):
    assert "暂时不能处理" in follower.sends(kind, MediaId="m", Url="https://example.cn")
    follower.says("我要反映", "1")
    assert "暂时不能处理" in follower.sends(kind, MediaId="m")
    assert "共4字" in follower.says("路灯不亮")


def test_asking_for_a_form_while_one_is_open_goes_on_with_it(follower):
    follower.says("我要反映", "1", "路灯不亮", "完成")
    answer = follower.says("我要反映")
    assert "请继续" in answer
    assert "地点" in answer


def test_help_and_status_leave_the_form_where_it_is(follower):
    follower.says("我要反映", "1", "路灯不亮", "完成")
    assert "110" in follower.says("帮助")
    assert "没有查到" in follower.says("查询进度")
    assert "照片" in follower.says("松林路")


@on_both_databases
def test_the_same_message_again_is_answered_the_same_and_does_nothing(desk, follower):
    follower.fills_in()
    first = follower.says("确认", number="77")
    assert "查询码" in first
    assert [follower.says("确认", number="77") for _ in range(3)] == [first] * 3
    assert len(desk.rows(models.petitions)) == 1


def test_the_same_event_again_is_the_same(desk, follower):
    first = follower.event("CLICK", EventKey="report")
    follower.says("1")
    assert follower.event("CLICK", EventKey="report") == first
    assert desk.rows(models.wechat_sessions)[0].step == "content"


def test_confirming_twice_registers_once(desk, follower):
    follower.fills_in()
    follower.says("确认", "确认")
    assert len(desk.rows(models.petitions)) == 1


def test_two_followers_do_not_mix(desk, follower):
    other = Follower(desk, openid=OTHER)
    follower.says("我要反映", "1", "路灯不亮", "完成")
    other.says("我要反映", "2", "多种树", "完成")
    follower.says("跳过", "跳过", "匿名", "确认")
    other.says("跳过", "跳过", "匿名", "确认")
    assert {r.content for r in desk.rows(models.petitions)} == {"路灯不亮", "多种树"}


@on_both_databases
def test_a_form_that_was_not_gone_on_with_is_over(desk, app, follower):
    follower.fills_in()
    app.clock.advance(hours=24, seconds=1)
    assert "不再保存" in follower.says("确认")
    assert desk.rows(models.petitions) == []
    assert desk.rows(models.wechat_sessions)[0].draft is None


def test_each_message_gives_the_form_more_time(desk, app, follower):
    follower.fills_in()
    app.clock.advance(hours=23)
    follower.says("帮助")
    app.clock.advance(hours=23)
    follower.says("确认")
    assert len(desk.rows(models.petitions)) == 1


@on_both_databases
def test_what_is_over_is_forgotten(desk, app, follower):
    follower.fills_in()
    app.clock.advance(hours=25)
    with app.db.write() as session:
        use_cases.forget_wechat(session, clock=app.clock)
    assert desk.rows(models.wechat_sessions) == []
    assert desk.rows(models.wechat_messages) == []


def test_an_open_form_is_not_forgotten(desk, app, follower):
    follower.fills_in()
    app.clock.advance(hours=23)
    with app.db.write() as session:
        use_cases.forget_wechat(session, clock=app.clock)
    follower.says("确认")
    assert len(desk.rows(models.petitions)) == 1


def test_words_openids_and_answers_stand_nowhere_in_clear(desk, follower):
    follower.fills_in()
    for table in (models.wechat_sessions, models.wechat_messages):
        for row in desk.rows(table):
            for value in row:
                kept = value if isinstance(value, bytes) else str(value).encode()
                for said in (FOLLOWER, "路灯", "欧阳晓峰", "13907312345"):
                    assert said.encode() not in kept


def test_a_follower_finds_their_own_petitions(desk, app, follower):
    number, _ = follower.registers()
    assert f"{number} 已登记" in follower.says("查询进度")
    story = CaseStory(kept_petition(desk).petition_id)
    hear(app, *[story.then(verb) for verb in ("opened", "classified", "forwarded", "accepted")])
    assert f"{number} 已受理（2026年3月6日）" in follower.says("查询进度")
    assert "没有查到" in Follower(desk, openid=OTHER).says("查询进度")


def test_the_newest_five_of_many_are_told(follower):
    numbers = [follower.registers()[0] for _ in range(6)]
    told = follower.says("查询进度")
    assert numbers[0] not in told
    assert all(number in told for number in numbers[1:])


@pytest.mark.parametrize("between", [" ", "，查询码：", "\n"])
def test_number_and_code_tell_how_far_any_petition_has_come(desk, follower, between):
    receipt = desk.registered()
    asked = receipt["petition_no"] + between + receipt["query_code"]
    told = follower.says(asked)
    assert "目前状态：已登记" in told
    assert receipt["petition_no"] in told


@on_both_databases
def test_wrong_codes_are_held_back_whoever_tries_them(desk, follower):
    receipt = desk.registered()
    for _ in range(10):
        answer = follower.says(f"{receipt['petition_no']} AAAAA-AAAAA")
        assert "不正确" in answer
    right = f"{receipt['petition_no']} {receipt['query_code']}"
    assert "错误次数过多" in follower.says(right)
    assert "错误次数过多" in Follower(desk, openid=OTHER).says(right)


def test_a_number_that_there_is_none_of_is_answered_as_a_wrong_code(follower):
    assert "不正确" in follower.says("XF202600000001 AAAAA-AAAAA")
    assert "不正确" in follower.says("XF202600000001")


def test_more_messages_than_may_be_in_an_hour_are_not_taken(tmp_path):
    app = make_app(SERVICE, tmp_path, WECHAT_ACCOUNTS=accounts(), WECHAT_HOURLY="3")
    desk = Desk(app)
    follower = Follower(desk)
    follower.says("我要反映", "1", "路灯不亮")
    assert "过于频繁" in follower.says("完成")
    assert "选择" in Follower(desk, openid=OTHER).says("我要反映")
    app.clock.advance(hours=1)
    assert "地点" in follower.says("完成")
    app.close()


def test_a_closed_channel_is_said_and_nothing_is_lost(desk, follower):
    def put(active):
        said = {"name": "微信公众号", "kind": "online", "active": active, "public": True, "cost": 9}
        assert desk.put("/v1/channels/wechat", "admin", json=said).status_code == 200

    follower.fills_in()
    put(active=False)
    assert "目前不能" in follower.says("确认")
    put(active=True)
    assert "已登记" in follower.says("确认")


@pytest.mark.parametrize(
    "text", ["𠮷野家门口", "😀" * 50, "\u202e倒写的字\u202c", "]]>&lt;xml>", "a\tb"]
)
def test_rare_characters_are_kept_as_they_are(desk, follower, text):
    follower.registers(content=(text,))
    assert kept_petition(desk).content == text
    follower.says("查询进度")


@pytest.mark.parametrize("text", ["好\x85好", "两\u2028行", "\x7f"])
def test_what_cannot_be_kept_is_said_at_once_and_the_form_goes_on(desk, follower, text):
    follower.says("我要反映", "1")
    assert "无法保存" in follower.says(text)
    follower.says("路灯不亮", "完成", "跳过", "跳过", "匿名", "确认")
    assert kept_petition(desk).content == "路灯不亮"


def test_the_receipt_is_handed_over_in_the_answer_and_does_not_go_again(tmp_path):
    app = make_app(SERVICE, tmp_path, WECHAT_ACCOUNTS=accounts(), NOTICE_SENDERS="wechat=wechat")
    desk = Desk(app)
    follower = Follower(desk)
    follower.registers()
    (receipt,) = desk.rows(models.notices)
    assert (receipt.occasion, receipt.medium, receipt.status) == ("receipt", "wechat", "sent")
    assert receipt.sealed_code is None
    app.close()


def test_erasing_forgets_whose_petition_it_was(desk, app, follower):
    follower.registers()
    row = kept_petition(desk)
    story = CaseStory(row.petition_id)
    hear(app, *story.whole())
    asked = {"reason": "信访人申请删除"}
    answer = desk.post(f"/v1/petitions/{row.petition_id}/erase", "leader", json=asked)
    assert answer.status_code == 200, answer.text
    assert desk.rows(models.wechat_petitions) == []
    assert "没有查到" in follower.says("查询进度")


def test_the_form_lasts_as_long_as_the_setting_says(tmp_path):
    app = make_app(SERVICE, tmp_path, WECHAT_ACCOUNTS=accounts(), WECHAT_SESSION_HOURS="2")
    follower = Follower(Desk(app))
    follower.fills_in()
    (row,) = follower.desk.rows(models.wechat_sessions)
    assert row.expires_at == app.clock.now() + dt.timedelta(hours=2)
    app.close()


def test_with_new_keys_a_form_goes_on_and_petitions_are_found(tmp_path):
    old = json.loads(sample_secrets()["PII_KEYRING"])
    new = {name: {f"{name}-2": base64.b64encode(os.urandom(32)).decode()} for name in old}
    both = {"keys": new["keys"] | old["keys"], "index": new["index"] | {"index": old["index"]}}
    numbers = []
    for ring in (old, both, new):
        app = make_app(SERVICE, tmp_path, WECHAT_ACCOUNTS=accounts(), PII_KEYRING=json.dumps(ring))
        follower = Follower(Desk(app))
        if ring is old:
            numbers.append(follower.registers()[0])
            first = follower.says("我要反映", number="1")
            follower.says("1", "井盖丢了")
            follower.sends("image", MediaId="pic-1")
        elif ring is both:
            rotate_all(app)
            assert follower.says("我要反映", number="1") == first
        else:
            follower.says("完成", "跳过", "完成", "欧阳晓峰", "跳过", "确认")
            told = follower.says("查询进度")
            assert numbers[0] in told
            assert len(told.split("XF")) == 3
        app.close()


def rotate_all(app):
    ring = app.resources.ring
    with app.db.write() as session:
        for kept in KEPT:
            rotate(session, kept, ring=ring, after=None, most=100)
        assert left_to_rotate(session, ring=ring) == 0
