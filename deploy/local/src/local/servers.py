"""Private servers: a RabbitMQ and a PostgreSQL of our own, beside whatever the machine runs.

Ports are free ones, credentials random, data in a folder of their own; both listen on loopback
only. A server given a folder finds its data, port and credentials there again the next time;
without one it lives in a temporary folder that `close` removes. Nothing survives this process.
An instance that is never started is how another process finds a server that runs already.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Self

from local.guard import Guarded
from local.ports import free_port, is_free, release, reserve

_STOP_SECONDS = 40.0
_WRITTEN_SECONDS = 2.0
_MOST_STARTS = 3


class ServerMissing(Exception):
    """The server's programs are not installed; says how to install them."""


class PrivateServer(ABC):
    """What both have in common: a folder, remembered ports and passwords, a guarded tree."""

    name = ""
    port_names: tuple[str, ...] = ("port",)
    log_name = "output.log"
    start_seconds = 240.0

    def __init__(self, folder: Path | None = None) -> None:
        self._temporary = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix=f"minsheng-{self.name}-")).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._state_file = self.folder / "state.json"
        self._state = json.loads(self._state_file.read_text()) if self._state_file.exists() else {}
        made = {"password": secrets.token_urlsafe(18), "user": f"u{secrets.token_hex(4)}"}
        made |= {port: free_port() for port in self.port_names if port not in self._state}
        self._guarded: list[Guarded] = []
        if made.keys() - self._state.keys():
            self._state = made | self._state
            self._remember()

    def __enter__(self) -> Self:
        for _ in range(_MOST_STARTS - 1):
            self._find_ports()
            try:
                self.start()
            except RuntimeError:
                if all(is_free(self._state[name]) for name in self.port_names):
                    raise
            else:
                return self
        self._find_ports()
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def port(self) -> int:
        """The port that clients connect to; the same after every restart."""
        return self._state["port"]

    @property
    def pids(self) -> list[int]:
        """All of the server's processes; empty when it does not run."""
        return [pid for guarded in self._guarded for pid in guarded.pids]

    def start(self) -> None:
        """Start on the remembered data and port, and return when clients are served."""
        if self._guarded:
            raise RuntimeError(f"{self.name} runs already")
        try:
            self._launch()
            self._wait_until(self._answers)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Shut down cleanly and leave no process; data and port stay for the next start."""
        # The last one started is the server itself; the others only help it.
        for guarded in reversed(self._guarded):
            guarded.signal(self._stop_signal)
            if not guarded.wait(_STOP_SECONDS):
                guarded.kill()
        self.kill()

    def kill(self) -> None:
        """SIGKILL every process at once, as a power cut would; `start` works again."""
        self.pause()
        for guarded in self._guarded:
            guarded.kill()
        self._guarded = []

    def pause(self) -> None:
        """SIGSTOP every process: connections stay open and nobody answers."""
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT after `pause`."""
        self._signal_all(signal.SIGCONT)

    def close(self) -> None:
        """Stop, and remove the folder if it was a temporary one."""
        self.stop()
        for name in self.port_names:
            release(self._state[name])
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def log_tail(self, lines: int = 30) -> str:
        """The end of what the server said."""
        log = self.folder / self.log_name
        return (
            "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""
        )

    _stop_signal = signal.SIGTERM

    def _find_ports(self) -> None:
        """Keep the remembered ports, but for those that somebody else has taken meanwhile."""
        taken = [name for name in self.port_names if not reserve(self._state[name])]
        if taken:
            self._state |= {name: free_port() for name in taken}
            self._remember()

    @abstractmethod
    def _launch(self) -> None:
        """Start the server's processes on its data and ports."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether clients are served."""

    def _guard(self, command: list[str], *, env: dict[str, str], user: str | None = None) -> None:
        with (self.folder / self.log_name).open("ab") as output:
            self._guarded.append(
                Guarded(command, env=env, cwd=self.folder, output=output, user=user)
            )

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + self.start_seconds
        while not condition():
            codes = [guarded.returncode for guarded in self._guarded]
            ended = [code for code in codes if code is not None]
            if ended or time.monotonic() > end:
                late = f"did not answer within {self.start_seconds:.0f} s"
                why = f"ended with exit code {ended[0]}" if ended else late
                raise RuntimeError(f"{self.name} {why}; its last words:\n{self.log_tail()}")
            time.sleep(0.05)

    def _signal_all(self, number: int) -> None:
        for pid in self.pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def _remember(self) -> None:
        self._state_file.touch(mode=0o600)
        self._state_file.write_text(json.dumps(self._state, indent=1))


