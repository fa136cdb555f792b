"""After a restore the city has seen more than the ledger knows, and ends with what is true here."""

import datetime as dt
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from shared.after_restore import after_restore
from shared.clock import FixedClock
from shared.service import App
from shared.testing import MORNING, emitted, hear, make_app
from sync_municipal.models import exchanges
from sync_municipal.push import Pusher
from sync_municipal.service import SERVICE

ACKNOWLEDGED = "municipal.acknowledged.v1"


class Ledger:
    """A ledger in a file that can be taken back to an earlier copy of itself."""

    def __init__(self, folder: Path, city_url: str) -> None:
        self.folder = folder
        self.city_url = city_url
        self.clock = FixedClock(MORNING)
        self._open()

    def _open(self) -> None:
        self.app: App = make_app(SERVICE, self.folder, clock=self.clock, CITY_URL=self.city_url)
        self.pusher = Pusher(self.app, threading.Event())

    def copy(self, name: str) -> Path:
        copy = self.folder / name
        with closing(sqlite3.connect(self.folder / "sync_municipal.sqlite")) as base:
            base.execute("VACUUM INTO ?", (str(copy),))
        return copy

    def take_back(self, copy: Path, *, to: dt.datetime) -> None:
        """Be as when the copy was made, at `to`, five minutes from now, and know it."""
        self.close()
        for file in self.folder.glob("sync_municipal.sqlite*"):
            file.unlink()
        (self.folder / "sync_municipal.sqlite").write_bytes(copy.read_bytes())
        self.clock.advance(minutes=5)
        self._open()
        after_restore(self.app, to=to)

    def close(self) -> None:
        self.pusher.close()
        self.app.close()

    def statuses(self) -> list[str]:
        with self.app.db.read() as session:
            return list(session.scalars(sa.select(exchanges.c.status).order_by(exchanges.c.id)))


@pytest.fixture
def ledger(tmp_path: Path, city: Any) -> Iterator[Ledger]:
    made = Ledger(tmp_path, city.url)
    yield made
    made.close()


def other(body: bytes, state: str) -> bytes:
    """The same version of the case, but with another content: history went another way."""
    event = json.loads(body)
    event["id"] = f"other-{event['id']}"
    event["data"]["header"]["state"] = state
    return json.dumps(event).encode()


def test_the_city_forgets_what_the_restore_undid(
    ledger: Ledger, city: Any, story: Callable[..., list[bytes]], push_all: Callable[..., None]
) -> None:
    hear(ledger.app, *story("c1", last=4))
    push_all(ledger.pusher)
    copy = ledger.copy("before")
    hear(ledger.app, *story("c1"))
    push_all(ledger.pusher)
    assert city.case("c1")["state"] == "closed"
    ledger.take_back(copy, to=MORNING)
    push_all(ledger.pusher)
    assert city.case("c1")["state"] == "accepted"
    assert city.case("c1")["text"] == "楼下停车位被占用。"


def test_a_version_used_again_with_another_content_reaches_the_city(
    ledger: Ledger, city: Any, story: Callable[..., list[bytes]], push_all: Callable[..., None]
) -> None:
    hear(ledger.app, *story("c1", last=4))
    copy = ledger.copy("before")
    hear(ledger.app, *story("c1"))
    push_all(ledger.pusher)
    ledger.take_back(copy, to=MORNING)
    hear(ledger.app, other(story("c1", last=5)[4], "declined"))
    push_all(ledger.pusher)
    assert city.case("c1")["state"] == "declined"
    assert set(ledger.statuses()) == {"acknowledged"}


def test_a_second_restore_to_an_even_earlier_time_reaches_the_city_too(
    ledger: Ledger, city: Any, story: Callable[..., list[bytes]], push_all: Callable[..., None]
) -> None:
    hear(ledger.app, *story("c1", last=2))
    earlier = ledger.copy("earlier")
    hear(ledger.app, *story("c1", last=4))
    later = ledger.copy("later")
    hear(ledger.app, *story("c1"))
    push_all(ledger.pusher)
    ledger.take_back(later, to=MORNING)
    hear(ledger.app, *story("c1"))
    push_all(ledger.pusher)
    ledger.take_back(earlier, to=MORNING - dt.timedelta(minutes=1))
    push_all(ledger.pusher)
    assert city.case("c1")["state"] == "classified"


def test_an_exchange_told_again_is_acknowledged_to_the_others_once(
    ledger: Ledger, story: Callable[..., list[bytes]], push_all: Callable[..., None]
) -> None:
    hear(ledger.app, *story("c1", last=4))
    push_all(ledger.pusher)
    ledger.take_back(ledger.copy("before"), to=MORNING)
    push_all(ledger.pusher)
    assert ledger.statuses() == ["acknowledged"] * 3
    assert len(emitted(ledger.app, ACKNOWLEDGED)) == 3


def test_a_refused_exchange_stays_refused(
    ledger: Ledger, city: Any, story: Callable[..., list[bytes]], push_all: Callable[..., None]
) -> None:
    city.behave("refuse", count=1)
    hear(ledger.app, *story("c1", last=2))
    push_all(ledger.pusher)
    ledger.take_back(ledger.copy("before"), to=MORNING)
    push_all(ledger.pusher)
    assert ledger.statuses() == ["refused"]
