"""Looking: masked unless a purpose is stated, every look written down, nobody beyond their unit."""

import pytest

from shared.testing import hear

PERSON = {
    "name": "欧阳晓峰",
    "phone": "13907312345",
    "id_number": "11010119900307123X",
    "address": "长沙市岳麓区麓山南路9号",
    "email": "ouyang@example.cn",
}
WORDS = {
    "title": "欧阳晓峰反映路灯不亮",
    "content": "电话１３９０７３１２３４５，邮箱ouyang@example.cn，身份证11010119900307123X。",
    "place": "欧阳晓峰家门口",
}


on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


@pytest.fixture
def petition_id(desk):
    return desk.registered(petitioner=PERSON, **WORDS)["petition_id"]


def unmask(desk, petition_id, *roles, purpose="核实身份", token=None):
    return desk.post(
        f"/v1/petitions/{petition_id}/unmask", *roles, token=token, json={"purpose": purpose}
    )


@pytest.mark.parametrize(
    "role", ["registrar", "dispatcher", "supervisor", "reviewer", "leader", "auditor"]
)
def test_the_bureau_sees_a_petition_with_person_and_words_masked(desk, petition_id, role):
    seen = desk.get(f"/v1/petitions/{petition_id}", role)
    assert seen.status_code == 200
    assert seen.json["masked"] is True
    assert seen.json["petitioner"] == {
        "name": "欧***",
        "phone": "139******45",
        "id_number": "110101************",
        "address": "长沙市岳麓区***",
        "email": "o***@example.cn",
    }
    assert seen.json["title"] == "欧***反映路灯不亮"
    assert seen.json["place"] == "欧***家门口"
    assert "***" in seen.json["content"]
    leaked = (*PERSON.values(), "１３９０７３１２３４５", "晓峰")
    assert not [value for value in leaked if value in seen.text]


def test_a_petition_is_found_by_its_number_by_whoever_may_look_at_it(desk, petition_id):
    number = desk.get(f"/v1/petitions/{petition_id}", "registrar").json["petition_no"]
    found = desk.get(f"/v1/petition-numbers/{number}", "dispatcher")
    assert found.json == {"petition_id": petition_id, "petition_no": number}
    assert desk.get(f"/v1/petition-numbers/{number}", "handler").status_code == 404
    assert desk.get("/v1/petition-numbers/XF000000000000", "dispatcher").status_code == 404


@on_both_databases
def test_with_a_purpose_person_and_words_are_shown(desk, petition_id):
    seen = unmask(desk, petition_id, "dispatcher").json
    assert seen["masked"] is False
    assert seen["petitioner"] == PERSON
    assert {name: seen[name] for name in WORDS} == WORDS


@pytest.mark.parametrize("purpose", [None, "", " ", "x", "长" * 201])
def test_without_a_purpose_nothing_is_unmasked(desk, petition_id, purpose):
    assert unmask(desk, petition_id, "dispatcher", purpose=purpose).status_code == 422
    assert desk.looks() == []


@pytest.mark.parametrize(
    "role", ["supervisor", "leader", "auditor", "admin", "importer", "partner"]
)
def test_roles_that_need_no_identity_cannot_unmask(desk, petition_id, role):
    assert unmask(desk, petition_id, role).status_code == 403


@on_both_databases
def test_every_look_is_written_down_refused_ones_too(desk, petition_id):
    desk.get(f"/v1/petitions/{petition_id}", "auditor")
    desk.app.clock.advance(seconds=1)
    unmask(desk, petition_id, "dispatcher", purpose="联系信访人")
    desk.app.clock.advance(seconds=1)
    stranger = desk.unit_token("handler", unit="housing")
    assert unmask(desk, petition_id, token=stranger).status_code == 404
    assert [(w.who, w.unmasked, w.purpose, w.refused) for w in desk.looks()] == [
        ("auditor", False, None, False),
        ("dispatcher", True, "联系信访人", False),
        ("handler", False, "核实身份", True),
    ]


@on_both_databases
def test_a_unit_sees_only_the_petitions_of_its_own_cases(desk, petition_id, story):
    theirs, others = desk.unit_token("handler"), desk.unit_token("handler", unit="housing")
    path = f"/v1/petitions/{petition_id}"
    assert desk.get(path, token=theirs).status_code == 404
    case = story(petition_id)
    hear(desk.app, case.then("opened"), case.then("forwarded"))
    assert desk.get(path, token=theirs).status_code == 200
    assert desk.get(path, token=others).status_code == 404
    hear(desk.app, case.then("accepted", lead_unit="housing", co_units=[]))
    assert desk.get(path, token=theirs).status_code == 404
    assert desk.get(path, token=others).status_code == 200


@on_both_databases
def test_an_older_event_that_comes_late_gives_no_access_back(desk, petition_id, story):
    case = story(petition_id)
    to_transport = case.then("forwarded")
    to_housing = case.then("accepted", lead_unit="housing")
    hear(desk.app, to_housing, to_transport)
    path = f"/v1/petitions/{petition_id}"
    assert desk.get(path, token=desk.unit_token("handler")).status_code == 404
    assert desk.get(path, token=desk.unit_token("handler", unit="housing")).status_code == 200


def test_a_handler_with_the_whole_district_in_the_token_sees_no_more(desk, petition_id):
    token = desk.token("handler")
    assert desk.get(f"/v1/petitions/{petition_id}", token=token).status_code == 404


SECRET = [("registrar", 404), ("auditor", 404), ("dispatcher", 200), ("supervisor", 200),
          ("reviewer", 200), ("leader", 200)]  # fmt: skip


@pytest.mark.parametrize(("role", "status"), SECRET)
def test_the_secret_lane_is_open_to_the_deciding_roles_only(desk, role, status):
    petition_id = desk.registered(purpose="accusation")["petition_id"]
    assert desk.get(f"/v1/petitions/{petition_id}", role).status_code == status
    assert desk.looks()[-1].refused is (status == 404)


def test_in_the_secret_lane_a_co_handling_unit_sees_nothing(desk, story):
    petition_id = desk.registered(purpose="accusation")["petition_id"]
    case = story(petition_id, unit="discipline")
    hear(desk.app, case.then("forwarded", co_units=["transport"]))
    path = f"/v1/petitions/{petition_id}"
    assert desk.get(path, token=desk.unit_token("handler", unit="discipline")).status_code == 200
    assert desk.get(path, token=desk.unit_token("handler")).status_code == 404


@pytest.mark.parametrize("petition_id", ["nowhere", "%27%20OR%201=1", "a%00"])
def test_an_unknown_petition_is_not_found(desk, petition_id):
    assert desk.get(f"/v1/petitions/{petition_id}", "registrar").status_code == 404
