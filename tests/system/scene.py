"""The scene of a fault: a stack of processes on servers of its own, and the load that flows."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from local.postgres import PrivatePostgres
from local.servers import PrivateRabbit
from local.stack import Stack
from shared.bus import inbox_queue
from system.checks import lacking, settle, verdict
from system.load import Load
from system.site import Operators, Site, site_of
from system.waiting import wait_out

ATTEMPTS = 3
SETTINGS = {"HANDLER_ATTEMPTS": str(ATTEMPTS), "HANDLER_BACKOFF_SECONDS": "0.3"}
_STALLED_S = 150.0
_FIRST = 20


@dataclass
class Scene:
    """Everything that a fault may break, and the load that goes on meanwhile."""

    rabbit: PrivateRabbit
    postgres: PrivatePostgres
    stack: Stack
    site: Site
    operators: Operators
    load: Load
    dead: dict[str, set[str]] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def note(self, text: str) -> None:
        """Write into the journal, which pytest shows when the test fails."""
        print(f"{time.monotonic() - self.began:7.1f} s  {self.load.answered:5d} answered  {text}")

    def goes_on(self, what: str) -> None:
        """Wait until every service knows the petitions that have been answered by now."""
        lack = lacking(self.site, self.load)
        took = wait_out(lack, f"all goes on after {what}", stalled=_STALLED_S)
        self.note(f"{what}: all caught up after {took:.1f} s")

    def judge(self, undisturbed: Mapping[int, Any]) -> None:
        """Let the load end, wait until all is quiet, and check every promise."""
        self.load.finish()
        self.note(f"the load has ended; {self.load.refused} tries to post got no 201")
        self.note(f"quiet after {settle(self.site, self.operators):.1f} s")
        verdict(
            self.site,
            self.load.petitions,
            self.operators,
            undisturbed=undisturbed,
            dead=self.dead,
        )

    def restart(self, name: str) -> None:
        """SIGKILL a process, and start it again."""
        self.stack.kill(name)
        self.stack.launch(name)


@contextmanager
def scene_of(
    var: Path, *, at_least: int, pace: float, through: httpx.BaseTransport | None = None
) -> Iterator[Scene]:
    """A stack on servers of its own, and a load that has begun to flow `through` a transport."""
    with (
        PrivateRabbit() as rabbit,
        PrivatePostgres() as postgres,
        Stack(
            var=var,
            bus_url=rabbit.url,
            database_of=postgres.create_database,
            settings=SETTINGS,
        ) as stack,
        site_of(stack) as site,
        Operators(site, through=through) as operators,
    ):
        for service in stack.talking:
            rabbit.wait_written(inbox_queue(service.name))
        with (
            telling(stack),
            Load(site, at_least=at_least, pace=pace, through=through) as load,
        ):
            scene = Scene(rabbit, postgres, stack, site, operators, load)
            load.flow(_FIRST)
            scene.goes_on("the start")
            yield scene


@contextmanager
def telling(stack: Stack) -> Iterator[None]:
    """Add what every process wrote last to whatever goes wrong."""
    try:
        yield
    except BaseException as error:
        for name in stack.commands:
            error.add_note(f"--- {name} wrote last:\n{stack.log_tail(name, 4)}")
        raise
