"""A supervision service of the test's own, and cases for it to hear of."""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from shared.clock import FixedClock, day_ends, wire
from shared.service import App
from shared.testing import MORNING, Office, make_app, make_event
from supervision.models import PROJECTIONS, metadata
from supervision.service import SERVICE

STATES = {
    "opened": "registered",
    "classified": "registered",
    "forwarded": "forwarded",
    "assigned": "assigned",
    "accepted": "accepted",
    "replied": "replied",
    "served": "served",
    "closed": "closed",
    "objected": "objected",
    "extended": "extended",
    "review_opened": "reviewing",
    "review_decided": "review_decided",
    "terminated": "terminated",
    "channelled": "channelled",
    "declined": "declined",
    "merged": "merged",
    "withdrawn": "withdrawn",
}
SAID = {
    "joined": {"petition_id": "p-9"},
    "declined": {"ground": "N1"},
    "channelled": {"route": "arbitration"},
    "review_opened": {"level": "review"},
    "review_decided": {"level": "review", "decision": "uphold"},
    "merged": {"into": "another-case"},
    "moved": {"action": "mediate", "action_name": "组织调解"},
    "noted": {"kind": "invite", "kind_name": "请单位会办", "unit": "urban", "due": "2026-04-01"},
}
"""What an event says beside the header."""
REGISTERED = "petition.registered.v1"


def clock_of(
    name: str, *, due: dt.date, state: str = "running", kind: str = "duty"
) -> dict[str, Any]:
    """A clock as routing writes it into the header."""
    return {
        "id": name,
        "name": f"期限{name}",
        "basis": "T22 Art.22",
        "kind": kind,
        "start": wire(MORNING),
        "nominal_day": due.isoformat(),
        "due_day": due.isoformat(),
        "due_at": wire(day_ends(due)),
        "state": state,
        "settled_at": None if state == "running" else wire(MORNING),
        "provisional": False,
    }


