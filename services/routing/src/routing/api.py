"""HTTP interface of routing."""

import re
from typing import Any

from routing import schemas, use_cases
from routing.domain.procedure import ACTIONS
from shared.errors import Invalid, both
from shared.web.api import Api, Call, staff

api = Api("routing")

READERS = staff(
    "registrar", "dispatcher", "handler", "unit_head", "supervisor", "reviewer",
    "leader", "auditor", "importer",
)  # fmt: skip
ANY_STAFF = staff(*READERS.roles, "admin")
_UNIT_CODE = re.compile(r"[a-z][a-z0-9_-]{1,49}\Z")


@api.get("/v1/cases", who=READERS, query=schemas.CasesQuery, answer=schemas.CasesOut)
def cases(call: Call) -> dict[str, Any]:
    """The cases one may see, newest first, by state, unit, category, due time or petition."""
    return use_cases.list_cases(
        call.session, query=call.query, by=call.principal, resources=call.resources
    )


@api.get("/v1/cases/<case_id>", who=READERS, answer=schemas.CaseOut)
def case(call: Call) -> dict[str, Any]:
    """A case with its clocks and what the caller may do now; the ETag goes into If-Match."""
    return use_cases.case_for(
        call.session,
        case_id=call.path["case_id"],
        by=call.principal,
        resources=call.resources,
    )


def _act(call: Call, action: str) -> dict[str, Any]:
    assert call.if_match is not None
    return use_cases.act(
        call.session,
        action=action,
        case_id=call.path["case_id"],
        if_match=call.if_match,
        body=call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


def _action(name: str, body: type[schemas.ActionIn]) -> Any:
    return api.post(
        f"/v1/cases/<case_id>/{name}",
        who=staff(*ACTIONS[name].roles),
        body=body,
        answer=schemas.CaseOut,
        if_match=True,
    )


@_action("forward", schemas.ForwardIn)
def forward(call: Call) -> dict[str, Any]:
    """转送: pass the case to the unit in power (T22 Art.22(一)(二))."""
    return _act(call, "forward")


@_action("assign", schemas.AssignIn)
def assign(call: Call) -> dict[str, Any]:
    """交办: pass an important case on with a date to report back by (T22 Art.22(三))."""
    return _act(call, "assign")


@_action("accept", schemas.ActionIn)
def accept(call: Call) -> dict[str, Any]:
    """受理: the unit accepts; 60 days run from now (T22 Arts.23, 34)."""
    return _act(call, "accept")


@_action("reply", schemas.ReplyIn)
def reply(call: Call) -> dict[str, Any]:
    """答复: issue the opinion (T22 Art.32)."""
    return _act(call, "reply")


@_action("serve", schemas.ServeIn)
def serve(call: Call) -> dict[str, Any]:
    """送达: the opinion reached the petitioner (T22 Art.35)."""
    return _act(call, "serve")


@_action("close", schemas.CloseIn)
def close(call: Call) -> dict[str, Any]:
    """结案: end the case, with the reason (T22 Arts.32-34)."""
    return _act(call, "close")


@api.put(
    "/v1/units/<code>",
    who=staff("admin", "importer"),
    body=schemas.UnitIn,
    answer=schemas.UnitOut,
)
def put_unit(call: Call) -> dict[str, Any]:
    """Create or replace a unit."""
    code = call.path["code"]
    if not _UNIT_CODE.match(code):
        raise Invalid(
            {
                "code": both(
                    "应为2至50个小写字母、数字或连字符。", "Lower-case letters, digits, hyphens."
                )
            }
        )
    return use_cases.put_unit(call.session, code=code, unit=call.body)


@api.get("/v1/units", who=ANY_STAFF, answer=schemas.UnitsOut)
def units(call: Call) -> dict[str, Any]:
    """All units."""
    return {"items": use_cases.list_units(call.session)}


@api.get("/v1/categories", who=ANY_STAFF, answer=schemas.CategoriesOut)
def categories(call: Call) -> dict[str, Any]:
    """All categories."""
    return {"items": list(call.resources.rules.categories.values())}


@api.get(
    "/v1/counts",
    who=staff("supervisor", "leader", "auditor", "admin", "importer"),
    answer=schemas.CountsOut,
)
def counts(call: Call) -> dict[str, Any]:
    """How many cases and petitions there are."""
    return use_cases.count(call.session, by=call.principal)
