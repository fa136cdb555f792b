"""The cases that a petition is in now: a case that it has left tells nothing any more."""

from typing import Any

import sqlalchemy as sa

from intake import models
from shared.db import Session


def cases_of(session: Session, petition_id: str) -> list[sa.Row[Any]]:
    """The cases whose newest header names the petition: units, and state and secrecy if known.

    Every petition that a header names has its version; a row of an older one is of a petition
    that has left the case since. A case that only an earlier release has heard of is known
    by its units alone, until its next event or a rebuild.
    """
    own, cases = models.case_access, models.cases
    found: sa.Select[Any] = (
        sa.select(own.c.case_id, own.c.units, cases.c.state, cases.c.state_at, cases.c.secret)
        .outerjoin(cases, cases.c.case_id == own.c.case_id)
        .where(
            own.c.petition_id == petition_id,
            sa.or_(cases.c.version.is_(None), own.c.version >= cases.c.version),
        )
    )
    return list(session.execute(found).all())
