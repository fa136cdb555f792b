"""Suggestions: the words decide, the title weighs more, and the tables agree with each other."""

import time

import pytest

from routing.domain.categories import RulesError
from routing.domain.lanes import compile_lanes, lanes_of, load_lanes, suspicion
from routing.domain.suggestion import compile_rules, guided, load_rules, suggest

RULES = load_rules()
LANES = load_lanes()


@pytest.mark.parametrize(
    ("title", "text", "category", "unit"),
    [
        ("末班车太早", "B12路公交晚上九点就没车了，能不能延长", "transport.bus", "transport"),
        ("半夜打桩", "工地凌晨三点施工，噪音扰民，睡不着", "environment.noise", "environment"),
        ("拖欠工资", "包工头欠我们十二个农民工三个月工资", "labour.wage", "labour"),
        ("物业乱涨停车费", "没有开业主大会，物业公司就涨价", "housing.property", "housing"),
        ("电梯困人", "左边电梯一周困人三次，维保单位不管", "market.equipment", "market"),
        ("路口信号灯太短", "红绿灯时间短，行人过不了斑马线", "transport.traffic", "police"),
        ("村干部冒领补助", "村支书套取公款，请纪委调查", "discipline.conduct", "discipline"),
    ],
)
def test_the_words_lead_to_the_category_and_its_unit(title, text, category, unit):
    found = suggest(title, text, RULES)
    assert found is not None
    assert (found.category, found.unit) == (category, unit)
    assert found.words
    assert found.score > 0


def test_words_that_say_nothing_suggest_nothing():
    assert suggest("你好", "早上好", RULES) is None
    assert suggest("", "", RULES) is None


def test_the_title_weighs_more_than_the_text():
    found = suggest("幼儿园入园", "路过医院", RULES)
    assert found is not None
    assert found.category == "education.nursery"


def test_the_words_that_led_there_are_named():
    found = suggest("公交站没有公交车", "", RULES)
    assert found is not None
    assert {"公交", "公交车", "公交站"} <= set(found.words)


def test_a_long_text_costs_no_more_than_its_beginning():
    began = time.process_time()
    suggest("公交", "公交车" * 16_000, RULES)
    assert time.process_time() - began < 1


def test_every_category_has_a_name_a_unit_and_a_group_row():
    for category in RULES.categories.values():
        assert category.name
        assert category.unit
        assert category.group in RULES.categories
    assert "other" in RULES.categories


def test_a_weight_for_an_unknown_category_is_refused_with_its_line():
    categories = [{"code": "a", "name": "甲", "unit": "u", "keywords": "道路"}]
    weights = [{"keyword": "道路", "category": "b", "weight": "1"}]
    with pytest.raises(RulesError, match="line 2"):
        compile_rules(categories=categories, weights=weights)


@pytest.mark.parametrize("keywords", ["路", "道路 桥"])
def test_a_keyword_of_one_character_is_refused(keywords):
    categories = [{"code": "a", "name": "甲", "unit": "u", "keywords": keywords}]
    with pytest.raises(RulesError, match="shorter"):
        compile_rules(categories=categories, weights=[])


def test_a_category_without_its_group_is_refused():
    categories = [{"code": "a.b", "name": "甲", "unit": "u", "keywords": "道路"}]
    with pytest.raises(RulesError, match="groups"):
        compile_rules(categories=categories, weights=[])


def test_the_three_best_are_told_with_a_confidence_that_no_weights_claim_too_much_of():
    found = suggest("公交站没有公交车", "路灯不亮，物业不管", RULES)
    assert found is not None
    assert [code for code, _ in found.top][0] == found.category
    assert len(found.top) == 3
    assert found.model == "rules"
    assert 0 < found.confidence <= 0.8


