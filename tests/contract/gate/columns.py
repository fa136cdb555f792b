"""What may become of a column while an older version goes on reading and writing its rows."""

import re
from typing import Any

import sqlglot
from sqlglot import exp

_ROOM = re.compile(r"VARCHAR\((\d+)\)")
_SERIAL = (exp.DataType.Type.SERIAL, exp.DataType.Type.BIGSERIAL, exp.DataType.Type.SMALLSERIAL)
_STEADY = (exp.CurrentTimestamp, exp.CurrentDate, exp.Cast)
_WRITTEN = {exp.ComputedColumnConstraint, exp.GeneratedAsIdentityColumnConstraint}


def widened(was: str, now: str) -> bool:
    """Whether a column of type `now` holds and gives whatever one of type `was` did, as it is."""
    room, more = _ROOM.fullmatch(was), _ROOM.fullmatch(now)
    if room and more:
        return int(more[1]) >= int(room[1])
    return was == now or (bool(room) and now == "TEXT")


def free_columns(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """New columns that stay NULL in rows of a version that does not know them."""
    return {
        name
        for name, column in after.items()
        if name not in before and column["nullable"] and column["default"] is None
    }


def columns_of_check(text: str, columns: dict[str, Any]) -> list[str]:
    """The columns a CHECK names; all of them where it is not understood or may refuse NULL."""
    try:
        check = sqlglot.parse_one(text, dialect="postgres")
    except sqlglot.errors.SqlglotError:
        return sorted(columns)
    named = {column.name for column in check.find_all(exp.Column)} if _passes_null(check) else set()
    return sorted(named) or sorted(columns)


def computed(column: exp.ColumnDef) -> bool:
    """Whether PostgreSQL writes a new column into each row that is there."""
    rules = {type(rule.kind): rule.kind for rule in column.constraints}
    default = rules.get(exp.DefaultColumnConstraint)
    calls = default.find_all(exp.Func) if default else ()
    return (
        (column.kind is not None and column.kind.this in _SERIAL)
        or bool(_WRITTEN & set(rules))
        or any(not isinstance(call, _STEADY) for call in calls)
    )


def null_fits(rule: exp.Expr) -> bool:
    """Whether rows in which all columns of a rule are NULL keep it: all but some checks do."""
    check = rule.find(exp.CheckColumnConstraint)
    return check is None or _passes_null(check.this)


def _passes_null(check: exp.Expr) -> bool:
    """Whether a CHECK surely lets rows pass whose columns are all NULL."""
    return not any(
        isinstance(node, exp.Not)
        or node.args.get("negate")
        or (isinstance(node, exp.Func) and not isinstance(node, exp.Connector))
        for node in check.walk()
    )
