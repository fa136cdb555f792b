"""What is wrong in a text that was sent: the reason, and the line itself to look at."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LINE = re.compile(r"第(\d+)行|[Ll]ine (\d+)")
_SHOWN = 200


@dataclass(frozen=True)
class Fault:
    """A reason, and the line that it is about where it names one."""

    reason: str
    line: int | None
    said: str


def faults(errors: Mapping[str, str], text: str) -> list[Fault]:
    """The reasons in the order of their lines, each with its line."""
    found = [_fault(reason, text) for reason in errors.values()]
    return sorted(found, key=lambda one: one.line or 0)


def line_of(text: str, line: int) -> str:
    """A line of a text to look at, or as much of it as tells which one it is; empty for none."""
    lines = text.splitlines()
    found = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return found if len(found) <= _SHOWN else f"{found[:_SHOWN]}…"


def _fault(reason: str, text: str) -> Fault:
    named = _LINE.search(reason)
    if named is None:
        return Fault(reason, None, "")
    line = int(named[1] or named[2])
    return Fault(reason, line, line_of(text, line))
