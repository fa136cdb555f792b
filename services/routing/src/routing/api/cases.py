"""Cases: read, guided, counted, and moved by the actions of the procedure."""

from typing import Any

from routing import use_cases
from routing.api.routes import READERS, api
from routing.domain.procedure import Action
from routing.resources import standard_procedure
from routing.schemas import cases as schemas
from routing.schemas.actions import body_of
from routing.use_cases import BULK_ACTIONS
from shared.auth import ROLES
from shared.web.api import Call, File, staff
from shared.web.fields import PageQuery
from shared.web.problems import load

_BULK_BODIES = {name: body_of(standard_procedure().actions[name]) for name in BULK_ACTIONS}


@api.get("/v1/cases", who=READERS, query=schemas.CasesQuery, answer=schemas.CasesOut)
def cases(call: Call) -> dict[str, Any]:
    """The cases one may see, newest first or by due time, by what the query names.

    A page of a search in titles looks at 5,000 cases and may hold fewer than there are; it goes on
    for as long as there is a `next_cursor`.
    """
    return use_cases.list_cases(
        call.session,
        query=call.query,
        by=call.principal,
        now=call.clock.now(),
        resources=call.resources,
    )


@api.get("/v1/cases/count", who=READERS, query=schemas.CountQuery, answer=schemas.CountOut)
def count_of_cases(call: Call) -> dict[str, Any]:
    """How many cases the list of the same filters holds."""
    return use_cases.count_cases(
        call.session,
        query=call.query,
        by=call.principal,
        now=call.clock.now(),
        resources=call.resources,
    )


@api.get("/v1/my-work", who=READERS, query=schemas.WorkQuery, answer=schemas.WorkOut)
def my_work(call: Call) -> dict[str, Any]:
    """What waits for the caller: the reasons with their counts, or the list of one by due time."""
    return use_cases.my_work(
        call.session, query=call.query, by=call.principal, resources=call.resources
    )


@api.file(
    "/v1/cases/export",
    who=READERS,
    query=schemas.ExportQuery,
    files=tuple(use_cases.MEDIA_TYPES.values()),
)
def export_cases(call: Call) -> File:
    """The list as CSV or XLSX, of up to 100,000 cases; it is written down who took it out."""
    kind = call.query["format"]
    body = use_cases.export(
        call.session,
        query=call.query,
        by=call.principal,
        now=call.clock.now(),
        resources=call.resources,
        db=call.app.db,
    )
    return File(body, use_cases.MEDIA_TYPES[kind], f"cases.{kind}")


@api.post("/v1/cases/bulk", who=staff(*ROLES), body=schemas.BulkIn, answer=schemas.BulkOut)
def act_on_many(call: Call) -> dict[str, Any]:
    """Take one action on up to 200 cases; each has its own outcome, in the request's order."""
    action = call.body["action"]
    return use_cases.act_on_many(
        call.session,
        action=action,
        body=load(_BULK_BODIES[action], call.body["body"]),
        items=call.body["items"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.get("/v1/cases/<case_id>", who=READERS, answer=schemas.CaseOut)
def case(call: Call) -> dict[str, Any]:
    """A case with its clocks and what the caller may do now; the ETag goes into If-Match."""
    return use_cases.case_for(
        call.session,
        case_id=call.path["case_id"],
        by=call.principal,
        now=call.clock.now(),
        resources=call.resources,
    )


@api.get("/v1/cases/<case_id>/guide", who=READERS, answer=schemas.GuideOut)
def guidance(call: Call) -> dict[str, Any]:
    """Where a case stands, what one may do now, by when, on what basis, with which document."""
    return use_cases.guide(
        call.session,
        case_id=call.path["case_id"],
        by=call.principal,
        now=call.clock.now(),
        resources=call.resources,
    )


@api.get("/v1/cases/<case_id>/steps", who=READERS, query=PageQuery, answer=schemas.StepsOut)
def steps(call: Call) -> dict[str, Any]:
    """What was done to a case, newest first."""
    return use_cases.steps(
        call.session,
        case_id=call.path["case_id"],
        query=call.query,
        by=call.principal,
        resources=call.resources,
    )


def _add(action: Action) -> None:
    @api.post(
        f"/v1/cases/<case_id>/{action.name}",
        who=staff(*ROLES),
        body=body_of(action),
        answer=schemas.CaseOut,
        if_match=True,
    )
    def act(call: Call) -> dict[str, Any]:
        assert call.if_match is not None
        return use_cases.act(
            call.session,
            action=action.name,
            case_id=call.path["case_id"],
            if_match=call.if_match,
            body=call.body,
            by=call.principal,
            clock=call.clock,
            resources=call.resources,
        )

    act.__name__ = action.name
    act.__doc__ = f"{action.title}（{action.basis}）."


for _action in standard_procedure().actions.values():
    if not _action.by_system:
        _add(_action)


@api.get(
    "/v1/counts",
    who=staff("supervisor", "leader", "auditor", "admin", "importer"),
    answer=schemas.CountsOut,
)
def counts(call: Call) -> dict[str, Any]:
    """How many cases and petitions there are."""
    return use_cases.count(call.session, by=call.principal)
