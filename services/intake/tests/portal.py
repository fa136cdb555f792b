"""A citizen at the public interface: their drafts, their account."""

import io
import re
from dataclasses import dataclass, field
from typing import Any

from conftest import Desk

from intake.domain.rates import KINDS
from intake.jobs.notices import send

MATTER = {"channel": "web", "title": "路灯不亮", "content": "小区门口的路灯坏了一个月。"}
DRAFTS = "/v1/public/drafts"
NO_LIMIT = ",".join(f"{kind}=1000000/1000000" for kind in KINDS)


@dataclass
class Writer:
    """Somebody who writes a draft, on one device; a second one has the same draft and secret."""

    desk: Desk
    draft_id: str = ""
    token: str = ""
    version: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"{DRAFTS}/{self.draft_id}"

    def begin(self, *, account: str | None = None, **typed: Any) -> dict[str, Any]:
        answer = self.desk.post(DRAFTS, token=account, json=typed)
        assert answer.status_code == 201, answer.text
        begun: dict[str, Any] = answer.json
        self.draft_id, self.token = begun["draft_id"], begun["token"]
        self.version = begun["version"]
        return begun

    def read(self, token: str | None = None) -> Any:
        return self.desk.get(self.path, token=token or self.token)

    def change(self, *, version: int | None = None, **typed: Any) -> Any:
        """Change what is named, of the version that this device knows or of another."""
        sent = {"If-Match": f'"{version or self.version}"'}
        answer = self.desk.patch(self.path, token=self.token, json=typed, headers=sent)
        if answer.status_code == 200:
            self.version = answer.json["version"]
        return answer

    def add(self, content: bytes, name: str = "照片.jpg", *, token: str | None = None) -> Any:
        sent = {"file": (io.BytesIO(content), name)}
        return self.desk.post(f"{self.path}/files", token=token or self.token, data=sent)

    def submit(self, *, version: int | None = None, token: str | None = None) -> Any:
        sent = {"If-Match": f'"{version or self.version}"'}
        return self.desk.post(f"{self.path}/submit", token=token or self.token, headers=sent)

    def other_device(self) -> "Writer":
        return Writer(self.desk, self.draft_id, self.token, self.version)


def problems(answer: Any) -> dict[str, str]:
    """What stands in a draft's way, by field."""
    return {one["field"]: one["reason"] for one in answer["problems"]}


PHONE = "13900731234"
SIX = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")


def newest_code(gateway: Any) -> str:
    """The code of the newest SMS that has one."""
    texts = [sms["text"] for sms in gateway.took if "验证码" in sms["text"]]
    return str(SIX.findall(texts[-1])[-1])


@dataclass
class Owner:
    """Somebody with a phone, to which the gateway brings their codes."""

    desk: Desk
    gateway: Any
    phone: str = PHONE
    token: str = ""

    def ask(self, phone: str | None = None) -> Any:
        body = {"phone": phone or self.phone}
        return self.desk.post("/v1/public/account/code", json=body)

    def code(self) -> str:
        """Ask for a code, and read it off the phone."""
        answer = self.ask()
        assert answer.status_code == 200, answer.text
        send(self.desk.app)
        return newest_code(self.gateway)

    def enter(self, code: str, phone: str | None = None) -> Any:
        body = {"phone": phone or self.phone, "code": code}
        return self.desk.post("/v1/public/account/session", json=body)

    def sign_in(self) -> "Owner":
        answer = self.enter(self.code())
        assert answer.status_code == 200, answer.text
        self.token = answer.json["token"]
        return self

    def get(self, what: str, **query: Any) -> Any:
        return self.desk.get(
            f"/v1/public/account/{what}", token=self.token, query_string=query or None
        )

    def petitions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("petitions").json["items"]
        return found

    def draft(self, **typed: Any) -> Writer:
        writer = Writer(self.desk)
        writer.begin(account=self.token, **typed)
        return writer
