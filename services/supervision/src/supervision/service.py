"""The wiring of supervision."""

from shared.service import Service
from supervision import models, use_cases
from supervision.api import api
from supervision.events import events
from supervision.jobs import JOBS
from supervision.settings import Settings
from supervision.subscriptions import subscriptions

SERVICE = Service(
    name="supervision",
    package="supervision",
    doc="The timeline of every case, its lights, what is overdue, and petitions left lying.",
    settings=Settings,
    ground=models.ground,
    events=events,
    subscriptions=subscriptions,
    api=api,
    jobs=JOBS,
    projections=models.PROJECTIONS,
    gauges=use_cases.gauges,
)
