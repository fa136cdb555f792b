"""Notices: what petitioners are told, how far it has come, and what did not go."""

from typing import Any

from intake.api.routes import READERS, api
from intake.schemas import notices as schemas
from intake.use_cases.notices import reading
from shared.web.api import Call, staff

SENDERS = staff("registrar", "dispatcher", "handler", "unit_head", "supervisor")


@api.get(
    "/v1/petitions/<petition_id>/notices", who=READERS, answer=schemas.NoticesOut, audited=True
)
def notices(call: Call) -> dict[str, Any]:
    """What the petitioner was told, and how far each notice has come; the look is written down."""
    return reading.notices_of(
        call.session,
        petition_id=call.path["petition_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/petitions/<petition_id>/notices/<notice_id>/retry",
    who=SENDERS,
    answer=schemas.NoticeOut,
)
def retry_notice(call: Call) -> dict[str, Any]:
    """Send a notice again that failed, is dead or had no sender, under the key it had."""
    return reading.retry(
        call.session,
        petition_id=call.path["petition_id"],
        notice_id=call.path["notice_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )
