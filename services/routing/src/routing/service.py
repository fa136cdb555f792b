"""The wiring of routing."""

from routing import models, resources, use_cases
from routing.api import api
from routing.events import events
from routing.settings import Settings
from routing.subscriptions import subscriptions
from shared.service import Service

SERVICE = Service(
    name="routing",
    package="routing",
    doc="The case: procedure, units, categories and all statutory clocks.",
    settings=Settings,
    ground=models.ground,
    events=events,
    subscriptions=subscriptions,
    api=api,
    resources=resources.build,
    gauges=use_cases.gauges,
)
