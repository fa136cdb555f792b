"""A replay brings a service no more than it may hear."""

import pytest
import sqlalchemy as sa

from intake.service import SERVICE
from shared.cli import main
from shared.testing import handle_all, make_app, make_event, sample_secrets

BOTH = ["petition.registered.v1", "petition.text.v1"]


@pytest.fixture
def app(tmp_path):
    app = make_app(SERVICE, tmp_path)
    yield app
    app.close()


def promised(app):
    """What each reader will be sent again."""
    replays = app.service.ground.replays
    with app.db.read() as session:
        return {row.reader: row.types.split(",") for row in session.execute(sa.select(replays))}


def test_a_petitions_words_are_replayed_to_routing_alone(app):
    for reader in ("routing", "supervision"):
        asked = {"to": reader, "types": BOTH, "since": None}
        event = make_event(reader, "replay.requested.v1", subject=f"replay-{reader}", data=asked)
        app.inbox.store([event])
    handle_all(app)
    assert promised(app) == {"routing": BOTH, "supervision": BOTH[:1]}


def test_an_operators_replay_leaves_them_out_too(app, monkeypatch):
    for name, value in (sample_secrets() | {"DATABASE_URL": str(app.db.url)}).items():
        monkeypatch.setenv(name, value)
    for reader in ("routing", "supervision"):
        main(SERVICE, ["replay", "--to", reader])
    assert "petition.text.v1" in promised(app)["routing"]
    assert "petition.text.v1" not in promised(app)["supervision"]
