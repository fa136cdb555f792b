"""A citizen follows a matter: by number and code, with phone codes, up to the evaluation."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator

import pytest
from citizens import (
    fill_in_all,
    follow,
    photo,
    reload_until,
    see,
    send,
)
from conftest import found_by_axe
from playwright.sync_api import expect
from sms_gateway import SmsGateway
from town import PETITION, Town

PHONE, OTHER_PHONE = "13911112222", "13955556666"
# A last day that is a holiday moves on to the next working day.
IN_THIRTY_DAYS, IN_SIXTY_DAYS = (
    re.compile("还有(3[0-9]|4[0-4])天"),
    re.compile("还有(6[0-9]|7[0-4])天"),
)


@pytest.fixture(scope="module")
def sms() -> Iterator[SmsGateway]:
    """A provider of text messages that every town needs for phone codes."""
    gateway = SmsGateway()
    yield gateway
    gateway.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, sms: SmsGateway) -> Iterator[Town]:
    """A town that sends text messages."""
    settings = {
        "NOTICE_SENDERS": "sms=http",
        "NOTICE_SMS_URL": sms.url,
        "NOTICE_SMS_SECRET": uuid.uuid4().hex,
        "NOTICE_QUIET_HOURS": "none",
        "QUERY_CODE_TRIES": "3",
    }
    with Town(tmp_path_factory.mktemp("town-with-sms"), settings=settings) as running:
        yield running


def answer_case(town: Town, case_id: str, *, close: bool) -> None:
    """Have the case handled, answered and served today, and closed as well."""
    today = dt.datetime.now(dt.UTC)
    steps = {
        "forward": {"unit": "transport", "category": "other"},
        "accept": {},
        "reply": {"text": "三盏路灯已经修好。"},
        "serve": {
            "method": "direct",
            "signed_by": "信访人",
            "received_on": (today + dt.timedelta(hours=8)).date().isoformat(),
        },
    }
    if close:
        steps["close"] = {"reason": "served"}
    for action, body in steps.items():
        town.act("importer", case_id, action, at=dt.datetime.now(dt.UTC).isoformat(), **body)


def test_material_is_sent_afterwards_with_a_code_to_the_phone(town, open_page, sms, tmp_path):
    page = open_page("/", phone=True)
    fill_in_all(page, phone=PHONE)
    number, code = send(page)
    follow(page, number.lower(), code.replace("-", " "))
    page.wait_for_url("**/follow/petition")
    see(page, "信访局将在15日内确定由哪个单位办理。")
    page.get_by_role("link", name="补充材料").click()
    page.get_by_label("补充说明").fill("昨晚第四盏也坏了。")
    page.locator("input[type=file]").set_input_files(photo(tmp_path, "第四盏.png"))
    page.get_by_role("button", name="上传文件").click()
    see(page, "已上传：第四盏.png")
    assert page.get_by_label("补充说明").input_value() == "昨晚第四盏也坏了。"
    page.get_by_role("button", name="发送验证码").click()
    see(page, "验证码已发到139******22")
    page.get_by_label("短信验证码").fill("000000")
    page.get_by_role("button", name="补充材料").click()
    see(page, "不正确或已失效")
    assert page.get_by_label("补充说明").input_value() == "昨晚第四盏也坏了。"
    page.get_by_label("短信验证码").fill(sms.code_for(PHONE, saying="补充材料"))
    page.get_by_role("button", name="补充材料").click()
    page.wait_for_url("**/follow/petition")
    see(page, "补充材料：已收到您的请求。")
    assert found_by_axe(page) == []


def test_a_closed_matter_is_evaluated_once_for_the_office_and_once_for_the_unit(town, open_page):
    posted = town.post_petition()
    petition_id = posted["petition_id"]
    answer_case(town, town.case_of(petition_id)["case_id"], close=True)
    page = open_page("/", phone=True)
    follow(page, posted["petition_no"], posted["query_code"])
    page.wait_for_url("**/follow/petition")
    reload_until(page, "答复内容：三盏路灯已经修好。")
    reload_until(page, "评价责任单位")
    office = page.locator(".judge", has_text="评价信访部门")
    office.get_by_label("基本满意").check()
    office.get_by_label("还想说什么").fill("办得快 <b>好</b>")
    office.get_by_role("button", name="提交评价").click()
    see(page, "评价已收到，谢谢您。")
    unit = page.locator(".judge", has_text="评价责任单位")
    unit.get_by_label("满意", exact=True).check()
    unit.get_by_role("button", name="提交评价").click()
    see(page, "您已评价：满意")
    see(page, "办得快 <b>好</b>")
    kept = town.get("dispatcher", "satisfaction", "/v1/evaluations", petition_id=petition_id)
    assert {(one["object"], one["grade"]) for one in kept["items"]} == {
        ("petition_office", "basically_satisfied"),
        ("handling_unit", "satisfied"),
    }
    assert found_by_axe(page) == []


def test_review_is_applied_for_within_the_days_that_are_left(town, open_page, sms):
    posted = town.post_petition(petitioner={"name": "赵六", "phone": OTHER_PHONE})
    answer_case(town, town.case_of(posted["petition_id"])["case_id"], close=False)
    page = open_page("/")
    follow(page, posted["petition_no"], posted["query_code"])
    reload_until(page, IN_THIRTY_DAYS)
    page.get_by_role("link", name="申请复查").click()
    see(page, "自收到书面答复之日起30日内申请")
    page.get_by_role("button", name="申请复查").click()
    assert page.locator(".wrong").all_inner_texts() == ["必填。", "不能为空。"]
    page.get_by_label("您的请求和理由").fill("第四盏没有修，请复查。")
    page.get_by_role("button", name="发送验证码").click()
    see(page, "验证码已发到")
    assert found_by_axe(page) == []
    page.get_by_label("短信验证码").fill(sms.code_for(OTHER_PHONE, saying="复查"))
    page.get_by_role("button", name="申请复查").click()
    page.wait_for_url("**/follow/petition")
    see(page, "申请复查：已收到您的请求。")
    page.goto("/follow/review")
    see(page, "现在还不能办理，或者已经办过。")


def test_re_review_is_applied_for_after_the_opinion_on_the_review(town, open_page, sms):
    phone = "13977778888"
    posted = town.post_petition(petitioner={"name": "赵六", "phone": phone})
    case_id = town.case_of(posted["petition_id"])["case_id"]
    answer_case(town, case_id, close=False)
    today = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=8)).date().isoformat()
    steps = {
        "ask_review": {"reason": "第四盏没有修", "applied_on": today},
        "decide_review": {"decision": "uphold", "text": "维持。", "opinion_no": "复查〔2026〕9号"},
        "serve_review": {"method": "direct", "signed_by": "赵六", "received_on": today},
    }
    for action, body in steps.items():
        town.act("importer", case_id, action, at=dt.datetime.now(dt.UTC).isoformat(), **body)
    page = open_page("/")
    follow(page, posted["petition_no"], posted["query_code"])
    reload_until(page, IN_THIRTY_DAYS)
    page.get_by_role("link", name="申请复核").click()
    page.get_by_label("您的请求和理由").fill("复查没有看现场，请复核。")
    page.get_by_role("button", name="发送验证码").click()
    see(page, "验证码已发到")
    page.get_by_label("短信验证码").fill(sms.code_for(phone, saying="复核"))
    page.get_by_role("button", name="申请复核").click()
    page.wait_for_url("**/follow/petition")
    see(page, "申请复核：已收到您的请求。")
    desk = open_page(f"/office/cases/{case_id}", account="registrar")
    expect(desk.locator(".stage[aria-current]")).to_contain_text("复核")
    expect(desk.locator("#timeline")).to_contain_text("申请复核")


def test_a_notice_that_the_provider_refused_is_sent_again_by_staff(town, open_page, sms):
    phone = "13922223333"
    sms.refuses.add(phone)
    posted = town.post_petition(petitioner={"name": "钱七", "phone": phone})
    page = open_page(f"/office/petitions/{posted['petition_id']}", account="registrar")
    reload_until(page, "发送失败")
    assert not sms.has_told(phone)
    sms.refuses.clear()
    page.get_by_role("button", name="重新发送").first.click()
    see(page, "已重新排队发送。")
    reload_until(page, "已发送")
    assert sms.has_told(phone)
    assert found_by_axe(page) == []


def test_an_answer_that_is_owed_is_shown_with_its_day(town, open_page):
    page = open_page("/")
    posted = town.post_petition(title="路面破损等答复")
    case_id = town.case_of(posted["petition_id"])["case_id"]
    now = dt.datetime.now(dt.UTC).isoformat()
    town.act("importer", case_id, "forward", at=now, unit="transport", category="other")
    town.act("importer", case_id, "accept", at=dt.datetime.now(dt.UTC).isoformat())
    follow(page, posted["petition_no"], posted["query_code"])
    reload_until(page, "前答复您")
    see(page, IN_SIXTY_DAYS)


def test_a_matter_can_be_withdrawn_by_its_petitioner(town, open_page, sms):
    page = open_page("/")
    posted = town.post_petition(petitioner={"name": "李四", "phone": "13922223333"})
    town.case_of(posted["petition_id"])
    follow(page, posted["petition_no"], posted["query_code"])
    page.get_by_role("link", name="撤回信访事项").click()
    see(page, "撤回后不再办理")
    page.get_by_role("button", name="发送验证码").click()
    see(page, "验证码已发到")
    page.get_by_label("短信验证码").fill(sms.code_for("13922223333", saying="撤回"))
    page.get_by_role("button", name="撤回", exact=True).click()
    reload_until(page, "您反映的事项已撤回，不再办理。")


def test_how_to_be_told_is_chosen_and_the_consent_taken_back(town, open_page):
    page = open_page("/")
    posted = town.post_petition()
    follow(page, posted["petition_no"], posted["query_code"])
    for consents, words in ((True, "您同意电子送达。"), (False, "您没有同意电子送达。")):
        page.get_by_role("link", name="更改告知方式").click()
        page.get_by_label("手机短信").check()
        page.get_by_label("我同意用电子方式送达").set_checked(consents)
        assert found_by_axe(page) == []
        page.get_by_role("button", name="保存").click()
        see(page, words)
        told = page.locator("#told").inner_text()
        assert "手机短信" in told
        assert ("您同意电子送达" in told) == consents
    page.get_by_role("link", name="更改告知方式").click()
    expect(page.get_by_label("手机短信")).to_be_checked()
    expect(page.get_by_label("我同意用电子方式送达")).not_to_be_checked()


def test_the_choice_made_when_bringing_in_stands_on_receipt_and_page(town, open_page):
    page = open_page("/", phone=True)
    fill_in_all(page, phone=PHONE)
    page.goto("/bring/told")
    page.get_by_label("手机短信").check()
    page.get_by_label("我同意用电子方式送达").check()
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/bring/check")
    number, code = send(page)
    for _ in range(2):
        receipt = page.locator("main").inner_text()
        assert "手机短信" in receipt and "您同意电子送达" in receipt
        page.reload()
    assert found_by_axe(page) == []
    follow(page, number, code)
    page.wait_for_url("**/follow/petition")
    expect(page.locator("#told")).to_contain_text("手机短信")
    expect(page.locator("#told")).to_contain_text("您同意电子送达")


def test_what_was_withdrawn_cannot_be_withdrawn_twice(town, open_page, sms):
    page = open_page("/")
    posted = town.post_petition(petitioner={"name": "孙七", "phone": "13933335555"})
    town.case_of(posted["petition_id"])
    follow(page, posted["petition_no"], posted["query_code"])
    page.get_by_role("link", name="撤回信访事项").click()
    page.get_by_role("button", name="发送验证码").click()
    see(page, "验证码已发到")
    second = page.context.new_page()
    second.goto("/follow/withdraw")
    code = sms.code_for("13933335555", saying="撤回")
    page.get_by_label("短信验证码").fill(code)
    page.get_by_role("button", name="撤回", exact=True).click()
    page.wait_for_url("**/follow/petition")
    second.get_by_label("短信验证码").fill(code)
    second.get_by_role("button", name="撤回", exact=True).click()
    expect(second.locator("main")).to_contain_text(
        re.compile("正在处理|现在还不能办理，或者已经办过")
    )
    reload_until(page, "您反映的事项已撤回，不再办理。")
    assert page.get_by_role("link", name="撤回信访事项").count() == 0


def test_an_evaluation_that_was_given_in_another_tab_is_not_given_twice(town, open_page):
    posted = town.post_petition()
    answer_case(town, town.case_of(posted["petition_id"])["case_id"], close=True)
    page = open_page("/")
    follow(page, posted["petition_no"], posted["query_code"])
    reload_until(page, "评价责任单位")
    second = page.context.new_page()
    second.goto("/follow/petition")
    for tab, grade in ((page, "基本满意"), (second, "不满意")):
        judged = tab.locator(".judge", has_text="评价责任单位")
        judged.get_by_label(grade, exact=True).check()
        judged.get_by_role("button", name="提交评价").click()
        see(tab, "您已评价：基本满意")
    expect(second.locator("#messages .alert-danger")).to_be_visible()


def test_review_cannot_be_applied_for_after_its_days(town, open_page):
    began = dt.datetime.now(dt.UTC) - dt.timedelta(days=90)
    with town.client("importer") as client:
        posted = client.post("intake", "/v1/petitions", PETITION | {"at": began.isoformat()})
    case_id = town.case_of(posted["petition_id"])["case_id"]
    served_on = (began + dt.timedelta(days=4, hours=8)).date().isoformat()
    steps = {
        "forward": {"unit": "transport", "category": "other"},
        "accept": {},
        "reply": {"text": "三盏路灯已经修好。"},
        "serve": {"method": "direct", "signed_by": "信访人", "received_on": served_on},
    }
    for day, (action, body) in enumerate(steps.items(), start=1):
        at = began + dt.timedelta(days=day)
        town.act("importer", case_id, action, at=at.isoformat(), **body)
    page = open_page("/")
    follow(page, posted["petition_no"], posted["query_code"])
    reload_until(page, "答复内容：三盏路灯已经修好。")
    assert page.get_by_role("link", name="申请复查").count() == 0
    page.goto("/follow/review")
    see(page, "现在还不能办理，或者已经办过。")


def test_a_wrong_number_and_a_wrong_code_get_the_same_words(town, open_page):
    page = open_page("/")
    posted = town.post_petition()
    said = []
    for number, code in (("XF209900000001", "AAAAA-AAAAA"), (posted["petition_no"], "AAAAA-AAAAA")):
        follow(page, number, code)
        said.append(page.get_by_role("alert").inner_text())
        assert page.get_by_label("编号").input_value() == number
        assert page.get_by_label("查询码").input_value() == ""
    assert said[0] == said[1] == "编号或查询码不正确。"


def test_who_guesses_too_often_is_told_to_wait(town, open_page):
    page = open_page("/")
    posted = town.post_petition()
    for _ in range(3):
        follow(page, posted["petition_no"], "AAAAA-AAAAA")
    follow(page, posted["petition_no"], posted["query_code"])
    assert page.get_by_role("alert").inner_text() == "查询码错误次数过多，请一小时后再试。"


def test_signing_out_closes_the_petition_for_the_next_one_at_this_machine(town, open_page):
    page = open_page("/")
    posted = town.post_petition()
    follow(page, posted["petition_no"], posted["query_code"])
    page.get_by_role("button", name="退出查询").click()
    page.wait_for_url("**/follow")
    for path in ("/follow/petition", "/follow/supplement", "/follow/notify"):
        page.goto(path)
        page.wait_for_url("**/follow")
        assert posted["petition_no"] not in page.content()


def test_an_account_finds_drafts_and_petitions_and_can_be_erased(town, open_page, sms):
    page = open_page("/account")
    assert found_by_axe(page) == []
    page.get_by_label("手机号码").fill("12345")
    page.get_by_role("button", name="发送验证码").click()
    see(page, "不是可以接收短信的手机号码")
    phone = "13933334444"
    page.get_by_label("手机号码").fill(phone)
    page.get_by_role("button", name="发送验证码").click()
    see(page, "验证码已发到139******44")
    page.get_by_label("短信验证码").fill(sms.code_for(phone, saying="登录"))
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/account")
    fill_in_all(page, phone=phone)
    number, _ = send(page)
    page.get_by_role("button", name="我已记下").click()
    page.goto("/bring")
    page.get_by_role("button", name="开始填写").click()
    page.get_by_label("一句话说明").fill("没写完的")
    see(page, "已自动保存")
    page.goto("/account")
    assert found_by_axe(page) == []
    see(page, "没写完的")
    page.get_by_role("button", name=f"看进度 {number}").click()
    page.wait_for_url("**/follow/petition")
    see(page, f"您反映的事项已登记，编号{number}。")
    page.goto("/account")
    page.get_by_role("button", name="接着填 没写完的").click()
    page.wait_for_url("**/bring/what")
    expect(page.get_by_label("一句话说明")).to_have_value("没写完的")
    page.goto("/account/erase")
    page.get_by_role("button", name="注销账户").click()
    see(page, "账户已注销")
    page.goto("/account")
    see(page, "账户不是必需的")
