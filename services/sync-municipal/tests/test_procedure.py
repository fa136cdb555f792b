"""The city is told of every step of the procedure, and of nothing that has become secret."""

import random

import pytest
import sqlalchemy as sa

from shared.states import NAMES
from shared.testing import hear, inbox_statuses
from sync_municipal.models import cases, exchanges

VERBS = (
    *("joined", "objected", "declined", "channelled", "extended", "review_opened"),
    *("review_decided", "terminated", "merged", "withdrawn", "moved", "noted"),
)


def ledger(app):
    with app.db.read() as session:
        rows = session.execute(
            sa.select(exchanges).order_by(exchanges.c.case_id, exchanges.c.version)
        )
        return [(row.version, row.event_type, row.payload) for row in rows]


def test_every_type_is_told(app, step):
    hear(app, *(step("c1", verb, version) for version, verb in enumerate(VERBS, 1)))
    assert [type_ for _, type_, _ in ledger(app)] == [f"case.{verb}.v1" for verb in VERBS]


@pytest.mark.parametrize("seed", range(5))
def test_every_order_of_arrival_ends_in_the_same_ledger(app, step, seed):
    told = [step("c1", verb, version) for version, verb in enumerate(VERBS, 1)]
    shuffled = told * 2
    random.Random(seed).shuffle(shuffled)
    for body in shuffled:
        hear(app, body)
    assert [(version, type_) for version, type_, _ in ledger(app)] == [
        (version, f"case.{verb}.v1") for version, verb in enumerate(VERBS, 1)
    ]
    with app.db.read() as session:
        assert session.scalar(sa.select(cases.c.version)) == len(VERBS)


@pytest.mark.parametrize("state", [*NAMES, "a_state_of_tomorrow"])
def test_a_state_goes_by_code_and_name(app, step, state):
    hear(app, step("c1", "moved", 1, state=state, route="petition", handling="simple"))
    ((_, _, payload),) = ledger(app)
    assert (payload["state"], payload["state_name"]) == (state, NAMES.get(state, state))
    assert (payload["route"], payload["handling"]) == ("petition", "simple")
    assert inbox_statuses(app) == {"done": 1}


def test_a_state_of_tomorrow_in_the_secret_lane_is_not_told(app, step):
    hear(app, step("c1", "moved", 1, state="a_state_of_tomorrow", secret=True))
    assert ledger(app) == []


@pytest.fixture
def tell(synced, pusher, push_all):
    """The service hears, and then pushes all that is due."""

    def run(*bodies):
        hear(synced, *bodies)
        push_all(pusher)

    return run


@pytest.mark.parametrize("order", [1, -1])
def test_what_was_not_told_yet_of_a_case_that_became_secret_is_held_back(
    synced, city, tell, step, order
):
    told = [step("c1", "moved", 1), step("c1", "moved", 2, secret=True)]
    tell(*told[::order], step("c2", "moved", 1))
    assert [case["case_id"] for case in city.cases()] == ["c2"]
    assert synced.gauges()["sync_municipal_pending"] == 0
    assert synced.gauges()["sync_municipal_oldest_pending_seconds"] == 0


def test_it_is_told_when_the_case_is_secret_no_more(city, tell, step):
    tell(step("c1", "moved", 1), step("c1", "moved", 2, secret=True))
    assert city.cases() == []
    tell(step("c1", "moved", 3))
    assert city.case("c1")["version"] == 3
