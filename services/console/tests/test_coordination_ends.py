"""Tasks and referrals to every end that they have, with those outside who see a part only."""

import datetime as dt
import re
import sqlite3

import pytest
from conftest import found_by_axe
from leading_desk import case_at_unit
from test_coordination_pages import ONE, send_form, step

from shared.clock import OFFICE_TZ


@pytest.fixture(scope="module")
def case(town):
    """A case at the transport unit, with its number."""
    case_id = case_at_unit(town, "独居老人出行难")
    return town.get("leader", "routing", f"/v1/cases/{case_id}")


@pytest.fixture
def task(case, open_page):
    """The address of a task that was set on the case."""
    page = open_page("/office/tasks/new", account="dispatcher")
    send_form(
        page, "下达任务", 任务名称="清查站台坡道", 任务内容="本月内清查。",
        承办单位="云屏区交通运输局", 完成期限="2030-01-01", 信访事项=case["petition_nos"][0],
    )  # fmt: skip
    return page.url


@pytest.fixture
def volunteers(town, open_page):
    """A social organisation to refer to, entered once as it is entered."""
    units = town.get("admin", "routing", "/v1/units")["items"]
    if "volunteers" not in {one["code"] for one in units}:
        page = open_page("/office/units/new", account="admin")
        page.get_by_label("编码").fill("volunteers")
        page.get_by_label("名称").fill("云屏区志愿者协会")
        page.get_by_label("类型").select_option(label="社会组织")
        page.get_by_role("button", name="保存", exact=True).click()
        page.wait_for_url("**/office/units")


@pytest.fixture
def referral(case, volunteers, open_page):
    """The page of a referral that its handler drew up."""
    page = open_page(f"/office/referrals/new?case={case['case_id']}", account="handler")
    send_form(
        page, "拟转介", 社会组织="云屏区志愿者协会", 需求="陪同出行", 需求说明="每周一次陪同就医。",
    )  # fmt: skip
    return page


def buttons(page):
    return page.locator("main > .step-buttons .btn").all_inner_texts()


def consent(page):
    step(page, "登记信访人同意", 同意时间="2026-03-02T09:30", 同意方式="书面同意")
    assert re.search(r"经手人\s+陈慧", page.locator("main").inner_text())


def test_a_task_goes_back_with_the_reason_and_ends_when_it_is_done(task, open_page):
    unit, office = open_page(task, account="unit_head"), open_page(task, account="dispatcher")
    unit.get_by_role("button", name="接收任务").click()
    unit.get_by_text("已办理：接收任务").wait_for()
    step(unit, "报告结果", 结果="清查完毕。")
    office.reload()
    step(office, "退回重办", 原因="没有写清数量。")
    unit.reload()
    assert "没有写清数量。" in unit.locator("main").inner_text()
    step(unit, "报告结果", 结果="清查三十二处，两处要改。")
    office.reload()
    office.get_by_role("button", name="验收通过").click()
    office.get_by_text("已办理：验收通过").wait_for()
    assert (buttons(office), found_by_axe(office)) == ([], [])
    office.goto("/office/tasks?which=ended")
    assert office.locator(f"a[href$='{task.rpartition('/')[2]}']").count() == 1


def test_a_task_whose_day_has_passed_is_named_overdue_wherever_it_stands(
    town, case, task, open_page
):
    yesterday = dt.datetime.now(OFFICE_TZ).date() - dt.timedelta(days=1)
    with sqlite3.connect(town.var / "routing.sqlite", timeout=60) as kept:
        kept.execute(
            "UPDATE tasks SET due_day = ?, due_at = begun_at WHERE task_id = ?",
            (yesterday.isoformat(), task.rpartition("/")[2]),
        )
    page = open_page("/office/tasks?which=overdue", account="dispatcher", phone=True)
    row = page.locator("tr", has=page.locator(f"a[href$='{task.rpartition('/')[2]}']"))
    assert "逾期" in row.inner_text()
    assert found_by_axe(page) == []
    page.goto(f"/office/cases/{case['case_id']}/coordination")
    assert "清查站台坡道" in page.locator("#tasks").inner_text()
    page.goto(task)
    step(page, "取消任务", 原因="由另一项任务代替。")
    assert buttons(page) == []


def test_a_referral_is_worked_by_the_organisation_and_closed(town, case, referral, open_page):
    address = referral.url
    outside = open_page("/office", account="volunteer")
    assert outside.goto(address).status == 404
    consent(referral)
    outside.goto("/office/referrals")
    outside.get_by_role("link", name="陪同出行").click()
    outside.get_by_role("button", name="接受转介").click()
    outside.get_by_text("已办理：接受转介").wait_for()
    outside.get_by_role("link", name="登记走访", exact=True).click()
    outside.get_by_role("button", name="登记走访", exact=True).click()
    for name in ("at", "how", "summary"):
        expected = outside.locator(f"#field-{name}").locator("xpath=..")
        assert "必填" in expected.inner_text(), name
    send_form(outside, "登记走访", 时间="2026-03-03T10:00", 方式="上门走访", 情况="已上门了解。")
    step(outside, "反馈结果", 结果="已陪同就医两次。")
    shown = outside.locator("main").inner_text()
    assert "已上门了解。" in shown
    assert case["case_no"] not in shown and "独居老人" not in shown and "—" not in shown
    assert (buttons(outside), found_by_axe(outside)) == ([], [])
    referral.reload()
    assert "已陪同就医两次。" in referral.locator("main").inner_text()
    step(referral, "结束转介", 说明="需求已满足。")
    assert outside.goto(address).status == 404


def test_an_organisation_finds_neither_cases_nor_a_search_for_them(open_page):
    page = open_page("/office", account="volunteer")
    assert page.locator(".side a[href='/office/cases']").count() == 0
    assert page.locator(".top-search").count() == 0
    assert page.goto("/office/tasks").status == 403


@pytest.mark.parametrize(
    ("by", "name", "asked"),
    [
        pytest.param("handler", "登记信访人不同意", "说明", id="refused-by-the-petitioner"),
        pytest.param("volunteer", "不接转介", "原因", id="declined-by-the-organisation"),
        pytest.param("handler", "登记撤回同意", "说明", id="taken-back"),
    ],
)
def test_a_referral_ends_for_each_reason_with_its_words(referral, open_page, by, name, asked):
    if name != "登记信访人不同意":
        consent(referral)
    page = open_page(referral.url, account="volunteer") if by == "volunteer" else referral
    page.get_by_role("link", name=name, exact=True).click()
    page.locator("main form.panel").get_by_role("button", name=name, exact=True).click()
    page.locator("#wrong-note").wait_for()
    page.get_by_label(re.compile(f"^{asked}")).fill("家人已能陪同。")
    page.locator("main form.panel").get_by_role("button", name=name, exact=True).click()
    page.wait_for_url(ONE)
    referral.reload()
    assert "家人已能陪同。" in referral.locator("main").inner_text()
    assert found_by_axe(referral) == []
