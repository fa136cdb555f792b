"""A case that ended without an answer is not evaluated; one that is taken up again is."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satisfaction.subscriptions import subscriptions
from shared.testing import emitted, hear, inbox_statuses

OFFICE, UNIT = "petition_office", "handling_unit"
ENDS = ("declined", "withdrawn", "merged", "channelled")
STATES = ("no_longer_accepted", "transferred", "guided", "filed")
WHATEVER = [*((verb, verb) for verb in ENDS), *(("moved", state) for state in STATES)]


def evaluate(office, case, object_=OFFICE):
    body = {"object": object_, "grade": "satisfied"}
    token = office.citizen_token(case.petition_id)
    return office.post("/v1/public/evaluations", token=token, json=body)


def listed(office, case):
    path = f"/v1/evaluations?petition_id={case.petition_id}"
    return [one["state"] for one in office.get(path, "leader").json["items"]]


def opened(office):
    return office.get("/v1/counts", "admin").json["opened"]


@pytest.mark.parametrize("ending", WHATEVER)
@pytest.mark.parametrize("order", [1, -1])
def test_it_is_neither_offered_nor_counted_nor_recorded(app, office, story, ending, order):
    verb, state = ending
    case = story()
    hear(app, *case.given_up(verb, state=state)[::order])
    answer = evaluate(office, case)
    assert (answer.status_code, answer.json["code"]) == (409, "evaluation_closed")
    assert answer.json["allowed"] == []
    assert listed(office, case) == []
    assert opened(office) == 0
    assert office.get("/v1/units/counts", "supervisor").json["items"] == []


@pytest.mark.parametrize(("verb", "state"), WHATEVER)
def test_nobody_is_invited_to_evaluate_it(app, story, verb, state):
    case = story()
    *earlier, last = case.given_up(verb, state=state)
    hear(app, last)
    hear(app, *earlier)
    assert emitted(app, "evaluation.invited.v1") == []


def test_archiving_it_makes_no_difference(app, office, story):
    case = story()
    hear(app, *case.given_up("withdrawn"))
    hear(app, case.then("moved", state="archived", close_reason="withdrawn"))
    assert evaluate(office, case).status_code == 409


def test_taken_up_again_it_is_evaluated_again(app, office, story):
    case = story()
    hear(app, *case.given_up("merged"), case.then("moved", state="accepted", close_reason=None))
    assert listed(office, case) == ["open"]
    assert evaluate(office, case).status_code == 201


def test_what_was_recorded_before_stays(app, office, story):
    case = story()
    *told, withdrawn = case.given_up("withdrawn")
    hear(app, *told)
    assert evaluate(office, case).status_code == 201
    hear(app, withdrawn)
    assert listed(office, case) == ["recorded"]
    assert office.get("/v1/counts", "admin").json["recorded"] == 1


def test_a_case_that_was_ended_by_re_review_is_evaluated(app, office, story):
    case = story()
    hear(app, *case.hard_life())
    assert evaluate(office, case, OFFICE).status_code == 201
    assert evaluate(office, case, UNIT).status_code == 201


@pytest.mark.parametrize("secret", [False, True])
def test_a_state_of_tomorrow_is_kept_and_opens_a_case_to_nobody(app, office, story, secret):
    case = story(secret=secret)
    hear(app, *case.until("served"), case.then("moved", state="a_state_of_tomorrow"))
    assert inbox_statuses(app) == {"done": 7}
    path = f"/v1/evaluations?petition_id={case.petition_id}"
    seen = {
        role: len(office.get(path, token=office.token(role, scope=scope)).json["items"])
        for role, scope in (("registrar", ("*",)), ("handler", ("urban",)), ("leader", ("*",)))
    }
    assert seen == {"registrar": 0 if secret else 2, "handler": 0, "leader": 2}


def test_every_type_that_is_heard_is_told_in_these_stories(story):
    row = next(one for one in subscriptions.rows if "case.opened.v1" in one.types)
    case = story()
    told = [*case.whole_life(), *case.hard_life()]
    told += [body for verb in ENDS for body in case.given_up(verb)]
    assert {body.partition(b'"type":"')[2].partition(b'"')[0].decode() for body in told} == {
        *row.types
    }


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_every_order_of_arrival_ends_alike(lasting, empty, story, picture, seed):
    told = [body for verb, state in WHATEVER for body in story().given_up(verb, state=state)]
    empty(lasting)
    hear(lasting, *told)
    expected = picture(lasting)
    empty(lasting)
    order = random.Random(seed)
    again = told * 2
    order.shuffle(again)
    while again:
        size = order.randint(1, 6)
        hear(lasting, *again[:size])
        again = again[size:]
    assert picture(lasting) == expected
