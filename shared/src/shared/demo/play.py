"""Plays messages through the HTTP API, from registration to the petitioner's evaluation.

Every step has an Idempotency-Key made of the message's id, and a case is only moved on from the
state it is in: so a second run of the same messages, or one after a crash, changes nothing twice.
"""

import datetime as dt
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from tqdm import tqdm

from shared.clock import OFFICE_TZ, office_day, wire
from shared.demo.client import ApiError, Client, DemoError
from shared.demo.messages import STAGES, Message

DEFAULT_UNIT = "wangchao"
DEFAULT_CATEGORY = "other"
_KEYS = uuid.UUID("5b5e3f0c-7d0e-5f0b-9a37-3c9c1d0f4a52")
_NOT_YET = frozenset({404, 409})
_OVERTAKEN = frozenset({409, 412})
_CONFLICTS = 5
_FIRST_POLL_S, _LONGEST_POLL_S = 0.05, 2.0
_REPORT_DAYS = 30
_DESK_OPENS, _DESK_CLOSES = 9, 18
_MOST_ERRORS = 20

Item = TypeVar("Item")
Result = TypeVar("Result")

NEXT_ACTION = {
    "registered": "forward",
    "forwarded": "accept",
    "assigned": "accept",
    "accepted": "reply",
    "replied": "serve",
    "served": "close",
}


@dataclass(frozen=True)
class Schedule:
    """When each step happened; never decreasing, never later than the last allowed moment."""

    forward: dt.datetime
    accept: dt.datetime
    reply: dt.datetime
    serve: dt.datetime
    close: dt.datetime
    evaluate: dt.datetime

    def at(self, action: str) -> dt.datetime:
        """The moment of an action of a case."""
        return getattr(self, {"assign": "forward"}.get(action, action))


def schedule(*, received: dt.datetime, replied: dt.datetime, latest: dt.datetime) -> Schedule:
    """Spread the steps over the real delay: forwarded after a fifth of it (3 days at most),
    accepted after two fifths (8 days at most), closed and evaluated a day after one another."""
    delay = replied - received
    forward = _desk_hours(
        received + min(delay * 0.2, dt.timedelta(days=3)), since=received, until=replied
    )
    accept = _desk_hours(
        max(forward, received + min(delay * 0.4, dt.timedelta(days=8))),
        since=forward,
        until=replied,
    )
    close = max(replied, min(replied + dt.timedelta(days=1), latest))
    evaluate = max(close, min(close + dt.timedelta(days=1), latest))
    return Schedule(forward, accept, replied, replied, close, evaluate)


def _desk_hours(moment: dt.datetime, *, since: dt.datetime, until: dt.datetime) -> dt.datetime:
    local = moment.astimezone(OFFICE_TZ)
    if _DESK_OPENS <= local.hour < _DESK_CLOSES:
        return moment
    in_hours = local.replace(hour=_DESK_OPENS + local.minute % (_DESK_CLOSES - _DESK_OPENS))
    return in_hours if since <= in_hours <= until else moment


