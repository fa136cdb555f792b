"""The callback's door: who may come in, what is refused and how, what is kept to be looked at."""

import base64
import datetime as dt
import os
import threading
import xml.etree.ElementTree as ET

import pytest
from conftest import Desk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wechat_desk import (
    ACCOUNT,
    APPID,
    FOLLOWER,
    OLD_AES_KEY,
    TOKEN,
    Follower,
    accounts,
    message_xml,
    query_of,
    read_answer,
    sign,
    signed_body,
)
from wechatpy.crypto.base import BasePrpCrypto

from intake import models
from intake.domain.wechat import message_key, said_in
from intake.service import SERVICE
from intake.wechat import cipher
from intake.wechat.accounts import read_accounts
from intake.wechat.messages import Unparsable, parse, sealed_answer, text_answer
from shared.testing import make_app

PATH = f"/v1/wechat/{ACCOUNT}"
US = read_accounts(accounts())[ACCOUNT]
KEY = US.keys[0]
NONCE = "628134907"


@pytest.fixture
def app(request, tmp_path):
    kind = getattr(request, "param", "sqlite")
    url = None if kind == "sqlite" else request.getfixturevalue("postgres_url")
    app = make_app(SERVICE, tmp_path, database_url=url, WECHAT_ACCOUNTS=accounts())
    yield app
    app.close()


@pytest.fixture
def desk(app):
    return Desk(app)


@pytest.fixture
def now(app):
    return int(app.clock.now().timestamp())


def post(desk, query, body, path=PATH):
    return desk.post(f"{path}?{query}", data=body, content_type="text/xml")


def text_xml(now, content="我要反映", **more):
    values = {"Content": content, "MsgId": "1"} | more
    return message_xml("text", openid=FOLLOWER, at=now, **values)


def signed_raw(sealed, *, now):
    """A query and a body whose signature is right whatever is in it."""
    query = query_of(sign(str(now), NONCE, sealed), at=now, nonce=NONCE)
    return query, f"<xml><ToUserName>gh_1</ToUserName><Encrypt>{sealed}</Encrypt></xml>"


def padded(plain, key=KEY):
    """What our key encrypts of plain bytes, just as they are."""
    work = cipher._cipher(key).encryptor()
    return base64.b64encode(work.update(plain)).decode()


def kept(desk):
    return [(row.reason, row.details[0]["reason"]) for row in desk.rows(models.unread_messages)]


def echo_query(now, signature=None, **more):
    signed = sign(str(now), NONCE) if signature is None else signature
    asked = {"signature": signed, "timestamp": now, "nonce": NONCE, "echostr": "5817"} | more
    return "&".join(f"{name}={value}" for name, value in asked.items())


def test_the_address_is_registered_by_an_echo(desk, now):
    answer = desk.get(f"{PATH}?{echo_query(now)}")
    assert (answer.status_code, answer.text) == (200, "5817")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_echo_that_our_token_did_not_sign_is_forbidden(desk, now):
    assert desk.get(f"{PATH}?{echo_query(now, '0' * 40)}").status_code == 403
    assert desk.get(f"{PATH}?{echo_query(now, '签' * 40)}").status_code == 403


def test_an_echo_needs_all_of_its_parts(desk, now):
    answer = desk.get(f"{PATH}?timestamp={now}")
    assert answer.status_code == 422
    fields = {one["field"] for one in answer.json["errors"]}
    assert fields == {"signature", "nonce", "echostr"}


def test_an_account_that_there_is_none_of_is_not_found(desk, now):
    assert desk.get(f"/v1/wechat/other?{echo_query(now)}").status_code == 404
    query, body = signed_body(text_xml(now), at=now)
    assert post(desk, query, body, "/v1/wechat/other").status_code == 404


def test_without_accounts_there_is_nothing(tmp_path):
    app = make_app(SERVICE, tmp_path)
    desk, at = Desk(app), int(app.clock.now().timestamp())
    assert desk.get(f"{PATH}?{echo_query(at)}").status_code == 404
    assert post(desk, *signed_body(text_xml(at), at=at)).status_code == 404
    app.close()


