"""What came in and could not be read: its original is saved, it is registered, dealt with."""

import datetime as dt
import hashlib
import json
import re
import time

import httpx
import pytest
from conftest import found_by_axe
from town import Town
from watching import fits

from shared.clock import OFFICE_TZ

TOKEN = "Yunping2026token"
ACCOUNT = {
    "appid": "wx0f3ab2c4d5e6f708",
    "token": TOKEN,
    "aes_keys": ["k9Qw3ErTy7UiOp1AsDf5GhJk2LzXc8VbNm4QaZwSxEd"],
    "secret": "5d8f0c2a7b914e63a0d1f4c8b2e6a975",
    "api": "http://127.0.0.1:9",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A town that followers of an official account write to."""
    settings = {"WECHAT_ACCOUNTS": json.dumps({"yunping": ACCOUNT})}
    with Town(tmp_path_factory.mktemp("town-with-wechat"), settings) as running:
        yield running


@pytest.fixture
def unread(town):
    """A message of WeChat's own that nobody can decrypt: its id and its bytes."""
    sealed, nonce, at = f"AAAA{time.time_ns()}", "628134907", str(int(time.time()))
    body = f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    signed = "".join(sorted((TOKEN, at, nonce, sealed)))
    asked = {
        "signature": "0" * 40, "timestamp": at, "nonce": nonce, "encrypt_type": "aes",
        "openid": "oYp5-6cQm_Zt3Rk8WdXv1LsNfGhJ",
        "msg_signature": hashlib.sha1(signed.encode()).hexdigest(),  # noqa: S324
    }  # fmt: skip
    answer = httpx.post(
        f"{town.base}/intake/v1/wechat/yunping", params=asked, content=body, timeout=60
    )
    assert answer.json()["code"] == "unreadable_message", answer.text
    newest = town.get("registrar", "intake", "/v1/unread", limit=200)["items"][-1]
    return newest["unread_id"], body.encode()


def today():
    return dt.datetime.now(OFFICE_TZ).date().isoformat()


def row(page, unread_id):
    return page.locator(f"#unread-{unread_id}")


def test_an_original_is_saved_for_a_purpose_and_the_message_is_dealt_with(unread, open_page):
    unread_id, sent = unread
    page = open_page("/office/unread", account="registrar")
    one = row(page, unread_id)
    one.get_by_role("button", name="下载原件").click()
    page.locator(f"#wrong-purpose-{unread_id}").wait_for()
    one.get_by_label("查看原件的用途").fill("核对来件内容")
    with page.expect_download() as kept:
        one.get_by_role("button", name="下载原件").click()
    assert kept.value.suggested_filename == f"{unread_id}.bin"
    assert kept.value.path().read_bytes() == sent
    page.goto("/office/unread")
    with page.expect_popup() as form:
        one.get_by_role("link", name="据此登记信访件").click()
    assert form.value.locator("#field-channel").input_value() == "wechat"
    assert form.value.locator("#field-received_at").input_value().startswith(f"{today()}T")
    one.get_by_role("button", name="处理完毕").click()
    page.locator(f"#wrong-note-{unread_id}").wait_for()
    one.get_by_label("怎样处理的").fill("已请信访人重新发送。")
    one.get_by_role("button", name="处理完毕").click()
    page.get_by_text("已记为处理完毕。").wait_for()
    assert one.count() == 0
    page.goto("/office/unread?state=dealt")
    assert re.search(r"林晓\s*：\s*已请信访人重新发送。", one.inner_text())
    assert one.get_by_role("button").count() == 0


def test_what_is_registered_from_a_message_ends_it(town, unread, open_page):
    unread_id, _ = unread
    page = open_page("/office/unread", account="registrar")
    with page.expect_popup() as opened:
        row(page, unread_id).get_by_role("link", name="据此登记信访件").click()
    form = opened.value
    form.locator("#field-title").fill("鹭洲三十一路路灯")
    form.get_by_role("button", name="登记", exact=True).click()
    assert form.locator("#wrong-content").inner_text() == "必填。"
    assert form.locator("#field-channel").input_value() == "wechat"
    form.locator("#field-content").fill("路灯不亮。")
    form.get_by_role("button", name="登记", exact=True).click()
    number = form.locator(".receipt-code").first.inner_text()
    receipt = form.get_by_role("link", name="上传附件").get_attribute("href")
    form.get_by_role("button", name="将来件记为处理完毕").click()
    form.get_by_text("已记为处理完毕。").wait_for()
    (dealt,) = [
        one
        for one in town.get("registrar", "intake", "/v1/unread", state="dealt", limit=200)["items"]
        if one["unread_id"] == unread_id
    ]
    assert dealt["note"] == f"已登记为{number}。"
    petition_id = receipt.rpartition("/")[2].partition("#")[0]
    registered = town.get("registrar", "intake", f"/v1/petitions/{petition_id}")
    assert registered["received_at"][:16] == dealt["received_at"][:16]


def test_the_worst_that_is_typed_is_named_and_stays(unread, open_page):
    unread_id, _ = unread
    page = open_page("/office/unread", account="dispatcher")
    note = f"#note-{unread_id}"
    for typed in ("", "注" * 10_000, "甲\u0007乙"):
        page.locator(note).evaluate("(field, value) => { field.value = value; }", typed)
        row(page, unread_id).get_by_role("button", name="处理完毕").click()
        page.locator(f"#wrong-note-{unread_id}").wait_for()
        assert page.locator(note).input_value() == typed


@pytest.mark.parametrize("phone", [False, True])
def test_the_list_can_be_used_by_everybody(unread, open_page, phone):
    page = open_page("/office/unread", account="registrar", phone=phone)
    assert row(page, unread[0]).count() == 1
    assert (found_by_axe(page), fits(page)) == ([], True)
    assert open_page("/office/unread", account="handler").locator("[id^=unread-]").count() == 0
