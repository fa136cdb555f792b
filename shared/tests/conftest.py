"""A small service of the tests' own: it keeps notes, says so, and hears the notes of another."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import marshmallow as ma
import pytest
import sqlalchemy as sa
from collector import Collector
from marshmallow import fields

from shared.bus import Message, Outcome
from shared.clock import FixedClock
from shared.contracts import Events, Reads, Subscriptions
from shared.db import UtcDateTime
from shared.errors import Conflict, both
from shared.ground import Ground
from shared.outbox import emit
from shared.service import App, Service
from shared.settings import Settings, read_settings
from shared.testing import MORNING, Office, handle_all, make_event, sample_secrets
from shared.web import Api, Body
from shared.web.api import ANYONE, CITIZEN, Call, staff
from shared.web.fields import Day, Flag, Moment, PageQuery, Part, Text, Whole
from shared.web.paging import page

WRITTEN, SHELVED = "note.written.v1", "note.shelved.v1"


class NoteRead(Reads):
    """A note as another service hears it."""

    text = fields.Str(required=True)


class MarginIn(Body):
    """What stands in the margin of a note."""

    text = Text(longest=20, required=True)


class NoteIn(Body):
    """A note as it is posted."""

    text = Text(longest=100, lines=True, required=True)
    title = Text(longest=20, load_default=None)
    at = Moment(load_default=None)
    day = Day(load_default=None)
    loud = Flag(load_default=False)
    count = Whole(least=1, most=9, load_default=1)
    margin = Part(MarginIn, load_default=None)


class NoteOut(ma.Schema):
    """A note."""

    note_id = fields.Int()
    text = fields.Str()


@dataclass
class Notes:
    """A running service of notes; `behave` is what its handler does with each event heard."""

    app: App
    handled: list[Any] = field(default_factory=list)
    behave: Callable[[Any], None] = lambda _event: None

    def __post_init__(self) -> None:
        self.table: sa.Table = self.app.service.ground.metadata.tables["notes"]
        self.office = Office(self.app)

    @property
    def clock(self) -> FixedClock:
        clock: Any = self.app.clock
        return clock

    def say(self, *subjects: str, type_: str = WRITTEN, text: str = "") -> None:
        """Emit one event for each subject, all in one transaction."""
        with self.app.db.write() as session:
            for subject in subjects:
                self.emit(session, subject, type_=type_, text=text)

    def emit(self, session: Any, subject: str, *, type_: str = WRITTEN, text: str = "") -> None:
        data, now = {"text": text or subject}, self.clock.now()
        emit(session, self.app.service.events[type_], subject=subject, data=data, time=now)

    def heard(self, subject: str, *, text: str = "", version: int = 1, **more: Any) -> bytes:
        """The body of a note that this service hears."""
        more = {"data": {"text": text or subject}, "type_": WRITTEN, "source": "intake"} | more
        source, type_ = more.pop("source"), more.pop("type_")
        return make_event(source, type_, subject=subject, version=version, **more)

    def hear(self, *bodies: bytes) -> None:
        self.app.inbox.store(bodies)
        handle_all(self.app)

    def outbox(self) -> list[Any]:
        """The outbox rows, oldest first."""
        return self._rows(self.app.service.ground.outbox)

    def inbox(self) -> list[Any]:
        """The inbox rows in order of arrival."""
        return self._rows(self.app.service.ground.inbox)

    def rows(self) -> list[Any]:
        """The notes kept."""
        return self._rows(self.table, "note_id")

    def _rows(self, table: sa.Table, by: str = "seq") -> list[Any]:
        with self.app.db.read() as session:
            return list(session.execute(sa.select(table).order_by(table.c[by])).all())


def note_service(name: str) -> tuple[Service, list[Notes]]:
    """A service called `name`, and the place where the running Notes is put for its handlers."""
    metadata, running = sa.MetaData(), []
    ground = Ground(metadata)
    notes = sa.Table(
        "notes",
        metadata,
        sa.Column("note_id", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    events, subscriptions = Events(name), Subscriptions(name)

    @events.type(WRITTEN)
    class Written(ma.Schema):
        """A note was written."""

        text = fields.Str(required=True)

    @events.type(SHELVED, optional=True)
    class Shelved(ma.Schema):
        """A note was shelved; nobody hears it yet."""

        text = fields.Str(required=True)

    @subscriptions.on(WRITTEN, from_="intake", reads=NoteRead, batch=True, projection=True)
    def keep(heard: Sequence[Any], *, session: Any, clock: Any) -> None:
        """Keep each note heard."""
        for event in heard:
            running[0].behave(event)
            running[0].handled.append((event.subject, event.subject_version))
            session.execute(sa.insert(notes).values(text=event.data["text"], at=clock.now()))

    service = Service(
        name=name,
        package="notes",
        doc="Notes.",
        settings=Settings,
        ground=ground,
        events=events,
        subscriptions=subscriptions,
        api=note_api(name, notes, events),
        projections=(notes,),
    )
    return service, running


def note_api(name: str, notes: sa.Table, events: Events) -> Api:
    """The HTTP interface of the notes."""
    api = Api(name)

    def write(call: Call) -> dict[str, Any]:
        """Keep a note and say so; "refuse" is refused after it was written."""
        now, text = call.clock.now(), call.body["text"]
        insert = sa.insert(notes).values(text=text, at=now).returning(notes.c.note_id)
        note_id = call.session.execute(insert).scalar_one()
        emit(call.session, events[WRITTEN], subject=str(note_id), data={"text": text}, time=now)
        if text == "refuse":
            raise Conflict(both("不行。", "No."), allowed=[])
        if text == "break":
            raise RuntimeError("电话13800138000的程序错误")
        return {"note_id": note_id, "text": text}

    @api.post("/v1/notes", who=staff("registrar"), body=NoteIn, answer=NoteOut, status=201)
    def write_note(call: Call) -> dict[str, Any]:
        """Write a note."""
        return write(call)

    @api.post("/v1/public/notes", who=ANYONE, body=NoteIn, answer=NoteOut, status=201)
    def write_public_note(call: Call) -> dict[str, Any]:
        """Write a note without an account."""
        return write(call)

    @api.get("/v1/public/mine", who=CITIZEN)
    def mine(call: Call) -> dict[str, Any]:
        """Whose token it is."""
        return {"petition_id": call.principal.sub}

    @api.get("/v1/notes", who=staff("registrar"), query=PageQuery)
    def read_notes(call: Call) -> dict[str, Any]:
        """The notes, newest first."""
        statement, by = sa.select(notes), notes.c.note_id
        show = lambda row: {"note_id": row.note_id}  # noqa: E731 - one expression
        return page(call.session, statement, by=by, query=call.query, present=show)

    @api.get("/v1/notes/<note_id>", who=staff("registrar"))
    def read_note(call: Call) -> dict[str, Any]:
        """One note's number."""
        return {"note_id": call.path["note_id"]}

    return api


