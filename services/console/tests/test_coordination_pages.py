"""Meetings, tasks, charges, advice, referrals and reception days, worked by those who may."""

import datetime as dt
import re

import pytest
from conftest import found_by_axe
from leading_desk import case_at_unit
from watching import until

ONE = re.compile(r"/office/[a-z-]+/[0-9a-f-]{36}$")


@pytest.fixture(scope="module")
def case(town):
    """A case at the transport unit, with its number."""
    case_id = case_at_unit(town, "会商的公交专用道")
    return town.get("leader", "routing", f"/v1/cases/{case_id}")


def send_form(page, button, **typed):
    """Fill in fields by their labels and send the form."""
    for label, value in typed.items():
        named = re.compile(rf"^\s*{label}(\s*必填)?\s*$")
        choices = page.locator("main form.panel fieldset").filter(
            has=page.locator("legend").filter(has_text=named)
        )
        if choices.count():
            choices.get_by_label(value, exact=True).check()
            continue
        about = page.locator("main form.panel label").filter(has_text=named)
        field = page.locator(f"#{about.get_attribute('for')}")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    page.locator("main form.panel").get_by_role("button", name=button, exact=True).click()
    page.wait_for_url(ONE)


def step(page, name, **typed):
    """Take a step that asks for something."""
    page.get_by_role("link", name=name, exact=True).click()
    send_form(page, name, **typed)


def test_a_meeting_is_called_held_minuted_and_approved_and_sets_a_task(town, case, open_page):
    page = open_page("/office/meetings/new", account="dispatcher")
    page.get_by_label("云屏区交通运输局").check()
    send_form(
        page, "召开协调会", 会议名称="公交专用道协调会", 时间="2030-03-02T09:30",
        地点="三楼会议室", 主持人职务="副区长", 通知事项="请带线路图。",
        信访事项=case["case_no"],
    )  # fmt: skip
    assert "会商的公交专用道" in page.locator("#cases").inner_text()
    assert found_by_axe(page) == []
    page.get_by_role("link", name="登记已召开").click()
    page.get_by_label("云屏区交通运输局").check()
    send_form(page, "登记已召开")
    step(page, "起草纪要", 会议纪要="议定：调整专用道时段。")
    meeting = page.url
    page = open_page(meeting, account="leader")
    page.get_by_role("button", name="审定纪要").click()
    page.get_by_text("已办理：审定纪要").wait_for()
    page.get_by_role("link", name="下达任务").click()
    send_form(
        page, "下达任务", 任务名称="调整时段", 任务内容="本月内完成。",
        承办单位="云屏区交通运输局", 完成期限="2030-03-31",
    )  # fmt: skip
    assert "会商的公交专用道" in page.locator("#cases").inner_text()
    task = page.url
    page = open_page(task, account="unit_head", phone=True)
    page.get_by_role("button", name="接收任务").click()
    page.get_by_text("已办理：接收任务").wait_for()
    step(page, "报告结果", 结果="时段已经调整。")
    page = open_page(task, account="dispatcher")
    page.get_by_role("button", name="验收通过").click()
    page.get_by_text("已办理：验收通过").wait_for()
    assert "时段已经调整" in page.locator("#drafts").inner_text()


def test_a_number_that_is_not_there_is_said_at_its_field_and_what_was_typed_stays(open_page):
    page = open_page("/office/meetings/new", account="dispatcher")
    page.get_by_label("会议名称").fill("另一个会")
    page.get_by_label("信访事项").fill("XS999999999999")
    page.get_by_role("button", name="召开协调会").click()
    page.get_by_role("alert").wait_for()
    assert "没有找到：XS999999999999" in page.locator("#wrong-case_ids").inner_text()
    assert page.get_by_label("会议名称").input_value() == "另一个会"


def test_a_leader_takes_charge_and_the_charge_is_ended(case, open_page):
    page = open_page(f"/office/charges/new?case={case['case_id']}", account="leader", phone=True)
    send_form(page, "确定包案领导", 领导职务="副区长", 要求="一包到底。")
    step(page, "解除包案", 结果="已经化解。")
    assert "已解除" in page.locator("main").inner_text()


def test_advice_is_sent_to_a_unit_which_feeds_back(case, open_page):
    page = open_page(f"/office/advice/new?case={case['case_id']}", account="supervisor")
    send_form(
        page, "提出建议", 种类="改进工作建议", 问题="专用道公告不清楚。", 建议内容="改进公告。",
        致="云屏区交通运输局",
    )  # fmt: skip
    page = open_page(page.url, account="unit_head")
    step(page, "反馈采纳情况", 采纳情况="采纳", 措施或者未采纳的理由="已改进公告。")
    assert "已改进公告" in page.locator("main").inner_text()


