"""Papers name the petitioner as intake knows them: both services over real HTTP, and embedded."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from intake.service import SERVICE as INTAKE
from local.ports import free_port
from routing.service import SERVICE as ROUTING
from shared.clock import FixedClock, SystemClock
from shared.embedded import LocalBus
from shared.local_secrets import make_secrets, password
from shared.service import App
from shared.testing import Office, handle_all, make_app, sample_secrets
from system.embedded import Embedded
from system.waiting import wait_until

PERSON = {"name": "欧阳晓峰", "phone": "13907312345", "address": "麓山南路9号"}
MATTER = {
    "channel": "visit",
    "title": "路灯不亮",
    "content": "路灯坏了。",
    "place": "麓山南路",
    "petitioner": PERSON,
}
ADDRESSED = {"channel": "mailbox", "addressee": "transport"}
AT_ONCE = 24
"""More papers than the embedded system has threads."""
PAPER = {"registered_by": "登记员甲", "petitioner_count": 1, "channel": "来访", "category": "路灯"}


class IntakeProcess:
    """`python -m intake web` on the database of an App, killed and started at will."""

    def __init__(self, app: App, folder: Path) -> None:
        self.app, self.folder = app, folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, **changed: str) -> None:
        env = {**os.environ, **sample_secrets(), "PORT": str(self.port), "HOST": "127.0.0.1"}
        env |= {"DATABASE_URL": self.app.settings.database_url, "METRICS_PORT": "0"} | changed
        with (self.folder / "intake.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "intake", "web"],
                env=env, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        wait_until(self._is_ready, "intake is ready", within=60, why=self.log)

    def kill(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, 9)
            self._process.wait()
            self._process = None

    def log(self) -> str:
        return (self.folder / "intake.log").read_text(errors="replace")

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2, trust_env=False).is_success
        except httpx.HTTPError:
            return False


class Town:
    """A routing that asks an intake in a process of its own; events go from one to the other."""

    def __init__(self, folder: Path) -> None:
        clock = FixedClock(SystemClock().now())
        intake = make_app(INTAKE, folder, clock=clock)
        self.process = IntakeProcess(intake, folder)
        routing = make_app(ROUTING, folder, clock=clock, INTAKE_URL=self.process.url)
        self.apps = {"intake": intake, "routing": routing}
        self.intake, self.routing = Office(intake), Office(routing)
        self.bus = LocalBus(self.apps)
        for code, name, kind in (
            ("bureau", "区信访局", "bureau"),
            ("transport", "区交通局", "department"),
        ):
            self.routing.put(f"/v1/units/{code}", "admin", json={"name": name, "kind": kind})

    def case(self, **changes: Any) -> dict[str, Any]:
        """A case of a petition just registered, and known to both."""
        receipt = self.intake.post("/v1/petitions", "registrar", json=MATTER | changes).json
        self.deliver()
        found = self.routing.get(f"/v1/cases?petition_id={receipt['petition_id']}", "dispatcher")
        case: dict[str, Any] = found.json["items"][0]
        return case

    def deliver(self) -> None:
        moved = True
        while moved:
            moved = any([app.relay(self.bus).run_once() for app in self.apps.values()])
            for app in self.apps.values():
                handle_all(app)

    def draft(self, case: dict[str, Any], **who: Any) -> Any:
        body = {"kind": "registration_form", "fields": PAPER}
        path = f"/v1/cases/{case['case_id']}/documents"
        roles = () if who else ("dispatcher",)
        return self.routing.post(path, *roles, json=body, **who)

    def move(self, paper: dict[str, Any], move: str) -> Any:
        path = f"/v1/documents/{paper['document_id']}/{move}"
        return self.routing.post(path, "dispatcher", json={})

    def correct(self, petition_id: str, name: str) -> None:
        """What intake would keep once somebody corrected the name."""
        table, ring = (
            INTAKE.ground.metadata.tables["petitioners"],
            self.apps["intake"].resources.ring,
        )
        sealed = ring.encrypt(name, place=f"{petition_id}/name")
        own = table.c.petition_id == petition_id
        with self.apps["intake"].db.write() as session:
            session.execute(sa.update(table).where(own).values(name=sealed))

    def looks(self) -> list[Any]:
        """For which paper who looked, unmasked or refused."""
        table = INTAKE.ground.metadata.tables["audit"]
        with self.apps["intake"].db.read() as session:
            rows = session.execute(sa.select(table).order_by(table.c.seq)).all()
        return [(row.who, row.purpose, row.document_id, row.refused) for row in rows]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    town.process.start()
    yield town
    town.process.kill()
    for app in town.apps.values():
        app.close()


def test_a_paper_names_the_petitioner_and_intake_writes_down_who_asked(town: Town) -> None:
    case = town.case()
    paper = town.draft(case).json
    assert paper["fields"]["petitioner"] == PERSON["name"]
    assert paper["fields"]["petitioner_address"] == PERSON["address"]
    assert paper["fields"]["petitioner_contact"] == PERSON["phone"]
    assert town.looks() == [("dispatcher", "paper", paper["document_id"], False)]
    assert PERSON["name"] not in town.process.log()
    assert PERSON["phone"] not in town.process.log()


def test_a_draft_follows_intake_and_an_issued_paper_stays(town: Town) -> None:
    case = town.case()
    paper = town.draft(case).json
    town.correct(case["petition_ids"][0], "欧阳小枫")
    issued = town.move(paper, "issue").json
    assert issued["fields"]["petitioner"] == "欧阳小枫"
    assert issued["identity"]["changed"] == ["petitioner"]
    town.correct(case["petition_ids"][0], "别人")
    path = f"/v1/documents/{paper['document_id']}"
    assert town.routing.get(path, "dispatcher").json["fields"]["petitioner"] == "欧阳小枫"


def test_an_intake_killed_in_the_middle_leaves_the_paper_as_it_was(town: Town) -> None:
    case = town.case()
    paper = town.draft(case).json
    town.process.kill()
    refused = town.move(paper, "issue")
    assert (refused.status_code, refused.json["code"]) == (503, "identity_unavailable")
    path = f"/v1/documents/{paper['document_id']}"
    found = town.routing.get(path, "dispatcher").json
    assert (found["state"], found["version"], found["number"]) == ("draft", 1, None)
    assert town.draft(case).json["identity"]["state"] == "away"
    town.process.start()
    assert town.move(paper, "issue").json["state"] == "issued"


def test_an_intake_that_does_not_know_the_token_gives_nothing_away(town: Town) -> None:
    case = town.case()
    town.process.kill()
    town.process.start(TOKEN_JWKS=make_secrets()["TOKEN_JWKS"])
    paper = town.draft(case).json
    assert (paper["identity"]["state"], paper["fields"].get("petitioner")) == ("away", None)
    assert town.looks() == []


def test_what_is_not_theirs_to_know_is_refused_and_written_down(town: Town) -> None:
    case = town.case(purpose="accusation")
    named = town.routing.token("handler", unit="transport", scope=("transport",), account="zhou")
    body = {"account": "zhou", "reason": "协助核查"}
    etag = {"If-Match": f'"{case["version"]}"'}
    path = f"/v1/cases/{case['case_id']}/grant_access"
    granted = town.routing.post(path, "dispatcher", json=body, headers=etag)
    assert granted.status_code == 200, granted.text
    seen = town.routing.get(f"/v1/cases/{case['case_id']}", token=named)
    assert seen.status_code == 200, "a named reader sees the case"
    assert town.draft(case, token=named).status_code == 403, "and draws up nothing"
    assert town.looks() == []
    told = town.draft(case).json
    assert told["fields"]["petitioner"] == PERSON["name"], "the office's own form"
    assert [look[0] for look in town.looks()] == ["dispatcher"]


def test_a_petition_handed_in_at_a_unit_is_that_units_from_the_start(town: Town) -> None:
    case = town.case(**ADDRESSED)
    assert (case["lead_unit"], [c["id"] for c in case["clocks"]]) == ("transport", ["D2"])
    theirs = town.routing.token("handler", unit="transport", scope=("transport",), account="li")
    paper = town.draft(case, token=theirs).json
    assert paper["fields"]["petitioner"] == PERSON["name"], "intake has heard whose it is"


@pytest.mark.parametrize(
    "change", [{"addressee": "nowhere"}, {"purpose": "accusation"}, {"secrecy": True}]
)
def test_the_office_takes_what_is_secret_or_directed_to_nobody(town: Town, change: Any) -> None:
    assert town.case(**ADDRESSED | change)["lead_unit"] is None


def test_embedded_papers_name_the_petitioner_however_many_at_once(tmp_path: Path) -> None:
    with Embedded(tmp_path) as system, system.site() as site:
        base = f"http://127.0.0.1:{system.port}"
        key = site.password
        assert key == password(tmp_path)
        with httpx.Client(base_url=base, trust_env=False, timeout=60) as http:
            admin, registrar, dispatcher = (
                _signed_in(http, name, key) for name in ("admin", "registrar", "dispatcher")
            )
            for code, kind in (("bureau", "bureau"), ("transport", "department")):
                unit = {"name": code, "kind": kind}
                put = http.put(f"/routing/v1/units/{code}", json=unit, headers=admin)
                assert put.is_success, put.text
            posted = http.post("/intake/v1/petitions", json=MATTER | ADDRESSED, headers=registrar)
            query = f"/routing/v1/cases?petition_id={posted.json()['petition_id']}"

            def cases() -> list[Any]:
                found: list[Any] = http.get(query, headers=dispatcher).json()["items"]
                return found

            wait_until(cases, "the case is open", within=30)
            assert cases()[0]["lead_unit"] == "transport"
            path = f"/routing/v1/cases/{cases()[0]['case_id']}/documents"
            body = {"kind": "registration_form"}
            with ThreadPoolExecutor(AT_ONCE) as many:
                sent = [
                    many.submit(http.post, path, json=body, headers=dispatcher)
                    for _ in range(AT_ONCE)
                ]
                papers = [one.result().json() for one in sent]
        assert [paper["fields"]["petitioner"] for paper in papers] == [PERSON["name"]] * AT_ONCE
        looks = site.table("intake", "audit")
        with site.apps["intake"].db.read() as session:
            found = session.execute(sa.select(looks.c.document_id)).scalars()
            assert sorted(found) == sorted(paper["document_id"] for paper in papers)


def _signed_in(http: httpx.Client, name: str, key: str) -> dict[str, str]:
    token = http.post("/auth/token", json={"username": name, "password": key}).json()
    return {"Authorization": f"Bearer {token['access_token']}"}
