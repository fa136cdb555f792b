"""A citizen brings a matter in: step by step, with a name or without, and nothing typed is lost."""

import re

import httpx
import pytest
from citizens import (
    MATTER,
    begin,
    fill_in_all,
    follow,
    onward,
    petition_of,
    photo,
    say_what,
    say_who,
    see,
    send,
)
from conftest import found_by_axe
from playwright.sync_api import expect


def test_a_matter_with_a_photo_goes_from_the_first_page_to_the_registrar(town, open_page, tmp_path):
    page = open_page("/")
    page.get_by_role("link", name=re.compile("^反映问题 投诉")).click()
    page.get_by_role("button", name="开始填写").click()
    say_what(page)
    page.get_by_label("地点", exact=True).fill("云屏区鹭洲一路菜市场")
    page.get_by_role("button", name="用十字的位置").click()
    see(page, "已标：经度")
    onward(page, "files")
    page.locator("input[type=file]").set_input_files(photo(tmp_path))
    expect(page.locator("#previews img")).to_be_visible()
    page.get_by_role("button", name="上传").click()
    see(page, "已上传：坏了的路灯.png")
    onward(page, "who")
    say_who(page)
    page.get_by_label("手机短信").check()
    page.get_by_label("我同意用电子方式送达").check()
    onward(page, "check")
    shown = page.locator("main").inner_text()
    assert all(words in shown for words in [*MATTER.values(), "坏了的路灯.png", "王小明"])
    number, code = send(page)
    follow(page, number, code)
    see(page, f"您反映的事项已登记，编号{number}。")
    kept = petition_of(town, number, code)
    assert kept["place"] == "云屏区鹭洲一路菜市场"
    assert kept["location"]["system"] == "wgs84"
    files = town.get("registrar", "intake", f"/v1/petitions/{kept['petition_id']}/attachments")
    assert [one["name"] for one in files["items"]] == ["坏了的路灯.png"]


def test_without_a_name_a_matter_is_taken_and_can_be_followed(open_page):
    page = open_page("/")
    begin(page)
    say_what(page)
    onward(page, "files")
    onward(page, "who")
    page.get_by_label("匿名").check()
    expect(page.get_by_label("住址")).to_be_hidden()
    onward(page, "told")
    onward(page, "check")
    assert "匿名" in page.locator("main").inner_text()
    number, code = send(page)
    follow(page, number, code)
    see(page, number)


def test_an_accusation_is_kept_in_the_secret_lane(town, open_page):
    page = open_page("/")
    begin(page, "检举、控告")
    see(page, "不会转给被检举的人和单位")
    say_what(page, 一句话说明="某科长收钱办事", 事情经过="某科长在办理手续时收受红包，有录音。")
    onward(page, "files")
    onward(page, "who")
    page.get_by_label("匿名").check()
    onward(page, "told")
    onward(page, "check")
    see(page, "全程保密")
    number, code = send(page)
    kept = petition_of(town, number, code)
    assert (kept["purpose"], kept["secret"]) == ("accusation", True)


def test_each_wrong_field_says_why_and_keeps_what_was_typed(open_page):
    page = open_page("/")
    begin(page)
    page.get_by_role("button", name="下一步").click()
    see(page, "还有几处需要改一下")
    expect(page.get_by_label("一句话说明")).to_have_attribute("aria-invalid", "true")
    assert page.get_by_role("alert").inner_text().count("必填") == 2
    say_what(page)
    page.get_by_text("直接填写经纬度").click()
    page.get_by_label("经度").fill("很远")
    page.get_by_label("纬度").fill("22.55")
    page.get_by_role("button", name="下一步").click()
    see(page, "应为数字。")
    assert page.get_by_label("经度").input_value() == "很远"
    page.get_by_label("经度").fill("114.23")
    onward(page, "files")
    onward(page, "who")
    page.get_by_role("button", name="下一步").click()
    see(page, "请选择实名或者匿名。")
    page.get_by_label("实名").check()
    page.get_by_label("姓名（或者单位名称）").fill("王小明")
    page.get_by_label("手机号码").fill("一三八")
    page.get_by_role("button", name="下一步").click()
    see(page, "不是电话号码。")
    assert page.get_by_label("手机号码").input_value() == "一三八"
    assert page.get_by_label("姓名（或者单位名称）").input_value() == "王小明"


def test_an_error_on_the_last_page_leads_to_the_field_that_is_wrong(open_page):
    page = open_page("/")
    begin(page)
    page.goto("/bring/check")
    page.get_by_role("alert").get_by_role("link", name="事情经过").click()
    page.wait_for_url("**/bring/what?mend=1#field-content")
    see(page, "必填。")


