"""Receiving a visitor: ticket, record, read back, confirmed, registered, the receipt printed."""

import datetime as dt

import pytest
from conftest import found_by_axe
from watching import addresses, fits, in_no_address

from shared.clock import OFFICE_TZ

ID_NUMBER = "11010519491231002X"


def received(page):
    """A ticket is taken and called; the page of the visit."""
    page.get_by_label("来访人数").fill("2")
    page.get_by_role("button", name="取号").click()
    page.get_by_text("已取号").wait_for()
    called(page)
    return page


def called(page):
    page.get_by_label("窗口").fill("3")
    page.get_by_role("button", name="请下一位").click()
    page.get_by_role("heading", name="来访人", exact=False).first.wait_for()
    page.wait_for_url("**/office/visits/*")


def ended(page):
    """Whoever is before the clerk leaves, so that the next test begins with nobody."""
    page.get_by_label("离开原因").select_option("gave_up")
    page.get_by_role("button", name="结束接待").click()
    page.get_by_text("接访已结束").wait_for()


def written(page):
    page.locator("[name='petitioner.name']").fill("冯大爷")
    page.locator("[name='petitioner.phone']").fill("13500007777")
    page.get_by_role("button", name="保存来访人").click()
    page.get_by_text("已登记来访人。").wait_for()


@pytest.fixture
def queue(open_page):
    return open_page("/office/reception", account="registrar")


def test_a_visitor_is_received_from_the_ticket_to_the_receipt(queue):
    page = received(queue)
    seen = addresses(page)
    written(page)
    page.locator("#field-document").select_option("id_card")
    page.locator("#field-id_number").fill("110105194912310021")
    page.locator("#field-result").select_option("matched")
    page.get_by_role("button", name="记下核验结果").click()
    assert "校验码不符" in page.locator("#wrong-id_number").inner_text()
    page.locator("#field-id_number").fill(ID_NUMBER)
    page.get_by_role("button", name="记下核验结果").click()
    page.get_by_text("已记下证件核验：人证一致。").wait_for()

    page.locator("[name=title]").fill("荷塘村道路未硬化")
    page.locator("#field-content").fill("荷塘村到镇上的路一直是土路，下雨不能走。")
    page.get_by_text("已保存").wait_for()
    page.get_by_role("button", name="已向来访人宣读").click()
    page.get_by_text("已记下：已向来访人宣读。").wait_for()
    page.get_by_role("button", name="来访人已确认").click()
    page.locator("#wrong-confirmed_by").wait_for()
    page.get_by_label("确认人").select_option("冯大爷")
    page.get_by_role("button", name="来访人已确认").click()
    page.get_by_text("来访人已确认，可以登记。").wait_for()
    page.get_by_role("button", name="登记为信访件").click()
    page.get_by_role("heading", name="来访已登记").wait_for()
    assert found_by_axe(page) == []

    with page.expect_popup() as printed:
        page.get_by_role("button", name="打印回执").click()
    receipt = printed.value.locator("body").inner_text()
    assert "荷塘村道路未硬化" in receipt
    assert "查询码" in receipt
    assert "由冯大爷确认无误" in receipt
    in_no_address(seen, "冯大爷", "13500007777", ID_NUMBER, "荷塘")


def test_what_is_changed_after_it_was_confirmed_is_read_back_again(queue):
    page = received(queue)
    written(page)
    page.locator("[name=title]").fill("先说的事")
    page.locator("#field-content").fill("先说的情况。")
    page.get_by_role("button", name="已向来访人宣读").click()
    page.get_by_label("确认人").select_option("冯大爷")
    page.get_by_role("button", name="来访人已确认").click()
    page.get_by_text("来访人已确认，可以登记。").wait_for()
    page.locator("#field-content").fill("后来改了的情况。")
    page.get_by_text("已保存").wait_for()
    page.get_by_role("button", name="登记为信访件").click()
    assert "尚未经来访人确认" in page.get_by_role("alert").inner_text()
    assert page.locator("#field-content").input_value() == "后来改了的情况。"
    ended(page)


def test_more_than_five_choose_representatives_and_all_that_was_typed_stays(queue):
    page = received(queue)
    page.locator("[name=people]").fill("8")
    page.locator("[name='petitioner.name']").fill("蒋某")
    page.locator("summary", has_text="同行人").click()
    page.locator("[name='companions.0.name']").fill("沈某")
    page.get_by_role("button", name="保存来访人").click()
    alert = page.get_by_role("alert").inner_text()
    assert "应当推选代表" in alert
    assert "第二十条" in alert
    assert page.locator("[name=people]").input_value() == "8"
    assert page.locator("[name='companions.0.name']").input_value() == "沈某"
    page.get_by_label("推选的代表", exact=True).check()
    page.get_by_role("button", name="保存来访人").click()
    page.get_by_text("已登记来访人。").wait_for()
    ended(page)


def test_who_did_not_come_is_queued_again(queue):
    page = received(queue)
    page.get_by_role("button", name="叫号未到").click()
    page.get_by_text("已记为过号未到。").wait_for()
    page.get_by_role("button", name="重新排队").last.click()
    page.get_by_text("已重新排队。").wait_for()
    called(page)
    ended(page)


def test_the_counts_of_the_day_are_the_services(town, queue):
    page = received(queue)
    ended(page)
    today = dt.datetime.now(OFFICE_TZ).date().isoformat()
    (day,) = town.get(
        "registrar", "intake", "/v1/reception/counts", since=today, until=today, place="hall"
    )["items"]
    assert page.locator(".figures dd").first.inner_text() == str(day["tickets"])


@pytest.mark.parametrize("phone", [False, True])
def test_the_reception_can_be_used_by_everybody(open_page, phone):
    page = open_page("/office/reception", account="registrar", phone=phone)
    assert (found_by_axe(page), fits(page)) == ([], True)
    received(page)
    written(page)
    assert (found_by_axe(page), fits(page)) == ([], True)
    ended(page)
