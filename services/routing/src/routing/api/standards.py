"""Standards: an edition is tried before it is put into the office's folder."""

from typing import Any

from routing.api.routes import api
from routing.schemas import standards as schemas
from routing.use_cases.trying_standards import try_standards
from shared.web.api import Call, staff

_LARGEST = 2_000_000


@api.post(
    "/v1/standards/check",
    who=staff("admin"),
    body=schemas.EditionIn,
    answer=schemas.TrialOut,
    largest=_LARGEST,
)
def check_standards(call: Call) -> dict[str, Any]:
    """Whether files of standards would load, each error, what they would change; nothing is kept.

    `files` are texts by their names in STANDARDS_DIR, up to 100 and 2 MB in all; what is not sent
    is as the office has it.
    """
    return try_standards(call.session, files=call.body["files"], resources=call.resources)
