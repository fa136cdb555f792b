"""python -m intake.files.recognition LIMITS: reads standard input, answers on standard output.

LIMITS is JSON: see `Limits`. The answer is JSON, a line for each page: `of`, how many there are,
`page`, and Tesseract's `table` for it, or null where it could not be read.
"""

import ctypes
import io
import json
import os
import resource
import signal
import subprocess
import sys

from PIL import Image

from intake.files.recognition.limits import Limits
from intake.files.recognition.pages import pages_of

_DIE_WITH_PARENT = 1


def confine(limits: Limits) -> None:
    """Let this process, and the program that it starts, take no more than that; end with whom it
    was started by."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    memory, seconds = limits.memory_bytes, limits.page_seconds * limits.pages
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)


def read(page: Image.Image, limits: Limits) -> str | None:
    """Tesseract's table for a page; None where it took too long or could not."""
    drawn = io.BytesIO()
    page.save(drawn, "PNG", compress_level=1)
    command = [limits.program, "stdin", "stdout", "-l", limits.languages, "--psm", "1"]
    dpi = page.info.get("dpi")
    if dpi and dpi[0] >= 70:  # noqa: PLR2004 - less is not believed by Tesseract either
        command += ["--dpi", str(round(float(dpi[0])))]
    try:
        done = subprocess.run(
            [*command, "tsv"],
            input=drawn.getvalue(),
            capture_output=True,
            timeout=limits.page_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return None if done.returncode else done.stdout.decode(errors="replace")


def main() -> None:
    """Read one file, page by page."""
    limits = Limits(**json.loads(sys.argv[1]))
    confine(limits)
    with os.fdopen(0, "rb") as sent:
        for number, (of, page) in enumerate(pages_of(sent, limits.media_type), 1):
            if number > limits.pages:
                break
            told = {"of": of, "page": number, "table": read(page, limits)}
            sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
