"""The load: a stream of petitions posted by HTTP, each led through the life its pattern gives it.

    poster threads  --POST /v1/petitions, at a pace-->  intake
    clerk threads   --GET case, forward, accept, …, evaluate-->  routing, satisfaction

Every request has a stable Idempotency-Key and is repeated until it is answered, so a fault delays
the stream and loses none of it. All times depend on the pattern alone: whatever happens meanwhile,
petitions of one pattern must end up the same.
"""

import datetime as dt
import heapq
import itertools
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.clock import office_day, wire
from shared.demo.client import ApiError, Client
from system.site import Site
from system.waiting import wait_out, wait_until

POSTERS, CLERKS = 2, 3
RETRY_S = 0.5
_KEYS = uuid.UUID("0c7a8f0e-4f6b-5d3c-9a52-8d1d5a0a6e11")
_FIRST_DAY = dt.datetime.now(dt.UTC).replace(
    hour=1, minute=0, second=0, microsecond=0
) - dt.timedelta(days=35)
"""So late that no time to apply for review has run out: cases would lapse, some runs sooner."""
_REPORT_DUE = office_day(_FIRST_DAY + dt.timedelta(days=67)).isoformat()
_NOT_YET = frozenset({"evaluation_not_open", "text_pending"})

UNITS = {
    "bureau": {"name": "云屏区信访局", "kind": "bureau"},
    "transport": {"name": "云屏区交通运输局", "kind": "department"},
    "discipline": {"name": "云屏区纪委监委", "kind": "discipline", "secret_lane": True},
}

_HAND_ON = {"unit": "transport", "category": "transport.road"}
_FORWARD = ("forward", 2, _HAND_ON)
_ACCUSE = ("forward", 2, {"unit": "discipline", "category": "other"})
_ASSIGN = ("assign", 2, _HAND_ON | {"report_due": _REPORT_DUE})
_ACCEPT = ("accept", 4, {})
_REPLY = ("reply", 20, {"text": "已安排养护人员修补路面，如有疑问请致电13800001234。"})
_SERVE = ("serve", 21, {"method": "direct", "signed_by": "信访人"})
_REPORT = ("report_back", 22, {"text": "已修补，信访人已签收答复。"})
_REPORT_ACCEPTED = ("approve_report", 23, {})
_EVALUATED = {"petition_office": "satisfied", "handling_unit": "basically_satisfied"}


@dataclass(frozen=True)
class Pattern:
    """A petition's life: how it is posted, the actions on its case (name, day, body), grades."""

    channel: str = "mailbox"
    posted: Mapping[str, Any] = field(default_factory=dict)
    actions: tuple[tuple[str, int, Mapping[str, Any]], ...] = ()
    grades: Mapping[str, str] = field(default_factory=dict)


_LYING = (
    Pattern(),
    Pattern(channel="visit", posted={"place": "解放路公交站"}),
    Pattern(channel="hotline", posted={"petitioner": {"name": "张三", "phone": "13800001234"}}),
    Pattern(channel="letter", posted={"secrecy": True}),
)
_HANDLED = (
    Pattern(actions=(_FORWARD,)),
    Pattern(actions=(_FORWARD, _ACCEPT)),
    Pattern(channel="web", actions=(_FORWARD, _ACCEPT, _REPLY)),
    Pattern(actions=(_FORWARD, _ACCEPT, _REPLY, _SERVE), grades=_EVALUATED),
    Pattern(actions=(_ASSIGN, _ACCEPT, _REPLY, _SERVE, _REPORT, _REPORT_ACCEPTED)),
    Pattern(channel="letter", posted={"purpose": "accusation"}, actions=(_ACCUSE,)),
)
PATTERNS = (*_LYING, *_LYING, *_LYING, *_HANDLED)
CLOSED = PATTERNS.index(_HANDLED[4])


def pattern_of(index: int) -> Pattern:
    """The pattern of the petition with that number in the stream."""
    return PATTERNS[index % len(PATTERNS)]


@dataclass(frozen=True)
class Answer:
    """What one try of registering a petition got: a status, or None without an answer."""

    began: float
    ended: float
    status: int | None