def test_a_case_is_booked_for_a_reception_day_whose_end_waits_for_its_beginning(case, open_page):
    page = open_page("/office/reception-days/new", account="dispatcher")
    send_form(
        page, "安排接访日", 领导职务="区长", 开始时间="2030-03-05T09:00",
        结束时间="2030-03-05T11:00", 地点="接待大厅", 对群众公布="是", 名额="5",
    )  # fmt: skip
    step(page, "预约", 信访事项=case["petition_nos"][0])
    assert "会商的公交专用道" in page.locator("#bookings").inner_text()
    page.get_by_role("link", name="已接访", exact=True).click()
    page.get_by_label("接访情况").fill("当面答复。")
    page.get_by_role("button", name="已接访", exact=True).click()
    assert "接访尚未开始" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("接访情况").input_value() == "当面答复。"
    assert "接待大厅" in open_page("/reception-days").locator("main").inner_text()


@pytest.mark.parametrize(
    ("settled", "asked"),
    [
        pytest.param("已接访", "接访情况", id="received"),
        pytest.param("未到", "情况说明", id="missed"),
    ],
)
def test_what_became_of_a_booking_stands_at_its_day(town, case, open_page, settled, asked):
    begins = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=15)
    day = {
        "leader_title": "区长", "starts_at": begins.isoformat(), "place": "接待大厅",
        "ends_at": (begins + dt.timedelta(seconds=1)).isoformat(), "public": False, "slots": 5,
    }  # fmt: skip
    with town.client("dispatcher") as client:
        planned = client.post("routing", "/v1/reception-days", day)
        about = {"case_id": case["case_id"]}
        path = f"/v1/reception-days/{planned['id']}/bookings"
        client.post("routing", path, about, version=planned["version"])
    page = open_page(f"/office/reception-days/{planned['id']}", account="dispatcher")
    until(page, "at => Date.now() > at", arg=begins.timestamp() * 1000)
    step(page, settled, **{asked: "已当面说明。"})
    booked = page.locator("#bookings").inner_text()
    assert settled in booked
    assert "已当面说明。" in booked
    assert found_by_axe(page) == []


@pytest.mark.parametrize(
    "slug", ["instructions", "tasks?which=all", "meetings", "charges", "advice", "referrals",
             "reception-days"],
)  # fmt: skip
def test_each_list_can_be_used_by_everybody(open_page, slug):
    for phone in (False, True):
        page = open_page(f"/office/{slug}", account="supervisor", phone=phone)
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_partner_finds_its_referrals_and_nothing_else(open_page):
    page = open_page("/office", account="partner")
    page.get_by_role("link", name="转介给本组织的需求").click()
    page.wait_for_url("**/office/referrals")
    assert page.get_by_role("heading", level=1).inner_text() == "社会组织转介"
    assert page.goto("/office/meetings").status == 403


def test_a_unit_answers_an_instruction_and_the_leader_reads_who_answered(case, open_page):
    page = open_page(f"/office/instructions/new?case={case['case_id']}", account="leader")
    send_form(page, "作批示", 领导职务="副区长", 批示内容="请查明公交专用道的公告为何看不懂。")
    given = page.url
    page = open_page("/office/instructions?state=given", account="handler", phone=True)
    page.get_by_role("link", name="请查明公交专用道的公告为何看不懂。").click()
    page.wait_for_url(given)
    step(page, "回复批示", 办理情况="公告已改用图示，贴在站台。")
    page = open_page(given, account="leader", phone=True)
    shown = page.locator("main").inner_text()
    assert "公告已改用图示" in shown
    assert "已回复" in shown
    assert re.search(r"回复人\s+陈慧", shown), "by name, not by account"
    assert page.get_by_role("link", name="回复批示").count() == 0


def test_a_meetings_notice_opens_from_the_meeting_in_its_case(case, open_page):
    page = open_page("/office/meetings/new", account="dispatcher")
    page.get_by_label("云屏区交通运输局").check()
    send_form(
        page, "召开协调会", 会议名称="公告用语协调会", 时间="2030-04-02T09:30",
        地点="三楼会议室", 主持人职务="副区长", 通知事项="请带公告文本。",
        信访事项=case["case_no"],
    )  # fmt: skip
    page.get_by_role("button", name="拟会议通知").click()
    page.locator("#messages [data-done]").wait_for()
    page.locator("#papers").get_by_role("link").click()
    page.wait_for_url(re.compile(rf"/office/cases/{case['case_id']}/documents/[0-9a-f-]+$"))
    assert "公告用语协调会" in page.frame_locator("iframe").locator("body").inner_text()
