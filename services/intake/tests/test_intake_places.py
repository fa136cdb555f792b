"""Places: the gazetteer loaded whole, found in words, named by those who register."""

import datetime as dt

import pytest
import sqlalchemy as sa

from intake import models
from intake.domain.places import Gazetteer, Place
from intake.use_cases import load_places
from shared.errors import Invalid
from shared.testing import emitted

TABLE = """编码,名称,别名,类型,上级,经度,纬度
wangchao,望潮街道,望潮街道办事处;望潮街办,街道乡镇,,,
yunding,云顶街道,,街道乡镇,,,
haiyue,海月路,,道路,wangchao,114.2411,22.5552
haiyue-2,海月路,,道路,yunding,114.2599,22.5602
qingtan,青檀小区,青檀花园,小区、建筑、设施,wangchao,114.2415,22.5560
"""


@pytest.fixture
def gazetteer(desk):
    load(desk, TABLE)


def load(desk, text, *, dry_run=False):
    with desk.app.db.write() as session:
        return load_places(session, text=text, dry_run=dry_run, clock=desk.app.clock)


def place_of(desk, **fields):
    """The place that a petition is registered with."""
    receipt = desk.registered(**fields)
    row = models.petitions
    with desk.app.db.read() as session:
        found = sa.select(row.c.place_code).where(row.c.petition_id == receipt["petition_id"])
        return session.scalar(found)


@pytest.mark.usefixtures("gazetteer")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"place": "望潮街道海月路"}, "haiyue"),
        ({"place": "云顶街道海月路12号"}, "haiyue-2"),
        ({"place": "海月路", "content": "望潮街办管的那一段不亮。"}, "haiyue"),
        ({"place": "海月路"}, None),
        ({"title": "青檀花园停水"}, "qingtan"),
        ({"place": "青檀小区", "title": "云顶街道办事慢"}, "qingtan"),
        ({"content": "望潮街道和云顶街道都没人管。"}, None),
        ({"content": "路灯不亮，请修。"}, None),
        ({"title": "望潮街道青檀小区和海月路都停水"}, None),
    ],
)
def test_the_place_is_the_one_that_the_words_clearly_name(desk, words, code):
    assert place_of(desk, **words) == code


@pytest.mark.usefixtures("gazetteer")
def test_whoever_registers_names_the_place_and_is_believed(desk):
    assert place_of(desk, place="青檀小区", place_code="haiyue") == "haiyue"
    (event,) = emitted(desk.app, "petition.registered.v1")
    assert event["data"]["place_code"] == "haiyue"


@pytest.mark.usefixtures("gazetteer")
def test_a_place_that_there_is_not_is_refused(desk):
    answer = desk.register(place_code="nowhere")
    assert answer.status_code == 422
    assert answer.json["errors"] == [{"field": "place_code", "reason": "没有这个地点。"}]
    assert desk.rows(models.petitions) == []


def test_without_a_gazetteer_no_place_is_found_and_nothing_is_refused(desk):
    assert place_of(desk, place="海月路") is None


@pytest.mark.usefixtures("gazetteer")
def test_a_new_edition_is_used_within_half_a_minute_and_a_chosen_new_place_at_once(desk):
    assert place_of(desk, place="青檀小区") == "qingtan"
    load(desk, TABLE + "yinhe,银河广场,,其他,,,\n")
    assert place_of(desk, place="银河广场") is None
    assert place_of(desk, place_code="yinhe") == "yinhe"
    desk.app.clock.at += dt.timedelta(seconds=31)
    assert place_of(desk, place="银河广场") == "yinhe"


@pytest.mark.usefixtures("gazetteer")
def test_a_place_that_left_the_table_keeps_its_code_and_is_found_no_more(desk):
    shorter = "\n".join(line for line in TABLE.splitlines() if not line.startswith("qingtan"))
    assert load(desk, shorter) == {"added": 0, "changed": 0, "ended": 1, "unchanged": 4}
    desk.app.clock.at += dt.timedelta(seconds=31)
    assert place_of(desk, place="青檀小区") is None
    assert desk.register(place_code="qingtan").status_code == 422
    assert len(desk.rows(models.places)) == 5
    assert load(desk, TABLE) == {"added": 1, "changed": 0, "ended": 0, "unchanged": 4}


@pytest.mark.usefixtures("gazetteer")
def test_the_same_table_again_makes_no_new_edition(desk):
    assert load(desk, TABLE) == {"added": 0, "changed": 0, "ended": 0, "unchanged": 5}
    assert len(desk.rows(models.gazetteer_editions)) == 1


def test_a_dry_run_changes_nothing(desk):
    assert load(desk, TABLE, dry_run=True)["added"] == 5
    assert desk.rows(models.places) == []


@pytest.mark.parametrize(
    ("line", "where", "reason"),
    [
        ("haiyue,第二条海月路,,道路,,,", "7:code", "与第4行的编码相同"),
        (",无名路,,道路,,,", "7:code", "1至50个字"),
        ("r,路,,道路,,,", "7:name", "2至100个字"),
        ("r,石榴路,榴,道路,,,", "7:other_names", "2至100个字"),
        ("r,石榴路,,大道,,,", "7:kind", "应为以下之一"),
        ("r,石榴路,,道路,nowhere,,", "7:within", "没有地点nowhere"),
        ("r,石榴路,,道路,r,,", "7:within", "不能是自身"),
        ("r,石榴路,,道路,,22.5,114.2", "7:longitude", "70至140"),
        ("r,石榴路,,道路,,nan,22.5", "7:longitude", "70至140"),
        ("r,石榴路,,道路,,114.2,", "7:longitude", "一并填写"),
        ("r,石榴路,,道路", "7:", "应有7格，实有4格"),
    ],
)
def test_a_table_with_a_mistake_is_refused_whole_by_line(desk, line, where, reason):
    with pytest.raises(Invalid) as refused:
        load(desk, TABLE + line + "\n")
    assert reason in refused.value.errors[where]
    assert desk.rows(models.places) == []


@pytest.mark.usefixtures("gazetteer")
def test_anyone_finds_places_by_how_their_name_begins(desk):
    answer = desk.get("/v1/places", token="", query_string={"name": "海月"})
    assert [item["within_name"] for item in answer.json["items"]] == ["望潮街道", "云顶街道"]
    assert answer.json["items"][0]["kind_name"] == "道路"
    assert {"longitude", "latitude"} <= answer.json["items"][0].keys()
    assert desk.get("/v1/places", token="", query_string={"name": "%"}).json["items"] == []


def test_of_forty_thousand_names_the_longest_are_found():
    made = [Place(f"p{n}", f"第{n}号路", (), "road", None) for n in range(40_000)]
    gazetteer = Gazetteer(made)
    found = gazetteer.found("第39999号路和第399号路之间")
    assert [one.codes for one in found] == [("p39999",), ("p399",)]
