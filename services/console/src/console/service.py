"""The wiring of the console."""

from console import models, pages
from console.api import api
from console.events import events
from console.resources import build
from console.settings import Settings
from console.subscriptions import subscriptions
from console.tools import assets, translations
from shared.service import Service

SERVICE = Service(
    name="console",
    package="console",
    doc="Pages for staff and citizens: sessions and names of staff, and nothing else of its own.",
    settings=Settings,
    ground=models.ground,
    events=events,
    subscriptions=subscriptions,
    api=api,
    resources=build,
    pages=pages.register,
    tools={"assets": assets.run, "translations": translations.run},
)
