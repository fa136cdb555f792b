"""The embedded system as a process: kill -9 at any moment loses nothing and leaves no orphan."""

from pathlib import Path
from typing import Any

import pytest

from system.checks import settle, verdict
from system.embedded import Embedded
from system.load import Load
from system.site import Operators
from system.waiting import wait_until

READY_S = 30.0
"""Generous: the aim is 5 s for a second start, on a machine that does nothing else."""


def test_a_second_process_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with Embedded(tmp_path) as system:
        second = system.launch()
        assert second.wait(timeout=240) == 1
        assert f"{tmp_path} is in use by another process" in system.said()
        assert system.pids(), "the first one goes on"


def test_ctrl_c_ends_it_cleanly_and_it_starts_again_quickly(tmp_path: Path) -> None:
    with Embedded(tmp_path) as system:
        assert system.interrupt() == 0
        assert not system.pids(), "no process is left"
        assert "Traceback" not in system.said(), system.said()
        took = system.start()
        print(f"second start ready after {took:.1f} s")
        assert took < READY_S


@pytest.mark.servers
def test_kill_nine_during_load_loses_nothing(tmp_path: Path, undisturbed: dict[int, Any]) -> None:
    with (
        Embedded(tmp_path) as system,
        system.site() as site,
        Operators(site) as operators,
        Load(site, at_least=200) as load,
    ):
        for harm in (_kill_all, _kill_master, _kill_worker, _kill_all, _kill_master):
            load.flow(20)
            harm(system)
        load.finish()
        settle(site, operators)
        verdict(site, load.petitions, operators, undisturbed=undisturbed)
        print(f"{load}; {load.refused} tries to post got no 201")
    assert not system.pids(), "no orphan, not even the city"


def _kill_all(system: Embedded) -> None:
    """All processes at once, then a new start."""
    system.kill_group()
    system.start()


def _kill_master(system: Embedded) -> None:
    """The process that was started: worker and city end with it, and a new one can start."""
    orphans = set(system.pids()) - {system.master}
    system.kill(system.master)
    system.start()
    assert not orphans & set(system.pids()), "worker and city have ended"


def _kill_worker(system: Embedded) -> None:
    """The process that works: its master starts another."""
    (old,) = system.workers
    system.kill(old)
    wait_until(lambda: system.workers - {old}, "there is a new worker")
