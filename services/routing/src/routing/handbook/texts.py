"""The handbook's own words, standards/handbook/*.yaml: every state, action and guard has some.

Read and checked whole against the procedure: what is missing, or is about nothing that exists, is
a StandardError that names file and line.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from routing.domain.procedure import Procedure
from routing.domain.standards import Source, expect, only, read_yaml
from routing.handbook.reading import exactly, lines_at, rows_of, words_at

STATES = "handbook/states.yaml"
ACTIONS = (
    "handbook/actions-dispatch.yaml",
    "handbook/actions-unit.yaml",
    "handbook/actions-handling.yaml",
    "handbook/actions-review.yaml",
)
GUARDS = "handbook/guards.yaml"
OVERVIEW = "handbook/overview.yaml"
EDITIONS = ("bureau", "department")
_LISTS = ("steps", "judge", "mistakes")
_OVERVIEW = (
    "title", "subtitle", "intro", "five", "stages", "routes", "first_days", "glossary",
    "sources", "papers",
)  # fmt: skip


@dataclass(frozen=True)
class Advice:
    """How something is done: steps, how to judge, what often goes wrong, a sentence to copy."""

    about: str
    steps: tuple[str, ...]
    judge: tuple[str, ...]
    mistakes: tuple[str, ...]
    example: str
    who: str = ""


@dataclass(frozen=True)
class Stage:
    """A stage in words, and the clocks that are told of with it."""

    name: str
    text: str
    clocks: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """A word or a class of petitions, what it means, and where that stands."""

    name: str
    text: str
    basis: str


@dataclass(frozen=True)
class Texts:
    """All of the handbook's own words."""

    states: Mapping[str, Advice]
    actions: Mapping[str, Advice]
    guards: Mapping[str, str]
    title: Mapping[str, str]
    subtitle: str
    intro: Mapping[str, tuple[str, ...]]
    five: tuple[str, ...]
    stages: tuple[Stage, ...]
    routes: tuple[Term, ...]
    first_days: Mapping[str, str]
    glossary: tuple[Term, ...]
    sources: Mapping[str, str]
    """The short codes of legal sources -> their titles."""
    papers: Mapping[str, str]
    """What the procedure calls a paper -> its code in the catalogue, or a name in words."""


def load_texts(
    procedure: Procedure,
    *,
    guards: Collection[str],
    documents: Collection[str],
    folder: Path | None = None,
) -> Texts:
    """The words for a procedure; StandardError where any are missing or are about nothing."""
    states = read_yaml(STATES, folder=folder)
    sayings = read_yaml(GUARDS, folder=folder)
    over = read_yaml(OVERVIEW, folder=folder)
    only(over, over.values, _OVERVIEW)
    for key in _OVERVIEW:
        if key not in over.values:
            raise over.fault(f"缺少“{key}”", f"{key!r} is missing")
    editions = {key: _editions(over, key) for key in ("title", "intro")}
    return Texts(
        states=_advice(states, "states", {c: s.name for c, s in procedure.states.items()}),
        actions=_actions(procedure, folder),
        guards=_sentences(sayings, "guards", guards),
        title={e: words_at(over, "title", e) for e in editions["title"]},
        subtitle=words_at(over, "subtitle"),
        intro={e: lines_at(over, "intro", e) for e in editions["intro"]},
        five=lines_at(over, "five"),
        stages=_stages(over, procedure),
        routes=_terms(over, "routes", "name"),
        first_days=_sentences(over, "first_days", {c.first_day for c in procedure.clocks.values()}),
        glossary=_terms(over, "glossary", "term"),
        sources=_sentences(over, "sources", ()),
        papers=_papers(over, procedure, documents),
    )


def _advice(source: Source, key: str, known: Mapping[str, str]) -> dict[str, Advice]:
    rows = rows_of(source, key)
    for name in rows:
        if name not in known:
            raise source.fault(f"流程中没有“{name}”", f"the procedure has no {name!r}", key, name)
    for name, title in known.items():
        if name not in rows:
            zh = f"手册缺少“{title}”（{name}）"
            raise source.fault(zh, f"the handbook lacks {name!r}", key)
    return {name: _one(source, key, name) for name in rows}


