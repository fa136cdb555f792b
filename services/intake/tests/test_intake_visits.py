"""Visits: who came, papers, the record read back and confirmed, registration, the receipt."""

import datetime as dt
import re

import pytest
from visiting import PERSON, RECORD, Reception

from intake import models
from intake.domain.identity import id_number_fault
from shared.testing import emitted, hear, mark

on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
TODAY = dt.date(2026, 3, 2)
CODE = re.compile(r"[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}")


@pytest.fixture
def hall(desk):
    return Reception(desk)


def companions(count, representatives=0):
    return [
        {"name": f"某某{n}", "representative": n < representatives} for n in range(count)
    ]  # fmt: skip


@on_both_databases
def test_what_is_confirmed_is_registered_with_all_who_came(desk, hall):
    agent = {
        "name": "赵丽",
        "relation": "lawyer",
        "authorisation": {"signed_on": "2026-02-01", "until": "2026-12-31", "scope": "代为反映"},
    }
    told = {"people": 4, "companions": companions(2, 1), "agents": [agent]}
    _, answer = hall.registered(told=told)
    assert set(answer) == {"visit_id", "petition_id", "petition_no"}
    (petition,) = desk.rows(models.petitions)
    assert (petition.channel, petition.people, petition.joint) == ("visit", 4, True)
    assert (petition.title, petition.claim) == (RECORD["title"], RECORD["claim"])
    assert (petition.external_system, petition.external_id) == ("visit", answer["visit_id"])
    path = f"/v1/petitions/{answer['petition_id']}/unmask"
    seen = desk.post(path, "registrar", json={"purpose": "核对"}).json
    assert seen["petitioner"]["id_number"] == PERSON["id_number"]
    assert [(one["part"], one["name"]) for one in seen["participants"]] == [
        ("agent", "赵丽"), ("cosigner", "某某1"), ("representative", "某某0"),
    ]  # fmt: skip
    assert seen["participants"][0]["until"] == "2026-12-31"


@on_both_databases
def test_once_registered_the_visit_holds_nothing_of_the_visitor(desk, hall):
    hall.registered()
    (visit,), (person,) = desk.rows(models.visits), desk.rows(models.visit_persons)
    assert visit.record is None
    assert (person.name, person.phone, person.id_number, person.id_number_index) == (None,) * 4


def test_nothing_is_registered_until_it_is_confirmed(desk, hall):
    visit_id = hall.called()
    hall.visitors(visit_id)
    hall.record(visit_id)
    refused = hall.do(visit_id, "register")
    assert (refused.status_code, refused.json["code"]) == (409, "not_confirmed")
    assert "信访工作条例" in refused.json["basis"]
    assert desk.rows(models.petitions) == []


def test_nothing_is_confirmed_until_it_is_read_back(hall):
    visit_id = hall.called()
    hall.visitors(visit_id)
    hall.record(visit_id)
    body = {"version": 2, "confirmed_by": PERSON["name"]}
    assert hall.do(visit_id, "confirm", body).json["code"] == "not_read_back"


@pytest.mark.parametrize("change", ["record", "visitors"])
def test_what_changes_after_it_was_confirmed_is_read_back_again(hall, change):
    visit_id = hall.confirmed()
    if change == "record":
        hall.record(visit_id, claim="请赔偿。")
    else:
        hall.visitors(visit_id, people=2, companions=companions(1))
    assert hall.look(visit_id).json["confirmed_by"] is None
    assert hall.do(visit_id, "register").json["code"] == "not_confirmed"
    assert hall.confirm(visit_id).status_code == 200
    assert hall.do(visit_id, "register").status_code == 201


def test_saving_the_same_again_changes_nothing(hall):
    visit_id = hall.confirmed()
    hall.record(visit_id)
    assert hall.do(visit_id, "register").status_code == 201


def test_what_was_read_is_not_what_was_changed_meanwhile(hall):
    visit_id = hall.called()
    hall.visitors(visit_id)
    version = hall.record(visit_id).json["version"]
    hall.record(visit_id, claim="请赔偿。")
    refused = hall.do(visit_id, "read-back", {"version": version})
    assert (refused.status_code, refused.json["code"]) == (409, "changed_since")


def test_only_somebody_who_is_present_confirms(hall):
    visit_id = hall.called()
    hall.visitors(visit_id)
    hall.record(visit_id)
    refused = hall.confirm(visit_id, name="路人甲")
    assert [error["field"] for error in refused.json["errors"]] == ["confirmed_by"]


