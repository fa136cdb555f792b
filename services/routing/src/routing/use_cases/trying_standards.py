"""A dry run of an edition of standards: whether it would load, and what it would change.

files --> a folder of their own, over the office's --> every reader of standards --> errors
                                                   --> beside the running edition --> changes
"""

import dataclasses
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import partial
from importlib import resources as packaged
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from routing import models
from routing.domain.answer_checks import read_checks
from routing.domain.answer_checks.table import FILE as CHECKS
from routing.domain.catalogue import FILE as DOCUMENTS
from routing.domain.catalogue import load_catalogue
from routing.domain.documents import Catalogue
from routing.domain.guards import GUARDS
from routing.domain.procedure import FILE as PROCEDURE
from routing.domain.procedure import Procedure
from routing.domain.standards import StandardError, read_yaml
from routing.handbook.answers import load_answers
from routing.handbook.people import CONDUCT, POSTS, load_conduct, load_posts
from routing.handbook.texts import load_texts
from routing.layout.templates import check_used, load_template
from routing.resources import Resources, procedure_of
from shared.db import Session
from shared.errors import Invalid, both, in_language

_TEMPLATE = re.compile(r"templates/[a-z0-9_]{1,60}\.html\Z")
_SECTIONS = ("states", "actions", "fields", "clocks", "parameters")
_HANDBOOK = "handbook/"
_AT_ONCE = 1000
_T = TypeVar("_T")


def try_standards(
    session: Session, *, files: Mapping[str, str], resources: Resources
) -> dict[str, Any]:
    """What would become of `files` (name -> text) if the office put them into its folder.

    Each file tells its first error; those of the handbook do not keep a process from starting.
    Nothing is kept. Invalid names a file that is none of the standards.
    """
    _check_names(files)
    with tempfile.TemporaryDirectory(prefix="standards-") as place:
        folder = Path(place)
        if resources.folder is not None and resources.folder.is_dir():
            shutil.copytree(resources.folder, folder, dirs_exist_ok=True)
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        found = _Trial(folder, resources)
        found.read()
    procedure, catalogue = found.procedure, found.catalogue
    return {
        "would_load": not any(error["at_start"] for error in found.errors),
        "errors": found.errors,
        "changes": [
            *(_changes(resources.procedure, procedure, _SECTIONS) if procedure else ()),
            *(_changes(resources.papers.catalogue, catalogue, ("documents",)) if catalogue else ()),
        ],
        "cases": _standing(session, resources.procedure, procedure) if procedure else [],
        "clocks": _running(session, resources.procedure, procedure) if procedure else [],
    }


class _Trial:
    """Reading a folder the way a process does at start, on beyond the first error."""

    def __init__(self, folder: Path, resources: Resources) -> None:
        self.folder = folder
        self.running = resources
        self.errors: list[dict[str, Any]] = []
        self.procedure: Procedure | None = None
        self.catalogue: Catalogue | None = None

    def read(self) -> None:
        folder = self.folder
        self.catalogue = self._tried(lambda: load_catalogue(folder=folder))
        catalogue = self.catalogue or self.running.papers.catalogue
        self.procedure = self._tried(lambda: self._procedure(catalogue.documents, whole=True))
        if self.procedure is None:
            self.procedure = self._quietly(catalogue.documents)
        procedure = self.procedure or self.running.procedure
        self._try_templates(catalogue)
        self._tried(lambda: read_checks(read_yaml(CHECKS, folder=folder)))
        self._tried(lambda: load_posts(folder=folder), at_start=False)
        answers = self._tried(lambda: load_answers(folder=folder), at_start=False)
        codes = None if answers is None else {check.code for check in answers}
        self._tried(
            lambda: load_conduct(procedure, guards=GUARDS, answers=codes, folder=folder),
            at_start=False,
        )
        self._tried(
            lambda: load_texts(
                procedure, guards=GUARDS, documents=catalogue.documents, folder=folder
            ),
            at_start=False,
        )

    def _procedure(self, documents: Collection[str], *, whole: bool) -> Procedure:
        found = procedure_of(folder=self.folder, documents=documents, whole=whole)
        try:
            return found.with_values(self.running.chosen)
        except ValueError as error:
            zh = f"与设置PROCEDURE_PARAMETERS不符：{error}"
            raise StandardError(PROCEDURE, 1, zh, f"PROCEDURE_PARAMETERS: {error}") from error

    def _quietly(self, documents: Collection[str]) -> Procedure | None:
        """What a procedure would be that takes away what others rely on, to show what it takes."""
        try:
            return self._procedure(documents, whole=False)
        except StandardError:
            return None

    def _try_templates(self, catalogue: Catalogue) -> None:
        """Each template by itself, then whether every one is used."""
        for document in catalogue.documents.values():
            self._tried(partial(load_template, document, folder=self.folder))
        self._tried(lambda: check_used(catalogue, folder=self.folder))

    def _tried(self, read: Callable[[], _T], *, at_start: bool = True) -> _T | None:
        try:
            return read()
        except StandardError as error:
            self._add(error, at_start=at_start)
            return None

    def _add(self, error: StandardError, *, at_start: bool) -> None:
        told = {
            "file": error.file,
            "line": error.line,
            "reason": in_language(error.reason, "zh"),
            "reason_en": in_language(error.reason, "en"),
            "at_start": at_start,
        }
        if told not in self.errors:
            self.errors.append(told)


