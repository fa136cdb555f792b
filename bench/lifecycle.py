"""lifecycle: register, forward, reply, search, one client, among 0, 100,000, 1,000,000 petitions.

Beside each call the same rows or the same query by pgbench with one client, on the same tables in
the same minute. What a list or a search costs the database is looked at as well: the statements
that the service's own code sends are explained, and one that reads a large table from end to end
is said in the table.
"""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.load import percentile, petition
from bench.pgbench import inserts_of_accept, latencies, rows_of_action
from bench.place import Place, connect, token, until
from bench.plans import asked_by
from bench.plans import timed as plain_reads
from bench.seeding import SEEDED, grow, make_room
from bench.table import Row
from bench.wire import Answer, Wire
from local.stack import Stack
from shared.auth import WHOLE_DISTRICT

_LIVES = 200
_PLAIN_SECONDS = 3.0
_UNIT = "transport"
_FORWARD = {"unit": _UNIT, "category": "transport.road"}
_FORWARDED = ("case.classified.v1", "case.forwarded.v1")
_REPLIED = ("case.replied.v1",)
_REPLY = {"text": "已安排养护人员修补路面，现已完工，感谢您的监督。"}
SEARCHES = {
    "search, state replied in one's unit": f"/v1/cases?unit={_UNIT}&state=replied&limit=20",
    "search, few of that state in one's unit": f"/v1/cases?unit={_UNIT}&state=forwarded&limit=20",
    "search, by petition": "/v1/cases?petition_id={petition_id}",
}
LISTS = {
    "list of 100, newest cases": ("routing", "/v1/cases?limit=100"),
    "list of 100, to be forwarded": ("routing", "/v1/cases?state=registered&limit=100"),
    "list of 100, due before a day": (
        "routing",
        "/v1/cases?due_before=2100-01-01T00:00:00Z&limit=100",
    ),
    "list of 100, overdue duties": ("supervision", "/v1/overdue?limit=100"),
    "timeline of a case": ("supervision", "/v1/cases/{case_id}/timeline"),
}


def measure(place: Place) -> Iterator[Row]:
    """The four calls at each size; the lists and searches of a hundred at the largest."""
    have = 0
    with place.stack("lifecycle", *SEEDED) as stack:
        make_room(stack)
        with _Desk(stack) as desk:
            for size in sorted(place.sizes):
                grow(place, stack, have=have, want=size)
                have = max(have, size)
                yield from _calls(place, desk, size)
            yield from _lists(place, desk, have)


@dataclass
class _Life:
    """One petition and its case on the way."""

    petition_id: str
    case: dict[str, Any]


@dataclass(frozen=True)
class _Reader:
    """Who reads, and over which connection."""

    wire: Wire
    role: str
    scope: str


