"""However events arrive, supervision ends with the same picture."""

import json
import random

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.rebuild import rebuild
from shared.testing import emitted, handle_all, hear, inbox_statuses
from supervision import models
from supervision.telling import TOLD


def shuffled(bodies, seed):
    """The bodies in another order, about a third of them twice, in deliveries of random size."""
    order = random.Random(seed)
    again = bodies + [body for body in bodies if order.random() < 1 / 3]
    order.shuffle(again)
    while again:
        size = order.randint(1, 6)
        yield again[:size]
        again = again[size:]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_every_order_of_arrival_ends_in_the_same_tables(lasting, empty, story, picture, seed):
    told = story().whole_life() + story(secret=True).whole_life() + story().hard_life()
    empty(lasting)
    hear(lasting, *told)
    expected = picture(lasting)
    assert len(expected["cases"]) == 3
    assert {json.loads(row)["type"] for row in expected["entries"]} == {*TOLD}
    empty(lasting)
    for delivery in shuffled(told, seed):
        hear(lasting, *delivery)
    assert picture(lasting) == expected


def test_a_replayed_event_is_kept_once(app, story, picture):
    told = story().whole_life()
    hear(app, *told)
    before = picture(app)
    with app.db.write() as session:
        session.execute(sa.delete(app.service.ground.inbox))
    hear(app, *told)
    assert picture(app) == before


def test_rebuild_ends_with_the_same_tables(app, story, picture):
    told = story().whole_life()
    hear(app, *told)
    before = picture(app)
    asked = rebuild(app)
    assert "case.opened.v1" in asked
    assert "petition.registered.v1" in asked
    assert not any(picture(app).values())
    (request,) = emitted(app, "replay.requested.v1")
    assert request["data"]["to"] == "supervision"
    hear(app, *reversed(told))
    assert picture(app) == before


def test_the_newest_header_replaces_all_clocks(app, story):
    hear(app, *story().whole_life())
    with app.db.read() as session:
        kept = session.execute(sa.select(models.clocks.c.clock_id, models.clocks.c.state)).all()
    assert kept == [("M60", "met")]


def test_neither_title_nor_reply_is_kept_anywhere(app, story, picture):
    hear(app, *story().whole_life(), *story().hard_life())
    assert "不应留下" not in str(picture(app))


def test_an_event_without_its_header_is_dead_and_harms_no_other(app, story):
    good, bad = story(), story()
    broken = bad.then("opened", clocks="none")
    hear(app, good.registered(), broken, good.then("opened"))
    assert inbox_statuses(app) == {"done": 2, "dead": 1}


def test_a_type_of_tomorrow_waits(app, story):
    body = story().then("opened").replace(b"case.opened.v1", b"case.opened.v9")
    hear(app, body)
    assert inbox_statuses(app) == {"unknown": 1}


def test_a_large_batch_is_handled_in_one_go(app, story):
    told = [body for _ in range(12) for body in story().whole_life()]
    app.inbox.store(told)
    assert app.processor.run_once() == 100
    handle_all(app)
    assert inbox_statuses(app) == {"done": len(told)}


def test_the_migration_makes_the_models_tables(app):
    inspector = sa.inspect(app.db.engine)
    for table in models.metadata.sorted_tables:
        assert {c["name"] for c in inspector.get_columns(table.name)} == set(table.c.keys())
        made = inspector.get_indexes(table.name)
        own = {index["name"] for index in made if not index.get("duplicates_constraint")}
        assert own == {index.name for index in table.indexes}
