"""Who came near a person: the audit chain, for those who oversee."""

from typing import Any

from intake import use_cases
from intake.api.routes import api
from intake.schemas import audit as schemas
from shared.web.api import Call, staff

OVERSEERS = staff("auditor", "supervisor", "leader")


@api.post("/v1/audit/search", who=OVERSEERS, body=schemas.AuditIn, answer=schemas.AuditEntriesOut)
def search_audit(call: Call) -> dict[str, Any]:
    """Entries by person, petition, account, act and day, newest first; the reading is written
    down."""
    return use_cases.read_audit(
        call.session,
        asked=call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )
