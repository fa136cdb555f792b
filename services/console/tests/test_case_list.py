"""The list of cases: narrowed, counted, kept as a view, taken out, worked on in bulk."""

import csv
import io
import json
import zipfile
from pathlib import Path

from conftest import found_by_axe
from leading_desk import forwarded

from console.domain.bulk import ACTIONS

CONTRACT = Path(__file__).parents[3] / "tests/contract/http/routing.openapi.json"


def listed(page):
    return page.locator(".rows .row-title").all_inner_texts()


def test_filters_narrow_the_list_are_shown_as_chips_and_taken_off_singly(town, open_page):
    forwarded(town, "松涛路公交站改名")
    page = open_page("/office/cases", account="dispatcher")
    page.get_by_label("标题含").fill("松涛路")
    page.get_by_label("阶段").select_option("受理")
    page.get_by_role("button", name="查找").click()
    page.wait_for_url("**/office/cases?*")
    assert listed(page) == ["松涛路公交站改名"]
    assert page.locator(".chips li span").all_inner_texts() == ["标题含：松涛路", "阶段：受理"]
    page.get_by_role("link", name="去掉条件阶段").click()
    page.wait_for_url(lambda url: "stage" not in url)
    assert listed(page) == ["松涛路公交站改名"]


def test_words_that_are_looked_for_stand_in_no_address(town, open_page):
    addresses = []
    page = open_page("/office", account="dispatcher")
    page.on("request", lambda request: addresses.append(request.url))
    page.get_by_label("按标题或编号查找").fill("赵铁柱举报")
    page.keyboard.press("Enter")
    page.wait_for_url("**/office/cases?sought=*")
    assert "标题含：赵铁柱举报" in page.locator(".chips").inner_text()
    page.get_by_role("link", name="清除全部条件").click()
    page.go_back()
    assert "标题含：赵铁柱举报" in page.locator(".chips").inner_text()
    assert not [one for one in addresses if "赵" in one or "%E8%B5%B5" in one.upper()]


def test_a_number_of_a_case_or_of_a_petition_leads_straight_to_the_case(town, open_page):
    petition = town.post_petition(title="东涌路护栏缺失")
    case = town.case_of(petition["petition_id"])
    page = open_page("/office", account="dispatcher")
    for number in (case["case_no"], petition["petition_no"].lower()):
        page.goto("/office")
        page.get_by_label("按标题或编号查找").fill(f" {number} ")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/office/cases/{case['case_id']}")
    page.get_by_label("按标题或编号查找").fill("XF999999999999")
    page.keyboard.press("Enter")
    page.get_by_text("没有找到编号XF999999999999").wait_for()


def test_the_number_above_a_list_is_that_of_its_rows(town, open_page):
    forwarded(town, "西乡路积水")
    page = open_page("/office/cases?unit=transport&limit=50", account="dispatcher")
    shown = page.locator("#list h2").inner_text()
    assert shown == f"共{len(listed(page))}件"


def test_a_view_is_kept_under_its_name_without_words(town, open_page):
    page = open_page("/office/cases?stage=受理&unit=transport", account="supervisor")
    page.get_by_label("视图名称").fill("交通待受理")
    page.get_by_label("视图名称").press("Enter")
    page.goto("/office/cases")
    page.get_by_role("link", name="交通待受理").click()
    page.wait_for_url("**unit=transport**")
    page.get_by_role("button", name="删除视图交通待受理").click()
    assert page.get_by_role("link", name="交通待受理").count() == 0
    page.get_by_label("标题含").fill("某某")
    page.get_by_role("button", name="查找").click()
    page.wait_for_url("**sought=**")
    assert page.get_by_role("button", name="存为视图").count() == 0


def test_a_list_is_taken_out_as_a_table_of_the_same_cases(town, open_page):
    forwarded(town, "彩云路噪声")
    page = open_page("/office/cases?unit=transport&limit=50", account="dispatcher")
    rows = listed(page)
    page.get_by_role("link", name="导出 Excel").click()
    page.get_by_text("表格已经开始下载").wait_for()
    address = page.get_by_role("link", name="导出 Excel").get_attribute("href")
    xlsx = page.request.get(address)
    sheet = zipfile.ZipFile(io.BytesIO(xlsx.body())).read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == len(rows) + 1
    table = page.request.get(page.get_by_role("link", name="导出 CSV").get_attribute("href"))
    lines = list(csv.reader(io.StringIO(table.body().decode("utf-8-sig"))))
    assert [line[1] for line in lines[1:]] == rows


def sent_again(page, request):
    """What the page says to the same form once more, as after a broken connection."""
    answer = page.request.post(
        request.url,
        data=request.post_data,
        headers={"Content-Type": request.headers["content-type"], "Referer": page.url},
    )
    assert answer.ok, answer.text()
    return answer.text()


def steps_of(town, case_id):
    """The actions on a case, the newest first."""
    return [
        one["action"]
        for one in town.get("dispatcher", "routing", f"/v1/cases/{case_id}/steps")["items"]
    ]


def test_one_action_on_many_has_an_outcome_for_each_and_one_refusal_leaves_the_others(
    town, open_page
):
    good = [forwarded(town, f"批量受理第{n}件") for n in (1, 2)]
    late = forwarded(town, "批量受理第三件")
    page = open_page("/office/cases?unit=transport&state=forwarded", account="handler")
    for case_id in (*good, late):
        page.locator(f"[name=chosen][value^='{case_id}']").check()
    assert "已选3件" in page.locator("[data-chosen-count]").inner_text()
    page.get_by_role("button", name="批量办理所选").click()
    page.get_by_role("button", name="受理", exact=False).first.wait_for()
    town.act("handler", late, "accept")
    page.locator("button[name=action][value=accept]").click()
    sent = []
    page.on("request", lambda one: sent.append(one) if one.method == "POST" else None)
    page.locator("button[name=do]").click()
    page.get_by_role("heading", name="批量办理结果").wait_for()
    assert "办成2件，没有办成1件" in page.get_by_role("status").last.inner_text()
    first = page.locator(".rows tbody tr").first.inner_text()
    assert "批量受理第三件" in first
    assert "没有办成" in first
    assert found_by_axe(page) == []
    again = sent_again(page, sent[-1])
    assert "办成2件，没有办成1件" in again
    for case_id in good:
        assert steps_of(town, case_id).count("accept") == 1, "done once"
        assert town.get("handler", "routing", f"/v1/cases/{case_id}")["state"] == "accepted"


def test_the_actions_for_many_are_those_that_routing_takes():
    schema = json.loads(CONTRACT.read_text("utf-8"))["components"]["schemas"]["BulkIn"]
    assert set(ACTIONS) == set(schema["properties"]["action"]["enum"])


def test_the_list_is_worked_by_keyboard_alone(town, open_page):
    case_id = forwarded(town, "键盘办理的一件")
    page = open_page("/office/cases?unit=transport&state=forwarded", account="handler")
    choice = page.locator(f"[name=chosen][value^='{case_id}']")
    page.get_by_label("全选本页").focus()
    while not choice.evaluate("one => one === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert choice.is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/office/cases/{case_id}")


def test_the_list_can_be_used_by_everybody_on_a_desk_and_on_a_phone(town, open_page):
    forwarded(town, "人人可用的一件")
    for phone in (False, True):
        page = open_page("/office/cases?unit=transport", account="dispatcher", phone=phone)
        page.get_by_text("更多条件").click()
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
