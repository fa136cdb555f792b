"""The leader's page: every number leads to as many cases as it says, an instruction is one tap."""

import re

import pytest
from conftest import found_by_axe
from leading_desk import case_at_unit, forwarded


@pytest.fixture(scope="module")
def busy(town):
    """A case in each of three stages."""
    petition = town.post_petition(title="今日新来的一件")
    town.case_of(petition["petition_id"])
    return forwarded(town, "今日转送的一件"), case_at_unit(town, "今日受理的一件")


def rows_of(page):
    """How many rows a list has on all its pages."""
    count = page.locator("#list .rows tbody tr").count()
    while page.get_by_role("link", name="下一页").count():
        page.get_by_role("link", name="下一页").click()
        page.wait_for_load_state()
        count += page.locator("#list .rows tbody tr").count()
    return count


def test_every_number_leads_to_as_many_cases(busy, open_page):
    page = open_page("/office/today", account="leader", phone=True)
    links = page.locator("[data-number][href*='/office/cases']").evaluate_all(
        "all => all.map(one => [one.dataset.number, one.getAttribute('href'), one.innerText])"
    )
    assert {name for name, _, _ in links} > {"today", "week", "overdue", "soon", "stage-0"}
    for name, href, said in links:
        page.goto(href)
        number = re.search(r"\d+", said)[0]
        assert (name, page.locator("#list h2").inner_text()) == (name, f"共{number}件")
        assert (name, rows_of(page)) == (name, int(number))


def test_what_is_overdue_by_unit_leads_to_as_many_duties(busy, open_page):
    page = open_page("/office/today", account="supervisor")
    links = page.locator("[data-overdue]").evaluate_all(
        "all => all.map(one => [one.getAttribute('href'), one.innerText])"
    )
    for href, said in links:
        page.goto(href)
        assert rows_of(page) == int(said)


def test_charts_are_drawn_of_the_tables_below_them(busy, open_page):
    page = open_page("/office/today", account="leader")
    page.locator("[data-chart=stages-table] canvas").wait_for()
    assert page.locator("#stages-table tbody tr").count() == 7
    for phone in (False, True):
        page = open_page("/office/today", account="leader", phone=phone)
        page.locator("[data-chart=stages-table] canvas").wait_for()
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_usual_instruction_is_given_with_one_tap_and_the_title_is_remembered(
    town, busy, open_page
):
    case_id = busy[1]
    page = open_page(f"/office/instructions/new?case={case_id}", account="leader", phone=True)
    page.get_by_label("领导职务").fill("副区长")
    page.get_by_role("button", name="请抓紧办理").click()
    page.wait_for_url(re.compile("/office/instructions/[0-9a-f-]{36}$"))
    assert "请抓紧办理，按期答复信访人。" in page.locator("main").inner_text()
    page.goto(f"/office/instructions/new?case={case_id}")
    assert page.get_by_label("领导职务").input_value() == "副区长"
    given = town.get("handler", "routing", "/v1/instructions", case_id=case_id)["items"]
    assert [one["leader_title"] for one in given] == ["副区长"]


def test_instructions_not_yet_answered_are_as_many_as_their_list_has(busy, open_page):
    page = open_page(f"/office/instructions/new?case={busy[0]}", account="leader", phone=True)
    page.get_by_label("领导职务").fill("副区长")
    page.get_by_role("button", name="请核实情况").click()
    page.wait_for_url(re.compile("/office/instructions/[0-9a-f-]{36}$"))
    page.goto("/office/today")
    number = page.locator("[data-number=instructions]")
    said = int(number.locator(".reason-count").inner_text())
    assert said > 0
    number.click()
    page.wait_for_url("**/office/instructions?state=given")
    assert rows_of(page) == said


def test_the_overdue_page_can_be_used_by_everybody(busy, open_page):
    for phone in (False, True):
        page = open_page("/office/overdue", account="supervisor", phone=phone)
        assert page.get_by_role("heading", level=1).inner_text() == "超期事项"
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_from_a_number_over_its_cases_to_an_instruction_it_is_one_tap(town, busy, open_page):
    case_id = forwarded(town, "今日要批示的一件")
    number = town.get("leader", "routing", f"/v1/cases/{case_id}")["case_no"]
    page = open_page(f"/office/instructions/new?case={busy[1]}", account="leader", phone=True)
    page.get_by_label("领导职务").fill("副区长")
    page.get_by_role("button", name="请抓紧办理").click()
    page.wait_for_url(re.compile("/office/instructions/[0-9a-f-]{36}$"))
    page.goto("/office/today")
    page.locator("[data-number=today]").click()
    page.wait_for_url("**/office/cases?**")
    listed = page.url
    page.get_by_role("button", name=f"批示{number}：请抓紧办理").click()
    page.locator("[data-done]").wait_for()
    assert f"已批示{number}" in page.locator("[data-done]").inner_text()
    assert page.url == listed
    row = page.locator("#list tbody tr", has_text=number)
    assert "已批示，待回复" in row.inner_text()
    assert row.get_by_role("button").count() == 0
    given = town.get("handler", "routing", "/v1/instructions", case_id=case_id)["items"]
    assert [one["text"] for one in given] == ["请抓紧办理，按期答复信访人。"]
    for path in (listed, "/office/overdue", f"/office/cases/{case_id}"):
        page.goto(path)
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
