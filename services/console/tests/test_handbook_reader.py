"""The handbook inside the frame: places that other pages lead to, words that are searched."""

from conftest import found_by_axe
from watching import until

from console.domain.handbook import find, taken_apart

PAGE = (
    '<title>手册（试）</title><body class="bureau"><header><p class="basis">版本：1</p>\n</header>'
    '<nav id="contents"><h1>目录</h1><ol><li><a href="#one">一</a></li></ol></nav>'
    '<h1 id="one">一<span class="code">one</span></h1><p>延期要批准，<b>延期</b>一次。</p>'
    '<h2 id="two">二</h2><p>送达&amp;签收</p></body>'
)


def test_a_page_is_taken_apart_and_searched_by_its_parts():
    book = taken_apart(PAGE)
    assert (book.title, book.edition, book.note) == ("手册（试）", "bureau", "版本：1")
    assert "code" not in book.text
    assert [(one.anchor, one.title, one.times) for one in find(book, "延期")] == [("one", "一", 2)]
    assert [one.anchor for one in find(book, "送达&签收")] == ["two"]
    assert find(book, "没有") == []


def test_an_action_is_found_under_its_anchor_and_words_are_searched(open_page):
    page = open_page("/office/handbook#action-forward", account="dispatcher")
    heading = page.locator("#action-forward")
    assert heading.inner_text() == "转送"
    until(page, "window.scrollY > 1000")
    assert heading.bounding_box()["y"] < page.viewport_size["height"]
    assert page.locator("#state-registered").count() == 1
    page.get_by_label("在手册中查找").fill("督办函")
    count = page.locator("[data-count]")
    assert count.inner_text().startswith("第1处，共")
    page.get_by_role("button", name="查找下一处").click()
    assert count.inner_text().startswith("第2处，共")
    page.get_by_label("在手册中查找").fill("没有这几个字")
    assert count.inner_text() == "没有找到"


def test_words_are_listed_by_parts_without_scripts(chromium, town, open_page):
    signed_in = open_page("/office/handbook", account="handler")
    state = signed_in.context.storage_state()
    context = chromium.new_context(
        java_script_enabled=False, base_url=town.base, storage_state=state
    )
    page = context.new_page()
    page.goto("/office/handbook?find=督办函", timeout=60_000)
    places = page.get_by_role("region", name="查找结果").get_by_role("link")
    assert places.count() > 0
    assert places.first.get_attribute("href").startswith("#")
    context.close()


def test_a_unit_reads_its_own_edition_and_prints_it(open_page):
    page = open_page("/office/handbook", account="handler")
    assert "承办单位版" in page.get_by_role("link", name="承办单位版").inner_text()
    current = page.locator(".page-tools [aria-current]")
    assert current.inner_text() == "承办单位版"
    page.get_by_role("link", name="打印版").click()
    page.wait_for_url("**/office/handbook/print?edition=department")
    assert page.get_by_text("目录", exact=True).first.is_visible()


def test_the_handbook_can_be_used_by_everybody_on_a_desk_and_on_a_phone(open_page):
    for phone in (False, True):
        page = open_page("/office/handbook", account="handler", phone=phone)
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
