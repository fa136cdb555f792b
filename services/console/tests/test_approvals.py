"""Opinions are read, approved and returned on the phone, singly and several at once."""

from conftest import found_by_axe
from leading_desk import forwarded, opinion_of, opinion_sent_up, send
from watching import until


def test_the_head_reads_an_opinion_and_approves_it_with_one_tap(town, open_page):
    case_id = opinion_sent_up(town, "沙井路灯维修")
    page = open_page("/office/approvals", account="unit_head", phone=True)
    page.get_by_role("link", name="沙井路灯维修").click()
    page.wait_for_url(f"**/office/approvals/{case_id}")
    assert "三盏路灯限期修复" in page.locator(".letter").inner_text()
    assert page.get_by_role("heading", name="审核提示").is_visible()
    assert found_by_axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.get_by_role("button", name="批准").click()
    page.get_by_text("已批准，承办人可以出具").wait_for()
    assert opinion_of(town, case_id)["status"] == "approved"


def test_a_usual_reason_returns_an_opinion_with_one_tap(town, open_page):
    case_id = opinion_sent_up(town, "福海路灯维修")
    page = open_page(f"/office/approvals/{case_id}", account="unit_head", phone=True)
    page.locator("summary").get_by_text("退回修改").click()
    page.get_by_role("button", name="请补充事实依据").click()
    page.get_by_text("已退回起草人修改").wait_for()
    found = opinion_of(town, case_id)
    assert found["status"] == "returned"
    assert "请补充事实依据" in found["reason"]


def test_a_return_without_a_reason_is_refused_at_its_field(town, open_page):
    case_id = opinion_sent_up(town, "新桥路灯维修")
    page = open_page(f"/office/approvals/{case_id}", account="unit_head")
    page.locator("summary").get_by_text("退回修改").click()
    page.get_by_role("button", name="按所写原因退回").click()
    page.get_by_role("alert").wait_for()
    assert page.locator("#wrong-reason").is_visible()
    assert opinion_of(town, case_id)["status"] == "submitted"


def test_several_are_approved_at_once_and_each_has_its_result(town, open_page):
    good, late = (opinion_sent_up(town, f"{name}路灯维修") for name in ("松岗", "航城"))
    page = open_page("/office/approvals", account="unit_head", phone=True)
    for case_id in (good, late):
        page.locator(f"[name=chosen][value^='{case_id}']").check()
    returned = f"/v1/cases/{late}/opinion/return"
    send(town, "unit_head", "POST", returned, version=2, json={"reason": "请补充依据。"})
    page.get_by_role("button", name="批准所选").click()
    page.get_by_role("heading", name="逐件结果").wait_for()
    assert "批准1件，没有批准1件" in page.locator(".alert").inner_text()
    assert "没有批准" in page.locator(".rows tbody tr").first.inner_text()
    assert found_by_axe(page) == []
    assert opinion_of(town, good)["status"] == "approved"


def test_what_waits_for_approval_is_counted_as_it_is_listed(town, open_page):
    opinion_sent_up(town, "燕罗路灯维修")
    page = open_page("/office", account="unit_head")
    card = page.locator("#reason-approve")
    count = card.locator(".reason-count").inner_text()
    card.click()
    page.wait_for_url("**/office/approvals")
    assert count == str(page.locator(".card-row").count())
    assert found_by_axe(page) == []


def test_counts_renew_themselves_without_taking_the_focus(town, open_page):
    page = open_page("/office", account="unit_head")
    before = page.locator("#reason-accept .reason-count").inner_text()
    page.locator("#reason-accept").focus()
    forwarded(town, "刚刚转来的一件")
    with page.expect_response("**/office/waiting?unattended=1**"):
        page.evaluate("htmx.ajax('GET', document.getElementById('waiting').getAttribute('hx-get'),"
                      " {target: '#waiting', swap: 'innerHTML'})")  # fmt: skip
    until(
        page,
        "before => document.querySelector('#reason-accept .reason-count').innerText !== before",
        before,
    )
    assert page.locator("#reason-accept .reason-count").inner_text() == str(int(before) + 1)
    assert page.evaluate("document.activeElement.id") == "reason-accept"
