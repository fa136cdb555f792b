"""The HTTP interface of a candidate: whoever calls the deployed version may go on as before.

offered before  every route, parameter, body and answer of the deployed OpenAPI document
callers         declared calls: of other services (frozen in their bundles), of channel clients
                and of the public portal (tests/contract/callers)
own calls       what the candidate calls is offered by the deployed servers
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gate import inclusion
from gate.bundles import Bundle
from gate.callers import Caller
from gate.inclusion import Gap
from gate.verdicts import Row, row_or_rows

OFFERED, CALLERS, OWN_CALLS = "HTTP: offered before", "HTTP: callers", "HTTP: own calls"
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_ANYONE = "anyone"


def check(
    candidate: Bundle, running: Mapping[str, Bundle], callers: Iterable[Caller], env: str
) -> Iterator[Row]:
    """All rows on HTTP."""
    before = running.get(candidate.service)
    if before is not None:
        yield from row_or_rows(
            OFFERED,
            before.name,
            refused=list(_offered(before, candidate)),
            ok=f"all {len(_operations(before.http))} operations are still offered",
        )
    everybody = [
        (bundle.name, bundle.calls)
        for bundle in running.values()
        if bundle.service != candidate.service
    ]
    everybody += [(c.name, c.calls) for c in callers if c.name not in running]
    for name, calls in everybody:
        ours = [call for call in calls if call["to"] == candidate.service]
        if ours:
            refused = [why for call in ours for why in served(call, name, candidate)]
            fine = f"{len(ours)} calls are served"
            yield from row_or_rows(CALLERS, name, refused=refused, ok=fine)
    for server_name in sorted({call["to"] for call in candidate.calls}):
        calls = [call for call in candidate.calls if call["to"] == server_name]
        server = running.get(server_name)
        if server is None:
            refused = [f"{candidate.name} calls {server_name}, which {env} does not run."]
            yield from row_or_rows(OWN_CALLS, server_name, refused=refused, ok="")
            continue
        refused = [why for call in calls for why in served(call, candidate.name, server)]
        fine = f"{len(calls)} calls are served"
        yield from row_or_rows(OWN_CALLS, server.name, refused=refused, ok=fine)


class _Operation:
    """One operation of an OpenAPI document, its references in reach."""

    def __init__(self, document: dict[str, Any], path: str, method: str) -> None:
        self.document, self.path = document, path
        self.name = f"{method.upper()} {path}"
        self.content: dict[str, Any] = document["paths"][path][method]
        shared = document["paths"][path].get("parameters", [])
        self.parameters = {
            self._key(parameter): parameter
            for parameter in (*shared, *self.content.get("parameters", ()))
        }

    def _key(self, parameter: dict[str, Any]) -> tuple[str, str]:
        """Parameters of a path are known by place, headers in any case, others by name."""
        where, name = parameter["in"], parameter["name"]
        if where == "path":
            names = re.findall(r"{(.*?)}", self.path)
            name = str(names.index(name)) if name in names else name
        return where, name.lower() if where == "header" else name

    def schema(self, node: Any) -> Any:
        """A node of the document as a schema whose references resolve."""
        return {"components": self.document.get("components", {}), **node}

    def body(self) -> tuple[dict[str, Any], bool]:
        """Schemas by content type, and whether there must be a body."""
        body = self.content.get("requestBody") or {}
        content = {k: self.schema(v.get("schema", {})) for k, v in body.get("content", {}).items()}
        return content, bool(body.get("required"))

    def answers(self) -> dict[str, dict[str, Any]]:
        return dict(self.content.get("responses", {}))

    def answer(self, status: str) -> dict[str, Any]:
        """Schemas of an answer by content type."""
        content = self.answers()[status].get("content", {})
        return {kind: self.schema(row.get("schema", {})) for kind, row in content.items()}

    def who(self) -> set[str]:
        """Who may call: schemes of tokens with the roles they need, or anyone."""
        schemes = {name for row in self.content.get("security", []) for name in row}
        roles = self.content.get("x-roles", [])
        found = {f"{scheme} {role}" for scheme in schemes for role in roles} or schemes
        return found or {_ANYONE}


def _operations(document: dict[str, Any]) -> dict[tuple[str, str], _Operation]:
    """Operations by method and path, whose parameters' names do not matter."""
    return {
        (method, re.sub(r"{.*?}", "{}", path)): _Operation(document, path, method)
        for path, row in document["paths"].items()
        for method in _METHODS
        if method in row
    }


def _offered(before: Bundle, after: Bundle) -> Iterator[str]:
    offered = _operations(after.http)
    for key, old in _operations(before.http).items():
        new = offered.get(key)
        if new is None:
            yield f"{old.name}, which {before.name} offers, is gone. Keep it while anyone calls it."
            continue
        for why in (
            *_narrower_parameters(old, new),
            *_narrower_body(old, new),
            *_other_answers(old, new),
            *_fewer_callers(old, new),
        ):
            yield f"{old.name}: {why}"


def _narrower_parameters(old: _Operation, new: _Operation) -> Iterator[str]:
    for key, was in old.parameters.items():
        now = new.parameters.get(key)
        name = f"the {key[0]} parameter `{was['name']}`"
        if now is None:
            yield f"{name}, which callers send, is not taken any more. Keep it."
            continue
        if now.get("required") and not was.get("required"):
            yield f"{name} becomes required, and callers may leave it out. Give it a default."
        for gap in inclusion.gaps(
            old.schema(was.get("schema", {})), new.schema(now.get("schema", {}))
        ):
            yield f"{name}: {_sent(gap)}"
    for key, now in new.parameters.items():
        if key not in old.parameters and now.get("required"):
            yield (
                f"the {now['in']} parameter `{now['name']}` is new and required: calls of today "
                "would be refused. Give it a default."
            )


