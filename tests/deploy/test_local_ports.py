"""Ports of a local installation: nobody else's, and another one when somebody came first."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from local import ports
from local.servers import PrivateRabbit
from local.stack import ENDPOINTS_FILE, Stack

WEB = "accounts.web"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """The sign-in process alone, not yet started."""
    with closing(
        Stack(var=tmp_path, bus_url="amqp://nowhere", database_of=str, services=())
    ) as made:
        yield made


def listener(port: int) -> socket.socket:
    """A real socket in the way."""
    made = socket.create_server(("127.0.0.1", port))
    made.settimeout(5)
    return made


def port_of(stack: Stack) -> int:
    return int(stack.commands[WEB][1]["PORT"])


@pytest.mark.parametrize(
    ("kernels", "ours"),
    [
        ("32768\t60999\n", range(10_000, 32_768)),
        ("10000 50000", range(50_001, 65_536)),
        ("1024 65535", range(0)),
        ("what is this", range(10_000, 32_768)),
        (None, range(10_000, 32_768)),
    ],
)
def test_ports_come_from_outside_the_kernels_range(tmp_path, kernels, ours):
    file = tmp_path / "range"
    if kernels is not None:
        file.write_text(kernels)
    assert list(ports.usable(file)) == list(ours)


def test_where_the_kernel_leaves_none_one_of_its_own_is_taken(monkeypatch):
    monkeypatch.setattr(ports, "usable", lambda: range(0))
    with listener(ports.free_port()) as taken:
        assert taken.getsockname()[1] > 0


def test_no_two_calls_are_given_the_same_port():
    given = [ports.free_port() for _ in range(50)]
    assert len(set(given)) == 50
    for port in given:
        ports.release(port)


def test_another_process_is_not_given_a_port_of_ours_and_is_when_we_release_it():
    port = ports.free_port()
    ask = [sys.executable, "-c", f"from local import ports; print(ports.reserve({port}))"]
    answers = []
    for _ in range(2):
        answers.append(subprocess.run(ask, capture_output=True, text=True, check=True).stdout)
        ports.release(port)
    assert answers == ["False\n", "True\n"]


def test_a_port_that_somebody_listens_on_cannot_be_reserved():
    port = ports.free_port()
    with listener(port):
        assert not ports.reserve(port)
        ports.release(port)
        assert not ports.reserve(port)
    assert ports.reserve(port)
    ports.release(port)


def test_a_web_process_whose_port_was_taken_before_it_started_gets_another(stack):
    stack.start()
    stack.kill(WEB)
    first = port_of(stack)
    with listener(first):
        stack.launch(WEB)
        stack.wait_ready(WEB)
    assert port_of(stack) != first
    assert str(port_of(stack)) in stack.endpoints["auth"]


def test_a_web_process_that_could_not_bind_is_started_again_on_another_port(stack):
    stack.start()
    stack.kill(WEB)
    first = port_of(stack)
    stack.launch(WEB)
    with listener(first):
        stack.wait_ready(WEB)
    assert "Connection in use" in stack.log_tail(WEB)
    told = json.loads((stack.var / ENDPOINTS_FILE).read_text())["auth"]
    assert str(first) not in told
    assert httpx.get(f"{told}/healthz").is_success


@pytest.mark.servers
def test_a_server_whose_port_was_taken_since_it_last_ran_moves(tmp_path):
    tmp_path.chmod(0o711)
    first = PrivateRabbit(tmp_path / "rabbit").port
    with listener(first), PrivateRabbit(tmp_path / "rabbit") as rabbit:
        assert rabbit.port != first
