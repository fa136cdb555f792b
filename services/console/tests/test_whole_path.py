"""A case from registration to the end of re-review, in browsers, with each paper opened."""

import io
import re
import zipfile

from casework_pages import done, field, go_on, press, received, today
from conftest import found_by_axe
from playwright.sync_api import Page, expect

TEXT = "申请人请求重新扶正站牌。经查，站牌已经扶正并加固，原处理意见认定事实清楚、程序合法。"
REMEDY = "如不服本意见，可以自收到之日起30日内向云屏区人民政府请求复核。"
REVIEWED = {
    "review": ("云信访复查〔2026〕1号", TEXT + REMEDY),
    "re_review": ("市信访复核〔2026〕1号", TEXT),
}
"""By level: number and words of the opinion; the last one names no further remedy."""
ACCEPTED = "复查复核申请受理告知书"
STEPS = (
    "转送", "受理", "答复", "申请复查", "作出复查意见", "送达复查意见", "申请复核", "作出复核意见",
    "送达复核意见",
)  # fmt: skip
ON_FILE = {"date": "2026-03-02"}
"""What is typed where a paper lacks a day; elsewhere it refers to the file."""
WHO = ("dispatcher", "handler", "unit_head", "registrar", "reviewer", "colleague", "leader")


def test_a_case_goes_from_registration_to_the_end_of_re_review(town, open_page):
    case_id = received(
        town, title="鹭洲四路公交站牌倒了", content="公交站牌被风吹倒半个月，请扶正。"
    )
    case = f"/office/cases/{case_id}"
    pages = {who: open_page("/office", account=who) for who in WHO}
    forward(pages["dispatcher"], case)
    answer(pages["handler"], pages["unit_head"], case)
    review(pages["registrar"], pages["reviewer"], pages["leader"], case)
    apply(pages["registrar"], case, "ask_re_review", "申请复核")
    nobody_reviews_own(pages["reviewer"], case)
    page = pages["colleague"]
    re_review(page, pages["leader"], case)
    expect(page.locator(".case-head")).to_contain_text("已终结")
    for stage in ("复查", "复核"):
        expect(page.locator(".stage-past", has_text=stage)).to_be_visible()
    for step in STEPS:
        expect(page.locator("#timeline")).to_contain_text(step)
    assert found_by_axe(page) == []


def forward(dispatcher: Page, case: str) -> None:
    """The office sends it to the unit, and issues the letters that go with it."""
    go_on(dispatcher, case, "forward")
    dispatcher.get_by_label("承办单位").select_option(label="云屏区交通运输局")
    dispatcher.get_by_label("内容分类").select_option(label="公共汽车与轨道交通")
    press(dispatcher, "办理：转送")
    done(dispatcher, "转送")
    draw_up(dispatcher, case, "转送函", "信访事项告知书")
    for name in ("转送函", "信访事项告知书"):
        issue(dispatcher, dispatcher, case, name)


def answer(handler: Page, head: Page, case: str) -> None:
    """The unit accepts, tells so, and answers by an opinion that its head signs off."""
    handler.goto(case)
    for step in ("受理", "按普通程序办理"):
        handler.get_by_role("link", name=step, exact=True).first.click()
        press(handler, f"办理：{step}")
        done(handler, step)
    draw_up(handler, case, "信访事项受理告知书")
    issue(handler, head, case, "信访事项受理告知书", contact="张工，0591-12345678")
    keep_scan(head)
    serve_paper(handler, case, "信访事项受理告知书")
    handler.goto(case)
    expect(handler.locator("#guide")).to_contain_text("一般先起草意见书，批准后再答复")
    handler.locator("#guide").get_by_role("link", name="起草意见书").click()
    write_opinion(handler)
    head.goto(f"{case}/opinion")
    press(head, "批准")
    done(head, "已批准")
    go_on(handler, case, "reply")
    handler.get_by_label("处理结论").select_option(label="支持")
    press(handler, "办理：答复")
    done(handler, "答复")
    draw_up(handler, case, "信访事项处理意见书")
    issue(handler, head, case, "信访事项处理意见书")
    serve(handler, case, "serve", "送达")
    draw_up(handler, case, "送达回证")
    issue(handler, head, case, "送达回证")


def review(registrar: Page, reviewer: Page, leader: Page, case: str) -> None:
    """An application for review is accepted and decided; its opinion is served."""
    apply(registrar, case, "ask_review", "申请复查")
    draw_up(reviewer, case, "信访事项复查申请书", ACCEPTED)
    for name in ("信访事项复查申请书", ACCEPTED):
        issue(reviewer, leader, case, name)
    decide(reviewer, case, "review", "作出复查意见")
    draw_up(reviewer, case, "信访事项复查意见书")
    issue(reviewer, leader, case, "信访事项复查意见书")
    serve_paper(reviewer, case, "信访事项复查意见书")
    press(reviewer, "把送达记入此件")
    done(reviewer, "送达复查意见")


def nobody_reviews_own(reviewer: Page, case: str) -> None:
    """Who decided on the review is told on the page why the re-review is another's."""
    reviewer.goto(case)
    expect(reviewer.locator(".stage[aria-current]")).to_contain_text("复核")
    expect(reviewer.locator("#guide")).to_contain_text("您经办过本件被复查复核的意见")
    go_on(reviewer, case, "decide_re_review")
    expect(reviewer.get_by_role("button", name="办理：作出复核意见")).to_be_disabled()


