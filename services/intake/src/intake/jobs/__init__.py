"""Timed work of intake, a module for each part."""

from intake.jobs import adopting, notices, retaining
from shared.service import Job

JOBS: tuple[Job, ...] = (
    Job("send_notices", 1, notices.send),
    Job("forget_unsent_codes", 3600, notices.forget_codes),
    adopting.JOB,
    retaining.JOB,
)
