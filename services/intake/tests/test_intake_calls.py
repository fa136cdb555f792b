"""The hotline: calls, what is known of a caller, sheets, what becomes of them, callbacks."""

import datetime as dt
import threading

import pytest

from intake import models
from shared.clock import wire
from shared.testing import MORNING, emitted, hear, mark

NUMBER = "13907312345"
PERSON = {"name": "欧阳晓峰", "phone": NUMBER}
SHEET = {
    "title": "路灯不亮",
    "content": "小区门口的路灯坏了一个月，𠮷祥小区💡。",
    "petitioner": {"name": "欧阳晓峰"},
}

on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


class Line:
    """The hotline as a clerk and the telephone system use it."""

    def __init__(self, desk):
        self.desk = desk
        self.calls = 0

    def open(self, *roles, account="lin", **changes):
        self.calls += 1
        body = {"call_ref": f"c-{self.calls}", "number": NUMBER, "began_at": wire(MORNING)}
        token = self.desk.token(*(roles or ("registrar",)), account=account)
        return self.desk.post("/v1/calls", token=token, json=body | changes)

    def do(self, call_id, what, body=None, *roles, account="lin", method="post"):
        token = self.desk.token(*(roles or ("registrar",)), account=account)
        send = getattr(self.desk, method)
        path = f"/v1/calls/{call_id}" + (f"/{what}" if what else "")
        kwargs = {} if method == "get" or body is None else {"json": body}
        return send(path, token=token, **kwargs)

    def picked_up(self, account="lin", **changes):
        """The id of a call that a clerk has."""
        call_id = self.open(account=account, **changes).json["call_id"]
        answer = self.do(call_id, "answer", {}, account=account)
        assert answer.status_code == 200, answer.text
        return call_id

    def typed(self, account="lin", sheet=SHEET, **changes):
        """The id of a call whose sheet is filled in."""
        call_id = self.picked_up(account=account, **changes)
        answer = self.do(call_id, "sheet", sheet, account=account, method="put")
        assert answer.status_code == 200, answer.text
        return call_id

    def callbacks(self, query=""):
        answer = self.desk.get(f"/v1/callbacks{query}", "dispatcher")
        assert answer.status_code == 200, answer.text
        return answer.json["items"]

    def callback(self, callback_id, what, body=None, *roles, account="lin"):
        token = self.desk.token(*(roles or ("registrar",)), account=account)
        kwargs = {"json": body} if body is not None else {}
        return self.desk.post(f"/v1/callbacks/{callback_id}/{what}", token=token, **kwargs)


@pytest.fixture
def line(desk):
    return Line(desk)


@on_both_databases
def test_a_call_is_opened_once_however_often_it_is_told(desk, line):
    first = line.open("channel:hotline", call_ref="pbx-1")
    again = line.open("channel:hotline", call_ref="pbx-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json["call_id"] == again.json["call_id"]
    assert len(desk.rows(models.calls)) == 1


def test_the_reference_of_another_call_is_refused(line):
    line.open(call_ref="pbx-1")
    refused = line.open(call_ref="pbx-1", number="13800000001")
    assert (refused.status_code, refused.json["code"]) == (409, "another_call")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": "12ab"}, "number"),
        ({"number": "00000000000"}, "number"),
        ({"number": "1" * 29}, "number"),
        ({"number": "139\x000731"}, "number"),
        ({"call_ref": ""}, "call_ref"),
        ({"call_ref": "rec-13907312345"}, "call_ref"),
        ({"call_ref": "来电一"}, "call_ref"),
        ({"call_ref": "x" * 101}, "call_ref"),
        ({"began_at": "2026-02-30T09:00:00+08:00"}, "began_at"),
        ({"began_at": "2026-03-02T09:00:00"}, "began_at"),
        ({"began_at": "2026-03-03T09:00:00+08:00"}, "began_at"),
        ({"began_at": "1970-01-01T00:00:00Z"}, "began_at"),
        ({"everything": True}, "everything"),
    ],
)
def test_a_call_that_cannot_be_is_refused_by_field(desk, line, change, field):
    refused = line.open(**change)
    assert refused.status_code == 422, refused.text
    assert [error["field"] for error in refused.json["errors"]] == [field]
    assert desk.rows(models.calls) == []


