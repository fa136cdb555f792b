"""From whom a case is withheld, and who its named readers are, as a reader of events keeps it.

    case.* header: withheld_from, named_readers -> case_marks, cases.marks_version

Few cases have marks, so they stand in a table of their own, beside a million cases. They are
replaced whole by the highest version that tells of them: an event of a release that did not yet
tell changes nothing, so that what is withheld stays so whatever the order.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from marshmallow import fields

from shared.auth import Principal
from shared.contracts import Event
from shared.db import Session
from shared.marks import key_id_in

WITHHELD, NAMED = "withheld", "named"
_LISTS = {WITHHELD: "withheld_from", NAMED: "named_readers"}


class CaseMarksRead:
    """What a header read of a service has, that keeps marks; None in events of older releases."""

    withheld_from = fields.List(fields.Str(), load_default=None)
    named_readers = fields.List(fields.Str(), load_default=None)


class CaseMarks:
    """The table of marks of one service, whose `cases` have `version` and `marks_version`."""

    def __init__(self, metadata: sa.MetaData, cases: sa.Table) -> None:
        self.cases = cases
        self.table = sa.Table(
            "case_marks",
            metadata,
            sa.Column("case_id", sa.String(100), primary_key=True),
            sa.Column("kind", sa.String(10), primary_key=True),
            sa.Column("mark", sa.String(100), primary_key=True),
            sa.Column("key_id", sa.String(20), nullable=False),
            sa.Index("case_marks_mark", "mark", "kind", "case_id"),
            sa.Index("case_marks_key", "key_id"),
        )

    def withheld(
        self, principal: Principal, case_id: sa.ColumnElement[str]
    ) -> sa.ColumnElement[bool]:
        """The condition that a case is withheld from a principal; see `withheld_cases`.

        Asked of each row: as NOT IN, PostgreSQL would read all cases before the first of a page.
        """
        marks = self.table.c
        meant = sa.or_(
            marks.mark.in_(principal.marks), marks.key_id.not_in(principal.marker.key_ids)
        )
        return sa.exists().where(marks.case_id == case_id, marks.kind == WITHHELD, meant)

    def named(self, principal: Principal, case_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
        """The condition that a principal is a named reader of a case."""
        return case_id.in_(self._marked(NAMED, self.table.c.mark.in_(principal.marks)))

    def withheld_cases(self, principal: Principal) -> sa.CompoundSelect[Any]:
        """The ids of the few cases that are withheld from a principal, once each, for counts.

        They are found along two indexes. A case that was marked with a key that this process does
        not know is withheld from everybody.
        """
        key_id, known = self.table.c.key_id, sorted(principal.marker.key_ids)
        between = [sa.and_(key_id > a, key_id < b) for a, b in itertools.pairwise(known)]
        other = sa.or_(key_id < known[0], *between, key_id > known[-1])
        return sa.union(
            self._marked(WITHHELD, self.table.c.mark.in_(principal.marks)),
            self._marked(WITHHELD, sa.and_(other, key_id.not_in(known))),
        )

    def _marked(self, kind: str, how: sa.ColumnElement[bool]) -> sa.Select[Any]:
        return sa.select(self.table.c.case_id).where(how, self.table.c.kind == kind)

    def keep(self, session: Session, events: Sequence[Event]) -> dict[str, int | None]:
        """Keep what the events' headers say of marks; call it before `cases` are written.

        Returns the `marks_version` that the row of each case then has; it is written here where
        a later header of the case is known already.
        """
        newest, told = _newest(events), _newest([e for e in events if _tells(e)])
        cases = self.cases.c
        known = {
            row.case_id: row
            for row in session.execute(
                sa.select(cases.case_id, cases.version, cases.marks_version).where(
                    cases.case_id.in_(newest)
                )
            )
        }
        versions = {id_: known[id_].marks_version if id_ in known else None for id_ in newest}
        fresh = {
            id_: event
            for id_, event in told.items()
            if (before := versions[id_]) is None or event.subject_version > before
        }
        versions |= {id_: event.subject_version for id_, event in fresh.items()}
        if fresh:
            self._replace(session, fresh)
        for id_ in fresh:
            if id_ in known and known[id_].version >= newest[id_].subject_version:
                this = sa.update(self.cases).where(cases.case_id == id_)
                session.execute(this.values(marks_version=versions[id_]))
        return versions

    def _replace(self, session: Session, told: Mapping[str, Event]) -> None:
        session.execute(sa.delete(self.table).where(self.table.c.case_id.in_(told)))
        rows = [
            {"case_id": id_, "kind": kind, "mark": mark, "key_id": key_id_in(mark)}
            for id_, event in told.items()
            for kind, name in _LISTS.items()
            for mark in sorted(set(event.data["header"][name] or ()))
        ]
        if rows:
            session.execute(sa.insert(self.table), rows)


def _tells(event: Event) -> bool:
    return event.data["header"]["withheld_from"] is not None


def _newest(events: Sequence[Event]) -> dict[str, Event]:
    """The event with the highest version of each case."""
    return {e.subject: e for e in sorted(events, key=lambda e: (e.subject, e.subject_version))}
