"""Channels: the ways by which petitions come in, and how many came by each."""

from typing import Any

from intake import use_cases
from intake.api.routes import READERS, api
from intake.schemas import channels as schemas
from shared.web.api import Call, staff

EVERYBODY = staff(*READERS.roles, "admin", "importer", channels=True)
COUNTERS = staff("supervisor", "leader", "auditor", "admin")


@api.get("/v1/channels", who=EVERYBODY, answer=schemas.ChannelsOut)
def channels(call: Call) -> dict[str, Any]:
    """The channels of this office, those that are closed too (T22 Arts.17, 18)."""
    return use_cases.list_channels(call.session)


@api.put(
    "/v1/channels/<code>", who=staff("admin"), body=schemas.ChannelIn, answer=schemas.ChannelOut
)
def put_channel(call: Call) -> dict[str, Any]:
    """Open a channel, or change one; what came in by it keeps its code for ever."""
    return use_cases.put_channel(
        call.session,
        code=call.path["code"],
        channel=call.body,
        by=call.principal,
        clock=call.clock,
    )


@api.get(
    "/v1/channels/counts",
    who=COUNTERS,
    query=schemas.CountsQuery,
    answer=schemas.ChannelCountsOut,
)
def count_channels(call: Call) -> dict[str, Any]:
    """How many petitions were registered by each channel in a period, and what they cost."""
    return use_cases.count_channels(
        call.session, since=call.query["since"], until=call.query["until"], by=call.principal
    )