@pytest.mark.parametrize("role", ["channel:web", "handler", "dispatcher", "auditor", "importer"])
def test_only_clerks_and_the_telephone_system_open_calls(line, role):
    assert line.open(role).status_code == 403


def test_the_number_and_the_sheet_are_nowhere_in_clear(desk, line, tmp_path):
    line.do(line.typed(), "end", {"ended_at": wire(MORNING), "recording": f"{NUMBER}-a.wav"})
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("intake.sqlite*"))
    assert NUMBER.encode() not in kept
    assert "欧阳晓峰".encode() not in kept
    assert "路灯不亮".encode() not in kept


@on_both_databases
def test_who_picks_up_sees_what_the_same_number_brought_in_masked(desk, line):
    known = desk.registered(petitioner=PERSON)["petition_id"]
    desk.registered(petitioner={"name": "赵丽", "phone": "13807310000"})
    call_id = line.open("channel:hotline", number="+86 139-0731-2345").json["call_id"]
    answer = line.do(call_id, "answer", {})
    assert [item["petition_id"] for item in answer.json["history"]["items"]] == [known]
    assert answer.json["history"]["items"][0]["name"] == "欧***"
    assert answer.json["call"]["number"] == "+86 139-0731-2345"
    look, search = desk.looks()
    assert (look.who, look.act, look.facts) == ("lin", "look", {"call_id": call_id})
    assert (search.who, search.act, search.purpose_kind, search.facts["shown"]) == (
        "lin", "search", "same_person", [known],
    )  # fmt: skip


def test_a_petition_in_the_secret_lane_is_in_no_callers_history(desk, line):
    desk.registered(petitioner=PERSON, purpose="accusation")
    answer = line.do(line.open().json["call_id"], "answer", {})
    assert answer.json["history"]["items"] == []


def test_a_petition_that_is_withheld_from_the_clerk_is_not_shown(desk, line, story):
    petition_id = desk.registered(petitioner=PERSON)["petition_id"]
    case = story(petition_id)
    kept = {"withheld_from": [mark("lin")], "named_readers": []}
    hear(desk.app, case.then("opened"), case.then("access_changed", **kept))
    answer = line.do(line.open().json["call_id"], "answer", {})
    assert answer.json["history"]["items"] == []


def test_who_picks_up_sees_requests_for_supplement_and_callbacks_that_run(desk, line):
    petition_id = desk.registered(petitioner=PERSON)["petition_id"]
    path = f"/v1/petitions/{petition_id}/supplement-requests"
    asked = desk.post(path, "dispatcher", json={"what": "请补充合同", "until": "2026-03-20"})
    assert asked.status_code == 201, asked.text
    first = line.open("channel:hotline").json["call_id"]
    line.do(first, "end", {"ended_at": wire(MORNING), "missed": True}, "channel:hotline")
    answer = line.do(line.open().json["call_id"], "answer", {}).json
    assert [one["what"] for one in answer["supplement_requests"]] == ["请补充合同"]
    assert [one["call_id"] for one in answer["callbacks"]] == [first]
    sent = {"channel": "hotline", "content": "已寄出合同。"}
    desk.post(f"/v1/petitions/{petition_id}/supplements", "registrar", json=sent)
    answer = line.do(line.open().json["call_id"], "answer", {}).json
    assert answer["supplement_requests"] == []


def test_of_a_withheld_number_nothing_is_looked_for(desk, line):
    answer = line.do(line.open(number=None).json["call_id"], "answer", {})
    assert answer.json["history"] == {"items": [], "next_cursor": None}
    assert [look.act for look in desk.looks()] == ["look"]


def test_a_call_belongs_to_one_clerk_until_another_takes_it_over(line):
    call_id = line.typed()
    assert line.do(call_id, "answer", {}, account="he").json["code"] == "held_by_another"
    put = line.do(call_id, "sheet", SHEET, account="he", method="put")
    assert (put.status_code, put.json["code"]) == (409, "held_by_another")
    assert line.do(call_id, "register", account="he").status_code == 409
    taken = line.do(call_id, "answer", {"take_over": True}, account="he")
    assert taken.json["call"]["sheet"]["title"] == "路灯不亮"
    assert line.do(call_id, "sheet", SHEET, method="put").status_code == 409