def test_a_classifier_is_made_finer_by_the_words_of_the_categories_below_what_it_finds():
    found = guided(
        "末班车太早",
        "公交九点就没有了，物业也不管",
        RULES,
        likely=[("transport", 0.97), ("housing", 0.02)],
        model="3",
    )
    assert found is not None
    assert (found.category, found.confidence, found.model) == ("transport.bus", 0.97, "3")
    assert found.confidence_of == "transport"
    assert "末班车" in found.words
    assert found.top == (("transport.bus", 0.97), ("housing", 0.02))


def test_what_a_classifier_finds_without_a_word_of_the_rules_is_suggested_all_the_same():
    found = guided("您好", "请看一看", RULES, likely=[("labour.wage", 0.6)], model="3")
    assert found is not None
    assert (found.category, found.unit, found.words) == ("labour.wage", "labour", ())


def test_a_category_that_is_not_in_the_tree_is_not_suggested_whoever_finds_it():
    assert guided("公交", "", RULES, likely=[("gone", 0.99)], model="3") is None


@pytest.mark.parametrize(
    ("title", "text", "purpose"),
    [
        ("建议增设自行车道", "云屏区滨河路可以考虑划出自行车道", "suggestion"),
        ("投诉工地夜间施工", "半夜打桩，建议你们来听听", "petition"),
        ("路灯坏了", "已有三天", "petition"),
        ("举报某局长受贿", "收了开发商的钱", "accusation"),
    ],
)
def test_words_point_to_one_of_the_three_classes(title, text, purpose):
    found = lanes_of(title, text, LANES)
    assert found["purpose"]["code"] == purpose
    assert found["purpose"]["basis"].startswith("T22 Art.")
    assert (found["route"] is None) == (purpose != "petition")


@pytest.mark.parametrize(
    ("title", "text", "route", "article"),
    [
        ("不服法院判决", "一审判决错误，申请再审", "litigation", "(一)"),
        ("劳动仲裁裁决后公司不付", "解除劳动合同没有补偿", "arbitration", "(二)"),
        ("不服党纪处分", "受到党内警告，请求复查", "party", "(三)"),
        ("不服工伤认定", "工伤认定结论有误", "administrative", "(四)"),
        ("请求查处无证经营", "楼下餐馆无证经营", "duty", "(五)"),
        ("小区停水三天", "没有人告知原因", "petition", "(六)"),
        ("小区停水三天", "有人说去法院，也没有用", "petition", "(六)"),
    ],
)
def test_words_point_to_one_of_the_six_routes_of_article_31(title, text, route, article):
    found = lanes_of(title, text, LANES)["route"]
    assert found["code"] == route
    assert found["basis"] == f"T22 Art.31{article}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("村支书贪污集体款项", ["贪污"]),
        ("镇长收了好处费", ["好处费", "镇长"]),
        ("装修公司拿回扣", []),
        ("校长态度很好", []),
    ],
)
def test_words_that_accuse_somebody_in_office_are_named(text, words):
    found = suspicion("反映情况", text, LANES)
    assert found["suspected"] == bool(words)
    assert set(words) <= set(found["words"])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("route,nowhere,法院,1,T22 Art.31", "no code"),
        ("route,litigation,法,1,T22 Art.31", "shorter"),
        ("route,litigation,法院,1,", "no basis"),
        ("route,litigation,法院,heavy,T22 Art.31", "weight"),
        ("route,litigation,法院,0,T22 Art.31", "weight"),
        ("route,litigation,判决,1,T22 Art.31", "duplicate"),
    ],
)
def test_a_mistake_in_the_words_of_class_and_route_is_refused_with_its_line(row, reason):
    text = f"table,code,word,weight,basis\nroute,litigation,判决,1,T22 Art.31\n{row}\n"
    with pytest.raises(RulesError, match=f"lanes.csv line 3: .*{reason}"):
        compile_lanes(text, file="lanes.csv")


def test_words_of_class_and_route_without_their_columns_are_refused():
    with pytest.raises(RulesError, match="lacks"):
        compile_lanes("table,code\nroute,litigation\n", file="lanes.csv")
