"""Who may see a case: the one rule by which reads, lists and counts of every service go.

Bureau staff see every unit's cases, a unit's staff those it leads or helps with. A case in the
secret lane is seen by the bureau's deciding roles, by the unit that leads it and by its named
readers (T22 Arts.30(3), 46(5)); for everyone else it does not exist. From whomever a case is
withheld, because it complains of them or they were recused, never sees it, whatever their role
(T22 Arts.28(3), 30(3)).
"""

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from shared.auth import WHOLE_DISTRICT, Principal

SECRET_ROLES = ("dispatcher", "supervisor", "reviewer", "leader", "importer")
"""An import of history acts on secret cases too, so its account sees them."""
UNIT_ROLES = ("handler", "unit_head")


def sees_every_secret(principal: Principal) -> bool:
    """True for the bureau roles to which the secret lane is open throughout the district."""
    return principal.sees_all_units and principal.has(*SECRET_ROLES)


def visible(
    principal: Principal,
    *,
    secret: sa.ColumnElement[bool],
    lead_unit: sa.ColumnElement[str],
    helps: Callable[[Sequence[str]], sa.ColumnElement[bool]],
    named: sa.ColumnElement[bool],
    withheld: sa.ColumnElement[bool],
    asked: sa.ColumnElement[bool] | None = None,
) -> sa.ColumnElement[bool]:
    """The SQL condition for the cases a principal may see.

    `helps(units)` is the condition that one of the units is co-handling the case, `named` that the
    principal is a named reader of it, `withheld` that it is withheld from them. `asked` is for the
    service that asks: the principal's unit was asked for a part in it, in whatever lane.
    """
    ways = [_usual(principal, secret=secret, lead_unit=lead_unit, helps=helps), named]
    if asked is not None and principal.has(*UNIT_ROLES):
        ways.append(asked)
    return sa.and_(sa.or_(*ways), sa.not_(withheld))


def _usual(
    principal: Principal,
    *,
    secret: sa.ColumnElement[bool],
    lead_unit: sa.ColumnElement[str],
    helps: Callable[[Sequence[str]], sa.ColumnElement[bool]],
) -> sa.ColumnElement[bool]:
    """What role and unit allow."""
    if sees_every_secret(principal):
        return sa.true()
    units = sorted(principal.unit_scope - {WHOLE_DISTRICT})
    leads = lead_unit.in_(units)
    usual = sa.true() if principal.sees_all_units else sa.or_(leads, helps(units))
    hidden = leads if principal.has(*UNIT_ROLES, *SECRET_ROLES) else sa.false()
    return sa.or_(sa.and_(sa.not_(secret), usual), sa.and_(secret, hidden))
