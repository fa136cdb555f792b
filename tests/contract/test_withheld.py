"""What accuses reaches the accused through no read of any service (T22 Arts.28(3), 30(3), 46(5)).

The whole embedded system: a case is protected in routing, its events go everywhere, and then
everybody asks every GET route of every service, with every role that the route takes.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from scenario import Scenario

from intake import use_cases
from shared.auth import BUREAU_ROLES, WHOLE_DISTRICT
from shared.web.api import Route

TITLE = "反映某单位人员收受管理对象礼金"
ACCUSED = "qian"
UNIT_STAFF = ("handler", "unit_head")
COUNTED = ("intake", "routing", "supervision", "satisfaction", "sync-municipal")


class Who(NamedTuple):
    """Somebody who asks: an account, its unit and the units in its token."""

    account: str
    unit: str
    scope: tuple[str, ...] = (WHOLE_DISTRICT,)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(UNIT_STAFF) if self.scope != (WHOLE_DISTRICT,) else BUREAU_ROLES


PERSON = Who(ACCUSED, "bureau")
ACCUSED_UNIT = Who("zhang", "transport", ("transport",))
COLLEAGUE = Who("sun", "bureau")
DISCIPLINE = Who("wu", "discipline", ("discipline",))


class Case:
    """A case, everything by which an answer could tell of it, and a file of it that was refused."""

    def __init__(self, scenario: Scenario, receipt: dict[str, Any]) -> None:
        self.scenario, self.receipt = scenario, receipt
        park(scenario, receipt["petition_id"])
        case = scenario.case_of(receipt)
        self.ids = {"case_id": case["case_id"], "petition_id": receipt["petition_id"]}
        self.needles = (*self.ids.values(), case["case_no"], receipt["petition_no"], TITLE)

    def act(self, action: str, **body: Any) -> None:
        self.scenario.act(self.receipt, action, "leader", **body)

    def found_by(self, who: Who) -> set[str]:
        """The routes by which somebody finds the case, in whatever role the route takes."""
        return {
            f"{name} {route.path}"
            for name, app in self.scenario.apps.items()
            for route in app.service.api.routes
            if route.method == "GET" and route.who.kind == "staff"
            for role in who.roles & set(route.who.roles)
            if self._tells(name, route, role, who)
        }

    def _tells(self, name: str, route: Route, role: str, who: Who) -> bool:
        office = self.scenario.offices[name]
        token = office.token(role, unit=who.unit, scope=who.scope, account=who.account)
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: self.ids.get(m[1], "1"), route.path)
        asked = path in ("/v1/cases", "/v1/evaluations")
        query = f"?petition_id={self.ids['petition_id']}" if asked else ""
        answer = office.get(path + query, token=token)
        assert answer.status_code != 500, (path, answer.text)
        text = answer.get_data(as_text=True) if answer.status_code == 200 else ""
        return any(needle in text for needle in self.needles)


def park(scenario: Scenario, petition_id: str) -> None:
    """Put a message of a petition on the list of what could not be read."""
    app = scenario.apps["intake"]
    with app.db.write() as session:
        use_cases.park(
            session,
            channel="email",
            source="box@office.example",
            key=petition_id,
            reason="attachment_refused",
            details=[],
            original=TITLE.encode(),
            size=1,
            received_at=app.clock.now(),
            petition_id=petition_id,
            clock=app.clock,
            resources=app.resources,
        )


def counts(scenario: Scenario, who: Who) -> dict[str, Any]:
    """What every service counts for somebody."""
    roles = ("supervisor",) if who.scope == (WHOLE_DISTRICT,) else ("unit_head",)
    found = {}
    for name in COUNTED:
        office = scenario.offices[name]
        token = office.token(*roles, unit=who.unit, scope=who.scope, account=who.account)
        answer = office.get("/v1/counts", token=token)
        found[name] = answer.json if answer.status_code == 200 else None
    return found


@pytest.fixture
def scenario(tmp_path: Path) -> Iterator[Scenario]:
    with Scenario(tmp_path) as scenario:
        scenario.register()
        yield scenario


def accusing(scenario: Scenario, *, after: tuple[str, ...] = ()) -> Case:
    """A case in the secret lane that the discipline body leads; `after` was done to it before."""
    if not after:
        receipt = scenario.register(channel="visit", purpose="accusation", title=TITLE)
        case = Case(scenario, receipt)
        scenario.act(receipt, "forward", unit="discipline", category="other")
        scenario.act(receipt, "accept")
        return case
    receipt = scenario.register(title=TITLE)
    case = Case(scenario, receipt)
    scenario.act(receipt, "forward", unit="transport", category="other")
    reason = "反映的是该单位人员"
    scenario.act(receipt, "redirect", "dispatcher", unit="discipline", reason=reason)
    scenario.act(receipt, "classify", "dispatcher", purpose="accusation", category="other")
    return case


def test_an_accused_person_finds_the_case_nowhere_in_no_role(scenario: Scenario) -> None:
    before = counts(scenario, PERSON)
    case = accusing(scenario)
    case.act("protect", accused_accounts=[ACCUSED], reason="来信反映此人")
    assert case.found_by(PERSON) == set()
    assert counts(scenario, PERSON) == before
    found = case.found_by(COLLEAGUE)
    assert {name.split()[0] for name in found} >= {"intake", "routing", "supervision"}
    assert "intake /v1/unread" in found
    assert counts(scenario, COLLEAGUE) != before


def test_an_accused_person_finds_the_case_through_no_petition_that_is_like_it(
    scenario: Scenario,
) -> None:
    case, like = accusing(scenario), scenario.register(title=TITLE)
    intake = scenario.offices["intake"]
    both = [case.ids["petition_id"], like["petition_id"]]
    linked = intake.post("/v1/matters", "leader", json={"petition_ids": both, "reason": "同一事项"})
    assert linked.status_code == 201, linked.text
    case.ids["matter_id"] = linked.json["matter_id"]
    case.act("protect", accused_accounts=[ACCUSED], reason="来信反映此人")
    seen = intake.get(f"/v1/matters/{linked.json['matter_id']}",
                      token=intake.token("supervisor", account=ACCUSED))  # fmt: skip
    assert (seen.status_code, seen.json["letters"]) == (200, 1)
    assert not any(needle in seen.text for needle in both[:1])
    assert "intake /v1/matters/<matter_id>" in case.found_by(COLLEAGUE)


def test_the_bureau_itself_may_be_accused(scenario: Scenario) -> None:
    case = accusing(scenario)
    assert case.found_by(COLLEAGUE)
    case.act("protect", accused_units=["bureau"], reason="来信反映本局")
    assert case.found_by(COLLEAGUE) == set()
    assert case.found_by(DISCIPLINE) >= {"supervision /v1/cases/<case_id>/timeline"}


def test_a_unit_that_once_led_and_is_accused_finds_nothing_of_it(scenario: Scenario) -> None:
    before = counts(scenario, ACCUSED_UNIT)
    case = accusing(scenario, after=("transport",))
    case.act("protect", accused_units=["transport"], reason="来信反映该单位")
    district = Who("zhang", "transport")
    assert case.found_by(ACCUSED_UNIT) == set()
    assert case.found_by(district) == set()
    assert counts(scenario, ACCUSED_UNIT) == before


def test_a_recused_person_finds_an_open_case_nowhere(scenario: Scenario) -> None:
    before = counts(scenario, PERSON)
    receipt = scenario.register(title=TITLE)
    scenario.act(receipt, "forward", unit="transport", category="other")
    scenario.act(receipt, "accept")
    scenario.act(receipt, "reply", text="已派人修补。如不服本意见，可自收到之日起30日内向云屏区"
                 "人民政府申请复查。")  # fmt: skip
    scenario.act(receipt, "serve", **scenario.proof())
    case = Case(scenario, receipt)
    routes = {f"{name}{path}" for name, path in (
        ("intake", " /v1/petitions/<petition_id>"), ("routing", " /v1/cases"),
        ("supervision", " /v1/cases/<case_id>/timeline"), ("satisfaction", " /v1/evaluations"),
        ("sync-municipal", " /v1/cases/<case_id>/exchanges"),
    )}  # fmt: skip
    assert case.found_by(PERSON) >= routes
    case.act("protect", accused_accounts=[ACCUSED], reason="与本件有利害关系")
    assert case.found_by(PERSON) == set()
    assert counts(scenario, PERSON) == before
    assert case.found_by(COLLEAGUE) >= routes
    exchange = scenario.offices["sync-municipal"]
    token = exchange.token("admin", account=ACCUSED)
    assert exchange.post("/v1/exchanges/1/retry", token=token).status_code == 404


def test_who_is_not_named_never_finds_a_secret_case_and_who_is_does(scenario: Scenario) -> None:
    case = accusing(scenario)
    named, other = Who("zhou", "bureau"), Who("zheng", "bureau")
    everyday = {"registrar", "auditor", "admin"}

    def found(who: Who) -> set[str]:
        as_clerk = type("Clerk", (Who,), {"roles": property(lambda _: everyday)})
        return case.found_by(as_clerk(*who))

    assert found(named) == found(other) == set()
    case.act("grant_access", account="zhou", reason="协助核查")
    assert {one.split()[0] for one in found(named)} >= {"intake", "routing", "supervision"}
    assert found(other) == set()
    case.act("revoke_access", account="zhou", reason="核查结束")
    assert found(named) == set()


def test_no_event_names_anybody_who_is_accused_recused_or_named(scenario: Scenario) -> None:
    case = accusing(scenario)
    case.act("protect", accused_accounts=[ACCUSED], accused_units=["transport"], reason="来信")
    case.act("grant_access", account="zhou", reason="协助核查")
    about = [e for e in scenario.envelopes() if e["subject"] == case.ids["case_id"]]
    assert not re.search(r"\W(qian|zhou|transport)\W", str(about))
    told = [e for e in about if e["source"] == "/routing"]
    assert [e["type"] for e in told][-2:] == ["case.access_changed.v1"] * 2
    header = told[-1]["data"]["header"]
    assert (len(header["withheld_from"]), len(header["named_readers"])) == (2, 1)


def test_the_timeline_does_not_show_that_somebody_is_kept_out(scenario: Scenario) -> None:
    case = accusing(scenario)
    office = scenario.offices["supervision"]
    path = f"/v1/cases/{case.ids['case_id']}/timeline"
    before = office.get(path, "supervisor").json
    case.act("protect", accused_accounts=[ACCUSED], reason="来信反映此人")
    after = office.get(path, "supervisor").json
    assert after["entries"] == before["entries"]
    assert "withheld_from" not in str(after)
