"""Letters: logged, scanned and read, registered, filed or closed; and those that go out."""

import io

import pytest
from conftest import found_by_axe
from PIL import Image, ImageDraw
from watching import addresses, fits, in_no_address, pasted, until

SCANS = {
    "PNG": ("来信.png", "image/png"),
    "PDF": ("来信.pdf", "application/pdf"),
    "TIFF": ("来信.tif", "image/tiff"),
}


def sheet(words="LETTER"):
    """A scanned page."""
    page = Image.new("RGB", (600, 400), "white")
    ImageDraw.Draw(page).text((60, 60), words, fill="black")
    return page


def scan(form="PNG", pages=1):
    """A file of scanned pages."""
    kept = io.BytesIO()
    first, *more = [sheet(f"PAGE {number}") for number in range(1, pages + 1)]
    first.save(kept, form, **({"save_all": True, "append_images": more} if more else {}))
    name, kind = SCANS[form]
    return {"name": name, "mimeType": kind, "buffer": kept.getvalue()}


@pytest.fixture
def letter(open_page):
    """A letter that was just logged, open before a registrar."""
    page = open_page("/office/letters", account="registrar")
    page.locator("[name=sender]").fill("云屏区柳荫巷5号 韩老师")
    page.locator("[name=pages]").fill("2")
    page.get_by_role("button", name="收录", exact=True).click()
    page.get_by_text("已收录来信").wait_for()
    return page


def test_a_letter_is_scanned_and_registered_from_the_scan(town, letter):
    seen = addresses(letter)
    letter.locator("[name=file]").set_input_files(scan())
    letter.get_by_role("button", name="上传", exact=True).click()
    letter.get_by_text("已上传扫描件。").wait_for()
    picture = letter.locator("img.scan")
    picture.scroll_into_view_if_needed()
    until(letter, "document.querySelector('img.scan').naturalWidth > 0")
    letter.locator("[name=title]").fill("柳荫巷路灯")
    letter.get_by_role("button", name="登记为信访件").click()
    assert letter.locator("#wrong-content").inner_text() == "必填。"
    assert letter.locator("[name=title]").input_value() == "柳荫巷路灯"
    letter.locator("#field-content").fill("柳荫巷没有路灯，夜里看不见。")
    letter.locator("[name='petitioner.name']").fill("韩老师")
    letter.get_by_role("button", name="登记为信访件").click()
    letter.get_by_role("link", name="上传附件").click()
    assert "来信.png" in letter.locator("#attachments").inner_text()
    with letter.expect_download() as kept:
        letter.locator("#attachments").get_by_role("link", name="来信.png").click()
    assert kept.value.suggested_filename
    in_no_address(seen, "韩老师", "柳荫巷")


@pytest.mark.parametrize("form", ["PDF", "TIFF"])
def test_a_scan_is_looked_at_page_by_page_beside_the_form(letter, form):
    letter.locator("[name=file]").set_input_files(scan(form, pages=3))
    letter.get_by_role("button", name="上传", exact=True).click()
    letter.get_by_text("已上传扫描件。").wait_for()
    with_files = addresses(letter)
    pages = letter.locator("img.scan")
    assert pages.count() == 3
    for number in range(3):
        pages.nth(number).scroll_into_view_if_needed()
        until(
            letter, "at => document.querySelectorAll('img.scan')[at].naturalWidth > 0", arg=number
        )
        title, page = letter.locator("[name=title]").bounding_box(), pages.nth(number)
        assert page.bounding_box()["x"] + page.bounding_box()["width"] < title["x"]
    assert letter.get_by_text("第3页，共3页").is_visible()
    assert not [one for one in with_files if "/scans/" in one and "/pages/" not in one]
    assert (found_by_axe(letter), fits(letter)) == ([], True)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        pytest.param("程序.pdf", b"MZ not a scan at all", "不接受这种文件", id="another-kind"),
        pytest.param("来信.pdf", b"%PDF-1.7 cut off", "文件损坏", id="damaged"),
        pytest.param("来信.png", b"", "文件是空的", id="empty"),
        pytest.param("来信.tif", b"II*\0" + bytes(30 << 20), "文件不能超过20 MB", id="too-big"),
    ],
)
def test_what_is_no_scan_is_refused_at_the_field(letter, name, content, why):
    sent = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    letter.locator("[name=file]").set_input_files(sent)
    letter.get_by_role("button", name="上传", exact=True).click()
    assert why in letter.locator("#wrong-file").inner_text()
    assert letter.get_by_role("alert").locator("a[href='#field-file']").inner_text() == "文件"
    assert letter.locator("img.scan").count() == 0


