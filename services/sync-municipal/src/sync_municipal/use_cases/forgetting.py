"""Forgetting the words of petitions that were erased.

    intake petition.erased --> erased_petitions; texts

The ledger keeps what was told when; it has no words. What the city has already is the city's.
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from shared.contracts import Event
from shared.db import Session, insert_missing
from sync_municipal.models import case_petitions, erased_petitions, texts


def forget(session: Session, erased: Sequence[Event]) -> None:
    """Forget the words of the petitions' cases, once each petition of a case is erased."""
    rows = [{"petition_id": e.data["petition_id"], "at": e.data["at"]} for e in erased]
    insert_missing(session, erased_petitions, rows, key=["petition_id"])
    cases = forgotten(session, {case_id for e in erased for case_id in e.data["case_ids"]})
    session.execute(
        sa.update(texts).where(texts.c.case_id.in_(cases)).values(title=None, text=None)
    )


def forgotten(session: Session, case_ids: Iterable[str]) -> set[str]:
    """Those of some cases all of whose petitions were erased, as far as they are known."""
    links, gone = case_petitions, erased_petitions
    known = (
        sa.select(links.c.case_id)
        .outerjoin(gone, gone.c.petition_id == links.c.petition_id)
        .where(links.c.case_id.in_(list(case_ids)))
        .group_by(links.c.case_id)
        .having(sa.func.count() == sa.func.count(gone.c.petition_id))
    )
    return set(session.scalars(known))
