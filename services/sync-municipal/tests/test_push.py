"""Pushing to a city that works, and to one that does not."""

import datetime as dt
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from shared.auth import WHOLE_DISTRICT, Principal
from shared.marks import Marker
from shared.service import App
from shared.settings import BadSettings
from shared.testing import MORNING, emitted, hear, make_app, sample_secrets
from sync_municipal.models import exchanges
from sync_municipal.push import CityAway, Pusher, push
from sync_municipal.service import SERVICE
from sync_municipal.use_cases import pushing, reading


def rows(app):
    with app.db.read() as session:
        statement = sa.select(exchanges).order_by(exchanges.c.case_id, exchanges.c.version)
        return session.execute(statement).all()


def counts(app):
    with app.db.read() as session:
        return reading.counts(session, principal=supervisor(app))


def supervisor(app):
    marker = Marker.parse(app.settings.access_keys)
    return Principal(
        "sun", frozenset({"supervisor"}), unit_scope=frozenset({WHOLE_DISTRICT}), known_by=marker
    )


def test_every_version_arrives_once_and_the_newest_stays(synced, pusher, city, story, push_all):
    hear(synced, *story("c1"), *story("c2", last=3))
    push_all(pusher)
    assert {row.status for row in rows(synced)} == {"acknowledged"}
    assert city.counts() == {"cases": 2, "exchanges": 8, "requests": 8, "repeated": 0}
    assert city.case("c1")["state"] == "closed"
    assert city.case("c1")["text"] == "楼下停车位被占用。"
    assert city.case("c2")["state"] == "forwarded"
    assert counts(synced) == {
        "petitions": 2,
        "cases": 2,
        "pending": 0,
        "acknowledged": 8,
        "refused": 0,
        "cases_synced": 2,
    }


def test_an_acknowledgement_is_written_down_and_told(synced, pusher, city, story, push_all):
    hear(synced, *story("c1", last=2, historical=True))
    push_all(pusher)
    (row,) = rows(synced)
    assert row.city_ref == city.case("c1")["city_ref"]
    assert row.acknowledged_at == MORNING
    (event,) = emitted(synced, "municipal.acknowledged.v1")
    assert event["subject"] == "c1"
    assert event["historical"] is True
    assert event["data"]["city_ref"] == row.city_ref


def test_secret_cases_are_known_and_never_pushed(synced, pusher, city, story, push_all):
    hear(synced, *story("c1", secret=True), *story("c2", last=2))
    push_all(pusher)
    assert city.case("c1") is None
    assert city.counts()["requests"] == 1
    assert counts(synced)["petitions"] == 2
    assert counts(synced)["cases_synced"] == 1


def test_the_same_picture_whatever_the_order(synced, pusher, city, story, push_all):
    for body in reversed(story("c1")):
        hear(synced, body)
        push_all(pusher)
    found = city.case("c1")
    assert (found["state"], found["version"], found["title"]) == ("closed", 7, "关于c1的诉求")


def test_a_case_is_pushed_in_version_order_one_at_a_time(synced, story):
    hear(synced, *reversed(story("c1")), *story("c2", last=2))
    lease = dt.timedelta(seconds=30)
    with synced.db.write() as session:
        first = pushing.claim(session, most=100, now=MORNING, lease=lease)
        again = pushing.claim(session, most=100, now=MORNING, lease=lease)
    assert [(one.case_id, one.version) for one in first] == [("c1", 2), ("c2", 2)]
    assert again == []


def test_an_older_version_that_comes_late_waits_for_the_one_in_flight(synced, story):
    bodies = story("c1", last=3)
    lease = dt.timedelta(seconds=30)
    hear(synced, bodies[2])
    with synced.db.write() as session:
        assert len(pushing.claim(session, most=100, now=MORNING, lease=lease)) == 1
    hear(synced, bodies[1])
    with synced.db.write() as session:
        assert pushing.claim(session, most=100, now=MORNING, lease=lease) == []


