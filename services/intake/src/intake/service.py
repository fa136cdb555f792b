"""The wiring of intake."""

from intake import models, resources, use_cases
from intake.api import api
from intake.channels.mail import mail
from intake.events import events
from intake.jobs import JOBS
from intake.settings import Settings
from intake.subscriptions import subscriptions
from intake.tools import (
    conformance,
    gazetteer,
    open311_keys,
    rotate_keys,
    train,
    verify_audit,
)
from intake.tools.importing import command as bulk_import
from shared.service import Service

SERVICE = Service(
    name="intake",
    package="intake",
    doc="Petitions as received: one contract for every channel, receipts and progress.",
    settings=Settings,
    ground=models.ground,
    events=events,
    subscriptions=subscriptions,
    api=api,
    jobs=JOBS,
    projections=(
        models.progress,
        models.case_access,
        models.cases,
        models.marks.table,
        models.case_words,
        models.request_answers,
    ),
    resources=resources.build,
    gauges=use_cases.gauges,
    commands={
        "import": bulk_import.main,
        "open311-keys": open311_keys.main,
        "rotate-keys": rotate_keys.main,
        "verify-audit": verify_audit.main,
    },
    roles={"mail": mail},
    folders={"ATTACHMENTS_URL": "attachments"},
    tools={"conformance": conformance.main, "gazetteer": gazetteer.main, "train": train.main},
)
