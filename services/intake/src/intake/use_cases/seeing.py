"""Who may see which petitions: the rule of `shared.access`, for many petitions at once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.use_cases.cases import cases_of_each
from shared.access import SECRET_ROLES, UNIT_ROLES, sees_every_secret
from shared.auth import Principal
from shared.db import Session


def seen_by(session: Session, secret: Mapping[str, bool], *, by: Principal) -> set[str]:
    """Those of these petitions that the caller may see; `secret` says which are by themselves.

    A petition whose words are withheld from somebody in one of its cases is in all of them.
    """
    cases = cases_of_each(session, secret)
    case_ids = {case.case_id for found in cases.values() for case in found}
    marks, case_id = models.marks, models.cases.c.case_id
    withheld = _those(session, case_ids, marks.withheld(by, case_id))
    named = _those(session, case_ids, marks.named(by, case_id))
    seen = set()
    for petition_id, itself in secret.items():
        found = cases[petition_id]
        own_ids = {case.case_id for case in found}
        if own_ids & withheld:
            continue
        if own_ids & named or _usually(found, secret=itself, by=by):
            seen.add(petition_id)
    return seen


def _usually(cases: Sequence[sa.Row[Any]], *, secret: bool, by: Principal) -> bool:
    """What role and unit allow, on the units kept of each case, the leading one first."""
    secret = secret or any(case.secret for case in cases)
    if by.sees_all_units:
        return not secret or sees_every_secret(by)
    if secret and not by.has(*UNIT_ROLES, *SECRET_ROLES):
        return False
    open_to = [case.units[:1] if secret else case.units for case in cases]
    return any(by.unit_scope & set(found) for found in open_to)


def kept_apart(session: Session, petition_ids: Collection[str], *, by: Principal) -> set[str]:
    """Those of these petitions whose words hold an accusation that is not for the caller to read.

    It is for the secret lane's roles in the bureau and for the accusation's named readers, and in
    no case for whom it is withheld from (T22 Art.30(3)).
    """
    words, marks = models.case_words, models.marks
    closed = marks.withheld(by, words.c.case_id)
    if not sees_every_secret(by):
        closed = sa.or_(closed, sa.not_(marks.named(by, words.c.case_id)))
    found = sa.select(words.c.petition_id).where(words.c.petition_id.in_(petition_ids), closed)
    return set(session.execute(found).scalars())


def kept_from_anybody(session: Session, secret: Mapping[str, bool]) -> set[str]:
    """Those of these petitions that are secret, or whose case or words are withheld from anybody.

    Nothing is done with them by itself that others could notice.
    """
    cases, words, marks = models.cases.c, models.case_words.c, models.marks.table.c
    marked = sa.select(marks.case_id)
    own = models.case_access.c
    closed = (
        sa.select(own.petition_id)
        .join_from(models.case_access, models.cases, cases.case_id == own.case_id)
        .where(
            own.petition_id.in_(secret),
            sa.or_(cases.secret, cases.case_id.in_(marked)),
        )
        .union(sa.select(words.petition_id).where(words.petition_id.in_(secret)))
    )
    return {one for one, itself in secret.items() if itself} | set(
        session.execute(closed).scalars()
    )


def _those(
    session: Session, case_ids: Collection[str], condition: sa.ColumnElement[bool]
) -> set[str]:
    """Those of the cases for which a condition on `cases` holds."""
    if not case_ids:
        return set()
    table = models.cases.c
    found = sa.select(table.case_id).where(table.case_id.in_(case_ids), condition)
    return set(session.execute(found).scalars())
