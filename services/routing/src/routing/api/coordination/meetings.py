"""Coordination meetings 协调会: called, held, minuted."""

from typing import Any

from routing.api.coordination.steps import BUREAU_AND_UNITS, acting, step, telling, version
from routing.api.routes import api
from routing.domain.coordination import OFFICE
from routing.schemas.coordination import meetings as schemas
from routing.schemas.coordination.common import CoordinationReasonIn, LinkedCasesOut
from routing.schemas.documents import DocumentOut
from routing.use_cases.coordination import meetings as use_cases
from routing.use_cases.coordination import papers as paper_use_cases
from shared.web.api import Call, staff
from shared.web.fields import PageQuery

_ONE = "/v1/meetings/<meeting_id>"


@step("meeting", "call", "/v1/meetings", body=schemas.MeetingIn, answer=schemas.MeetingOut,
      begins=True)  # fmt: skip
def call_meeting(call: Call) -> dict[str, Any]:
    """Call a meeting on cases or on a hotspot; no case may accuse a unit that attends."""
    return use_cases.call_meeting(call.session, **telling(call))


@api.get(
    "/v1/meetings", who=BUREAU_AND_UNITS, query=schemas.MeetingsQuery, answer=schemas.MeetingsOut
)
def meetings(call: Call) -> dict[str, Any]:
    """The meetings one may know of, newest first: the bureau's, or those one's unit attends."""
    return use_cases.list_meetings(call.session, query=call.query, by=call.principal)


@api.get(_ONE, who=BUREAU_AND_UNITS, answer=schemas.MeetingOut)
def meeting(call: Call) -> dict[str, Any]:
    """A meeting with its units, minutes and journal."""
    return use_cases.meeting_for(
        call.session, meeting_id=call.path["meeting_id"], by=call.principal
    )


@api.get(f"{_ONE}/cases", who=BUREAU_AND_UNITS, query=PageQuery, answer=LinkedCasesOut)
def meeting_cases(call: Call) -> dict[str, Any]:
    """The cases of a meeting, title only."""
    return use_cases.list_meeting_cases(
        call.session, meeting_id=call.path["meeting_id"], query=call.query, by=call.principal
    )


@step("meeting", "add_cases", f"{_ONE}/cases", body=schemas.MeetingCasesIn,
      answer=schemas.MeetingOut)  # fmt: skip
def add_meeting_cases(call: Call) -> dict[str, Any]:
    """Put more cases on a meeting that has not been held."""
    return use_cases.add_cases(
        call.session,
        meeting_id=call.path["meeting_id"],
        if_match=version(call),
        **telling(call),
    )


def _move(call: Call, name: str) -> dict[str, Any]:
    return use_cases.move_meeting(
        call.session,
        name=name,
        meeting_id=call.path["meeting_id"],
        if_match=version(call),
        **telling(call),
    )


@step("meeting", "hold", f"{_ONE}/hold", body=schemas.MeetingHeldIn, answer=schemas.MeetingOut)
def hold_meeting(call: Call) -> dict[str, Any]:
    """Write down that a meeting was held, and which units came."""
    return _move(call, "hold")


@step("meeting", "minute", f"{_ONE}/minutes", body=schemas.MinutesIn, answer=schemas.MeetingOut)
def minute_meeting(call: Call) -> dict[str, Any]:
    """Draft the minutes 会议纪要, or draft them anew (GB/T 9704 10.3)."""
    return _move(call, "minute")


@step("meeting", "approve", f"{_ONE}/approve", body=schemas.ApproveMinutesIn,
      answer=schemas.MeetingOut)  # fmt: skip
def approve_minutes(call: Call) -> dict[str, Any]:
    """Approve the minutes; not by who wrote them."""
    return _move(call, "approve")


@api.post(
    f"{_ONE}/papers",
    who=staff(*OFFICE),
    body=schemas.MeetingPaperIn,
    answer=DocumentOut,
    status=201,
)
def draw_up_meeting_paper(call: Call) -> dict[str, Any]:
    """Draw up the notice or the minutes of a meeting from what it knows; once is enough."""
    return paper_use_cases.draw_up(
        call.session, meeting_id=call.path["meeting_id"], resources=call.resources,
        **call.body, **acting(call),
    )  # fmt: skip


@step("meeting", "cancel", f"{_ONE}/cancel", body=CoordinationReasonIn, answer=schemas.MeetingOut)
def cancel_meeting(call: Call) -> dict[str, Any]:
    """Call a meeting off, with the reason."""
    return _move(call, "cancel")
