"""Scanning: a real clamd, which knows one threat of the test's own."""

import hashlib
import subprocess
import time
from pathlib import Path

import made_files as made
import pytest

from intake import models
from local.ports import free_port

pytestmark = pytest.mark.servers

THREAT = made.pdf()


@pytest.fixture(scope="module")
def clamd(tmp_path_factory):
    """The folder of a clamd that listens on its socket and on the port in `port`."""
    folder = tmp_path_factory.mktemp("clamd")
    known = folder / "known"
    known.mkdir()
    digest = hashlib.md5(THREAT, usedforsecurity=False).hexdigest()
    (known / "own.hdb").write_text(f"{digest}:{len(THREAT)}:Minsheng.Test.Threat\n")
    port = free_port()
    (folder / "port").write_text(str(port))
    config = folder / "clamd.conf"
    config.write_text(
        f"Foreground yes\nDatabaseDirectory {known}\nLocalSocket {folder}/clamd.sock\n"
        f"TCPSocket {port}\nTCPAddr 127.0.0.1\nLogFile {folder}/log\nStreamMaxLength 64K\n"
    )
    process = subprocess.Popen(
        ["/usr/sbin/clamd", "--config-file", config],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while not (folder / "clamd.sock").exists():
        assert process.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield folder
    process.kill()
    process.wait()


@pytest.fixture(params=["unix", "tcp"])
def clamd_url(request, clamd: Path):
    if request.param == "unix":
        return f"unix://{clamd}/clamd.sock"
    return f"tcp://127.0.0.1:{(clamd / 'port').read_text()}"


def test_a_known_threat_is_refused_and_nothing_of_it_is_kept(clerk_with, clamd_url):
    clerk = clerk_with(CLAMD_URL=clamd_url)
    answer = clerk.attach(THREAT, "合同.pdf")
    assert (answer.status_code, answer.json["code"]) == (422, "unacceptable_file")
    assert "病毒" in answer.json["errors"][0]["reason"]
    assert clerk.stored() == []
    assert clerk.attach(made.picture()).status_code == 201


def test_what_the_scanner_cannot_take_is_not_taken_unscanned(clerk_with, clamd_url):
    clerk = clerk_with(CLAMD_URL=clamd_url)
    answer = clerk.attach(made.wav(10))
    assert (answer.status_code, answer.json["code"]) == (503, "scanner_away")


# clamdpy leaves it to the collector to close a socket that could not be connected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("url", ["unix:///nowhere/clamd.sock", "tcp://127.0.0.1:{port}"])
def test_while_the_scanner_is_away_nothing_is_taken(clerk_with, url):
    clerk = clerk_with(CLAMD_URL=url.format(port=free_port()))
    answer = clerk.attach(made.picture())
    assert (answer.status_code, answer.json["code"]) == (503, "scanner_away")
    assert answer.headers["Retry-After"]
    assert clerk.desk.rows(models.attachments) == []