@pytest.mark.parametrize(
    "words",
    [
        "<script>document.title='坏'</script><img src=x onerror=alert(1)>",
        "路灯🚦👨‍👩‍👧坏了，\u202e倒过来\u202c，مرحبا",
        "第一行\n第二行 {{ 7*7 }} %(at)s",
    ],
)
def test_whatever_is_typed_is_shown_as_it_was_typed(open_page, words):
    page = open_page("/")
    begin(page)
    say_what(page, 事情经过=words)
    page.goto("/bring/check")
    assert words in page.locator("dd.letter").all_text_contents()
    assert page.title().startswith("核对并提交")


def test_a_nul_is_refused_at_its_field(town):
    with httpx.Client(base_url=town.base, follow_redirects=True, timeout=60) as client:
        shown = client.get("/bring")
        token = re.search(r'name="csrf_token" value="([^"]+)"', shown.text)[1]
        shown = client.post("/bring", data={"csrf_token": token, "purpose": "petition"})
        version = re.search(r'name="version" value="(\d+)"', shown.text)[1]
        typed = {"csrf_token": token, "version": version, "title": "路灯", "content": "坏\x00了"}
        shown = client.post("/bring/what", data=typed | {"do": "next"})
    assert shown.status_code == 422
    assert "第2个字符是控制字符" in shown.text


def test_what_is_typed_is_saved_while_typing_and_found_again(open_page):
    page = open_page("/")
    begin(page)
    page.get_by_label("一句话说明").fill("井盖松动")
    see(page, "已自动保存")
    page.goto("/")
    page.goto("/bring")
    see(page, "井盖松动")
    page.get_by_role("link", name="接着填").click()
    assert page.get_by_label("一句话说明").input_value() == "井盖松动"


def test_two_devices_do_not_overwrite_each_other_unseen(open_page):
    one = open_page("/")
    begin(one)
    other = one.context.new_page()
    other.goto("/bring/what")
    say_what(other, 一句话说明="另一台设备写的")
    one.get_by_label("一句话说明").fill("这台设备写的")
    one.get_by_label("事情经过").fill("这里写的经过。")
    one.get_by_role("button", name="下一步").click()
    see(one, "这份草稿刚刚在另一台设备上改过")
    assert one.get_by_label("一句话说明").input_value() == "这台设备写的"
    onward(one, "where")


def test_the_form_works_by_keyboard_alone(open_page):
    page = open_page("/bring")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.get_by_role("button", name="开始填写").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/bring/what")
    page.get_by_label("一句话说明").focus()
    page.keyboard.type("井盖松动")
    page.keyboard.press("Tab")
    page.keyboard.type("路口的井盖松动，车压过去很响。")
    page.get_by_role("button", name="下一步").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/bring/where")


def test_the_form_works_without_scripts(town, chromium):
    context = chromium.new_context(base_url=town.base, java_script_enabled=False)
    context.set_default_timeout(60_000)
    page = context.new_page()
    fill_in_all(page)
    number, code = send(page)
    follow(page, number, code)
    see(page, number)
    context.close()


def test_the_receipt_is_put_away_when_it_was_noted(open_page):
    page = open_page("/")
    fill_in_all(page)
    _, code = send(page)
    page.reload()
    assert page.locator("#query-code").inner_text() == code
    page.get_by_role("button", name="我已记下").click()
    page.wait_for_url("**/follow")
    page.goto("/bring/receipt")
    page.wait_for_url("**/bring")
    assert code not in page.content()


def test_no_address_ever_holds_what_is_private(open_page):
    page = open_page("/")
    visited = []
    page.on("request", lambda request: visited.append(request.url))
    fill_in_all(page)
    number, code = send(page)
    follow(page, number, code)
    page.wait_for_url("**/follow/petition")
    private = [number, code, code.replace("-", ""), "13800001234", "%E7%8E%8B%E5%B0%8F%E6%98%8E"]
    assert [url for url in visited if any(one in url for one in private)] == []


@pytest.mark.parametrize("phone", [False, True])
def test_every_page_can_be_used_by_everybody(open_page, phone):
    page = open_page("/", phone=phone)
    fill_in_all(page)
    for path in ("what", "where", "files", "who", "told", "check", "later"):
        page.goto(f"/bring/{path}")
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    for path in ("/", "/bring", "/follow", "/guide", "/reception-days", "/mailboxes", "/account"):
        page.goto(path)
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.goto("/bring/check")
    send(page)
    assert found_by_axe(page) == []
