"""Who looked at this person's data? Answered by person, matter, account and day, on one page."""

import pytest
from casework_pages import field, received
from citizens import follow, serve_notice
from conftest import found_by_axe
from playwright.sync_api import Page, expect
from watching import addresses, in_no_address

PHONE = "13855550001"


@pytest.fixture(scope="module")
def looked(town):
    """A petition that the dispatcher unmasked and the registrar searched for."""
    petition = town.post_petition(
        title="鹭洲二十一路路灯不亮", petitioner={"name": "郑晓云", "phone": PHONE}
    )
    town.case_of(petition["petition_id"])
    path = f"/v1/petitions/{petition['petition_id']}/unmask"
    with town.client("dispatcher") as client:
        client.post("intake", path, {"purpose": f"核实来电{PHONE}", "purpose_kind": "verify"})
    with town.client("registrar") as client:
        client.post("intake", "/v1/persons/search", {"phone": PHONE, "purpose": "来电核对"})
    return petition


def look_up(page: Page, **typed: str) -> None:
    """Fill in the form and send it."""
    for title, words in typed.items():
        field(page, title).fill(words)
    page.get_by_role("button", name="查阅").click()


def rows(page: Page) -> list[str]:
    return page.locator("#entries tbody tr").all_inner_texts()


@pytest.mark.parametrize("account", ["auditor", "supervisor", "leader"])
def test_who_looked_at_a_person_is_found_by_the_phone(looked, open_page, account):
    page = open_page("/office/audit", account=account)
    seen = addresses(page)
    look_up(page, 联系电话=PHONE)
    expect(page.locator("#entries")).to_contain_text("查看身份信息")
    told = "\n".join(rows(page))
    assert "按电话或证件号码查找" in told
    assert "核实身份" in told
    assert "dispatcher" in told
    assert PHONE not in told, "the number that was typed into the purpose is masked"
    in_no_address(seen, PHONE)
    assert found_by_axe(page) == []


def test_entries_of_a_petition_are_narrowed_by_person_act_and_day(looked, open_page):
    page = open_page("/office/audit", account="auditor")
    look_up(page, 事项或信访件编号=looked["petition_no"], 谁看的="dispatcher")
    expect(page.locator("#entries tbody tr")).to_have_count(1)
    expect(field(page, "谁看的")).to_have_value("dispatcher")
    page.get_by_label("做了什么").select_option(label="删除身份信息")
    page.get_by_role("button", name="查阅").click()
    expect(page.locator("#entries")).to_contain_text("没有符合条件的记录")
    look_up(page, 日期从="2026-01-02", 到="2026-01-01")
    expect(page.get_by_role("alert")).to_contain_text("不能早于开始日期")
    look_up(page, 事项或信访件编号="<script>alert(1)</script>")
    expect(page.get_by_role("alert")).to_contain_text("没有找到此编号")


def test_whoever_reads_is_written_down_and_pages_go_on(looked, open_page, town):
    with town.client("auditor") as client:
        for _ in range(52):
            client.post("intake", "/v1/audit/search", {"limit": 1})
    page = open_page("/office/audit", account="supervisor")
    page.get_by_label("做了什么").select_option(label="查阅审计记录")
    look_up(page, 谁看的="auditor")
    expect(page.locator("#entries tbody tr")).to_have_count(50)
    page.get_by_role("button", name="下一页").click()
    expect(page.get_by_role("button", name="下一页")).to_have_count(0)
    expect(field(page, "谁看的")).to_have_value("auditor")
    assert 2 <= len(rows(page)) < 50


def test_a_case_leads_to_who_looked_at_it_and_which_papers_its_petitioner_opened(town, open_page):
    petition, name = town.post_petition(title="鹭洲二十三路路灯不亮"), "信访事项受理告知书"
    case = town.case_of(petition["petition_id"])
    serve_notice(town, case["case_id"])
    citizen = open_page("/")
    follow(citizen, petition["petition_no"], petition["query_code"])
    citizen.get_by_role("link", name=name).click()
    citizen.frame_locator("iframe.paper-words").get_by_text("王小明").first.wait_for()
    page = open_page(f"/office/cases/{case['case_id']}", account="supervisor")
    page.get_by_role("link", name="谁看过").click()
    expect(page.locator("#looks")).to_contain_text(name)
    assert found_by_axe(page) == []
    page.goto("/office/audit/papers")
    expect(page.locator("main")).to_contain_text(case["case_no"])


def test_others_do_not_find_it(town, open_page):
    case_id = received(town, title="鹭洲二十二路路灯不亮")
    for account in ("admin", "dispatcher"):
        page = open_page("/office", account=account)
        assert page.get_by_role("link", name="审计", exact=True).count() == 0
        assert page.goto("/office/audit").status == 403
    page.goto(f"/office/cases/{case_id}")
    assert page.get_by_role("link", name="谁看过").count() == 0
