"""The bureau and units at work on coordination, as its tests need them."""

import datetime as dt

import sqlalchemy as sa

from routing import models
from shared.clock import wire
from shared.testing import emitted


class Desk:
    """The bureau and units at work on coordination."""

    def __init__(self, bench):
        self.bench = bench
        self.app = bench.app

    def notice(self, *case_ids, **changes):
        starts = self.app.clock.now() + dt.timedelta(days=1)
        return {
            "title": "末班车问题协调会",
            "place": "信访局三楼会议室",
            "host": "分管副区长",
            "starts_at": wire(starts),
            "notice": "请派员参加。",
            "units": ["transport"],
            "case_ids": list(case_ids),
        } | changes

    def send(self, path, *roles, version=None, token=None, **body):
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return self.bench.post(f"/v1/{path}", *roles, token=token, json=body, headers=headers)

    def done(self, path, *roles, **kwargs):
        answer = self.send(path, *roles, **kwargs)
        assert answer.status_code in (200, 201), answer.text
        return answer.json

    def call(self, *case_ids, **changes):
        return self.done("meetings", "dispatcher", **self.notice(*case_ids, **changes))

    def held(self, *case_ids, **changes):
        meeting = self.call(*case_ids, **changes)
        path = f"meetings/{meeting['id']}/hold"
        return self.done(path, "dispatcher", version=1, attended=["transport"])

    def task_body(self, **changes):
        return {
            "title": "延长末班车",
            "detail": "研究延长B12路末班车时间。",
            "unit": "transport",
            "due_day": "2026-03-20",
            "source": "case",
        } | changes

    def task(self, **changes):
        return self.done("tasks", "supervisor", **self.task_body(**changes))

    def unit(self, *roles, unit="transport"):
        return self.bench.unit_token(*(roles or ("handler",)), unit=unit)

    def task_in(self, state, **changes):
        task = self.task(**changes)
        token = self.unit(unit=task["unit"])
        for name, body in (("accept", {}), ("report", {"result": "末班车延至二十三时。"})):
            if task["state"] == state:
                break
            path = f"tasks/{task['id']}/{name}"
            task = self.done(path, token=token, version=task["version"], **body)
        if state == "done":
            path = f"tasks/{task['id']}/finish"
            task = self.done(path, "supervisor", version=task["version"])
        assert task["state"] == state
        return task

    def read(self, path, *roles, token=None):
        return self.bench.get(f"/v1/{path}", *roles, token=token)

    def told(self, kind):
        return [e for e in emitted(self.app, "case.noted.v1") if e["data"]["kind"] == kind]

    def accuse(self, case_id, unit):
        with self.app.db.write() as session:
            row = {"case_id": case_id, "kind": "unit", "who": unit}
            session.execute(sa.insert(models.case_accused).values(row))

    def pages(self, path, *roles, token=None):
        found, cursor, mark = [], "", "&" if "?" in path else "?"
        while cursor is not None:
            more = f"&cursor={cursor}" if cursor else ""
            answer = self.read(f"{path}{mark}limit=2{more}", *roles, token=token)
            assert answer.status_code == 200, answer.text
            found += answer.json["items"]
            cursor = answer.json["next_cursor"]
        return found


def secret_case(bench):
    case = bench.opened(secret=True, purpose="accusation")
    return bench.done(case, "forward", unit="discipline")


def many_cases(desk, count):
    """Copies of one case, as many as a great matter has."""
    case_id = desk.bench.opened()["case_id"]
    table = models.cases
    with desk.app.db.write() as session:
        row = dict(
            session.execute(sa.select(table).where(table.c.case_id == case_id)).one()._mapping
        )
        copies = [
            row
            | {
                "case_id": f"copy-{n:06d}",
                "seq": row["seq"] + 1000 + n,
                "case_no": f"C{n:06d}",
                "petition_ids": [f"petition-{n:06d}"],
            }
            for n in range(count)
        ]
        session.execute(sa.insert(table), copies)
    return [copy["case_id"] for copy in copies]
