"""What is written down for the city, and when."""

import json
import random

import marshmallow as ma
import pytest
import sqlalchemy as sa

from shared.rebuild import rebuild
from shared.testing import hear, inbox_statuses, make_event
from sync_municipal import domain
from sync_municipal.models import cases, exchanges, texts
from sync_municipal.service import SERVICE
from sync_municipal.subscriptions import CaseRead


def ledger(app):
    with app.db.read() as session:
        columns = (exchanges.c.case_id, exchanges.c.version, exchanges.c.idempotency_key)
        statement = sa.select(*columns, exchanges.c.payload, exchanges.c.with_text)
        rows = session.execute(statement.order_by(exchanges.c.case_id, exchanges.c.version))
        return [tuple(row) for row in rows]


def kept_texts(app):
    with app.db.read() as session:
        return [tuple(row) for row in session.execute(sa.select(texts).order_by(texts.c.case_id))]


def test_each_version_from_classification_on_is_one_row(app, story):
    hear(app, *story("c1"))
    assert [row[1] for row in ledger(app)] == [2, 3, 4, 5, 6, 7]
    assert ledger(app)[0][2] == "minsheng:c1:2"


def test_a_case_is_not_told_before_it_is_classified(app, story):
    hear(app, *story("c1", last=1))
    assert ledger(app) == []


def test_the_secret_lane_is_never_written_down(app, story):
    hear(app, *story("c1", secret=True))
    assert ledger(app) == []
    assert kept_texts(app) == []


def test_history_is_told_too(app, story):
    hear(app, *story("c1", historical=True))
    assert len(ledger(app)) == 6


def test_nothing_but_the_named_fields_is_sent(app, story):
    hear(app, *story("c1"))
    for _, version, _, payload, _ in ledger(app):
        assert set(payload) == {*domain.SENT_FIELDS, "state_name", "version"}
        assert payload["version"] == version
        assert "王小明" not in str(payload)


def test_the_text_is_kept_once_and_goes_with_the_classification(app, story):
    hear(app, *story("c1"))
    assert [row[1] for row in ledger(app) if row[4]] == [2]
    assert kept_texts(app) == [("c1", 2, "关于c1的诉求", "楼下停车位被占用。")]


@pytest.mark.parametrize("seed", range(5))
def test_order_and_repetition_change_nothing(app, story, seed):
    bodies = [body for name in ("c1", "c2", "c3") for body in story(name)]
    bodies += story("c4", secret=True)
    shuffled = bodies * 2
    random.Random(seed).shuffle(shuffled)  # noqa: S311
    for body in shuffled:
        hear(app, body)
    assert [row[:2] for row in ledger(app)] == [
        (name, version) for name in ("c1", "c2", "c3") for version in range(2, 8)
    ]
    assert [row[0] for row in kept_texts(app)] == ["c1", "c2", "c3"]
    with app.db.read() as session:
        assert session.scalar(sa.select(sa.func.min(cases.c.version))) == 7


def test_a_header_that_does_not_say_whether_it_is_secret_is_dead(app):
    header = {"case_id": "c1", "petition_ids": [], "classified_at": None, "state": "registered"}
    with pytest.raises(ma.ValidationError):
        CaseRead().load({"header": header})
    hear(app, make_event("routing", "case.opened.v1", subject="c1", data={"header": header}))
    assert inbox_statuses(app) == {"dead": 1}


def test_rebuild_keeps_the_ledger_and_writes_it_no_second_time(app, story):
    hear(app, *story("c1"))
    before = ledger(app)
    rebuild(app)
    with app.db.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(cases)) == 0
    assert ledger(app) == before
    hear(app, *story("c1"))
    assert ledger(app) == before
    with app.db.read() as session:
        assert session.scalar(sa.select(cases.c.version)) == 7


def test_the_ledger_and_its_texts_are_no_projections():
    assert exchanges not in SERVICE.projections
    assert texts not in SERVICE.projections


def erased(petition_id, *case_ids):
    data = {"petition_id": petition_id, "case_ids": list(case_ids), "basis": "request"}
    told = data | {"at": "2026-03-02T01:30:00Z"}
    return make_event("intake", "petition.erased.v1", subject=petition_id, data=told)


def petitions_of(case_events):
    return sorted({p for e in case_events for p in json.loads(e)["data"]["header"]["petition_ids"]})


@pytest.mark.parametrize("erased_first", [True, False])
def test_the_words_of_what_was_erased_are_forgotten_whatever_comes_first(app, story, erased_first):
    told, kept = story("c1"), story("c2")
    away = [erased(petition_id, "c1") for petition_id in petitions_of(told)]
    hear(app, *kept)
    hear(app, *(away + told if erased_first else told + away))
    words = {case_id: (title, text) for case_id, _, title, text in kept_texts(app)}
    assert words["c1"] == (None, None)
    assert words["c2"] != (None, None)
    assert len(ledger(app)) == 12
    rebuild(app)
    hear(app, *away, *told)
    assert kept_texts(app)[0][2:] == (None, None)
