"""A town to try pages on: the whole system in one process, its units, petitions on demand.

Nothing is imitated: pages ask the real services, which keep real SQLite files.
"""

import json
import os
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from declared_calls import undeclared

from intake.domain.rates import KINDS
from local.guard import Guarded
from local.ports import free_port
from shared.demo.client import Client, Endpoints
from shared.demo.sample_loader import load_organisation
from shared.local_secrets import ACCOUNTS_FILE, local_secrets, password, write_private

_START_S = 300.0
_SETTINGS = {
    "DEMO": "0",
    "PUBLIC_RATES": ",".join(f"{kind}=100000/100000" for kind in KINDS),
    "ASK_SECONDS": "60",
}
"""No samples; all that tests bring in from one address; patience where several share a machine."""
_COLLEAGUES = {"colleague": "reviewer", "registrar-2": "registrar"}
"""Accounts beside the one of each role -> whose role and unit they have."""
_OUTSIDE = {"volunteer": ("partner", "volunteers")}
"""Accounts of social organisations -> whose role, and which organisation."""
PETITION = {
    "channel": "web",
    "title": "鹭洲一路路灯不亮",
    "content": "鹭洲一路菜市场门口的三盏路灯坏了半个月，晚上看不见路，请派人维修。",
    "place": "云屏区鹭洲一路菜市场",
    "petitioner": {"name": "王小明", "phone": "13800001234"},
}


@dataclass
class Town:
    """The running system at `base`; everybody's password is `password`."""

    var: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    base: str = ""
    _process: Guarded | None = None

    def __enter__(self) -> "Town":
        self.var.mkdir(parents=True, exist_ok=True)
        self._hire()
        self.base = f"http://127.0.0.1:{free_port()}"
        self.start()
        with self.client("importer") as client:
            load_organisation(client)
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        asked = undeclared(self.base) if self._process and not failed else []
        self.kill()
        assert asked == [], asked

    @property
    def password(self) -> str:
        return password(self.var)

    def _hire(self) -> None:
        """Give some roles a second account, before the accounts are read."""
        local_secrets(self.var)
        path = self.var / ACCOUNTS_FILE
        rows = json.loads(path.read_text(encoding="utf-8"))
        known = {row["username"]: row for row in rows}
        rows += [known[like] | {"username": name} for name, like in _COLLEAGUES.items()]
        rows += [
            known[like] | {"username": name, "unit": unit, "unit_scope": [unit]}
            for name, (like, unit) in _OUTSIDE.items()
        ]
        write_private(path, json.dumps(rows))

    def start(self) -> None:
        """Start the process on the same VAR and port, and wait until it is ready."""
        own = {"VAR": str(self.var), "PORT": self.base.rpartition(":")[2]}
        with (self.var / "output.log").open("wb") as output:
            self._process = Guarded(
                [sys.executable, "-m", "shared.embedded"],
                env={**os.environ, **_SETTINGS, **own, **self.settings},
                output=output,
                cwd=self.var,
            )
        deadline = time.monotonic() + _START_S
        while b"READY " not in (said := (self.var / "output.log").read_bytes()):
            assert time.monotonic() < deadline and self._process.returncode is None, said.decode()
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL all of it."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def client(self, account: str) -> Client:
        """An account's client of the services."""
        return Client(Endpoints.embedded(self.base), username=account, password=self.password)

    def get(self, account: str, service: str, path: str, **params: Any) -> Any:
        """What a service answers an account."""
        with self.client(account) as client:
            return client.get(service, path, **params)

    def post_petition(self, **changed: Any) -> dict[str, Any]:
        """A petition as a citizen brings it in: its id, number and query code."""
        answer = httpx.post(
            f"{self.base}/intake/v1/public/petitions",
            json=PETITION | changed,
            headers={"Idempotency-Key": str(uuid.uuid4())},
            timeout=60,
        )
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def case_of(self, petition_id: str) -> dict[str, Any]:
        """The case of a petition, as soon as routing has opened it."""
        deadline = time.monotonic() + 60
        with self.client("dispatcher") as client:
            while True:
                found = client.get("routing", "/v1/cases", petition_id=petition_id)["items"]
                if found and found[0]["title"] is not None:
                    return dict(found[0])
                assert time.monotonic() < deadline, "routing opened no case"
                time.sleep(0.1)

    def act(self, account: str, case_id: str, action: str, **body: Any) -> dict[str, Any]:
        """Take an action on the newest version of a case."""
        with self.client(account) as client:
            version = client.get("routing", f"/v1/cases/{case_id}")["version"]
            return dict(
                client.post("routing", f"/v1/cases/{case_id}/{action}", body, version=version)
            )
