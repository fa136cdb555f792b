"""Timed work of routing's worker."""

from routing.jobs import access, answers, coordination, documents, lapsing, pre_dispatch, recompute
from shared.service import Job

JOBS: tuple[Job, ...] = (
    pre_dispatch.JOB,
    lapsing.JOB,
    recompute.JOB,
    answers.JOB,
    documents.JOB,
    access.JOB,
    *coordination.JOBS,
)
