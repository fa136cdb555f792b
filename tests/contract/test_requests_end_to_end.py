"""What a citizen asks for with a code from the phone happens to the case, and the citizen sees it.

Intake and routing over real HTTP, the bus between them, and an SMS gateway in a process of its own.
"""

import json
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from scenario import PLAIN, Scenario
from stories import REPLY
from werkzeug.serving import make_server

from intake.domain import requests as at_intake
from intake.jobs.notices import send
from routing.domain import requests as at_routing
from routing.resources import standard_procedure
from shared.service import App
from shared.web import create_app

GATEWAY = Path(__file__).parents[2] / "services/intake/tests/notice_gateway.py"
KEY = "0a8c1f5e7b3d9246a1c0e8f2b4d6957f"
SIX = re.compile(r"验证码为([0-9]{6})")


@contextmanager
def served(app: App) -> Iterator[str]:
    """The application on a port of this machine; its address."""
    server = make_server("127.0.0.1", 0, create_app(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Citizen:
    """Somebody with a phone, who brings a matter in and follows it with number and code."""

    def __init__(self, scenario: Scenario, url: str, folder: Path) -> None:
        self.scenario, self.url, self.folder = scenario, url, folder
        status, self.receipt = self.post("/v1/public/petitions", PLAIN, token=None)
        assert status == 201
        scenario.deliver()
        self.path = f"/v1/public/petitions/{self.receipt['petition_no']}"

    def post(self, path: str, body: dict[str, Any], **more: Any) -> tuple[int, Any]:
        return self._ask(path, json.dumps(body).encode(), **more)

    def ask_for(self, kind: str, **more: Any) -> tuple[int, Any]:
        """Get a code for it, and ask with the code, twice as a phone with a bad line does."""
        status, sent = self.post(f"{self.path}/requests/code", {"kind": kind})
        assert (status, sent["sent_to"]) == (200, "138******01")
        send(self.scenario.apps["intake"])
        lines = (self.folder / "took.jsonl").read_text(encoding="utf-8")
        body = {"kind": kind, "phone_code": SIX.findall(lines)[-1], **more}
        key = {"Idempotency-Key": str(uuid.uuid4())}
        first = self.post(f"{self.path}/requests", body, headers=key)
        assert self.post(f"{self.path}/requests", body, headers=key) == first
        self.scenario.deliver()
        return first

    @property
    def progress(self) -> Any:
        return self._ask(self.path, None)[1]

    def _ask(
        self,
        path: str,
        body: bytes | None,
        *,
        token: str | None = "session",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token:
            code = {"query_code": self.receipt["query_code"]}
            _, opened = self.post(f"{self.path}/session", code, token=None)
            sent["Authorization"] = f"Bearer {opened['token']}"
        request = urllib.request.Request(self.url + path, data=body, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())


@pytest.fixture
def citizen(tmp_path: Path) -> Iterator[Citizen]:
    folder = tmp_path / "gateway"
    folder.mkdir()
    (folder / "mode").write_text("ok")
    command = [sys.executable, str(GATEWAY), str(folder), KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as gateway:
        try:
            assert gateway.stdout is not None
            port = int(gateway.stdout.readline())
            settings = {
                "NOTICE_SENDERS": "sms=http",
                "NOTICE_SMS_URL": f"http://127.0.0.1:{port}/sms",
                "NOTICE_SMS_SECRET": KEY,
            }
            with (
                Scenario(tmp_path, **settings) as scenario,
                served(scenario.apps["intake"]) as url,
            ):
                yield Citizen(scenario, url, folder)
        finally:
            gateway.kill()


def answered(citizen: Citizen) -> None:
    """The unit accepts, answers and serves its answer."""
    scenario, receipt = citizen.scenario, citizen.receipt
    scenario.act(receipt, "forward", unit="transport")
    scenario.act(receipt, "accept")
    scenario.act(receipt, "reply", text=REPLY, outcome="partly")
    scenario.act(receipt, "serve", **scenario.proof())


def test_a_petition_is_withdrawn_with_the_code_that_came_to_the_phone(citizen: Citizen) -> None:
    assert {one["kind"] for one in citizen.progress["open_requests"]} == {"withdraw", "supplement"}
    status, request = citizen.ask_for("withdraw")
    assert (status, request["state"]) == (201, "asked")
    assert citizen.scenario.case_of(citizen.receipt)["state"] == "withdrawn"
    progress = citizen.progress
    assert (progress["state"], progress["open_requests"]) == ("withdrawn", [])
    assert [(one["kind"], one["state"]) for one in progress["requests"]] == [("withdraw", "done")]
    assert progress["stages"][-1]["text"] == "您反映的事项已撤回，不再办理。"


def test_a_review_is_opened_within_its_days_and_not_twice(citizen: Citizen) -> None:
    answered(citizen)
    (review,) = [one for one in citizen.progress["open_requests"] if one["kind"] == "review"]
    assert review["days_left"] in (30, 31, 32)
    assert review["case_id"] == citizen.scenario.case_of(citizen.receipt)["case_id"]
    assert citizen.ask_for("review", content="认为事实不清。")[0] == 201
    assert citizen.scenario.case_of(citizen.receipt)["state"] == "reviewing"
    progress = citizen.progress
    assert (progress["state"], progress["requests"][0]["state"]) == ("reviewing", "done")
    citizen.scenario.clock.advance(minutes=2)
    assert citizen.ask_for("review", content="再次申请。")[0] == 201
    again = citizen.progress["requests"][-1]
    assert (again["state"], again["reason"]) == ("waiting", "under_review")


def test_who_applies_too_late_reads_so_until_the_reviewer_accepts_it(citizen: Citizen) -> None:
    answered(citizen)
    citizen.scenario.clock.advance(days=60)
    citizen.ask_for("review", content="住院未能按期申请。")
    late = citizen.progress["requests"][0]
    assert (late["state"], late["reason"]) == ("waiting", "late")
    citizen.scenario.act(citizen.receipt, "accept_late_review", "reviewer", reason="理由正当。")
    assert citizen.progress["requests"][0]["state"] == "done"
    assert citizen.progress["state"] == "reviewing"


def test_no_event_holds_a_word_of_what_was_asked(citizen: Citizen) -> None:
    answered(citizen)
    citizen.ask_for("supplement", content="补充：井盖松动，电话13800000001。")
    for app in citizen.scenario.apps.values():
        with app.db.read() as session:
            told = session.execute(app.service.ground.outbox.select()).all()
        assert "井盖松动" not in str([row.envelope for row in told])


def test_what_a_citizen_is_shown_as_open_is_what_the_procedure_allows() -> None:
    actions = standard_procedure().actions
    assert set(actions["withdraw"].from_) == at_intake.WITHDRAWABLE
    assert set(actions["ask_review"].from_) == at_intake.REVIEWABLE["review"]
    assert set(actions["ask_re_review"].from_) == at_intake.REVIEWABLE["re_review"]


def test_both_services_know_the_same_kinds_and_reasons() -> None:
    assert set(at_routing.KINDS) == set(at_intake.KINDS)
    assert set(at_routing.REASONS) == set(at_intake.REASONS)
    assert {kind: one.window for kind, one in at_routing.KINDS.items() if one.window} == {
        **at_intake.WINDOWS
    }