@pytest.mark.parametrize(
    ("people", "listed", "representatives", "status"),
    [(1, 0, 0, 200), (5, 4, 0, 200), (6, 5, 0, 409), (6, 0, 0, 409), (6, 5, 5, 200),
     (40, 4, 4, 200), (7, 6, 6, 409)],
)  # fmt: skip
def test_a_joint_visit_has_at_most_five_representatives(
    hall, people, listed, representatives, status
):
    visit_id = hall.called()
    told = {"people": people, "companions": companions(listed, representatives)}
    answer = hall.visitors(visit_id, **told)
    assert answer.status_code == status, answer.text
    if status == 409:
        assert answer.json["basis"] == "《信访工作条例》第二十条第三款"
        assert "不得超过5人" in answer.json["detail"]


def test_the_people_of_the_ticket_need_representatives_too(desk, hall):
    visit_id = hall.called(people=9)
    refused = hall.visitors(visit_id, people=9)
    assert refused.json["code"] == "representatives_needed"
    told = {"people": 9, "petitioner": PERSON | {"representative": True}}
    assert hall.visitors(visit_id, **told).status_code == 200
    hall.record(visit_id)
    hall.confirm(visit_id)
    assert hall.do(visit_id, "register").status_code == 201
    assert desk.rows(models.petitions)[0].people == 9


def test_without_visitors_nothing_is_registered(desk, hall):
    visit_id = hall.called()
    version = hall.record(visit_id).json["version"]
    hall.do(visit_id, "read-back", {"version": version})
    confirmed = hall.do(visit_id, "confirm", {"version": version, "confirmed_by": "某人"})
    assert confirmed.status_code == 422
    assert hall.do(visit_id, "register").status_code == 409


def test_who_stays_away_is_spoken_for_by_an_agent_who_is_there(hall):
    visit_id = hall.called()
    absent = PERSON | {"present": False}
    refused = hall.visitors(visit_id, petitioner=absent)
    assert [error["field"] for error in refused.json["errors"]] == ["petitioner"]
    agent = {"name": "赵丽", "relation": "guardian"}
    assert hall.visitors(visit_id, petitioner=absent, agents=[agent]).status_code == 200
    hall.record(visit_id)
    assert hall.confirm(visit_id).status_code == 422
    assert hall.confirm(visit_id, name="赵丽").status_code == 200


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"people": 0}, "people"),
        ({"people": 1, "companions": [{"name": "某人"}]}, "people"),
        ({"petitioner": {}}, "petitioner.name"),
        ({"petitioner": PERSON | {"name": "a\x00b"}}, "petitioner.name"),
        ({"companions": [{"name": "x"}] * 101}, "companions"),
        ({"agents": [{"name": "赵丽"}]}, "agents.0.relation"),
        ({"petitioner": PERSON | {"present": False, "representative": True}}, "petitioner"),
    ],
)
def test_visitors_that_cannot_be_are_refused_by_field(desk, hall, told, field):
    visit_id = hall.called()
    refused = hall.visitors(visit_id, **told)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]
    assert desk.rows(models.visit_persons) == []


def check(hall, visit_id, **body):
    return hall.do(visit_id, "identity-checks", {"document": "id_card", "result": "matched"} | body)


@on_both_databases
def test_a_paper_that_was_checked_says_by_whom_and_when(app, desk, hall):
    visit_id = hall.called()
    hall.visitors(visit_id)
    answer = check(hall, visit_id)
    assert answer.status_code == 200, answer.text
    (seen,) = hall.look(visit_id).json["visitors"]
    assert (seen["document_name"], seen["check_result_name"]) == ("居民身份证", "人证一致")
    assert (seen["checked_by"], seen["checked_at"]) == ("lin", app.clock.now().isoformat())
    hall.record(visit_id)
    hall.confirm(visit_id)
    hall.do(visit_id, "register")
    (row,) = desk.rows(models.visit_persons)
    assert (row.document, row.check_result, row.name) == ("id_card", "matched", None)