@dataclass
class Outcome:
    """What a run did: the petition of each message, and what went wrong."""

    petitions: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Player:
    """Plays messages with the importer's account; `patience` is how long an event may take."""

    client: Client
    latest: dt.datetime
    workers: int = 6
    default_unit: str = DEFAULT_UNIT
    patience: float = 600.0
    show: bool = True

    def play(self, messages: Sequence[Message]) -> Outcome:
        """Register all, then move every case on, then evaluate: nobody waits for one event."""
        outcome = Outcome()
        registered = self._each("登记", messages, self._register, outcome)
        outcome.petitions = {m.msg_id: petition for m, petition in registered}
        handled = self._each("办理", registered, self._handle, outcome)
        graded = [pair for pair in handled if pair[0].grades]
        self._each("评价", graded, self._evaluate, outcome)
        return outcome

    def _each(
        self, label: str, items: Sequence[Item], do: Callable[[Item], Result], outcome: Outcome
    ) -> list[Result]:
        """Do it for each item in a small pool; too many failures end the run."""
        results: list[Result] = []
        pool = ThreadPoolExecutor(self.workers, thread_name_prefix="demo")
        try:
            futures = [pool.submit(do, item) for item in items]
            bar = tqdm(total=len(futures), desc=label, unit="件", disable=not self.show)
            with bar:
                for future in futures:
                    try:
                        results.append(future.result())
                    except DemoError as error:
                        outcome.errors.append(str(error))
                    if len(outcome.errors) > _MOST_ERRORS:
                        raise DemoError("\n".join(["错误太多，已停止：", *outcome.errors]))
                    bar.update()
        finally:
            pool.shutdown(cancel_futures=True)
        return results

    def _register(self, message: Message) -> tuple[Message, str]:
        body = {
            "channel": message.channel,
            "title": message.title,
            "content": message.body,
            "received_at": wire(message.received_at),
            "at": wire(message.received_at),
            "external_ref": {"system": message.system, "id": message.msg_id},
            "secrecy": message.secret or None,
            "purpose": message.purpose,
            "place": message.place or None,
            "petitioner": dict(message.petitioner) or None,
        }
        given = {name: value for name, value in body.items() if value is not None}
        try:
            answer = self.client.post(
                "intake", "/v1/petitions", given, key=_key(message, "register")
            )
        except ApiError as error:
            # An Idempotency-Key is kept for 30 days, an external_ref for ever.
            if error.problem.get("petition_id") is None:
                raise DemoError(f"信件 {message.msg_id} 登记失败：{error}") from error
            answer = error.problem
        return message, str(answer["petition_id"])

    def _handle(self, item: tuple[Message, str]) -> tuple[Message, str]:
        message, petition_id = item
        goal = _rank(message.stage)
        if goal == 0:
            return item
        case = self._case_of(message, petition_id)
        times = schedule(
            received=message.received_at, replied=message.replied_at, latest=self.latest
        )
        conflicts = 0
        while _rank(case["state"]) < goal:
            action = "assign" if message.stage == "assigned" else NEXT_ACTION[case["state"]]
            try:
                case = self._act(message, case, action, at=times.at(action))
            except ApiError as error:
                conflicts += 1
                if error.status not in _OVERTAKEN or conflicts > _CONFLICTS:
                    raise DemoError(f"信件 {message.msg_id}：{error}") from error
                case = self.client.get("routing", f"/v1/cases/{case['case_id']}")
        return item

    def _case_of(self, message: Message, petition_id: str) -> dict[str, Any]:
        """The case, once routing has opened it and, unless it is secret, has read its text."""

        def ready() -> dict[str, Any] | None:
            found = self.client.get("routing", "/v1/cases", petition_id=petition_id)["items"]
            case: dict[str, Any] | None = found[0] if found else None
            if case is None or case["state"] != "registered":
                return case
            return case if case.get("secret") or case.get("title") else None

        return self._until(ready, what=f"信件 {message.msg_id} 立案")

    def _act(
        self, message: Message, case: dict[str, Any], action: str, *, at: dt.datetime
    ) -> dict[str, Any]:
        body = {"at": wire(at)}
        if action in {"forward", "assign"}:
            body |= self._destination(message, case)
        if action == "assign":
            body["report_due"] = (office_day(at) + dt.timedelta(days=_REPORT_DAYS)).isoformat()
        if action == "reply":
            body["text"] = message.reply
        if action == "serve":
            body |= {"method": "direct", "received_on": office_day(at).isoformat()}
            body["signed_by"] = "信访人"
        if action == "close":
            body["reason"] = "served"
        return self.client.post(
            "routing",
            f"/v1/cases/{case['case_id']}/{action}",
            body,
            key=_key(message, action),
            version=case["version"],
        )

    def _destination(self, message: Message, case: dict[str, Any]) -> dict[str, str]:
        """The unit and category of the sample, else the suggested, else the default ones."""
        suggestion = case.get("suggestion") or {}
        return {
            "unit": message.unit or suggestion.get("unit") or self.default_unit,
            "category": message.category or suggestion.get("category") or DEFAULT_CATEGORY,
        }

    def _evaluate(self, item: tuple[Message, str]) -> None:
        message, petition_id = item
        times = schedule(
            received=message.received_at, replied=message.replied_at, latest=self.latest
        )
        done = graded_objects(self.client, petition_id)
        for name, grade in message.grades.items():
            if name in done:
                continue
            body = {
                "petition_id": petition_id,
                "object": name,
                "grade": grade,
                "at": wire(times.evaluate),
                "simulated": True,
            }
            self._until(partial(self._grade, message, body), what=f"信件 {message.msg_id} 开放评价")

    def _grade(self, message: Message, body: dict[str, Any]) -> bool:
        """Whether the grade stands now: an evaluation opens only when its invitation arrived."""
        name = body["object"]
        try:
            self.client.post(
                "satisfaction", "/v1/evaluations", body, key=_key(message, f"evaluate-{name}")
            )
        except ApiError as error:
            if error.status not in _NOT_YET:
                raise DemoError(f"信件 {message.msg_id} 评价失败：{error}") from error
            return name in graded_objects(self.client, body["petition_id"])
        return True

    def _until(self, ready: Callable[[], Result | None], *, what: str) -> Result:
        """What `ready` returns as soon as it is something, asked less and less often."""
        give_up = time.monotonic() + self.patience
        pause = _FIRST_POLL_S
        while True:
            result = ready()
            if result:
                return result
            if time.monotonic() > give_up:
                raise DemoError(f"{what}：等待 {self.patience:.0f} 秒仍未完成")
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_POLL_S)


def graded_objects(client: Client, petition_id: str) -> set[str]:
    """The objects of a petition that have a grade."""
    answer = client.get("satisfaction", "/v1/evaluations", petition_id=petition_id)
    return {item["object"] for item in answer["items"] if item.get("grade")}


def _rank(state: str) -> int:
    if state not in STAGES:
        raise DemoError(f"不认识的办理状态“{state}”")
    return STAGES.index(state)


def _key(message: Message, step: str) -> str:
    return str(uuid.uuid5(_KEYS, f"{message.system}/{message.msg_id}/{step}"))
