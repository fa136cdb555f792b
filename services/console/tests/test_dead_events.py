"""What failed between services: seen with its reason, run again once mended, or put away."""

import json
import sqlite3
import time
import uuid

import pytest

from satisfaction.service import SERVICE
from shared.clock import SystemClock
from shared.db import Database
from shared.inbox import Inbox

NO_DATA = {
    "specversion": "1.0",
    "source": "/intake",
    "type": "petition.erased.v1",
    "subjectversion": 1,
    "time": "2026-03-02T01:30:00.000000Z",
    "recordedtime": "2026-03-02T01:30:00.000000Z",
    "data": {},
}


@pytest.fixture
def inbox(town):
    """Satisfaction's inbox in the running town."""
    return Inbox(
        db=Database(f"sqlite:///{town.var}/satisfaction.sqlite", service="satisfaction"),
        ground=SERVICE.ground,
        subscriptions=SERVICE.subscriptions,
        clock=SystemClock(),
    )


def dead(town, found):
    """The first dead event for which `found` holds, as soon as there is one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for one in town.get("admin", "satisfaction", "/v1/ops/backlog")["dead"]:
            if found(one):
                return one
    raise AssertionError("no such event is dead")


def test_a_failed_event_runs_again_once_its_cause_is_mended(town, open_page, inbox):
    event = NO_DATA | {"id": str(uuid.uuid4()), "subject": str(uuid.uuid4())}
    inbox.store([json.dumps(event).encode()])
    row = dead(town, lambda one: one["event_id"] == event["id"])

    page = open_page("/office/dead-events", account="admin")
    shown = page.get_by_role("row", name=f"序号{row['seq']}")
    assert "petition.erased.v1" in shown.inner_text()
    assert "petition_id" in shown.inner_text(), "the reason names what is missing"
    assert "1次" in shown.inner_text()

    mended = json.dumps(event | {"data": {"petition_id": event["subject"]}})
    with sqlite3.connect(town.var / "satisfaction.sqlite", timeout=60) as database:
        database.execute("UPDATE inbox SET envelope = ? WHERE seq = ?", (mended, row["seq"]))
    shown.get_by_role("button", name="重新处理").click()
    page.locator("#messages [data-done]").wait_for()
    handled = "SELECT status FROM inbox WHERE event_id = ?"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with sqlite3.connect(town.var / "satisfaction.sqlite", timeout=60) as database:
            if database.execute(handled, (event["id"],)).fetchone() == ("done",):
                break
    page.reload()
    assert page.get_by_role("row", name=f"序号{row['seq']}").count() == 0


def test_a_body_that_is_no_event_can_only_be_put_away(town, open_page, inbox):
    inbox.store([f"not an event {uuid.uuid4()}".encode()])
    row = dead(town, lambda one: one["source"] == "unreadable")
    page = open_page("/office/dead-events", account="admin")
    assert page.locator("#backlog-satisfaction .light-red").is_visible()
    shown = page.get_by_role("row", name=f"序号{row['seq']}")
    assert shown.get_by_role("button", name="重新处理").count() == 0
    shown.get_by_role("button", name="看过，丢弃").click()
    page.locator("#messages [data-done]").wait_for()
    assert page.get_by_role("row", name=f"序号{row['seq']}").count() == 0


def test_the_numbers_renew_themselves(open_page):
    page = open_page("/office/dead-events", account="admin")
    with page.expect_response("**/office/dead-events/numbers?unattended=1") as renewed:
        pass
    assert renewed.value.status == 200
    page.locator("#backlog").wait_for()
