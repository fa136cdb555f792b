"""The wiring of intake."""

from intake import models, resources
from intake.api import api
from intake.events import events
from intake.settings import Settings
from intake.subscriptions import subscriptions
from intake.tools import conformance, open311_keys
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
    projections=(
        models.progress,
        models.case_access,
        models.cases,
        models.marks.table,
        models.case_words,
    ),
    resources=resources.build,
    commands={"import": bulk_import.main, "open311-keys": open311_keys.main},
    tools={"conformance": conformance.main},
)
