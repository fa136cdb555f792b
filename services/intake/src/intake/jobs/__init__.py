"""Timed work of intake's worker."""

from intake.jobs import adopting
from shared.service import Job

JOBS: tuple[Job, ...] = (adopting.JOB,)
