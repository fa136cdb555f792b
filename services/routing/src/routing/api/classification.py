"""Categories, what a petition's words point to, and what is dispatched by rule."""

from typing import Any

from routing.api.routes import ANY_STAFF, api
from routing.schemas import classification as schemas
from routing.use_cases import classification
from shared.web.api import Call, staff
from shared.web.fields import PageQuery


@api.get("/v1/categories", who=ANY_STAFF, answer=schemas.CategoriesOut)
def categories(call: Call) -> dict[str, Any]:
    """All categories that are valid now, above before below."""
    return {"items": classification.list_categories(call.session, resources=call.resources)}


@api.get(
    "/v1/pre-dispatch",
    who=ANY_STAFF,
    query=PageQuery,
    answer=schemas.PreDispatchesOut,
)
def pre_dispatches(call: Call) -> dict[str, Any]:
    """Which categories go to their unit without a dispatcher."""
    return classification.list_pre_dispatch(call.session, query=call.query)


@api.put(
    "/v1/pre-dispatch/<category>",
    who=staff("admin", "leader"),
    body=schemas.PreDispatchIn,
    answer=schemas.PreDispatchOut,
)
def set_pre_dispatch(call: Call) -> dict[str, Any]:
    """Have cases of a category go to a unit by themselves from a confidence on, or no longer."""
    return classification.set_pre_dispatch(
        call.session,
        category=call.path["category"],
        rule=call.body,
        by=call.principal.sub,
        clock=call.clock,
        resources=call.resources,
    )


@api.get(
    "/v1/classifiers",
    who=staff("dispatcher", "supervisor", "leader", "auditor", "admin"),
    query=PageQuery,
    answer=schemas.ClassifiersOut,
)
def classifiers(call: Call) -> dict[str, Any]:
    """The trained classifiers, what was measured of each, and which is in use."""
    return classification.list_classifiers(call.session, query=call.query)
