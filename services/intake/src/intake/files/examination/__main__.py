"""python -m intake.files.examination LIMITS: examines standard input, answers on standard output.

LIMITS is JSON: see `Limits`. The answer is JSON: `kind` and whether the file was `rewritten`, into
the descriptor that LIMITS name, and how many `pages` it has; or why it is `refused`.
"""

import dataclasses
import json
import os
import resource
import sys

from intake.files.examination.examine import Limits, Unacceptable, examine


def _confine(limits: Limits) -> None:
    """Let no file make this process large, long-lived or a writer of many bytes."""
    memory, seconds = limits.memory_bytes, limits.cpu_seconds
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.written_bytes, limits.written_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def main() -> None:
    """Examine one file."""
    limits = Limits(**json.loads(sys.argv[1]))
    _confine(limits)
    answer: dict[str, object]
    with os.fdopen(0, "rb") as sent, os.fdopen(limits.written_to, "w+b") as kept:
        try:
            answer = dataclasses.asdict(examine(sent, kept, limits))
        except Unacceptable as refusal:
            answer = {"refused": refusal.why}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
