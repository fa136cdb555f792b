"""Petitions posted over HTTP, from a process of its own, as fast as answered or on a schedule.

closed   each client posts its next petition when the last one is answered
open     petition n is due at start + n / rate, whatever became of the others; its time counts from
         when it was due, so that a stall is not hidden by the requests that it kept from being sent
"""

import heapq
import itertools
import multiprocessing
import random
import resource
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bench.wire import Broken, Wire

CREATED, AWAY = 201, 503
_RETRY_S = 0.5
_GIVE_UP_S = 60.0
_ROADS = ("鹭洲一路", "云屏大道", "解放路", "滨江西路", "文昌街", "学院南路")
_MATTERS = ("路面坑洼积水", "路灯整排不亮", "公交站台破损", "夜间施工扰民", "下水道堵塞返水")


@dataclass(frozen=True)
class Posted:
    """One petition: when it was due and answered (monotonic seconds), and the last answer."""

    due: float
    sent: float
    answered: float
    at: float
    status: int
    tries: int
    petition_id: str

    @property
    def took(self) -> float:
        """Seconds from when it was due."""
        return self.answered - self.due


@dataclass
class Run:
    """What a load did: its posts in the order they were due, its wall and CPU seconds."""

    posted: list[Posted] = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def accepted(self) -> list[Posted]:
        return [one for one in self.posted if one.status == CREATED]

    @property
    def rate(self) -> float:
        """Petitions accepted a second."""
        return len(self.accepted) / self.seconds

    @property
    def cores(self) -> float:
        """How much of a core the load generator itself used."""
        return self.cpu_seconds / self.seconds


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def milliseconds(count: int, call: Callable[[int], object]) -> list[float]:
    """Milliseconds of each of `count` calls, one after the other."""
    took = []
    for n in range(count):
        began = time.perf_counter()
        call(n)
        took.append(1000 * (time.perf_counter() - began))
    return took


def petition(number: int) -> dict[str, Any]:
    """A petition as the hotline's system posts it, with petitioner and reference."""
    road, matter = _ROADS[number % len(_ROADS)], _MATTERS[number % len(_MATTERS)]
    return {
        "channel": "hotline",
        "title": f"{road}{matter}",
        "content": f"{road}{number % 900 + 1}号附近{matter}，已有两周，多次反映未见处理，附近居民"
        f"出行不便，雨天尤其危险。请有关部门尽快查看并修复。联系电话1380{number % 10**7:07d}。",
        "place": f"{road}{number % 900 + 1}号",
        "petitioner": {"name": "王小明", "phone": f"1380{number % 10**7:07d}"},
        "external_ref": {"system": "hotline", "id": str(uuid.uuid4())},
    }


def closed(urls: Sequence[str], token: str, *, clients: int, seconds: float) -> Run:
    """Post from `clients` clients for `seconds`, spread over the addresses."""
    return _elsewhere(_closed, urls, token, clients, seconds)


def scheduled(urls: Sequence[str], token: str, *, due: Sequence[float], clients: int = 48) -> Run:
    """Post one petition at each of the `due` times (seconds from the start, ascending)."""
    return _elsewhere(_scheduled, urls, token, due, clients)


def _elsewhere(work: Callable[..., Run], *arguments: Any) -> Run:
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=fresh) as pool:
        return pool.submit(work, *arguments).result()


def _closed(urls: Sequence[str], token: str, clients: int, seconds: float) -> Run:
    began = time.monotonic()

    def turns() -> Iterator[float]:
        while (now := time.monotonic()) < began + seconds:
            yield now

    return _post_all(urls, token, [turns() for _ in range(clients)], began)


def _scheduled(urls: Sequence[str], token: str, due: Sequence[float], clients: int) -> Run:
    began = time.monotonic() + 0.2
    lock, waiting = threading.Lock(), iter(due)

    def turns() -> Iterator[float]:
        while True:
            with lock:
                offset = next(waiting, None)
            if offset is None:
                return
            time.sleep(max(0.0, began + offset - time.monotonic()))
            yield began + offset

    return _post_all(urls, token, [turns() for _ in range(clients)], began)


def _post_all(
    urls: Sequence[str], token: str, turns: Sequence[Iterator[float]], began: float
) -> Run:
    numbers = itertools.count(random.randrange(10**6))
    results: list[list[Posted]] = [[] for _ in turns]
    errors: list[BaseException] = []

    def client(n: int) -> None:
        try:
            with Wire(urls[n % len(urls)], token) as wire:
                results[n] += [_post(wire, next(numbers), due) for due in turns[n]]
        except BaseException as error:  # noqa: BLE001 - raised again by the caller's thread
            errors.append(error)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(len(turns))]
    used = _cpu()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    run = Run(list(heapq.merge(*results, key=lambda one: one.due)))
    run.seconds, run.cpu_seconds = time.monotonic() - began, _cpu() - used
    for one in run.posted:
        run.statuses[one.status] = run.statuses.get(one.status, 0) + 1
    return run


def _post(wire: Wire, number: int, due: float) -> Posted:
    """Post one petition, again while it is told to, always with the same key."""
    body, key, tries = petition(number), str(uuid.uuid4()), 0
    sent = time.monotonic()
    while True:
        tries += 1
        try:
            answer = wire.post("/v1/petitions", body, key=key)
            status, found = answer.status, answer.body
        except Broken:
            status, found = 0, b""
        if status not in (0, AWAY) or time.monotonic() > due + _GIVE_UP_S:
            break
        time.sleep(_RETRY_S)
    # Both clocks, so that this petition's later events, known by wall time, can be placed.
    answered, at = time.monotonic(), time.time()
    petition_id = found.partition(b'"petition_id":"')[2][:36].decode()
    return Posted(due, sent, answered, at - (answered - due), status, tries, petition_id)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