def _actions(procedure: Procedure, folder: Path | None) -> dict[str, Advice]:
    """The words of every action; one that is missing is missed after its neighbour."""
    found: dict[str, Advice] = {}
    places: dict[str, Source] = {}
    for file in ACTIONS:
        source = read_yaml(file, folder=folder)
        for name in rows_of(source, "actions"):
            if name not in procedure.actions:
                zh, en = f"流程中没有操作“{name}”", f"the procedure has no action {name!r}"
                raise source.fault(zh, en, "actions", name)
            if name in found:
                zh, en = f"操作“{name}”出现了两次", f"{name!r} stands twice"
                raise source.fault(zh, en, "actions", name)
            found[name] = _one(source, "actions", name)
            places[name] = source
    neighbour = next(iter(places))
    for name, action in procedure.actions.items():
        if name in places:
            neighbour = name
            continue
        zh = f"手册在“{neighbour}”之后缺少操作“{action.title}”（{name}）"
        en = f"the handbook lacks the action {name!r}, after {neighbour!r}"
        raise places[neighbour].fault(zh, en, "actions", neighbour)
    return {name: found[name] for name in procedure.actions}


def _one(source: Source, key: str, name: str) -> Advice:
    about = "means" if key == "states" else "what"
    keys = (about, *(("who",) if key == "states" else ()), *_LISTS, "example")
    row = source.values[key][name]
    only(source, row, keys, key, name)
    for part in keys:
        if part not in row:
            raise source.fault(f"“{name}”缺少“{part}”", f"{name!r} lacks {part!r}", key, name)
    return Advice(
        about=words_at(source, key, name, about),
        steps=lines_at(source, key, name, "steps"),
        judge=lines_at(source, key, name, "judge"),
        mistakes=lines_at(source, key, name, "mistakes"),
        example=words_at(source, key, name, "example"),
        who=words_at(source, key, name, "who") if key == "states" else "",
    )


def _stages(source: Source, procedure: Procedure) -> tuple[Stage, ...]:
    """The stages in their order: each that a state has, and each clock with just one of them."""
    found = []
    told: set[str] = set()
    used = {state.stage for state in procedure.states.values()}
    for at, row in enumerate(expect(source, source.values["stages"], list, "stages", "stages")):
        place = ("stages", at)
        exactly(source, row, ("name", "text", "clocks"), *place)
        name = words_at(source, *place, "name")
        if name not in used:
            raise source.fault(f"没有阶段“{name}”", f"no state is in {name!r}", *place)
        for clock in row["clocks"]:
            if clock not in procedure.clocks or clock in told:
                zh = f"期限“{clock}”不存在或者已在别的阶段"
                raise source.fault(zh, f"clock {clock!r} is unknown or told already", *place)
            told.add(clock)
        found.append(Stage(name, words_at(source, *place, "text"), tuple(row["clocks"])))
    missing = [*(used - {stage.name for stage in found}), *(procedure.clocks.keys() - told)]
    if missing:
        zh = f"阶段中缺少{'、'.join(sorted(missing))}"
        raise source.fault(zh, f"missing: {', '.join(sorted(missing))}", "stages")
    return tuple(found)


def _papers(source: Source, procedure: Procedure, documents: Collection[str]) -> dict[str, str]:
    """Names of papers that the catalogue does not know, by what the catalogue calls them."""
    named = rows_of(source, "papers") if source.values["papers"] else {}
    for name in named:
        words_at(source, "papers", name)
    for action in procedure.actions.values():
        for paper in (*action.documents, *action.notices):
            if paper not in documents and paper not in named:
                zh = f"文书目录中没有“{paper}”（{action.title}）"
                raise source.fault(zh, f"the catalogue has no {paper!r}", "papers")
    return dict(named)


def _terms(source: Source, key: str, name: str) -> tuple[Term, ...]:
    found = []
    for at, row in enumerate(expect(source, source.values[key], list, key, key)):
        exactly(source, row, (name, "text", "basis"), key, at)
        words = (words_at(source, key, at, part) for part in (name, "text", "basis"))
        found.append(Term(*words))
    return tuple(found)


def _sentences(source: Source, key: str, known: Collection[str]) -> dict[str, str]:
    rows = rows_of(source, key)
    for name in rows:
        if name not in known and key == "guards":
            raise source.fault(f"没有条件“{name}”", f"there is no guard {name!r}", key, name)
    for name in sorted(known):
        if name not in rows:
            raise source.fault(f"缺少“{name}”的说明", f"{name!r} has no sentence", key)
    return {name: words_at(source, key, name) for name in rows}


def _editions(source: Source, key: str) -> tuple[str, ...]:
    rows = rows_of(source, key)
    if set(rows) != set(EDITIONS):
        zh = f"“{key}”应当有{'、'.join(EDITIONS)}两种"
        raise source.fault(zh, f"{key!r} needs {' and '.join(EDITIONS)}", key)
    return EDITIONS
