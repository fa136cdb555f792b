"""What tests of visits share: a reception as clerks and visitors use it."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from conftest import Desk

PERSON = {
    "name": "欧阳晓峰",
    "phone": "13907312345",
    "id_number": "11010519491231002X",
    "address": "长沙市岳麓区麓山南路9号",
}
RECORD = {"title": "路灯不亮", "content": "小区门口的路灯坏了一个月。", "claim": "请尽快修复。"}


class Reception:
    """A reception place, its counters and whoever comes."""

    def __init__(self, desk: Desk, place: str = "hall") -> None:
        self.desk = desk
        self.place = place

    def ticket(self, *roles: str, **body: Any) -> Any:
        path = f"/v1/reception/{self.place}/tickets"
        return self.desk.post(path, *(roles or ("registrar",)), json=body)

    def taken(self, **body: Any) -> dict[str, Any]:
        answer = self.ticket(**body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json
        return found

    def next(self, account: str = "lin", counter: str = "1") -> Any:
        token = self.desk.token("registrar", account=account)
        path = f"/v1/reception/{self.place}/next"
        return self.desk.post(path, token=token, json={"counter": counter})

    def called(self, account: str = "lin", **body: Any) -> str:
        """The id of a visit that a clerk receives now."""
        self.taken(**body)
        answer = self.next(account)
        assert answer.status_code == 200, answer.text
        visit_id: str = answer.json["visit"]["visit_id"]
        return visit_id

    def queue(self, query: str = "") -> list[dict[str, Any]]:
        answer = self.desk.get(f"/v1/reception/{self.place}/queue{query}", "registrar")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json["items"]
        return found

    def do(
        self,
        visit_id: str,
        what: str,
        body: Any = None,
        *roles: str,
        account: str = "lin",
        method: str = "post",
    ) -> Any:
        token = self.desk.token(*(roles or ("registrar",)), account=account)
        path = f"/v1/visits/{visit_id}" + (f"/{what}" if what else "")
        kwargs = {} if body is None else {"json": body}
        return getattr(self.desk, method)(path, token=token, **kwargs)

    def look(self, visit_id: str, *roles: str, account: str = "lin") -> Any:
        return self.do(visit_id, "", None, *roles, account=account, method="get")

    def visitors(self, visit_id: str, *, account: str = "lin", **told: Any) -> Any:
        body = {"people": 1, "petitioner": PERSON} | told
        return self.do(visit_id, "visitors", body, account=account, method="put")

    def record(self, visit_id: str, *, account: str = "lin", **changes: Any) -> Any:
        return self.do(visit_id, "record", RECORD | changes, account=account, method="put")

    def confirm(self, visit_id: str, *, name: str = PERSON["name"], account: str = "lin") -> Any:
        """Read back what is recorded now, and have it confirmed."""
        version = self.look(visit_id, account=account).json["version"]
        self.do(visit_id, "read-back", {"version": version}, account=account)
        body = {"version": version, "confirmed_by": name}
        return self.do(visit_id, "confirm", body, account=account)

    def confirmed(self, *, account: str = "lin", told: Any = None, **record: Any) -> str:
        """The id of a visit that may be registered."""
        visit_id = self.called(account)
        assert self.visitors(visit_id, account=account, **(told or {})).status_code == 200
        assert self.record(visit_id, account=account, **record).status_code == 200
        assert self.confirm(visit_id, account=account).status_code == 200
        return visit_id

    def registered(self, **kw: Any) -> tuple[str, dict[str, str]]:
        """A visit that is registered, and what was answered."""
        visit_id = self.confirmed(**kw)
        answer = self.do(visit_id, "register", account=kw.get("account", "lin"))
        assert answer.status_code == 201, answer.text
        return visit_id, answer.json

    def at_once(
        self, requests: Iterable[tuple[str, str, Any]], *, account: Callable[[int], str]
    ) -> list[Any]:
        """Post (path, role, body) at the same moment, each from a thread of its own."""
        listed = list(requests)
        gate, answers = threading.Barrier(len(listed)), []

        def send(n: int, path: str, role: str, body: Any) -> None:
            token = self.desk.token(role, account=account(n))
            client = self.desk.client.application.test_client()
            gate.wait()
            headers = {"Authorization": f"Bearer {token}"}
            answers.append(client.post(path, headers=headers, json=body))

        threads = [
            threading.Thread(target=send, args=(n, *request)) for n, request in enumerate(listed)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers
