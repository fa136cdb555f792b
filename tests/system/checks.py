"""The verdict after a fault: nothing is lost, nothing is done twice, all is as if undisturbed.

settle()   waits until every service has handled all there is
verdict()  reads every table once and says everything that is wrong
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from intake.domain.progress import stage_of
from intake.subscriptions import subscriptions as of_intake
from shared.ground import DEAD, DONE
from shared.service import App
from system import pictures
from system.load import Load, pattern_of
from system.seen import Seen, supervised
from system.site import Operators, Row, Site
from system.waiting import wait_out

_WAITING = ("outbox_pending", "inbox_pending", "inbox_unknown", "replays_pending")
_MOST_SHOWN = 5


def settle(site: Site, operators: Operators) -> float:
    """Seconds until nothing waits anywhere and every event has reached every reader."""
    return wait_out(lambda: unsettled(site, operators), "every service is quiet", poll=1.0)


def unsettled(site: Site, operators: Operators) -> dict[str, Any]:
    """What still waits in each service, as its operators see it; empty when all is quiet."""
    waiting = {
        service: {name: n for name in _WAITING if (n := operators.backlog(service)[name])}
        for service in site.apps
    }
    if "sync-municipal" in site.apps and (n := operators.counts("sync-municipal")["pending"]):
        waiting["sync-municipal"]["city"] = n
    found: dict[str, Any] = {service: counts for service, counts in waiting.items() if counts}
    return found or _on_their_way(site)


def _on_their_way(site: Site) -> dict[str, Any]:
    """How many events each reader has not got yet: they are in a queue, or in nobody's hands."""
    sent = {service: _ids(site, service, "outbox") for service in site.apps}
    away = {}
    for service, app in site.apps.items():
        got = _ids(site, service, "inbox")
        if missing := set(_heard(app, sent)) - got.keys():
            away[f"{service} misses"] = len(missing)
    return away


def _ids(site: Site, service: str, table: str) -> dict[str, str]:
    found = site.table(service, table)
    leave_out = [column.name for column in found.c if column.name not in ("event_id", "type")]
    return {row["event_id"]: row["type"] for row in site.rows(service, found, *leave_out)}


