"""A registered petition that no case is opened for does not go unnoticed."""

import logging

import pytest
import sqlalchemy as sa

from shared.clock import FixedClock
from shared.rebuild import rebuild
from shared.testing import MORNING, hear, make_app
from shared.worker import run_job
from supervision import models
from supervision.jobs import JOBS
from supervision.service import SERVICE

(RAISE_ALARMS,) = JOBS


def look(app):
    assert run_job(app, RAISE_ALARMS)


def alarms(app):
    with app.db.read() as session:
        table = models.alarms
        return session.execute(sa.select(table.c.petition_id, table.c.cleared_at)).all()


def test_a_petition_left_lying_raises_one_alarm(app, office, clock, story):
    case = story()
    hear(app, case.registered())
    clock.advance(minutes=9)
    look(app)
    assert alarms(app) == []
    clock.advance(minutes=1)
    look(app)
    look(app)
    clock.advance(minutes=50)
    (item,) = office.get("/v1/alarms", "supervisor").json["items"]
    assert item["kind"] == "petition_without_case"
    assert item["petition_id"] == case.petition_ids[0]
    assert item["minutes_waiting"] == 60


def test_the_time_is_a_setting(tmp_path, story):
    clock = FixedClock(MORNING)
    app = make_app(SERVICE, tmp_path, clock=clock, UNOPENED_ALARM_MINUTES="90")
    hear(app, story().registered())
    clock.advance(minutes=89)
    look(app)
    assert alarms(app) == []
    clock.advance(minutes=1)
    look(app)
    assert len(alarms(app)) == 1
    app.close()


def test_the_case_clears_the_alarm(app, office, clock, story):
    case = story()
    hear(app, case.registered())
    clock.advance(minutes=11)
    look(app)
    clock.advance(minutes=1)
    hear(app, case.then("opened"))
    assert alarms(app) == [(case.petition_ids[0], clock.now())]
    assert office.get("/v1/alarms", "supervisor").json["items"] == []
    look(app)
    assert alarms(app) == [(case.petition_ids[0], clock.now())]


def test_a_case_heard_of_before_its_petition_leaves_no_alarm(app, clock, story):
    case = story()
    hear(app, case.then("opened"), case.registered())
    clock.advance(hours=1)
    look(app)
    assert alarms(app) == []


def test_a_petition_taken_out_of_its_case_raises_the_alarm_again(app, office, clock, story):
    case = story()
    lying = case.petition_ids[0]
    hear(app, case.registered())
    clock.advance(minutes=11)
    look(app)
    hear(app, case.then("opened"))
    case.petition_ids = ["another"]
    hear(app, case.then("classified"))
    look(app)
    (item,) = office.get("/v1/alarms", "supervisor").json["items"]
    assert item["petition_id"] == lying


def test_history_raises_no_alarm(app, clock, story):
    hear(app, story(historical=True).registered())
    clock.advance(days=400)
    look(app)
    assert alarms(app) == []


def test_a_rebuild_raises_no_false_alarm(app, clock, story):
    case = story()
    told = [case.registered(), case.then("opened")]
    hear(app, *told)
    clock.advance(hours=5)
    rebuild(app)
    hear(app, told[0])
    look(app)
    assert alarms(app) == []
    hear(app, told[1])
    clock.advance(minutes=11)
    look(app)
    assert alarms(app) == []


def test_the_log_line_names_no_petition(app, clock, story, caplog):
    case = story()
    hear(app, case.registered())
    clock.advance(minutes=11)
    with caplog.at_level(logging.WARNING):
        look(app)
    (line,) = caplog.records
    assert line.levelno == logging.WARNING
    assert line.raised == 1
    assert case.petition_ids[0] not in str(vars(line))


def test_gauges_count_what_lies_and_what_is_alarmed(app, clock, story):
    hear(app, story().registered(), story().registered())
    clock.advance(minutes=11)
    look(app)
    fresh = story(at=clock.now())
    hear(app, fresh.registered())
    found = app.gauges()
    assert found["supervision_petitions_without_case"] == 3
    assert found["supervision_alarms_standing"] == 2


@pytest.mark.parametrize(
    "reader",
    [
        ("supervisor", ("*",), {"usual", "secret"}),
        ("registrar", ("*",), {"usual"}),
        ("supervisor", ("transport",), set()),
    ],
)
def test_nobody_below_the_bureau_sees_an_alarm(app, office, clock, story, reader):
    role, scope, sees = reader
    lying = {"usual": story(), "secret": story(secret=True)}
    hear(app, *(case.registered() for case in lying.values()))
    clock.advance(minutes=11)
    look(app)
    answer = office.get("/v1/alarms", token=office.token(role, scope=scope))
    shown = {item["petition_id"] for item in answer.json["items"]}
    assert shown == {lying[name].petition_ids[0] for name in sees}


def test_units_and_partners_may_not_ask(office):
    assert office.get("/v1/alarms", "handler").status_code == 403
    assert office.get("/v1/alarms", "partner").status_code == 403


def test_alarms_come_in_pages(app, office, clock, story):
    hear(app, *(story().registered() for _ in range(5)))
    clock.advance(minutes=11)
    look(app)
    first = office.get("/v1/alarms?limit=3", "supervisor").json
    second = office.get(f"/v1/alarms?limit=3&cursor={first['next_cursor']}", "supervisor").json
    seen = [item["petition_id"] for page in (first, second) for item in page["items"]]
    assert len(set(seen)) == 5
    assert second["next_cursor"] is None
