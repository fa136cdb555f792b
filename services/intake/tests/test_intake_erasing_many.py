"""Erasing very many by rule: along indexes, and killed at any moment nothing is half erased."""

import os
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from intake import models
from intake.jobs import retaining
from intake.service import SERVICE
from intake.use_cases import verify
from shared.testing import MORNING, emitted, make_app, sample_secrets

pytestmark = pytest.mark.servers
RETENTION = '{"closed": 100}'
PERSON = {"name": "欧阳晓峰", "phone": "13907312345"}
MANY = 60
WORKER = """
import datetime as dt, sys
from intake.jobs import retaining
from intake.service import SERVICE
from shared.clock import FixedClock
from shared.service import App
from shared.settings import read_settings

retaining._BATCH = 3
clock = FixedClock(dt.datetime.fromisoformat(sys.argv[1]))
retaining.run(App(SERVICE, read_settings(SERVICE.settings), clock=clock))
"""


@pytest.fixture
def app(tmp_path, postgres_url):
    """Intake that keeps petitioners of closed cases a hundred days."""
    app = make_app(SERVICE, tmp_path, database_url=postgres_url, RETENTION_DAYS=RETENTION)
    yield app
    app.close()


@pytest.fixture
def due(app, desk):
    """Petitions whose only case closed long ago."""
    ids = [desk.registered(petitioner=PERSON)["petition_id"] for _ in range(MANY)]
    closed = {"version": 1, "state": "closed", "state_at": MORNING, "secret": False}
    with app.db.write() as session:
        session.execute(sa.insert(models.cases), [{"case_id": one, **closed} for one in ids])
        links = [
            {"petition_id": one, "case_id": one, "version": 1, "units": ["transport"]}
            for one in ids
        ]
        session.execute(sa.insert(models.case_access), links)
    app.clock.advance(days=101)
    return ids


def test_killed_in_the_middle_each_is_erased_whole_or_not_at_all_and_it_goes_on(app, desk, due):
    url = app.db.url.render_as_string(hide_password=False)
    env = os.environ | sample_secrets() | {"DATABASE_URL": url, "RETENTION_DAYS": RETENTION}
    command = [sys.executable, "-c", WORKER, app.clock.now().isoformat()]
    with subprocess.Popen(command, env=env) as worker:
        deadline = time.monotonic() + 120
        while len(told(app)) < MANY / 10 and time.monotonic() < deadline:
            pass
        worker.kill()
    some = whole_or_not_at_all(app, desk)
    assert 0 < len(some) < MANY
    retaining.run(app)
    assert sorted(whole_or_not_at_all(app, desk)) == sorted(due)
    keys = app.resources.audit_keys
    assert list(verify(app.db, keys=keys, now=app.clock.now())) == []


def told(app):
    """The petitions of which everybody was told that they are erased, each as often as told."""
    return [event["subject"] for event in emitted(app, "petition.erased.v1")]


def whole_or_not_at_all(app, desk):
    """The petitions that are erased: in every table, told and written down once."""
    rows = desk.rows(models.petitions)
    erased = [row.petition_id for row in rows if row.erased_at]
    assert sorted(told(app)) == sorted(erased)
    written = [look.petition_id for look in desk.looks() if look.act == "erase"]
    assert sorted(written) == sorted(erased)
    left = {row.petition_id for row in rows} - set(erased)
    assert {row.petition_id for row in desk.rows(models.petitioners)} == left
    words = [event["data"] for event in emitted(app, "petition.text.v1")]
    assert {word["petition_id"] for word in words if word["title"] == "路灯不亮"} == left
    return erased


def test_a_batch_reads_no_table_from_end_to_end(app, desk, due):
    with app.db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text(_MORE))
        connection.execute(sa.text("VACUUM ANALYZE"))
    asked = []

    def note(_connection, _cursor, statement, values, *_):
        if statement.lstrip().startswith("SELECT"):
            asked.append((statement, values))

    sa.event.listen(app.db.engine, "before_cursor_execute", note)
    retaining.run(app)
    sa.event.remove(app.db.engine, "before_cursor_execute", note)
    with app.db.read() as session:
        driver = session.connection().connection.dbapi_connection
        for statement, values in asked:
            if " FROM petitions" in statement:
                explained = driver.execute(f"EXPLAIN {statement}", values).fetchall()
                plan = "\n".join(line for (line,) in explained)
                assert "Seq Scan on petitions" not in plan, plan
                assert "Seq Scan on case" not in plan, plan


_MORE = """
    INSERT INTO petitions
      (petition_id, petition_no, channel, title, content, purpose, secrecy, secret, received_at,
       registered_at, registered_by, historical, query_code_digest)
    SELECT md5(i::text)::uuid::text, 'XF' || i, 'web', '第' || i || '件', '路面坑洼',
           'petition', false, false, now(), now(), 'web', false, ''
    FROM generate_series(1, 30000) i;
    INSERT INTO cases (case_id, version, state, state_at, secret)
    SELECT 'case-' || i, 1, 'accepted', now(), false FROM generate_series(1, 30000) i;
    INSERT INTO case_access
    SELECT md5(i::text)::uuid::text, 'case-' || i, 1, '["transport"]'
    FROM generate_series(1, 30000) i
"""