def _heard(app: App, sent: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The ids of the sent events (id -> type, by source) that a service hears."""
    for source, events in sent.items():
        for event_id, kind in events.items():
            if app.service.subscriptions.find(source, kind) is not None:
                yield event_id


def verdict(
    site: Site,
    petitions: Mapping[int, str],
    operators: Operators,
    *,
    undisturbed: Mapping[int, Any],
    dead: Mapping[str, set[str]] | None = None,
    look: Callable[[Site, Mapping[int, str]], Seen] = Seen,
) -> None:
    """AssertionError that lists every broken promise.

    `petitions` are those answered 201 by their number in the stream, `undisturbed` the picture of
    each pattern, `dead` the ids that must be dead in each service's inbox, and nothing else;
    `look` reads the tables.
    """
    seen = look(site, petitions)
    broken = list(_counts_differ(seen, operators))
    for promise in PROMISES:
        broken += [f"{promise.__doc__} {wrong}" for wrong in promise(seen)]
    broken += _dead_differ(seen, operators, dead or {})
    broken += pictures.differences(seen, undisturbed)
    assert not broken, "\n".join(broken)


def _differ(what: str, wanted: Iterable[Any], found: Iterable[Any]) -> Iterator[str]:
    """How two collections differ, repeated elements counted."""
    wanted, found = Counter(iter(wanted)), Counter(iter(found))
    for word, these in (("missing", wanted - found), ("too many", found - wanted)):
        if these:
            shown = list(these.items())[:_MOST_SHOWN]
            yield f"{what}: {these.total()} {word}, such as {shown}"


def _counts_differ(seen: Seen, operators: Operators) -> Iterator[str]:
    for service in seen.site.apps:
        counts = operators.counts(service)
        for name in ("petitions", "cases"):
            if counts.get(name, len(seen.index_of)) != len(seen.index_of):
                yield f"{service} counts {counts[name]} {name}, not {len(seen.index_of)}"


def _every_petition_once(seen: Seen) -> Iterator[str]:
    """Every petition answered 201 is in every service exactly once, in one case."""
    known = seen.index_of
    yield from _differ(
        "intake", known, (r["petition_id"] for r in seen.rows("intake", "petitions"))
    )
    supervised = (r["petition_id"] for r in seen.rows("supervision", "petitions"))
    yield from _differ("supervision's petitions", known, supervised)
    for reader in ("routing", "supervision", "satisfaction", "sync-municipal"):
        links = [(r["petition_id"], r["case_id"]) for r in seen.rows(reader, "case_petitions")]
        yield from _differ(
            f"{reader}'s linked petitions", known, (petition for petition, _ in links)
        )
        yield from _differ(f"{reader}'s links", seen.case_of.items(), links)
        cases = (r["case_id"] for r in seen.rows(reader, "cases"))
        yield from _differ(f"{reader}'s cases", seen.case_of.values(), cases)


def _log_is_whole(seen: Seen) -> Iterator[str]:
    """Every producer's log counts each subject's versions from 1 without gap or repetition."""
    for service in seen.site.apps:
        rows = seen.rows(service, "outbox")
        last = Counter(row["subject"] for row in rows)
        wanted = ((subject, v) for subject, n in last.items() for v in range(1, n + 1))
        yield from _differ(service, wanted, ((r["subject"], r["subject_version"]) for r in rows))
        lost = [r["type"] for r in rows if r["published_at"] is None]
        yield from _differ(f"{service} unsent", (), lost)


def _heard_once(seen: Seen) -> Iterator[str]:
    """Every reader handled every event it hears exactly once."""
    sent = {
        service: {row["event_id"]: row["type"] for row in seen.rows(service, "outbox")}
        for service in seen.site.apps
    }
    for service, app in seen.site.apps.items():
        done = (r["event_id"] for r in seen.rows(service, "inbox") if r["status"] == DONE)
        yield from _differ(service, _heard(app, sent), done)


def _timeline_is_the_log(seen: Seen) -> Iterator[str]:
    """Supervision's timeline and intake's progress hold routing's events, each once."""
    wanted = [(row["subject"], row["event_id"], row["subject_version"]) for row in seen.told]
    entries = (r for r in seen.rows("supervision", "entries") if r["type"].startswith("case."))
    found = ((row["case_id"], row["event_id"], row["version"]) for row in entries)
    yield from _differ("timeline", wanted, found)
    steps = (
        row["event_id"]
        for row in seen.told
        for petition_id in row["data"]["header"]["petition_ids"]
        if _is_stage(row, petition_id)
    )
    progress = (row["event_id"] for row in seen.rows("intake", "progress"))
    yield from _differ("progress", steps, progress)


def _is_stage(row: Row, petition_id: str) -> bool:
    found = of_intake.find("routing", row["type"])
    data = found.schema.load(row["data"]) if found else row["data"]
    return stage_of(row["type"].split(".")[1], data, petition_id=petition_id) is not None


def _newest_header(seen: Seen) -> Iterator[str]:
    """The header that each reader keeps is that of routing's newest event."""
    for reader, kept_by in _KEPT.items():
        kept = kept_by(seen)
        wrong = []
        for case_id, event in seen.newest.items():
            header = seen.header(reader, event)
            row = kept.get(case_id) or {}
            fields = {name: header[name] for name in row if name in header}
            if row.get("version") != event["subject_version"] or not fields.items() <= row.items():
                wrong.append((case_id, event["subject_version"], row.get("version")))
        if wrong:
            yield f"{reader}: {len(wrong)} cases, such as {wrong[:_MOST_SHOWN]}"


def _cases_of(reader: str) -> Callable[[Seen], dict[str, Row]]:
    return lambda seen: {row["case_id"]: row for row in seen.rows(reader, "cases")}


def _accessible(seen: Seen) -> dict[str, Row]:
    return {row["case_id"]: row for row in seen.rows("intake", "case_access")}


_KEPT: dict[str, Callable[[Seen], dict[str, Row]]] = {
    "supervision": supervised,
    "satisfaction": _cases_of("satisfaction"),
    "sync-municipal": _cases_of("sync-municipal"),
    "intake": _accessible,
}


def _evaluations_once(seen: Seen) -> Iterator[str]:
    """What can be evaluated is open once, what was evaluated is recorded once."""
    wanted = {
        (petition_id, case_id, name)
        for petition_id, case_id in seen.case_of.items()
        for name, since in (("petition_office", "forwarded_at"), ("handling_unit", "served_at"))
        if seen.newest[case_id]["data"]["header"][since]
    }
    rows = seen.rows("satisfaction", "evaluations")
    found = ((row["petition_id"], row["case_id"], row["object"]) for row in rows)
    yield from _differ("open", wanted, found)
    graded = [
        (petition_id, name, grade)
        for petition_id, index in seen.index_of.items()
        for name, grade in pattern_of(index).grades.items()
    ]
    recorded = ((r["petition_id"], r["object"], r["grade"]) for r in rows if r["grade"])
    yield from _differ("recorded", graded, recorded)
    told = [
        json.loads(row["envelope"])["data"]
        for row in seen.rows("satisfaction", "outbox")
        if row["type"] == "evaluation.recorded.v1"
    ]
    events = ((d["petition_id"], d["object"], d["grade"]) for d in told)
    yield from _differ("told", graded, events)


def _city_is_told_once(seen: Seen) -> Iterator[str]:
    """The city has the newest version of each classified, non-secret case; each was told once."""
    headers = ((row, row["data"]["header"]) for row in seen.told)
    public = [row for row, h in headers if h["classified_at"] and not h["secret"]]
    wanted = [(row["subject"], row["subject_version"]) for row in public]
    rows = seen.rows("sync-municipal", "exchanges")
    yield from _differ("exchanges", wanted, ((r["case_id"], r["version"]) for r in rows))
    unheard = [r["status"] for r in rows if r["status"] != "acknowledged"]
    yield from _differ("not acknowledged", (), unheard)
    told = [
        (row["subject"], json.loads(row["envelope"])["data"]["version"])
        for row in seen.rows("sync-municipal", "outbox")
        if row["type"] == "municipal.acknowledged.v1"
    ]
    yield from _differ("acknowledgements", wanted, told)
    newest = dict(wanted)
    has = {case_id: document.get("version") for case_id, document in seen.city.items()}
    yield from _differ("the city's cases", newest.items(), has.items())
    taken = {case_id: document["taken_over"] for case_id, document in seen.city.items()}
    yield from _differ("taken over", Counter(c for c, _ in wanted).items(), taken.items())


PROMISES = (
    _every_petition_once,
    _log_is_whole,
    _heard_once,
    _timeline_is_the_log,
    _newest_header,
    _evaluations_once,
    _city_is_told_once,
)


def _dead_differ(seen: Seen, operators: Operators, dead: Mapping[str, set[str]]) -> Iterator[str]:
    """Dead is what the fault made and nothing else, and operators see it."""
    for service in seen.site.apps:
        wanted = dead.get(service, set())
        rows = seen.rows(service, "inbox")
        yield from _differ(f"{service}: dead", wanted, _dead_ids(rows))
        yield from _differ(f"{service}: dead and shown", wanted, operators.dead(service))
        others = {row["status"] for row in rows} - {DONE, DEAD}
        yield from _differ(f"{service}: neither done nor dead", (), others)


def _dead_ids(rows: Iterable[Row]) -> Iterator[str]:
    return (row["event_id"] for row in rows if row["status"] == DEAD)


def lacking(site: Site, load: Load) -> Callable[[], dict[str, str]]:
    """What says which services do not know all petitions that have been answered by this moment."""
    answered = load.answered

    def lack() -> dict[str, str]:
        load.check()
        known = {
            service: site.count(service, "case_petitions")
            for service in site.apps
            if service != "intake"
        }
        return {service: f"knows {n} of {answered}" for service, n in known.items() if n < answered}

    return lack
