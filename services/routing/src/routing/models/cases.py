"""Tables of cases: the case, its petitions, words that came before their case."""

import sqlalchemy as sa

from routing.models.ground import metadata
from shared.db import BigId, Json, UtcDateTime

ODD = {
    dialect: f"({length}(cases.petition_ids) <> 1 OR cases.split_from IS NOT NULL)"
    for dialect, length in (("postgresql", "jsonb_array_length"), ("sqlite", "json_array_length"))
}
"""Of a usual case one petition tells; the others have an index of their own, for counting."""


_OWES = "next_due_at IS NOT NULL"
WAITS = "wait_ends_at IS NOT NULL"
WAITS_UNKNOWN = "wait_ends_at IS NULL AND state IN ('served', 'review_served')"
"""Cases that an earlier release, which did not write down the end of the wait, has served."""


def _partial(name: str, *columns: str, where: str) -> sa.Index:
    """An index of some rows only."""
    condition = sa.text(where)
    return sa.Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


cases = sa.Table(
    "cases",
    metadata,
    sa.Column("case_id", sa.String(36), primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False, unique=True),
    sa.Column("case_no", sa.String(20), nullable=False, unique=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("petition_ids", Json, nullable=False),
    sa.Column("petition_nos", Json, nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("secret", sa.Boolean, nullable=False),
    sa.Column("historical", sa.Boolean, nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("content", sa.Text),
    sa.Column("place", sa.Text),
    sa.Column("suggestion", Json),
    sa.Column("category", sa.String(50)),
    sa.Column("lead_unit", sa.String(50)),
    sa.Column("co_units", Json, nullable=False),
    sa.Column("clocks", Json, nullable=False),
    sa.Column("next_due_at", UtcDateTime),
    sa.Column("wait_ends_at", UtcDateTime),
    sa.Column("report_due", sa.Date),
    sa.Column("reply", sa.Text),
    sa.Column("service_method", sa.String(20)),
    sa.Column("close_reason", sa.String(20)),
    sa.Column("route", sa.String(20)),
    sa.Column("handling", sa.String(20)),
    sa.Column("handler", sa.String(100)),
    sa.Column("resume_state", sa.String(20)),
    sa.Column("merged_into", sa.String(36)),
    sa.Column("split_from", sa.String(36)),
    sa.Column("facts", Json, nullable=False, server_default="{}"),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("classified_at", UtcDateTime),
    sa.Column("forwarded_at", UtcDateTime),
    sa.Column("accepted_at", UtcDateTime),
    sa.Column("replied_at", UtcDateTime),
    sa.Column("served_at", UtcDateTime),
    sa.Column("closed_at", UtcDateTime),
    sa.Column("last_at", UtcDateTime, nullable=False),
    # With what decides who may see a case: counting reads the index alone.
    sa.Index("cases_by_state", "state", "seq", postgresql_include=["case_id", "purpose", "secret"]),
    sa.Index("cases_unit", "lead_unit", "seq"),
    sa.Index("cases_unit_state", "lead_unit", "state", "seq"),
    sa.Index("cases_category", "category", "seq"),
    sa.Index("cases_due", "next_due_at"),
    sa.Index("cases_split", "split_from"),
    _partial("cases_unit_due", "lead_unit", "next_due_at", "seq", where=_OWES),
    _partial("cases_unit_state_due", "lead_unit", "state", "next_due_at", "seq", where=_OWES),
    _partial("cases_state_due", "state", "next_due_at", "seq", where=_OWES),
    _partial("cases_wait", "wait_ends_at", "seq", where=WAITS),
    _partial("cases_wait_unknown", "seq", where=WAITS_UNKNOWN),
    _partial("cases_handler", "handler", "seq", where="handler IS NOT NULL"),
    sa.Index("cases_purpose", "purpose", "seq"),
    sa.Index("cases_received", "received_at", "seq"),
    _partial("cases_secret", "lead_unit", "state", where="secret"),
    sa.Index(
        "cases_odd",
        "lead_unit",
        sqlite_where=sa.text(ODD["sqlite"].replace("cases.", "")),
        postgresql_where=sa.text(ODD["postgresql"].replace("cases.", "")),
    ),
)

case_petitions = sa.Table(
    "case_petitions",
    metadata,
    sa.Column("petition_id", sa.String(36), primary_key=True),
    sa.Column("case_id", sa.String(36), sa.ForeignKey("cases.case_id"), nullable=False, index=True),
)

waiting_texts = sa.Table(
    "waiting_texts",
    metadata,
    sa.Column("petition_id", sa.String(36), primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("place", sa.Text),
)

waiting_changes = sa.Table(
    "waiting_changes",
    metadata,
    sa.Column("event_id", sa.String(100), primary_key=True),
    sa.Column("petition_id", sa.String(36), nullable=False, index=True),
    sa.Column("type", sa.String(50), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("data", Json, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)
"""What was told of a registration before its case, or its words, were there."""

erased_petitions = sa.Table(
    "erased_petitions",
    metadata,
    sa.Column("petition_id", sa.String(36), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
)
"""Petitions whose words are to be forgotten, whenever they come."""

steps = sa.Table(
    "steps",
    metadata,
    sa.Column("seq", BigId, primary_key=True),
    sa.Column("case_id", sa.String(36), nullable=False),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("state_before", sa.String(20), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("unit", sa.String(50)),
    sa.Column("body", Json, nullable=False),
    sa.Index("steps_case", "case_id", "seq"),
)
"""What was done to each case, with what was said: the case's own journal, never changed."""

refusals = sa.Table(
    "refusals",
    metadata,
    sa.Column("seq", BigId, primary_key=True),
    sa.Column("case_id", sa.String(36), nullable=False),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("code", sa.String(40), nullable=False),
    sa.Column("basis", sa.String(200), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("unit", sa.String(50)),
    sa.Column("about", sa.String(200)),
    sa.Index("refusals_case", "case_id", "seq"),
)
"""What was tried and refused, by which rule.

`about` is the address asked for where that is no action of the procedure; without a case,
`case_id` is empty.
"""

case_parts = sa.Table(
    "case_parts",
    metadata,
    sa.Column("case_id", sa.String(36), primary_key=True),
    sa.Column("unit", sa.String(50), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("asked", sa.Text),
    sa.Column("answer", sa.Text),
    sa.Column("due", sa.Date),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("accepted_at", UtcDateTime),
    sa.Column("answered_at", UtcDateTime),
    sa.Index("case_parts_unit", "unit", "case_id"),
    sa.Index("case_parts_unit_state", "unit", "kind", "state", "case_id"),
)
"""Units that have a part in a case beside its lead: co-handling, review, re-review, passed down."""
CO, PASSED, REVIEW, RE_REVIEW = "co", "passed", "review", "re_review"
"""Kinds of parts; a unit that passed a case down has nothing to answer, and sees it."""

case_accused = sa.Table(
    "case_accused",
    metadata,
    sa.Column("case_id", sa.String(36), primary_key=True),
    sa.Column("kind", sa.String(10), primary_key=True),
    sa.Column("who", sa.String(100), primary_key=True),
    sa.Index("case_accused_who", "who", "case_id"),
)
"""Units and accounts that a case accuses, or whose conflict of interest keeps them out."""

case_access = sa.Table(
    "case_access",
    metadata,
    sa.Column("case_id", sa.String(36), primary_key=True),
    sa.Column("account", sa.String(100), primary_key=True),
    sa.Column("granted_by", sa.String(100), nullable=False),
    sa.Column("granted_at", UtcDateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Index("case_access_account", "account", "case_id"),
)
"""The named people who may see a secret case (保密人)."""

access_told = sa.Table(
    "access_told",
    metadata,
    sa.Column("case_id", sa.String(36), primary_key=True),
    sa.Column("key_id", sa.String(20), nullable=False),
    sa.Column("entries", sa.Integer, nullable=False),
)
"""By which key other services were last told of a case's accused and readers, and of how many."""
