"""The cases that a petition is in now: a case that it has left tells nothing any more."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from intake import models
from shared.db import Session


def cases_of(session: Session, petition_id: str) -> list[sa.Row[Any]]:
    """The cases whose newest header names the petition: units, and state and secrecy if known."""
    return cases_of_each(session, [petition_id])[petition_id]


def cases_of_each(
    session: Session, petition_ids: Collection[str]
) -> defaultdict[str, list[sa.Row[Any]]]:
    """The cases of each of these petitions; none for one that is in no case.

    Every petition that a header names has its version; a row of an older one is of a petition
    that has left the case since. A case that only an earlier release has heard of is known
    by its units alone, until its next event or a rebuild.
    """
    own, cases = models.case_access, models.cases
    found: sa.Select[Any] = (
        sa.select(
            own.c.petition_id,
            own.c.case_id,
            own.c.units,
            cases.c.state,
            cases.c.state_at,
            cases.c.secret,
            cases.c.category,
            cases.c.windows,
        )
        .outerjoin(cases, cases.c.case_id == own.c.case_id)
        .where(
            own.c.petition_id.in_(petition_ids),
            sa.or_(cases.c.version.is_(None), own.c.version >= cases.c.version),
        )
    )
    grouped: defaultdict[str, list[sa.Row[Any]]] = defaultdict(list)
    for row in session.execute(found):
        grouped[row.petition_id].append(row)
    return grouped
