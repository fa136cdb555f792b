"""A process is killed at what it does to a petition: nothing is half done, and is done again."""

import os
import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa

from intake import models
from intake.jobs import comparing
from shared.testing import MORNING, emitted, sample_secrets

on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
ACCUSES = {"title": "反映青檀村的事", "content": "村主任收受施工队红包，请查处。"}
WORKER = """
import datetime as dt, os, signal, sys
from intake import use_cases
from intake.service import SERVICE
from intake.use_cases import comparing
from shared.auth import Principal
from shared.clock import FixedClock
from shared.service import App
from shared.settings import read_settings

moment, petition_id, act = sys.argv[1:]
clock = FixedClock(dt.datetime.fromisoformat(moment))
app = App(SERVICE, read_settings(SERVICE.settings), clock=clock)
roles, district = frozenset({"registrar", "dispatcher"}), frozenset({"*"})
this = {
    "petition_id": petition_id,
    "by": Principal("clerk", roles, "bureau", district, known_by=app.verifier.marker),
    "clock": clock,
}
with app.db.write() as session:
    if act == "correct":
        changes = {"content": "小区东门的路灯坏了一个月。", "people": 9}
        use_cases.correct(
            session, changes=changes, reason="录入有误", resources=app.resources, **this
        )
    if act == "void":
        use_cases.void(session, reason="重复录入", instead=None, **this)
    if act == "clear":
        use_cases.decide_suspicion(
            session,
            decision="cleared",
            reason="转述传闻",
            resources=app.resources,
            **this,
        )
    if act == "compare":
        assert comparing.compare_waiting(
            session, now=clock.now(), most=50, common=app.resources.common_pairs
        ) == 2
    os.kill(os.getpid(), signal.SIGKILL)
"""
ACTS = {
    "correct": (
        "corrections",
        {"changes": {"content": "小区东门的路灯坏了一个月。", "people": 9}, "reason": "录入有误"},
        {"petition.corrected.v1"},
    ),
    "void": ("void", {"reason": "重复录入"}, {"petition.voided.v1"}),
    "clear": (
        "suspicion",
        {"decision": "cleared", "reason": "转述传闻"},
        {"petition.cleared.v1", "petition.text.v1"},
    ),
}


def killed_while(desk, act, petition_id):
    """A process does something to a petition, all but the commit, and dies."""
    url = desk.app.db.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", WORKER, MORNING.isoformat(), petition_id, act],
        env=os.environ | sample_secrets() | {"DATABASE_URL": url},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL


def everything(app):
    """Whatever stands in any table of intake."""
    with app.db.read() as session:
        return {
            table.name: session.execute(sa.select(table)).all()
            for table in models.metadata.sorted_tables
        }


@on_both_databases
@pytest.mark.parametrize("act", ACTS)
def test_killed_before_the_commit_it_has_done_nothing_and_is_done_again(desk, act):
    receipt = desk.registered(**(ACCUSES if act == "clear" else {}))
    before = everything(desk.app)
    killed_while(desk, act, receipt["petition_id"])
    assert everything(desk.app) == before
    route, body, told = ACTS[act]
    known = len(emitted(desk.app))
    answer = desk.post(f"/v1/petitions/{receipt['petition_id']}/{route}", "dispatcher", json=body)
    assert answer.status_code in {200, 201}, answer.text
    assert {event["type"] for event in emitted(desk.app)[known:]} == told


@on_both_databases
def test_killed_while_comparing_each_petition_is_compared_once(desk):
    first, second = desk.registered(), desk.registered()
    killed_while(desk, "compare", first["petition_id"])
    assert len(desk.rows(models.uncompared)) == 2
    comparing.compare(desk.app)
    assert desk.rows(models.uncompared) == []
    counted = {row.pair: row.petitions for row in desk.rows(models.pair_counts)}
    pairs = {pair for row in desk.rows(models.fingerprints) for pair in row.pairs}
    assert {counted[pair] for pair in pairs} == {2}
    (proposal,) = desk.rows(models.proposals)
    assert {proposal.petition_id, proposal.other_id} == {
        first["petition_id"],
        second["petition_id"],
    }