def test_what_is_wrong_with_a_letter_stands_at_its_field_and_the_rest_stays(open_page):
    page = open_page("/office/letters", account="registrar")
    typed = {
        "received_on": "2031-01-05",
        "postmarked_on": "2031-01-06",
        "sender": "韩" * 100_000,
        "mail_no": "挂号<script>",
        "pages": "许多",
        "enclosures": "照片\u0007",
    }
    # The browser itself refuses days to come; what it lets through the service must refuse.
    page.locator("form[action='/office/letters']").evaluate("form => form.noValidate = true")
    pasted(page, typed)
    page.get_by_role("button", name="收录", exact=True).click()
    page.get_by_role("alert").wait_for()
    for name in ("sender", "mail_no", "pages", "enclosures"):
        assert page.locator(f"#wrong-{name}").inner_text().strip(), name
    for name, value in typed.items():
        assert page.locator(f"[name={name}]").input_value() == value
    page.locator("form[action='/office/letters']").evaluate("form => form.noValidate = true")
    pasted(page, {"sender": "韩老师", "mail_no": "", "pages": "2", "enclosures": "照片"})
    page.get_by_role("button", name="收录", exact=True).click()
    page.locator("#wrong-received_on").wait_for()
    assert page.locator("[name=sender]").input_value() == "韩老师"


def test_a_letter_that_belongs_to_a_petition_is_filed_with_it(town, letter):
    first = town.post_petition(title="柳荫巷井盖")
    letter.locator("[name=petition_no]").fill("不是编号")
    letter.locator("[name=said]").fill("井盖还没有换。")
    letter.get_by_role("button", name="作为补充材料归入").click()
    assert "不是信访件编号" in letter.locator("#wrong-petition_no").inner_text()
    assert letter.locator("[name=said]").input_value() == "井盖还没有换。"
    letter.locator("[name=petition_no]").fill(first["petition_no"])
    letter.get_by_role("button", name="作为补充材料归入").click()
    letter.get_by_text("井盖还没有换。").wait_for()
    assert letter.url.endswith(first["petition_id"])


def test_a_letter_is_closed_with_its_reason(letter):
    letter.locator("[name=close-reason]").select_option("elsewhere")
    letter.get_by_role("button", name="不作登记").click()
    assert "请说明去向" in letter.locator("#wrong-close-note").inner_text()
    letter.locator("[name=close-note]").fill("已转送市信访局。")
    letter.get_by_role("button", name="不作登记").click()
    letter.get_by_text("来信已办结").wait_for()


def test_letters_to_petitioners_are_printed_and_marked_as_posted(town, open_page):
    told = {
        "title": "银杏路停车",
        "petitioner": {"name": "褚先生", "address": "云屏区银杏路12号3栋"},
        "notify": {"medium": "letter"},
    }
    town.case_of(town.post_petition(**told)["petition_id"])
    page = open_page("/office/letters/outgoing", account="registrar")
    if page.get_by_text("没有待寄的信函").count():
        pytest.skip("nothing is told by letter yet")
    seen = addresses(page)
    assert "褚先生" not in page.content()
    assert found_by_axe(page) == []
    with page.expect_popup() as printed:
        page.get_by_role("button", name="打印选中的").click()
    assert "云屏区银杏路12号3栋" in printed.value.locator("body").inner_text()
    page.reload()
    page.get_by_role("button", name="标记为已寄出").click()
    page.get_by_text("封为已寄出").wait_for()
    in_no_address(seen, "褚先生", "银杏路")


@pytest.mark.parametrize("phone", [False, True])
def test_letters_can_be_used_by_everybody(town, open_page, phone):
    with town.client("registrar") as client:
        logged = client.post("intake", "/v1/incoming-letters", {"received_on": "2026-01-05"})
    page = open_page("/office/letters", account="registrar", phone=phone)
    assert (found_by_axe(page), fits(page)) == ([], True)
    page.goto(f"/office/letters/{logged['letter_id']}")
    assert (found_by_axe(page), fits(page)) == ([], True)
    page.goto("/office/letters/outgoing")
    assert (found_by_axe(page), fits(page)) == ([], True)
