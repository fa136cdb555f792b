"""The hotline from the ringing to what becomes of a call."""

import datetime as dt
import uuid

import pytest
from conftest import found_by_axe
from watching import addresses, fits, in_no_address

NUMBER = "13700009999"


@pytest.fixture
def ring(town):
    """The telephone system tells of a call that nobody has; its id."""

    def ring_(number=NUMBER):
        with town.client("registrar") as client:
            told = client.post(
                "intake",
                "/v1/calls",
                {
                    "call_ref": f"C-{uuid.uuid4().hex[:12]}",
                    "number": number,
                    "began_at": dt.datetime.now(dt.UTC).isoformat(),
                },
            )
        return told["call_id"]

    return ring_


def answered(open_page, call_id):
    """The list, from which the call is picked up."""
    page = open_page("/office/calls", account="registrar")
    page.locator(f"a[href='/office/calls/{call_id}']", has_text="继续").click()
    page.get_by_role("heading", name="来电登记单").wait_for()
    return page


def test_a_call_is_registered_and_its_code_read_out(town, ring, open_page):
    earlier = town.post_petition(
        title="云路桥头积水", petitioner={"name": "王小明", "phone": NUMBER}
    )
    page = answered(open_page, ring())
    seen = addresses(page)
    history = page.locator("section", has_text="这个号码此前的信访件").first
    assert "云路桥头积水" in history.inner_text()
    assert earlier["petition_no"] in history.inner_text()
    assert "王小明" not in history.inner_text()
    page.locator("[name=title]").fill("云路桥头又积水")
    page.locator("#field-content").fill("昨天下雨，云路桥头积水半米深，车过不去。")
    page.locator("[name='petitioner.name']").fill("王小明")
    page.locator("#saved", has_text="已保存").wait_for()
    page.reload()
    assert page.locator("#field-content").input_value().startswith("昨天下雨")
    page.get_by_role("button", name="登记为信访件").click()
    _number, code = page.locator(".receipt-code").all_inner_texts()
    assert " ".join(code) in page.locator(".alert-warning").inner_text()
    in_no_address(seen, NUMBER, "王小明", code, "云路")


def test_what_the_sheet_lacks_stands_at_its_field_and_the_rest_stays(ring, open_page):
    page = answered(open_page, ring())
    page.locator("[name=title]").fill("只有标题")
    page.locator("[name='petitioner.phone']").fill("abc")
    page.locator("#saved", has_text="不是电话号码").wait_for()
    page.get_by_role("button", name="登记为信访件").click()
    assert "不是电话号码" in page.locator("[id='wrong-petitioner.phone']").inner_text()
    page.locator("[name='petitioner.phone']").fill("")
    page.get_by_role("button", name="登记为信访件").click()
    page.locator("#wrong-content").wait_for()
    assert page.locator("[name=title]").input_value() == "只有标题"


def test_a_caller_adds_to_their_petition_and_is_promised_a_call(town, ring, open_page):
    mine = "13600008888"
    first = town.post_petition(title="青梧路树枝遮挡", petitioner={"name": "何女士", "phone": mine})
    call_id = ring(mine)
    page = answered(open_page, call_id)
    soon = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))) + dt.timedelta(hours=4)
    page.locator("[name=due_at]").fill(soon.strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=about]").fill("核实树的位置")
    page.get_by_role("button", name="约定", exact=True).click()
    page.get_by_text("已约定回拨。").wait_for()
    page.locator("#field-more").fill("树枝已经碰到电线。")
    page.get_by_role("button", name="作为补充材料").click()
    page.get_by_text("已作为补充材料归入原件。").wait_for()
    told = town.get("dispatcher", "intake", f"/v1/petitions/{first['petition_id']}")
    assert [one["content"] for one in told["supplements"]] == ["树枝已经碰到电线。"]

    page.get_by_role("button", name="领取").last.click()
    assert mine in page.locator("dl").inner_text()
    assert found_by_axe(page) == []
    page.get_by_role("button", name="记下").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("这次拨打").select_option("reached")
    page.get_by_role("button", name="记下").click()
    page.get_by_text("已记下：已回拨").wait_for()


