"""Upgrades as the IT team does them, while citizens write: forward, back, and to a v2 of an event.

No request may be answered 5xx or not at all, nothing may be lost or done twice.
"""

import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.contracts import Subscriptions
from shared.demo.client import Client
from shared.service import App, find_services
from system.rollout import Rollout
from system.rotation import Rotation
from system.scene import Scene, scene_of
from system.versions import ADDITIVE, EMITS_V2, READS_BOTH, make_version

pytestmark = pytest.mark.servers

PETITIONS = int(os.environ.get("UPGRADE_PETITIONS", "300"))
PACE = float(os.environ.get("UPGRADE_PACE", "3"))
"""Petitions a second; the clerks' and the supervisor's requests come on top of them.

Two cores that are busy with more take minutes to start a process.
"""
_LOOK_EVERY_S = 0.2

SERVICES = {service.name: service for service in find_services()}
V1, V2 = "petition.registered.v1", "petition.registered.v2"


def test_each_service_rolls_forward_and_back_under_load(
    tmp_path: Path, undisturbed: dict[int, Any]
) -> None:
    with _upgrading(tmp_path) as (scene, rotation):
        for service, (expand, edits) in ADDITIVE.items():
            code = make_version(SERVICES[service], tmp_path / "next", edits=edits, expand=expand)
            rollout = Rollout(scene, rotation, service)
            following = rollout.version("next", code)
            rollout.roll(rollout.tree, following)
            rollout.roll(following, rollout.tree)
        scene.judge(undisturbed)
        assert rotation.failures() == []
        for service, column in (("intake", "language"), ("routing", "accepted_by")):
            assert _written(scene, service, column), f"the next {service} filled its new column"


def test_readers_first_then_the_producer_switches_to_version_two(
    tmp_path: Path, undisturbed: dict[int, Any]
) -> None:
    with _upgrading(tmp_path) as (scene, rotation):
        for reader, edits in READS_BOTH.items():
            code = make_version(SERVICES[reader], tmp_path / "both", edits=edits)
            rollout = Rollout(scene, rotation, reader)
            rollout.roll(rollout.tree, rollout.version("both", code))
            _hears_both(scene.site.apps[reader])
        code = make_version(SERVICES["intake"], tmp_path / "v2", edits=EMITS_V2)
        producer = Rollout(scene, rotation, "intake")
        second = producer.version("v2", code)
        producer.roll(producer.tree, second)
        producer.roll(second, producer.tree)
        producer.roll(producer.tree, second)
        scene.judge(undisturbed)
        assert rotation.failures() == []
        _told_once_in_either_version(scene)


@contextmanager
def _upgrading(folder: Path) -> Iterator[tuple[Scene, Rotation]]:
    """A scene whose requests go to replicas in turn, with a supervisor who looks at timelines."""
    rotation = Rotation()
    with (
        scene_of(folder, at_least=PETITIONS, pace=PACE, through=rotation) as scene,
        _looking(scene.site.client("supervisor", transport=rotation)),
    ):
        yield scene, rotation


@contextmanager
def _looking(supervisor: Client) -> Iterator[None]:
    """Someone reads what is overdue, case after case, as long as this lasts."""
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            overdue = supervisor.get("supervision", "/v1/overdue", limit=20)["items"]
            for case in {item["case_id"] for item in overdue}:
                supervisor.get("supervision", f"/v1/cases/{case}/timeline")
                if stop.wait(_LOOK_EVERY_S):
                    return
            stop.wait(_LOOK_EVERY_S)

    thread = threading.Thread(target=look, name="supervisor")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _written(scene: Scene, service: str, column: str) -> int:
    """How many rows have a value in a column that only the next version knows."""
    table = {"intake": "petitions", "routing": "cases"}[service]
    with scene.site.apps[service].db.read() as session:
        counted = f"SELECT count({column}) FROM {table}"  # noqa: S608 - names of this file
        return int(session.connection().exec_driver_sql(counted).scalar_one())


def _hears_both(app: App) -> None:
    """Let the verdict know that this reader now hears version 2 as well."""
    heard = app.service.subscriptions
    rows = [replace(row, types=(*row.types, V2)) if V1 in row.types else row for row in heard.rows]
    app.service = replace(app.service, subscriptions=Subscriptions(heard.service, rows))


def _told_once_in_either_version(scene: Scene) -> None:
    """Both versions were spoken, and no petition was told in both."""
    rows = scene.site.rows("intake", scene.site.table("intake", "outbox"))
    told = [row for row in rows if row["type"] in (V1, V2)]
    assert {row["type"] for row in told} == {V1, V2}
    twice = [subject for subject, n in Counter(row["subject"] for row in told).items() if n > 1]
    assert twice == []
    second = [json.loads(row["envelope"])["data"] for row in told if row["type"] == V2]
    assert all("arrived_at" in data and "received_at" not in data for data in second)
