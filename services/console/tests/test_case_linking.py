"""Cases that are split, merged and set apart again: each tells of the others, by number."""

import pytest
from casework_pages import accepted, done, field, press, received
from playwright.sync_api import expect

PARTS = ("", "/opinion", "/documents", "/alike", "/contacts", "/coordination")
MERGE = "并入的信访事项"


def case_no(town, case_id):
    return town.get("leader", "routing", f"/v1/cases/{case_id}")["case_no"]


def split_off(page, case_id, *, purpose, title, content, rest=None):
    """Split one part off a case."""
    page.goto(f"/office/cases/{case_id}/do/split")
    page.get_by_label("标题（最多200字）").fill(title)
    page.get_by_label("信访目的").select_option(label=purpose)
    page.get_by_label("内容（最多50000字）").fill(content)
    for label, words in (rest or {}).items():
        field(page, label).fill(words)
    field(page, "理由").fill("由不同单位管。")
    press(page, "办理：分案")
    done(page, "分案")


def opens_everywhere(page, case_id):
    for part in PARTS:
        assert page.goto(f"/office/cases/{case_id}{part}").status == 200, part


def test_a_split_case_and_its_part_lead_to_each_other(town, open_page):
    case_id = received(town, title="石桥路路灯和垃圾")
    page = open_page("/office", account="dispatcher")
    split_off(
        page, case_id, purpose="申诉求决", title="石桥路垃圾清运", content="垃圾三天没有清运。"
    )
    expect(page.locator("#timeline")).to_contain_text("1件")
    page.locator("#linked").get_by_role("link", name="石桥路垃圾清运").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("石桥路垃圾清运")
    expect(page.locator("#words")).to_contain_text("垃圾三天没有清运。")
    expect(page.locator("#timeline")).to_contain_text("由不同单位管。")
    page.locator("#linked").get_by_role("link", name="石桥路路灯和垃圾").click()
    page.wait_for_url(f"**/cases/{case_id}")


def test_an_accusation_that_was_split_off_opens_and_the_rest_tells_nothing_of_it(town, open_page):
    case_id = received(town, title="石桥路站牌和另一件事")
    page = open_page("/office", account="dispatcher")
    rest = {"留下部分的标题": "石桥路站牌歪了", "留下部分的内容": "站牌歪了，请扶正。"}
    split_off(
        page, case_id, purpose="检举控告", title="举报科长受贿", content="科长受贿。", rest=rest
    )
    (part,) = town.get("dispatcher", "routing", "/v1/cases", split_from=case_id)["items"]
    opens_everywhere(page, part["case_id"])
    page.goto(f"/office/cases/{part['case_id']}")
    expect(page.locator("#words")).to_contain_text("科长受贿。")
    town.act("dispatcher", case_id, "forward", unit="transport", category="transport.bus")
    unit = open_page(f"/office/cases/{case_id}", account="handler")
    expect(unit.locator("#words")).to_contain_text("站牌歪了，请扶正。")
    assert "受贿" not in unit.content()
    assert unit.locator("#linked").count() == 0


def test_a_merger_stands_on_both_timelines_and_is_undone(town, open_page):
    main, case_id = accepted(town, title="石桥路积水甲"), accepted(town, title="石桥路积水乙")
    main_no, own_no = case_no(town, main), case_no(town, case_id)
    page = open_page(f"/office/cases/{case_id}/do/merge", account="dispatcher")
    field(page, MERGE).fill(f" {main_no.lower()} ")
    field(page, "理由").fill("同一路段同一问题。")
    press(page, "办理：并案")
    done(page, "并案")
    expect(page.locator("#guide")).to_contain_text(f"此件已并入{main_no}")
    opens_everywhere(page, case_id)
    page.goto(f"/office/cases/{case_id}")
    page.locator("#timeline").get_by_role("link", name=main_no).click()
    page.wait_for_url(f"**/cases/{main}")
    expect(page.locator("#timeline li").first).to_contain_text("并入本件的信访事项")
    page.locator("#timeline").get_by_role("link", name=own_no).click()
    page.wait_for_url(f"**/cases/{case_id}")
    page.goto(f"/office/cases/{case_id}/do/unmerge")
    field(page, "理由").fill("核实后不是同一路段。")
    press(page, "办理：撤销并案")
    done(page, "撤销并案")
    assert page.locator("#linked").count() == 0
    page.goto(f"/office/cases/{main}")
    expect(page.locator("#timeline li").first).to_contain_text("核实后不是同一路段。")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        pytest.param("XS209900000001", "没有找到：XS209900000001", id="not-there"),
        pytest.param("不是编号<script>", "没有找到：不是编号", id="no-number"),
        pytest.param("9" * 5_000, "没有找到：99999999999999999999…", id="too-long"),
        pytest.param("", "必填", id="empty"),
    ],
)
def test_a_number_of_no_case_is_refused_at_its_field(town, open_page, typed, why):
    case_id = accepted(town, title="石桥路井盖响")
    page = open_page(f"/office/cases/{case_id}/do/merge", account="dispatcher")
    field(page, MERGE).fill(typed)
    field(page, "理由").fill("同一路段同一问题。")
    press(page, "办理：并案")
    expect(page.locator("#wrong-into")).to_contain_text(why)
    expect(field(page, MERGE)).to_have_value(typed)
    expect(field(page, "理由")).to_have_value("同一路段同一问题。")


def test_a_case_is_not_merged_with_itself_nor_with_one_that_one_may_not_see(town, open_page):
    case_id, hidden = accepted(town, title="石桥路站台太暗"), accepted(town, title="石桥路另一件")
    hidden_no = case_no(town, hidden)
    why = "与承办人有利害关系。"
    town.act("leader", hidden, "protect", accused_accounts=["dispatcher"], reason=why)
    page = open_page(f"/office/cases/{case_id}/do/merge", account="dispatcher")
    field(page, "理由").fill("同一路段同一问题。")
    for number, refused in (
        (case_no(town, case_id), "不能并入自身"),
        (hidden_no, f"没有找到：{hidden_no}"),
    ):
        field(page, MERGE).fill(number)
        press(page, "办理：并案")
        expect(page.locator("#wrong-into")).to_contain_text(refused)
