"""Databases: what a pooled connection survives."""

import pytest
import sqlalchemy as sa

pytestmark = pytest.mark.servers


def test_connections_that_the_server_has_ended_are_replaced_before_anyone_notices(
    make_notes, postgres_url
):
    notes = make_notes(database_url=postgres_url)
    notes.say("before")
    with notes.app.db.read() as first, notes.app.db.read() as second:
        idle = [session.scalar(sa.text("SELECT pg_backend_pid()")) for session in (first, second)]
    end = sa.text("SELECT pg_terminate_backend(:pid, 5000)")
    other = sa.create_engine(postgres_url, poolclass=sa.NullPool)
    with other.connect() as connection:
        assert all(connection.scalar(end, {"pid": pid}) for pid in idle)
    notes.say("after", "and again")
    assert [row.subject for row in notes.outbox()] == ["before", "after", "and again"]


def test_a_loop_finds_what_waits_by_index_though_nobody_has_counted_the_rows(
    make_notes, postgres_url
):
    notes = make_notes(database_url=postgres_url)
    notes.hear(*(notes.heard(f"done-{n}") for n in range(300)))
    notes.app.inbox.store([notes.heard(f"waits-{n}") for n in range(10)])
    asked = []

    @sa.event.listens_for(notes.app.db.engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, values, *_):
        asked.append((statement, values))

    with notes.app.db.fenced("processor") as session:
        assert len(notes.app.processor._pending(session, 100)) == 10
        statement, values = asked[-1]
        driver = session.connection().connection.dbapi_connection
        plan = [row[0] for row in driver.execute(f"EXPLAIN {statement}", values)]
        assert session.scalar(sa.text("SHOW plan_cache_mode")) == "force_custom_plan"
    assert any("Index Scan using inbox_pending on inbox" in line for line in plan), plan
    assert not any("Bitmap" in line or "Seq Scan" in line for line in plan), plan
    with notes.app.db.read() as session:
        assert session.scalar(sa.text("SHOW plan_cache_mode")) == "auto"
