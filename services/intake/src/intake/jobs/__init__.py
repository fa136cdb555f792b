"""Timed work of intake, a module for each part."""

from intake.jobs import (
    adopting,
    attachments,
    branching,
    comparing,
    desks,
    letters,
    notices,
    portal,
    retaining,
    wechat,
)
from shared.service import Job

JOBS: tuple[Job, ...] = (
    Job("send_notices", 1, notices.send),
    Job("forget_unsent_codes", 3600, notices.forget_codes),
    Job("compare", 1, comparing.compare),
    Job("sweep_uncompared", 3_600, comparing.sweep),
    adopting.JOB,
    branching.JOB,
    retaining.JOB,
    attachments.JOB,
    portal.JOB,
    desks.JOB,
    letters.READING,
    letters.RETENTION,
    wechat.FETCH,
    wechat.FORGET,
)
