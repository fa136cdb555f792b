"""Tables of coordination: meetings, tasks, instructions, charges, advice, receptions, referrals."""

import sqlalchemy as sa

from routing.models.ground import metadata
from shared.db import BigId, Json, UtcDateTime


def _thing(name: str, *columns: sa.schema.SchemaItem, table: str) -> sa.Table:
    """A table of things that have an id, a state, a version, and were begun by somebody."""
    return sa.Table(
        table,
        metadata,
        sa.Column("seq", BigId, primary_key=True),
        sa.Column(f"{name}_id", sa.String(36), nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("begun_by", sa.String(100), nullable=False),
        sa.Column("begun_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        *columns,
    )


def _cases_of(name: str, *, table: str) -> sa.Table:
    return sa.Table(
        table,
        metadata,
        sa.Column(f"{name}_id", sa.String(36), primary_key=True),
        sa.Column("case_id", sa.String(36), primary_key=True, index=True),
    )


meetings = _thing(
    "meeting",
    sa.Column("secret", sa.Boolean, nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("place", sa.String(200), nullable=False),
    sa.Column("host", sa.String(100), nullable=False),
    sa.Column("starts_at", UtcDateTime, nullable=False),
    sa.Column("notice", sa.Text, nullable=False),
    sa.Column("hotspot_id", sa.String(100), index=True),
    sa.Column("cases", sa.Integer, nullable=False),
    sa.Column("minutes", sa.Text),
    sa.Column("minutes_by", sa.String(100)),
    sa.Column("document_id", sa.String(36)),
    sa.Column("notice_id", sa.String(36)),
    table="meetings",
)
meeting_units = sa.Table(
    "meeting_units",
    metadata,
    sa.Column("meeting_id", sa.String(36), primary_key=True),
    sa.Column("unit", sa.String(50), primary_key=True, index=True),
    sa.Column("attended", sa.Boolean),
)
meeting_cases = _cases_of("meeting", table="meeting_cases")

tasks = _thing(
    "task",
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Column("secret", sa.Boolean, nullable=False),
    sa.Column("unit", sa.String(50), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("due_day", sa.Date, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("source", sa.String(20), nullable=False),
    sa.Column("source_id", sa.String(36)),
    sa.Column("cases", sa.Integer, nullable=False),
    sa.Column("result", sa.Text),
    sa.Column("reported_by", sa.String(100)),
    sa.Column("reported_at", UtcDateTime),
    sa.Column("return_reason", sa.Text),
    sa.Column("overdue_told", sa.Boolean, nullable=False),
    sa.Index("tasks_unit", "unit", "open", "due_at", "task_id"),
    sa.Index("tasks_due", "open", "due_at", "task_id"),
    sa.Index("tasks_source", "source_id"),
    table="tasks",
)
task_cases = _cases_of("task", table="task_cases")

reply_drafts = _thing(
    "draft",
    sa.Column("task_id", sa.String(36), nullable=False),
    sa.Column("case_id", sa.String(36), nullable=False),
    sa.Column("petition_id", sa.String(36), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.UniqueConstraint("task_id", "petition_id", name="reply_drafts_once"),
    sa.Index("reply_drafts_case", "case_id", "seq"),
    sa.Index("reply_drafts_state", "state", "seq"),
    table="reply_drafts",
)

instructions = _thing(
    "instruction",
    sa.Column("case_id", sa.String(36), nullable=False),
    sa.Column("unit", sa.String(50), nullable=False),
    sa.Column("leader_title", sa.String(100), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("due_day", sa.Date),
    sa.Column("due_at", UtcDateTime),
    sa.Column("answer", sa.Text),
    sa.Column("answered_by", sa.String(100)),
    sa.Index("instructions_case", "case_id", "seq"),
    sa.Index("instructions_unit", "unit", "state", "seq"),
    table="instructions",
)
charges = _thing(
    "charge",
    sa.Column("case_id", sa.String(36), nullable=False),
    sa.Column("leader_title", sa.String(100), nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("result", sa.Text),
    sa.Index("charges_case", "case_id", "seq"),
    table="charges",
)

advice = _thing(
    "advice",
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("secret", sa.Boolean, nullable=False),
    sa.Column("to_unit", sa.String(50), nullable=False),
    sa.Column("about_unit", sa.String(50)),
    sa.Column("ground", sa.String(20)),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Column("suggestion", sa.Text, nullable=False),
    sa.Column("due_day", sa.Date),
    sa.Column("cases", sa.Integer, nullable=False),
    sa.Column("adopted", sa.String(20)),
    sa.Column("feedback", sa.Text),
    sa.Column("fed_back_at", UtcDateTime),
    sa.Index("advice_unit", "to_unit", "seq"),
    table="advice",
)
advice_cases = _cases_of("advice", table="advice_cases")

contacts = sa.Table(
    "contacts",
    metadata,
    sa.Column("seq", BigId, primary_key=True),
    sa.Column("contact_id", sa.String(36), nullable=False, unique=True),
    sa.Column("case_id", sa.String(36), nullable=False),
    sa.Column("petition_id", sa.String(36)),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("how", sa.String(20), nullable=False),
    sa.Column("reached", sa.Boolean, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("unit", sa.String(50)),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Index("contacts_case", "case_id", "seq"),
)
"""When a petitioner was contacted, how and by whom; never changed."""

reception_days = _thing(
    "reception",
    sa.Column("leader_title", sa.String(100), nullable=False),
    sa.Column("starts_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.Column("place", sa.String(200), nullable=False),
    sa.Column("public", sa.Boolean, nullable=False),
    sa.Column("slots", sa.Integer, nullable=False),
    sa.Column("booked", sa.Integer, nullable=False),
    sa.Index("reception_days_start", "starts_at", "reception_id"),
    table="reception_days",
)
reception_bookings = _thing(
    "booking",
    sa.Column("reception_id", sa.String(36), nullable=False),
    sa.Column("case_id", sa.String(36), nullable=False, index=True),
    sa.Column("petition_id", sa.String(36)),
    sa.Column("result", sa.Text),
    sa.Index("reception_bookings_day", "reception_id", "seq"),
    table="reception_bookings",
)

referrals = _thing(
    "referral",
    sa.Column("case_id", sa.String(36), nullable=False),
    sa.Column("partner", sa.String(50), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("need", sa.Text, nullable=False),
    sa.Column("consent_by", sa.String(100)),
    sa.Column("consent_at", UtcDateTime),
    sa.Column("consent_how", sa.String(20)),
    sa.Column("result", sa.Text),
    sa.Column("note", sa.Text),
    sa.Index("referrals_case", "case_id", "seq"),
    sa.Index("referrals_partner", "partner", "state", "seq"),
    table="referrals",
)
referral_visits = sa.Table(
    "referral_visits",
    metadata,
    sa.Column("seq", BigId, primary_key=True),
    sa.Column("referral_id", sa.String(36), nullable=False, index=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("how", sa.String(20), nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
)

coordination_steps = sa.Table(
    "coordination_steps",
    metadata,
    sa.Column("seq", BigId, primary_key=True),
    sa.Column("thing", sa.String(20), nullable=False),
    sa.Column("thing_id", sa.String(36), nullable=False),
    sa.Column("step", sa.String(20), nullable=False),
    sa.Column("state_before", sa.String(20)),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("unit", sa.String(50)),
    sa.Column("said", Json, nullable=False),
    sa.Index("coordination_steps_thing", "thing", "thing_id", "seq"),
)
"""Who took which step when, and what was said with it: the journal, never changed."""

waiting_notes = sa.Table(
    "waiting_notes",
    metadata,
    sa.Column("seq", BigId, primary_key=True),
    sa.Column("case_id", sa.String(36), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("kind_name", sa.String(40), nullable=False),
    sa.Column("unit", sa.String(50)),
    sa.Column("due", sa.Date),
    sa.Column("at", UtcDateTime, nullable=False),
)
"""What is still to be told of cases: a meeting on thousands locks them a few hundred at a time."""
