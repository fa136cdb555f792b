"""The wiring of satisfaction."""

from satisfaction import models, resources
from satisfaction.api import api
from satisfaction.events import events
from satisfaction.settings import Settings
from satisfaction.subscriptions import subscriptions
from shared.service import Service

SERVICE = Service(
    name="satisfaction",
    package="satisfaction",
    doc="Evaluations of the petition office and of the handling unit, by the petitioner.",
    settings=Settings,
    ground=models.ground,
    events=events,
    subscriptions=subscriptions,
    api=api,
    projections=models.PROJECTIONS,
    resources=resources.build,
)
