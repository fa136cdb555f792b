"""Rendering in a child process: what it costs is bounded, and what it breaks is itself."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping

FORMATS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
Renderer = Callable[[str], Mapping[str, bytes]]
_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "TMPDIR", "FONTCONFIG_PATH")


class RenderingFailed(Exception):
    """The paper could not be set; the message is a code, never the paper's words."""


def renderer(*, seconds: int, megabytes: int) -> Renderer:
    """What renders a composed paper as every format; RenderingFailed says why it could not."""

    def render(body: str) -> dict[str, bytes]:
        # The child sees no secret: only what it needs to find Python and fonts.
        env = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        env |= {"HOME": "/tmp", "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-m", "routing.layout", str(seconds), str(megabytes)]
        try:
            done = subprocess.run(
                command, input=body.encode(), capture_output=True, timeout=seconds * 2, env=env,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise RenderingFailed("timeout") from error
        if done.returncode != 0:
            raise RenderingFailed(_why(done.returncode, done.stderr))
        made = json.loads(done.stdout)
        return {name: base64.b64decode(data) for name, data in made.items()}

    return render


def _why(status: int, stderr: bytes) -> str:
    if status < 0:
        return f"killed by signal {-status}"
    last = stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [""]
    return last[0].partition(":")[0][:100] or f"exit {status}"
