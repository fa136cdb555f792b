"""Databases: what a pooled connection survives, and rows that go in by the hundred."""

import datetime as dt

import pytest
import sqlalchemy as sa

from shared.db import Json, UtcDateTime, insert_many

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


def test_many_rows_go_in_as_few_do(make_notes, postgres_url):
    app = make_notes(database_url=postgres_url).app
    moment = dt.datetime(2026, 3, 2, 9, 30, 0, 123456, dt.timezone(dt.timedelta(hours=8)))
    table = sa.Table(
        "kinds",
        sa.MetaData(),
        sa.Column("key", sa.String(20), primary_key=True),
        sa.Column("text", sa.Text),
        sa.Column("raw", sa.LargeBinary),
        sa.Column("whole", sa.Integer),
        sa.Column("flag", sa.Boolean),
        sa.Column("at", UtcDateTime),
        sa.Column("facts", Json),
    )
    texts = ("“引号”\\n\n𠮷😀'\"", "", None)
    rows = [
        {
            "key": f"k{n}", "text": texts[n % 3], "raw": bytes(range(n)) if n % 2 else None,
            "whole": -n, "flag": bool(n % 2), "at": moment, "facts": {"甲": [n, None]},
        }
        for n in range(40)
    ]  # fmt: skip
    with app.db.write() as session:
        table.create(session.connection())
        first = insert_many(session, table, rows[:1], key=["key"], returning="key")
        rest = insert_many(session, table, rows, key=["key"], returning="key")
    assert (first, rest) == (["k0"], [row["key"] for row in rows[1:]]), "in order, k0 left out"
    with app.db.read() as session:
        kept = session.execute(sa.select(table).order_by(-table.c.whole)).mappings()
        assert [dict(row) for row in kept] == rows


@pytest.mark.parametrize("count", [1, 40])
def test_naive_times_are_refused_however_many_rows_there_are(make_notes, postgres_url, count):
    notes = make_notes(database_url=postgres_url)
    naive = dt.datetime(2026, 3, 2)  # noqa: DTZ001
    outbox = notes.app.service.ground.outbox
    rows = [
        {"event_id": f"e{n}", "type": "t.v1", "subject": "s", "subject_version": n,
         "envelope": "{}", "created_at": naive}
        for n in range(count)
    ]  # fmt: skip
    with (
        notes.app.db.write() as session,
        pytest.raises((ValueError, sa.exc.StatementError)),
    ):
        insert_many(session, outbox, rows, returning="event_id")
