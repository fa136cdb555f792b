"""matter: the same matter found again: how fast among a million petitions, and how well.

Speed: `similar` of new petitions over HTTP, and what comparing one costs the job. Well: on the
labelled messages in DATA, where that is given; nothing is judged where it is not.
"""

import datetime as dt
import random
import time
import uuid
from collections.abc import Iterator

import sqlalchemy as sa

from bench import letters, sameness
from bench.letters_seeding import fill
from bench.load import milliseconds, percentile
from bench.place import Place, token
from bench.table import Row
from bench.wire import Wire, good
from intake import models
from intake.jobs import comparing as jobs
from local.stack import Stack
from shared.service import App

SIZE = 1_000_000
WITHIN_MS = 50.0
_ASKED, _COMPARED = 300, 200
_LONGEST = 200


def measure(place: Place) -> Iterator[Row]:
    """Speed among SIZE petitions, then quality where DATA has something to judge by."""
    yield from _speed(place)
    why = sameness.missing(place.data)
    if why:
        place.say(f"matter: quality is not measured: {why}")
    else:
        yield from _quality(place)


def _speed(place: Place) -> Iterator[Row]:
    size = place.count(SIZE, least=1_000)
    with place.stack("matter", "intake") as stack:
        stack.terminate("intake.worker")
        url = stack.databases["intake"].replace("+psycopg", "", 1)
        fill(url, size, say=place.say)
        posted = _register(stack, place.count(_ASKED, least=10), size=size)
        with Wire(stack.endpoints["intake"], token(stack, "dispatcher")) as wire:

            def ask(n: int) -> None:
                good(wire.get(f"/v1/petitions/{posted[n % len(posted)]}/similar"))

            milliseconds(20, ask)
            took = milliseconds(place.count(_ASKED, least=10), ask)
        yield from _rows(f"similar, among {size:,}", took)
        with stack.app(stack.services[0]) as app:
            began = time.perf_counter()
            jobs.compare(app)
            waited = len(posted)
        rate = waited / (time.perf_counter() - began)
        yield Row(f"compared by the job, among {size:,}", rate, "/s")


def _rows(name: str, took: list[float]) -> Iterator[Row]:
    yield Row(f"{name}, p50", percentile(took, 0.5), "ms")
    yield Row(f"{name}, p95", percentile(took, 0.95), "ms", aim=WITHIN_MS, floor=WITHIN_MS)


def _register(stack: Stack, count: int, *, size: int) -> list[str]:
    """New petitions about matters of which some were told before; their ids."""
    chance = random.Random(7)
    now = dt.datetime.now(dt.UTC)
    with Wire(stack.endpoints["intake"], token(stack, "channel:hotline")) as wire:
        sent = []
        for number in range(count):
            letter = letters.write(chance.randrange(size), chance, person=number, at=now)
            body = {
                "channel": "hotline",
                "title": letter.title,
                "content": letter.content,
                "place": letter.place,
                "petitioner": {"phone": f"138{number:08d}"},
            }
            sent.append(
                good(wire.post("/v1/petitions", body, key=str(uuid.uuid4())))["petition_id"]
            )
    return sent


def _quality(place: Place) -> Iterator[Row]:
    assert place.data is not None
    with place.stack("sameness", "intake") as stack:
        stack.terminate("intake.worker")
        with stack.app(stack.services[0]) as app:
            messages = _Messages(stack, sameness.rows(place.data, "messages_dated"))
            began = time.perf_counter()
            while _waiting(app):
                jobs.compare(app)
            place.say(f"matter: messages compared in {time.perf_counter() - began:.0f} s")
            quality = sameness.Quality(place.data, messages.similar)
            yield _share("exact copies proposed", quality.copies_found(), 1.0)
            yield _share("same matter, average precision", quality.average_precision(), 0.95)
            for issue, mean, worst in quality.issues():
                name = f"issue {issue}, precision at recall {sameness.RECALL}"
                yield _share(name, mean, 0.85, note=f"at worst {worst:.2f}")


class _Messages:
    """Labelled messages, registered; `similar` asks for one and answers with messages' ids."""

    def __init__(self, stack: Stack, messages: list[dict[str, str]]) -> None:
        self._wire = Wire(stack.endpoints["intake"], token(stack, "dispatcher"))
        self._petition_of, self._message_of = {}, {}
        with Wire(stack.endpoints["intake"], token(stack, "importer")) as wire:
            for message in sorted(messages, key=lambda one: one["time"]):
                body, key = sameness.as_petition(message), str(uuid.uuid4())
                answer = good(wire.post("/v1/petitions", body, key=key))
                self._petition_of[message["msg_id"]] = answer["petition_id"]
                self._message_of[answer["petition_id"]] = message["msg_id"]

    def similar(self, message: str) -> sameness.Ranked:
        path = f"/v1/petitions/{self._petition_of[message]}/similar?limit={_LONGEST}"
        found = good(self._wire.get(path))["items"]
        return [(self._message_of[one["petition_id"]], one["score"]) for one in found]


def _waiting(app: App) -> bool:
    with app.db.read() as session:
        return session.execute(sa.select(models.uncompared.c.seq).limit(1)).first() is not None


def _share(name: str, share: float, aim: float, note: str = "") -> Row:
    return Row(name, share, "share", aim=aim, floor=aim, note=note)
