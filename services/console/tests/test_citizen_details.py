"""What a citizen may add to a matter: who else it is of, where exactly it is, photos seen again."""

import os
import re
import subprocess
import sys

import httpx
import pytest
from citizens import begin, onward, petition_of, photo, say_what, see, send
from conftest import found_by_axe
from playwright.sync_api import Page, expect
from watching import addresses, fits, in_no_address, until

_PLACES = """编码,名称,别名,类型,上级,经度,纬度
wangchao,望潮街道,望潮街道办事处,街道乡镇,,,
luzhou,鹭洲一路,,道路,wangchao,114.2411,22.5552
luzhou-2,鹭洲二路,,道路,wangchao,114.2599,22.5602
"""
_LOADED = "Array.from(document.querySelectorAll('.thumb img')).map((one) => one.naturalWidth)"


@pytest.fixture(scope="module")
def gazetteer(town, tmp_path_factory):
    """The office's table of places, put into intake as its operators do it."""
    table = tmp_path_factory.mktemp("gazetteer") / "places.csv"
    table.write_text(_PLACES, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "intake", "gazetteer", str(table)],
        env=os.environ | {"DATABASE_URL": f"sqlite:///{town.var / 'intake.sqlite'}"},
        check=True,
    )


def to_who(page: Page) -> None:
    """Go on to the page that asks who it is, and give a name."""
    begin(page)
    say_what(page)
    onward(page, "files")
    onward(page, "who")
    page.get_by_label("实名").check()
    page.get_by_label("姓名（或者单位名称）").fill("王小明")
    page.get_by_label("手机号码").fill("13800001234")
    page.get_by_label("住址").fill("云屏区鹭洲一路1号")


def open_list(page: Page, title: str) -> None:
    page.locator("summary", has_text=title).click()


def fill_row(page: Page, under: str, **said: str) -> None:
    for name, words in said.items():
        page.locator(f"[name='{under}.{name}']").fill(words)


def test_an_agent_representatives_and_cosigners_come_with_the_matter(town, open_page):
    page = open_page("/", phone=True)
    to_who(page)
    open_list(page, "代理人")
    fill_row(page, "agents.0", name="李代理", phone="13800005678")
    page.locator("[name='agents.0.relation']").select_option("lawyer")
    page.locator("[name='agents.0.authorisation.signed_on']").fill("2026-01-05")
    page.locator("[name='agents.0.authorisation.scope']").fill("代为反映、代收文书")
    open_list(page, "代表人")
    fill_row(page, "representatives.0", name="赵代表")
    open_list(page, "联名人")
    fill_row(page, "cosigners.0", name="钱联名")
    page.locator("[data-add=cosigners]").click()
    fill_row(page, "cosigners.1", name="孙联名")
    assert found_by_axe(page) == []
    assert fits(page)
    onward(page, "told")
    onward(page, "check")
    shown = page.locator("main").inner_text()
    assert all(name in shown for name in ("李代理", "赵代表", "钱联名、孙联名"))
    kept = petition_of(town, *send(page))
    beside = [(one["part"], one["relation"], one["authorised"]) for one in kept["participants"]]
    assert sorted(beside, key=str) == [
        ("agent", "lawyer", True),
        ("cosigner", None, None),
        ("cosigner", None, None),
        ("representative", None, None),
    ]
    assert (kept["people"], kept["joint"]) == (3, True)


def test_there_are_five_representatives_at_most(open_page):
    page = open_page("/")
    to_who(page)
    open_list(page, "代表人")
    for _ in range(6):
        page.locator("[data-add=representatives]").click()
    assert page.locator("[data-rows=representatives] > [data-row]").count() == 5
    see(page, "代表不超过5人")


def test_a_sixth_representative_is_refused_and_not_left_out(open_page):
    page = open_page("/")
    to_who(page)
    open_list(page, "代表人")
    page.locator("[data-rows=representatives]").evaluate("(list) => { list.dataset.most = 6; }")
    for _ in range(5):
        page.locator("[data-add=representatives]").click()
    for at, name in enumerate("甲乙丙丁戊己"):
        fill_row(page, f"representatives.{at}", name=f"代表{name}")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("alert").get_by_role("link", name="代表人").wait_for()
    see(page, "最多5项，现有6项。")
    expect(page.locator("[name='representatives.5.name']")).to_have_value("代表己")


def test_what_is_wrong_with_an_agent_is_said_at_the_field_and_kept(open_page):
    page = open_page("/")
    to_who(page)
    open_list(page, "代理人")
    fill_row(page, "agents.0", name="李代理", phone="不记得")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("alert").get_by_role("link", name="代理人1 · 联系电话").click()
    expect(page.locator("[name='agents.0.phone']")).to_be_focused()
    expect(page.locator("[name='agents.0.phone']")).to_have_value("不记得")
    see(page, "不是电话号码。")
    expect(page.locator("[name='agents.0.relation']")).to_have_attribute("aria-invalid", "true")


