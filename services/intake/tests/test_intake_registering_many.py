"""Registering many at once: one transaction, each petition with an outcome of its own."""

import datetime as dt

import pytest

from intake import models, use_cases
from intake.schemas.petitions import PetitionIn
from shared.auth import Principal
from shared.errors import Conflict, Forbidden, Invalid
from shared.testing import MORNING, emitted

IMPORTER = Principal(sub="importer", roles=("importer",))
MATTER = PetitionIn().load(
    {"channel": "letter", "title": "路灯不亮", "content": "小区门口的路灯坏了一个月。"}
)
AHEAD = MORNING + dt.timedelta(days=1)

on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


@pytest.fixture
def register_many(app):
    """Registers petitions in one transaction, which is committed."""

    def register(*petitions, by=IMPORTER):
        with app.db.write() as session:
            return use_cases.register_many(
                session,
                petitions=[MATTER | changes for changes in petitions],
                by=by,
                clock=app.clock,
                resources=app.resources,
            )

    return register


def ref(number):
    return {"external_ref": {"system": "旧系统", "id": number}}


def kinds(outcomes):
    return [type(outcome) for outcome in outcomes]


@on_both_databases
def test_each_gets_a_number_a_code_and_its_events(app, desk, register_many):
    receipts = register_many({"title": "甲"}, {"title": "乙"}, {"title": "丙", "secrecy": True})
    for name in ("petition_id", "petition_no", "query_code"):
        assert len({receipt[name] for receipt in receipts}) == 3
    kept = {row.petition_id: row for row in desk.rows(models.petitions)}
    assert [kept[one["petition_id"]].title for one in receipts] == ["甲", "乙", "丙"]
    assert [kept[one["petition_id"]].petition_no for one in receipts] == [
        one["petition_no"] for one in receipts
    ]
    told = [(event["type"], event["subject"]) for event in emitted(app)]
    first, second, secret = (receipt["petition_id"] for receipt in receipts)
    assert told == [
        ("petition.registered.v1", first), ("petition.text.v1", first),
        ("petition.registered.v1", second), ("petition.text.v1", second),
        ("petition.registered.v1", secret),
    ]  # fmt: skip


@on_both_databases
def test_each_code_opens_its_own_petition(desk, register_many):
    receipts = register_many({}, {})
    for receipt in receipts:
        path = f"/v1/public/petitions/{receipt['petition_no']}/session"
        assert desk.post(path, json={"query_code": receipt["query_code"]}).status_code == 200
    other = f"/v1/public/petitions/{receipts[0]['petition_no']}/session"
    assert desk.post(other, json={"query_code": receipts[1]["query_code"]}).status_code == 404


@on_both_databases
def test_each_petitioner_is_kept_with_their_own_petition(desk, register_many):
    one, _, two = register_many(
        {"petitioner": {"name": "王一"}}, {"petitioner": None}, {"petitioner": {"name": "李二"}}
    )
    assert len(desk.rows(models.petitioners)) == 2
    for receipt, masked in ((one, "王*"), (two, "李*")):
        seen = desk.get(f"/v1/petitions/{receipt['petition_id']}", "registrar").json
        assert seen["petitioner"]["name"] == masked


@on_both_databases
def test_what_is_refused_leaves_nothing_and_holds_up_none_of_the_others(app, desk, register_many):
    outcomes = register_many({}, {"channel": "fax"}, {"received_at": AHEAD}, {})
    assert kinds(outcomes) == [dict, Invalid, Invalid, dict]
    assert set(outcomes[1].errors) == {"channel"}
    assert set(outcomes[2].errors) == {"received_at"}
    assert len(desk.rows(models.petitions)) == 2
    assert len(emitted(app, "petition.registered.v1")) == 2


def test_a_channels_client_has_what_is_not_its_own_refused(desk, register_many):
    client = Principal(sub="hotline", roles=("channel:hotline",))
    outcomes = register_many({"channel": "hotline"}, {"channel": "letter"}, by=client)
    assert kinds(outcomes) == [dict, Forbidden]
    assert len(desk.rows(models.petitions)) == 1


@on_both_databases
def test_a_reference_registered_before_is_refused_with_the_number_it_has(desk, register_many):
    (first,) = register_many(ref("A-1"))
    known, new = register_many(ref("A-1"), ref("A-2"))
    assert isinstance(known, Conflict)
    assert known.facts["petition_no"] == first["petition_no"]
    assert isinstance(new, dict)
    assert len(desk.rows(models.petitions)) == 2


@on_both_databases
def test_of_one_reference_twice_in_a_batch_the_first_is_registered(desk, app, register_many):
    first, second, last = register_many(
        ref("A-1") | {"title": "先"}, ref("A-1") | {"title": "后"}, ref("A-0")
    )
    assert kinds((first, second, last)) == [dict, Conflict, dict]
    assert second.facts["petition_id"] == first["petition_id"]
    assert {row.title for row in desk.rows(models.petitions)} == {"先", MATTER["title"]}
    assert len(emitted(app, "petition.registered.v1")) == 2


@on_both_databases
def test_more_than_one_statement_can_carry_are_registered(desk, register_many):
    receipts = register_many(*({"petitioner": {"name": "王一"}} for _ in range(2100)))
    assert len({receipt["petition_no"] for receipt in receipts}) == 2100
    assert len(desk.rows(models.petitioners)) == 2100


def test_of_no_petitions_nothing_comes(app, register_many):
    assert register_many() == []
    assert emitted(app) == []
