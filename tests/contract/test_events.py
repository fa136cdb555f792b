"""Producers keep their schemas, consumers take every example, and every type has its reader."""

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import sqlalchemy as sa
from golden import EVENTS, EXAMPLES, event_types
from scenario import Scenario, body_of, play
from schemas import event_schema

from shared.contracts import REPLAY_REQUESTED
from shared.service import App, Service, find_services
from shared.testing import handle_all, inbox_statuses, make_app

SERVICES = {service.name: service for service in find_services()}
TYPES = event_types()
GROUND = {"outbox", "inbox", "subject_versions", "stored_answers", "replays", "numbers"}

MADE_ANEW = {
    "intake": set(),
    "routing": {"case_id", "case_no", "seq", "version"},
    "supervision": set(),
    "satisfaction": {"evaluation_id"},
    "sync-municipal": {"id"},
}
"""Columns whose values differ from run to run, or count the changes of a row (ETags)."""


@cache
def examples() -> list[dict[str, Any]]:
    """Every stored example of every type."""
    return [
        json.loads(path.read_text(encoding="utf-8")) for path in sorted(EXAMPLES.rglob("*.json"))
    ]


def key_of(envelope: dict[str, Any]) -> str:
    return f"{envelope['source'].removeprefix('/')}.{envelope['type']}"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Everything the services say when the scenario is played now."""
    with Scenario(tmp_path_factory.mktemp("scenario")) as scenario:
        return [envelope for _, envelopes in play(scenario) for envelope in envelopes]


@pytest.mark.parametrize("key", sorted(TYPES))
def test_what_is_said_fits_its_schema(key: str, said: list[dict[str, Any]]) -> None:
    validator = jsonschema_rs.validator_for(event_schema(TYPES[key]))
    for envelope in [e for e in said if key_of(e) == key]:
        validator.validate(envelope["data"])


@pytest.mark.parametrize("key", sorted(TYPES))
def test_every_type_has_examples_that_fit_its_schema(key: str) -> None:
    if key.endswith(REPLAY_REQUESTED) and not SERVICES[TYPES[key].source].projections:
        return
    found = [e for e in examples() if key_of(e) == key]
    assert found, f"no example of {key}: play it in scenario.py, then make contract-update"
    schema = json.loads((EVENTS / f"{key}.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema_rs.validator_for(schema)
    for envelope in found:
        validator.validate(envelope["data"])


@pytest.mark.parametrize("key", sorted(TYPES))
def test_every_type_has_a_reader_or_is_declared_to_have_none_yet(key: str) -> None:
    source, _, name = key.partition(".")
    readers = [s.name for s in SERVICES.values() if s.subscriptions.find(source, name)]
    assert readers or TYPES[key].optional, f"{key} has no reader"


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_everything_heard_is_said_by_somebody(service: str) -> None:
    heard = SERVICES[service].subscriptions.bindings()
    assert [key for key in heard if key not in TYPES] == []


@pytest.mark.parametrize("service", sorted(name for name, one in SERVICES.items() if one.talks))
@pytest.mark.parametrize("seed", range(3))
def test_a_reader_takes_every_example_twice_and_in_any_order(
    service: str, seed: int, tmp_path: Path
) -> None:
    heard = [e for e in examples() if _hears(SERVICES[service], e)]
    if not heard:
        pytest.fail(f"{service} hears nothing")
    in_order = _tables_after(SERVICES[service], heard, tmp_path / "in-order")
    shuffled = heard * 2
    random.Random(seed).shuffle(shuffled)
    assert _tables_after(SERVICES[service], shuffled, tmp_path / "shuffled") == in_order


def _hears(service: Service, envelope: dict[str, Any]) -> bool:
    source = envelope["source"].removeprefix("/")
    return service.subscriptions.find(source, envelope["type"]) is not None


def _tables_after(
    service: Service, envelopes: list[dict[str, Any]], folder: Path
) -> dict[str, list[Any]]:
    app = make_app(service, folder)
    for envelope in envelopes:
        app.inbox.store([body_of(envelope)])
        handle_all(app)
    assert set(inbox_statuses(app)) == {"done"}
    tables = _tables(app)
    app.close()
    return tables


def _tables(app: App) -> dict[str, list[Any]]:
    """The service's own tables, without ids and numbers that are made anew."""
    made = MADE_ANEW[app.service.name]
    found = {}
    with app.db.read() as session:
        for table in app.service.ground.metadata.sorted_tables:
            if table.name in GROUND:
                continue
            columns = [column for column in table.columns if column.name not in made]
            rows = session.execute(sa.select(*columns)).all() if columns else []
            found[table.name] = sorted(repr(tuple(row)) for row in rows)
    return found
