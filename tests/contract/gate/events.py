"""Events of a candidate against what runs: what it sends, what it reads, what a rollback finds.

events out   everything it may send is readable by every deployed reader
events in    everything deployed producers send, and sent in any version before, is readable
             by it: that still sits in queues, outboxes and logs
rollback     what it wrote and bound while it ran does the deployed version no harm
"""

from collections.abc import Iterable, Iterator
from typing import Any

from gate import inclusion
from gate.bundles import Bundle, stem
from gate.inclusion import Gap
from gate.scene import Scene
from gate.verdicts import Row, row_or_rows

OUT, OUT_TYPES, IN, IN_TYPES = "events out", "events out: types", "events in", "events in: types"
ROLLBACK = "rollback: events"
_FEW = 2


def check(scene: Scene) -> Iterator[Row]:
    """All rows on events."""
    yield from _types_out(scene)
    yield from _out(scene)
    yield from _types_in(scene)
    yield from _in(scene)
    if scene.before is not None:
        yield from _rollback(scene, scene.before)


def _types_out(scene: Scene) -> list[Row]:
    me, before = scene.candidate, scene.before
    refused = [
        f"{me.name} sends {' and '.join(names)}: one fact would be told, and counted, twice. Mark "
        f"the older one retired=True."
        for names in _doubles(me)
    ]
    notes = []
    for name, row in me.sends.items():
        key = f"{me.service}.{name}"
        others = [reader for reader in scene.readers(key) if reader.service != me.service]
        if not others and not row["optional"]:
            refused.append(
                f"{me.name} sends {name}, which nobody in {scene.env} hears: it would wait in the "
                f"outbox and raise the alarm. Readers first: deploy a version that hears {name}, "
                f"or declare it optional=True until there is one."
            )
    for name, row in before.produces.items() if before else ():
        refused += _stopped(scene, name, row["retired"])
        if row["retired"] and name not in me.produces:
            notes.append(
                f"{me.name} no longer declares {name}: events of that type that are still in its "
                "log are not replayed any more."
            )
    if before is None:
        notes.append(f"{me.service} is not deployed in {scene.env} yet: this is its first version.")
    fine = f"{_count(list(me.sends))}, each heard or declared to have no reader yet, none twice"
    return row_or_rows(OUT_TYPES, scene.env, refused=refused, notes=notes, ok=fine)


def _doubles(me: Bundle) -> list[list[str]]:
    by_stem: dict[str, list[str]] = {}
    for name in sorted(me.sends):
        by_stem.setdefault(stem(name), []).append(name)
    return [names for names in by_stem.values() if len(names) > 1]


def _stopped(scene: Scene, name: str, was_retired: bool) -> Iterator[str]:
    """What readers lose of a type that the deployed version sends or keeps in its log."""
    me, key = scene.candidate, f"{scene.candidate.service}.{name}"
    if name in me.sends:
        return
    readers = [reader for reader in scene.readers(key) if reader.service != me.service]
    successors = sorted(n for n in me.sends if stem(n) == stem(name))
    for reader in readers if not was_retired else ():
        heard = [n for n in successors if f"{me.service}.{n}" in reader.reads]
        if not heard and successors:
            yield (
                f"{me.name} sends {', '.join(successors)} instead of {name}, and "
                f"{scene.at(reader)} only hears {name}. Readers first: upgrade {reader.service} "
                f"to a version that hears both."
            )
        elif not heard:
            yield (
                f"{scene.at(reader)} hears {name}, which {me.name} no longer sends. Keep sending "
                f"it, or first upgrade {reader.service} to a version that does without."
            )
    if name not in me.produces and not was_retired:
        yield (
            f"{me.name} no longer declares {name}, which lies in its log: a replay or rebuild "
            f"would leave it out. Keep it declared with retired=True."
        )


def _out(scene: Scene) -> Iterator[Row]:
    me = scene.candidate
    for reader in scene.after.values():
        heard = [name for name in me.sends if f"{me.service}.{name}" in reader.reads]
        if heard and reader.service != me.service:
            refused = [
                *_unreadable(scene, reader, heard),
                *_unread(scene, reader, heard),
            ]
            fine = f"reads all of {_count(heard)}"
            yield from row_or_rows(OUT, reader.name, refused=refused, ok=fine)


def _unreadable(scene: Scene, reader: Bundle, heard: list[str]) -> Iterator[str]:
    """What a deployed reader cannot read of the types it hears."""
    me = scene.candidate
    sent = {name: _sent_before(scene, name) for name in heard}
    found = [
        ((gap, sent[name] is not None and gap.at in inclusion.fields(sent[name])), name)
        for name in heard
        for gap in inclusion.gaps(me.produces[name]["schema"], reader.reads[f"{me.service}.{name}"])
    ]
    for (gap, no_longer), names in _by_finding(found):
        why = told(gap, scene.at(reader), names, me.name, no_longer=no_longer)
        yield f"{why} {_KEEP[gap.kind]}, or upgrade {reader.service} first."


def _unread(scene: Scene, reader: Bundle, heard: list[str]) -> Iterator[str]:
    """What a deployed reader reads where it is there, and would look for in vain."""
    me = scene.candidate
    found = []
    for name in heard:
        schema, needs = me.produces[name]["schema"], reader.reads[f"{me.service}.{name}"]
        missing = {gap.at for gap in inclusion.gaps(schema, needs)}
        was = _sent_before(scene, name)
        gone = inclusion.vanished(was, schema, needs) if was else []
        found += [(at, name) for at in gone if at not in missing]
    for at, names in _by_finding(found):
        yield (
            f"{scene.at(reader)} reads `{at}` of {_listed(names)}, which {me.name} no longer "
            f"sends. {_KEEP[inclusion.MISSING]}, or upgrade {reader.service} first."
        )