def re_review(colleague: Page, leader: Page, case: str) -> None:
    """Another person decides on the re-review, serves its opinion, and so ends the matter."""
    draw_up(colleague, case, "信访事项复核申请书", ACCEPTED)
    for name in ("信访事项复核申请书", ACCEPTED):
        issue(colleague, leader, case, name)
    decide(colleague, case, "re_review", "作出复核意见")
    draw_up(colleague, case, "信访事项复核意见书")
    issue(colleague, leader, case, "信访事项复核意见书")
    serve(colleague, case, "serve_re_review", "送达复核意见")


def apply(registrar: Page, case: str, action: str, title: str) -> None:
    go_on(registrar, case, action)
    registrar.get_by_label("理由").fill("站牌还是歪的，对意见不服。")
    press(registrar, f"办理：{title}")
    done(registrar, title)


def draw_up(page: Page, case: str, *names: str) -> None:
    """Draw up all papers that are owed and are this account's to draw up."""
    page.goto(f"{case}/documents")
    press(page, "一键起草")
    done(page, "、".join(names))


def issue(drafter: Page, signer: Page, case: str, name: str, **typed: str) -> None:
    """Look at a paper, fill in what it lacks, have it signed off, issue it and open its files."""
    drafter.goto(f"{case}/documents")
    drafter.locator("#documents tr", has_text=name).last.get_by_role("link").click()
    expect(drafter.frame_locator("iframe").locator("body")).to_contain_text("王小明")
    complete(drafter, typed)
    if drafter.get_by_role("button", name="保存并送审").count():
        press(drafter, "保存并送审")
        done(drafter, "送审中")
        signer.goto(drafter.url)
        press(signer, "审签")
        done(signer, "已审签")
        press(signer, "出具")
        done(signer, "已出具")
    else:
        press(drafter, "保存并出具")
        done(drafter, "已出具")
        signer.goto(drafter.url)
    files_open(signer, name)


def complete(page: Page, typed: dict[str, str]) -> None:
    """Type what is given, and something where a paper must state what nobody knows yet."""
    for name, words in typed.items():
        page.locator(f"[name=field-{name}]").fill(words)
    for one in page.locator("[name^=field-][aria-required]").all():
        if not one.input_value():
            one.fill(ON_FILE.get(one.get_attribute("type") or "", "见卷内材料"))


def files_open(page: Page, name: str) -> None:
    """The preview names the petitioner; both files are what their names say."""
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("王小明")
    assert downloaded(page, "下载PDF").startswith(b"%PDF")
    with zipfile.ZipFile(io.BytesIO(downloaded(page, "下载DOCX"))) as word:
        assert "王小明" in re.sub("<[^>]+>", "", word.read("word/document.xml").decode()), name


def downloaded(page: Page, link: str) -> bytes:
    """The bytes that a link gives."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    return waiting.value.path().read_bytes()


def keep_scan(page: Page) -> None:
    """Keep the issued paper's own file as the scan with its seal."""
    page.get_by_label(re.compile("盖章扫描件")).set_input_files(
        {
            "name": "scan.pdf",
            "mimeType": "application/pdf",
            "buffer": downloaded(page, "下载PDF"),
        }
    )
    press(page, "上传")
    done(page, "已出具")


def serve_paper(page: Page, case: str, name: str) -> None:
    """Prove on the paper's own page that it was received."""
    page.goto(f"{case}/documents")
    page.locator("#documents tr", has_text=name).last.get_by_role("link").click()
    page.get_by_label("送达方式").select_option(label="直接送达")
    field(page, "签收人").fill("王小明")
    page.get_by_label("收到日期").fill(issued_on(page))
    press(page, "登记送达")
    done(page, "已送达")


def issued_on(page: Page) -> str:
    """The day on which the paper on the page was issued."""
    found = re.search(r"出具\s*\S+ (\d{4}-\d{2}-\d{2})", page.locator("main").inner_text())
    assert found
    return found[1]


def write_opinion(page: Page) -> None:
    """Draft until the checks find nothing that blocks, and send it up."""
    expect(page.locator("#findings .finding-block").first).to_be_visible()
    page.get_by_label("信访请求").first.fill("扶正公交站牌")
    page.get_by_label("核实情况").fill("经现场查看，站牌底座松动，十一月被风吹倒，情况属实。")
    field(page, "答复").fill("站牌已重新立好，并加固底座，今后每月巡查一次。")
    field(page, "结论").select_option(label="予以支持")
    page.get_by_label("办理措施").fill("加固底座，每月巡查。")
    page.get_by_label("事实和理由").fill(
        "接件后当日到现场核实，站牌底座螺栓锈蚀断裂，属养护不及时。"
    )
    page.get_by_label("名称").fill("信访工作条例")
    page.get_by_label("条款").fill("第三十二条")
    field(page, "处理意见").fill("对您的请求予以支持，站牌已修复。")
    page.get_by_label("向哪个机关提出").fill("云屏区人民政府")
    expect(page.locator("#findings .finding-block")).to_have_count(0)
    press(page, "保存并送审")
    done(page, "意见书已送审")


def decide(page: Page, case: str, level: str, title: str) -> None:
    number, words = REVIEWED[level]
    go_on(page, case, f"decide_{level}")
    page.get_by_label("维持", exact=True).check()
    page.get_by_label("复查（复核）意见内容").fill(words)
    page.get_by_label("意见书文号").fill(number)
    press(page, f"办理：{title}")
    done(page, title)


def serve(page: Page, case: str, action: str, title: str) -> None:
    go_on(page, case, action)
    page.get_by_label("送达方式").select_option(label="直接送达")
    expect(page.get_by_label("挂号单号")).to_be_hidden()
    page.get_by_label("收到日期").fill(today(page))
    field(page, "签收人").fill("王小明")
    press(page, f"办理：{title}")
    done(page, title)
