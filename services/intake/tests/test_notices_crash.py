"""A process that sends is killed: nothing is lost, and what goes again has its key."""

import os
import re
import signal
import subprocess
import sys

import pytest
from notices import PERSON, counter, eventually, gateway_in

from intake import use_cases
from shared.clock import FixedClock
from shared.errors import Refused
from shared.testing import MORNING, sample_secrets

WORKER = """
import datetime as dt, sys
from intake.jobs.notices import send
from intake.service import SERVICE
from shared.clock import FixedClock
from shared.service import App
from shared.settings import read_settings

clock = FixedClock(dt.datetime.fromisoformat(sys.argv[1]))
app = App(SERVICE, read_settings(SERVICE.settings), clock=clock)
while True:
    send(app)
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def office(request, tmp_path):
    """An office and its gateway; the office's settings for a process beside."""
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with (
        gateway_in(tmp_path / "gateway") as gateway,
        counter(tmp_path, url=url, clock=FixedClock(MORNING), **gateway.settings) as desk,
    ):
        shown = desk.app.db.url.render_as_string(hide_password=False)
        env = os.environ | sample_secrets() | gateway.settings | {"DATABASE_URL": shown}
        yield desk, gateway, env


def test_killed_between_sent_and_written_down_it_goes_again_under_its_key(office):
    desk, gateway, env = office
    for _ in range(10):
        desk.registered(petitioner=PERSON)
    gateway.behave("hang")
    command = [sys.executable, "-c", WORKER, MORNING.isoformat()]
    with subprocess.Popen(command, env=env) as worker:
        eventually(lambda: len(gateway.took) >= 4)
        worker.send_signal(signal.SIGKILL)
    assert set(desk.statuses()) == {"queued"}
    gateway.behave("ok")
    desk.send()
    assert set(desk.statuses()) == {"queued"}
    desk.app.clock.advance(seconds=61)
    desk.send()
    assert set(desk.statuses()) == {"sent"}
    keys = [one["key"] for one in gateway.took]
    assert set(keys) == {notice.notice_id for notice in desk.notices}
    again = [one for one in gateway.took if keys.count(one["key"]) > 1]
    assert len(again) == 8
    bodies = {(one["key"], one["text"]) for one in gateway.took}
    assert len(bodies) == 10


def test_a_phone_code_goes_again_under_its_key_and_is_right_once(office):
    desk, gateway, env = office
    about = {"phone": PERSON["phone"], "purpose": "account", "resources": desk.app.resources}
    with desk.app.db.write() as session:
        use_cases.send_code(session, clock=desk.app.clock, **about)
    gateway.behave("hang")
    command = [sys.executable, "-c", WORKER, MORNING.isoformat()]
    with subprocess.Popen(command, env=env) as worker:
        try:
            eventually(lambda: gateway.took)
        finally:
            worker.kill()
    gateway.behave("ok")
    desk.app.clock.advance(seconds=61)
    desk.send()
    first, again = gateway.took
    assert (first["key"], first["text"]) == (again["key"], again["text"])
    code = re.search(r"验证码为([0-9]{6})", again["text"])[1]
    with desk.app.db.write() as session:
        use_cases.redeem_code(session, code=code, now=desk.app.clock.now(), **about)
    with desk.app.db.write() as session, pytest.raises(Refused):
        use_cases.redeem_code(session, code=code, now=desk.app.clock.now(), **about)


def test_two_processes_hand_nothing_over_twice(office):
    desk, gateway, env = office
    for _ in range(200):
        desk.registered(petitioner=PERSON)
    command = [sys.executable, "-c", WORKER, MORNING.isoformat()]
    both = [subprocess.Popen(command, env=env) for _ in range(2)]
    try:
        eventually(lambda: set(desk.statuses()) == {"sent"})
    finally:
        for worker in both:
            worker.kill()
            worker.wait()
    keys = [one["key"] for one in gateway.took]
    assert (len(keys), len(set(keys))) == (200, 200)
