"""Answer checks: each row of the table by an example that it finds and one that it lets pass."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.answer_checks import (
    blocking,
    check,
    check_text,
    load_checks,
    read_checks,
)
from routing.domain.answer_checks.basis import number_of, short_name
from routing.domain.answer_checks.ground import CHECKERS
from routing.domain.opinion import KINDS, Basis, Claim, Context, Opinion, Remedy, render
from routing.domain.standards import Source, StandardError

TODAY = dt.date(2026, 4, 20)
UNIT = "云屏区交通运输局"
CONTEXT = Context(
    today=TODAY,
    unit_name=UNIT,
    title="末班车太早",
    content="B12路公交晚上九点就没车了，我在南埕工业路上夜班，请求延长末班车，并退还多收的20元车费。",
    received_on=dt.date(2026, 3, 2),
    accepted_on=dt.date(2026, 3, 6),
    due_on=dt.date(2026, 5, 6),
)
CLAIM = Claim(
    claim="请求将B12路公交末班车延长",
    finding="2026年3月10日晚，我局派员到南埕工业路站实地核实，末班车为二十一时发出，夜班下班后无车可乘。",
    answer="您反映的情况属实，予以支持，末班车时间由二十一时调整为二十二时三十分。",
    outcome="support",
    measures="督促公交公司自2026年5月1日起调整末班车时间",
    responsible="公共交通科",
    done_by=dt.date(2026, 5, 1),
)
PETITION = Opinion(
    kind="petition",
    claims=(CLAIM,),
    received_from="云屏区信访局转送",
    received_on=dt.date(2026, 3, 4),
    facts="经核实，B12路线路全长十八公里，日均客流约三千人次，夜间时段客流集中在工业路沿线。",
    basis=(Basis("信访工作条例", "第三十二条", "请求事实清楚，予以支持"),),
    handling="对您的请求予以支持，请您届时留意站台公告。",
    remedy=Remedy("review", "云屏区人民政府", 30),
    contact="公共交通科",
    phone="0755-12345678",
    signer=UNIT,
)
REVIEWED = "原处理意见事实清楚、依据正确，予以维持，对同一事实和理由的信访事项不再受理。"
GOOD = {
    "petition": PETITION,
    "simple": dataclasses.replace(PETITION, kind="simple"),
    "duty": dataclasses.replace(
        PETITION,
        kind="duty",
        remedy=None,
        handling="您申请查处的事项已依法处理，可以依法申请行政复议或者提起行政诉讼。",
    ),
    "suggestion": dataclasses.replace(
        PETITION, kind="suggestion", remedy=None, handling="您的建议已经采纳，感谢您的关心。"
    ),
    "review": dataclasses.replace(
        PETITION,
        kind="review",
        decision="uphold",
        handling=REVIEWED,
        remedy=Remedy("re_review", "市人民政府", 30),
    ),
    "re_review": dataclasses.replace(
        PETITION, kind="re_review", decision="uphold", handling=REVIEWED, remedy=None
    ),
}
REFUSED = {
    "outcome": "not_supported",
    "finding": "2026年3月10日在南埕工业路核实，未发现多收车费的情况。",
    "answer": "经查没有多收车费的事实，不予支持。建议您保留乘车记录，如有新的情况可以再反映。",
    "measures": "",
}
EXPLAINED = {"outcome": "explain", "answer": "您的想法合理，但是按目前的规定，本线路还不能延长。"}
FORMER = PETITION.facts + PETITION.handling + CLAIM.finding + CLAIM.answer + (CLAIM.measures)
TOLD = CLAIM.answer + CLAIM.measures + PETITION.handling


def claim(**changes):
    return {"claims": (dataclasses.replace(CLAIM, **changes),)}


def remedy(**changes):
    return {"remedy": dataclasses.replace(PETITION.remedy, **changes)}


def refused(**changes):
    return claim(**(REFUSED | changes))


def law(name, article="第三条", quote="原文"):
    return {"basis": (Basis(name, article, quote),)}


# code, kind, what is known of the case, what is found, what passes beside the good opinion
EXAMPLES = [
    ("claims_present", "petition", {}, {"claims": ()}, {}),
    ("claim_said", "petition", {}, claim(claim=""), {}),
    ("claim_answered", "petition", {}, claim(answer=""), {}),
    ("claim_outcome", "petition", {}, claim(outcome=None), refused()),
    ("claim_finding", "petition", {}, claim(finding=""), {}),
    ("claim_answer_length", "petition", {}, claim(answer="已处理。"), {}),
    ("claim_answer_length_simple", "simple", {}, claim(answer="已处理。"),
     claim(answer="路灯已于三月十日修好。")),
    ("finding_time_place", "petition", {}, claim(finding="情况属实，确有其事。"),
     claim(finding="我们在地铁站旁看到车已开走。")),
    ("support_measures", "petition", {}, claim(measures=""), refused()),
    ("support_done_by", "petition", {}, claim(done_by=None), refused(done_by=None)),
    ("promise_date_responsible", "petition", {}, claim(responsible=""), refused(responsible="")),
    ("refusal_reason", "petition", {}, refused(finding="没有。"), refused()),
    ("refusal_guidance", "petition", {}, refused(answer="经查没有此事，不予支持。"), refused()),
    ("explanation_reason", "petition", {}, claim(outcome="explain", answer="您的想法很好。"),
     claim(**EXPLAINED)),
    ("outcome_fits_words", "petition", {}, claim(answer="经查没有多收，不予支持。"), refused()),
    ("claims_covered", "petition", {"content": "一是延长末班车。二是退还车费。"}, {},
     {"claims": (CLAIM, dataclasses.replace(CLAIM, answer=CLAIM.answer + "车费已经退还。"))}),
    ("amounts_answered", "petition", {}, claim(claim="请求延长末班车，退还多收的1.2万元"),
     claim(claim="请求延长末班车，退还多收的1.2万元", answer=CLAIM.answer + "12000元已经退还。")),
    ("answers_differ", "petition", {}, {"claims": (CLAIM, CLAIM)}, {}),
    ("simple_no_refusal", "simple", {}, refused(), {}),
    ("suggestion_adoption", "suggestion", {}, {"handling": "感谢您的关心。"}, {}),
    ("remedy_step", "petition", {}, {"remedy": Remedy("re_review", "云屏区人民政府", 30)}, {}),
    ("remedy_body", "petition", {}, remedy(body="上级机关"), remedy(body="市交通运输局")),
    ("remedy_days", "review", {}, {"remedy": Remedy("re_review", "市人民政府", 60)}, {}),
    ("remedy_absent_duty", "duty", {}, {"remedy": PETITION.remedy}, {"remedy": Remedy("none")}),
    ("remedy_absent_suggestion", "suggestion", {}, {"remedy": PETITION.remedy}, {}),
    ("remedy_absent_re_review", "re_review", {},
     {"handling": REVIEWED + "可以向省人民政府请求复核。"}, {}),
    ("remedy_no_court", "petition", {},
     {"handling": "如不服本意见，可在六个月内向人民法院提起行政诉讼。"},
     {"handling": "劳动报酬争议可以依法申请仲裁，仲裁后仍可起诉。"}),
    ("remedy_not_self", "petition", {}, remedy(body=UNIT), {}),
    ("duty_own_remedy", "duty", {}, {"handling": "您申请查处的事项已处理。"}, {}),
    ("re_review_final", "re_review", {}, {"handling": "维持原意见。"}, {}),
    ("review_decision", "review", {}, {"decision": None}, {"decision": "redo"}),
    ("basis_cited", "petition", {}, {"basis": ()}, {}),
    ("basis_cited_duty", "duty", {}, {"basis": ()}, {}),
    ("article_named", "petition", {}, law("信访工作条例", ""), law("道路运输条例", "第12条")),
    ("article_exists", "petition", {}, law("中华人民共和国民法典", "第一千二百六十一条"),
     law("中华人民共和国民法典", "第一千二百六十条")),
    ("regulation_2005", "petition", {}, {"handling": "依据《信访条例》第三十二条，予以支持。"},
     {"handling": "依据《信访工作条例》第三十二条，予以支持。"}),
    ("law_repealed", "petition", {}, law("合同法", "第八条"), law("劳动合同法", "第八条")),
    ("refusal_quote", "petition", {}, refused() | law("信访工作条例", quote=""), refused()),
    ("cited_law_listed", "petition", {}, {"facts": "依据《城市道路管理条例》第二十条施工。"},
     {"facts": "依据《信访工作条例》第三十一条调查。"}),
    ("basis_is_law", "petition", {}, law("区交通会议纪要"), law("城市公共汽车客运管理规定")),
    ("receipt_told", "petition", {}, {"received_on": None}, {}),
    ("days_in_order", "petition", {}, {"received_on": dt.date(2026, 3, 1)}, {}),
    ("days_exist", "petition", {}, {"facts": "2026年2月30日到现场。"},
     {"facts": "2028年2月29日起试行。"}),
    ("findings_past", "petition", {}, claim(finding="2026年4月21日到南埕工业路核实无车。"),
     claim(finding="2026年4月20日到南埕工业路核实无车。")),
    ("promises_ahead", "petition", {}, claim(done_by=dt.date(2026, 4, 19)),
     claim(done_by=TODAY)),
    ("promises_near", "petition", {}, claim(done_by=dt.date(2028, 1, 1)), {}),
    ("issued_in_time", "petition", {"due_on": dt.date(2026, 4, 19)}, {}, None),
    ("extension_told", "petition", {"extended": True}, {},
     {"facts": PETITION.facts + "本件经批准延期三十日办理。"}),
    ("mediation_told", "petition", {"mediated": True}, {},
     {"facts": PETITION.facts + "双方经调解未达成一致。"}),
    ("hearing_told", "petition", {"heard": True}, {},
     {"facts": PETITION.facts + "4月2日举行听证。"}),
    ("empty_phrases", "petition", {}, {"handling": "我局高度重视，将进一步加强管理。"},
     {"handling": "我局将于5月1日前进一步加强管理。"}),
    ("scolding", "petition", {}, {"handling": "您的行为属于无理取闹。"}, {}),
    ("polite", "petition", {}, {"handling": "你的请求予以支持。"}, {"handling": "您好，已支持。"}),
    ("placeholders", "petition", {}, {"handling": "某某同志，已办理。"}, {}),
    ("braces", "petition", {}, {"handling": "{{petitioner}}，已办理。"}, {}),
    ("punctuation", "petition", {}, {"handling": "已办理,请查看."}, {"handling": "全长1.5公里。"}),
    ("marks_doubled", "petition", {}, {"handling": "已办理，，请（查看。"}, {}),
    ("personal_numbers", "petition", {}, {"handling": "已电话13800001234告知您。"},
     {"handling": "已于2026年3月10日电话告知您。"}),
    ("secrecy_marks", "petition", {}, {"handling": "依据内部资料办理。"}, {}),
    ("other_body", "petition", {}, {"handling": "此事不属于我局职责，请另行反映。"},
     {"handling": "此事不属于我局职责，由云屏区水务局负责。"}),
    ("length_whole", "petition", {}, {"facts": "", "handling": "", "claims": ()}, {}),
    ("sentences_readable", "petition", {}, {"facts": "路" * 181}, {"facts": "路" * 180}),
    ("terms_explained", "petition", {}, {"handling": "本件为初件，予以支持。"},
     {"handling": "本件为初件（首次反映），予以支持。"}),
    ("signed_by_unit", "petition", {}, {"signer": "云屏区水务局"}, {}),
    ("not_signed_by_part", "petition", {}, {"signer": UNIT + "公共交通科"}, {}),
    ("contact_named", "petition", {}, {"phone": ""}, {}),
    ("phone_real", "petition", {}, {"phone": "1234"}, {"phone": "0755-12345678-802"}),
    ("enclosures_listed", "petition", {}, {"facts": "照片见附件2。", "attachments": ("照片",)},
     {"facts": "照片见附件1。", "attachments": ("照片",)}),
    ("enclosures_differ", "petition", {}, {"attachments": ("照片", "照片")},
     {"attachments": ("照片", "清单")}),
    ("not_the_petition", "petition", {},
     claim(answer=CONTEXT.content, measures="") | {"handling": ""}, {}),
    ("not_the_claim", "petition", {}, claim(answer="请求将B12路公交末班车延长。"), {}),
    ("claim_from_petition", "petition", {}, claim(claim="要求发放养老补贴"), {}),
    ("not_the_former_opinion", "petition", {"former": (FORMER,)}, {},
     {"facts": "重新调查后查明，该线路夜间由两家公司共同营运，原意见所依据的时刻表有误。",
      "handling": "撤销原意见，另由运营企业与您联系。"} | refused()),
    ("not_another_answer", "petition", {"others": (("YP2026-000001", TOLD),)}, {}, refused()),
]  # fmt: skip
PLAIN_EXAMPLES = [
    ("basis_in_text", "已办理，谢谢。", "依据《信访工作条例》第三十二条，予以支持。"),
    ("unit_in_text", "已办理，谢谢。", f"{UNIT}答复如下：已办理。"),
    ("remedy_step", "已办理。", "可自收到之日起30日内向云屏区人民政府请求复查。"),
    ("remedy_body", "可向上级机关申请复查。", "可自收到之日起30日内向云屏区人民政府请求复查。"),
    ("remedy_days", "可向云屏区人民政府请求复查。", "三十日内可向云屏区人民政府请求复查。"),
]


def codes(opinion, context=CONTEXT):
    return {finding.code for finding in check(opinion, context)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_opinion_of_each_kind_has_no_findings(kind):
    assert codes(GOOD[kind]) == set()


@pytest.mark.parametrize(
    ("code", "kind", "known", "bad", "good"), EXAMPLES, ids=[row[0] for row in EXAMPLES]
)
def test_each_check_finds_its_bad_example_and_lets_its_good_one_pass(code, kind, known, bad, good):
    context = dataclasses.replace(CONTEXT, **known)
    assert code in codes(dataclasses.replace(GOOD[kind], **bad), context)
    if good is None:
        context, good = CONTEXT, {}
    assert code not in codes(dataclasses.replace(GOOD[kind], **good), context)


@pytest.mark.parametrize(("code", "bad", "good"), PLAIN_EXAMPLES)
def test_a_plain_text_is_judged_by_what_its_words_tell(code, bad, good):
    assert code in {finding.code for finding in check_text(bad, "petition", CONTEXT)}
    assert code not in {finding.code for finding in check_text(good, "petition", CONTEXT)}


def test_every_check_of_the_table_has_its_examples():
    shown = {row[0] for row in EXAMPLES} | {row[0] for row in PLAIN_EXAMPLES}
    assert shown == {row.code for row in load_checks().rows}


def test_there_are_at_least_forty_checks_and_no_function_lies_idle():
    rows = load_checks().rows
    assert len(rows) >= 40
    assert {row.checker.function.__name__ for row in rows} == set(CHECKERS)


def test_a_plain_text_is_never_asked_for_a_form_it_cannot_have():
    found = {finding.code for finding in check_text("已办理。", "petition", CONTEXT)}
    assert not found & {"claims_present", "claim_answered", "contact_named", "signed_by_unit"}


def test_findings_that_block_come_first_and_say_where_in_both_languages():
    found = check(dataclasses.replace(GOOD["petition"], **claim(answer="", done_by=None)), CONTEXT)
    levels = [finding.level == "block" for finding in found]
    assert levels == sorted(levels, reverse=True)
    first = next(finding for finding in found if finding.code == "claim_answered")
    assert (first.where, first.basis) == ("claims.0.answer", "T22 Art.32")
    assert first.zh.startswith("第1项")
    assert first.en.startswith("Claim 1")


def test_an_opinion_after_its_limit_is_warned_of_and_may_go_out():
    late = dataclasses.replace(CONTEXT, due_on=dt.date(2026, 4, 1))
    assert blocking(check(GOOD["petition"], late)) == []


@given(st.text(max_size=400), st.text(max_size=400), st.sampled_from(sorted(KINDS)))
def test_no_text_whatever_breaks_a_check(said, petition, kind):
    opinion = dataclasses.replace(
        GOOD[kind],
        **claim(claim=said, finding=said, answer=said, measures=said),
        facts=said,
        handling=said,
        signer=said,
        phone=said,
        attachments=(said, said),
        basis=(Basis(said, said, said),),
    )
    context = dataclasses.replace(
        CONTEXT, content=petition, former=(petition,), others=(("甲", petition),)
    )
    assert all(finding.zh and finding.en for finding in check(opinion, context))
    check_text(said, kind, context)
    assert said in render(opinion, unit_name=UNIT, issued_on=TODAY)


@pytest.mark.parametrize(
    ("written", "number"),
    [("五", 5), ("十", 10), ("十二", 12), ("三十五", 35), ("一百零三", 103),
     ("一千二百六十", 1260), ("50", 50)],
)  # fmt: skip
def test_numbers_of_articles_are_read_in_chinese_and_in_digits(written, number):
    assert number_of(written) == number


def test_a_law_has_the_same_name_however_it_is_cited():
    assert short_name("《中华人民共和国行政诉讼法（2017年修正）》") == "行政诉讼法"


ROW = """
approval: {drafter_may_approve: false}
checks:
  - code: a
    title: 甲
    zh: 第{n}项。
    en: Claim {n}.
    level: block
    applies_to: [petition]
    basis: T22 Art.32
    function: answer_long_enough
    params: {least: 20}
