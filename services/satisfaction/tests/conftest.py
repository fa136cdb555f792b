"""A satisfaction service of the test's own, and cases for it to hear of."""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from satisfaction.models import PROJECTIONS, evaluations, metadata
from satisfaction.service import SERVICE
from shared.clock import FixedClock, wire
from shared.service import App
from shared.testing import MORNING, Office, make_app, make_event

STATES = {
    "opened": "registered",
    "classified": "registered",
    "forwarded": "forwarded",
    "assigned": "assigned",
    "accepted": "accepted",
    "replied": "replied",
    "served": "served",
    "closed": "closed",
    "review_opened": "reviewing",
}
SAID = {
    "joined": {"petition_id": "joined"},
    "declined": {"ground": "N1"},
    "channelled": {"route": "arbitration"},
    "review_opened": {"level": "review"},
    "review_decided": {"level": "review", "decision": "uphold"},
    "merged": {"into": "another-case"},
    "moved": {"action": "step", "action_name": "办理"},
    "noted": {"kind": "contact", "kind_name": "联系信访人", "unit": None, "due": None},
}
LIFE = ("opened", "classified", "forwarded", "accepted", "replied", "served", "closed")


@dataclass
class CaseStory:
    """Tells a case's life in events, an hour apart, each with the header as it was then."""

    secret: bool = False
    historical: bool = False
    case_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    petition_ids: list[str] = field(default_factory=lambda: [str(uuid.uuid4())])
    unit: str = "transport"
    lead_unit: str | None = None
    co_units: list[str] = field(default_factory=list)
    at: dt.datetime = MORNING
    forwarded_at: dt.datetime | None = None
    served_at: dt.datetime | None = None
    version: int = 0

    @property
    def petition_id(self) -> str:
        return self.petition_ids[0]

    def then(self, verb: str, **more: Any) -> bytes:
        """What routing says next; `more` goes into the header."""
        self.version += 1
        self.at += dt.timedelta(hours=1)
        if verb in ("forwarded", "assigned"):
            self.lead_unit = self.unit
            self.forwarded_at = self.forwarded_at or self.at
        if verb == "served":
            self.served_at = self.at
        header = {
            "case_id": self.case_id,
            "case_no": f"C-{self.case_id[:8]}",
            "state": STATES.get(verb, verb),
            "petition_ids": list(self.petition_ids),
            "secret": self.secret,
            "lead_unit": self.lead_unit,
            "co_units": list(self.co_units),
            "forwarded_at": wire(self.forwarded_at),
            "served_at": wire(self.served_at),
        }
        return make_event(
            "routing",
            f"case.{verb}.v1",
            subject=self.case_id,
            version=self.version,
            at=self.at,
            historical=self.historical,
            data={"header": header | more, "title": "不应留下的标题", **SAID.get(verb, {})},
        )

    def until(self, last: str) -> list[bytes]:
        """Every event from the opening to `last`."""
        return [self.then(verb) for verb in LIFE[: LIFE.index(last) + 1]]

    def whole_life(self) -> list[bytes]:
        """A life in which the unit changes and petitions join and leave."""
        told = self.until("forwarded")
        self.unit, self.co_units = "urban", ["police"]
        told.append(self.then("assigned"))
        self.petition_ids = [*self.petition_ids, str(uuid.uuid4())]
        told += [self.then("accepted"), self.then("replied"), self.then("served")]
        self.lead_unit, self.petition_ids = "police", self.petition_ids[1:]
        return [*told, self.then("closed")]

    def hard_life(self) -> list[bytes]:
        """Every other type of event: objected to, extended, reviewed, and ended by re-review."""
        told = [self.then("opened"), self.then("forwarded"), self.then("objected")]
        told += [self.then("noted"), self.then("moved"), self.then("accepted")]
        self.petition_ids = [*self.petition_ids, str(uuid.uuid4())]
        told += [self.then("joined"), self.then("extended"), self.then("served")]
        told += [self.then("review_opened"), self.then("review_decided")]
        return [*told, self.then("terminated")]

    def given_up(self, verb: str, **more: Any) -> list[bytes]:
        """A case that was forwarded and accepted, and then ended without an answer."""
        told = [self.then("opened"), self.then("forwarded"), self.then("accepted")]
        reason = None if verb in ("declined", "moved") else verb
        return [*told, self.then(verb, close_reason=reason, **more)]


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)]
)
def lasting(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[App]:
    """A service on either database, which lasts for all tests; `app` empties it for each."""
    name, url, server = f"t_{uuid.uuid4().hex[:12]}", None, None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = server.create_database(name)
    found = make_app(SERVICE, tmp_path_factory.mktemp("satisfaction"), database_url=url)
    yield found
    found.close()
    if server is not None:
        server.drop_database(name)


@pytest.fixture(scope="session")
def empty() -> Callable[[App], None]:
    """Puts a service back to its first morning."""

    def begin_anew(app: App) -> None:
        app.clock.at = MORNING
        with app.db.write() as session:
            for table in reversed(metadata.sorted_tables):
                session.execute(sa.delete(table))

    return begin_anew


@pytest.fixture
def app(lasting: App, empty: Callable[[App], None]) -> App:
    empty(lasting)
    return lasting


@pytest.fixture
def clock(app: App) -> FixedClock:
    return app.clock


@pytest.fixture
def office(app: App) -> Office:
    return Office(app)


@pytest.fixture(scope="session")
def story() -> type[CaseStory]:
    return CaseStory


@pytest.fixture(scope="session")
def picture() -> Callable[[App], dict[str, list[Any]]]:
    """Takes all own tables of an App, each in an order that arrival has no part in."""

    def take(app: App) -> dict[str, list[Any]]:
        with app.db.read() as session:
            return {
                table.name: sorted(
                    json.dumps(row._asdict(), sort_keys=True, default=str)
                    for row in session.execute(sa.select(table))
                )
                for table in (*PROJECTIONS, evaluations)
            }

    return take
