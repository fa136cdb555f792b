"""The handbook 手册, which every guide links to."""

from routing.api.routes import api
from routing.schemas.handbook import HandbookQuery
from routing.use_cases import handbook as use_cases
from shared.auth import ROLES
from shared.web.api import Call, File, staff


@api.file("/v1/handbook", who=staff(*ROLES), query=HandbookQuery, files=("text/html",))
def handbook(call: Call) -> File:
    """The handbook as one page: what to do, who, by when, on what basis, and how not to.

    Its sections are `#state-<code>`, `#action-<name>`, `#post-<code>`, `#clock-<id>`,
    `#document-<kind>`, `#guard-<name>` and `#parameter-<name>`.
    """
    name, page = use_cases.handbook(
        call.session,
        edition=call.query.get("edition"),
        by=call.principal,
        resources=call.resources,
    )
    return File(page.encode(), "text/html; charset=utf-8", name)
