"""Forms made of what a guide asks for; citing in words; advice cut out of the handbook."""

from importlib import resources

import yaml

from console.domain.forms import ask, fill, grouped, read
from console.domain.handbook_advice import advice_on
from console.domain.laws import SOURCES, cited

PARTS = ask(
    "parts",
    "拆分出的事项",
    "parts",
    members=[{"name": "title", "title": "标题"}, {"name": "accused_units", "title": "被反映单位"}],
)


def sent(**typed):
    return lambda name: typed.get(name, [])


def test_what_is_left_empty_is_left_out():
    asks = [ask("reason", "理由", "text"), ask("days", "天数", "whole"), ask("due", "期限", "day")]
    assert read(asks, sent(reason=["  "], days=["30"], due=[""])) == {"days": 30}


def test_a_part_is_read_from_its_row_and_lists_in_it_from_boxes():
    typed = {"parts-2-title": ["垃圾"], "parts-2-accused_units": ["urban", "housing"]}
    assert read([PARTS], sent(**typed)) == {
        "parts": [{"title": "垃圾", "accused_units": ["urban", "housing"]}]
    }
    (field,) = fill([PARTS], sent(**typed), more=True)
    assert [row["title"] for row in field.rows] == [["垃圾"], []]


def test_a_field_says_with_which_choices_it_is_needed():
    method = ask("method", "送达方式", "code", choices={"post": "邮寄", "direct": "直接送达"})
    number = ask("tracking_no", "挂号单号", "line", needed_for={"method": ["post"]})
    _, field = fill([method, number], sent())
    assert (field.needed.title, field.needed.names) == ("送达方式", ("邮寄",))


def test_a_time_is_the_offices():
    read_at = read([ask("at", "时间", "moment")], sent(at=["2026-03-02T09:30"]))
    assert read_at == {"at": "2026-03-02T09:30:00+08:00"}


def test_the_finest_categories_stand_under_the_uppermost():
    rows = [
        {"code": "a", "name": "交通", "parent": None},
        {"code": "a.b", "name": "公交", "parent": "a"},
        {"code": "a.b.c", "name": "末班车", "parent": "a.b"},
        {"code": "d", "name": "其他", "parent": None},
    ]
    groups = [(group.name, group.leaves) for group in grouped(rows)]
    assert groups == [("交通", [("a.b.c", "公交 — 末班车")]), ("其他", [("d", "其他")])]


def test_sources_are_named_as_the_handbook_names_them():
    text = (resources.files("routing.standards") / "handbook/overview.yaml").read_text("utf-8")
    assert yaml.safe_load(text)["sources"] == SOURCES
    assert cited("T22 Art.34；参数") == "《信访工作条例》第34条；参数"


def test_advice_is_cut_out_of_the_handbook_as_words():
    page = (
        '<h3 id="action-file">存</h3><p>不办的。</p>'
        "<table><tr><td><ul><li>表</li></ul></td></tr></table>"
        "<h4>怎么做</h4><ol><li>写<b>理由</b>。</li><li>存档。</li></ol>"
        '<p class="example"><b>示例</b>存一件。</p>'
        '<h3 id="action-x">其他</h3><p>别的</p>'
    )
    told = [(one.title, one.words) for one in advice_on(page, "file")]
    assert told == [
        ("", ["不办的。"]),
        ("怎么做", ["写理由。", "存档。"]),
        ("", ["示例存一件。"]),
    ]
