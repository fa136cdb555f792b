"""Evaluations open once, at the right time, however the events arrive."""

import random

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from satisfaction import models
from satisfaction.service import SERVICE
from shared.clock import wire
from shared.rebuild import rebuild
from shared.testing import emitted, hear, inbox_statuses, make_app

OFFICE, UNIT = "petition_office", "handling_unit"


def opened(app):
    with app.db.read() as session:
        rows = session.execute(sa.select(models.evaluations)).all()
    return {(row.petition_id, row.object): row for row in rows}


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
    told = story().whole_life() + story(secret=True, historical=True).whole_life()
    told += story().hard_life()
    empty(lasting)
    hear(lasting, *told)
    expected = picture(lasting)
    assert len(expected["evaluations"]) == 12
    empty(lasting)
    for delivery in shuffled(told, seed):
        hear(lasting, *delivery)
    assert picture(lasting) == expected
    invited = [e["data"]["evaluation_id"] for e in emitted(lasting, "evaluation.invited.v1")]
    assert len(invited) == len(set(invited)) == 8


@pytest.mark.parametrize("last", ["opened", "classified"])
def test_nothing_is_open_before_a_unit_has_the_case(app, story, last):
    hear(app, *story().until(last))
    assert opened(app) == {}


def test_forwarding_opens_the_petition_offices(app, story):
    case = story()
    told = case.until("forwarded")
    hear(app, *told)
    (one,) = opened(app).values()
    assert (one.object, one.unit, one.opened_at) == (OFFICE, "bureau", case.at)


def test_serving_opens_the_handling_units(app, story):
    case = story()
    hear(app, *case.until("served"))
    found = opened(app)
    assert set(found) == {(case.petition_id, OFFICE), (case.petition_id, UNIT)}
    one = found[case.petition_id, UNIT]
    assert (one.unit, one.opened_at) == ("transport", case.served_at)


def test_any_one_later_event_opens_both(app, story):
    case = story()
    *_, closed = case.until("closed")
    hear(app, closed)
    times = {object_: row.opened_at for (_, object_), row in opened(app).items()}
    assert times == {OFFICE: case.forwarded_at, UNIT: case.served_at}


def test_the_unit_that_served_is_evaluated_even_if_another_leads_later(app, story):
    case = story()
    told = case.until("served")
    case.lead_unit = "urban"
    hear(app, case.then("closed"))
    hear(app, *told)
    assert opened(app)[case.petition_id, UNIT].unit == "transport"


def test_a_case_closed_before_it_was_handed_on_opens_nothing(app, story):
    case = story()
    hear(app, case.then("opened"), case.then("closed"))
    assert opened(app) == {}


def test_each_petition_of_a_case_has_evaluations_of_its_own(app, story):
    hear(app, *story(petition_ids=["a", "b"]).until("served"))
    assert set(opened(app)) == {(p, o) for p in "ab" for o in (OFFICE, UNIT)}


def test_the_offices_code_is_a_setting(tmp_path, story):
    app = make_app(SERVICE, tmp_path, OFFICE_UNIT="petition-bureau")
    hear(app, *story().until("forwarded"))
    (one,) = opened(app).values()
    assert one.unit == "petition-bureau"
    app.close()


def test_an_invitation_names_ids_only_and_its_cause(app, story):
    case, other = story(), story(secret=True)
    hear(app, *other.until("forwarded"), *case.until("forwarded"))
    for told_of in (case, other):
        (one,) = [e for e in emitted(app) if e["subject"] == told_of.case_id]
        assert one["type"] == "evaluation.invited.v1"
        assert one["time"] == wire(told_of.at)
        assert one["data"] == {
            "evaluation_id": opened(app)[told_of.petition_id, OFFICE].evaluation_id,
            "petition_id": told_of.petition_id,
            "case_id": told_of.case_id,
            "object": OFFICE,
        }
        assert one["causationid"] == one["correlationid"]
    assert len({e["causationid"] for e in emitted(app)}) == 2


def test_history_invites_nobody(app, story):
    hear(app, *story(historical=True).until("closed"))
    assert len(opened(app)) == 2
    assert emitted(app) == []


def test_rebuild_keeps_evaluations_and_invites_nobody_again(app, office, story, picture):
    case = story()
    told = case.whole_life()
    hear(app, *told)
    body = {"object": OFFICE, "grade": "satisfied"}
    token = office.citizen_token(opened_for(app))
    assert office.post("/v1/public/evaluations", token=token, json=body).status_code == 201
    before, said = picture(app), len(emitted(app))
    rebuild(app)
    assert picture(app)["cases"] == []
    assert picture(app)["evaluations"] == before["evaluations"]
    hear(app, *reversed(told))
    assert picture(app) == before
    assert len(emitted(app)) == said + 1
    assert emitted(app)[-1]["type"] == "replay.requested.v1"


def opened_for(app):
    return next(iter(opened(app)))[0]


def test_an_event_that_cannot_be_read_harms_no_other(app, story):
    good, bad = story(), story()
    broken = bad.then("opened").replace(b'"secret":false', b'"secret":null')
    hear(app, broken, *good.until("forwarded"))
    assert inbox_statuses(app) == {"done": 3, "dead": 1}
    assert len(opened(app)) == 1


def test_a_title_is_kept_nowhere(app, story, picture):
    hear(app, *story().whole_life())
    assert "不应留下" not in str(picture(app)) + str(emitted(app))


def test_the_migration_makes_the_models_tables(app):
    inspector = sa.inspect(app.db.engine)
    for table in models.metadata.sorted_tables:
        assert {c["name"] for c in inspector.get_columns(table.name)} == set(table.c.keys())
        made = inspector.get_indexes(table.name)
        own = {index["name"] for index in made if not index.get("duplicates_constraint")}
        assert own == {index.name for index in table.indexes}