def test_plain_messages_are_refused(desk, now):
    query = f"signature={sign(str(now), NONCE)}&timestamp={now}&nonce={NONCE}"
    answer = post(desk, query, text_xml(now))
    assert (answer.status_code, answer.json["code"]) == (400, "plain_mode")
    assert desk.rows(models.wechat_sessions) == []


@pytest.mark.parametrize(
    "forged",
    [
        {"msg_signature": "0" * 40}, {"msg_signature": "签名"}, {"nonce": "1"},
        {"timestamp": "1772415001"},
    ],
)  # fmt: skip
def test_what_our_token_did_not_sign_is_forbidden_and_leaves_nothing(desk, now, forged):
    _, body = signed_body(text_xml(now), at=now)
    right = ET.fromstring(body).findtext("MsgSignature")
    answer = post(desk, query_of(right, at=now, **{"nonce": NONCE} | forged), body)
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert desk.rows(models.wechat_sessions) == desk.rows(models.unread_messages) == []


def test_a_body_that_was_changed_is_forbidden(desk, now):
    query, body = signed_body(text_xml(now), at=now)
    sealed = ET.fromstring(body).findtext("Encrypt")
    changed = sealed[:-8] + ("A" if sealed[-8] != "A" else "B") + sealed[-7:]
    assert post(desk, query, body.replace(sealed, changed)).status_code == 403


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_a_signature_of_another_time_is_a_replay(desk, app, now, seconds):
    query, body = signed_body(text_xml(now + seconds), at=now + seconds)
    answer = post(desk, query, body)
    assert (answer.status_code, answer.json["code"]) == (403, "stale_signature")


def test_a_recorded_request_does_nothing_more(desk, app, now):
    query, body = signed_body(text_xml(now), at=now)
    first = post(desk, query, body)
    follower = Follower(desk)
    follower.says("1", "路灯不亮")
    again = post(desk, query, body)
    assert read_answer(again.text)["Content"] == read_answer(first.text)["Content"]
    assert "共4字" in follower.answers[-1]
    assert desk.rows(models.wechat_sessions)[0].step == "content"
    app.clock.advance(minutes=6)
    assert post(desk, query, body).status_code == 403


@pytest.mark.parametrize("stamp", ["", "abc", "١٧٧٢", "1" * 20, "-1", "1e9", "\x00"])
def test_a_time_that_is_none_is_refused(desk, stamp):
    query = query_of(sign(stamp, NONCE, "x"), at=0, nonce=NONCE, timestamp=stamp)
    answer = post(desk, query, "<xml><Encrypt>x</Encrypt></xml>")
    assert answer.status_code in (403, 422)


BOMB = (
    '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><xml><Encrypt>&c;</Encrypt></xml>'
)
OUTSIDE = (
    '<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/hostname">]><xml><Encrypt>&x;</Encrypt></xml>'
)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\x00", b"{}", b"<xml>", b"<xml/>", b"<html/>", b"<xml><Encrypt/><a></xml>",
        BOMB.encode(), OUTSIDE.encode(), b"<xml>" * 3000,
        "<xml><Encrypt>一</Encrypt></xml>".encode("utf-16")[3:],
    ],
    ids=range(11),
)  # fmt: skip
def test_what_is_no_message_is_refused_and_leaves_nothing(desk, now, body):
    answer = post(desk, query_of("0" * 40, at=now, nonce=NONCE), body)
    assert answer.status_code in (400, 403)
    assert desk.rows(models.unread_messages) == []


def test_a_body_that_is_too_large_is_refused(desk, now):
    body = b"<xml><Encrypt>" + b"A" * 70_000 + b"</Encrypt></xml>"
    assert post(desk, query_of("0" * 40, at=now, nonce=NONCE), body).status_code == 413


def _plain(now, text, *, appid=APPID, length=None, padding=None):
    text = text.encode()
    size = len(text) if length is None else length
    data = os.urandom(16) + size.to_bytes(4, "big") + text + appid.encode()
    pad = 32 - len(data) % 32
    return data + (bytes([pad]) * pad if padding is None else padding(pad))


