"""A routing of the test's own: units, petitions that arrive, and people who act on cases."""

import datetime as dt
import itertools
import json
import uuid
from typing import Any

from shared.clock import OFFICE_TZ, wire
from shared.service import App
from shared.testing import Office, hear, make_event

UNITS = {
    "transport": {"name": "交通运输局", "kind": "department"},
    "housing": {"name": "住房和城乡建设局", "kind": "department"},
    "discipline": {"name": "纪委监委", "kind": "discipline", "secret_lane": True},
}
REPLY = (
    "末班车已于2026年3月2日延长至22时。如不服本意见，可自收到之日起30日内向云屏区人民政府申请复查。"
)
WORDS = {"title": "末班车太早", "content": "B12路公交晚上九点就没车了。", "place": None}
PATH_TO = {
    "registered": (),
    "forwarded": ("forward",),
    "assigned": ("assign",),
    "accepted": ("forward", "accept"),
    "replied": ("forward", "accept", "reply"),
    "served": ("forward", "accept", "reply", "serve"),
    "closed": ("forward", "accept", "reply", "serve", "close"),
}
BODIES: dict[str, dict[str, Any]] = {
    "forward": {"unit": "transport", "category": "transport.bus"},
    "assign": {"unit": "transport", "category": "transport.bus", "report_due": "2026-12-31"},
    "accept": {},
    "reply": {"text": REPLY},
    "serve": {"method": "direct", "received_on": "2026-03-02", "signed_by": "王某"},
    "close": {"reason": "served"},
}


def office_time(text: str) -> dt.datetime:
    """A local time of the office, such as "2026-03-02 09:30"."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=OFFICE_TZ)


class Bench(Office):
    """Lets petitions arrive and people act on their cases."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self._numbers = itertools.count(1)
        for code, unit in UNITS.items():
            assert self.put(f"/v1/units/{code}", "admin", json=unit).status_code == 200

    def petition(self, **changes: Any) -> tuple[str, bytes, bytes]:
        """A petition's id and the two events that intake tells of it."""
        petition_id, number = str(uuid.uuid4()), next(self._numbers)
        at = changes.pop("at", self.app.clock.now())
        historical = changes.pop("historical", False)
        words = WORDS | {k: changes.pop(k) for k in WORDS if k in changes}
        data = {
            "petition_id": petition_id,
            "petition_no": f"XF2026{number:08d}",
            "channel": "web",
            "purpose": "petition",
            "secret": False,
            "received_at": wire(at),
        } | changes
        about: dict[str, Any] = {"subject": petition_id, "at": at, "historical": historical}
        registered = make_event("intake", "petition.registered.v1", data=data, **about)
        text = {"petition_id": petition_id, **words}
        told = make_event("intake", "petition.text.v1", data=text, version=2, **about)
        return petition_id, registered, told

    def opened(self, **changes: Any) -> dict[str, Any]:
        """The case of a petition that has just arrived."""
        petition_id, registered, text = self.petition(**changes)
        hear(self.app, *((registered,) if changes.get("secret") else (registered, text)))
        return self.case_of(petition_id)

    def case_of(self, petition_id: str) -> dict[str, Any]:
        answer = self.get(f"/v1/cases?petition_id={petition_id}", "importer").json
        (item,) = answer["items"]
        return self.case(item["case_id"])

    def case(self, case_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/v1/cases/{case_id}", "importer").json
        return found

    def act(
        self, case: dict[str, Any], action: str, *roles: str, version: Any = None, **body: Any
    ) -> Any:
        """Take an action as an importer, or as others; `token` and `headers` may be given."""
        token, headers = body.pop("token", None), body.pop("headers", {})
        etag = f'"{case["version"] if version is None else version}"'
        return self.post(
            f"/v1/cases/{case['case_id']}/{action}",
            *(roles or ("importer",)),
            token=token,
            data=json.dumps(BODIES[action] | body),
            content_type="application/json",
            headers={"If-Match": etag} | headers,
        )

    def done(self, case: dict[str, Any], action: str, *roles: str, **body: Any) -> dict[str, Any]:
        """The case after an action that succeeds."""
        answer = self.act(case, action, *roles, **body)
        assert answer.status_code == 200, answer.text
        after: dict[str, Any] = answer.json
        return after

    def case_in(self, state: str, **changes: Any) -> dict[str, Any]:
        """A case that has come to `state`."""
        case = self.opened(**changes)
        for action in PATH_TO[state]:
            case = self.done(case, action)
        assert case["state"] == state
        return case

    def unit_token(self, *roles: str, unit: str = "transport") -> str:
        """The token of a unit's staff."""
        return self.token(*roles, unit=unit, scope=(unit,))