def test_a_number_read_from_a_paper_is_the_visitors_and_read_back_again(hall):
    visit_id = hall.confirmed(told={"petitioner": {"name": PERSON["name"]}})
    assert check(hall, visit_id, id_number=PERSON["id_number"]).status_code == 200
    seen = hall.look(visit_id).json
    assert seen["visitors"][0]["id_number"] == PERSON["id_number"]
    assert seen["confirmed_at"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"id_number": "110105194912310021"}, "id_number"),
        ({"id_number": "11010519490231002X"}, "id_number"),
        ({"id_number": "99010519491231002X"}, "id_number"),
        ({"id_number": "G12345678"}, "id_number"),
        ({"document": None}, "document"),
        ({"result": "not_shown"}, "document"),
        ({"result": "perhaps"}, "result"),
        ({"document": "library_card"}, "document"),
    ],
)
def test_a_check_that_cannot_be_is_refused_by_field(desk, hall, body, field):
    visit_id = hall.called()
    hall.visitors(visit_id)
    refused = check(hall, visit_id, **body)
    assert refused.status_code == 422, refused.text
    assert [error["field"] for error in refused.json["errors"]] == [field]
    assert desk.rows(models.visit_persons)[0].checked_at is None


def test_a_mismatch_and_nothing_shown_are_written_down_too(hall):
    visit_id = hall.called()
    hall.visitors(visit_id)
    assert check(hall, visit_id, id_number="1" * 18, result="mismatched").status_code == 200
    assert hall.look(visit_id).json["visitors"][0]["id_number"] == PERSON["id_number"]
    assert check(hall, visit_id, document=None, result="not_shown").status_code == 200
    assert check(hall, visit_id, seat=3).status_code == 404


@pytest.mark.parametrize(
    ("number", "says"),
    [("11010519491231002X", None), ("11010519491231002x", None), ("110105491231002", None),
     ("１１０１０５１９４９１２３１００２Ｘ", None), ("110105194912310021", "校验码"),
     ("11010520270101002X", "出生日期"), ("11010518991231002X", "出生日期"),
     ("11010520240230002X", "出生日期"), ("00010519491231002X", "行政区划"),
     ("1101051949123100", "18位"), ("H1234567890123456X", "18位")],
)  # fmt: skip
def test_an_id_number_is_judged_by_form_region_birth_and_check_digit(number, says):
    fault = id_number_fault(number, today=TODAY)
    assert (fault is None) if says is None else (says in fault)


@on_both_databases
def test_the_receipt_has_the_query_code_once_and_what_was_recorded(desk, hall):
    visit_id, answer = hall.registered()
    first = hall.do(visit_id, "receipt")
    assert first.status_code == 200, first.text
    page = first.json["page"]
    for said in (
        answer["petition_no"],
        "2026年3月2日",
        "信访局",
        PERSON["name"],
        RECORD["content"],
        "15日内",
        "第二十二条",
        "60日内",
        "第三十四条",
        "复查",
        "由欧阳晓峰确认无误",
    ):
        assert said in page
    (code,) = set(CODE.findall(page))
    session = desk.post(
        f"/v1/public/petitions/{answer['petition_no']}/session", json={"query_code": code}
    )
    assert session.status_code == 200
    again = hall.do(visit_id, "receipt", None, "dispatcher", account="chief")
    assert (again.json["with_code"], CODE.findall(again.json["page"])) == (False, [])
    assert "补打" in again.json["page"]
    assert desk.rows(models.visits)[0].sealed_code is None
    looks = [(look.who, look.act, look.purpose) for look in desk.looks()[-2:]]
    assert looks == [("lin", "unmask", "打印来访登记回执"), ("chief", "unmask", "打印来访登记回执")]


def test_the_same_request_to_print_gets_the_same_page(hall):
    visit_id, _ = hall.registered()
    token = hall.desk.token("registrar", account="lin")
    send = {"token": token, "headers": {"Idempotency-Key": "print-1"}}
    first = hall.desk.post(f"/v1/visits/{visit_id}/receipt", **send)
    again = hall.desk.post(f"/v1/visits/{visit_id}/receipt", **send)
    assert first.json == again.json
    assert first.json["with_code"] is True