def test_a_sheet_is_for_its_clerk_and_masked_for_dispatchers_and_leaders(desk, line):
    call_id = line.typed(sheet=SHEET | {"content": f"欧阳晓峰，电话{NUMBER}"})
    assert NUMBER in line.do(call_id, "", method="get").text
    for role in ("dispatcher", "leader"):
        shown = line.do(call_id, "", None, role, account="chief", method="get")
        assert shown.json["masked"] is True
        assert NUMBER not in shown.text
        assert "晓峰" not in shown.text
    hidden = line.do(call_id, "", None, account="he", method="get")
    assert hidden.status_code == 404
    refused = [(look.who, look.refused) for look in desk.looks() if look.act == "look"]
    assert refused == [
        ("lin", False),
        ("lin", False),
        ("chief", False),
        ("chief", False),
        ("he", True),
    ]


def test_a_units_leader_sees_no_sheet(desk, line):
    call_id = line.typed()
    token = desk.unit_token("leader")
    assert desk.get(f"/v1/calls/{call_id}", token=token).status_code == 404


def test_a_call_is_kept_from_whom_its_petition_is_withheld(desk, line, story):
    call_id = line.typed()
    petition_id = line.do(call_id, "register").json["petition_id"]
    assert line.do(call_id, "", None, "leader", account="qian", method="get").status_code == 200
    case, kept = story(petition_id), {"withheld_from": [mark("qian")], "named_readers": []}
    hear(desk.app, case.then("opened"), case.then("access_changed", **kept))
    assert line.do(call_id, "", None, "leader", account="qian", method="get").status_code == 404
    assert line.do(call_id, "", None, "leader", account="sun", method="get").status_code == 200


def test_a_call_that_became_an_accusation_is_closed_to_its_clerk(line):
    call_id = line.typed(sheet=SHEET | {"purpose": "accusation"})
    assert line.do(call_id, "register").status_code == 201
    assert line.do(call_id, "", method="get").status_code == 404


def test_the_list_of_calls_names_no_number(desk, line):
    call_id = line.typed()
    other = line.open(number="13800000001", account="he").json["call_id"]
    listed = desk.get("/v1/calls", "registrar")
    assert [one["call_id"] for one in listed.json["items"]] == sorted([call_id, other])
    assert NUMBER not in listed.text
    token = desk.token("registrar", account="lin")
    mine = desk.get("/v1/calls?mine=true", token=token)
    assert [one["call_id"] for one in mine.json["items"]] == [call_id]


@on_both_databases
def test_what_the_sheet_says_is_registered_once(desk, line):
    call_id = line.typed()
    receipt = line.do(call_id, "register")
    assert receipt.status_code == 201, receipt.text
    assert set(receipt.json) == {"petition_id", "petition_no", "query_code"}
    again = line.do(call_id, "register")
    assert (again.status_code, again.json["code"]) == (409, "already_registered")
    assert again.json["petition_id"] == receipt.json["petition_id"]
    (petition,) = desk.rows(models.petitions)
    assert (petition.channel, petition.title) == ("hotline", "路灯不亮")
    assert (petition.external_system, petition.external_id) == ("call", "c-1")
    assert petition.received_at == MORNING
    (row,) = desk.rows(models.calls)
    assert (row.outcome, row.sheet) == ("registered", None)


def test_a_petitioner_without_a_phone_has_the_number_that_called(desk, line):
    line.do(line.typed(), "register")
    found = desk.post("/v1/persons/search", "registrar", json={"phone": NUMBER, "purpose": "核对"})
    assert len(found.json["items"]) == 1


def test_who_gives_no_name_stays_anonymous(desk, line):
    line.do(line.typed(sheet=SHEET | {"petitioner": None}), "register")
    assert desk.rows(models.petitioners) == []


def test_an_authorisation_survives_the_sheet(desk, line):
    paper = {"signed_on": "2026-02-01", "until": "2026-12-31", "scope": "代为反映"}
    agent = {"name": "赵丽", "relation": "lawyer", "authorisation": paper}
    line.do(line.typed(sheet=SHEET | {"agents": [agent]}), "register")
    (row,) = desk.rows(models.participants)
    assert (row.signed_on, row.until) == (dt.date(2026, 2, 1), dt.date(2026, 12, 31))


