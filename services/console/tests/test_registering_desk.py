"""Registering a petition: what was typed stays, repeats are shown, the code is shown once."""

import os
import re
import subprocess
import sys

import pytest
from conftest import found_by_axe
from watching import addresses, fits, in_no_address, pasted

SCRIPT = "<script>document.title='taken'</script>"
FORM = "/office/register"


@pytest.fixture
def form(open_page):
    """The empty form, before a registrar."""
    return open_page(FORM, account="registrar")


@pytest.fixture(scope="session")
def gazetteer(town, tmp_path_factory):
    """The office's table of places, loaded as it is loaded."""
    table = tmp_path_factory.mktemp("places") / "places.csv"
    table.write_text(
        "编码,名称,别名,类型,上级,经度,纬度\n"
        "yunping,云屏街道,,街道乡镇,,,\n"
        "zhaohai,照海路,,道路,yunping,114.2411,22.5552\n",
        "utf-8",
    )
    subprocess.run(
        [sys.executable, "-m", "intake", "gazetteer", table],
        env={**os.environ, "DATABASE_URL": f"sqlite:///{town.var / 'intake.sqlite'}"},
        check=True,
    )


def fill(page, **typed):
    for name, value in typed.items():
        page.locator(f"[name='{name.replace('__', '.')}']").first.fill(value)


def test_a_petition_is_registered_and_its_code_shown_this_once(town, form):
    seen = addresses(form)
    form.get_by_label("渠道").select_option("visit")
    fill(
        form,
        title="松岚小区电梯停用",
        content="松岚小区三号楼电梯停用两个月，老人上下楼困难。",
        claim="尽快修好电梯",
        place="松岚小区",
        petitioner__name="赵六",
        petitioner__phone="13912345678",
        petitioner__id_number="11010519491231002X",
        people="3",
        received_at="2026-01-05T09:30",
    )
    form.locator("summary", has_text="联名人").click()
    fill(form, cosigners__0__name="钱七")
    form.get_by_role("button", name="再加一位").locator("visible=true").click()
    form.locator("[name='cosigners.1.name']").fill("孙八")
    form.get_by_label("情况紧急").check()
    form.get_by_label("信访人同意电子送达").check()
    form.get_by_role("button", name="登记", exact=True).click()
    number, code = form.locator(".receipt-code").all_inner_texts()
    assert re.fullmatch(r"XF\d{12}", number)
    assert (
        form.evaluate("Object.keys(sessionStorage).filter((one) => one.includes('register'))") == []
    )
    assert found_by_axe(form) == []
    form.get_by_role("link", name="上传附件").click()
    assert form.get_by_role("heading", level=1).inner_text() == "松岚小区电梯停用"
    assert code not in form.content()
    assert form.get_by_text("13912345678").count() == 0
    kept = town.get("registrar", "intake", "/v1" + form.url.split("/office")[1].split("#")[0])
    assert (kept["petition_no"], kept["people"], len(kept["participants"])) == (number, 3, 2)
    assert kept["received_at"] == "2026-01-05T01:30:00+00:00"
    in_no_address(seen, "赵六", "13912345678", "11010519491231002X", code, "松岚")


def test_each_reason_stands_at_its_field_and_all_that_was_typed_stays(form):
    form.get_by_label("渠道").select_option("visit")
    fill(form, title=SCRIPT, petitioner__name=SCRIPT, petitioner__phone="不知道", people="许多")
    form.get_by_text("代理人").first.click()
    fill(form, agents__0__name="李律师")
    form.get_by_role("button", name="登记", exact=True).click()
    form.get_by_role("alert").wait_for()
    for field, reason in {
        "content": "必填",
        "petitioner.phone": "不是电话号码",
        "agents.0.relation": "必填",
        "people": "应为整数",
    }.items():
        assert reason in form.locator(f"[id='wrong-{field}']").inner_text()
    assert "代理人1 · 与信访人的关系" in form.get_by_role("alert").inner_text()
    kept = {
        "channel": "visit",
        "title": SCRIPT,
        "petitioner.name": SCRIPT,
        "petitioner.phone": "不知道",
        "agents.0.name": "李律师",
        "people": "许多",
    }
    for name, value in kept.items():
        assert form.locator(f"[name='{name}']").input_value() == value
    assert form.title() != "taken"
    assert found_by_axe(form) == []


WORST = {
    "title": "题\u0007目",
    "content": "信" * 100_000,
    "claim": "诉" * 2_001,
    "course": "过" * 10_001,
    "place": "x" * 5_000,
    "petitioner.name": "王\u0000明",
    "petitioner.phone": "😀",
    "petitioner.id_number": "1" * 100_000,
    "petitioner.email": SCRIPT,
    "petitioner.address": "路" * 301,
    "people": "9" * 30,
    "affected": "-1",
    "notify.wechat_id": "微" * 65,
}