def test_whoever_is_taken_off_again_or_turns_anonymous_leaves_nobody_behind(open_page):
    page = open_page("/")
    to_who(page)
    open_list(page, "代理人")
    fill_row(page, "agents.0", name="李代理")
    page.locator("[name='agents.0.relation']").select_option("close_relative")
    open_list(page, "联名人")
    fill_row(page, "cosigners.0", name="钱联名")
    onward(page, "told")
    page.goto("/bring/who")
    expect(page.locator("[name='agents.0.name']")).to_have_value("李代理")
    page.locator("[data-rows=agents] [data-remove]").click()
    onward(page, "told")
    page.goto("/bring/check")
    assert "李代理" not in page.locator("main").inner_text()
    see(page, "钱联名")
    page.goto("/bring/who")
    page.get_by_label("匿名").check()
    onward(page, "told")
    page.goto("/bring/check")
    assert "钱联名" not in page.locator("main").inner_text()


@pytest.mark.usefixtures("gazetteer")
def test_a_place_is_found_by_its_name_and_chosen(town, open_page):
    page = open_page("/", phone=True)
    seen = addresses(page)
    begin(page)
    say_what(page)
    page.get_by_label("地点", exact=True).press_sequentially("鹭洲")
    page.get_by_label("鹭洲一路 道路").check()
    expect(page.get_by_label("地点", exact=True)).to_have_value("鹭洲一路")
    page.get_by_label("地点", exact=True).evaluate("(one) => one.blur()")
    assert found_by_axe(page) == []
    assert fits(page)
    page.get_by_role("button", name="用十字的位置").click()
    see(page, re.compile("经度114.241"))
    onward(page, "files")
    page.goto("/bring/where")
    expect(page.get_by_label("鹭洲一路 道路")).to_be_checked()
    page.goto("/bring/files")
    onward(page, "who")
    page.get_by_label("匿名").check()
    onward(page, "told")
    onward(page, "check")
    kept = petition_of(town, *send(page))
    assert (kept["place"], kept["place_code"]) == ("鹭洲一路", "luzhou")
    in_no_address(seen, "鹭洲")


@pytest.mark.usefixtures("gazetteer")
def test_a_place_that_is_none_of_them_stays_as_it_was_typed(town, open_page):
    page = open_page("/")
    begin(page)
    say_what(page)
    page.get_by_label("地点", exact=True).press_sequentially("鹭洲二路")
    page.get_by_label("鹭洲二路 道路").check()
    page.get_by_label("都不是，就按我写的").check()
    page.get_by_label("地点", exact=True).fill("鹭洲二路往北的小巷")
    onward(page, "files")
    page.goto("/bring/check")
    see(page, "鹭洲二路往北的小巷")


@pytest.mark.usefixtures("gazetteer")
def test_places_are_found_without_scripts(town, chromium):
    context = chromium.new_context(base_url=town.base, java_script_enabled=False)
    context.set_default_timeout(60_000)
    page = context.new_page()
    begin(page)
    say_what(page)
    page.get_by_label("地点", exact=True).fill("鹭洲")
    page.get_by_role("button", name="按地名查找").click()
    page.get_by_label("鹭洲二路 道路").check()
    onward(page, "files")
    page.goto("/bring/where")
    expect(page.get_by_label("鹭洲二路 道路")).to_be_checked()
    context.close()


def test_the_place_where_one_stands_is_taken_from_the_device(open_page):
    page = open_page("/", phone=True)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": 114.12345, "latitude": 22.54321})
    begin(page)
    say_what(page)
    page.get_by_role("button", name="用我现在的位置").click()
    see(page, "已标：经度114.12345，纬度22.54321。")
    onward(page, "files")
    page.goto("/bring/check")
    see(page, "经度114.12345，纬度22.54321")


def test_a_device_that_does_not_say_where_it_is_is_no_hindrance(open_page):
    page = open_page("/")
    page.context.clear_permissions()
    begin(page)
    say_what(page)
    page.get_by_role("button", name="用我现在的位置").click()
    see(page, "没能取得您的位置")
    onward(page, "files")


def test_photos_are_seen_again_on_another_visit_and_taken_out(town, open_page, tmp_path):
    page = open_page("/", phone=True)
    begin(page)
    say_what(page)
    onward(page, "files")
    page.locator("input[type=file]").set_input_files(photo(tmp_path))
    page.get_by_role("button", name="上传").click()
    see(page, "已上传：坏了的路灯.png")
    page.goto("/bring/later")
    page.get_by_role("button", name="留在这台设备上").click()
    page.wait_for_url(lambda url: url.endswith("/"))
    visit = page.context.new_page()
    visit.goto("/bring")
    visit.get_by_role("link", name="接着填").click()
    visit.goto("/bring/files")
    picture = visit.get_by_role("link", name="看大图：坏了的路灯.png")
    expect(picture).to_be_visible()
    until(visit, f"{_LOADED}.every((width) => width === 320)")
    assert found_by_axe(visit) == []
    assert fits(visit)
    there = picture.get_attribute("href")
    shown = visit.request.get(there)
    assert (shown.headers["content-type"], shown.headers["cache-control"]) == (
        "image/png",
        "no-store",
    )
    assert httpx.get(town.base + there).is_redirect, "who has no draft is sent to its beginning"
    stranger = open_page("/")
    begin(stranger)
    assert stranger.request.get(there).status == 404
    visit.get_by_role("button", name="删除 坏了的路灯.png").click()
    see(visit, "材料已删除。")
    visit.reload()
    expect(visit.locator(".thumb")).to_have_count(0)
    assert visit.request.get(there).status == 404
