"""Many notices: the work of a batch does not grow with what waits, nor its statements with it."""

import contextlib
import uuid

import pytest
import sqlalchemy as sa
from notices import PERSON, counter, gateway_in

from intake import models
from intake.use_cases.notices import sending

MANY, ENOUGH = 10_000, 500


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def office(request, tmp_path):
    """An office with 10,000 notices waiting, each of a petition of its own."""
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with gateway_in(tmp_path / "gateway") as gateway:
        settings = gateway.settings | {"NOTICE_SMS_PER_MINUTE": "100000"}
        with counter(tmp_path, url=url, **settings) as desk:
            fill(desk)
            yield desk, gateway


def fill(desk):
    """Copy one petition, its petitioner and its receipt until there are enough."""
    desk.registered(petitioner=PERSON)
    ring = desk.app.resources.ring
    with desk.app.db.write() as session:
        kept = {
            table: dict(session.execute(sa.select(table)).one()._mapping)
            for table in (models.petitions, models.petitioners, models.notices)
        }
        del kept[models.notices]["seq"]
        rows = {table: [] for table in kept}
        for n in range(MANY - 1):
            petition_id = str(uuid.uuid4())
            mine = {"petition_id": petition_id}
            phone = ring.encrypt(PERSON["phone"], place=f"{petition_id}/phone")
            rows[models.petitions].append(
                kept[models.petitions] | mine | {"petition_no": f"XF2025{n:08}"}
            )
            rows[models.petitioners].append(kept[models.petitioners] | mine | {"phone": phone})
            notice = {"notice_id": str(uuid.uuid4()), "sealed_code": None}
            rows[models.notices].append(kept[models.notices] | mine | notice)
        for table, many in rows.items():
            session.execute(sa.insert(table), many)
    if not desk.app.db.is_sqlite:
        with desk.app.db.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


@contextlib.contextmanager
def statements(desk):
    """The statements that go to the database meanwhile."""
    seen = []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    engine = desk.app.db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def claim(desk, most):
    """A claim of at most so many, undone; what it held and how many statements it took."""
    resources, now = desk.app.resources, desk.app.clock.now()
    limited = {**resources.talking.per_minute, "sms": most}
    object.__setattr__(resources.talking, "per_minute", limited)
    with statements(desk) as seen, contextlib.suppress(_Undone), desk.app.db.write() as session:
        batch = sending.claim(session, medium="sms", resources=resources, now=now)
        size = len(batch.notices)
        raise _Undone
    return size, len(seen)


class _Undone(Exception):
    pass


def test_statements_do_not_grow_with_the_batch(office):
    desk, _ = office
    few, many = claim(desk, 2), claim(desk, 100)
    assert (few[0], many[0]) == (2, 100)
    assert few[1] == many[1] <= 12


@pytest.mark.parametrize("office", ["postgresql"], indirect=True)
@pytest.mark.servers
def test_what_is_due_is_found_by_its_index(office):
    desk, _ = office
    table = models.notices
    due = sa.select(table.c.seq).where(
        table.c.medium == "sms",
        table.c.status == sa.literal_column("'queued'"),
        table.c.due_at <= desk.app.clock.now(),
    )
    plan = due.order_by(table.c.due_at, table.c.seq).limit(100)
    with desk.app.db.read() as session:
        bound = plan.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        lines = session.execute(sa.text(f"EXPLAIN {bound}")).scalars().all()
    assert "notices_due" in "".join(lines)


def test_they_go_batch_by_batch_and_each_once(office):
    desk, gateway = office
    while len(gateway.took) < ENOUGH:
        desk.send()
    keys = [one["key"] for one in gateway.took]
    assert len(set(keys)) == len(keys) == desk.statuses().count("sent")
