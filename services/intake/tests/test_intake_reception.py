"""The reception queue: tickets, priorities, counters that call, waiting times, counts."""

import pytest
from conftest import Desk
from visiting import Reception

from intake import models
from intake.domain.reception import Priorities
from intake.service import SERVICE
from shared.testing import make_app

on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
on_postgresql = pytest.mark.parametrize("app", ["postgresql"], indirect=True)


@pytest.fixture
def hall(desk):
    return Reception(desk)


@on_both_databases
def test_tickets_are_numbered_by_place_and_day(app, desk, hall):
    other = Reception(desk, "north-street")
    assert [hall.taken()["ticket"] for _ in range(3)] == [1, 2, 3]
    assert other.taken()["ticket"] == 1
    app.clock.advance(hours=24)
    assert hall.taken()["ticket"] == 1


def test_the_day_is_the_offices(app, hall):
    app.clock.advance(hours=14.4)
    assert hall.taken()["day"] == "2026-03-02"
    app.clock.advance(hours=0.2)
    assert hall.taken()["day"] == "2026-03-03"


@pytest.mark.servers
@on_postgresql
def test_a_number_is_never_given_twice_however_many_queue_up_at_once(hall):
    path = "/v1/reception/hall/tickets"
    answers = hall.at_once([(path, "registrar", {})] * 12, account=lambda n: f"clerk-{n}")
    assert sorted(answer.json["ticket"] for answer in answers) == list(range(1, 13))


@pytest.mark.servers
@on_postgresql
def test_counters_that_call_at_once_never_get_the_same_visitor(hall):
    for _ in range(5):
        hall.taken()
    path = "/v1/reception/hall/next"
    calls = [(path, "registrar", {"counter": str(n)}) for n in range(8)]
    answers = hall.at_once(calls, account=lambda n: f"clerk-{n}")
    called = [answer.json["visit"]["ticket"] for answer in answers if answer.json["visit"]]
    assert sorted(called) == [1, 2, 3, 4, 5]


def test_where_nobody_waits_nobody_is_called(hall):
    assert hall.next().json == {"visit": None}


@on_both_databases
def test_the_office_says_who_goes_first(app, hall):
    for priority in (None, "elderly", "urgent", None, "elderly"):
        hall.taken(priority=priority)
        app.clock.advance(seconds=1)
    order = [hall.next(f"clerk-{n}").json["visit"]["ticket"] for n in range(5)]
    assert order == [3, 2, 5, 1, 4]


def test_an_office_without_such_a_rule_goes_by_ticket(tmp_path):
    app = make_app(SERVICE, tmp_path, RECEPTION_PRIORITY="none")
    hall = Reception(Desk(app))
    for priority in (None, "urgent"):
        hall.taken(priority=priority)
        app.clock.advance(seconds=1)
    assert hall.next().json["visit"]["ticket"] == 1
    app.close()


def test_a_rule_that_names_no_reason_keeps_intake_from_starting():
    with pytest.raises(ValueError, match="RECEPTION_PRIORITY names no reason: vip"):
        Priorities.parse("elderly,vip")


def test_a_ticket_machine_gives_tickets_and_no_urgency(hall):
    assert hall.ticket("channel:visit", priority="elderly").status_code == 201
    refused = hall.ticket("channel:visit", priority="urgent")
    assert [error["field"] for error in refused.json["errors"]] == ["priority"]
    assert hall.ticket("channel:web").status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [({"people": 0}, "people"), ({"people": 10_001}, "people"), ({"priority": "vip"}, "priority"),
     ({"name": "某人"}, "name")],
)  # fmt: skip
def test_a_ticket_that_cannot_be_is_refused_by_field(desk, hall, body, field):
    refused = hall.ticket(**body)
    assert [error["field"] for error in refused.json["errors"]] == [field]
    assert desk.rows(models.visits) == []


