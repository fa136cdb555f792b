"""Papers and opinions that come back: returned with the reason, sent again, made void; scans."""

import re

from casework_pages import accepted, done, field, press, received
from conftest import found_by_axe
from leading_desk import opinion_sent_up
from playwright.sync_api import Page, expect

NOTICE = "信访事项受理告知书"


def open_notice(page: Page) -> None:
    page.locator("#documents tr", has_text=NOTICE).last.get_by_role("link").click()


def give_back(page: Page, reason: str) -> None:
    """Return it: without a reason it is asked for."""
    page.locator("summary", has_text="退回修改").click()
    page.get_by_role("button", name="退回", exact=True).click()
    expect(page.locator("[id^=wrong]").first).to_be_visible()
    field(page, "退回理由").fill(reason)
    page.get_by_role("button", name="退回", exact=True).click()


def test_a_paper_is_returned_sent_again_and_owed_anew_once_it_is_void(town, open_page):
    case_id = accepted(town, title="鹭洲十五路站牌歪了")
    case = f"/office/cases/{case_id}"
    handler = open_page(f"{case}/documents", account="handler")
    press(handler, "一键起草")
    done(handler, NOTICE)
    open_notice(handler)
    handler.locator("[name=field-contact]").fill("张工，0591-12345678")
    press(handler, "保存并送审")
    done(handler, "送审中")
    head = open_page(handler.url, account="unit_head")
    give_back(head, "请写明办公时间。")
    done(head, "起草中")
    handler.reload()
    expect(handler.locator("main")).to_contain_text("退回、作废理由：请写明办公时间。")
    handler.locator("[name=field-contact]").fill("张工，0591-12345678，工作日上午")
    press(handler, "保存并送审")
    done(handler, "送审中")
    head.reload()
    expect(head.frame_locator("iframe").locator("body")).to_contain_text("工作日上午")
    head.locator("summary", has_text="作废").click()
    field(head, "作废理由").fill("受理日期写错。")
    press(head, "确定作废")
    done(head, "已作废")
    assert found_by_axe(head) == []
    handler.goto(f"{case}/documents")
    expect(handler.locator("#owed")).to_contain_text(NOTICE)
    press(handler, "一键起草")
    done(handler, NOTICE)


def test_a_unit_is_not_offered_the_letters_of_the_office(town, open_page):
    case_id = accepted(town, title="鹭洲十七路站牌歪了")
    page = open_page(f"/office/cases/{case_id}", account="handler")
    expect(page.locator(".owed")).to_contain_text(NOTICE)
    expect(page.locator(".owed")).not_to_contain_text("转送函")
    page.goto(f"/office/cases/{case_id}/documents")
    expect(page.locator("#owed li", has_text="转送函")).to_contain_text("由其他单位起草")
    press(page, "一键起草")
    done(page, NOTICE)
    expect(page.locator("#messages")).to_contain_text("转送函未起草：您所在单位不能制作转送函。")
    expect(page.locator("#documents tbody tr")).to_have_count(1)
    expect(page.get_by_role("button", name="一键起草")).to_have_count(0)


def test_an_opinion_goes_back_to_its_author_and_is_sent_up_again(town, open_page):
    case_id = opinion_sent_up(town, "鹭洲十六路站牌歪了")
    page = f"/office/cases/{case_id}/opinion"
    head = open_page(page, account="unit_head")
    give_back(head, "请写明修复的日期。")
    done(head, "退回")
    handler = open_page(page, account="handler")
    expect(handler.locator("main")).to_contain_text("退回理由：请写明修复的日期。")
    field(handler, "处理意见").fill("对您的请求予以支持，五月一日前修复。")
    press(handler, "保存并送审")
    done(handler, "意见书已送审")
    head.goto(page)
    expect(head.locator(".paper-text").first).to_contain_text("五月一日前修复")
    press(head, "批准")
    done(head, "已批准")
    versions = handler.goto(page) and handler.locator(".timeline")
    for step in ("退回", "送审", "批准"):
        expect(versions).to_contain_text(step)


def issued_letter(town, title: str) -> str:
    """The page of a letter that the office has issued."""
    case_id = received(town, title=title)
    town.act("dispatcher", case_id, "forward", unit="transport", category="transport.bus")
    with town.client("dispatcher") as client:
        path = f"/v1/cases/{case_id}/documents"
        letter = client.post("routing", path, {"kind": "transfer_letter"})
        for move in ("submit", "approve", "issue"):
            client.post("routing", f"/v1/documents/{letter['document_id']}/{move}", {})
    return f"/office/cases/{case_id}/documents/{letter['document_id']}"


def upload_scan(page: Page, megabytes: int) -> None:
    """Choose a scan with so many megabytes, and send it."""
    scan = b"%PDF-1.7\n" + bytes(megabytes * 1024 * 1024)
    page.get_by_label(re.compile("盖章扫描件")).set_input_files(
        {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": scan}
    )
    press(page, "上传")


def test_a_scan_of_six_megabytes_is_kept_and_one_of_eleven_is_refused_in_words(town, open_page):
    page = open_page(issued_letter(town, "鹭洲十八路站牌歪了"), account="dispatcher")
    upload_scan(page, 11)
    expect(page.get_by_role("alert")).to_contain_text("盖章扫描件：文件最大10 MB。")
    upload_scan(page, 6)
    done(page, "已出具")
    with page.expect_download() as waiting:
        page.locator("#files").get_by_role("link", name=re.compile("扫描件")).click()
    assert waiting.value.path().stat().st_size > 6 * 1024 * 1024
