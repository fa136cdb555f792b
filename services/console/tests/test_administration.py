"""Administration: tables after a trial, the calendar, templates, standards, channels."""

import re
from importlib.resources import files

import pytest
from casework_pages import received
from conftest import found_by_axe
from playwright.sync_api import expect

PAGES = {
    "admin": [
        "/office/units",
        "/office/units/new",
        "/office/units/water",
        "/office/units/table/units",
        "/office/units/table/responsibilities",
        "/office/calendar",
        "/office/calendar/2026",
        "/office/templates",
        "/office/templates/opinion",
        "/office/procedure",
        "/office/procedure/categories",
        "/office/procedure/categories/transport.bus",
        "/office/channels",
        "/office/channels/web",
        "/office/channels/mailboxes/new",
        "/office/dead-events",
    ],
    "auditor": ["/office/audit", "/office/procedure/classifiers", "/office/procedure/checks"],
}
NOTICE = """日期,安排,节日
2027-01-01,放假,元旦
2027-02-08,放假,春节
2027-05-03,放假,劳动节
2027-10-01,放假,国庆节
2027-10-04,放假,国庆节
2027-10-09,上班,国庆节
"""


def csv(page, name, text):
    """Choose a file of this text in the form for a file."""
    page.get_by_label("文件", exact=True).set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": text}
    )


def received_at_transport(town):
    """A case that waits at the transport office."""
    case_id = received(town, title="鹭洲三十路站牌歪了")
    town.act("dispatcher", case_id, "forward", unit="transport", category="transport.bus")
    return case_id


def table_of_units(town):
    return town.get("admin", "routing", "/v1/units/export")["csv"]


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("account", PAGES)
def test_every_page_can_be_used_by_everybody(open_page, account, phone):
    page = open_page("/office/handbook", account=account, phone=phone)
    for path in PAGES[account]:
        answer = page.goto(path)
        assert answer.status == 200, path
        assert found_by_axe(page) == [], path
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"], path


def test_the_table_of_units_goes_out_is_tried_and_comes_back(town, open_page):
    page = open_page("/office/units/table/units", account="admin")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="下载单位表").click()
    raw = downloading.value.path().read_bytes()
    assert raw.startswith("\ufeff".encode())
    table = raw.decode("utf-8-sig")
    assert table.startswith("编码,名称,类型")

    changed = table + "pier,云屏区港务中心,部门,,否,,否,,,,,,\r\n"
    csv(page, "units.csv", changed.encode("gb18030"))
    page.get_by_role("button", name="试导入").click()
    trial = page.locator("#trial")
    assert "云屏区港务中心" in trial.inner_text()
    assert "pier" not in table_of_units(town), "a trial changes nothing"

    page.get_by_role("button", name="确认导入").click()
    page.wait_for_url("**/office/units")
    assert "新增1，修改0，终止0" in page.locator("#messages").inner_text()
    assert page.get_by_role("link", name="云屏区港务中心").is_visible()


def test_a_wrong_table_names_line_and_reason_and_nothing_is_half_done(town, open_page):
    before = table_of_units(town)
    page = open_page("/office/units/table/units", account="admin")
    csv(page, "units.csv", (before + "dock,云屏区船坞,码头,,,,,,,,,,\n").encode())
    page.get_by_role("button", name="试导入").click()
    line = len(before.splitlines()) + 1
    said = page.get_by_role("alert").inner_text()
    assert f"第{line}行：" in said
    assert "dock,云屏区船坞,码头" in said, "the line itself stands there"
    assert table_of_units(town) == before
    assert "dock,云屏区船坞" in page.get_by_label("或者粘贴表格内容").input_value()


def test_a_file_that_is_no_text_is_refused_in_words(open_page):
    page = open_page("/office/units/table/units", account="admin")
    csv(page, "units.csv", b"\xff\xd8\xff\xe0\x00\x81")
    page.get_by_role("button", name="试导入").click()
    assert "不是文本文件" in page.get_by_role("alert").inner_text()


def test_a_table_of_duties_is_imported_with_names_for_codes(town, open_page):
    page = open_page("/office/units/table/responsibilities", account="admin")
    page.get_by_label("或者粘贴表格内容").fill(
        "类别,区域,单位,优先级,生效日,失效日\ntransport.bus,*,transport,1,,\n"
    )
    page.get_by_role("button", name="试导入").click()
    assert "公共汽车与轨道交通 × 全部 → 云屏区交通运输局" in page.locator("#trial").inner_text()
    page.get_by_role("button", name="确认导入").click()
    page.wait_for_url("**/office/units")
    assert "公共汽车与轨道交通" in page.locator("main").inner_text()


def test_a_unit_is_changed_and_what_was_typed_stays_where_it_is_refused(town, open_page):
    page = open_page("/office/units/water", account="admin")
    page.get_by_label("联系方式").fill("水务局办公室")
    page.get_by_label("名称").fill("")
    page.get_by_role("button", name="保存", exact=True).click()
    assert page.get_by_label("联系方式").input_value() == "水务局办公室"
    page.get_by_label("名称").fill("云屏区水务局")
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_url("**/office/units")
    units = town.get("admin", "routing", "/v1/units")["items"]
    (water,) = (one for one in units if one["code"] == "water")
    assert (water["contact"], water["kind"]) == ("水务局办公室", "department")


