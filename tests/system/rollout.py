"""Rolling a service from one version to another, as Kubernetes does with its two Deployments.

init containers: migrate, topology          (by the new version's own code)
web       the new replica becomes ready -> both serve -> the old one leaves -> SIGTERM
worker    the new replica stands by -> SIGTERM of the old one -> the new one takes over
"""

import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from local.ports import free_port
from system.rotation import Rotation
from system.scene import Scene
from system.waiting import wait_until

BOTH_SERVE = 20
"""Requests that each of the two versions answers while both serve."""
_GRACE_S = 60.0
"""What the manifests allow a pod for ending by itself."""


@dataclass(frozen=True)
class Version:
    """One version of a service: what its processes are called and where its web one answers."""

    service: str
    suffix: str
    env: Mapping[str, str]
    address: str

    def process(self, role: str) -> str:
        """The name of a process of this version."""
        return f"{self.service}.{role}{self.suffix}"


class Rollout:
    """The versions of one service in a running scene, and the way from one to another."""

    def __init__(self, scene: Scene, rotation: Rotation, service: str) -> None:
        self.scene = scene
        self.rotation = rotation
        self.service = service
        self.address = scene.stack.endpoints[service]
        self.tree = Version(service, "", scene.stack.commands[f"{service}.worker"][1], self.address)

    def version(self, suffix: str, code: Path) -> Version:
        """The version in a folder of sources, its processes not yet started."""
        port = free_port()
        own = {"PYTHONPATH": str(code), "PORT": str(port)}
        for role in ("web", "worker"):
            module, env = self.scene.stack.commands[f"{self.service}.{role}"]
            self.scene.stack.commands[f"{self.service}.{role}-{suffix}"] = (module, env | own)
        env = self.scene.stack.commands[f"{self.service}.worker-{suffix}"][1]
        return Version(self.service, f"-{suffix}", env, f"http://127.0.0.1:{port}")

    def roll(self, old: Version, new: Version) -> None:
        """Replace every process of `old` by one of `new`, while requests and events flow."""
        began = time.monotonic()
        self._init_containers(new)
        self._roll_web(old, new)
        self._roll_worker(old, new)
        self.scene.goes_on(f"{self.service}{old.suffix or ' of the tree'} -> {new.process('web')}")
        rate = self.rotation.rate(began)
        self.scene.note(f"{rate:.0f} requests a second meanwhile; {self._failed()} failed")

    def _failed(self) -> int:
        return len(self.rotation.failures())

    def _init_containers(self, new: Version) -> None:
        module = self.scene.stack.commands[new.process("worker")][0][0]
        for command in ("migrate", "topology"):
            done = subprocess.run(
                [sys.executable, "-m", module, command],
                env=dict(new.env),
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{new.process(command)}: {done.stderr[-2000:]}"

    def _roll_web(self, old: Version, new: Version) -> None:
        self.scene.stack.launch(new.process("web"))
        wait_until(lambda: _ready(new.address), f"{new.process('web')} is ready")
        began = time.monotonic()
        self.rotation.join(self.address, new.address)
        for version in (old, new):
            wait_until(
                lambda version=version: (
                    self.rotation.answered_by(version.address, since=began) >= BOTH_SERVE
                ),
                f"{version.process('web')} serves beside the other version",
            )
        self.rotation.leave(self.address, old.address)
        self._end(old.process("web"))

    def _roll_worker(self, old: Version, new: Version) -> None:
        worker, log = new.process("worker"), self.scene.stack.var / f"{new.process('worker')}.log"
        starts = _starts(log)
        self.scene.stack.launch(worker)
        wait_until(lambda: _starts(log) > starts, f"{worker} stands by")
        self._end(old.process("worker"))

    def _end(self, process: str) -> None:
        """SIGTERM, after which a process must end by itself within the grace of its pod."""
        began = time.monotonic()
        self.scene.stack.terminate(process)
        took = time.monotonic() - began
        assert took < _GRACE_S, f"{process} did not end by itself"
        self.scene.note(f"{process} ended {took:.1f} s after SIGTERM")


def _ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=5).is_success
    except httpx.HTTPError:
        return False


def _starts(log: Path) -> int:
    return log.read_text(errors="replace").count("worker started") if log.exists() else 0