@dataclass
class Bus:
    """A publisher whose answers a test scripts; it remembers what it was given."""

    answer: Callable[[Message], Outcome] = lambda _message: Outcome.ACKED
    away: Exception | None = None
    sent: list[Message] = field(default_factory=list)
    queues: set[str | None] = field(default_factory=set)
    undeclared: set[str] = field(default_factory=set)

    def publish(
        self, messages: Sequence[Message], *, queue: str | None = None, timeout: float = 20.0
    ) -> list[Outcome]:
        if self.away is not None:
            raise self.away
        if queue in self.undeclared:
            return [Outcome.RETURNED] * len(messages)
        self.sent += messages
        self.queues.add(queue)
        return [self.answer(message) for message in messages]

    def close(self) -> None:
        """Nothing to close."""


MakeNotes = Callable[..., Notes]


@pytest.fixture
def make_notes(tmp_path: Path) -> Iterator[MakeNotes]:
    """Starts services of notes, on SQLite or on a given database; a name makes another one."""
    started = []

    def make(name: str = "routing", *, database_url: str | None = None, **settings: str) -> Notes:
        service, running = note_service(name)
        url = database_url or f"sqlite:///{tmp_path}/{name}.sqlite"
        env = sample_secrets() | {"DATABASE_URL": url, "PUBLIC_RATE": "100000/hour"} | settings
        app = App(service, read_settings(service.settings, env), clock=FixedClock(MORNING))
        service.ground.metadata.create_all(app.db.engine)
        notes = Notes(app)
        running.append(notes)
        started.append(app)
        return notes

    yield make
    for app in started:
        app.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def notes(request: pytest.FixtureRequest, make_notes: MakeNotes) -> Notes:
    """A service of notes on each kind of database."""
    if request.param == "sqlite":
        return make_notes()
    return make_notes(database_url=request.getfixturevalue("postgres_url"))


@pytest.fixture
def bus() -> Bus:
    """A bus that acknowledges everything unless told otherwise."""
    return Bus()


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector of spans that answers."""
    one = Collector()
    yield one
    one.close()


@pytest.fixture
def together() -> Callable[[Sequence[Callable[[], Any]]], list[Any]]:
    """Runs functions at the same moment in threads; returns their answers in order."""

    def run(work: Sequence[Callable[[], Any]]) -> list[Any]:
        gate, answers = threading.Barrier(len(work)), [None] * len(work)

        def one(at: int) -> None:
            gate.wait()
            answers[at] = work[at]()

        threads = [threading.Thread(target=one, args=(at,)) for at in range(len(work))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    return run
