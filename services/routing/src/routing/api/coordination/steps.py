"""What the routes of coordination share: who may call, and the declaration of a step."""

from typing import Any

import marshmallow as ma

from routing.api.routes import READERS, api
from routing.domain.coordination import PARTNER, STEPS
from shared.web.api import Call, staff
from shared.web.fields import Body

BUREAU_AND_UNITS = READERS
WITH_PARTNERS = staff(*READERS.roles, *PARTNER)


def step(
    thing: str,
    name: str,
    path: str,
    *,
    body: type[Body] | None,
    answer: type[ma.Schema],
    begins: bool = False,
) -> Any:
    """A POST that takes a step of the table, by the roles that the table names."""
    return api.post(
        path,
        who=staff(*STEPS[thing, name].roles),
        body=body,
        answer=answer,
        status=201 if begins else 200,
        if_match=not begins,
    )


def acting(call: Call) -> dict[str, Any]:
    """The arguments of every use case that takes a step."""
    return {"by": call.principal, "clock": call.clock}


def telling(call: Call) -> dict[str, Any]:
    """The arguments of a use case that also tells cases of its step."""
    return acting(call) | {"body": call.body, "resources": call.resources}


def version(call: Call) -> int:
    """The version that If-Match names."""
    assert call.if_match is not None
    return call.if_match
