"""The services of a local installation, each run from its image as a pod would run it.

    guard --> setpriv (the image's uid, no capability, no way to more)
          --> bwrap (the image's files as a read-only root, a tmpfs on /tmp)
          --> the service, as process 1

Only the sign-in and the simulated city run from this environment: no image has them.
"""

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from local.guard import Guarded
from local.image_store import Image, NotProven
from local.ports import free_port
from local.stack import Stack
from shared.service import Service

_READY_SECONDS = 60.0
_STOP_SECONDS = 60.0
_POLL_SECONDS = 0.02

# Run inside: where can this process write, and what may it do?
_TRY_TO_WRITE = """
import json, os
KERNELS = ("/proc", "/sys", "/dev")
tried, written = 0, []
for folder, below, _ in os.walk("/"):
    below[:] = [name for name in below if os.path.join(folder, name) not in KERNELS]
    tried += 1
    try:
        open(os.path.join(folder, "written"), "w").close()
        written.append(folder)
    except OSError:
        pass
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({"tried": tried, "written": written, "ids": [os.getuid(), os.getgid()],
    "groups": os.getgroups(), "capabilities": int(status["CapEff"], 16),
    "no_new_privileges": int(status["NoNewPrivs"])}))
"""


def sandboxed(image: Image, command: Sequence[str]) -> list[str]:
    """The command line that runs `command` in the image as a pod would, as its own user."""
    user, _, group = image.config["User"].partition(":")
    return [
        *[_program("setpriv"), f"--reuid={user}", f"--regid={group}", "--clear-groups"],
        *["--inh-caps=-all", "--no-new-privs"],
        *[_program("bwrap"), "--unshare-pid", "--as-pid-1", "--unshare-ipc"],
        *["--ro-bind", str(image.root), "/", "--proc", "/proc", "--dev", "/dev"],
        *["--tmpfs", "/tmp", "--chdir", image.config["WorkingDir"], "--", *command],
    ]


def run(image: Image, command: Sequence[str], env: Mapping[str, str] | None = None) -> str:
    """What a command in the image prints; NotProven when it fails."""
    done = subprocess.run(
        sandboxed(image, command),
        env={**image.env, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotProven(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def try_to_write(image: Image) -> dict[str, Any]:
    """Try to make a file in every folder of the image, and say who tried with what rights."""
    found: dict[str, Any] = json.loads(run(image, ["python", "-c", _TRY_TO_WRITE]))
    return found


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NotProven(f"{name} is not installed: deploy/local/install-system-packages")
    return found


class ImageStack(Stack):
    """A stack whose services come from `images`; every start and every end is timed."""

    def __init__(self, images: Mapping[str, Image], **stack: Any) -> None:
        super().__init__(**stack)
        self.images = images
        self.metrics_ports: dict[str, int] = {}
        self.seconds_to_ready: dict[str, float] = {}

    def prepare(self, service: Service) -> None:
        """What the init containers do, by the commands that they run."""
        for command in ("migrate", "topology"):
            run(
                self.images[service.name],
                ["python", "-m", service.package, command],
                self._settings_of(service, self._env_of(service)),
            )

    def launch(self, name: str) -> None:
        """Start a process from its image, and return when it is ready."""
        service = next((s for s in self.services if s.name == name.rpartition(".")[0]), None)
        if service is None:
            super().launch(name)
            return
        self.leave_taken_port(name)
        module, env = self.commands[name]
        image, port = self.images[service.name], free_port()
        self.metrics_ports[name] = port
        settings = self._settings_of(service, env) | {"METRICS_PORT": str(port)}
        began = time.monotonic()
        with (self.var / f"{name}.log").open("ab") as output:
            self.processes[name] = Guarded(
                sandboxed(image, self._way_to_start(image, module)),
                env={**image.env, **settings},
                output=output,
            )
        self._wait_until_answered(name)
        self.seconds_to_ready[name] = time.monotonic() - began

    def end(self, name: str) -> tuple[int | None, float]:
        """SIGTERM the process itself; returns its exit code, None without one, and the seconds."""
        process = self.processes.pop(name)
        _sandbox, service = process.pids[:2]
        began = time.monotonic()
        os.kill(service, signal.SIGTERM)
        ended = process.wait(_STOP_SECONDS)
        if not ended:
            process.kill()
        return (process.returncode if ended else None), time.monotonic() - began

    def metrics(self, name: str) -> str:
        """What the process serves on METRICS_PORT."""
        answer = httpx.get(f"http://127.0.0.1:{self.metrics_ports[name]}/metrics", trust_env=False)
        return answer.raise_for_status().text

    def _way_to_start(self, image: Image, module: Sequence[str]) -> list[str]:
        """web by the image's own entry point, all others as the pods' `command` does."""
        package, role = module
        if role == "web":
            return [*image.config["Entrypoint"], role]
        return ["python", "-m", package, role]

    def _settings_of(self, service: Service, env: Mapping[str, str]) -> dict[str, str]:
        """Of an environment, what the service reads: nothing else gets into the sandbox."""
        names = {field.name.upper() for field in dataclasses.fields(service.settings)}
        return {name: value for name, value in env.items() if name in names}

    def _wait_until_answered(self, name: str) -> None:
        service, _, role = name.rpartition(".")
        probe = f"http://127.0.0.1:{self.metrics_ports[name]}/metrics"
        if role == "web":
            probe = f"{self.endpoints[service]}/readyz"
        end = time.monotonic() + _READY_SECONDS
        while not _answers(probe):
            if self.processes[name].returncode is not None or time.monotonic() > end:
                raise NotProven(f"{name} is not ready; its last words:\n{self.log_tail(name)}")
            time.sleep(_POLL_SECONDS)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False