"""


def test_a_table_of_one_row_is_read():
    assert read_checks(Source("answer_checks.yaml", ROW)).rows[0].params == {"least": 20}


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("level: block", "level: fatal", 8, "fatal"),
        ("[petition]", "[petitions]", 9, "petitions"),
        ("[petition]", "petition", 4, "applies_to"),
        ("function: answer_long_enough", "function: nothing", 11, "nothing"),
        ("{least: 20}", "{least: many}", 12, "least"),
        ("{least: 20}", "{most: 20}", 12, "params"),
        ("{least: 20}", "{least: 20, least: 30}", 12, "twice"),
        ("第{n}项。", "第{number}项。", 6, "number"),
        ("第{n}项。", "第{n项。", 6, "expected"),
        ("    title: 甲\n", "", 4, "title"),
        ("title: 甲", "titel: 甲", 4, "title"),
        ("basis: T22", "because: 1\n    basis: T22", 10, "because"),
        ("title: 甲", "title: [甲", 6, "YAML"),
        ("drafter_may_approve: false", "drafter_may_approve: 5", 2, "drafter_may_approve"),
        ("approval:", "approvals:", 2, "approvals"),
        ("    params: {least: 20}\n", "", 4, "params"),
    ],
)
def test_a_wrong_table_is_refused_with_file_line_and_reason(old, new, line, reason):
    text = ROW.replace(old, new)
    assert text != ROW
    with pytest.raises(StandardError, match=f"answer_checks.yaml line {line}: .*{reason}"):
        read_checks(Source("answer_checks.yaml", text))


def test_two_checks_of_one_code_are_refused():
    row = ROW[ROW.index("  - code") :]
    with pytest.raises(StandardError, match=r"line 13: .*two checks"):
        read_checks(Source("answer_checks.yaml", ROW + row))


def test_an_office_may_have_its_own_table(tmp_path):
    (tmp_path / "answer_checks.yaml").write_text(ROW, encoding="utf-8")
    assert [row.code for row in load_checks(folder=tmp_path).rows] == ["a"]
