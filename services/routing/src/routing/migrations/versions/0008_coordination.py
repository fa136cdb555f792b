"""Coordination: meetings, tasks, instructions, charges, advice, receptions, referrals."""

import sqlalchemy as sa
from alembic import op

from shared.db import BigId, Json, UtcDateTime

revision = "0008"
down_revision = "0007"


def _thing(key: str) -> tuple[sa.Column, ...]:
    """The columns of everything that has a state and a version."""
    return (
        sa.Column("seq", BigId, primary_key=True),
        sa.Column(key, sa.String(36), nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("begun_by", sa.String(100), nullable=False),
        sa.Column("begun_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "meetings",
        *_thing("meeting_id"),
        sa.Column("secret", sa.Boolean, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("host", sa.String(100), nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("notice", sa.Text, nullable=False),
        sa.Column("hotspot_id", sa.String(100)),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.Column("minutes", sa.Text),
        sa.Column("minutes_by", sa.String(100)),
        sa.Column("document_id", sa.String(36)),
    )
    op.create_index("ix_meetings_hotspot_id", "meetings", ["hotspot_id"])
    op.create_table(
        "meeting_units",
        sa.Column("meeting_id", sa.String(36), primary_key=True),
        sa.Column("unit", sa.String(50), primary_key=True),
        sa.Column("attended", sa.Boolean),
    )
    op.create_index("ix_meeting_units_unit", "meeting_units", ["unit"])
    op.create_table(
        "meeting_cases",
        sa.Column("meeting_id", sa.String(36), primary_key=True),
        sa.Column("case_id", sa.String(36), primary_key=True),
    )
    op.create_index("ix_meeting_cases_case_id", "meeting_cases", ["case_id"])
    op.create_table(
        "tasks",
        *_thing("task_id"),
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
    )
    op.create_index("tasks_due", "tasks", ["open", "due_at", "task_id"])
    op.create_index("tasks_source", "tasks", ["source_id"])
    op.create_index("tasks_unit", "tasks", ["unit", "open", "due_at", "task_id"])
    op.create_table(
        "task_cases",
        sa.Column("task_id", sa.String(36), primary_key=True),
        sa.Column("case_id", sa.String(36), primary_key=True),
    )
    op.create_index("ix_task_cases_case_id", "task_cases", ["case_id"])
    op.create_table(
        "reply_drafts",
        *_thing("draft_id"),
        sa.Column("task_id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("petition_id", sa.String(36), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.UniqueConstraint("task_id", "petition_id", name="reply_drafts_once"),
    )
    op.create_index("reply_drafts_case", "reply_drafts", ["case_id", "seq"])
    op.create_index("reply_drafts_state", "reply_drafts", ["state", "seq"])
    op.create_table(
        "instructions",
        *_thing("instruction_id"),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("unit", sa.String(50), nullable=False),
        sa.Column("leader_title", sa.String(100), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("due_day", sa.Date),
        sa.Column("due_at", UtcDateTime),
        sa.Column("answer", sa.Text),
        sa.Column("answered_by", sa.String(100)),
    )
    op.create_index("instructions_case", "instructions", ["case_id", "seq"])
    op.create_index("instructions_unit", "instructions", ["unit", "state", "seq"])
    op.create_table(
        "charges",
        *_thing("charge_id"),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("leader_title", sa.String(100), nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("result", sa.Text),
    )
    op.create_index("charges_case", "charges", ["case_id", "seq"])
    op.create_table(
        "advice",
        *_thing("advice_id"),
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
    )
    op.create_index("advice_unit", "advice", ["to_unit", "seq"])
    op.create_table(
        "advice_cases",
        sa.Column("advice_id", sa.String(36), primary_key=True),
        sa.Column("case_id", sa.String(36), primary_key=True),
    )
    op.create_index("ix_advice_cases_case_id", "advice_cases", ["case_id"])
    op.create_table(
        "contacts",
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
    )
    op.create_index("contacts_case", "contacts", ["case_id", "seq"])
    op.create_table(
        "reception_days",
        *_thing("reception_id"),
        sa.Column("leader_title", sa.String(100), nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("slots", sa.Integer, nullable=False),
        sa.Column("booked", sa.Integer, nullable=False),
    )
    op.create_index("reception_days_start", "reception_days", ["starts_at", "reception_id"])
    op.create_table(
        "reception_bookings",
        *_thing("booking_id"),
        sa.Column("reception_id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("petition_id", sa.String(36)),
        sa.Column("result", sa.Text),
    )
    op.create_index("ix_reception_bookings_case_id", "reception_bookings", ["case_id"])
    op.create_index("reception_bookings_day", "reception_bookings", ["reception_id", "seq"])
    op.create_table(
        "referrals",
        *_thing("referral_id"),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("partner", sa.String(50), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("need", sa.Text, nullable=False),
        sa.Column("consent_by", sa.String(100)),
        sa.Column("consent_at", UtcDateTime),
        sa.Column("consent_how", sa.String(20)),
        sa.Column("result", sa.Text),
        sa.Column("note", sa.Text),
    )
    op.create_index("referrals_case", "referrals", ["case_id", "seq"])
    op.create_index("referrals_partner", "referrals", ["partner", "state", "seq"])
    op.create_table(
        "referral_visits",
        sa.Column("seq", BigId, primary_key=True),
        sa.Column("referral_id", sa.String(36), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
    )
    op.create_index("ix_referral_visits_referral_id", "referral_visits", ["referral_id"])
    op.create_table(
        "coordination_steps",
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
    )
    op.create_index("coordination_steps_thing", "coordination_steps", ["thing", "thing_id", "seq"])
    op.create_table(
        "waiting_notes",
        sa.Column("seq", BigId, primary_key=True),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("kind_name", sa.String(40), nullable=False),
        sa.Column("unit", sa.String(50)),
        sa.Column("due", sa.Date),
        sa.Column("at", UtcDateTime, nullable=False),
    )
