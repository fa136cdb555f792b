"""Timed work of intake, one module a job."""

from intake.jobs import attachments

JOBS = (attachments.JOB,)
