"""The handbook as a process keeps it: read and checked when it is first asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from routing.domain.categories import Category
from routing.domain.documents import Catalogue
from routing.domain.guards import GUARDS
from routing.domain.procedure import Procedure
from routing.handbook.answers import load_answers
from routing.handbook.page import to_html
from routing.handbook.people import load_conduct, load_posts
from routing.handbook.standards import Standards
from routing.handbook.texts import load_texts


def read_standards(
    *,
    procedure: Procedure,
    catalogue: Catalogue,
    templates: Mapping[str, str],
    categories: Mapping[str, Category],
    folder: Path | None = None,
) -> Standards:
    """All that the handbook is made of; StandardError, with file and line, where it has a gap."""
    answers = load_answers(folder=folder)
    known = None if answers is None else {check.code for check in answers}
    return Standards(
        procedure=procedure,
        texts=load_texts(procedure, guards=GUARDS, documents=catalogue.documents, folder=folder),
        posts=load_posts(folder=folder),
        conduct=load_conduct(procedure, guards=GUARDS, answers=known, folder=folder),
        catalogue=catalogue,
        templates=templates,
        categories=categories,
        answers=answers or (),
    )


@dataclass
class Shelf:
    """The editions that were asked for; one is made anew where the categories are others."""

    procedure: Procedure
    catalogue: Catalogue
    templates: Mapping[str, str]
    folder: Path | None = None
    _made: dict[str, tuple[Mapping[str, Category], str]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def html(self, edition: str, categories: Mapping[str, Category]) -> str:
        """An edition's page; StandardError where the standards have a gap."""
        with self._lock:
            kept = self._made.get(edition)
            if kept is None or kept[0] is not categories:
                read = read_standards(
                    procedure=self.procedure,
                    catalogue=self.catalogue,
                    templates=self.templates,
                    categories=categories,
                    folder=self.folder,
                )
                kept = self._made[edition] = (categories, to_html(read, edition))
            return kept[1]
