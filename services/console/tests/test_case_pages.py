"""The pages of a case: two people at once, what is typed is kept, nothing hidden leaks."""

import pytest
from casework_pages import accepted, done, press, received
from conftest import found_by_axe
from playwright.sync_api import expect


def test_the_suggested_unit_is_one_button_away(town, open_page):
    case_id = received(
        town, title="B12路公交末班车太早", content="B12路公交车末班车晚上八点就没了。"
    )
    page = open_page(f"/office/cases/{case_id}", account="dispatcher")
    expect(page.locator("#guide")).to_contain_text("把握")
    press(page, "转送云屏区交通运输局")
    done(page, "转送")
    expect(page.locator(".case-head")).to_contain_text("云屏区交通运输局")


def test_whoever_is_second_finds_their_words_and_what_the_first_did(town, open_page):
    case_id = received(town, title="鹭洲五路井盖响")
    first = open_page(f"/office/cases/{case_id}/do/file", account="dispatcher")
    first.get_by_label("理由").fill("与另一件内容相同，存档备查。")
    town.act("dispatcher", case_id, "contact", text="已电话联系信访人。")
    press(first, "办理：存")
    expect(first.get_by_role("alert")).to_contain_text("其他人刚刚办理了此件")
    expect(first.locator("#meanwhile")).to_contain_text("已电话联系信访人")
    expect(first.get_by_label("理由")).to_have_value("与另一件内容相同，存档备查。")
    press(first, "办理：存")
    done(first, "存")


def test_words_stay_where_the_action_is_no_longer_there(town, open_page):
    case_id = received(town, title="鹭洲六路井盖响")
    page = open_page(f"/office/cases/{case_id}/do/file", account="dispatcher")
    page.get_by_label("理由").fill("存档备查，不再转送。")
    town.act("dispatcher", case_id, "forward", unit="transport", category="transport.bus")
    press(page, "办理：存")
    expect(page.locator("#meanwhile")).to_contain_text("现为“已转送”")
    expect(page.get_by_label("理由")).to_have_value("存档备查，不再转送。")
    expect(page.locator("#meanwhile").get_by_role("link", name="改派")).to_be_visible()


def test_one_sees_that_another_changed_the_case_and_keeps_what_is_typed(town, open_page):
    case_id = received(town, title="鹭洲七路井盖响")
    page = open_page(f"/office/cases/{case_id}/do/file", account="dispatcher")
    page.get_by_label("理由").fill("正在写的理由")
    town.act("dispatcher", case_id, "contact", text="已联系。")
    expect(page.locator("#case-changed")).to_contain_text("此件已有变动")
    expect(page.get_by_label("理由")).to_have_value("正在写的理由")


def test_nothing_is_lost_when_the_session_ends_while_one_types(town, open_page):
    case_id = received(town, title="鹭洲八路井盖响")
    page = open_page(f"/office/cases/{case_id}/do/file", account="dispatcher")
    page.get_by_label("理由").fill("写了很久的理由")
    other = page.context.new_page()
    other.goto("/office")
    press(other, "何军")
    press(other, "退出登录")
    other.wait_for_url("**/sign-in**")
    press(page, "办理：存")
    page.get_by_label("用户名").fill("dispatcher")
    page.get_by_label("密码").fill(town.password)
    press(page, "登录")
    page.wait_for_url(f"**/cases/{case_id}/do/file")
    expect(page.get_by_label("理由")).to_have_value("写了很久的理由")
    press(page, "办理：存")
    done(page, "存")


def test_script_in_what_people_wrote_is_text(town, open_page):
    script = "<script>document.title='x'</script><img src=x onerror=alert(1)>"
    case_id = accepted(town, title="路灯" + script, content="路灯坏了" + script)
    town.act("handler", case_id, "contact", text="联系了" + script)
    page = open_page(f"/office/cases/{case_id}", account="dispatcher")
    expect(page.locator("#timeline")).to_contain_text("联系了<script>")
    expect(page.get_by_role("heading", level=1)).to_contain_text("<img src=x")
    for part in ("/opinion", "/documents", "/alike", "/contacts", "/coordination", "/do/contact"):
        page.goto(f"/office/cases/{case_id}{part}")
        assert page.locator("main img, main script").count() == 0
        assert page.title() != "x"