def test_what_is_recorded_cannot_act_on_the_page(hall):
    visit_id, _ = hall.registered(title="<script>alert(1)</script>\u202e")
    page = hall.do(visit_id, "receipt").json["page"]
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_receipt_of_an_accusation_says_nothing_and_is_printed_once_by_who_registered(
    desk, hall
):
    visit_id, answer = hall.registered(title="举报", content="区建设局局长收受贿赂。")
    assert desk.rows(models.petitions)[0].secret
    assert emitted(desk.app, "petition.text.v1") == []
    assert hall.do(visit_id, "receipt", account="he").status_code == 404
    page = hall.do(visit_id, "receipt").json["page"]
    assert answer["petition_no"] in page
    assert CODE.search(page)
    assert not [word for word in ("举报", "局长", "贿赂", "欧阳") if word in page]
    assert hall.do(visit_id, "receipt").status_code == 404
    assert hall.do(visit_id, "receipt", None, "leader").status_code == 200


def test_a_receipt_is_kept_from_whom_the_case_is_withheld(desk, hall, story):
    visit_id, answer = hall.registered()
    case = story(answer["petition_id"])
    kept = {"withheld_from": [mark("lin")], "named_readers": []}
    hear(desk.app, case.then("opened"), case.then("access_changed", **kept))
    assert hall.do(visit_id, "receipt").status_code == 404
    assert desk.looks()[-1].refused is True


def test_a_visit_is_kept_from_whom_its_petition_is_withheld(desk, hall, story):
    visit_id, answer = hall.registered()
    case, kept = story(answer["petition_id"]), {"withheld_from": [mark("qian")]}
    kept |= {"named_readers": []}
    hear(desk.app, case.then("opened"), case.then("access_changed", **kept))
    assert hall.look(visit_id, "leader", account="qian").status_code == 404
    assert hall.look(visit_id, "leader", account="sun").status_code == 200


def test_before_registration_there_is_no_receipt(hall):
    assert hall.do(hall.confirmed(), "receipt").status_code == 409


@pytest.mark.servers
@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_of_eight_clicks_at_once_one_registers_and_one_prints_the_code(desk, hall):
    visit_id = hall.confirmed()
    clicks = [(f"/v1/visits/{visit_id}/register", "registrar", None)] * 8
    codes = [a.status_code for a in hall.at_once(clicks, account=lambda _: "lin")]
    assert sorted(codes) == [201] + [409] * 7
    assert len(desk.rows(models.petitions)) == 1
    clicks = [(f"/v1/visits/{visit_id}/receipt", "registrar", None)] * 8
    pages = hall.at_once(clicks, account=lambda _: "lin")
    assert sorted(page.json["with_code"] for page in pages) == [False] * 7 + [True]


def test_a_visit_is_for_the_clerk_who_receives_it(desk, hall):
    visit_id = hall.confirmed()
    assert PERSON["id_number"] in hall.look(visit_id).text
    assert hall.look(visit_id, account="he").status_code == 404
    assert hall.record(visit_id, account="he").status_code == 409
    assert hall.do(visit_id, "register", account="he").json["code"] == "held_by_another"
    refused = [(look.who, look.refused) for look in desk.looks()][-2:]
    assert refused == [("lin", False), ("he", True)]


@pytest.mark.parametrize("role", ["dispatcher", "leader"])
def test_dispatchers_and_leaders_see_a_visit_masked(hall, role):
    visit_id = hall.called()
    hall.visitors(visit_id)
    hall.record(visit_id, content=f"我是欧阳晓峰，电话{PERSON['phone']}")
    hall.confirm(visit_id)
    seen = hall.look(visit_id, role, account="chief")
    assert seen.json["masked"] is True
    assert not [value for value in (*PERSON.values(), "晓峰") if value in seen.text]


def test_a_record_that_lacks_something_is_saved_and_not_registered(hall):
    visit_id = hall.called()
    hall.visitors(visit_id)
    hall.record(visit_id, title=None)
    hall.confirm(visit_id)
    refused = hall.do(visit_id, "register")
    assert [error["field"] for error in refused.json["errors"]] == ["title"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"title": "x" * 10_000}, "title"), ({"content": "a\x00b"}, "content"),
     ({"petitioner": PERSON}, "petitioner"), ({"received_at": "2026-03-02T00:00:00Z"},
     "received_at"), ({"location": {"longitude": 22.5, "latitude": 114.0, "system": "wgs84"}},
     "location.longitude")],
)  # fmt: skip
def test_a_record_that_cannot_be_is_refused_by_field(hall, change, field):
    refused = hall.record(hall.called(), **change)
    assert refused.status_code == 422, refused.text
    assert field in [error["field"] for error in refused.json["errors"]]
