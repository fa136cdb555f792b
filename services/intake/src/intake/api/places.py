"""Places: those of the gazetteer by name."""

from typing import Any

from intake import use_cases
from intake.api.routes import api
from intake.schemas import places as schemas
from shared.web.api import ANYONE, Call


@api.get("/v1/places", who=ANYONE, query=schemas.PlacesQuery, answer=schemas.PlacesOut)
def places(call: Call) -> dict[str, Any]:
    """Places whose name begins so, for whoever says where a matter is."""
    return use_cases.places_named(call.session, name=call.query["name"])