def test_a_unit_that_is_accused_finds_no_trace(town, open_page):
    case_id = received(town, title="反映交通局执法不公")
    page = open_page(f"/office/cases/{case_id}/do/protect", account="dispatcher")
    page.get_by_label("云屏区交通运输局").check()
    page.get_by_label("理由").fill("信中点名反映该局工作人员。")
    press(page, "办理：设定被反映对象和回避人员")
    done(page, "设定被反映对象")
    accused = open_page("/office", account="handler")
    for part in (
        "",
        "/opinion",
        "/documents",
        "/alike",
        "/contacts",
        "/coordination",
        "/do/accept",
    ):
        answer = accused.goto(f"/office/cases/{case_id}{part}")
        assert answer.status == 404
        assert "反映交通局" not in accused.content()


def test_the_petitioner_is_masked_until_a_purpose_is_given(town, open_page):
    case_id = received(town, title="鹭洲九路井盖响")
    page = open_page(f"/office/cases/{case_id}", account="dispatcher")
    assert "13800001234" not in page.content()
    page.get_by_text("查看信访人身份").click()
    page.get_by_label("用途").select_option(label="联系、告知信访人")
    page.get_by_label("说明").fill("核对路段")
    press(page, "显示身份")
    expect(page.locator("main")).to_contain_text("13800001234")
    assert "13800001234" not in page.url


def test_a_split_takes_rows_as_they_are_added(town, open_page):
    case_id = received(town, title="路灯和垃圾两件事")
    page = open_page(f"/office/cases/{case_id}/do/split", account="dispatcher")
    page.get_by_label("标题（最多200字）").fill("垃圾清运")
    page.get_by_label("信访目的").select_option(label="申诉求决")
    page.get_by_label("内容（最多50000字）").fill("垃圾三天没有清运。")
    press(page, "再加一件")
    assert page.locator("fieldset.part").count() == 2
    expect(page.get_by_label("标题（最多200字）").first).to_have_value("垃圾清运")
    page.get_by_label("理由").fill("两件事由不同单位管。")
    press(page, "办理：分案")
    done(page, "分案")


def test_a_case_is_handled_by_keyboard_alone(town, open_page):
    case_id = received(town, title="B12路公交不进站", content="B12路公交车经过站台不停车。")
    page = open_page(f"/office/cases/{case_id}", account="dispatcher")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "跳到正文"
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if "btn-next" in page.evaluate("document.activeElement.className"):
            break
    page.keyboard.press("Enter")
    done(page, "转送")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_every_page_of_a_case_can_be_used_by_everybody(town, open_page, phone):
    case_id = accepted(town, title="鹭洲十路站牌歪了")
    page = open_page("/office", account="handler", phone=phone)
    parts = ("", "/opinion", "/documents", "/alike", "/contacts", "/coordination")
    for part in (*parts, "/do/reply", "/do/withdraw", "/do/invite"):
        page.goto(f"/office/cases/{case_id}{part}")
        page.evaluate("document.querySelectorAll('main details').forEach((one) => one.open = true)")
        assert found_by_axe(page) == [], part
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_printed_case_has_nothing_to_click_and_stays_masked(town, open_page):
    case_id = accepted(town, title="鹭洲十八路站牌歪了")
    page = open_page(f"/office/cases/{case_id}", account="handler")
    page.emulate_media(media="print")
    for gone in (".side", ".top", ".tabs", "#guide", ".unmask", "main .btn >> nth=0"):
        expect(page.locator(gone)).to_be_hidden()
    expect(page.locator("#clocks")).to_be_visible()
    text = page.locator("main").inner_text()
    assert "138******34" in text and "13800001234" not in page.content()