@pytest.mark.parametrize("place", ["Hall", "x" * 51, "大厅", "a.b"])
def test_a_place_that_has_no_such_code_is_refused(desk, place):
    refused = Reception(desk, place).ticket()
    assert [error["field"] for error in refused.json["errors"]] == ["place"]


def test_a_clerk_finishes_with_one_before_the_next(hall):
    hall.called()
    hall.taken()
    refused = hall.next()
    assert (refused.status_code, refused.json["code"]) == (409, "still_receiving")


def test_who_does_not_come_may_queue_again_behind_the_others(app, hall):
    visit_id = hall.called()
    hall.taken()
    assert hall.do(visit_id, "no-show").json["state"] == "no_show"
    app.clock.advance(minutes=5)
    assert hall.do(visit_id, "requeue").json["state"] == "waiting"
    assert [hall.next(f"c{n}").json["visit"]["ticket"] for n in range(2)] == [2, 1]


def test_a_ticket_of_yesterday_does_not_queue_again(app, hall):
    visit_id = hall.called()
    hall.do(visit_id, "no-show")
    app.clock.advance(hours=24)
    assert hall.do(visit_id, "requeue").json["code"] == "not_today"


def test_whom_another_clerk_receives_is_not_sent_back_but_by_a_dispatcher(hall):
    visit_id = hall.called()
    assert hall.do(visit_id, "requeue", account="he").json["code"] == "held_by_another"
    assert hall.do(visit_id, "end", {"reason": "guided"}, account="he").status_code == 409
    assert hall.do(visit_id, "requeue", None, "dispatcher").status_code == 200


def test_who_leaves_without_registering_leaves_a_reason(hall):
    visit_id = hall.called()
    ended = hall.do(visit_id, "end", {"reason": "answered"}).json
    assert (ended["state"], ended["end_reason_name"]) == ("left", "当场答复，不需登记")
    again = hall.do(visit_id, "end", {"reason": "guided"})
    assert again.status_code == 409
    assert hall.record(visit_id).status_code == 409
    assert hall.do(hall.called(), "end", {"reason": "erased"}).status_code == 422


def test_the_queue_shows_how_long_each_waits_and_nobodys_name(app, hall):
    visit_id = hall.called()
    hall.visitors(visit_id)
    hall.taken()
    app.clock.advance(minutes=10)
    listed = hall.queue()
    assert [one["waited_seconds"] for one in listed] == [0, 600]
    assert "欧阳" not in str(listed)
    assert [one["ticket"] for one in hall.queue("?state=waiting")] == [2]
    assert hall.taken()["ahead"] == 1
    assert app.gauges()["intake_visitors_waiting"] == 2


def test_the_queue_is_paged(desk, hall):
    for _ in range(5):
        hall.taken()
    first = desk.get("/v1/reception/hall/queue?limit=3", "leader").json
    second = desk.get(
        f"/v1/reception/hall/queue?limit=3&cursor={first['next_cursor']}", "leader"
    ).json
    assert [one["ticket"] for one in first["items"] + second["items"]] == [1, 2, 3, 4, 5]


@on_both_databases
def test_a_days_visits_are_counted(app, desk, hall):
    left = hall.called(people=3)
    app.clock.advance(minutes=4)
    hall.do(left, "end", {"reason": "gave_up"})
    hall.taken()
    app.clock.advance(minutes=6)
    hall.next()
    hall.taken()
    path = "/v1/reception/counts?since=2026-03-01&until=2026-03-02"
    (day,) = desk.get(path, "auditor").json["items"]
    assert {name: day[name] for name in ("tickets", "people", "left", "called", "waiting")} == {
        "tickets": 3, "people": 5, "left": 1, "called": 1, "waiting": 1,
    }  # fmt: skip
    assert (day["waited_seconds_average"], day["waited_seconds_longest"]) == (180, 360)
    backwards = desk.get("/v1/reception/counts?since=2026-03-02&until=2026-03-01", "auditor")
    assert backwards.status_code == 422
