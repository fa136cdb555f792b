"""A petition's page: masked until a purpose is stated, corrected, voided, supplemented, told."""

import pytest
from conftest import found_by_axe
from watching import addresses, fits, in_no_address

PERSON = {"name": "卫国强", "phone": "13411112222", "address": "云屏区石桥路9号"}
SCRIPT = "<img src=x onerror=\"document.title='taken'\">"


@pytest.fixture
def petition(town):
    """A petition that the bureau has."""
    posted = town.post_petition(
        title="石桥路噪音", content="夜里施工，睡不着。" + SCRIPT, petitioner=PERSON
    )
    town.case_of(posted["petition_id"])
    return posted


def opened(open_page, petition, account="registrar", **kw):
    return open_page(f"/office/petitions/{petition['petition_id']}", account=account, **kw)


def test_who_it_is_is_shown_for_a_purpose_that_is_stated(petition, open_page):
    page = opened(open_page, petition)
    seen = addresses(page)
    assert PERSON["name"] not in page.content()
    assert PERSON["phone"] not in page.content()
    page.locator("summary", has_text="查看完整身份信息").click()
    page.get_by_role("button", name="查看", exact=True).click()
    assert page.locator("#wrong-purpose").inner_text()
    page.get_by_label("用途", exact=False).last.fill("电话核实施工时间")
    page.get_by_role("button", name="查看", exact=True).click()
    page.get_by_text("正在显示完整信息").wait_for()
    assert PERSON["phone"] in page.locator("#petitioner").inner_text()
    in_no_address(seen, *PERSON.values(), "电话核实")


def test_what_was_written_is_shown_as_text(petition, open_page):
    page = opened(open_page, petition)
    assert "onerror" in page.locator(".letter").first.inner_text()
    assert page.title() != "taken"


def test_a_correction_changes_what_is_typed_and_nothing_that_is_masked(town, petition, open_page):
    page = opened(open_page, petition)
    page.get_by_role("link", name="更正登记").click()
    page.locator("[name=title]").fill("石桥路夜间施工噪音")
    page.locator("[name=people]").fill("abc")
    page.get_by_role("button", name="更正", exact=True).click()
    assert page.locator("#wrong-people").inner_text() == "应为整数。"
    assert page.locator("#wrong-reason").inner_text()
    assert page.locator("[name=title]").input_value() == "石桥路夜间施工噪音"
    page.locator("[name=people]").fill("4")
    page.locator("[name=reason]").fill("电话核实")
    page.get_by_role("button", name="更正", exact=True).click()
    page.get_by_text("已更正").wait_for()
    history = page.locator("section", has_text="更正记录").inner_text()
    assert all(said in history for said in ("标题", "信访人数", "电话核实"))
    with town.client("registrar") as client:
        kept = client.post(
            "intake",
            f"/v1/petitions/{petition['petition_id']}/unmask",
            {"purpose": "核对更正"},
        )
    assert (kept["title"], kept["people"]) == ("石桥路夜间施工噪音", 4)
    assert kept["petitioner"]["phone"] == PERSON["phone"]


def test_something_is_added_and_asked_for(petition, open_page):
    page = opened(open_page, petition)
    page.get_by_role("link", name="登记补充材料").click()
    page.get_by_role("button", name="登记补充材料").click()
    assert page.locator("#wrong-content").inner_text() == "必填。"
    page.get_by_label("渠道").select_option("visit")
    page.get_by_label("补充的内容").fill("来访补交了录音说明。")
    page.get_by_role("button", name="登记补充材料").click()
    page.get_by_text("来访补交了录音说明。").wait_for()
    page.get_by_role("link", name="请信访人补充材料").click()
    page.get_by_label("需要补充什么").fill("施工的具体时间")
    page.locator("[name=until]").fill("2020-01-01")
    page.get_by_role("button", name="请信访人补充材料").click()
    assert page.locator("#wrong-until").inner_text()
    assert page.get_by_label("需要补充什么").input_value() == "施工的具体时间"
    page.get_by_role("link", name="取消").click()
    page.get_by_role("link", name="更改告知方式").click()
    page.get_by_label("信访人通过什么渠道提出").select_option("visit")
    page.get_by_label("告知方式", exact=True).select_option("letter")
    page.get_by_role("button", name="更改告知方式").click()
    page.get_by_text("告知方式已更改。").wait_for()
    assert "信访人选择信函" in page.locator("#notices").inner_text()


def test_what_should_not_have_been_registered_is_void(petition, open_page):
    page = opened(open_page, petition)
    page.get_by_role("link", name="作废此件").click()
    page.get_by_label("理由").fill("重复录入")
    page.get_by_role("button", name="作废此件").click()
    page.get_by_text("此件已作废：重复录入").wait_for()


def test_a_leader_holds_what_would_be_erased(petition, open_page):
    page = opened(open_page, petition, account="leader")
    page.get_by_role("link", name="暂不清除个人信息").click()
    page.get_by_label("理由").fill("行政诉讼中")
    page.get_by_role("button", name="暂不清除个人信息").click()
    page.get_by_text("已暂停清除。").wait_for()
    page.get_by_role("link", name="清除个人信息", exact=True).click()
    page.get_by_label("理由").fill("申请清除")
    page.get_by_role("button", name="清除个人信息").click()
    assert page.get_by_role("alert").inner_text()
    assert page.get_by_label("理由").input_value() == "申请清除"


def test_somebody_is_looked_for_by_number_and_purpose(town, petition, open_page):
    page = open_page("/office/persons", account="registrar")
    seen = addresses(page)
    page.get_by_role("button", name="查找", exact=True).click()
    assert "必填" in page.locator("#wrong-purpose").inner_text()
    page.get_by_label("联系电话").fill("134 1111 2222")
    page.get_by_label("用途", exact=False).last.fill("判断是否重复信访")
    page.get_by_role("button", name="查找", exact=True).click()
    page.get_by_role("link", name="石桥路噪音").first.wait_for()
    assert PERSON["name"] not in page.content()
    assert found_by_axe(page) == []
    in_no_address(seen, "134 1111 2222", PERSON["phone"], "判断是否")


@pytest.mark.parametrize("phone", [False, True])
def test_its_pages_can_be_used_by_everybody(petition, open_page, phone):
    page = opened(open_page, petition, phone=phone)
    assert (found_by_axe(page), fits(page)) == ([], True)
    for part in ("correct", "do/void", "do/notify"):
        page.goto(f"/office/petitions/{petition['petition_id']}/{part}")
        assert (found_by_axe(page), fits(page)) == ([], True)
    page.goto("/office/persons")
    assert (found_by_axe(page), fits(page)) == ([], True)
