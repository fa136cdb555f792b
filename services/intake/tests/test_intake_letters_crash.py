"""A process that registers a letter is killed: the letter waits on, with each scan once."""

import os
import signal
import subprocess
import sys

import made_files as made
import pytest
from letter_desk import WORDS

from intake import models
from shared.testing import MORNING, sample_secrets

CLERK = """
import datetime as dt, os, signal, sys
from intake import use_cases
from intake.schemas.petitions import PetitionIn
from intake.service import SERVICE
from intake.use_cases.letters import dealing
from shared.auth import Principal
from shared.clock import FixedClock
from shared.service import App
from shared.settings import read_settings
from shared.web.problems import load

moment, letter_id, where = sys.argv[1:]

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

if where != "before the commit":
    setattr(dealing, where, die)
clock = FixedClock(dt.datetime.fromisoformat(moment))
app = App(SERVICE, read_settings(SERVICE.settings), clock=clock)
petition = load(PetitionIn, {"channel": "letter", "title": "路灯不亮", "content": "坏了一个月。"})
with app.db.write() as session:
    use_cases.register_letter(
        session,
        letter_id=letter_id,
        petition=petition,
        by=Principal(
            "registrar",
            frozenset({"registrar"}),
            "bureau",
            frozenset({"*"}),
            known_by=app.verifier.marker,
        ),
        clock=app.clock,
        resources=app.resources,
    )
    die()
"""


@pytest.mark.parametrize(
    "clerk", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
@pytest.mark.parametrize("where", ["_hand_over", "_settle", "before the commit"])
def test_killed_while_it_is_registered_a_letter_waits_on_with_its_scans(letters, where):
    letter_id = letters.logged()
    scan = letters.scanned(letter_id, made.scan())["attachment_id"]
    url = letters.app.db.url.render_as_string(hide_password=False)
    stored = {"ATTACHMENTS_URL": f"file://{letters.folder}", "DATABASE_URL": url}
    killed = subprocess.run(
        [sys.executable, "-c", CLERK, MORNING.isoformat(), letter_id, where],
        env=os.environ | sample_secrets() | stored,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    found = letters.look(letter_id).json
    assert (found["state"], [one["attachment_id"] for one in found["scans"]]) == ("waiting", [scan])
    assert "letter" not in {row.channel for row in letters.desk.rows(models.petitions)}
    petition_id = letters.do(letter_id, "register", **WORDS).json["petition_id"]
    assert [one["attachment_id"] for one in letters.attachments(petition_id)] == [scan]
    assert letters.scan_rows() == []