def test_the_worst_that_is_typed_is_named_at_each_field_and_stays(form):
    form.get_by_label("渠道").select_option("visit")
    form.locator("summary", has_text="此前的经过").click()
    pasted(form, WORST)
    form.get_by_role("button", name="登记", exact=True).click()
    form.get_by_role("alert").wait_for()
    for name, value in WORST.items():
        assert form.locator(f"[id='wrong-{name}']").inner_text().strip(), name
        assert form.locator(f"[name='{name}']").first.input_value() == value, name
    assert form.title() != "taken"


def test_a_letter_of_days_to_come_is_refused_at_its_field(form):
    form.get_by_label("渠道").select_option("visit")
    fill(form, title="明年的来访", content="😀" + SCRIPT, received_at="2031-01-05T09:30")
    form.get_by_role("button", name="登记", exact=True).click()
    form.locator("#wrong-received_at").wait_for()
    assert form.locator("[name=received_at]").input_value() == "2031-01-05T09:30"
    fill(form, received_at="2026-01-05T09:30")
    form.get_by_role("button", name="登记", exact=True).click()
    form.get_by_role("link", name="上传附件").click()
    assert ("😀" + SCRIPT) in form.locator(".letter").first.inner_text()


def test_a_long_text_that_is_pasted_is_not_cut_off_in_silence(form):
    form.locator("#field-claim").focus()
    form.keyboard.insert_text("诉" * 2_100)
    assert len(form.locator("#field-claim").input_value()) == 2_100
    form.get_by_role("button", name="登记", exact=True).click()
    assert "现有2100个字" in form.locator("#wrong-claim").inner_text()


def test_a_road_of_the_gazetteer_is_found_and_chosen_by_keyboard(gazetteer, town, form):
    form.get_by_label("渠道").select_option("visit")
    fill(form, title="照海路路灯不亮", content="照海路的路灯坏了。")
    form.locator("#field-place").focus()
    form.keyboard.type("照海")
    form.locator(".pick", has_text="照海路").wait_for()
    form.keyboard.press("Tab")
    form.keyboard.press("Space")
    assert form.locator("#field-place").input_value() == "照海路"
    assert found_by_axe(form) == []
    form.get_by_role("button", name="登记", exact=True).click()
    form.get_by_role("link", name="上传附件").click()
    kept = town.get("registrar", "intake", "/v1" + form.url.split("/office")[1].split("#")[0])
    assert (kept["place"], kept["place_code"]) == ("照海路", "zhaohai")


def test_what_is_typed_is_still_there_when_the_page_is_opened_again(form):
    fill(form, title="写到一半", petitioner__name="周九")
    form.locator("summary", has_text="联名人").click()
    form.get_by_role("button", name="再加一位").locator("visible=true").click()
    form.locator("[name='cosigners.1.name']").fill("吴十")
    form.reload()
    assert form.locator("[name=title]").input_value() == "写到一半"
    assert form.locator("[name='petitioner.name']").input_value() == "周九"
    assert form.locator("[name='cosigners.1.name']").input_value() == "吴十"


def test_a_repeat_is_shown_while_it_is_typed_and_opens_beside_the_form(town, form):
    first = town.post_petition(
        title="枫渡新村垃圾站臭味扰民", content="枫渡新村垃圾站夏天臭味很大，居民不敢开窗。"
    )
    seen = addresses(form)
    fill(form, title="枫渡新村垃圾站臭味", content="枫渡新村垃圾站臭味很大，不敢开窗。")
    fill(form, petitioner__phone="13800001234")
    repeat = form.locator("#repeats").get_by_role("link", name="枫渡新村垃圾站臭味扰民")
    repeat.wait_for()
    with form.expect_popup() as opened:
        repeat.click()
    assert opened.value.url.endswith(first["petition_id"])
    assert form.locator("[name=title]").input_value() == "枫渡新村垃圾站臭味"
    in_no_address(seen, "枫渡", "13800001234")


@pytest.mark.parametrize("phone", [False, True])
def test_the_form_can_be_used_by_everybody(open_page, phone):
    page = open_page(FORM, account="registrar", phone=phone)
    assert found_by_axe(page) == []
    assert fits(page)


def test_it_is_for_registrars(open_page):
    page = open_page(FORM, account="handler")
    assert "您没有查看此页的权限" in page.get_by_role("heading", level=1).inner_text()
