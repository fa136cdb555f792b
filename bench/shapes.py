"""shapes: a base rate, twenty times as much for 30 seconds, and back; ten times over.

After each spike the time is taken until no service has anything left to send or to handle. At the
end every petition that was answered 201 is looked for by its id in every service. A request that
is told 503 or that loses its connection is sent again with the same key, as every client does.
"""

import time
from collections import Counter
from collections.abc import Iterator

from bench.load import CREATED, Posted, percentile, scheduled
from bench.place import Place, connect, token, until
from bench.table import Row
from local.stack import Stack

BASE, TIMES = 10, 20
_SPIKE_S, _CALM_S = 30.0, 10.0
_WITHIN_S = 300.0
# Where each service keeps the petitions it knows of.
KNOWN_IN = {
    "intake": "petitions",
    "routing": "case_petitions",
    "supervision": "case_petitions",
    "satisfaction": "case_petitions",
    "sync-municipal": "case_petitions",
}


def measure(place: Place) -> Iterator[Row]:
    """The longest recovery and the slowest answers of all spikes, and what was lost: nothing."""
    posted: list[Posted] = []
    recovered: list[float] = []
    spike, calm = max(1.0, _SPIKE_S * place.scale), max(1.0, _CALM_S * place.scale)
    with place.stack("shapes") as stack:
        bearer, urls = token(stack, "channel:hotline"), [stack.endpoints["intake"]]
        for n in range(place.spikes):
            run = scheduled(urls, bearer, due=_schedule(calm, spike), clients=64)
            ended = time.monotonic()
            until(lambda: not _backlog(stack), "the backlog is gone", within=_WITHIN_S, poll=0.2)
            recovered.append(time.monotonic() - ended)
            posted += run.posted
            in_spike = [one.took for one in run.posted[int(BASE * calm) :]]
            place.say(
                f"spike {n + 1}: {len(run.posted)} posted, {dict(run.statuses)}, answered p50 "
                f"{percentile(in_spike, 0.5):.2f} s, p99 {percentile(in_spike, 0.99):.2f} s, "
                f"backlog gone after {recovered[-1]:.1f} s, load generator {run.cores:.2f} cores"
            )
        lost = _lost(stack, {one.petition_id for one in posted if one.status == CREATED})
    name = f"{BASE}/s, x{TIMES} for {spike:.0f} s, {place.spikes} times"
    statuses = Counter(one.status for one in posted)
    again = sum(one.tries > 1 for one in posted)
    yield Row(f"{name}: lost, in any service", sum(lost.values()), "", floor=0, note=str(lost))
    refused = sum(n for status, n in statuses.items() if status != CREATED)
    yield Row(
        f"{name}: not answered 201",
        refused,
        "",
        floor=0,
        note=f"{dict(statuses)}, sent more than once: {again}",
    )
    each = ", ".join(f"{seconds:.1f}" for seconds in recovered)
    yield Row(f"{name}: longest recovery", max(recovered), "s", note=f"each: {each} s")
    yield Row(f"{name}: answered, p99", percentile([one.took for one in posted], 0.99), "s")


def _schedule(calm: float, spike: float) -> list[float]:
    """When each petition of one round is due: base rate, then the spike."""
    before = [n / BASE for n in range(int(calm * BASE))]
    within = [calm + n / (BASE * TIMES) for n in range(int(spike * BASE * TIMES))]
    return before + within


def _backlog(stack: Stack) -> int:
    """Rows that wait in the outboxes and inboxes of all services, and messages in the queues."""
    waiting = (
        "SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL) "
        "+ (SELECT count(*) FROM inbox WHERE status = 'pending')"
    )
    total = 0
    for service in KNOWN_IN:
        with connect(stack, service) as database:
            row = database.execute(waiting).fetchone()
            total += row[0] if row else 0
    return total


def _lost(stack: Stack, wanted: set[str]) -> dict[str, int]:
    """How many of the petitions each service does not know, or has twice."""
    lost = {}
    for service, table in KNOWN_IN.items():
        with connect(stack, service) as database:
            found = Counter(row[0] for row in database.execute(f"SELECT petition_id FROM {table}"))
        lost[service] = sum(found[one] != 1 for one in wanted)
    return lost
