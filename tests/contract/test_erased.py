"""What is erased in intake stands in no table of any service, and no replay brings it back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from scenario import Scenario

from shared.ground import DONE
from shared.rebuild import rebuild
from shared.service import App

PERSON = {"name": "欧阳晓峰", "phone": "13907312345"}
WORDS = {
    "title": "银杏巷路灯不亮",
    "content": "银杏巷路口的灯坏了一个月，晚上很暗。",
    "place": "银杏巷",
}
NEEDLES = ("银杏巷", "欧阳", PERSON["phone"])


@pytest.fixture
def scenario(tmp_path: Path) -> Iterator[Scenario]:
    with Scenario(tmp_path) as scenario:
        yield scenario


def holding(app: App) -> set[str]:
    """The tables in which words or petitioner can be read.

    An inbox keeps what it has handled for INBOX_KEEP_DAYS, which are over here.
    """
    found = set()
    with app.db.read() as session:
        for table in app.service.ground.metadata.sorted_tables:
            rows = sa.select(table)
            if table is app.service.ground.inbox:
                rows = rows.where(table.c.status != DONE)
            kept = str(session.execute(rows).all())
            if any(needle in kept for needle in NEEDLES):
                found.add(table.name)
    return found


def all_holding(scenario: Scenario) -> dict[str, set[str]]:
    return {name: found for name, app in scenario.apps.items() if (found := holding(app))}


def test_the_words_are_in_no_table_any_more_and_come_back_by_no_replay(scenario: Scenario) -> None:
    receipt = scenario.register(petitioner=PERSON, **WORDS)
    scenario.act(receipt, "classify", "dispatcher", category="other")
    assert set(all_holding(scenario)) >= {"intake", "routing", "sync-municipal"}
    scenario.act(receipt, "withdraw", "registrar", petition_ids=[receipt["petition_id"]],
                 statement="书面声明一份")  # fmt: skip
    scenario.deliver()
    path = f"/v1/petitions/{receipt['petition_id']}/erase"
    erased = scenario.offices["intake"].post(path, "leader", json={"reason": "信访人书面申请"})
    assert erased.status_code == 200, erased.text
    scenario.deliver()
    assert all_holding(scenario) == {}
    for app in scenario.apps.values():
        rebuild(app)
    scenario.deliver()
    assert all_holding(scenario) == {}
