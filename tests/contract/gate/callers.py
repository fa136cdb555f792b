"""Who calls us by HTTP and what they count on: declared calls.

    callers/<caller>.json   {"doc": ..., "calls": [{to, method, path, as, query, headers, body,
                             answers: {status: schema of what it reads}}]}

A caller that is a service itself has its calls frozen into its bundle; others, such as channel
clients, are held against every candidate as they are written down now.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gate.verdicts import BadInput

_WANTED = {"to": str, "method": str, "path": str, "as": str, "answers": dict}
_ALLOWED = {**_WANTED, "query": dict, "headers": list, "body": dict}


@dataclass(frozen=True)
class Caller:
    """A system that calls services."""

    name: str
    calls: list[dict[str, Any]]


def read_callers(folder: Path, root: Path) -> list[Caller]:
    """Every declared caller."""
    return [read_caller(path, path.relative_to(root)) for path in sorted(folder.glob("*.json"))]


def read_caller(path: Path, shown: Path) -> Caller:
    """One file of declared calls; BadInput says what is wrong with it."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise BadInput(f"{shown}: line {error.lineno}: broken JSON: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{shown}: line 1: not UTF-8") from error
    calls = content.get("calls") if isinstance(content, dict) else None
    if not isinstance(calls, list) or not isinstance(content.get("doc"), str):
        raise BadInput(f"{shown}: line 1: `doc` (a text) and `calls` (a list) are needed")
    for at, call in enumerate(calls):
        if wrong := _wrong(call):
            raise BadInput(f"{shown}: calls[{at}]: {wrong}")
    return Caller(path.stem, calls)


def _wrong(call: Any) -> str | None:
    if not isinstance(call, dict):
        return "a call is an object"
    for key, kind in _WANTED.items():
        if not isinstance(call.get(key), kind):
            return f"`{key}` is needed"
    for key, value in call.items():
        if key not in _ALLOWED or not isinstance(value, _ALLOWED[key]):
            return f"`{key}` is not known, or not of its type"
    return None