def test_an_answer_of_500_is_tried_again_with_growing_waits(synced, pusher, city, story, push_all):
    hear(synced, *story("c1", last=2))
    city.behave("error_500")
    with pytest.raises(CityAway):
        pusher.run_once()
    (row,) = rows(synced)
    assert (row.status, row.attempts, row.last_error) == ("pending", 1, "HTTP 500")
    assert row.next_attempt_at == MORNING + dt.timedelta(seconds=1)
    assert pusher.run_once() == 0
    synced.clock.advance(seconds=1)
    with pytest.raises(CityAway):
        pusher.run_once()
    assert rows(synced)[0].next_attempt_at == synced.clock.now() + dt.timedelta(seconds=2)
    city.behave("ok")
    synced.clock.advance(seconds=2)
    push_all(pusher)
    assert rows(synced)[0].status == "acknowledged"
    assert city.request("minsheng:c1:2") == {"requests": 3, "applied": 1, "repeated": 0}


def test_one_failing_row_holds_only_its_own_case(synced, pusher, city, story, push_all):
    hear(synced, *story("c1", last=3))
    city.behave("error_500", count=1)
    push_all(pusher)
    hear(synced, *story("c2"))
    push_all(pusher)
    assert [row.status for row in rows(synced)] == ["pending"] * 2 + ["acknowledged"] * 6


def test_a_city_that_hangs_costs_a_batch_little(synced, pusher, city, story, push_all):
    for n in range(30):
        hear(synced, *story(f"c{n:02d}", last=2))
    city.behave("hang")
    with pytest.raises(CityAway, match="Timeout"):
        pusher.run_once()
    tried = [row for row in rows(synced) if row.attempts]
    assert 4 <= len(tried) <= 8
    assert not any(row.claimed_until for row in rows(synced))
    city.behave("ok")
    synced.clock.advance(seconds=10)
    push_all(pusher)
    assert counts(synced)["acknowledged"] == 30
    assert city.counts()["exchanges"] == 30


def test_a_dropped_acknowledgement_is_fetched_again_and_stored_once(
    synced, pusher, city, story, push_all
):
    hear(synced, *story("c1", last=2))
    city.behave("drop_ack", count=1)
    push_all(pusher)
    assert rows(synced)[0].status == "pending"
    assert city.counts()["exchanges"] == 1
    synced.clock.advance(seconds=1)
    push_all(pusher)
    assert rows(synced)[0].status == "acknowledged"
    assert city.request("minsheng:c1:2") == {"requests": 2, "applied": 1, "repeated": 1}
    assert city.counts()["cases"] == 1


def test_a_city_killed_and_restarted_has_everything_once(synced, pusher, city, story, push_all):
    hear(synced, *story("c1", last=3))
    push_all(pusher)
    city.kill()
    hear(synced, *story("c2", last=3))
    with pytest.raises(CityAway):
        pusher.run_once()
    assert counts(synced)["pending"] == 2
    city.start()
    synced.clock.advance(seconds=10)
    push_all(pusher)
    assert counts(synced)["pending"] == 0
    assert city.counts() == {"cases": 2, "exchanges": 4, "requests": 4, "repeated": 0}


def test_a_process_that_dies_between_call_and_settling_tells_the_city_once(
    synced, pusher, city, story, push_all
):
    hear(synced, *story("c1", last=2))

    class Dies(Pusher):
        def _settle(self, *_):
            raise KeyboardInterrupt

    dying = Dies(synced, threading.Event())
    with pytest.raises(KeyboardInterrupt):
        dying.run_once()
    dying.close()
    assert city.counts()["exchanges"] == 1
    push_all(pusher)
    assert rows(synced)[0].status == "pending", "its claim has not ended"
    synced.clock.advance(seconds=31)
    push_all(pusher)
    assert rows(synced)[0].status == "acknowledged"
    assert city.counts() == {"cases": 1, "exchanges": 1, "requests": 2, "repeated": 1}
    assert len(emitted(synced, "municipal.acknowledged.v1")) == 1


