"""Playing messages against a small stand-in of the system, through httpx's own transport."""

import datetime as dt
import json
import threading

import httpx
import pytest

from shared.demo.client import ApiError, Client, DemoError, Endpoints
from shared.demo.messages import Message
from shared.demo.play import Player
from shared.demo.sample_loader import is_loaded, load, load_organisation, organisation

NOW = dt.datetime(2025, 6, 30, 4, tzinfo=dt.UTC)
TO = {
    "forward": "forwarded",
    "assign": "assigned",
    "accept": "accepted",
    "reply": "replied",
    "serve": "served",
    "close": "closed",
}


class System:
    """Just enough of intake, routing and satisfaction; `fails` answers 503 that many times."""

    def __init__(self, *, suggests: bool = True, fails: int = 0, slow: int = 0) -> None:
        self.lock = threading.Lock()
        self.suggestion = {"category": "water.supply", "unit": "water"} if suggests else None
        self.fails, self.slow = fails, slow
        self.cases: dict[str, dict] = {}
        self.grades: dict[str, dict] = {}
        self.units: dict[str, dict] = {}
        self.changes: list[tuple[str, dict]] = []
        self.tokens = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self.lock:
            if request.url.path != "/auth/token" and self.fails:
                self.fails -= 1
                return httpx.Response(503, json={"detail": "busy"})
            body = json.loads(request.content) if request.content else {}
            return self.answer(request, body)

    def answer(self, request: httpx.Request, body: dict) -> httpx.Response:  # noqa: PLR0911
        path = request.url.path
        match (request.method, path.split("/")[1:]):
            case ("POST", ["auth", "token"]):
                self.tokens += 1
                return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
            case ("POST", ["intake", "v1", "petitions"]):
                return self.register(body)
            case ("GET", ["routing", "v1", "units"]):
                return httpx.Response(200, json={"items": list(self.units.values())})
            case ("PUT", ["routing", "v1", "units", code]):
                self.units[code] = {"code": code} | body
                return httpx.Response(200, json=self.units[code])
            case ("GET", ["routing", "v1", "cases"]):
                return self.find(request.url.params["petition_id"])
            case ("GET", ["routing", "v1", "cases", case_id]):
                return httpx.Response(200, json=self.cases[case_id])
            case ("POST", ["routing", "v1", "cases", case_id, action]):
                return self.act(case_id, action, body, request.headers["If-Match"])
            case ("GET", ["satisfaction", "v1", "evaluations"]):
                given = self.grades.get(request.url.params["petition_id"], {})
                items = [{"object": name, "grade": grade} for name, grade in given.items()]
                return httpx.Response(200, json={"items": items})
            case ("POST", ["satisfaction", "v1", "evaluations"]):
                self.grades.setdefault(body["petition_id"], {})[body["object"]] = body["grade"]
                self.changes.append(("evaluate", body))
                return httpx.Response(201, json={})
        return httpx.Response(404, json={"detail": "没有找到。"})

    def register(self, body: dict) -> httpx.Response:
        petition = "p-" + body["external_ref"]["id"]
        if petition in self.cases:
            known = {"detail": "已登记过。", "petition_id": petition}
            return httpx.Response(409, json=known)
        self.cases[petition] = {
            "case_id": petition,
            "version": 1,
            "state": "registered",
            "secret": False,
            "title": None,
            "suggestion": None,
        }
        self.changes.append(("register", body))
        return httpx.Response(201, json={"petition_id": petition})

    def find(self, petition: str) -> httpx.Response:
        if self.slow:
            self.slow -= 1
            return httpx.Response(200, json={"items": []})
        self.cases[petition] |= {"title": "标题", "suggestion": self.suggestion}
        return httpx.Response(200, json={"items": [self.cases[petition]]})

    def act(self, case_id: str, action: str, body: dict, etag: str) -> httpx.Response:
        case = self.cases[case_id]
        if etag != f'"{case["version"]}"':
            return httpx.Response(412, json={"detail": "已被他人更改"})
        case |= {"state": TO[action], "version": case["version"] + 1}
        self.changes.append((action, body))
        return httpx.Response(200, json=case)


def client_of(system: System) -> Client:
    return Client(
        Endpoints.embedded("http://system"),
        username="importer",
        password="secret",  # noqa: S106 - of a stand-in
        patience=5,
        transport=httpx.MockTransport(system),
    )