def test_a_notice_says_what_it_would_move_before_it_is_imported(town, open_page):
    petition = town.post_petition(title="鹭洲三路路灯不亮")
    town.case_of(petition["petition_id"])
    page = open_page("/office/calendar/2027", account="admin")
    page.get_by_label("放假安排").fill(NOTICE.replace("10-09,上班", "13-09,上班"))
    page.get_by_role("button", name="试算").click()
    assert "第7行：日期应如" in page.get_by_role("alert").inner_text()
    assert "2027-13-09,上班,国庆节" in page.get_by_role("alert").inner_text()

    page.get_by_label("放假安排").fill(NOTICE)
    page.get_by_role("button", name="试算").click()
    trial = page.locator("#trial").inner_text()
    assert re.search(r"变动的日子\s+\d+", trial)
    assert town.get("admin", "routing", "/v1/calendar/2027")["published"] is False

    page.get_by_role("button", name="确认导入").click()
    page.locator("#messages [data-done]").wait_for()
    page.locator("#recount").wait_for()
    kept = town.get("admin", "routing", "/v1/calendar/2027")
    assert (
        kept["published"]
        and {"day": "2027-10-09", "kind": "worked", "name": "国庆节"} in kept["days"]
    )


def test_a_template_is_checked_before_it_is_put_and_the_old_one_stays(town, open_page):
    before = town.get("admin", "routing", "/v1/templates/opinion")
    page = open_page("/office/templates/opinion", account="admin")
    text = page.get_by_label("内容", exact=True)
    text.fill(before["html"] + "\n<p>{{ nobody }}</p>")
    page.get_by_role("button", name="检查").click()
    said = page.get_by_role("alert").inner_text()
    assert "nobody" in said
    assert re.search(r"第\d+行：", said)
    page.get_by_role("button", name="启用为新版").click()
    assert "nobody" in page.get_by_role("alert").inner_text()
    assert town.get("admin", "routing", "/v1/templates/opinion") == before

    text.fill(before["html"] + "\n<p>特此答复。</p>")
    page.get_by_role("button", name="检查").click()
    assert page.get_by_text("没有错误，可以启用。").is_visible()
    page.get_by_role("button", name="启用为新版").click()
    page.locator("#messages [data-done]").wait_for()
    now = town.get("admin", "routing", "/v1/templates/opinion")
    assert now["edition"] == before["edition"] + 1


def test_standards_are_tried_and_each_error_names_file_and_line(open_page):
    page = open_page("/office/procedure", account="admin")
    wrong = {"name": "procedure.yaml", "mimeType": "text/yaml", "buffer": b"states: [\n"}
    page.get_by_label("标准文件").set_input_files([wrong])
    page.get_by_role("button", name="校验", exact=True).click()
    said = page.locator("#trial").inner_text()
    assert "不能使用" in said
    assert "procedure.yaml，第2行：" in said


def test_what_an_edition_changes_is_shown_with_the_clocks_that_run(town, open_page):
    town.act("handler", received_at_transport(town), "accept")
    own = (files("routing.standards") / "procedure.yaml").read_text(encoding="utf-8")
    edition = own.replace("    length: {days: 60}", "    length: {days: 45}", 1)
    page = open_page("/office/procedure", account="admin")
    page.get_by_label("标准文件").set_input_files(
        [{"name": "procedure.yaml", "mimeType": "text/yaml", "buffer": edition.encode()}]
    )
    page.get_by_role("button", name="校验", exact=True).click()
    said = page.locator("#trial").inner_text()
    assert "可以使用" in said
    assert "60 → 45" in said
    assert re.search(r"办结并书面答复（修改）：[1-9]\d*项正在计算", said)
    assert "届满日不变" in said


def test_a_channel_is_opened_and_closed(town, open_page):
    page = open_page("/office/channels/new", account="admin")
    page.get_by_label("编码").fill("kiosk")
    page.get_by_label("名称").fill("自助终端")
    page.get_by_role("button", name="保存").click()
    assert page.get_by_label("名称").input_value() == "自助终端", "the kind is missing"
    page.get_by_label("统计类别").select_option(label="网信")
    page.get_by_label("权重").fill("60")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/office/channels")
    page.get_by_role("link", name="自助终端").click()
    page.get_by_label("开放").uncheck()
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/office/channels")
    row = page.get_by_role("row", name="自助终端")
    assert "已关闭" in row.inner_text()
    channels = town.get("admin", "intake", "/v1/channels")["items"]
    (kiosk,) = (one for one in channels if one["code"] == "kiosk")
    assert (kiosk["active"], kiosk["cost"]) == (False, 60)


