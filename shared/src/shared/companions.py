"""Runs the tools that a local installation has beside its services (a simulated city, say)."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from shared.service import Companion, Service

_READY = "READY "


class CompanionFailed(Exception):
    """A tool ended before it was ready."""


def launch(
    service: Service, companion: Companion, *, var: Path, env: Mapping[str, str]
) -> subprocess.Popen[str]:
    """Start a companion and go on; `url_of` waits until it is ready.

    It ends when its standard input does, that is when this process and those it forked are gone,
    however they ended.
    """
    arguments = [argument.format(var=var) for argument in companion.arguments]
    return subprocess.Popen(
        [sys.executable, "-m", service.package, companion.tool, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=dict(env),
        text=True,
    )


def url_of(process: subprocess.Popen[str]) -> str:
    """The URL a companion says it is ready at; CompanionFailed where it ended first."""
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line.startswith(_READY):
        process.kill()
        raise CompanionFailed(f"a companion did not start: {line!r}")
    return line.removeprefix(_READY)