@pytest.fixture
def owed(town, ring):
    """A call back that a caller was promised: its id, and the number to call."""
    number, call_id = "13500006666", ring("13500006666")
    due = dt.datetime.now(dt.UTC) + dt.timedelta(hours=3)
    with town.client("registrar") as client:
        client.post("intake", f"/v1/calls/{call_id}/answer", {})
        promised = {"due_at": due.isoformat(), "about": "核实井盖的位置"}
        told = client.post("intake", f"/v1/calls/{call_id}/callback", promised)
    return told["callback_id"], number


def form_of(page, callback_id, what):
    return page.locator(f"form[action='/office/callbacks/{callback_id}/{what}']")


def test_a_callback_that_is_put_back_is_taken_and_done_by_another_clerk(owed, open_page):
    callback_id, number = owed
    first = open_page("/office/calls", account="registrar")
    assert number not in first.content()
    form_of(first, callback_id, "claim").get_by_role("button", name="领取").click()
    assert number in first.locator("dl").inner_text()
    other = open_page("/office/calls", account="registrar-2")
    row = other.locator("tr").filter(has=other.get_by_text("林晓已领取")).last
    row.wait_for()
    assert form_of(other, callback_id, "claim").count() == 0
    assert form_of(other, callback_id, "release").count() == 0
    first.get_by_role("button", name="放回列表").click()
    first.get_by_text("已放回待回拨列表。").wait_for()
    other.reload()
    form_of(other, callback_id, "claim").get_by_role("button", name="领取").click()
    assert number in other.locator("dl").inner_text()
    other.get_by_label("这次拨打").select_option("reached")
    other.get_by_role("button", name="记下").click()
    other.get_by_text("已记下：已回拨").wait_for()
    assert form_of(other, callback_id, "claim").count() == 0


def test_a_call_is_taken_over_with_its_sheet_and_the_first_clerk_is_told(ring, open_page):
    call_id = ring()
    first = answered(open_page, call_id)
    first.locator("[name=title]").fill("换人接听的来电")
    first.locator("#saved", has_text="已保存").wait_for()
    other = open_page("/office/calls", account="registrar-2")
    there = other.locator(f"form[action='/office/calls/{call_id}/answer']")
    there.get_by_role("button", name="接手").click()
    other.get_by_role("heading", name="来电登记单").wait_for()
    assert other.locator("[name=title]").input_value() == "换人接听的来电"
    first.locator("#field-content").fill("第一位还在填。")
    first.locator("#saved .wrong").wait_for()
    first.get_by_role("button", name="登记为信访件").click()
    assert "由其他工作人员受理中" in first.get_by_role("alert").inner_text()
    assert first.locator(f"a[href='/office/calls/{call_id}']").count() == 0
    other.locator("#field-content").fill("第二位填好了。")
    other.get_by_role("button", name="登记为信访件").click()
    assert other.locator(".receipt-code").count() == 2


def test_a_call_that_is_answered_at_once_needs_no_petition(ring, open_page):
    page = answered(open_page, ring())
    page.get_by_role("button", name="办结", exact=True).click()
    assert page.locator("#wrong-outcome").inner_text() == "必填。"
    page.get_by_label("结果").select_option("transferred")
    page.get_by_role("button", name="办结", exact=True).click()
    assert "转接时填写" in page.locator("#wrong-transferred_to").inner_text()
    page.get_by_label("转接单位").fill("区交通局")
    page.get_by_role("button", name="办结", exact=True).click()
    page.get_by_text("来电已办结。").wait_for()


def test_a_dispatcher_sees_no_number_and_no_name(town, ring, open_page):
    call_id = ring()
    with town.client("registrar") as client:
        client.post("intake", f"/v1/calls/{call_id}/answer", {})
    page = open_page(f"/office/calls/{call_id}", account="dispatcher")
    assert NUMBER not in page.content()
    assert page.get_by_role("button", name="登记为信访件").count() == 0


@pytest.mark.parametrize("phone", [False, True])
def test_the_hotline_can_be_used_by_everybody(ring, open_page, phone):
    call_id = ring()
    page = open_page("/office/calls", account="registrar", phone=phone)
    assert (found_by_axe(page), fits(page)) == ([], True)
    page.goto(f"/office/calls/{call_id}")
    assert (found_by_axe(page), fits(page)) == ([], True)
