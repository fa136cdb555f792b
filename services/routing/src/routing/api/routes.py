"""The table of routing's HTTP interface, which the modules of this package fill."""

import re

from routing.use_cases.refusing import write_refusal
from shared.errors import Refused
from shared.web.api import Api, Call, Route, staff


def _write_down(route: Route, call: Call, refusal: Refused) -> None:
    path = call.path
    write_refusal(
        call.session,
        action=route.name,
        refusal=refusal,
        account=call.principal.sub,
        unit=call.principal.unit,
        at=call.clock.now(),
        case_id=path.get("case_id"),
        document_id=path.get("document_id"),
        about=_PARAMETER.sub(lambda name: str(path[name[1]]), route.path),
    )


api = Api("routing", on_refusal=_write_down)

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
READERS = staff(
    "registrar", "dispatcher", "handler", "unit_head", "supervisor", "reviewer",
    "leader", "auditor", "importer",
)  # fmt: skip
ANY_STAFF = staff(*READERS.roles, "admin")
