"""What is being typed is compared with what was brought in before, and nothing of it is kept."""

import pytest

from intake import models
from intake.jobs import comparing as jobs

WANG = {"name": "王小明", "phone": "13800001234"}
LAMPS = {
    "title": "鹭洲一路松岚小区门口路灯不亮",
    "content": "松岚小区门口的路灯坏了一个月，鹭洲一路夜里漆黑，老人出行很不安全，请尽快派人修理。",
}
TYPED = {
    "title": "松岚小区路灯至今没有修好",
    "content": "鹭洲一路松岚小区的路灯还是不亮，夜里漆黑，有老人摔倒",
}
on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


@pytest.fixture
def alike(app, desk):
    """Asks, as a registrar, what is like what is typed."""

    def ask(**typed):
        jobs.compare(app)
        answer = desk.post("/v1/similar", "registrar", json=typed)
        assert answer.status_code == 200, answer.text
        return answer.json["items"]

    return ask


@on_both_databases
def test_a_repeat_is_found_by_its_words_while_it_is_typed(desk, alike):
    first = desk.registered(**LAMPS, petitioner=WANG)
    desk.registered(title="桐溪花园夜间施工", content="工地凌晨打桩，噪音很大，孩子无法入睡。")
    (found,) = alike(**TYPED)
    assert (found["petition_no"], found["kind"]) == (first["petition_no"], "same")
    assert "用语相近" in found["reasons"]


@on_both_databases
def test_that_it_is_the_same_person_is_said_however_the_number_is_written(desk, alike):
    desk.registered(**LAMPS, petitioner=WANG)
    (of_others,) = alike(**TYPED)
    (found,) = alike(**TYPED, phone="138 0000 1234")
    assert (found["kind"], "同一信访人" in found["reasons"]) == ("repeat", True)
    assert found["score"] > of_others["score"]


def test_what_is_shown_is_written_down_and_what_is_typed_is_not_kept(desk, alike):
    first = desk.registered(**LAMPS, petitioner=WANG)
    before = len(desk.looks())
    alike(**TYPED)
    assert [look.petition_id for look in desk.looks()[before:]] == [first["petition_id"]]
    assert len(desk.rows(models.petitions)) == 1
    assert len(desk.rows(models.fingerprints)) == 1


def test_nothing_is_told_of_a_petition_that_the_registrar_may_not_see(desk, alike):
    desk.registered(**LAMPS, petitioner=WANG, purpose="accusation")
    unit = desk.unit_token("registrar")
    answer = desk.post("/v1/similar", token=unit, json=TYPED)
    assert answer.json["items"] == []


def test_nothing_typed_finds_nothing(desk, alike):
    desk.registered(**LAMPS)
    assert alike() == []
    assert alike(title="", content="", place="") == []


def test_it_is_for_those_who_register(desk):
    assert desk.post("/v1/similar", "handler", json=TYPED).status_code == 403


def test_a_number_that_is_none_is_refused_by_name(desk):
    answer = desk.post("/v1/similar", "registrar", json={"phone": "不知道"})
    assert answer.status_code == 422
    assert answer.json["errors"] == [{"field": "phone", "reason": "不是电话号码。"}]
