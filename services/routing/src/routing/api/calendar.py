"""The calendar of working days."""

from typing import Any

from routing.api.routes import ANY_STAFF, api
from routing.schemas import calendar as schemas
from routing.use_cases import calendar as use_cases
from shared.web.api import Call, staff


@api.put(
    "/v1/calendar/<int:year>",
    who=staff("admin"),
    body=schemas.NoticeIn,
    answer=schemas.ImportedOut,
)
def put_calendar(call: Call) -> dict[str, Any]:
    """Import a year's notice of holidays, whole or not at all; `dry_run` says what it would move.

    The clocks of open cases are counted again in the background (TCC 203).
    """
    return use_cases.put_notice(
        call.session,
        year=call.path["year"],
        body=call.body,
        by=call.principal.sub,
        now=call.clock.now(),
    )


@api.get("/v1/calendar/<int:year>", who=ANY_STAFF, answer=schemas.YearDaysOut)
def calendar_year(call: Call) -> dict[str, Any]:
    """A year's days that differ from Monday to Friday, whether published, and from which source."""
    return use_cases.calendar_year(call.session, year=call.path["year"])


@api.get("/v1/calendar", who=ANY_STAFF, answer=schemas.YearsOut)
def calendar_years(call: Call) -> dict[str, Any]:
    """The years about now and all that were imported, the newest first."""
    return {"items": use_cases.list_years(call.session, now=call.clock.now())}
