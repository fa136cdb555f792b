"""What calls and visits keep of people: how long, under which keys, and through a kill -9."""

import base64
import datetime as dt
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Desk
from test_intake_calls import NUMBER, Line
from visiting import PERSON, Reception

from intake import models
from intake.jobs import desks
from intake.service import SERVICE
from intake.use_cases.rotating import left_to_rotate, rotate
from intake.use_cases.sealed_rows import KEPT
from shared.clock import wire
from shared.pii import KeyRing
from shared.testing import MORNING, hear, make_app, sample_secrets

on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
SEALED = {
    models.calls: ("number", "number_index", "sheet", "recording"),
    models.callbacks: ("number", "number_index", "about"),
    models.visits: ("record", "confirmed_by", "sealed_code"),
    models.visit_persons: ("name", "phone", "id_number", "phone_index", "id_number_index"),
}
ALL_DONE = ("opened", "forwarded", "accepted", "replied", "served", "closed")
VOICE = {"ended_at": wire(MORNING), "recording": "rec-1"}


@pytest.fixture
def line(desk):
    return Line(desk)


@pytest.fixture
def hall(desk):
    return Reception(desk)


def kept(desk):
    """What is still kept of people, as table.column."""
    return {
        f"{table.name}.{name}"
        for table, names in SEALED.items()
        for row in desk.rows(table)
        for name in names
        if row._mapping[name] is not None
    }


def everything(line, hall):
    """A call and a visit that are not registered, with all that can be kept of them."""
    call_id = line.typed()
    body = {"due_at": wire(MORNING + dt.timedelta(hours=2)), "about": "停车"}
    assert line.do(call_id, "callback", body).status_code == 201
    assert line.do(call_id, "end", VOICE).status_code == 200
    return call_id, hall.confirmed(account="he")


def fresh_ring():
    old = json.loads(sample_secrets()["PII_KEYRING"])
    new, index = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
    both = {"keys": {"k2": new} | old["keys"], "index": {"i2": index, "index": old["index"]}}
    return KeyRing.parse(json.dumps(both)), json.dumps(
        {"keys": {"k2": new}, "index": {"i2": index}}
    )


@on_both_databases
def test_drafts_are_forgotten_after_their_days_and_not_before(app, desk, line, hall):
    call_id, _ = everything(line, hall)
    callback_id = line.callbacks()[0]["callback_id"]
    line.callback(callback_id, "claim")
    line.callback(callback_id, "tries", {"result": "reached"})
    app.clock.advance(days=29)
    desks.run(app)
    assert {"calls.sheet", "callbacks.number", "visits.record", "visit_persons.name"} <= kept(desk)
    app.clock.advance(days=2)
    desks.run(app)
    assert kept(desk) == set()
    (visit,) = desk.rows(models.visits)
    assert (visit.state, visit.end_reason) == ("left", "erased")
    assert line.do(call_id, "answer", {}).status_code == 409
    assert line.do(call_id, "sheet", {"title": "x"}, method="put").status_code == 409
    late = {"due_at": wire(app.clock.now() + dt.timedelta(hours=2)), "number": NUMBER}
    assert line.do(call_id, "callback", late).status_code == 409


def test_a_number_that_is_owed_a_call_is_kept_until_then(app, desk, line):
    call_id = line.picked_up()
    line.do(call_id, "callback", {"due_at": wire(MORNING + dt.timedelta(hours=2))})
    app.clock.advance(days=40)
    desks.run(app)
    assert "callbacks.number" in kept(desk)
    callback_id = line.callbacks("?state=overdue")[0]["callback_id"]
    line.callback(callback_id, "claim")
    line.callback(callback_id, "tries", {"result": "wrong_number"})
    desks.run(app)
    assert kept(desk) == set()


def test_of_a_registered_call_the_recording_stays_with_the_petition(app, desk, line):
    call_id = line.typed()
    line.do(call_id, "register")
    line.do(call_id, "end", VOICE)
    app.clock.advance(days=31)
    desks.run(app)
    assert kept(desk) == {"calls.recording"}


@on_both_databases
def test_calls_and_visits_are_forgotten_with_their_petition(app, desk, line, hall, story):
    call_id = line.typed()
    line.do(call_id, "register")
    line.do(call_id, "end", VOICE)
    hall.registered()
    for petition in desk.rows(models.petitions):
        case = story(petition.petition_id)
        hear(app, *[case.then(verb) for verb in ALL_DONE])
        path = f"/v1/petitions/{petition.petition_id}/erase"
        erased = desk.post(path, "leader", json={"reason": "信访人申请删除"})
        assert erased.status_code == 200, erased.text
    assert kept(desk) == set()
    assert [row.outcome for row in desk.rows(models.calls)] == ["registered"]
    assert [row.state for row in desk.rows(models.visits)] == ["registered"]


def test_the_code_of_a_receipt_that_nobody_printed_is_forgotten(app, desk, hall):
    visit_id, _ = hall.registered()
    app.clock.advance(hours=71)
    desks.run(app)
    assert "visits.sealed_code" in kept(desk)
    app.clock.advance(hours=2)
    desks.run(app)
    assert "visits.sealed_code" not in kept(desk)
    assert hall.do(visit_id, "receipt").json["with_code"] is False


