"""looks: what staff look at, each look with its entry in the audit chain, and the chain verified.

Beside looks pgbench, which inserts the entry that one of them left and no more: no chain, no look.
"""

import itertools
import os
import resource
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence

import psycopg

from bench.load import petition
from bench.pgbench import insert_of_entry, pgbench
from bench.place import Place, add_web, connect, token
from bench.table import Row
from bench.wire import Wire, good
from intake.domain.audit import NOTHING_BEFORE, AuditKeys, entry_message, head_message
from intake.jobs import branching
from local.stack import Stack

CLIENTS = (1, 8)
AIM, FLOOR = 300, 45
VERIFIED = 1_000_000
_SECONDS, _WARM_UP = 10.0, 1.5
_PIECE = 50_000


def measure(place: Place) -> Iterator[Row]:
    """Looks by each number of clients on one and two web processes; then verify-audit."""
    seconds = max(1.0, _SECONDS * place.scale)
    with place.stack("looks", "intake") as stack:
        stack.terminate("intake.worker")
        with stack.app(stack.services[0]) as app:
            branching.run(app)
        urls = [stack.endpoints["intake"], add_web(stack, "intake")]
        path = f"/v1/petitions/{_registered(stack)}"
        bearer = token(stack, "auditor")
        _rate(urls, path, bearer, clients=8, seconds=_WARM_UP)
        with connect(stack, "intake") as database:
            script = insert_of_entry(database)
        for clients in CLIENTS:
            limit = pgbench(stack.databases["intake"], script, clients=clients, seconds=seconds / 2)
            with connect(stack, "intake") as database:
                _forget_forged(database)
            for processes in (1, 2):
                rate = _rate(urls[:processes], path, bearer, clients=clients, seconds=seconds)
                goals = (FLOOR, AIM) if clients > 1 and processes > 1 else (None, None)
                name = f"looks, {clients} clients, {processes} web"
                yield Row(name, rate, "/s", limit, "pgbench, the entry alone", *goals)
        yield from _verified(place, stack)


def _registered(stack: Stack) -> str:
    with Wire(stack.endpoints["intake"], token(stack, "channel:hotline")) as wire:
        posted = good(wire.post("/v1/petitions", petition(1), key=str(uuid.uuid4())))
    return str(posted["petition_id"])


def _rate(urls: Sequence[str], path: str, bearer: str, *, clients: int, seconds: float) -> float:
    """Looks a second, each client's next one when the last is answered."""
    until, done = time.monotonic() + seconds, itertools.count()
    errors: list[BaseException] = []

    def look(n: int) -> None:
        try:
            with Wire(urls[n % len(urls)], bearer) as wire:
                while time.monotonic() < until:
                    good(wire.get(path))
                    next(done)
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)

    _all(look, clients)
    if errors:
        raise errors[0]
    return next(done) / seconds


def _all(work: Callable[[int], None], clients: int) -> None:
    threads = [threading.Thread(target=work, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _verified(place: Place, stack: Stack) -> Iterator[Row]:
    """A chain of so many entries, and how long the command takes to read it, in what memory."""
    size = place.count(VERIFIED, least=1_000)
    _, env = stack.commands["intake.web"]
    _chain(stack, size)
    place.say(f"looks: a chain of {size:,} entries")
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "intake", "verify-audit"],
        env=os.environ | env,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    took = time.monotonic() - began
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    yield Row(f"verify-audit, {size:,} entries", took, "s", note=f"at most {most:.0f} MB")


def _chain(stack: Stack, size: int) -> None:
    """A chain as the software would have written it, in place of the one that is there."""
    keys = AuditKeys.parse(stack.env["AUDIT_KEYS"])
    columns = (
        "seq, at, who, act, petition_id, purpose_kind, purpose, document_id, refused, facts, "
        "previous, key_id, seal"
    )
    names = columns.split(", ")
    with connect(stack, "intake") as database:
        _emptied(database)
        (head,) = database.execute("SELECT adopts_until FROM audit_head").fetchall()
        seal, seq = NOTHING_BEFORE, 0
        while seq < size:
            rows = []
            for seq in range(seq + 1, min(seq + _PIECE, size) + 1):  # noqa: B020
                row = dict.fromkeys(names) | {
                    "seq": seq,
                    "at": head[0],
                    "who": f"clerk-{seq % 300}",
                    "act": "look",
                    "petition_id": str(uuid.UUID(int=seq % 100_000)),
                    "refused": False,
                    "previous": seal,
                    "key_id": keys.current,
                }
                row["seal"] = seal = keys.seal(entry_message(row, seal))
                rows.append(row)
            copied = f"COPY audit ({columns}) FROM STDIN"
            with database.cursor() as cursor, cursor.copy(copied) as copy:
                for row in rows:
                    copy.write_row([row[name] for name in names])
        database.execute(
            "UPDATE audit_head SET seq = %s, seal = %s, key_id = %s, head_seal = %s",
            [size, seal, keys.current, keys.seal(head_message(size, seal, head[0]))],
        )
        database.execute("VACUUM ANALYZE audit")


def _emptied(database: psycopg.Connection) -> None:
    database.execute("ALTER TABLE audit DISABLE TRIGGER ALL")
    database.execute("TRUNCATE audit, audit_branches")
    database.execute("ALTER TABLE audit ENABLE TRIGGER ALL")


def _forget_forged(database: psycopg.Connection) -> None:
    """Take out what pgbench has put in."""
    database.execute("ALTER TABLE audit DISABLE TRIGGER ALL")
    database.execute("DELETE FROM audit WHERE seq < 0")
    database.execute("ALTER TABLE audit ENABLE TRIGGER ALL")