def _sent_before(scene: Scene, name: str) -> Any:
    """The schema by which the deployed version sends a type."""
    return scene.before.produces.get(name, {}).get("schema") if scene.before else None


_KEEP = {
    inclusion.MISSING: "Keep the field",
    inclusion.MAYBE_MISSING: "Always send it",
    inclusion.UNKNOWN: "Leave it out",
    inclusion.REFUSED: "Send it as before",
}
_READ = {
    inclusion.MISSING: "Give the field a default.",
    inclusion.MAYBE_MISSING: "Give the field a default.",
    inclusion.UNKNOWN: "Ignore fields that are not read.",
    inclusion.REFUSED: "Go on reading it as it was sent.",
}


def told(gap: Gap, reader: str, names: list[str], writer: str, *, no_longer: bool = False) -> str:
    """A gap between the schema of some events and a reader's as a sentence."""
    field = f"`{gap.at}` of {_listed(names)}" if gap.at else _listed(names)
    if gap.kind == inclusion.MISSING:
        lacks = "no longer sends" if no_longer else "does not send"
        return f"{reader} needs {field}, which {writer} {lacks}."
    if gap.kind == inclusion.MAYBE_MISSING:
        return f"{reader} needs {field}, which {writer} may leave out."
    if gap.kind == inclusion.UNKNOWN:
        return f"{reader} refuses {field}, which {writer} sends."
    return f"{reader} takes {field} only as {gap.takes}; {writer} may send {gap.sends}."


def _by_finding(found: Iterable[tuple[Any, str]]) -> Iterable[tuple[Any, list[str]]]:
    """Findings with all the types in which they are the same, so that each is told once."""
    names: dict[Any, list[str]] = {}
    for finding, name in found:
        names.setdefault(finding, []).append(name)
    return names.items()


def _listed(names: list[str]) -> str:
    """One name, two, or the first and how many more."""
    if len(names) <= _FEW:
        return " and ".join(names)
    return f"{names[0]} and {len(names) - 1} more types"


def _types_in(scene: Scene) -> list[Row]:
    me, before = scene.candidate, scene.before
    refused, notes = [], []
    for key in sorted(me.reads):
        source, _, name = key.partition(".")
        producer = scene.after.get(source)
        if producer is None or name not in producer.produces:
            notes.append(f"{me.name} hears {key}, which nobody in {scene.env} sends yet.")
    for key in sorted(set(before.reads) - set(me.reads)) if before else ():
        source, _, name = key.partition(".")
        producer = scene.after.get(source)
        row = producer.produces.get(name) if producer else None
        if producer is not None and row is not None:
            doing = "keeps in its log" if row["retired"] else "sends"
            refused.append(
                f"{me.name} no longer hears {key}, which {scene.at(producer)} {doing}: it would "
                f"stay unknown in the inbox. Go on hearing it until no deployed {source} knows it."
            )
    fine = f"hears {_count(list(me.reads))}, each known to its sender"
    return row_or_rows(IN_TYPES, scene.env, refused=refused, notes=notes, ok=fine)


def _in(scene: Scene) -> Iterator[Row]:
    me = scene.candidate
    for source, versions in sorted(scene.history.items()):
        heard = sorted(key.partition(".")[2] for key in me.reads if key.partition(".")[0] == source)
        deployed = scene.running.get(source)
        for writer in versions:
            names = [name for name in heard if name in writer.produces]
            found = [
                (gap, name)
                for name in names
                for gap in inclusion.gaps(
                    writer.produces[name]["schema"], me.reads[f"{source}.{name}"]
                )
            ]
            runs = deployed is not None and writer.version == deployed.version
            newer = deployed is None or writer.order() > deployed.order()
            where = (
                f"It runs in {scene.env}." if runs else "Its events may still wait or be replayed."
            )
            if newer:
                where = f"It is not deployed in {scene.env}; mind it if it ever was."
            sentences = [
                f"{told(gap, me.name, names_, writer.name)} {where} {_READ[gap.kind]}"
                for gap, names_ in _by_finding(found)
            ]
            if names:
                yield from row_or_rows(
                    IN,
                    writer.name,
                    refused=() if newer else sentences,
                    notes=sentences if newer else (),
                    ok=f"reads all of {_count(names)}",
                )


def _rollback(scene: Scene, before: Bundle) -> list[Row]:
    me = scene.candidate
    notes = []
    for name in sorted(set(me.sends) - set(before.produces)):
        waits = (
            f"rows of {name} that {me.name} has not sent yet stay pending, with an alarm, until it "
            f"is back"
            if me.sends[name]["optional"]
            else f"rows of {name} that {me.name} wrote are still sent, and are not replayed"
        )
        notes.append(f"If {before.name} comes back, {waits}.")
    for key in sorted(set(me.reads) - set(before.reads)):
        notes.append(
            f"If {before.name} comes back, {key} is kept as unknown in its inbox until {me.name} "
            "is back."
        )
    fine = f"{before.name} knows every type that {me.name} sends or hears"
    return row_or_rows(ROLLBACK, before.name, notes=notes, ok=fine)


def _count(names: list[Any]) -> str:
    return f"{len(names)} type" + ("s" if len(names) != 1 else "")
