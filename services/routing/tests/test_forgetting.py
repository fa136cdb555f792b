"""The words of what was erased in intake are forgotten, whatever comes when."""

import itertools
import json

import pytest
import sqlalchemy as sa
from casework import OPINION, done, units

from routing import models
from routing.models.opinions import answer_tokens
from shared.clock import wire
from shared.testing import MORNING, emitted, hear, make_event

WORDS = "末班车"


def erased(petition_id, *case_ids):
    data = {
        "petition_id": petition_id,
        "case_ids": list(case_ids),
        "at": wire(MORNING),
        "basis": "retention",
    }
    return make_event("intake", "petition.erased.v1", subject=petition_id, version=3, data=data)


def stored(bench):
    """The cases, waiting texts and the log of events, as text."""
    with bench.app.db.read() as session:
        tables = (models.cases, models.waiting_texts, models.ground.outbox)
        return str([session.execute(sa.select(table)).all() for table in tables])


def answered(bench, **changes):
    """A case that was answered and closed."""
    case = bench.opened(**changes)
    for action, body in (("forward", {}), ("accept", {}), ("reply", {"text": OPINION})):
        done = bench.act(case, action, **body)
        assert done.status_code == 200, done.text
        case = bench.case(case["case_id"])
    return case


def test_words_are_forgotten_in_case_and_log_and_the_dossier_stays(any_bench):
    case = answered(any_bench)
    other = any_bench.opened(title="路灯不亮", content="坏了一个月。")
    assert WORDS in stored(any_bench)
    hear(any_bench.app, erased(case["petition_ids"][0], case["case_id"]))
    after = any_bench.case(case["case_id"])
    assert (after["title"], after["content"], after["place"]) == (None, None, None)
    assert after["state"] == case["state"]
    (told,) = emitted(any_bench.app, "case.classified.v1")
    assert (told["data"]["title"], told["data"]["text"]) == (None, None)
    (reply,) = emitted(any_bench.app, "case.replied.v1")
    assert reply["data"]["reply"] is None
    assert any_bench.case(other["case_id"])["title"] == "路灯不亮"
    with any_bench.app.db.read() as session:
        assert session.execute(sa.select(answer_tokens)).all() == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_in_whatever_order_no_words_stay(bench, order):
    petition_id, registered, text = bench.petition()
    told = [registered, text, erased(petition_id)]
    for at in order:
        hear(bench.app, told[at])
    case = bench.case_of(petition_id)
    hear(bench.app, erased(petition_id, case["case_id"]))
    assert WORDS not in stored(bench)
    assert bench.case(case["case_id"])["title"] is None


def test_a_case_keeps_its_words_until_all_its_petitions_are_erased(bench):
    case, joining = bench.opened(), bench.opened()
    done(units(bench), joining, "join", by="dispatcher", into=case["case_id"])
    (first,), (second,) = case["petition_ids"], joining["petition_ids"]
    hear(bench.app, erased(first, case["case_id"]))
    assert bench.case(case["case_id"])["title"] is not None
    hear(bench.app, erased(second, case["case_id"], joining["case_id"]))
    assert WORDS not in stored(bench)


def test_the_same_event_twice_changes_nothing_more(bench):
    case = answered(bench)
    event = erased(case["petition_ids"][0], case["case_id"])
    hear(bench.app, event)
    before = bench.case(case["case_id"])
    again = json.loads(event) | {"id": "another"}
    hear(bench.app, json.dumps(again).encode())
    assert bench.case(case["case_id"]) == before
