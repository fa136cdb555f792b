"""Who may see which petition: the rule of `shared.access` as conditions on `petitions`.

It is told of the units kept of each case, the leading one first. A petition whose words are
withheld from somebody in one of its cases is in all of them.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from shared.access import SECRET_ROLES, UNIT_ROLES, sees_every_secret
from shared.auth import Principal
from shared.db import Session

_petitions, _links, _cases = models.petitions, models.case_access, models.cases
_letters = models.incoming_letters


def seen_by(by: Principal) -> sa.ColumnElement[bool]:
    """The condition that a petition is for the caller to see."""
    usual, named = _usual(by), in_a_case(models.marks.named(by, _links.c.case_id))
    withheld = in_a_case(models.marks.withheld(by, _links.c.case_id))
    return sa.and_(sa.or_(usual, named), sa.not_(withheld))


def words_kept_from(by: Principal) -> sa.ColumnElement[bool]:
    """The condition that a petition's words hold an accusation that is not for the caller to read.

    It is for the secret lane's roles in the bureau and for the accusation's named readers, and in
    no case for whom it is withheld from (T22 Art.30(3)).
    """
    words, marks = models.case_words, models.marks
    closed = marks.withheld(by, words.c.case_id)
    if not sees_every_secret(by):
        closed = sa.or_(closed, sa.not_(marks.named(by, words.c.case_id)))
    return sa.exists().where(words.c.petition_id == _petitions.c.petition_id, closed)


def may_know_letter(by: Principal) -> sa.ColumnElement[bool]:
    """That a letter is the caller's to know.

    Before it is a petition's: what came to their own unit, everything for the bureau. Then, as its
    words have gone into the petition, for who may see that petition and read its words.
    """
    own = sa.true() if by.sees_all_units else _letters.c.unit.in_(sorted(by.own_units))
    theirs = sa.exists().where(
        _petitions.c.petition_id == _letters.c.petition_id,
        seen_by(by),
        sa.not_(words_kept_from(by)),
    )
    return sa.case((_letters.c.petition_id.is_(None), own), else_=theirs)


def withheld_petitions(by: Principal) -> sa.Select[Any]:
    """The ids of petitions whose case is withheld from the caller, each once."""
    return (
        sa.select(_links.c.petition_id)
        .distinct()
        .join_from(_links, _cases, _cases.c.case_id == _links.c.case_id)
        .where(
            _links.c.case_id.in_(models.marks.withheld_cases(by)),
            _links.c.version >= _cases.c.version,
        )
    )


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
    return {one for one, itself in secret.items() if itself} | set(session.scalars(closed))


def _usual(by: Principal) -> sa.ColumnElement[bool]:
    """What role and unit allow."""
    if sees_every_secret(by):
        return sa.true()
    secret = sa.or_(_petitions.c.secret, in_a_case(_cases.c.secret))
    if by.sees_all_units:
        return sa.not_(secret)
    scope = sorted(by.unit_scope)
    leads = in_a_case(_links.c.units[0].as_string().in_(scope))
    hidden = leads if by.has(*UNIT_ROLES, *SECRET_ROLES) else sa.false()
    return sa.or_(sa.and_(sa.not_(secret), in_a_case(_has_one_of(scope))), sa.and_(secret, hidden))


def in_a_case(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether a condition holds for a case that the petition is in now; see `cases_of`."""
    return (
        sa.exists()
        .select_from(_links.outerjoin(_cases, _cases.c.case_id == _links.c.case_id))
        .where(
            _links.c.petition_id == _petitions.c.petition_id,
            sa.or_(_cases.c.version.is_(None), _links.c.version >= _cases.c.version),
            condition,
        )
    )


def _has_one_of(units: Iterable[str]) -> sa.ColumnElement[bool]:
    """Whether a list of units has one of these: quotes make a code in its JSON unmistakable."""
    text = sa.cast(_links.c.units, sa.Text)
    quoted = (json.dumps(unit, ensure_ascii=False) for unit in units)
    return sa.or_(sa.false(), *(text.contains(code, autoescape=True) for code in quoted))