def test_a_sheet_that_lacks_something_is_saved_and_not_registered(desk, line):
    call_id = line.typed(sheet={"title": "路灯"})
    refused = line.do(call_id, "register")
    assert [error["field"] for error in refused.json["errors"]] == ["content"]
    assert desk.rows(models.petitions) == []
    call_id = line.picked_up()
    assert line.do(call_id, "register").json["errors"][0]["field"] == "sheet"


@pytest.mark.parametrize(
    ("sheet", "field"),
    [
        ({"title": "x" * 10_000}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"content": "x" * 50_001}, "content"),
        ({"petitioner": {"phone": "电话"}}, "petitioner.phone"),
        ({"channel": "web"}, "channel"),
        ({"at": wire(MORNING)}, "at"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused_by_field(desk, line, sheet, field):
    call_id = line.picked_up()
    refused = line.do(call_id, "sheet", sheet, method="put")
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]
    (row,) = desk.rows(models.calls)
    assert row.sheet is None


def test_marks_that_turn_the_writing_round_are_kept_as_they_were_typed(line):
    sheet = SHEET | {"title": "路灯\u202e不亮"}
    call_id = line.typed(sheet=sheet)
    assert line.do(call_id, "", method="get").json["sheet"]["title"] == sheet["title"]


def test_an_accusation_by_phone_takes_the_secret_lane(desk, line):
    words = {"title": "举报某局局长", "content": "区建设局局长收受贿赂。"}
    receipt = line.do(line.typed(sheet=SHEET | words), "register").json
    assert desk.rows(models.petitions)[0].secret
    assert emitted(desk.app, "petition.text.v1") == []
    shown = desk.get(f"/v1/petitions/{receipt['petition_id']}", "registrar")
    assert shown.status_code == 404


@pytest.mark.servers
@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_of_eight_clicks_at_once_one_registers(desk, line):
    call_id = line.typed()
    token = desk.token("registrar", account="lin")
    gate, codes = threading.Barrier(8), []

    def click():
        client = desk.client.application.test_client()
        gate.wait()
        answer = client.post(
            f"/v1/calls/{call_id}/register", headers={"Authorization": f"Bearer {token}"}
        )
        codes.append(answer.status_code)

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201] + [409] * 7
    assert len(desk.rows(models.petitions)) == 1


@on_both_databases
def test_a_caller_adds_to_a_petition_of_theirs(desk, line):
    petition_id = desk.registered(petitioner=PERSON)["petition_id"]
    call_id = line.picked_up()
    body = {"petition_id": petition_id, "content": "又坏了一盏。"}
    filed = line.do(call_id, "supplement", body)
    assert filed.status_code == 201, filed.text
    (row,) = desk.rows(models.supplements)
    assert (row.channel, row.content, row.external_id) == ("hotline", "又坏了一盏。", "c-1")
    assert line.do(call_id, "register").json["code"] == "already_registered"
    assert desk.rows(models.calls)[0].outcome == "supplemented"


@pytest.mark.parametrize("number", ["13800000001", None])
def test_nothing_is_added_to_the_petition_of_somebody_else(desk, line, number):
    petition_id = desk.registered(petitioner=PERSON)["petition_id"]
    call_id = line.picked_up(number=number)
    refused = line.do(call_id, "supplement", {"petition_id": petition_id, "content": "补充"})
    assert (refused.status_code, refused.json["code"]) == (409, "not_the_callers")
    assert desk.rows(models.supplements) == []


def test_nothing_is_added_to_a_petition_that_the_clerk_may_not_see(desk, line):
    petition_id = desk.registered(petitioner=PERSON, purpose="accusation")["petition_id"]
    call_id = line.picked_up()
    refused = line.do(call_id, "supplement", {"petition_id": petition_id, "content": "补充"})
    assert refused.status_code == 404


