"""Removing stored bytes that no attachment points to."""

import logging

from intake import use_cases
from shared.service import App, Job

log = logging.getLogger(__name__)


def sweep_attachments(app: App) -> None:
    """Remove what uploads that were cut off, and attachments that were erased, left behind."""
    removed = use_cases.sweep(app.db, clock=app.clock, resources=app.resources)
    if removed:
        log.info("removed stored objects without an attachment", extra={"removed": removed})


JOB = Job("sweep_attachments", 6 * 3600, sweep_attachments)
