"""python -m intake.files.page_drawing LIMITS: draws a page of standard input on standard output.

LIMITS is JSON: see `Limits`. The answer is a JPEG; NO_SUCH_PAGE where the scan has fewer pages.
"""

import json
import os
import resource
import sys

from intake.files.page_drawing.draw import NoSuchPage, draw
from intake.files.page_drawing.limits import NO_SUCH_PAGE, Limits


def _confine(limits: Limits) -> None:
    """Let no scan make this process large or long-lived, or have it write a file."""
    memory, seconds = limits.memory_bytes, limits.cpu_seconds
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def main() -> None:
    """Draw one page."""
    limits = Limits(**json.loads(sys.argv[1]))
    _confine(limits)
    with os.fdopen(0, "rb") as sent:
        try:
            drawn = draw(sent, limits.media_type, limits.page)
        except NoSuchPage:
            sys.exit(NO_SUCH_PAGE)
    drawn.save(sys.stdout.buffer, "JPEG", quality=85)


if __name__ == "__main__":
    main()