def test_a_push_process_killed_in_full_flow_loses_and_repeats_nothing(synced, city, story, until):
    bodies = [body for n in range(300) for body in story(f"c{n:03d}", last=3)]
    hear(synced, *bodies)
    with _push_process(synced, city) as process:
        until(lambda: city.counts()["requests"] > 100)
        process.kill()
    assert counts(synced)["pending"] > 0
    with synced.db.write() as session:
        pushing.release_all(session)
    with _push_process(synced, city) as process:
        until(lambda: counts(synced)["pending"] == 0)
        process.terminate()
        assert process.wait(20) == 0
    assert counts(synced)["acknowledged"] == 600
    assert counts(synced)["cases_synced"] == 300
    assert city.counts()["exchanges"] == 600
    assert {case["version"] for case in city.cases()} == {3}
    assert len(city.cases()) == 300


@contextmanager
def _push_process(app: App, city) -> Iterator[subprocess.Popen]:
    """`push` as a process that does not outlive the test, however that ends."""
    url = app.db.url.render_as_string(hide_password=False)
    env = {"DATABASE_URL": url, "CITY_URL": city.url, "METRICS_PORT": "0"}
    command = [sys.executable, "-m", "sync_municipal", "push"]
    with subprocess.Popen(
        command, env=os.environ | sample_secrets() | env, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_refused_exchange_is_visible_and_holds_nothing_up(synced, pusher, city, story, push_all):
    hear(synced, *story("c1", last=3))
    city.behave("refuse", count=1)
    push_all(pusher)
    assert [row.status for row in rows(synced)] == ["refused", "acknowledged"]
    assert "told to refuse" in rows(synced)[0].last_error
    assert counts(synced)["refused"] == 1
    assert synced.gauges()["sync_municipal_refused"] == 1
    synced.clock.advance(days=1)
    push_all(pusher)
    assert rows(synced)[0].status == "refused"


def test_a_wrong_token_refuses_no_row(tmp_path, database_url, city, story):
    wrong = {"CITY_URL": city.url, "CITY_TOKEN": "another-token-0123456789-abcdefghij"}
    app = make_app(SERVICE, tmp_path, database_url=database_url, **wrong)
    hear(app, *story("c1", last=2))
    pusher = Pusher(app, threading.Event())
    with pytest.raises(CityAway, match="401"):
        pusher.run_once()
    assert rows(app)[0].status == "pending"
    pusher.close()
    app.close()


def test_a_settlement_that_comes_too_late_leaves_the_new_claim_alone(synced, city, story):
    hear(synced, *story("c1", last=2))
    late, holder = (Pusher(synced, threading.Event()) for _ in range(2))
    claimed = late._claim()
    city.behave("error_500", count=1)
    replies = late._call(claimed)
    synced.clock.advance(seconds=31)
    (held,) = holder._claim()
    late._settle(claimed, replies)
    assert rows(synced)[0].claimed_until == held.claimed_until
    assert rows(synced)[0].attempts == 0
    late.close()
    holder.close()


def test_gauges_tell_what_waits_and_for_how_long(app, story):
    assert app.gauges()["sync_municipal_oldest_pending_seconds"] == 0
    hear(app, *story("c1", last=3))
    app.clock.advance(seconds=90)
    gauges = app.gauges()
    assert gauges["sync_municipal_pending"] == 2
    assert gauges["sync_municipal_oldest_pending_seconds"] == 90


def test_the_role_pushes_until_it_is_stopped(synced, city, story, until):
    stop = threading.Event()
    thread = threading.Thread(target=push, args=(synced, stop))
    thread.start()
    hear(synced, *story("c1"))
    until(lambda: counts(synced)["pending"] == 0)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    "wrong", [{"CITY_URL": ""}, {"PUSH_LEASE_SECONDS": "1"}, {"PUSH_WORKERS": "0"}]
)
def test_push_refuses_settings_that_cannot_work(tmp_path, wrong):
    app = make_app(SERVICE, tmp_path, **({"CITY_URL": "http://127.0.0.1:1"} | wrong))
    with pytest.raises(BadSettings):
        push(app, threading.Event())
    app.close()


def test_the_simulator_ends_with_its_parent(city):
    assert city.end_of_parent() == 0


def test_the_simulator_asks_for_the_token(city):
    assert city.http.get(f"{city.url}/counts", headers={"Authorization": "x"}).status_code == 401
