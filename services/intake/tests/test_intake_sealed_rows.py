"""No sealed column is left out when keys are rotated."""

import sqlalchemy as sa

from intake import models
from intake.use_cases.sealed_rows import KEPT

NOT_SEALED = {
    "account_sessions.digest",
    "accusation_models.measured",
    "accusation_models.whole",
    "attachments.digest",
    "audit.previous",
    "audit.seal",
    "audit_branches.head_seal",
    "audit_branches.seal",
    "audit_head.head_seal",
    "audit_head.seal",
    "draft_files.digest",
    "drafts.token_digest",
    "fingerprints.digest",
    "letter_scans.digest",
    "open311_keys.digest",
    "open311_posts.digest",
    "petitions.query_code_digest",
    "phone_code_rates.key",
    "phone_codes.digest",
    "phone_codes.phone_index",
    "request_counts.caller",
    "stored_answers.digest",
    "stored_answers.sealed",
    "wechat_messages.digest",
}
"""Digests, seals and indexes that nothing is read from, numbers that were learnt, and answers that
are kept for a day under IDEMPOTENCY_SECRET."""


def test_whatever_is_sealed_is_rotated():
    sealed = {f"{kept.table.name}.{name}" for kept in KEPT for name in kept.names}
    binary = {
        f"{table.name}.{column.name}"
        for table in models.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.LargeBinary)
    }
    assert binary - sealed == NOT_SEALED
    assert sealed <= binary
