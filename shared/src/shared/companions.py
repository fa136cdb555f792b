"""Runs the tools that a local installation has beside its services (a simulated city, say)."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from shared.service import Companion, Service

_READY = "READY "


class CompanionFailed(Exception):
    """A tool ended before it was ready."""


def start(
    service: Service, companion: Companion, *, var: Path, env: Mapping[str, str]
) -> tuple[subprocess.Popen[str], str]:
    """Start a companion; returns its process and its URL.

    It ends when its standard input does, that is when this process and those it forked are gone,
    however they ended.
    """
    arguments = [argument.format(var=var) for argument in companion.arguments]
    process = subprocess.Popen(
        [sys.executable, "-m", service.package, companion.tool, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=dict(env),
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line.startswith(_READY):
        process.kill()
        raise CompanionFailed(f"{companion.tool} did not start: {line!r}")
    return process, line.removeprefix(_READY)
