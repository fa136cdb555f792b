"""Migrations: what they make is what the code expects, and a newer database stops nobody."""

import datetime as dt
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from shared import migrations
from shared.auth import Issuer
from shared.db import Database
from shared.service import App, find_services
from shared.settings import read_settings
from shared.testing import MORNING, Office, make_app, sample_secrets
from shared.web import create_app

SERVICES = find_services()
each_service = pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)


@dataclass
class Place:
    """Where a database is to be made."""

    url: str
    kind: str


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def place(request, tmp_path):
    if request.param == "sqlite":
        return Place(f"sqlite:///{tmp_path}/x.sqlite", "sqlite")
    return Place(request.getfixturevalue("postgres_url"), "postgresql")


@pytest.fixture
def open_database():
    opened = []

    def open_(url, service):
        opened.append(Database(url, service=service.name))
        return opened[-1]

    yield open_
    for database in opened:
        database.close()


def ours(dialect):
    """All but what only the database has (partitions, Alembic's own table), and indexes of another
    kind of database."""

    def is_ours(thing, name, kind, _reflected, _compare_to):
        table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", "")
        made_if = getattr(thing, "_ddl_if", None)
        if made_if is not None and made_if.dialect != dialect:
            return False
        return not str(table).startswith(("outbox_", "alembic_"))

    return is_ours


def differences(connection, service):
    options = {"compare_type": True, "include_object": ours(connection.dialect.name)}
    found = compare_metadata(
        MigrationContext.configure(connection, opts=options), service.ground.metadata
    )
    return [one for one in found if one[0] != "modify_nullable"]


def test_all_six_services_are_found():
    names = [service.name for service in SERVICES]
    assert names == [
        "intake",
        "routing",
        "supervision",
        "satisfaction",
        "sync-municipal",
        "console",
    ]


@each_service
def test_a_migrated_database_is_what_the_code_expects(service, place, open_database):
    database = open_database(place.url, service)
    migrations.migrate(database, service.package)
    with database.engine.connect() as connection:
        assert differences(connection, service) == []
        indexes = {i["name"] for i in sa.inspect(connection).get_indexes("inbox")}
    assert {"inbox_pending", "inbox_pending_subject", "inbox_failed", "inbox_kept"} <= indexes


@each_service
def test_partial_indexes_of_database_and_code_are_the_same(service, open_database, tmp_path):
    migrated = open_database(f"sqlite:///{tmp_path}/migrated.sqlite", service)
    made = open_database(f"sqlite:///{tmp_path}/made.sqlite", service)
    migrations.migrate(migrated, service.package)
    service.ground.metadata.create_all(made.engine)
    query = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOTNULL")

    def indexes(database):
        with database.engine.connect() as connection:
            return {name: " ".join(sql.split()) for name, sql in connection.execute(query)}

    assert indexes(migrated) == indexes(made)


@each_service
def test_migrating_twice_changes_nothing(service, place, open_database):
    database = open_database(place.url, service)
    first = migrations.migrate(database, service.package)
    assert migrations.migrate(database, service.package) == first
    assert first == migrations.head(service.package)


@pytest.mark.servers
def test_eight_starting_processes_migrate_once(postgres_url, open_database, together):
    service = SERVICES[0]
    databases = [open_database(postgres_url, service) for _ in range(8)]
    work = [lambda db=db: migrations.migrate(db, service.package) for db in databases]
    assert set(together(work)) == {migrations.head(service.package)}


def set_revision(database, revision):
    with database.engine.connect() as connection:
        connection.execute(sa.text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        connection.commit()


def test_a_database_newer_than_this_version_is_left_alone_and_served(place, open_database):
    service = SERVICES[0]
    database = open_database(place.url, service)
    migrations.migrate(database, service.package)
    set_revision(database, "9999")
    assert migrations.migrate(database, service.package) == "9999"
    with database.read() as session:
        assert migrations.behind(session, service.package) is None


@each_service
def test_a_service_is_ready_only_after_its_migration(service, tmp_path, place):
    env = sample_secrets() | {"DATABASE_URL": place.url}
    app = App(service, read_settings(service.settings, env))
    client = create_app(app).test_client()
    before = client.get("/readyz")
    assert (before.status_code, before.json["code"]) == (503, "not_migrated")
    assert client.get("/healthz").status_code == 200
    migrations.migrate(app.db, service.package)
    assert client.get("/readyz").status_code == 200
    app.close()


def test_a_service_whose_database_is_away_is_alive_and_not_ready(tmp_path):
    service = SERVICES[0]
    app = make_app(service, tmp_path)
    office = Office(app)
    app.db.close()
    away = "postgresql+psycopg://nobody:nothing@127.0.0.1:1/nowhere"
    app.db._reader = app.db._writer = Database(away, service="intake").engine
    answer = office.get("/readyz")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert office.get("/healthz").status_code == 200
    post = office.post(
        "/v1/petitions", "registrar", json={"channel": "visit", "title": "a", "content": "b"}
    )
    assert post.status_code == 503
    assert post.headers["Retry-After"]


@pytest.mark.servers
def test_the_outbox_is_partitioned_by_month_and_the_job_makes_the_next_ones(
    postgres_url, open_database
):
    service = SERVICES[0]
    database = open_database(postgres_url, service)
    migrations.migrate(database, service.package)
    query = sa.text(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'outbox'::regclass"
    )
    with database.write() as session:
        migrations.create_partitions(session.connection(), dt.datetime(2031, 11, 5, tzinfo=dt.UTC))
        migrations.create_partitions(session.connection(), dt.datetime(2031, 11, 5, tzinfo=dt.UTC))
        partitions = set(session.scalars(query))
    made = {"outbox_2031_11", "outbox_2031_12", "outbox_2032_01", "outbox_2032_02"}
    assert made | {"outbox_default"} <= partitions


@pytest.mark.servers
def test_rows_go_to_their_months_partition(postgres_url, tmp_path):
    service = SERVICES[0]
    app = make_app(service, tmp_path, database_url=postgres_url)
    with app.db.write() as session:
        migrations.create_partitions(session.connection(), MORNING)
    office = Office(app)
    body = {"channel": "visit", "title": "路灯", "content": "不亮"}
    assert office.post("/v1/petitions", "registrar", json=body).status_code == 201
    with app.db.read() as session:
        where = session.scalars(sa.text("SELECT DISTINCT tableoid::regclass::text FROM outbox"))
        assert set(where) == {"outbox_2026_03"}
    app.close()


@pytest.mark.servers
def test_a_month_that_began_in_the_default_partition_stays_there_and_the_next_are_made(
    postgres_url, tmp_path
):
    service = SERVICES[0]
    app = make_app(service, tmp_path, database_url=postgres_url)
    app.clock.at = dt.datetime(2031, 11, 5, tzinfo=dt.UTC)
    office = Office(app)
    body = {"channel": "visit", "title": "路灯", "content": "不亮"}
    assert office.post("/v1/petitions", "registrar", json=body).status_code == 201
    with app.db.write() as session:
        migrations.create_partitions(session.connection(), app.clock.now())
    with app.db.read() as session:
        known = sa.inspect(session.connection()).get_table_names()
        where = set(session.scalars(sa.text("SELECT tableoid::regclass::text FROM outbox")))
    assert where == {"outbox_default"}
    assert "outbox_2031_11" not in known
    assert {"outbox_2031_12", "outbox_2032_01", "outbox_2032_02"} <= set(known)
    app.close()


def test_each_service_signs_with_keys_that_its_readers_can_check():
    assert '"d"' not in Issuer.public_set(sample_secrets()["STAFF_TOKEN_KEY"])
