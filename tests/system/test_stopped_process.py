"""A process that stops in the middle of its work keeps no fence from its stand-by."""

import datetime as dt
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
import sqlalchemy as sa

from shared.db import POSTGRES_OPTIONS, Database
from system.waiting import wait_until

pytestmark = pytest.mark.servers

SERVICE = "routing"


@pytest.fixture
def standby(postgres_url: str) -> Iterator[Database]:
    """The database as the stand-by has it open."""
    with closing(Database(postgres_url, service=SERVICE)) as database:
        yield database


@pytest.fixture
def stopped(postgres_url: str, standby: Database) -> Iterator[psycopg.Connection]:
    """A connection whose process stopped between two statements of a pipeline, fence in hand."""
    url = sa.make_url(postgres_url).set(drivername="postgresql")
    name = {"application_name": f"minsheng-{SERVICE}"}
    with closing(
        psycopg.connect(url.render_as_string(hide_password=False), options=POSTGRES_OPTIONS, **name)
    ) as connection:
        pipeline = connection.pgconn
        pipeline.enter_pipeline_mode()
        take = f"SELECT pg_advisory_xact_lock({standby._key('relay')})"
        for statement in ("BEGIN", take):
            pipeline.send_query_params(statement.encode(), None)
        pipeline.send_flush_request()
        pipeline.flush()
        wait_until(lambda: not _free(standby), "the stopped process has the fence")
        yield connection


def test_its_fence_is_freed(standby: Database, stopped: psycopg.Connection) -> None:
    longer = dt.timedelta(hours=1)
    assert standby.end_stopped_sessions(after=longer) == 0, "it may yet go on"
    assert standby.end_stopped_sessions(after=dt.timedelta(0)) == 1
    wait_until(lambda: _free(standby), "the fence is free")


def test_other_users_of_the_database_are_left_alone(
    standby: Database, postgres_url: str, stopped: psycopg.Connection
) -> None:
    with closing(Database(postgres_url, service="backup")) as other:
        assert other.end_stopped_sessions(after=dt.timedelta(0)) == 0
    assert not _free(standby)


def _free(standby: Database) -> bool:
    with standby.fenced("relay") as session:
        return session is not None
