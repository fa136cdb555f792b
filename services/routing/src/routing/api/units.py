"""Units: the tree of offices that cases go to, and who is responsible for what."""

from typing import Any

from routing.api.routes import ANY_STAFF, api
from routing.domain.unit_cells import UNIT_CODE
from routing.schemas import units as schemas
from routing.use_cases import units as use_cases
from shared.clock import office_day
from shared.errors import Invalid, both, in_language
from shared.web.api import Call, staff
from shared.web.problems import language

ADMIN = staff("admin")


@api.put(
    "/v1/units/<code>",
    who=staff("admin", "importer"),
    body=schemas.UnitIn,
    answer=schemas.UnitOut,
)
def put_unit(call: Call) -> dict[str, Any]:
    """Create or replace a unit."""
    code = call.path["code"]
    if not UNIT_CODE.match(code):
        raise Invalid(
            {
                "code": both(
                    "应为2至50个小写字母、数字或连字符。", "Lower-case letters, digits, hyphens."
                )
            }
        )
    return use_cases.put_unit(call.session, code=code, unit=call.body)


@api.get("/v1/units", who=ANY_STAFF, query=schemas.UnitsQuery, answer=schemas.UnitsOut)
def units(call: Call) -> dict[str, Any]:
    """All units, or a page of them."""
    return use_cases.page_units(call.session, query=call.query)


@api.get("/v1/units/export", who=ADMIN, answer=schemas.ExportOut)
def export_units(call: Call) -> dict[str, Any]:
    """The organisation as a table."""
    return use_cases.export_units(call.session)


@api.post("/v1/units/import", who=ADMIN, body=schemas.ImportIn, answer=schemas.ImportOut)
def import_units(call: Call) -> dict[str, Any]:
    """Make the organisation what a table says, or tell what that would change."""
    return use_cases.import_units(
        call.session,
        text=call.body["csv"],
        dry_run=call.body["dry_run"],
        revision=call.body["revision"],
        now_day=office_day(call.clock.now()),
    )


@api.get("/v1/responsibilities/export", who=ADMIN, answer=schemas.ExportOut)
def export_responsibilities(call: Call) -> dict[str, Any]:
    """The responsibilities as a table."""
    return use_cases.export_responsibilities(call.session)


@api.post("/v1/responsibilities/import", who=ADMIN, body=schemas.ImportIn, answer=schemas.ImportOut)
def import_responsibilities(call: Call) -> dict[str, Any]:
    """Make the responsibilities what a table says, or tell what that would change."""
    return use_cases.import_responsibilities(
        call.session,
        text=call.body["csv"],
        dry_run=call.body["dry_run"],
        revision=call.body["revision"],
        now_day=office_day(call.clock.now()),
        categories=call.resources.rules.categories,
    )


@api.get(
    "/v1/responsible",
    who=ANY_STAFF,
    query=schemas.ResponsibleQuery,
    answer=schemas.ResponsibleOut,
)
def responsible(call: Call) -> dict[str, Any]:
    """Which units a matter may go to, best first, and why (T22 Arts.5, 22)."""
    found = use_cases.responsible(
        call.session,
        category=call.query["category"],
        area=call.query["area"],
        on=call.query["on"] or office_day(call.clock.now()),
    )
    names = use_cases.unit_names(call.session)
    return {
        "items": [
            {
                "unit": unit,
                "unit_name": names.get(unit, unit),
                "reason": in_language(reason, language()),
            }
            for unit, reason in found
        ]
    }