_RABBIT_CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
default_user = {user}
default_pass = {password}
default_user_tags.administrator = true
log.console = false
log.file.level = info
raft.wal_max_size_bytes = 67108864
"""


class PrivateRabbit(PrivateServer):
    """A RabbitMQ node with its own name, cookie, epmd and data; user guest does not exist."""

    name = "rabbitmq"
    port_names = ("port", "distribution_port", "epmd_port")

    @property
    def url(self) -> str:
        """amqp://user:password@127.0.0.1:port/%2F"""
        return f"amqp://{self._state['user']}:{self._state['password']}@127.0.0.1:{self.port}/%2F"

    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl against this node; returns what it printed."""
        done = subprocess.run(
            [str(Path(_rabbit_program()).with_name("rabbitmqctl")), *arguments],
            env=self._environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"rabbitmqctl {arguments[0]} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def wait_written(self, queue: str) -> None:
        """Return when a new quorum queue would survive `kill`.

        RabbitMQ 3.10 writes its list of quorum queues up to a second late; a queue that is younger
        when the node dies has no leader afterwards, for ever.
        """
        written = f"mnesia/{self._state['user']}@localhost/quorum/*/names.dets"

        def settled(file: Path) -> bool:
            quiet = time.time() - file.stat().st_mtime > _WRITTEN_SECONDS
            return quiet and queue.encode() in file.read_bytes()

        self._wait_until(lambda: any(settled(file) for file in self.folder.glob(written)))

    def _launch(self) -> None:
        server = _rabbit_program()
        env = self._environment()
        self._write_files()
        self._guard(
            [_program("epmd"), "-port", str(self._state["epmd_port"]), "-address", "127.0.0.1"],
            env=env,
        )
        self._wait_until(lambda: _listens(self._state["epmd_port"]))
        self._guard([server], env=env)

    def _write_files(self) -> None:
        configuration = self.folder / "rabbitmq.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(_RABBIT_CONFIGURATION.format(**self._state))
        (self.folder / "enabled_plugins").write_text("[].\n")
        (self.folder / "rabbitmq-env.conf").touch()
        cookie = self.folder / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(secrets.token_hex(20))
            cookie.chmod(0o400)

    def _environment(self) -> dict[str, str]:
        folder = self.folder
        own = {
            "HOME": folder,
            "LANG": "C.UTF-8",
            "PATH": os.environ.get("PATH", os.defpath),
            "ERL_EPMD_PORT": self._state["epmd_port"],
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"{self._state['user']}@localhost",
            "RABBITMQ_DIST_PORT": self._state["distribution_port"],
            "RABBITMQ_CONFIG_FILE": folder / "rabbitmq.conf",
            "RABBITMQ_CONF_ENV_FILE": folder / "rabbitmq-env.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": folder / "advanced.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": folder / "enabled_plugins",
            "RABBITMQ_MNESIA_BASE": folder / "mnesia",
            "RABBITMQ_LOG_BASE": folder / "log",
            "RABBITMQ_GENERATED_CONFIG_DIR": folder / "config",
            "RABBITMQ_PID_FILE": folder / "rabbitmq.pid",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-start_epmd false"
            " -kernel inet_dist_use_interface {127,0,0,1}",
        }
        return {name: str(value) for name, value in own.items()}

    def _answers(self) -> bool:
        """The listener opens last, after users and queues have been recovered."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as probe:
                probe.sendall(b"AMQP\x00\x00\x09\x01")
                return probe.recv(1) == b"\x01"
        except OSError:
            return False


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ServerMissing(f"{name} is not installed: deploy/local/install-system-packages")
    return found


def _rabbit_program() -> str:
    """The server script itself: Debian's wrapper on the PATH would switch to its system user."""
    packaged = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))
    return str(packaged[-1]) if packaged else _program("rabbitmq-server")