def _check_names(files: Mapping[str, str]) -> None:
    known = {PROCEDURE, DOCUMENTS, CHECKS, POSTS, CONDUCT}
    shelf = packaged.files("routing.standards") / _HANDBOOK.rstrip("/")
    known |= {f"{_HANDBOOK}{one.name}" for one in shelf.iterdir()}
    wrong = {
        f"files.{name[:100]}": both("不是标准文件的名称。", "Not the name of a file of standards.")
        for name in files
        if name not in known and not _TEMPLATE.match(name)
    }
    if wrong:
        raise Invalid(wrong)


def _changes(before: Any, after: Any, sections: Collection[str]) -> list[dict[str, Any]]:
    """What is added, removed or changed, section by section, in the order of the files."""
    found = []
    for section in sections:
        old, new = getattr(before, section), getattr(after, section)
        for name in [*old, *(name for name in new if name not in old)]:
            what = _differing(old.get(name), new.get(name))
            if what is not None:
                found.append({"section": section, "name": name, **what})
    return found


def _differing(old: Any, new: Any) -> dict[str, Any] | None:
    if old is None or new is None:
        return {"change": "removed" if new is None else "added", "what": [], "values": []}
    names = [one.name for one in dataclasses.fields(old) if one.name != "line"]
    what = [name for name in names if getattr(old, name) != getattr(new, name)]
    if not what:
        return None
    values = [
        {"name": name, "before": before, "after": after}
        for name in what
        if (before := _in_words(getattr(old, name))) is not None
        and (after := _in_words(getattr(new, name))) is not None
    ]
    return {"change": "changed", "what": what, "values": values}


def _in_words(value: Any) -> str | None:
    """A value as the file has it, "" for none; None for one that is too deep for a line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return str(value) if isinstance(value, str | int | float) else None


def _standing(session: Session, before: Procedure, after: Procedure) -> list[dict[str, Any]]:
    """How many cases that have not ended stand in each state that is removed or changed."""
    states = {row["name"]: row["change"] for row in _changes(before, after, ("states",))}
    touched = [name for name in states if name in before.states and not before.ended(name)]
    table = models.cases
    counted = (
        sa.select(table.c.state, sa.func.count())
        .where(table.c.state.in_(touched))
        .group_by(table.c.state)
    )
    numbers: dict[str, int] = {state: number for state, number in session.execute(counted)}
    return [
        {
            "state": name,
            "state_name": before.states[name].name,
            "change": states[name],
            "cases": numbers.get(name, 0),
        }
        for name in touched
    ]


def _running(session: Session, before: Procedure, after: Procedure) -> list[dict[str, Any]]:
    """How many clocks of open cases run now by each rule that is removed or changed.

    Their last days stay: the new rule counts for clocks that start later.
    """
    rules = {row["name"]: row["change"] for row in _changes(before, after, ("clocks",))}
    touched = [name for name in rules if name in before.clocks]
    if not touched:
        return []
    table = models.cases
    open_ones = sa.select(table.c.clocks).where(
        table.c.state.in_([name for name in before.states if not before.ended(name)])
    )
    numbers = Counter(
        clock["id"]
        for (clocks,) in session.execute(open_ones.execution_options(yield_per=_AT_ONCE))
        for clock in clocks
        if clock["state"] == "running"
    )
    return [
        {
            "clock": name,
            "clock_name": before.clocks[name].name,
            "change": rules[name],
            "running": numbers[name],
        }
        for name in touched
    ]
