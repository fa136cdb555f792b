"""Who calls us by HTTP, what they count on, and whether a version serves it: declared calls.

    callers/<caller>.json   {"doc": ..., "calls": [{to, method, path, as, query, headers, body,
                             files, answers: {status: schema of what it reads}, optional}]}

`files` are the parts of a form that hold a file.

A call that is `optional` is one that its caller can do without where it is not offered yet; where
it is offered it must fit all the same. A caller that is a service itself has its calls frozen
into its bundle; others, such as channel clients, are held against every candidate as they are
written down now.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gate import inclusion
from gate.bundles import Bundle
from gate.files import read_json
from gate.inclusion import Gap
from gate.operations import ANYONE, Operation, operations
from gate.verdicts import BadInput
from shared.service import ALL_SERVICES

_WANTED = {"to": str, "method": str, "path": str, "as": str, "answers": dict}
_ALLOWED = {
    **_WANTED, "query": dict, "headers": list, "body": dict, "files": list, "optional": bool
}  # fmt: skip


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
    content = read_json(path, shown)
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
    if call["to"] not in ALL_SERVICES:
        return f"to: there is no service `{call['to']}`; there are: {', '.join(ALL_SERVICES)}"
    return None


def served(call: dict[str, Any], caller: str, server: Bundle) -> Iterator[str]:
    """Why a declared call would not be served, in sentences; none where it is."""
    key = (call["method"].lower(), re.sub(r"{.*?}", "{}", call["path"]))
    operation = operations(server.http).get(key)
    what = f"{caller} calls {call['method']} {call['path']}"
    if operation is None:
        if not call.get("optional"):
            yield f"{what}, which {server.name} does not offer."
        return
    for why in (
        *_refused_input(call, operation),
        *_unread_answers(call, operation),
        *_not_allowed(call, operation),
    ):
        yield f"{what} of {server.name}: {why}"


def _refused_input(call: dict[str, Any], operation: Operation) -> Iterator[str]:
    sent = {("header", name.lower()) for name in call.get("headers", ())}
    sent |= {("query", name) for name in call.get("query", {})}
    for key, parameter in operation.parameters.items():
        if key[0] != "path" and parameter.get("required") and key not in sent:
            yield f"the {key[0]} parameter `{parameter['name']}` is required, and it sends none."
    for name, schema in call.get("query", {}).items():
        parameter = operation.parameters.get(("query", name))
        if parameter is None:
            yield f"there is no query parameter `{name}`."
        else:
            taken = operation.schema(parameter.get("schema", {}))
            yield from (f"`{name}`: {_sent_now(gap)}" for gap in inclusion.gaps(schema, taken))
    for name in call.get("headers", ()):
        if ("header", name.lower()) not in operation.parameters:
            yield f"the header {name} means nothing there."
    bodies, required = operation.body()
    parts = bodies.get("multipart/form-data", {}).get("properties", {})
    for name in call.get("files", ()):
        if name not in parts:
            yield f"it takes no file `{name}`."
    if "body" in call and "application/json" not in bodies:
        yield "it takes no JSON body."
    elif "body" in call:
        gaps = inclusion.gaps(call["body"], bodies["application/json"])
        yield from (_sent_now(gap) for gap in gaps)
    elif required and "files" not in call:
        yield "it needs a body."


def _sent_now(gap: Gap) -> str:
    field = f"`{gap.at}`" if gap.at else "the value"
    if gap.kind in (inclusion.MISSING, inclusion.MAYBE_MISSING):
        return f"{field} is required, and the caller may leave it out."
    if gap.kind == inclusion.UNKNOWN:
        return f"{field} is not taken."
    return f"{field} takes only {gap.takes}, and the caller may send {gap.sends}."


def _unread_answers(call: dict[str, Any], operation: Operation) -> Iterator[str]:
    for status, wanted in call["answers"].items():
        if status not in operation.answers():
            yield f"it never answers {status}, which the caller looks for."
            continue
        answers = operation.answer(status)
        if not answers:
            if wanted.get("properties"):
                yield f"answer {status} has no body, and the caller reads one."
            continue
        given = next(iter(answers.values()))
        for gap in inclusion.gaps(given, inclusion.opened(wanted)):
            field = f"`{gap.at}`" if gap.at else "the whole"
            if gap.kind in (inclusion.MISSING, inclusion.MAYBE_MISSING):
                yield f"answer {status}: the caller needs {field}, which may not be there."
            else:
                yield (
                    f"answer {status}: the caller reads {field} as {gap.takes}, and it may be "
                    f"{gap.sends}."
                )
        for at in sorted(inclusion.fields(wanted) - inclusion.fields(given)):
            if not any(g.at == at for g in inclusion.gaps(given, inclusion.opened(wanted))):
                yield f"answer {status}: the caller reads `{at}`, which is not there."


def _not_allowed(call: dict[str, Any], operation: Operation) -> Iterator[str]:
    who = operation.who()
    if ANYONE in who or call["as"] in who or call["as"].partition(" ")[0] in who:
        return
    if call["as"].startswith("staff channel:") and "staff channel:*" in who:
        return
    yield f"`{call['as']}` may not call it; {', '.join(sorted(who))} may."