class _Desk:
    """A hotline client, a dispatcher and a unit's handler, each on a connection of their own."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        intake, routing = stack.endpoints["intake"], stack.endpoints["routing"]
        self.hotline = Wire(intake, token(stack, "channel:hotline"))
        self.dispatcher = Wire(routing, token(stack, "dispatcher"))
        self.handler = Wire(routing, token(stack, "handler", scope=_UNIT))
        self.admin = Wire(routing, token(stack, "admin"))
        self.supervisor = Wire(stack.endpoints["supervision"], token(stack, "supervisor"))

    def __enter__(self) -> "_Desk":
        unit = {"name": "交通运输局", "kind": "department"}
        good(self.admin.put(f"/v1/units/{_UNIT}", unit))
        return self

    def __exit__(self, *_: object) -> None:
        for wire in (self.hotline, self.dispatcher, self.handler, self.admin, self.supervisor):
            wire.close()

    def register(self, number: int) -> _Life:
        answer = good(self.hotline.post("/v1/petitions", petition(number), key=_key()))
        return _Life(answer["petition_id"], {})

    def find(self, life: _Life) -> None:
        """Wait until routing has opened the case and has its words."""

        def worded() -> bool:
            path = f"/v1/cases?petition_id={life.petition_id}"
            found = good(self.dispatcher.get(path))["items"]
            life.case = found[0] if found else {}
            return bool(life.case.get("title"))

        until(worded, "the case is open", within=120)

    def settle(self) -> None:
        """Wait until no service has anything left to send or to handle."""
        for service in SEEDED:
            with connect(self.stack, service) as database:
                until(lambda d=database: not _busy(d), f"{service} is at rest", within=120)

    def act(self, wire: Wire, life: _Life, action: str, body: dict[str, Any]) -> None:
        path = f"/v1/cases/{life.case['case_id']}/{action}"
        life.case = good(wire.post(path, body, key=_key(), version=life.case["version"]))


def _busy(database: psycopg.Connection) -> bool:
    left = "(SELECT FROM outbox WHERE published_at IS NULL)"
    heard = "(SELECT FROM inbox WHERE status = 'pending')"
    row = database.execute(f"SELECT EXISTS {left} OR EXISTS {heard}").fetchone()
    return bool(row and row[0])


def good(answer: Answer) -> dict[str, Any]:
    """The JSON of a success; what was answered instead ends the run."""
    if not answer.is_success:
        raise RuntimeError(f"answered {answer.status}: {answer.body.decode()}")
    found: dict[str, Any] = answer.json
    return found


def _key() -> str:
    return str(uuid.uuid4())


def _calls(place: Place, desk: _Desk, size: int) -> Iterator[Row]:
    count = place.count(_LIVES, least=3)
    lives: list[_Life] = []
    timed = {"register": _timed(count, lambda n: lives.append(desk.register(n)))}
    for life in lives:
        desk.find(life)
    dispatcher, handler = desk.dispatcher, desk.handler
    timed["forward"] = _timed(count, lambda n: desk.act(dispatcher, lives[n], "forward", _FORWARD))
    # One stays as it is, for its row to be copied.
    replied = lives[1:]
    for life in replied:
        desk.act(handler, life, "accept", {})
    timed["reply"] = _timed(count - 1, lambda n: desk.act(handler, replied[n], "reply", _REPLY))
    desk.settle()
    plain = _plain_rows(place, desk.stack)
    for name, took in timed.items():
        yield from _rows(f"{name}, among {size:,}", took, plain[name])
    for name, path in SEARCHES.items():
        whole = path.format(petition_id=lives[-1].petition_id)
        title = f"{name}, among {size:,}"
        reader = _Reader(handler, "handler", _UNIT)
        yield from _page(place, desk.stack, title, service="routing", path=whole, reader=reader)


def _lists(place: Place, desk: _Desk, size: int) -> Iterator[Row]:
    newest = good(desk.dispatcher.get("/v1/cases?limit=1"))["items"][0]["case_id"]
    readers = {
        "routing": _Reader(desk.dispatcher, "dispatcher", WHOLE_DISTRICT),
        "supervision": _Reader(desk.supervisor, "supervisor", WHOLE_DISTRICT),
    }
    for name, (service, path) in LISTS.items():
        whole, title = path.format(case_id=newest), f"{name}, among {size:,}"
        reader = readers[service]
        yield from _page(place, desk.stack, title, service=service, path=whole, reader=reader)


def _page(
    place: Place, stack: Stack, name: str, *, service: str, path: str, reader: _Reader
) -> Iterator[Row]:
    """A GET, beside its own statements sent by the driver alone, with their plans as a note."""
    asked = asked_by(stack, service, path, role=reader.role, scope=reader.scope)
    count = place.count(_LIVES, least=3)
    took = _timed(count, lambda _: good(reader.wire.get(path)))
    yield from _rows(name, took, plain_reads(stack, service, asked, times=count), note=asked.note)


def _rows(
    name: str, took: Sequence[float], plain: Sequence[float], *, note: str = ""
) -> Iterator[Row]:
    for share in (0.5, 0.95):
        limit = percentile(plain, share)
        title = f"{name}, p{share * 100:.0f}"
        yield Row(title, percentile(took, share), "ms", limit, "plain SQL", note=note)
        note = ""


def _timed(count: int, call: Callable[[int], object]) -> list[float]:
    """Milliseconds of each of `count` calls, one after the other."""
    took = []
    for n in range(count):
        began = time.perf_counter()
        call(n)
        took.append(1000 * (time.perf_counter() - began))
    return took


def _plain_rows(place: Place, stack: Stack) -> dict[str, list[float]]:
    """The rows of register, forward and reply by pgbench."""
    seconds = max(1.0, _PLAIN_SECONDS * place.scale)
    with connect(stack, "intake") as intake, connect(stack, "routing") as routing:
        scripts = {
            "register": ("intake", inserts_of_accept(intake)),
            "forward": ("routing", rows_of_action(routing, state="forwarded", types=_FORWARDED)),
            "reply": ("routing", rows_of_action(routing, state="replied", types=_REPLIED)),
        }
    return {
        name: latencies(stack.databases[service], script, seconds=seconds)
        for name, (service, script) in scripts.items()
    }
