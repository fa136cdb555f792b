"""lifecycle: register, forward, accept many, reply, read, one client, among 0 to 1,000,000.

Beside each call the same rows or the same query by pgbench with one client, on the same tables in
the same minute. What a list or a search costs the database is looked at as well: the statements
that the service's own code sends are explained, and one that reads a large table from end to end
is said in the table.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.load import milliseconds, petition
from bench.pages import AT_EACH_SIZE, AT_THE_LARGEST, UNIT, Page, Readers, measured, rows_of
from bench.pgbench import inserts_of_accept, latencies, rows_of_action
from bench.place import Place, connect, token, until
from bench.seeding import SEEDED, grow, make_room
from bench.table import Row
from bench.wire import Wire, good
from local.stack import Stack

_LIVES = 200
_PLAIN_SECONDS = 3.0
_FORWARD = {"unit": UNIT, "category": "transport.road"}
_FORWARDED = ("case.classified.v1", "case.forwarded.v1")
_ACCEPTED = ("case.accepted.v1",)
_REPLIED = ("case.replied.v1",)
_AT_ONCE = 200
_REPLY = {
    "text": "路面已由养护人员修补完工。如不服本意见，可自收到之日起30日内向区人民政府申请复查。"
}


def measure(place: Place) -> Iterator[Row]:
    """The four calls at each size, and some pages; the other lists and files at the largest."""
    have = 0
    with place.stack("lifecycle", *SEEDED) as stack:
        make_room(stack)
        with _Desk(stack) as desk:
            for size in sorted(place.sizes):
                grow(place, stack, have=have, want=size)
                have = max(have, size)
                yield from _calls(place, desk, size)
            yield from _pages(place, desk, AT_THE_LARGEST, have)


@dataclass
class _Life:
    """One petition and its case on the way."""

    petition_id: str
    case: dict[str, Any]


class _Desk:
    """A hotline client, a dispatcher and a unit's handler, each on a connection of their own."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        intake, routing = stack.endpoints["intake"], stack.endpoints["routing"]
        self.hotline = Wire(intake, token(stack, "channel:hotline"))
        self.dispatcher = Wire(routing, token(stack, "dispatcher"))
        self.handler = Wire(routing, token(stack, "handler", scope=UNIT))
        self.admin = Wire(routing, token(stack, "admin"))
        self.readers = Readers(stack)

    def __enter__(self) -> "_Desk":
        unit = {"name": "交通运输局", "kind": "department"}
        good(self.admin.put(f"/v1/units/{UNIT}", unit))
        return self

    def __exit__(self, *_: object) -> None:
        for wire in vars(self).values():
            if isinstance(wire, Wire | Readers):
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

    def accept_many(self, lives: Sequence[_Life]) -> None:
        """The unit accepts these cases with one request."""
        items = [{n: life.case[n] for n in ("case_id", "version")} for life in lives]
        asked = {"action": "accept", "items": items}
        found = good(self.handler.post("/v1/cases/bulk", asked, key=_key()))["items"]
        for life, item in zip(lives, found, strict=True):
            life.case |= {"version": item["version"], "state": item["state"]}


def _busy(database: psycopg.Connection) -> bool:
    left = "(SELECT FROM outbox WHERE published_at IS NULL)"
    heard = "(SELECT FROM inbox WHERE status = 'pending')"
    row = database.execute(f"SELECT EXISTS {left} OR EXISTS {heard}").fetchone()
    return bool(row and row[0])


def _key() -> str:
    return str(uuid.uuid4())


def _calls(place: Place, desk: _Desk, size: int) -> Iterator[Row]:
    count = place.count(_LIVES, least=3)
    lives: list[_Life] = []
    timed = {"register": milliseconds(count, lambda n: lives.append(desk.register(n)))}
    for life in lives:
        desk.find(life)
    dispatcher, handler = desk.dispatcher, desk.handler
    timed["forward"] = milliseconds(
        count, lambda n: desk.act(dispatcher, lives[n], "forward", _FORWARD)
    )
    # One stays as it is, and one as accepted, for their rows to be copied.
    accepted, replied = lives[1:], lives[2:]
    parts = [accepted[n : n + _AT_ONCE] for n in range(0, len(accepted), _AT_ONCE)]
    at_once = milliseconds(len(parts), lambda n: desk.accept_many(parts[n]))
    timed[f"accept {_AT_ONCE} at once, each"] = [
        took / len(part) for took, part in zip(at_once, parts, strict=True)
    ]
    timed["reply"] = milliseconds(
        len(replied), lambda n: desk.act(handler, replied[n], "reply", _REPLY)
    )
    desk.settle()
    plain = _plain_rows(place, desk.stack)
    for name, took in timed.items():
        yield from rows_of(f"{name}, among {size:,}", took, plain[name.partition(" ")[0]])
    yield from _pages(place, desk, AT_EACH_SIZE, size)


def _pages(place: Place, desk: _Desk, pages: Sequence[Page], size: int) -> Iterator[Row]:
    """Each page; where it is one case's, that of the unit's newest."""
    newest = good(desk.handler.get("/v1/cases?limit=1"))["items"][0]
    about = {"case_id": newest["case_id"], "petition_id": newest["petition_ids"][0]}
    for page in pages:
        yield from measured(place, desk.readers, page, size=size, **about)


def _plain_rows(place: Place, stack: Stack) -> dict[str, list[float]]:
    """The rows of register, forward and reply by pgbench."""
    seconds = max(1.0, _PLAIN_SECONDS * place.scale)
    with connect(stack, "intake") as intake, connect(stack, "routing") as routing:
        scripts = {
            "register": ("intake", inserts_of_accept(intake)),
            "forward": ("routing", rows_of_action(routing, state="forwarded", types=_FORWARDED)),
            "accept": ("routing", rows_of_action(routing, state="accepted", types=_ACCEPTED)),
            "reply": ("routing", rows_of_action(routing, state="replied", types=_REPLIED)),
        }
    return {
        name: latencies(stack.databases[service], script, seconds=seconds)
        for name, (service, script) in scripts.items()
    }
