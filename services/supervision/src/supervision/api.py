"""HTTP interface of supervision."""

import datetime as dt
from typing import Any

from shared.access import UNIT_ROLES
from shared.auth import BUREAU_ROLES
from shared.web.api import Api, Call, staff
from supervision import schemas, use_cases

api = Api("supervision")

BUREAU = staff(*sorted(BUREAU_ROLES))
EVERYONE = staff(*sorted(BUREAU_ROLES), *UNIT_ROLES)


@api.get("/v1/cases/<case_id>/timeline", who=EVERYONE, answer=schemas.TimelineOut)
def timeline(call: Call) -> dict[str, Any]:
    """A case's clocks with their lights and everything that happened to it, oldest first."""
    return use_cases.timeline(
        call.session,
        case_id=call.path["case_id"],
        principal=call.principal,
        now=call.clock.now(),
        yellow=dt.timedelta(days=call.app.settings.yellow_days),
    )


@api.get("/v1/overdue", who=EVERYONE, query=schemas.OverdueQuery, answer=schemas.OverduePage)
def overdue(call: Call) -> dict[str, Any]:
    """Running duties whose last day is over, longest overdue first (T22 Art.40)."""
    return use_cases.overdue(
        call.session, principal=call.principal, now=call.clock.now(), query=call.query
    )


@api.get("/v1/overdue/units", who=EVERYONE, answer=schemas.OverdueUnitsOut)
def overdue_by_unit(call: Call) -> dict[str, Any]:
    """How many of those each unit has, the unit of the longest overdue first."""
    return use_cases.overdue_by_unit(call.session, principal=call.principal, now=call.clock.now())


@api.get("/v1/alarms", who=BUREAU, query=schemas.AlarmQuery, answer=schemas.AlarmPage)
def alarms(call: Call) -> dict[str, Any]:
    """Registered petitions that no case was opened for in time, oldest alarm first."""
    return use_cases.standing_alarms(
        call.session, principal=call.principal, now=call.clock.now(), query=call.query
    )


@api.get("/v1/counts", who=EVERYONE, answer=schemas.CountsOut)
def counts(call: Call) -> dict[str, Any]:
    """How many petitions, cases and timeline entries there are."""
    return use_cases.counts(call.session, principal=call.principal)
