"""Periods by days of the office, as lists and counts are asked for."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from shared.clock import day_ends
from shared.errors import Invalid, both


def within(
    moment: sa.ColumnElement[Any], since: dt.date | None, until: dt.date | None
) -> list[sa.ColumnElement[bool]]:
    """That a moment is from one day to another, both included; Invalid where they are swapped."""
    if since and until and until < since:
        raise Invalid({"until": both("不能早于开始日期。", "Not before the first day.")})
    conditions: list[sa.ColumnElement[bool]] = [sa.true()]
    if since:
        conditions.append(moment >= day_ends(since - dt.timedelta(days=1)))
    if until:
        conditions.append(moment < day_ends(until))
    return conditions