def test_a_category_goes_to_its_unit_by_itself_from_a_confidence_on(open_page):
    page = open_page("/office/procedure/categories/transport.bus", account="admin")
    page.get_by_label("把握（百分比）").fill("20")
    page.get_by_role("button", name="保存").click()
    assert "50" in page.get_by_role("alert").inner_text()
    page.get_by_label("把握（百分比）").fill("95")
    page.get_by_label("启用").check()
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/office/procedure/categories")
    assert "把握95%起" in page.get_by_role("row", name="公共汽车与轨道交通").inner_text()


def forge(page, **values):
    """Put values into fields and choices whatever these would take."""
    for name, value in values.items():
        page.locator(f"main [name='{name}']").first.evaluate(
            """(field, value) => {
                if (field.tagName === "SELECT") field.add(new Option(value, value));
                if (field.type === "date") field.type = "text";
                field.removeAttribute("maxlength");
                field.value = value;
            }""",
            value,
        )


def save(page):
    page.locator("main").get_by_role("button", name="保存", exact=True).first.click()
    return page.get_by_role("alert")


def test_a_forged_unit_is_refused_with_each_reason(town, open_page):
    page = open_page("/office/units/new", account="admin")
    forge(page, code="forged", name="字" * 101, kind="palace")
    alert = save(page)
    for reason in ("类型：不能为空。", "名称：最多100个字"):
        expect(alert).to_contain_text(reason)
    forge(page, name="伪造单位", kind="bureau", parent="nobody", valid_from="2026-13-45")
    expect(save(page)).to_contain_text("应为日期")
    forge(page, valid_from="", parent="nobody")
    expect(save(page)).to_contain_text("没有上级单位nobody")
    assert "forged" not in table_of_units(town)


def test_a_name_like_a_script_is_a_name_and_a_unit_may_move_rest_and_end(town, open_page):
    page = open_page("/office/units/new", account="admin")
    forge(page, code="moving", name="<script>alert(1)</script>", kind="department")
    save(page)
    page.wait_for_url("**/office/units")
    expect(page.locator("main")).to_contain_text("<script>alert(1)</script>")
    page.goto("/office/units/moving")
    forge(page, name="云屏区搬迁办", parent="water")
    save(page)
    page.wait_for_url("**/office/units")
    page.goto("/office/units/moving")
    forge(page, parent="moving")
    expect(save(page)).to_contain_text("上级单位不能是本单位或其下级")
    forge(page, parent="", valid_to="2026-11-30")
    save(page)
    page.wait_for_url("**/office/units")
    units = town.get("admin", "routing", "/v1/units")["items"]
    (moved,) = (one for one in units if one["code"] == "moving")
    assert (moved["name"], moved["parent"]) == ("云屏区搬迁办", None)
    assert moved["valid_to"] == "2026-11-30"


def test_a_unit_with_open_cases_needs_a_successor_and_is_named_by_its_name(town, open_page):
    received_at_transport(town)
    page = open_page("/office/units/transport", account="admin")
    forge(page, valid_to="2026-11-30")
    expect(save(page)).to_contain_text("云屏区交通运输局还有未办结的信访事项")


def test_a_wrong_period_weight_or_unit_of_channels_is_said(open_page):
    page = open_page("/office/channels?since=2026-05-01&until=2026-01-01", account="admin")
    expect(page.get_by_role("alert")).to_contain_text("不能早于开始日期")
    page.goto("/office/channels?since=nonsense")
    expect(page.get_by_role("alert")).to_contain_text("应为日期")
    page.goto("/office/channels/new")
    forge(page, code="kiosk2", name="自助终端二", kind="online", cost="很重")
    expect(save(page)).to_contain_text("权重：应为整数")
    page.goto("/office/channels/mailboxes/new")
    forge(page, code="nobody2", name="无人信箱", unit="nobody")
    expect(save(page)).to_contain_text("收信单位：不能为空")


def test_a_wrong_line_is_shown_as_far_as_it_tells_which_it_is(open_page):
    page = open_page("/office/calendar/2028", account="admin")
    page.get_by_label("放假安排").fill("日子,安排,节日\n2028-01-01,放假,元旦\n")
    page.get_by_role("button", name="试算").click()
    expect(page.get_by_role("alert")).to_contain_text("表头应为“日期,安排,节日”")
    page.get_by_label("放假安排").fill(f"日期,安排,节日\n2028-01-01,放假,{'长' * 5000}\n")
    page.get_by_role("button", name="试算").click()
    assert len(page.get_by_role("alert").inner_text()) < 400


@pytest.mark.parametrize("path", ["/office/units", "/office/dead-events", "/office/procedure"])
def test_others_are_kept_out_of_administration(open_page, path):
    page = open_page("/office", account="handler")
    assert page.goto(path).status == 403


def test_menus_speak_english_after_the_switch(open_page):
    page = open_page("/office/units", account="admin")
    page.get_by_role("button", name="管琳").click()
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", level=1, name="Units and duties").wait_for()
    menu = page.get_by_role("navigation", name="Main menu")
    assert menu.get_by_role("link", name="Working calendar").is_visible()
    assert not re.search(r"[\u4e00-\u9fff]", menu.inner_text())
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto("/office/dead-events")
    assert "Failed messages" in page.locator("main").inner_text()
