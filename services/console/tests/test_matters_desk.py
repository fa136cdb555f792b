"""The same matter told again, what may be an accusation, what could not be read."""

import secrets
import time

import pytest
from conftest import found_by_axe
from watching import addresses, fits, in_no_address

WORDS = "地下车库漏水，雨季积水，车辆被淹，物业一直不修，要求责成物业修理并赔偿。"
_ESTATES = iter(("松涛苑", "竹影里", "梧桐里"))


@pytest.fixture
def pair(town):
    """Two petitions of different people about the same matter, proposed as such."""
    there = next(_ESTATES)
    first, later = (
        town.post_petition(
            title=f"{there}{what}",
            content=there + WORDS,
            place=there,
            petitioner={"name": name, "phone": f"133{secrets.randbelow(10**8):08d}"},
        )
        for name, what in (("陶一", "地下车库漏水"), ("姜二", "车库漏水没人修"))
    )
    ids = {first["petition_id"], later["petition_id"]}
    deadline = time.monotonic() + 60
    with town.client("dispatcher") as client:
        while True:
            for one in client.get("intake", "/v1/matter-proposals", limit=50)["items"]:
                if {one["petition"]["petition_id"], one["other"]["petition_id"]} == ids:
                    return later, first
            assert time.monotonic() < deadline, "nothing was proposed"
            time.sleep(0.1)


def compared(open_page, pair):
    """The two side by side, as the list leads to them."""
    page = open_page("/office/proposals", account="dispatcher")
    page.locator(f"a[href*='{pair[0]['petition_id']}'][href*='{pair[1]['petition_id']}']").click()
    page.get_by_role("heading", name="是不是同一事项").wait_for()
    return page


def test_two_petitions_are_put_together_and_apart_again(pair, open_page):
    page = compared(open_page, pair)
    seen = addresses(page)
    assert page.locator("article").count() == 2
    assert "陶一" not in page.content()
    page.get_by_role("button", name="确定").click()
    assert page.locator("#wrong-reason").inner_text()
    page.locator("[name=reason]").fill("同一车库")
    page.get_by_role("button", name="确定").click()
    page.get_by_text("已合并为同一事项。").wait_for()
    page.goto(f"/office/petitions/{pair[0]['petition_id']}")
    page.get_by_role("link", name="已与其他信访件合并").click()
    assert "同一车库" in page.locator(".timeline").inner_text()
    assert found_by_axe(page) == []
    page.locator("summary", has_text="撤销这次合并").click()
    page.get_by_label("撤销的理由").fill("看错了")
    page.get_by_role("button", name="撤销", exact=True).click()
    page.get_by_text("已撤销这次合并。").wait_for()
    in_no_address(seen, "松涛苑", "同一车库", "陶一")


def test_a_petition_is_taken_out_of_its_matter(town, pair, open_page):
    with town.client("dispatcher") as client:
        ids = [one["petition_id"] for one in pair]
        put = {"petition_ids": ids, "kind": "same", "reason": "同一车库"}
        matter_id = client.post("intake", "/v1/matters", put)["matter_id"]
    page = open_page(f"/office/matters/{matter_id}", account="dispatcher")
    page.get_by_role("button", name="把选中的移出").click()
    assert page.locator("#wrong-reason").inner_text()
    page.get_by_label(f"选择{pair[0]['petition_no']}").check()
    page.get_by_label("移出的理由").fill("是另一个车库")
    page.get_by_role("button", name="把选中的移出").click()
    page.get_by_text("已移出。").wait_for()
    told = town.get("dispatcher", "intake", f"/v1/petitions/{ids[0]}/similar")
    assert told["matter_id"] is None


def test_what_is_not_the_same_is_proposed_no_more(pair, open_page):
    page = compared(open_page, pair)
    page.get_by_label("不是同一事项").check()
    page.locator("[name=reason]").fill("两个车库")
    page.get_by_role("button", name="确定").click()
    page.get_by_text("已记为不同事项").wait_for()
    assert (
        page.locator(f"a[href*='{pair[0]['petition_id']}/{pair[1]['petition_id']}']").count() == 0
    )


def test_what_may_be_an_accusation_is_read_and_cleared_with_a_reason(town, open_page):
    posted = town.post_petition(
        title="请查账", content="我要举报街道办副主任收受工程老板贿赂十万元。"
    )
    page = open_page("/office/suspicions", account="leader")
    seen = addresses(page)
    assert "举报" in page.locator("main").inner_text()
    page.get_by_role("link", name=posted["petition_no"]).click()
    page.get_by_role("button", name="认定").click()
    assert page.locator("#wrong-reason").inner_text()
    page.get_by_label("不是检举控告").check()
    page.locator("[name=reason]").fill("只是要求公开账目")
    page.get_by_role("button", name="认定").click()
    page.get_by_text("已记下您的认定。").wait_for()
    assert page.get_by_role("link", name=posted["petition_no"]).count() == 0
    in_no_address(seen, "贿赂", "公开账目")


def test_what_is_an_accusation_is_confirmed_and_kept_from_units(town, open_page):
    posted = town.post_petition(title="请看看", content="我要举报科长收受贿赂，索要好处费。")
    page = open_page(f"/office/suspicions/{posted['petition_id']}", account="dispatcher")
    page.get_by_label("是检举控告，继续保密办理", exact=True).check()
    page.locator("[name=reason]").fill("指名举报受贿")
    page.get_by_role("button", name="认定").click()
    page.get_by_text("已记下您的认定。").wait_for()
    assert page.get_by_role("link", name=posted["petition_no"]).count() == 0
    page.goto(f"/office/petitions/{posted['petition_id']}")
    assert "保密" in page.locator(".tags").first.inner_text()


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("path", ["proposals", "suspicions", "unread"])
def test_these_lists_can_be_used_by_everybody(open_page, path, phone):
    page = open_page(f"/office/{path}", account="dispatcher", phone=phone)
    assert (found_by_axe(page), fits(page)) == ([], True)
