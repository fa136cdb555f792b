"""The HTTP interface of a candidate: whoever calls the deployed version may go on as before.

offered before  every route, parameter, body and answer of the deployed OpenAPI document
callers         declared calls: of other services (frozen in their bundles), of channel clients
                and of the public portal (tests/contract/callers)
own calls       what the candidate calls is offered by the deployed servers
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gate import inclusion
from gate.bundles import Bundle
from gate.callers import Caller, served
from gate.inclusion import Gap
from gate.operations import ANYONE, Operation, operations
from gate.verdicts import Row, row_or_rows

OFFERED, CALLERS, OWN_CALLS = "HTTP: offered before", "HTTP: callers", "HTTP: own calls"


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
            ok=f"all {len(operations(before.http))} operations are still offered",
        )
    yield from _callers(candidate, running, callers)
    yield from _own_calls(candidate, running, env)


def _callers(
    candidate: Bundle, running: Mapping[str, Bundle], callers: Iterable[Caller]
) -> Iterator[Row]:
    others = [bundle for bundle in running.values() if bundle.service != candidate.service]
    everybody = [
        *((other.name, other.calls, f"upgrade {other.service} first") for other in others),
        *((c.name, c.calls, "change that caller first") for c in callers if c.name not in running),
    ]
    for name, calls, first in everybody:
        ours = [call for call in calls if call["to"] == candidate.service]
        if ours:
            refused = [
                f"{why} Serve it as before, or {first}."
                for call in ours
                for why in served(call, name, candidate)
            ]
            yield from row_or_rows(CALLERS, name, refused=refused, ok=_served(ours))


def _own_calls(candidate: Bundle, running: Mapping[str, Bundle], env: str) -> Iterator[Row]:
    for name in sorted({call["to"] for call in candidate.calls}):
        calls = [call for call in candidate.calls if call["to"] == name]
        server = running.get(name)
        if server is None:
            refused = [
                f"{candidate.name} calls {name}, which {env} does not run. Deploy {name} first."
            ]
            yield from row_or_rows(OWN_CALLS, name, refused=refused, ok="")
            continue
        refused = [
            f"{why} Deploy a {name} that serves it first."
            for call in calls
            for why in served(call, candidate.name, server)
        ]
        yield from row_or_rows(OWN_CALLS, server.name, refused=refused, ok=_served(calls))


def _served(calls: list[dict[str, Any]]) -> str:
    return "1 call is served" if len(calls) == 1 else f"{len(calls)} calls are served"


def _offered(before: Bundle, after: Bundle) -> Iterator[str]:
    offered = operations(after.http)
    for key, old in operations(before.http).items():
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


def _narrower_parameters(old: Operation, new: Operation) -> Iterator[str]:
    for key, was in old.parameters.items():
        now = new.parameters.get(key)
        name = f"the {key[0]} parameter `{was['name']}`"
        if now is None:
            yield f"{name}, which callers send, is not taken any more. Keep it."
            continue
        if now.get("required") and not was.get("required"):
            yield f"{name} becomes required, and callers may leave it out. Let them."
        for gap in inclusion.gaps(
            old.schema(was.get("schema", {})), new.schema(now.get("schema", {}))
        ):
            yield f"{name}: {_sent(gap)}"
    for key, now in new.parameters.items():
        if key not in old.parameters and now.get("required"):
            yield (
                f"the {now['in']} parameter `{now['name']}` is new and required: calls of today "
                "would be refused. Let it be left out."
            )


def _narrower_body(old: Operation, new: Operation) -> Iterator[str]:
    (were, _), (are, must) = old.body(), new.body()
    if must and not old.body()[1]:
        yield "a body becomes required, and callers may send none. Let them."
    for kind, was in were.items():
        if kind not in are:
            yield f"a body of {kind} is not taken any more. Go on taking it."
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
    return f"{field} takes only {gap.takes}, and callers may send {gap.sends}. Go on taking it."


def _other_answers(old: Operation, new: Operation) -> Iterator[str]:
    def good(operation: Operation) -> list[str]:
        return sorted(status for status in operation.answers() if status.startswith("2"))

    if good(old) != good(new):
        yield (
            f"success is answered with {', '.join(good(new)) or 'nothing'} instead of "
            f"{', '.join(good(old)) or 'nothing'}, which callers look for. Keep the status."
        )
    for status in sorted(set(old.answers()) & set(new.answers())):
        were, are = old.answer(status), new.answer(status)
        for kind in set(were) - set(are):
            yield f"answer {status} is no longer {kind}. Go on answering so."
        if not were and are and status.startswith("2"):
            continue
        for kind in sorted(set(were) & set(are)):
            yield from (f"answer {status}: {why}" for why in _unreadable(were[kind], are[kind]))
        lost = _headers(old, status) - _headers(new, status)
        for name in sorted(lost):
            yield f"answer {status} has no header {name} any more. Keep it."


def _headers(operation: Operation, status: str) -> set[str]:
    return {name.lower() for name in operation.answers()[status].get("headers", {})}


def _unreadable(was: Any, now: Any) -> Iterator[str]:
    """What an answer may now hold that a caller of the old version does not expect."""
    if was == now:
        return
    missing = set()
    for gap in inclusion.gaps(now, inclusion.opened(was)):
        field = f"`{gap.at}`" if gap.at else "the whole"
        missing.add(gap.at)
        if gap.kind in (inclusion.MISSING, inclusion.MAYBE_MISSING):
            how = "is gone" if gap.kind == inclusion.MISSING else "may be left out now"
            yield f"{field}, which callers read, {how}. Keep it."
        else:
            yield (
                f"{field} was {gap.takes}, and may now be {gap.sends}: callers do not expect it. "
                "Answer as before, or in a new field."
            )
    for at in inclusion.vanished(was, now, was):
        if at not in missing:
            yield f"`{at}`, which callers read, is gone. Keep it."


def _fewer_callers(old: Operation, new: Operation) -> Iterator[str]:
    were, are = old.who(), new.who()
    if ANYONE in are:
        return
    if ANYONE in were:
        yield "who has no token may not call it any more, and would get 401. Keep it open."
        return
    lost = sorted(who for who in were if who not in are and who.partition(" ")[0] not in are)
    if lost:
        names = ", ".join(lost)
        yield f"{names} may not call it any more, and would get 401 or 403. Keep the role."