def _narrower_body(old: _Operation, new: _Operation) -> Iterator[str]:
    (were, _), (are, must) = old.body(), new.body()
    if must and not old.body()[1]:
        yield "a body becomes required, and callers may send none."
    for kind, was in were.items():
        if kind not in are:
            yield f"a body of {kind} is not taken any more."
            continue
        for gap in inclusion.gaps(was, are[kind]):
            yield _sent(gap)


def _sent(gap: Gap) -> str:
    """What a caller sends and the candidate would refuse."""
    field = f"`{gap.at}`" if gap.at else "the value"
    if gap.kind == inclusion.MISSING:
        return f"{field} is new and required: calls of today would be refused. Give it a default."
    if gap.kind == inclusion.MAYBE_MISSING:
        return f"{field} becomes required, and callers may leave it out. Give it a default."
    if gap.kind == inclusion.UNKNOWN:
        return f"{field}, which callers send, would be refused. Go on taking it."
    return f"{field} takes only {gap.takes}, and callers may send {gap.sends}."


def _other_answers(old: _Operation, new: _Operation) -> Iterator[str]:
    def good(operation: _Operation) -> list[str]:
        return sorted(status for status in operation.answers() if status.startswith("2"))

    if good(old) != good(new):
        yield (
            f"success is answered with {', '.join(good(new)) or 'nothing'} instead of "
            f"{', '.join(good(old)) or 'nothing'}, which callers look for. Keep the status."
        )
    for status in sorted(set(old.answers()) & set(new.answers())):
        were, are = old.answer(status), new.answer(status)
        for kind in set(were) - set(are):
            yield f"answer {status} is no longer {kind}."
        if not were and are and status.startswith("2"):
            continue
        for kind in sorted(set(were) & set(are)):
            yield from (f"answer {status}: {why}" for why in _unreadable(were[kind], are[kind]))
        lost = _headers(old, status) - _headers(new, status)
        for name in sorted(lost):
            yield f"answer {status} has no header {name} any more. Keep it."


def _headers(operation: _Operation, status: str) -> set[str]:
    return {name.lower() for name in operation.answers()[status].get("headers", {})}


def _unreadable(was: Any, now: Any) -> Iterator[str]:
    """What an answer may now hold that a caller of the old version does not expect."""
    missing = set()
    for gap in inclusion.gaps(now, inclusion.opened(was)):
        field = f"`{gap.at}`" if gap.at else "the whole"
        missing.add(gap.at)
        if gap.kind in (inclusion.MISSING, inclusion.MAYBE_MISSING):
            how = "is gone" if gap.kind == inclusion.MISSING else "may be left out now"
            yield f"{field}, which callers read, {how}. Keep it."
        else:
            yield f"{field} was {gap.takes}, and may now be {gap.sends}: callers do not expect it."
    for at in inclusion.vanished(was, now, was):
        if at not in missing:
            yield f"`{at}`, which callers read, is gone. Keep it."


def _fewer_callers(old: _Operation, new: _Operation) -> Iterator[str]:
    were, are = old.who(), new.who()
    if _ANYONE in are:
        return
    lost = sorted(who for who in were if who not in are and who.partition(" ")[0] not in are)
    if lost:
        yield (
            f"{', '.join(lost)} may not call it any more. Whoever calls it today would get "
            "401 or 403."
        )


def served(call: dict[str, Any], caller: str, server: Bundle) -> Iterator[str]:
    """Why a declared call would not be served, in sentences; none where it is."""
    key = (call["method"].lower(), re.sub(r"{.*?}", "{}", call["path"]))
    operation = _operations(server.http).get(key)
    what = f"{caller} calls {call['method']} {call['path']}"
    if operation is None:
        yield f"{what}, which {server.name} does not offer."
        return
    for why in (
        *_refused_input(call, operation),
        *_unread_answers(call, operation),
        *_not_allowed(call, operation),
    ):
        yield f"{what} of {server.name}: {why}"


def _refused_input(call: dict[str, Any], operation: _Operation) -> Iterator[str]:
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
    if "body" in call and "application/json" not in bodies:
        yield "it takes no JSON body."
    elif "body" in call:
        gaps = inclusion.gaps(call["body"], bodies["application/json"])
        yield from (_sent_now(gap) for gap in gaps)
    elif required:
        yield "it needs a body."


def _sent_now(gap: Gap) -> str:
    field = f"`{gap.at}`" if gap.at else "the value"
    if gap.kind in (inclusion.MISSING, inclusion.MAYBE_MISSING):
        return f"{field} is required, and the caller may leave it out."
    if gap.kind == inclusion.UNKNOWN:
        return f"{field} is not taken."
    return f"{field} takes only {gap.takes}, and the caller may send {gap.sends}."


def _unread_answers(call: dict[str, Any], operation: _Operation) -> Iterator[str]:
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


def _not_allowed(call: dict[str, Any], operation: _Operation) -> Iterator[str]:
    who = operation.who()
    if _ANYONE in who or call["as"] in who or call["as"].partition(" ")[0] in who:
        return
    if call["as"].startswith("staff channel:") and "staff channel:*" in who:
        return
    yield f"`{call['as']}` may not call it; {', '.join(sorted(who))} may."
