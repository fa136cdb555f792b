"""accept: POST /v1/petitions, whole: validated, encrypted, idempotent, outbox, committed.

Beside it pgbench, which inserts the very rows that one such POST left, in one transaction.
"""

from collections.abc import Iterator

from bench.load import CREATED, closed
from bench.pgbench import inserts_of_accept, pgbench
from bench.place import Place, add_web, connect, token
from bench.table import Row

CLIENTS = (1, 8, 16)
FLOOR, AIM = 250, 600
_SECONDS, _WARM_UP = 10.0, 1.5


def measure(place: Place) -> Iterator[Row]:
    """Each number of clients on one and two web processes, and pgbench with as many."""
    seconds = max(1.0, _SECONDS * place.scale)
    with place.stack("accept", "intake") as stack:
        stack.terminate("intake.worker")
        bearer = token(stack, "channel:hotline")
        urls = [stack.endpoints["intake"], add_web(stack, "intake")]
        for used in (urls, urls[:1]):
            closed(used, bearer, clients=8, seconds=_WARM_UP)
        with connect(stack, "intake") as database:
            script = inserts_of_accept(database)
        for clients in CLIENTS:
            limit = pgbench(stack.databases["intake"], script, clients=clients, seconds=seconds / 2)
            for processes in (1, 2):
                run = closed(urls[:processes], bearer, clients=clients, seconds=seconds)
                refused = {s: n for s, n in run.statuses.items() if s != CREATED}
                place.say(
                    f"accept, {clients} clients, {processes} processes: {run.rate:.0f}/s, "
                    f"load generator {run.cores:.2f} cores, not 201: {refused or 'none'}"
                )
                # One client waits for the disk most of the time, whatever the software does.
                goals = (FLOOR, AIM) if clients > 1 and processes > 1 else (None, None)
                yield Row(
                    f"accept, {clients} clients, {processes} web",
                    run.rate,
                    "/s",
                    limit,
                    "pgbench, same rows",
                    *goals,
                )
