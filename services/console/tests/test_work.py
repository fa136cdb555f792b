"""My work: counts and lists agree, and lead to the case."""

from conftest import found_by_axe


def test_what_waits_is_counted_listed_and_opened(town, open_page):
    posted = town.post_petition(title="鹭洲二路井盖松动")
    case = town.case_of(posted["petition_id"])
    page = open_page("/office?reason=dispatch", account="dispatcher")
    shown = page.locator(".reason[aria-current] .reason-count").inner_text()
    counted = town.get("dispatcher", "routing", "/v1/my-work")["reasons"][0]
    assert shown == counted["shown"]
    page.goto(f"/office/cases/{case['case_id']}")
    assert page.get_by_role("heading", level=1).inner_text() == "鹭洲二路井盖松动"
    assert found_by_axe(page) == []


def test_my_work_can_be_used_by_everybody_on_a_desk_and_on_a_phone(open_page):
    for phone in (False, True):
        page = open_page("/office", account="dispatcher", phone=phone)
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_staff_read_of_an_address_that_no_page_has_beside_their_menu(open_page):
    page = open_page("/office/nothing-there", account="registrar")
    page.get_by_role("heading", name="没有找到").wait_for()
    assert page.get_by_role("navigation", name="主菜单").count() == 1
    page.get_by_role("link", name="返回首页").click()
    page.wait_for_url("**/office")