class Recorder(httpx.BaseTransport):
    """An HTTP transport that notes what every try to register a petition got."""

    def __init__(self, through: httpx.BaseTransport | None = None) -> None:
        self._real = through or httpx.HTTPTransport()
        self.answers: list[Answer] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send, and note it if it registers."""
        began, status = time.monotonic(), None
        try:
            response = self._real.handle_request(request)
            status = response.status_code
            return response
        finally:
            if request.url.path.endswith("/v1/petitions"):
                self.answers.append(Answer(began, time.monotonic(), status))

    def close(self) -> None:
        """Close the connections."""
        self._real.close()


class Life:
    """One petition on its way; `step` does the next thing that can be done."""

    def __init__(self, client: Client, index: int) -> None:
        self.client = client
        self.index = index
        self.pattern = pattern_of(index)
        self.petition_id = ""
        self.case: dict[str, Any] | None = None
        self._actions = list(self.pattern.actions)
        self._grades = dict(self.pattern.grades)

    @property
    def done(self) -> bool:
        """Whether nothing is left to do with it."""
        return bool(self.petition_id) and not self._actions and not self._grades

    def register(self) -> str:
        """Post the petition; its id."""
        received = wire(self._at(0))
        body = {
            "channel": self.pattern.channel,
            "title": "解放路路面破损",
            "content": "解放路公交站旁路面坑洼，雨天积水，行人摔倒。联系电话13800001234。",
            "received_at": received,
            "at": received,
            "external_ref": {"system": "load", "id": str(self.index)},
        } | self.pattern.posted
        answer = self._post("intake", "/v1/petitions", body, step="register")
        self.petition_id = str(answer["petition_id"])
        return self.petition_id

    def step(self) -> bool:
        """Do the next thing; False when it has to wait for an event first."""
        if self.case is None:
            self.case = self._find_case()
            return self.case is not None
        return self._act() if self._actions else self._grade()

    def _find_case(self) -> dict[str, Any] | None:
        found = self.client.get("routing", "/v1/cases", petition_id=self.petition_id)["items"]
        ready = found and (found[0]["secret"] or found[0]["title"])
        return found[0] if ready else None

    def _act(self) -> bool:
        name, day, more = self._actions[0]
        assert self.case is not None
        path = f"/v1/cases/{self.case['case_id']}/{name}"
        body = {"at": wire(self._at(day)), **more}
        if name == "serve":
            body["received_on"] = office_day(self._at(day)).isoformat()
        self.case = self._post("routing", path, body, step=name, version=self.case["version"])
        del self._actions[0]
        return True

    def _grade(self) -> bool:
        name, grade = next(iter(self._grades.items()))
        body = {
            "petition_id": self.petition_id,
            "object": name,
            "grade": grade,
            "at": wire(self._at(30)),
            "simulated": True,
        }
        try:
            self._post("satisfaction", "/v1/evaluations", body, step=f"evaluate-{name}")
        except ApiError as error:
            if error.code in _NOT_YET:
                return False
            raise
        del self._grades[name]
        return True

    def _post(
        self, service: str, path: str, body: Mapping[str, Any], *, step: str, version: object = None
    ) -> dict[str, Any]:
        key = str(uuid.uuid5(_KEYS, f"{self.index}/{step}"))
        return self.client.post(service, path, body, key=key, version=version)

    def _at(self, day: int) -> dt.datetime:
        return _FIRST_DAY + dt.timedelta(days=day, hours=self.index % len(PATTERNS))


class Load:
    """A stream of petitions at `pace` a second (None: as fast as it goes), until `finish`.

    `through` is the transport that its requests take, where they do not go straight to a service.
    """

    def __init__(
        self,
        site: Site,
        *,
        at_least: int,
        pace: float | None = None,
        through: httpx.BaseTransport | None = None,
    ) -> None:
        self.at_least = at_least
        self.recorder = Recorder(through)
        self.client = site.client("importer", transport=self.recorder)
        self.petitions: dict[int, str] = {}
        self._pace = pace
        self._next_number = 0
        self._extras = itertools.count(1)
        self._end: int | None = None
        self._lock = threading.Lock()
        self._next_post = 0.0
        self._underway = 0
        self._waiting: list[tuple[float, int, Life]] = []
        self._more = threading.Condition()
        self._stop = threading.Event()
        self._errors: list[BaseException] = []
        self._threads = [
            *(self._thread(self._post_all, f"poster-{n}") for n in range(POSTERS)),
            *(self._thread(self._clerk, f"clerk-{n}") for n in range(CLERKS)),
        ]

    def __enter__(self) -> "Load":
        for code, unit in UNITS.items():
            self.client.put("routing", f"/v1/units/{code}", unit)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        with self._more:
            self._more.notify_all()
        # A thread that is still repeating a request gives up once the connections are closed.
        self.client.__exit__()
        for thread in self._threads:
            thread.join()

    @property
    def answered(self) -> int:
        """How many petitions have been answered 201."""
        self.check()
        return len(self.petitions)

    @property
    def refused(self) -> int:
        """How many tries to register got another answer than 201, or none."""
        return sum(answer.status != httpx.codes.CREATED for answer in self.recorder.answers)

    def tries(self, *, since: float, until: float) -> list[Answer]:
        """The tries to register that began and ended in that time."""
        return [a for a in self.recorder.answers if since <= a.began and a.ended <= until]

    def flow(self, count: int) -> None:
        """Wait until so many more petitions have been answered."""
        wanted = self.answered + count
        wait_until(lambda: self.answered >= wanted, "the load flows", why=self.__str__)

    def check(self) -> None:
        """Raise what went wrong in a thread."""
        if self._errors:
            raise AssertionError("the load failed") from self._errors[0]

    def finish(self) -> None:
        """Post what lacks of `at_least` without pacing, and wait until every life is lived."""
        with self._lock:
            self._pace = None
            self._end = max(self.at_least, self._next_number)
        wait_out(lambda: "" if self._finished() else str(self), "the load ends")

    def extra(self, pattern: int) -> Life:
        """One petition beside the stream, for the caller to lead; its number is negative."""
        life = Life(self.client, pattern - len(PATTERNS) * next(self._extras))
        self.petitions[life.index] = life.register()
        return life

    def __str__(self) -> str:
        return f"{len(self.petitions)} petitions answered, {self._underway} lives under way"

    def _finished(self) -> bool:
        self.check()
        return self._next_number == self._end and self._underway == 0

    def _thread(self, target: Any, name: str) -> threading.Thread:
        def run() -> None:
            try:
                target()
            except BaseException as error:  # noqa: BLE001 - the test's thread raises it
                self._errors.append(error)

        return threading.Thread(target=run, name=name)

    def _post_all(self) -> None:
        for number in self._turns():
            life = Life(self.client, number)
            self.petitions[number] = life.register()
            self._hand_over(life, after=0.0)

    def _turns(self) -> Iterator[int]:
        """The numbers of the stream, each when its time has come."""
        while not self._stop.is_set():
            with self._lock:
                number, wait = self._next_number, self._turn_comes_in()
                if number == self._end:
                    return
                self._next_number += 1
                self._underway += 1
            self._stop.wait(wait)
            yield number

    def _turn_comes_in(self) -> float:
        if self._pace is None:
            return 0.0
        now = time.monotonic()
        self._next_post = max(now, self._next_post + 1 / self._pace)
        return self._next_post - now

    def _hand_over(self, life: Life, *, after: float) -> None:
        if life.done:
            with self._lock:
                self._underway -= 1
            return
        with self._more:
            heapq.heappush(self._waiting, (time.monotonic() + after, life.index, life))
            self._more.notify()

    def _clerk(self) -> None:
        while (life := self._due()) is not None:
            moved = life.step()
            self._hand_over(life, after=0.0 if moved else RETRY_S)

    def _due(self) -> Life | None:
        """The life that has waited longest, once its time has come; None at the end."""
        with self._more:
            while not self._stop.is_set():
                wait = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._waiting)[2]
                self._more.wait(wait)
        return None
