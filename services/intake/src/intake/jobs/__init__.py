"""Timed work of intake's worker."""

from intake.jobs import adopting, retaining
from shared.service import Job

JOBS: tuple[Job, ...] = (adopting.JOB, retaining.JOB)