BROKEN = {
    "another key": (
        lambda n: padded(_plain(n, text_xml(n)), os.urandom(32)), "bad_padding"
    ),
    "padding of zeros": (
        lambda n: padded(_plain(n, text_xml(n), padding=bytes)), "bad_padding"
    ),
    "padding too large": (
        lambda n: padded(_plain(n, text_xml(n), padding=lambda p: bytes([255]) * p)), "bad_padding"
    ),
    "padding of two sorts": (
        lambda n: padded(_plain(n, text_xml(n) + "x" * 5,
                                padding=lambda p: bytes([p + 1 if p < 32 else 1]) * (p - 1)
                                + bytes([p]))), "bad_padding"
    ),
    "length beyond the end": (
        lambda n: padded(_plain(n, text_xml(n), length=2**32 - 1)), "bad_length"
    ),
    "another appid": (
        lambda n: padded(_plain(n, text_xml(n), appid="wx9999999999999999")), "wrong_appid"
    ),
    "no appid": (lambda n: padded(_plain(n, text_xml(n), appid="")), "wrong_appid"),
    "a shorter length": (lambda n: padded(_plain(n, text_xml(n), length=3)), "wrong_appid"),
    "half a block": (lambda n: base64.b64encode(b"x" * 15).decode(), "not_whole_blocks"),
    "nothing": (lambda n: "", "not_whole_blocks"),
    "no base64": (lambda n: "!!!!", "not_base64"),
    "not XML": (lambda n: padded(_plain(n, "我要反映")), "damaged"),
    "a bomb": (lambda n: padded(_plain(n, BOMB)), "damaged"),
    "no id": (lambda n: padded(_plain(n, message_xml("text", openid=FOLLOWER, at=n))), "damaged"),
    "no follower": (lambda n: padded(_plain(n, text_xml(n, FromUserName=""))), "damaged"),
    "a follower who is none": (
        lambda n: padded(_plain(n, text_xml(n, FromUserName="../../etc"))), "damaged"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_signed_and_cannot_be_read_is_kept_once_to_be_looked_at(desk, now, name):
    make, why = BROKEN[name]
    query, body = signed_raw(make(now), now=now)
    for _ in range(3):
        answer = post(desk, query, body)
        assert (answer.status_code, answer.json["code"]) == (422, "unreadable_message")
    reason = "damaged" if why == "damaged" else "undecipherable"
    assert kept(desk) == [(reason, why)]
    assert desk.rows(models.wechat_sessions) == []


def test_its_original_is_read_for_a_purpose(desk, now):
    query, body = signed_raw(padded(_plain(now, "不是XML")), now=now)
    post(desk, query, body)
    (item,) = desk.get("/v1/unread", "registrar").json["items"]
    assert (item["channel"], item["source"]) == ("wechat", ACCOUNT)
    path = f"/v1/unread/{item['unread_id']}/original"
    original = desk.post(path, "registrar", json={"purpose": "核对来件"}).json
    assert base64.b64decode(original["base64"]).decode() == body


def test_messages_under_the_former_key_are_read_and_answered_under_it(desk, now):
    answer = Follower(desk).bring("text", Content="帮助", key=OLD_AES_KEY)
    assert "110" in read_answer(answer.text, OLD_AES_KEY)["Content"]


@pytest.mark.parametrize(
    "app", [pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
def test_the_same_message_at_once_is_answered_once(desk, app):
    follower = Follower(desk)
    follower.fills_in()
    query, body = signed_body(text_xml(follower.now, "确认", MsgId="99"), at=follower.now)
    answers = []

    def send(client):
        answers.append(post(client, query, body))

    clients = [Desk(app) for _ in range(6)]
    requests = [threading.Thread(target=send, args=(client,)) for client in clients]
    for one in requests:
        one.start()
    for one in requests:
        one.join()
    assert {one.status_code for one in answers} == {200}
    assert len({read_answer(one.text)["Content"] for one in answers}) == 1
    assert len(desk.rows(models.petitions)) == 1


@pytest.mark.parametrize(
    "app", [pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
def test_messages_of_one_follower_at_once_are_all_kept(desk, app):
    follower = Follower(desk)
    follower.says("我要反映", "1")
    others = [Follower(Desk(app)) for _ in range(6)]
    requests = [
        threading.Thread(target=other.says, args=(f"第{number}条",))
        for number, other in enumerate(others)
    ]
    for one in requests:
        one.start()
    for one in requests:
        one.join()
    told = follower.says("完成", "跳过", "跳过", "匿名")
    assert all(f"第{number}条" in told for number in range(6))


# wechatpy, which others use with the same accounts, is the oracle.

texts = st.text(st.characters(codec="utf-8"), max_size=2_000)


@settings(max_examples=300, deadline=None)
@given(text=texts)
def test_what_wechatpy_encrypts_we_read(text):
    sealed = BasePrpCrypto(KEY)._encrypt(text, APPID)
    opened = cipher.decrypt(sealed.decode(), account=US)
    assert (opened.text.decode(), opened.key) == (text, KEY)


@settings(max_examples=300, deadline=None)
@given(text=texts)
def test_what_we_encrypt_wechatpy_reads(text):
    sealed = cipher.encrypt(text.encode(), key=KEY, appid=APPID)
    assert BasePrpCrypto(KEY)._decrypt(sealed, APPID, AssertionError) == text


xml_texts = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"
    ),
    max_size=500,
)


@settings(max_examples=200, deadline=None)
@given(text=xml_texts, at=st.integers(0, 2**32))
def test_an_answer_is_what_wechatpy_reads(text, at):
    xml = text_answer(text, to=FOLLOWER, sender="gh_1", at=at)
    said = read_answer(sealed_answer(xml, account=US, key=KEY, at=at))
    assert (said["Content"], said["CreateTime"]) == (text, str(at))


@settings(max_examples=200, deadline=None)
@given(stamp=st.text(max_size=12), nonce=st.text(max_size=12), sealed=st.text(max_size=50))
def test_signatures_are_wechatpys(stamp, nonce, sealed):
    stamp, nonce, sealed = (one.encode(errors="ignore").decode() for one in (stamp, nonce, sealed))
    assert cipher.sign(TOKEN, stamp, nonce, sealed) == sign(stamp, nonce, sealed)


# Whatever comes, each of these says only what it says it does.


@settings(max_examples=500, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes_are_read_or_said_to_be_unreadable(data):
    try:
        found = parse(data)
    except Unparsable:
        return
    assert all(isinstance(value, str) for value in found.values())


@settings(max_examples=500, deadline=None)
@given(data=st.binary(max_size=200) | st.binary(max_size=12).map(lambda one: one * 16))
def test_any_ciphertext_is_read_or_said_to_be_undecipherable(data):
    for sealed in (base64.b64encode(data).decode(), data.decode("latin-1")):
        try:
            cipher.decrypt(sealed, account=US)
        except cipher.Undecipherable as error:
            assert error.reason.isidentifier()


whole = text_xml(1_772_415_000).encode()


@settings(max_examples=500, deadline=None)
@given(at=st.integers(0, len(whole) - 1), instead=st.binary(max_size=8), gone=st.integers(0, 20))
def test_a_message_with_a_flaw_is_read_or_said_to_be_unreadable(at, instead, gone):
    try:
        message = parse(whole[:at] + instead + whole[at + gone :])
    except Unparsable:
        return
    said_in(message)
    message_key(message)


names = st.sampled_from(
    ["MsgType", "Content", "MsgId", "Event", "EventKey", "MediaId", "Location_X", "Location_Y",
     "Label", "CreateTime", "FromUserName"]
)  # fmt: skip
values = st.sampled_from(
    ["text", "image", "voice", "location", "event", "subscribe", "CLICK", "report", "1", "完成",
     "跳过", "确认", "匿名", "我要反映", "取消", "修改", "28.1", "112.9", "-0", "1e400", "infinity",
     "XF202600000001 AAAAA-AAAAA"]
) | xml_texts  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(messages=st.lists(st.dictionaries(names, values, max_size=6), min_size=1, max_size=8))
def test_whatever_followers_send_is_answered(desk, now, messages):
    for message in messages:
        said = {"MsgId": str(os.urandom(8).hex())} | message
        xml = message_xml(said.pop("MsgType", "text"), openid=FOLLOWER, at=now, **said)
        answer = post(desk, *signed_body(xml, at=now))
        assert answer.status_code in (200, 422), answer.text


def test_answers_are_of_the_time_of_the_answer(desk, app):
    app.clock.advance(seconds=7)
    answer = Follower(desk).bring("text", Content="帮助")
    said = read_answer(answer.text)
    assert dt.datetime.fromtimestamp(int(said["CreateTime"]), dt.UTC) == app.clock.now()
