"""The wiring of routing."""

from routing import jobs, models, resources, use_cases
from routing.api import api
from routing.events import events
from routing.settings import Settings
from routing.subscriptions import subscriptions
from routing.tools import calendar, categories, handbook, organisation, train
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
    jobs=jobs.JOBS,
    resources=resources.build,
    gauges=use_cases.gauges,
    tools={
        "calendar": calendar.main,
        "categories": categories.main,
        "handbook": handbook.main,
        "organisation": organisation.main,
        "train": train.main,
    },
)
