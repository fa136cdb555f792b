"""What stands before the routes of the public: a count of how often they are asked."""

from intake import use_cases
from shared.errors import Refused
from shared.web.api import Arrival, Door


def counted_as(kind: str) -> Door:
    """A door that counts requests of a kind (`domain.rates.KINDS`) and refuses too many."""

    def door(arrival: Arrival) -> None:
        app = arrival.app
        try:
            use_cases.count_in(
                app.db,
                kind=kind,
                address=arrival.address,
                by=arrival.principal,
                clock=app.clock,
                resources=app.resources,
            )
        except Refused:
            app.metrics.limited(kind)
            raise

    return door
