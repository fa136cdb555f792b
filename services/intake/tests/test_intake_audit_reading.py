"""Who looked at this person's data? Entries of the audit chain, for those who oversee."""

import pytest

PHONE = "13907312345"
PERSON = {"name": "欧阳晓峰", "phone": PHONE}
TIMES = {"since": "2026-03-02", "until": "2026-03-02"}

pytestmark = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


def read(desk, role="auditor", **asked):
    return desk.post("/v1/audit/search", role, json=asked)


def acts(answer):
    assert answer.status_code == 200, answer.text
    return [(one["act"], one["petition_id"]) for one in answer.json["items"]]


@pytest.fixture
def looked(desk):
    """A petition that was looked at, unmasked and searched for; another's that was looked at."""
    mine = desk.registered(petitioner=PERSON)["petition_id"]
    other = desk.registered(petitioner={"name": "赵丽", "phone": "13807310000"})["petition_id"]
    desk.get(f"/v1/petitions/{mine}", "dispatcher")
    desk.app.clock.advance(seconds=1)
    body = {"purpose": f"核实来电{PHONE}", "purpose_kind": "verify"}
    desk.post(f"/v1/petitions/{mine}/unmask", "registrar", json=body)
    desk.app.clock.advance(seconds=1)
    desk.get(f"/v1/petitions/{other}", "leader")
    desk.app.clock.advance(seconds=1)
    desk.post("/v1/persons/search", "registrar", json={"phone": PHONE, "purpose": "来电核对"})
    desk.app.clock.advance(seconds=1)
    return mine, other


def test_all_who_came_near_a_person_are_told_by_the_number(desk, looked):
    mine, _ = looked
    found = read(desk, phone="+86 139-0731-2345")
    assert acts(found) == [("search", None), ("unmask", mine), ("look", mine)]
    search, unmasked, _ = found.json["items"]
    assert (search["shown"], unmasked["shown"]) == (1, None)
    assert unmasked["purpose_kind_name"] == "核实身份"
    assert PHONE not in found.text, "a number that was typed into a purpose"


def test_a_petitions_entries_are_told_and_the_searches_that_showed_it(desk, looked):
    mine, other = looked
    assert [act for act, _ in acts(read(desk, petition_ids=[mine]))] == ["search", "unmask", "look"]
    assert acts(read(desk, petition_ids=[other])) == [("look", other)]


def test_entries_are_narrowed_by_account_act_and_day(desk, looked):
    mine, other = looked
    who = read(desk, acts=["look"]).json["items"][0]["who"]
    assert set(acts(read(desk, who=[who], acts=["look"]))) <= {("look", mine), ("look", other)}
    assert acts(read(desk, acts=["unmask"], **TIMES)) == [("unmask", mine)]
    assert acts(read(desk, acts=["unmask"], since="2026-03-03")) == []
    swapped = read(desk, since="2026-03-03", until="2026-03-02")
    assert swapped.status_code == 422
    assert swapped.json["errors"][0]["field"] == "until"


def test_the_reading_itself_is_written_down(desk, looked):
    read(desk, "supervisor", phone=PHONE)
    (entry,) = read(desk, acts=["audit"]).json["items"]
    assert entry["act_name"] == "查阅审计日志"
    again = read(desk, phone=PHONE)
    assert acts(again)[0] == ("audit", None), "whoever read of the person is told as well"


def test_pages_go_on_where_the_last_one_ended(desk, looked):
    told, cursor = [], None
    while True:
        page = read(desk, limit=1, acts=["look", "unmask", "search"], cursor=cursor).json
        told += [one["act"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert told == ["search", "look", "unmask", "look"]


def test_of_a_petition_that_one_may_not_know_of_nothing_is_told(desk):
    secret = desk.registered(purpose="accusation", petitioner=PERSON)["petition_id"]
    desk.get(f"/v1/petitions/{secret}", "dispatcher")
    assert acts(read(desk, "supervisor", petition_ids=[secret])) == [("look", secret)]
    assert acts(read(desk, "auditor", petition_ids=[secret])) == []


@pytest.mark.parametrize("role", ["registrar", "dispatcher", "handler", "admin"])
def test_nobody_else_reads_it(desk, role):
    assert read(desk, role).status_code == 403
