"""The whole system on SQLite, driven through its HTTP interfaces: where examples come from."""

import datetime as dt
import json
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from stories import REPLY, STORIES

from shared import companions
from shared.clock import FixedClock, office_day
from shared.embedded import LocalBus
from shared.rebuild import rebuild
from shared.service import App, find_services
from shared.testing import MORNING, Office, emitted, handle_all, make_app, sample_secrets
from sync_municipal.push import Pusher

UNITS = {
    "bureau": {"name": "区信访局", "kind": "bureau"},
    "transport": {"name": "区交通运输局", "kind": "department"},
    "discipline": {"name": "区纪委监委", "kind": "discipline", "secret_lane": True},
}
PLAIN = {
    "channel": "web",
    "title": "梧桐路公交站旁路面破损",
    "content": "梧桐路公交站旁路面坑洼多日，雨天积水，请尽快修补。",
    "petitioner": {"name": "何田田", "phone": "13800000001"},
}


class Scenario:
    """All services, a clock that stands still until it is turned, and a bus that delivers now."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.clock = FixedClock(MORNING)
        services = {service.name: service for service in find_services()}
        city, (companion,) = services["sync-municipal"], services["sync-municipal"].companions
        env = os.environ | sample_secrets()
        self.city = companions.launch(city, companion, var=folder, env=env)
        url = {companion.url_setting: companions.url_of(self.city)}
        self.apps: dict[str, App] = {
            name: make_app(service, folder, clock=self.clock, **url, **settings)
            for name, service in services.items()
        }
        self.offices = {name: Office(app) for name, app in self.apps.items()}
        self.bus = LocalBus(self.apps)

    def __enter__(self) -> "Scenario":
        self._exit = ExitStack()
        self._exit.enter_context(self.city)
        self._exit.callback(self.city.terminate)
        for app in self.apps.values():
            self._exit.callback(app.close)
        for code, unit in UNITS.items():
            self.offices["routing"].put(f"/v1/units/{code}", "admin", json=unit)
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    def deliver(self) -> None:
        """Relay and handle until nothing moves."""
        moved = True
        while moved:
            moved = any([app.relay(self.bus).run_once() for app in self.apps.values()])
            for app in self.apps.values():
                moved = bool(app.replays(self.bus).run_once()) or moved
                handle_all(app)

    def register(self, **changes: Any) -> dict[str, Any]:
        """Post a petition; returns its receipt, delivered everywhere."""
        answer = self.offices["intake"].post("/v1/petitions", "registrar", json=PLAIN | changes)
        assert answer.status_code == 201, answer.json
        self.deliver()
        return dict(answer.json)

    def case_of(self, receipt: dict[str, Any]) -> dict[str, Any]:
        """The case of a petition."""
        petition_id = receipt["petition_id"]
        answer = self.offices["routing"].get(f"/v1/cases?petition_id={petition_id}", "dispatcher")
        return dict(answer.json["items"][0])

    def act(
        self,
        receipt: dict[str, Any],
        action: str,
        role: str = "handler",
        *,
        acting: str | None = None,
        **body: Any,
    ) -> dict[str, Any]:
        """Take an action on a petition's case as its unit or as `role`, an hour after the last.

        `acting` is the account, which is named like its role otherwise.
        """
        self.clock.advance(hours=1)
        case = self.case_of(receipt)
        office = self.offices["routing"]
        seat = "dispatcher" if action in ("forward", "assign") else role
        token = office.token(seat, account=acting)
        if role in ("handler", "unit_head") and action not in ("forward", "assign"):
            unit = case["lead_unit"]
            token = office.token(role, unit=unit, scope=(unit,))
        answer = office.post(
            f"/v1/cases/{case['case_id']}/{action}",
            token=token,
            json=body,
            headers={"If-Match": f'"{case["version"]}"'},
        )
        assert answer.status_code == 200, answer.json
        self.deliver()
        return dict(answer.json)

    def proof(self) -> dict[str, str]:
        """Proof that something was served today."""
        day = office_day(self.clock.now()).isoformat()
        return {"method": "direct", "received_on": day, "signed_by": "信访人"}

    def evaluate(self, receipt: dict[str, Any], object_: str, grade: str) -> None:
        """The citizen evaluates."""
        office = self.offices["satisfaction"]
        answer = office.post(
            "/v1/public/evaluations",
            token=office.citizen_token(receipt["petition_id"]),
            json={"object": object_, "grade": grade},
        )
        assert answer.status_code == 201, answer.json
        self.deliver()

    def push(self) -> None:
        """Push what waits to the simulated city."""
        app = self.apps["sync-municipal"]
        pusher = Pusher(app, threading.Event())
        while pusher.run_once():
            pass
        pusher.close()
        self.deliver()

    def envelopes(self) -> list[dict[str, Any]]:
        """Everything that every service has said."""
        return [envelope for app in self.apps.values() for envelope in emitted(app)]


def play(scenario: Scenario) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Play what can happen; yields (why, the envelopes it caused)."""
    seen: set[str] = set()

    def new() -> list[dict[str, Any]]:
        fresh = [e for e in scenario.envelopes() if e["id"] not in seen]
        seen.update(e["id"] for e in fresh)
        return fresh

    first = scenario.register()
    scenario.act(first, "forward", unit="transport")
    scenario.act(first, "accept")
    scenario.act(first, "reply", text=REPLY)
    scenario.act(first, "serve", **scenario.proof())
    scenario.evaluate(first, "handling_unit", "satisfied")
    scenario.act(first, "close", reason="served")
    scenario.push()
    yield "forwarded-to-closed", new()
    assigned = scenario.register(channel="letter", petitioner=None)
    due = (scenario.clock.now() + dt.timedelta(days=20)).date().isoformat()
    scenario.act(assigned, "assign", unit="transport", report_due=due)
    yield "assigned-anonymous", new()
    secret = scenario.register(channel="visit", purpose="accusation")
    scenario.act(secret, "forward", unit="discipline", category="other")
    scenario.act(secret, "accept")
    scenario.act(secret, "reply", text="已按管理权限办理。")
    yield "secret-lane", new()
    for why, story in STORIES.items():
        story(scenario)
        yield why, new()
    for app in scenario.apps.values():
        rebuild(app)
    scenario.deliver()
    yield "rebuild", new()


def body_of(envelope: dict[str, Any]) -> bytes:
    """An envelope as it travels."""
    return json.dumps(envelope, ensure_ascii=False).encode()