@on_both_databases
def test_new_keys_alone_open_what_calls_and_visits_keep(app, desk, line, hall, tmp_path):
    call_id, visit_id = everything(line, hall)
    hall.registered()
    ring, new = fresh_ring()
    with app.db.write() as session:
        assert left_to_rotate(session, ring=ring) > 0
        for one in KEPT:
            rotate(session, one, ring=ring, after=None, most=1000)
        assert left_to_rotate(session, ring=ring) == 0
    url = app.db.url.render_as_string(hide_password=False)
    later = make_app(SERVICE, tmp_path, database_url=url, PII_KEYRING=new)
    line, hall = Line(Desk(later)), Reception(Desk(later))
    shown = line.do(call_id, "", method="get").json
    assert (shown["number"], shown["recording"]) == (NUMBER, "rec-1")
    assert shown["sheet"]["title"] == "路灯不亮"
    callback_id = line.callbacks()[0]["callback_id"]
    assert line.callback(callback_id, "claim").json["about"] == "停车"
    seen = hall.look(visit_id, account="he").json
    assert (seen["visitors"][0]["name"], seen["confirmed_by"]) == (PERSON["name"],) * 2
    assert hall.do(visit_id, "register", account="he").status_code == 201
    assert hall.do(visit_id, "receipt", account="he").json["with_code"] is True
    answer = line.do(line.open(call_ref="later").json["call_id"], "answer", {})
    assert [one["callback_id"] for one in answer.json["callbacks"]] == [callback_id]
    later.close()


def test_a_value_moved_to_another_call_does_not_open(app, desk, line):
    first, second = line.typed(), line.typed()
    with app.db.write() as session:
        rows = {row.call_id: row.sheet for row in desk.rows(models.calls)}
        session.execute(
            models.calls.update().where(models.calls.c.call_id == second).values(sheet=rows[first])
        )
    assert line.do(second, "", method="get").status_code == 500


CLERK = """
import datetime as dt, json, sys, threading
from conftest import Desk
from intake.service import SERVICE
from shared.clock import FixedClock
from shared.service import App
from shared.settings import read_settings

now, token, paths, at = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), int(sys.argv[4])
clock = FixedClock(dt.datetime.fromisoformat(now))
app = App(SERVICE, read_settings(SERVICE.settings), clock=clock)
desk = Desk(app)
left = at

def wait_before_commit(session):
    global left
    left -= 1
    if left == 0:
        print("written, not committed", flush=True)
        threading.Event().wait()

app.db.before_commit(wait_before_commit)
for path in paths:
    print(desk.post(path, token=token).status_code, flush=True)
"""


@on_both_databases
def test_killed_before_the_commit_nothing_is_lost_and_nothing_doubled(app, desk, hall):
    visits = [hall.confirmed(account=f"clerk-{n}") for n in range(5)]
    with app.db.write() as session:
        session.execute(models.visits.update().values(called_by="lin"))
    paths = [f"/v1/visits/{visit_id}/register" for visit_id in visits]
    assert said_until_killed(app, desk, paths, at=3) == ["201", "201", "written, not committed"]
    registered = {row.visit_id for row in desk.rows(models.visits) if row.petition_id}
    assert registered == set(visits[:2])
    assert len(desk.rows(models.petitions)) == 2
    again = [hall.do(visit_id, "register").status_code for visit_id in visits]
    assert again == [409, 409, 201, 201, 201]
    assert len(desk.rows(models.petitions)) == 5
    printed = [hall.do(visit_id, "receipt").json["with_code"] for visit_id in visits]
    assert printed == [True] * 5


def said_until_killed(app, desk, paths, *, at):
    """What a clerk's process said until it was killed, in the transaction number `at`."""
    url = app.db.url.render_as_string(hide_password=False)
    env = os.environ | sample_secrets() | {"DATABASE_URL": url}
    env["PYTHONPATH"] = str(Path(__file__).parent)
    token = desk.token("registrar", account="lin")
    said = [app.clock.now().isoformat(), token, json.dumps(paths), str(at)]
    with subprocess.Popen(
        [sys.executable, "-c", CLERK, *said], env=env, stdout=subprocess.PIPE, text=True
    ) as clerk:
        assert clerk.stdout is not None
        lines = [clerk.stdout.readline().strip() for _ in range(at)]
        clerk.send_signal(signal.SIGKILL)
    return lines


@on_both_databases
@pytest.mark.parametrize("name", ["nobody", "%00", "x" * 400, "𠮷", "%E2%80%AE"])
def test_what_there_is_not_is_not_found_whatever_it_is_called(desk, line, hall, name):
    token = desk.token("registrar", account="lin")
    asked = [
        desk.get(f"/v1/calls/{name}", token=token),
        line.do(name, "register"),
        line.callback(name, "claim"),
        hall.look(name),
        hall.do(name, "receipt"),
    ]
    assert {answer.status_code for answer in asked} <= {404, 422}
