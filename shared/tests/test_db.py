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
