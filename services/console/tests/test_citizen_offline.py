"""The portal without a network, installed on a phone, and while a service is down."""

import io
import re

import httpx
import pytest
from citizens import begin, fill_in_all, say_what, see, send
from conftest import found_by_axe
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page, expect

from console.pages.static import FOLDER

_DRAFT = "localStorage.getItem('minsheng-offline-draft')"
_CONTROLLED = "navigator.serviceWorker.ready.then(() => caches.keys())"
_PRIVATE = """(async () => {
    const found = [];
    for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys())
            found.push(new URL(request.url).pathname);
    return found;
})()"""


def go_offline(page: Page) -> None:
    """Take the network away once the service worker has what it needs."""
    page.evaluate(_CONTROLLED)
    page.context.set_offline(True)


def test_words_written_without_a_network_stay_on_the_device(open_page):
    page = open_page("/", phone=True)
    go_offline(page)
    page.goto("/bring")
    see(page, "没有网络也能写")
    assert found_by_axe(page) == []
    page.get_by_label("一句话说明").fill("断网时看到的井盖")
    page.get_by_label("事情经过").fill("村口的井盖没有了，这里没有信号。")
    see(page, "已存在这台设备上")
    page.reload()
    expect(page.get_by_label("一句话说明")).to_have_value("断网时看到的井盖")
    page.get_by_role("button", name="送到信访局").click()
    # Which of the two is said depends on whether the browser has noticed.
    expect(page.locator("#saved")).to_contain_text(re.compile("现在没有网络|没有送到"))
    page.context.set_offline(False)
    page.wait_for_url("**/bring/check")
    see(page, "断网时看到的井盖")
    assert page.evaluate(_DRAFT) is None


def test_words_that_wait_are_sent_when_the_page_is_opened_with_a_network(open_page):
    page = open_page("/", phone=True)
    go_offline(page)
    page.goto("/bring")
    page.get_by_label("一句话说明").fill("重新打开时送出")
    see(page, "已存在这台设备上")
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto("/offline")
    page.wait_for_url("**/bring/check")
    see(page, "重新打开时送出")
    assert page.evaluate(_DRAFT) is None


def test_any_other_page_sends_them_too_and_says_where_they_are(open_page):
    page = open_page("/", phone=True)
    go_offline(page)
    page.goto("/bring")
    page.get_by_label("一句话说明").fill("在首页送出")
    see(page, "已存在这台设备上")
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto("/")
    see(page, "已经送到信访局存为草稿")
    assert page.evaluate(_DRAFT) is None
    page.get_by_role("link", name="核对并提交").click()
    see(page, "在首页送出")


def test_they_wait_while_another_draft_is_being_filled_in(open_page):
    page = open_page("/")
    begin(page)
    say_what(page)
    go_offline(page)
    page.goto("/offline")
    page.get_by_label("一句话说明").fill("另一件事")
    see(page, "已存在这台设备上")
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto("/bring/where")
    see(page, "这台设备上有一份没有网络时写的草稿。")
    page.get_by_role("link", name="接着填").click()
    see(page, "您还有一份没填完的，请先提交或者删除它。")
    expect(page.get_by_label("一句话说明")).to_have_value("另一件事")
    assert "另一件事" in page.evaluate(_DRAFT)


def test_what_is_kept_on_the_device_can_be_removed(open_page):
    page = open_page("/offline")
    page.get_by_label("一句话说明").fill("不想留下的话")
    see(page, "已存在这台设备上")
    page.get_by_role("button", name="从这台设备上删除").click()
    assert page.evaluate(_DRAFT) is None
    expect(page.get_by_label("一句话说明")).to_have_value("")


def test_a_page_that_is_sent_without_a_network_keeps_its_words(open_page):
    page = open_page("/bring")
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url("**/bring/what")
    go_offline(page)
    page.get_by_label("一句话说明").fill("正要送出时断网")
    page.get_by_label("事情经过").fill("电梯里没有信号。")
    page.get_by_role("button", name="下一步").click()
    see(page, "您刚才填写的内容还在")
    page.context.set_offline(False)
    page.goto("/bring/what")
    expect(page.get_by_label("一句话说明")).to_have_value("正要送出时断网")
    expect(page.get_by_label("事情经过")).to_have_value("电梯里没有信号。")


def test_no_private_page_is_ever_kept_by_the_service_worker(open_page):
    page = open_page("/")
    page.evaluate(_CONTROLLED)
    fill_in_all(page)
    send(page)
    kept = page.evaluate(_PRIVATE)
    assert {path for path in kept if not path.startswith("/static/")} == {"/offline", "/guide"}


def test_the_portal_can_be_installed(town):
    manifest = httpx.get(f"{town.base}/manifest.webmanifest")
    told = manifest.json()
    assert manifest.headers["content-type"] == "application/manifest+json"
    assert (told["start_url"], told["scope"], told["display"]) == ("/", "/", "standalone")
    for icon in told["icons"]:
        picture = httpx.get(town.base + icon["src"])
        assert picture.headers["content-type"].startswith(icon["type"])
        if icon["type"] == "image/png":
            width, height = Image.open(io.BytesIO(picture.content)).size
            assert icon["sizes"] == f"{width}x{height}"
    assert {(one["sizes"], one["purpose"]) for one in told["icons"]} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    worker = httpx.get(f"{town.base}/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"


def test_a_browser_finds_nothing_that_keeps_it_from_installing(open_page):
    page = open_page("/", phone=True)
    page.evaluate(_CONTROLLED)
    page.reload()
    assert page.evaluate("navigator.serviceWorker.controller.scriptURL").endswith("/sw.js")
    browser = page.context.new_cdp_session(page)
    assert browser.send("Page.getAppManifest")["errors"] == []
    found = browser.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A test's browser keeps nothing, as one in private does.
    assert {one["errorId"] for one in found} <= {"in-incognito"}
    touch = page.locator("link[rel=apple-touch-icon]").get_attribute("href")
    assert page.request.get(touch).headers["content-type"] == "image/png"
    go_offline(page)
    page.goto("/")
    see(page, "没有网络也能写")


@pytest.mark.parametrize(
    ("name", "round_corners"),
    [
        ("icon-192.png", True),
        ("icon-512.png", True),
        ("icon-maskable-512.png", False),
        ("apple-touch-icon.png", False),
    ],
    ids=["192", "512", "maskable", "apple"],
)
def test_the_icons_are_the_drawing_at_their_sizes(chromium, name, round_corners):
    drawing = (FOLDER / "icon.svg").read_text(encoding="utf-8")
    if not round_corners:
        drawing = drawing.replace(' rx="14"', "")
    kept = Image.open(FOLDER / name).convert("RGBA")
    page = chromium.new_page(viewport={"width": kept.width, "height": kept.height})
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{drawing}")
    drawn = Image.open(io.BytesIO(page.screenshot(omit_background=True))).convert("RGBA")
    page.close()
    assert max(ImageStat.Stat(ImageChops.difference(kept, drawn)).mean) < 1
    corner = kept.getpixel((0, 0))
    assert (corner[3] == 0) == round_corners, "a maskable picture fills its whole square"
