"""Which evaluations stand: all that were recorded, and the open ones of cases that are evaluated.

Derived from the newest header, so that a case that is reopened or unmerged is evaluated again.
"""

import sqlalchemy as sa

from satisfaction.domain import NOT_EVALUATED, RECORDED
from satisfaction.models import cases, evaluations


def stands() -> sa.ColumnElement[bool]:
    """The condition on `evaluations`; one of a case that is not known yet stands.

    Of each open one its case is asked. PostgreSQL would turn an EXISTS here around and read all
    cases there are for those that ended so.
    """
    endings, ended = sorted(NOT_EVALUATED), cases.alias("ended")
    given_up = (
        sa.select(
            sa.or_(
                ended.c.state.in_(endings),
                sa.func.coalesce(ended.c.close_reason, "").in_(endings),
            )
        )
        .where(ended.c.case_id == evaluations.c.case_id)
        .scalar_subquery()
    )
    return sa.or_(evaluations.c.state == RECORDED, sa.not_(sa.func.coalesce(given_up, sa.false())))
