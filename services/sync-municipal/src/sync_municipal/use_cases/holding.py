"""Holding back what is not yet told of a case that has become secret (T22 Arts.30(3), 46(5))."""

import sqlalchemy as sa

from sync_municipal.models import cases, exchanges


def may_go() -> sa.ColumnElement[bool]:
    """The condition on `exchanges`: the case's newest header is not of the secret lane."""
    secret = cases.alias("secret")
    return ~sa.exists().where(secret.c.case_id == exchanges.c.case_id, secret.c.secret)
