"""The wiring of sync-municipal."""

from shared.service import Companion, Service
from sync_municipal import city_simulator, models
from sync_municipal.api import api
from sync_municipal.events import events
from sync_municipal.push import push
from sync_municipal.settings import Settings
from sync_municipal.subscriptions import subscriptions
from sync_municipal.use_cases import reading, retelling

SERVICE = Service(
    name="sync-municipal",
    package="sync_municipal",
    doc="The exchange ledger with the city's system: what it is told, and what it answered.",
    settings=Settings,
    ground=models.ground,
    events=events,
    subscriptions=subscriptions,
    api=api,
    projections=(models.cases, models.marks.table, models.case_petitions),
    gauges=reading.gauges,
    after_restore=retelling.retell,
    roles={"push": push},
    tools={"city-simulator": city_simulator.main},
    companions=(
        Companion(
            tool="city-simulator",
            arguments=("--port", "0", "--data", "{var}/city.sqlite", "--with-parent"),
            url_setting="CITY_URL",
        ),
    ),
)