def message(msg_id: str = "1", **changes) -> Message:
    facts = {
        "system": "demo",
        "msg_id": msg_id,
        "title": "停水",
        "body": "自来水停了一天",
        "received_at": NOW - dt.timedelta(days=40),
        "replied_at": NOW - dt.timedelta(days=20),
        "reply": "已恢复供水。",
        "grades": {"petition_office": "satisfied", "handling_unit": "dissatisfied"},
    }
    return Message(**(facts | changes))


def player(system: System) -> Player:
    return Player(client=client_of(system), latest=NOW, patience=5, show=False)


def test_a_message_goes_all_the_way():
    system = System(slow=2)
    outcome = player(system).play([message()])
    assert not outcome.errors
    assert [name for name, _ in system.changes] == [
        "register", "forward", "accept", "reply", "serve", "close", "evaluate", "evaluate",
    ]  # fmt: skip
    steps = dict(system.changes[:6])
    assert steps["forward"]["unit"] == "water"
    assert steps["reply"]["text"] == "已恢复供水。"
    assert [s["at"] for s in steps.values()] == sorted(s["at"] for s in steps.values())


def test_a_second_run_changes_nothing():
    system = System()
    player(system).play([message(), message("2")])
    before = list(system.changes)
    outcome = player(system).play([message(), message("2")])
    assert outcome.petitions == {"1": "p-1", "2": "p-2"}
    assert system.changes == before


def test_without_a_suggestion_the_default_unit_gets_it():
    system = System(suggests=False)
    player(system).play([message()])
    forward = dict(system.changes)["forward"]
    assert (forward["unit"], forward["category"]) == ("wangchao", "other")


def test_a_case_goes_no_further_than_its_stage():
    system = System()
    player(system).play([message(stage="assigned", grades={})])
    assert [name for name, _ in system.changes] == ["register", "assign"]
    assert system.changes[1][1]["report_due"]


def test_a_busy_service_is_asked_again():
    system = System(fails=2)
    assert not player(system).play([message()]).errors


def test_one_bad_message_does_not_stop_the_others():
    system = System()
    system.cases["p-1"] = {"case_id": "p-1", "version": 1, "state": "遗失", "title": "旧"}
    outcome = player(system).play([message(), message("2")])
    assert len(outcome.errors) == 1
    assert "遗失" in outcome.errors[0]
    assert system.cases["p-2"]["state"] == "closed"


def test_an_error_is_told_with_field_and_reason():
    refuse = {"detail": "内容有误", "errors": [{"field": "title", "reason": "必填"}]}
    transport = httpx.MockTransport(
        lambda request: (
            httpx.Response(200, json={"access_token": "t", "expires_in": 60})
            if request.url.path == "/auth/token"
            else httpx.Response(422, json=refuse)
        )
    )
    client = Client(
        Endpoints.embedded("http://system"), username="u", password="p", transport=transport
    )
    with pytest.raises(ApiError, match="422：内容有误（title：必填）"):
        client.post("intake", "/v1/petitions", {})


def test_endpoints_are_read_from_a_file_and_checked(tmp_path):
    path = tmp_path / "endpoints.json"
    names = ("auth", "intake", "routing", "supervision", "satisfaction", "sync-municipal")
    path.write_text(json.dumps({name: f"http://{name}:1/" for name in names}))
    assert Endpoints.from_file(path).url("intake", "/v1/x") == "http://intake:1/v1/x"
    path.write_text('{"auth": "http://a"}')
    with pytest.raises(DemoError, match="intake"):
        Endpoints.from_file(path)


def test_units_that_exist_keep_their_names():
    system = System()
    system.units["water"] = {"code": "water", "name": "自己的水务局"}
    client = client_of(system)
    assert load_organisation(client) == len(organisation()) - 1
    assert system.units["water"]["name"] == "自己的水务局"
    assert load_organisation(client) == 0


def test_samples_are_loaded_once_with_the_times_of_the_first_day(tmp_path):
    system = System()
    client = client_of(system)
    samples, outcome = load(client, var=tmp_path, now=NOW, show=False)
    assert not outcome.errors
    assert is_loaded(tmp_path)
    assert {m.msg_id: system.cases[f"p-{m.msg_id}"]["state"] for m in samples} == {
        m.msg_id: m.stage for m in samples
    }
    before = list(system.changes)
    again, _ = load(client, var=tmp_path, now=NOW + dt.timedelta(days=2), show=False)
    assert again == samples
    assert system.changes == before
