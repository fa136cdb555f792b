"""What routing makes of its settings at start: the procedure and the rule tables, checked."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from routing.domain.answer_checks import Checks, load_checks
from routing.domain.guards import GUARDS
from routing.domain.knowledge import Knowledge
from routing.domain.procedure import Procedure, load
from routing.domain.standards import Source
from routing.domain.suggestion import Rules
from routing.events import events
from routing.handbook.shelf import Shelf
from routing.layout import papers
from routing.settings import Chosen, Settings
from shared.auth import ROLES
from shared.clock import Clock
from shared.marks import Marker


@dataclass
class Sweep:
    """How far a job of this process has gone through all cases, by their ids; "" at the start."""

    after: str = ""


@dataclass(frozen=True)
class Resources:
    """Tables that use cases need."""

    procedure: Procedure
    papers: papers.Papers
    marker: Marker
    answer_checks: Checks = field(default_factory=load_checks)
    knowledge: Knowledge = field(default_factory=Knowledge)
    access_sweep: Sweep = field(default_factory=Sweep)
    folder: Path | None = None
    """Where the office's own editions of standards are."""
    chosen: Mapping[str, Any] = field(default_factory=dict)
    """The values of parameters that settings give."""

    @cached_property
    def handbook(self) -> Shelf:
        """The handbook of these standards, which is made when it is first asked for."""
        return Shelf(self.procedure, self.papers.catalogue, self.papers.templates, self.folder)

    @property
    def rules(self) -> Rules:
        """Categories and keywords as this process last read them."""
        return self.knowledge.rules


def build(settings: Settings, clock: Clock) -> Resources:
    """Load the tables; an error, which keeps the process from starting, where they disagree."""
    folder = folder_of(settings)
    return Resources(
        procedure=office_procedure(settings),
        papers=papers.build(settings),
        marker=Marker.parse(settings.access_keys),
        answer_checks=load_checks(folder=folder),
        folder=folder,
        chosen=_chosen(settings),
    )


def folder_of(settings: Chosen) -> Path | None:
    """Where the office's own editions of standards are, if it has any."""
    return Path(settings.standards_dir) if settings.standards_dir else None


def office_procedure(settings: Chosen) -> Procedure:
    """The office's procedure with the values of parameters that its settings give."""
    folder = folder_of(settings)
    found = procedure_of(folder=folder) if folder else standard_procedure()
    return found.with_values(_chosen(settings))


def procedure_of(
    *,
    folder: Path | None = None,
    source: Source | None = None,
    documents: Collection[str] | None = None,
    whole: bool = True,
) -> Procedure:
    """An office's procedure, checked against the guards, events and documents that there are.

    `documents` are the folder's own unless they are given; one that is not `whole` may lack what
    callers rely on, and only shows what it is.
    """
    own = folder is not None or source is not None
    return load(
        guards=GUARDS,
        events=[event.name for event in events],
        documents=papers.catalogue_of(folder).documents if documents is None else documents,
        roles=ROLES,
        folder=folder,
        source=source,
        contract=standard_procedure() if own and whole else None,
    )


def _chosen(settings: Chosen) -> dict[str, Any]:
    """The values that settings give; ValueError where PROCEDURE_PARAMETERS is no JSON object."""
    unrolled = {} if settings.roll_rest_days else {"roll_rest_days": False}
    if not settings.procedure_parameters:
        return unrolled
    chosen = json.loads(settings.procedure_parameters)
    if not isinstance(chosen, dict):
        raise ValueError("PROCEDURE_PARAMETERS must be a JSON object")
    return unrolled | chosen


@cache
def standard_procedure() -> Procedure:
    """The package's own edition: its actions and fields are the HTTP contract."""
    return procedure_of()