@dataclass
class CaseStory:
    """Tells a case's life in events, each with the header as it was then."""

    secret: bool = False
    historical: bool = False
    case_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    petition_ids: list[str] = field(default_factory=lambda: [str(uuid.uuid4())])
    lead_unit: str | None = None
    co_units: list[str] = field(default_factory=list)
    clocks: list[dict[str, Any]] = field(default_factory=list)
    at: dt.datetime = MORNING
    version: int = 0
    state: str = "registered"

    def registered(self, petition_id: str | None = None) -> bytes:
        """What intake says about one of the petitions."""
        petition_id = petition_id or self.petition_ids[0]
        data = {
            "petition_id": petition_id,
            "petition_no": f"P-{petition_id[:8]}",
            "channel": "web",
            "purpose": "petition",
            "secret": self.secret,
            "received_at": wire(self.at),
            "registered_at": wire(self.at),
        }
        return make_event(
            "intake",
            REGISTERED,
            subject=petition_id,
            data=data,
            at=self.at,
            historical=self.historical,
        )

    def then(self, verb: str, *, said: dict[str, Any] | None = None, **more: Any) -> bytes:
        """What routing says next, an hour later; `more` goes into the header."""
        self.version += 1
        self.state = more.get("state", STATES.get(verb, self.state))
        self.at += dt.timedelta(hours=1)
        header = {
            "case_id": self.case_id,
            "case_no": f"C-{self.case_id[:8]}",
            "state": self.state,
            "petition_ids": list(self.petition_ids),
            "petition_nos": [f"P-{one[:8]}" for one in self.petition_ids],
            "channel": "web",
            "purpose": "accusation" if self.secret else "petition",
            "secret": self.secret,
            "category": None,
            "category_name": None,
            "lead_unit": self.lead_unit,
            "lead_unit_name": self.lead_unit and f"单位{self.lead_unit}",
            "co_units": list(self.co_units),
            "clocks": [dict(clock) for clock in self.clocks],
            "opened_at": wire(MORNING),
        }
        return make_event(
            "routing",
            f"case.{verb}.v1",
            subject=self.case_id,
            version=self.version,
            at=self.at,
            historical=self.historical,
            data={
                "header": header | more,
                "title": "不应留下的标题",
                "reply": "不应留下的答复",
                **SAID.get(verb, {}),
                **(said or {}),
            },
        )

    def issued(self, document_id: str, *, number: str) -> bytes:
        """A document that routing issues for the case."""
        data = {
            "case_id": self.case_id,
            "document_id": document_id,
            "kind": "transfer_letter",
            "number": number,
            "unit": "bureau",
            "issued_at": wire(self.at),
        }
        return make_event(
            "routing",
            "document.issued.v1",
            subject=document_id,
            data=data,
            at=self.at,
            historical=self.historical,
        )

    def forwarded_to(self, unit: str, *, due: dt.date) -> list[bytes]:
        """Registered, opened and forwarded to `unit`; duty D3 and window D4 run until `due`."""
        first = [self.registered(), self.then("opened")]
        self.lead_unit = unit
        self.clocks = [clock_of("D3", due=due), clock_of("D4", due=due, kind="window")]
        return [*first, self.then("forwarded")]

    def whole_life(self) -> list[bytes]:
        """Every event from registration to closing, the lead unit changing on the way."""
        early, late = dt.date(2026, 3, 17), dt.date(2026, 5, 1)
        told = [self.registered()]
        self.clocks = [clock_of("D1", due=early)]
        told += [self.then("opened"), self.then("classified", category="traffic")]
        self.lead_unit, self.co_units = "transport", ["urban", "police"]
        self.clocks = [clock_of("D1", due=early, state="met"), clock_of("D3", due=early)]
        told.append(self.then("forwarded"))
        self.lead_unit, self.co_units = "urban", ["police"]
        self.petition_ids = [*self.petition_ids, str(uuid.uuid4())]
        told += [self.then("assigned", report_due="2026-04-01")]
        self.clocks = [clock_of("D3", due=early, state="missed"), clock_of("M60", due=late)]
        told += [self.then("accepted"), self.then("replied"), self.then("served")]
        self.clocks = [clock_of("M60", due=late, state="met")]
        self.petition_ids = self.petition_ids[1:]
        return [*told, self.then("closed", close_reason="served"), self.registered()]

    def hard_life(self) -> list[bytes]:
        """Every other type of event: a case that is objected to, extended, reviewed and ended."""
        early, late, later = dt.date(2026, 3, 17), dt.date(2026, 5, 1), dt.date(2026, 5, 31)
        told = [self.registered(), self.then("opened")]
        self.lead_unit, self.clocks = "transport", [clock_of("D3", due=early)]
        told += [
            self.then("forwarded"),
            self.issued(f"d-{self.case_id}", number="云信转〔2026〕1号"),
        ]
        told += [self.then("objected"), self.then("moved", state="forwarded"), self.then("noted")]
        self.petition_ids = [*self.petition_ids, "p-9"]
        told += [self.then("joined"), self.then("accepted", clocks=[clock_of("D5", due=late)])]
        self.clocks = [clock_of("D5", due=late, state="cancelled"), clock_of("D6", due=later)]
        told += [self.then("extended"), self.then("moved", state="mediating")]
        told += [self.then("replied"), self.then("served", route="petition", handling="ordinary")]
        self.clocks = [clock_of("D6", due=later, state="met")]
        told += [self.then("review_opened"), self.then("review_decided")]
        told += [self.then("terminated"), self.then("channelled"), self.then("declined")]
        return [*told, self.then("withdrawn"), self.then("merged")]


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)]
)
def lasting(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[App]:
    """A service on either database, which lasts for all tests; `app` empties it for each."""
    name, url, server = f"t_{uuid.uuid4().hex[:12]}", None, None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = server.create_database(name)
    found = make_app(SERVICE, tmp_path_factory.mktemp("supervision"), database_url=url)
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
    """Takes all projection tables of an App, each in an order that arrival has no part in."""

    def take(app: App) -> dict[str, list[Any]]:
        with app.db.read() as session:
            return {
                table.name: sorted(
                    json.dumps(row._asdict(), sort_keys=True, default=str)
                    for row in session.execute(sa.select(table))
                )
                for table in PROJECTIONS
            }

    return take