def test_a_call_ends_once(line):
    call_id = line.picked_up()
    end = {"ended_at": wire(MORNING + dt.timedelta(minutes=3)), "recording": "rec-77"}
    assert line.do(call_id, "end", end, "channel:hotline").status_code == 200
    assert line.do(call_id, "end", end, "channel:hotline").status_code == 200
    refused = line.do(call_id, "end", end | {"recording": "rec-78"}, "channel:hotline")
    assert (refused.status_code, refused.json["code"]) == (409, "ended_already")
    assert line.do(call_id, "", method="get").json["recording"] == "rec-77"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ended_at": "2026-03-02T01:29:00Z"}, "ended_at"),
        ({"ended_at": "2026-03-02T02:30:00Z"}, "ended_at"),
        ({"ended_at": "昨天"}, "ended_at"),
        ({"recording": "javascript:alert(1)"}, "recording"),
        ({"recording": "data:audio/wav;base64,AAAA"}, "recording"),
        ({"recording": "rec 1"}, "recording"),
        ({"recording": "https://pbx.example.cn"}, "recording"),
        ({"recording": "x" * 301}, "recording"),
        ({"missed": True}, "missed"),
    ],
)
def test_an_end_that_cannot_be_is_refused_by_field(desk, line, change, field):
    call_id = line.picked_up()
    refused = line.do(call_id, "end", {"ended_at": wire(MORNING)} | change)
    assert refused.status_code == 422, refused.text
    assert [error["field"] for error in refused.json["errors"]] == [field]
    assert desk.rows(models.calls)[0].ended_at is None


@pytest.mark.parametrize("outcome", ["answered", "cut_off", "silent", "abusive"])
def test_a_call_of_which_nothing_is_registered_has_an_outcome(line, outcome):
    call_id = line.picked_up()
    said = line.do(call_id, "outcome", {"outcome": outcome})
    assert (said.status_code, said.json["outcome"]) == (200, outcome)
    again = line.do(call_id, "outcome", {"outcome": "silent"})
    assert (again.status_code, again.json["code"]) == (409, "outcome_stated")
    assert line.do(call_id, "register").status_code == 409


@pytest.mark.parametrize(
    "body",
    [{"outcome": "transferred"}, {"outcome": "answered", "transferred_to": "transport"},
     {"outcome": "registered"}, {"outcome": "missed"}, {}],
)  # fmt: skip
def test_an_outcome_that_cannot_be_is_refused(line, body):
    assert line.do(line.picked_up(), "outcome", body).status_code == 422


@on_both_databases
def test_a_missed_call_is_owed_a_callback_once_for_a_number(desk, line):
    for ref in ("m-1", "m-2"):
        call_id = line.open("channel:hotline", call_ref=ref).json["call_id"]
        for _ in range(2):
            ended = {"ended_at": wire(MORNING), "missed": True}
            assert line.do(call_id, "end", ended, "channel:hotline").status_code == 200
    (owed,) = line.callbacks()
    assert owed["due_at"] == (MORNING + dt.timedelta(hours=24)).isoformat()
    assert (owed["number"], owed["missed"]) == (None, True)


def test_a_missed_call_without_a_number_is_owed_nothing(line):
    call_id = line.open("channel:hotline", number=None).json["call_id"]
    line.do(call_id, "end", {"ended_at": wire(MORNING), "missed": True}, "channel:hotline")
    assert line.callbacks() == []


def promised(line, **changes):
    body = {"due_at": wire(MORNING + dt.timedelta(hours=2)), "about": "答复停车问题"}
    return line.do(line.picked_up(), "callback", body | changes)


@on_both_databases
def test_who_takes_a_callback_sees_whom_to_call_and_is_written_down(desk, line):
    callback_id = promised(line).json["callback_id"]
    assert NUMBER not in str(line.callbacks())
    taken = line.callback(callback_id, "claim")
    assert (taken.json["number"], taken.json["about"]) == (NUMBER, "答复停车问题")
    look = desk.looks()[-1]
    assert (look.who, look.act, look.facts["callback_id"]) == ("lin", "unmask", callback_id)
    other = line.callback(callback_id, "claim", account="he")
    assert (other.status_code, other.json["code"]) == (409, "held_by_another")
    assert NUMBER not in other.text


def test_a_callback_may_be_promised_to_another_number(line):
    callback_id = promised(line, number="0731-88888888").json["callback_id"]
    assert line.callback(callback_id, "claim").json["number"] == "0731-88888888"


@pytest.mark.parametrize(
    ("change", "field"),
    [({"due_at": wire(MORNING)}, "due_at"), ({"due_at": "2026-06-01T00:00:00Z"}, "due_at"),
     ({"number": "00000000"}, "number"), ({"about": "x" * 501}, "about")],
)  # fmt: skip
def test_a_promise_that_cannot_be_kept_is_refused_by_field(line, change, field):
    refused = promised(line, **change)
    assert [error["field"] for error in refused.json["errors"]] == [field]
    assert line.callbacks() == []


