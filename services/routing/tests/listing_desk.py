"""Many cases put straight into the tables, and what a list ought to hold by plain reading."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from routing import models
from shared.testing import MORNING

ROOM = 1_000
UNITS = ("transport", "housing", "discipline")


def case_row(number: int, **changes: Any) -> dict[str, Any]:
    """A row of `cases`, forwarded to nobody yet."""
    at = MORNING + dt.timedelta(minutes=number)
    row = dict.fromkeys(models.cases.c.keys()) | {
        "case_id": f"case-{number:04d}",
        "seq": ROOM + number,
        "case_no": f"XS{number:012d}",
        "version": 1,
        "state": "registered",
        "petition_ids": [f"petition-{number}"],
        "petition_nos": [f"XF{number}"],
        "channel": "web",
        "purpose": "petition",
        "secret": False,
        "historical": False,
        "title": f"第{number}件",
        "content": "内容",
        "co_units": [],
        "clocks": [],
        "facts": {},
        "received_at": at,
        "opened_at": at,
        "last_at": at,
    }
    return row | changes


def put(bench: Any, rows: list[dict[str, Any]], **more: list[dict[str, Any]]) -> None:
    """Keep cases with their petitions, and rows of other tables by the tables' names."""
    links = [
        {"petition_id": petition, "case_id": row["case_id"]}
        for row in rows
        if row["split_from"] is None
        for petition in row["petition_ids"]
    ]
    with bench.app.db.write() as session:
        for table, found in (
            (models.cases, rows),
            (models.case_petitions, links),
            *((getattr(models, name), found) for name, found in more.items()),
        ):
            if found:
                session.execute(sa.insert(table), found)


def wipe(bench: Any) -> None:
    """Take all of it away again."""
    tables = (
        models.case_petitions, models.case_parts, models.case_accused, models.case_access,
        models.cases,
    )  # fmt: skip
    with bench.app.db.write() as session:
        for table in tables:
            session.execute(sa.delete(table))


def part(case_id: str, unit: str, state: str = "asked") -> dict[str, Any]:
    return {
        "case_id": case_id, "unit": unit, "kind": "co", "state": state, "asked_at": MORNING,
        "asked": "请协助", "answer": None, "due": None,
    }  # fmt: skip


def reader(case_id: str, account: str) -> dict[str, Any]:
    return {
        "case_id": case_id, "account": account, "granted_by": "leader", "granted_at": MORNING,
        "reason": "办理需要",
    }  # fmt: skip


def accused(case_id: str, kind: str, who: str) -> dict[str, Any]:
    return {"case_id": case_id, "kind": kind, "who": who}


def walked(bench: Any, path: str, query: str = "", *, limit: int = 2, token: str) -> list[str]:
    """The case ids on all pages of a list."""
    ids, cursor = [], ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        answer = bench.get(f"{path}?limit={limit}{query and '&' + query}{more}", token=token)
        assert answer.status_code == 200, answer.text
        ids += [item["case_id"] for item in answer.json["items"]]
        cursor = answer.json["next_cursor"]
    return ids
