"""HTTP interface of sync-municipal."""

from typing import Any

from shared.auth import BUREAU_ROLES
from shared.web.api import Api, Call, staff
from shared.web.fields import PageQuery
from sync_municipal.schemas import Counts, Exchange, Exchanges, ExchangesQuery
from sync_municipal.use_cases import pushing, reading

api = Api("sync-municipal")


@api.get(
    "/v1/cases/<case_id>/exchanges",
    who=staff("supervisor", "dispatcher", "leader", "auditor", "admin", "importer"),
    query=PageQuery,
    answer=Exchanges,
)
def list_exchanges(call: Call) -> dict[str, Any]:
    """What the city was told of a case and what it answered, newest first."""
    return reading.exchanges_of(
        call.session, case_id=call.path["case_id"], principal=call.principal, query=call.query
    )


@api.get("/v1/exchanges", who=staff("admin"), query=ExchangesQuery, answer=Exchanges)
def list_all_exchanges(call: Call) -> dict[str, Any]:
    """The exchanges of all cases that stand so, newest first: what the city refused, what waits."""
    return reading.exchanges_that_are(
        call.session, status=call.query["status"], principal=call.principal, query=call.query
    )


@api.post("/v1/exchanges/<int:exchange_id>/retry", who=staff("admin"), answer=Exchange)
def retry_exchange(call: Call) -> dict[str, Any]:
    """Push an exchange again that the city refused, or at once one that waits."""
    row = pushing.retry(
        call.session,
        exchange_id=call.path["exchange_id"],
        principal=call.principal,
        now=call.clock.now(),
    )
    return reading.shown(row)


@api.get("/v1/counts", who=staff(*sorted(BUREAU_ROLES)), answer=Counts)
def count(call: Call) -> dict[str, Any]:
    """Petitions and cases known, exchanges by status, cases the city has up to date."""
    return reading.counts(call.session, principal=call.principal)