def test_a_callback_is_promised_once_a_call(line):
    call_id = line.picked_up()
    body = {"due_at": wire(MORNING + dt.timedelta(hours=2))}
    assert line.do(call_id, "callback", body).status_code == 201
    assert line.do(call_id, "callback", body).json["code"] == "promised_already"


@on_both_databases
def test_after_three_tries_in_vain_a_callback_is_closed_with_the_reason(desk, line):
    callback_id = promised(line).json["callback_id"]
    line.callback(callback_id, "claim")
    for result in ("no_answer", "busy"):
        assert line.callback(callback_id, "tries", {"result": result}).json["state"] == "open"
    last = line.callback(callback_id, "tries", {"result": "switched_off"}).json
    assert (last["state"], last["closed_for"], len(last["tries"])) == ("closed", "unreachable", 3)
    over = line.callback(callback_id, "tries", {"result": "reached"})
    assert (over.status_code, over.json["code"]) == (409, "callback_over")


@pytest.mark.parametrize(
    ("result", "state", "reason"),
    [("reached", "done", None), ("wrong_number", "closed", "wrong_number")],
)
def test_reached_it_is_done_and_at_a_wrong_number_closed(line, result, state, reason):
    callback_id = promised(line).json["callback_id"]
    line.callback(callback_id, "claim")
    told = line.callback(callback_id, "tries", {"result": result}).json
    assert (told["state"], told["closed_for"]) == (state, reason)


def test_only_who_has_a_callback_notes_a_try(line):
    callback_id = promised(line).json["callback_id"]
    assert line.callback(callback_id, "tries", {"result": "busy"}).status_code == 409
    line.callback(callback_id, "claim")
    assert line.callback(callback_id, "tries", {"result": "busy"}, account="he").status_code == 409


def test_a_dispatcher_puts_back_what_an_absent_clerk_took(line):
    callback_id = promised(line).json["callback_id"]
    line.callback(callback_id, "claim")
    assert line.callback(callback_id, "release", account="he").status_code == 409
    assert line.callback(callback_id, "release", None, "dispatcher").status_code == 200
    assert line.callback(callback_id, "claim", account="he").status_code == 200


@pytest.mark.servers
@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_of_six_clerks_at_once_one_gets_a_callback(desk, line):
    callback_id = promised(line).json["callback_id"]
    gate, codes = threading.Barrier(6), []

    def claim(n):
        token = desk.token("registrar", account=f"clerk-{n}")
        client = desk.client.application.test_client()
        gate.wait()
        path = f"/v1/callbacks/{callback_id}/claim"
        codes.append(client.post(path, headers={"Authorization": f"Bearer {token}"}).status_code)

    threads = [threading.Thread(target=claim, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200] + [409] * 5


@on_both_databases
def test_callbacks_are_paged_by_due_time_and_overdue_ones_are_seen(app, desk, line):
    hours = [5, 1, 3, 2, 4]
    for hour in hours:
        promised(line, due_at=wire(MORNING + dt.timedelta(hours=hour)))
    app.clock.advance(hours=2.5)
    seen, query = [], "?limit=2"
    while True:
        answer = desk.get(f"/v1/callbacks{query}", "leader").json
        seen += answer["items"]
        if answer["next_cursor"] is None:
            break
        query = f"?limit=2&cursor={answer['next_cursor']}"
    due = [(MORNING + dt.timedelta(hours=hour)).isoformat() for hour in sorted(hours)]
    assert [one["due_at"] for one in seen] == due
    assert [one["overdue"] for one in seen] == [True, True, False, False, False]
    assert len(line.callbacks("?state=overdue")) == 2
    assert app.gauges()["intake_callbacks_open"] == 5
    assert app.gauges()["intake_callbacks_overdue"] == 2


@pytest.mark.parametrize("role", ["handler", "auditor", "channel:hotline"])
def test_others_see_no_calls_and_no_callbacks(desk, role):
    for path in ("/v1/calls", "/v1/callbacks"):
        assert desk.get(path, role).status_code == 403
