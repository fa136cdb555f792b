"""visible: from POST to the moment a petition's case stands in supervision's timeline.

100 petitions a second on a schedule, so that a stall counts for everyone it would have kept
waiting. The moment is the commit that put case and entry into supervision's tables, as PostgreSQL
itself dates it (track_commit_timestamp): from then on every reader sees it, and no polling adds to
the load. A few more petitions are followed over HTTP until the timeline itself shows them.
"""

import math
import threading
import time
import uuid
from collections.abc import Iterator, Sequence

from bench.load import CREATED, percentile, petition, scheduled
from bench.place import Place, connect, token, until
from bench.table import Row
from bench.wire import Wire
from local.stack import Stack

RATE = 100
FLOOR_MS, AIM_MS = 3_000.0, 1_000.0
_SECONDS = 60.0
_POLL_S = 0.02
_COMMITTED = """
SELECT petition_id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float FROM case_petitions
"""


def measure(place: Place) -> Iterator[Row]:
    """p50, p95 and p99 of all petitions, and p50 and p95 of those followed over HTTP."""
    place.date_commits()
    seconds = max(2.0, _SECONDS * place.scale)
    with place.stack("visible") as stack, connect(stack, "supervision") as database:
        bearer = token(stack, "channel:hotline")
        intake = [stack.endpoints["intake"]]
        scheduled(intake, bearer, due=[n / 20 for n in range(40)])
        with _Follower(stack, bearer) as follower:
            run = scheduled(intake, bearer, due=[n / RATE for n in range(int(RATE * seconds))])
        wanted = {one.petition_id for one in run.accepted}
        until(lambda: wanted <= dict(database.execute(_COMMITTED)).keys(), "all seen", within=120)
        seen = dict(database.execute(_COMMITTED).fetchall())
    took = [1000 * (seen[one.petition_id] - one.at) for one in run.accepted]
    accepted = [1000 * one.took for one in run.accepted]
    place.say(
        f"visible: {len(took)} of {len(run.posted)} petitions accepted and seen; answered p50 "
        f"{percentile(accepted, 0.5):.0f} ms, p99 {percentile(accepted, 0.99):.0f} ms; "
        f"load generator {run.cores:.2f} cores"
    )
    for share, floor, aim in ((0.5, None, None), (0.95, None, None), (0.99, FLOOR_MS, AIM_MS)):
        name = f"visible in the timeline at {RATE}/s, p{share * 100:.0f}"
        yield Row(name, percentile(took, share), "ms", floor=floor, aim=aim)
    yield from _followed_rows(follower.took)


def _followed_rows(took: Sequence[float]) -> Iterator[Row]:
    for share in (0.5, 0.95):
        figure = percentile(took, share) if took else math.inf
        yield Row(f"the same over HTTP, {len(took)} followed, p{share * 100:.0f}", figure, "ms")


class _Follower:
    """Posts one petition after the other and asks for its timeline until it is there."""

    def __init__(self, stack: Stack, bearer: str) -> None:
        reader = token(stack, "supervisor")
        self.took: list[float] = []
        self._intake = Wire(stack.endpoints["intake"], bearer)
        self._routing = Wire(stack.endpoints["routing"], reader)
        self._supervision = Wire(stack.endpoints["supervision"], reader)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow_all)

    def __enter__(self) -> "_Follower":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for wire in (self._intake, self._routing, self._supervision):
            wire.close()

    def _follow_all(self) -> None:
        while not self._stop.is_set():
            self.took.append(1000 * self._follow())
            self._stop.wait(0.2)

    def _follow(self) -> float:
        began = time.monotonic()
        posted = self._intake.post("/v1/petitions", petition(0), key=str(uuid.uuid4()))
        assert posted.status == CREATED, posted.body
        petition_id = posted.json["petition_id"]
        while not (
            found := self._routing.get(f"/v1/cases?petition_id={petition_id}").json["items"]
        ):
            time.sleep(_POLL_S)
        path = f"/v1/cases/{found[0]['case_id']}/timeline"
        while not (shown := self._supervision.get(path)).is_success or not shown.json["entries"]:
            time.sleep(_POLL_S)
        return time.monotonic() - began
