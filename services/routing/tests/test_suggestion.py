"""Suggestions: the words decide, the title weighs more, and the tables agree with each other."""

import time

import pytest

from routing.domain.suggestion import RulesError, compile_rules, load_rules, suggest

RULES = load_rules()


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
