"""Reception days 接访日: planned, shown to petitioners, booked by case, written up."""

from typing import Any

from routing.api.coordination.steps import BUREAU_AND_UNITS, acting, step, telling, version
from routing.api.routes import api
from routing.schemas.coordination import leaders as schemas
from routing.schemas.coordination.common import CoordinationReasonIn
from routing.use_cases.coordination import reception as use_cases
from shared.web.api import ANYONE, Call
from shared.web.fields import PageQuery

_DAY = "/v1/reception-days/<reception_id>"
_BOOKING = "/v1/reception-bookings/<booking_id>"


@step("reception", "plan", "/v1/reception-days", body=schemas.ReceptionIn,
      answer=schemas.ReceptionOut, begins=True)  # fmt: skip
def plan_reception(call: Call) -> dict[str, Any]:
    """Plan a day on which a leader receives visitors (T22 Art.18(2))."""
    return use_cases.plan_reception(call.session, body=call.body, **acting(call))


@api.get(
    "/v1/reception-days",
    who=BUREAU_AND_UNITS,
    query=schemas.ReceptionsQuery,
    answer=schemas.ReceptionsOut,
)
def reception_days(call: Call) -> dict[str, Any]:
    """The reception days by their beginning."""
    return use_cases.list_receptions(call.session, query=call.query, by=call.principal)


@api.get(_DAY, who=BUREAU_AND_UNITS, answer=schemas.ReceptionOut)
def reception_day(call: Call) -> dict[str, Any]:
    """A reception day with its journal."""
    return use_cases.reception_for(
        call.session, reception_id=call.path["reception_id"], by=call.principal
    )


@api.get(
    "/v1/public/reception-days",
    who=ANYONE,
    query=PageQuery,
    answer=schemas.PublicReceptionsOut,
)
def public_reception_days(call: Call) -> dict[str, Any]:
    """The public reception days to come: when, where, the leader's title (T22 Art.18)."""
    return use_cases.list_public_receptions(call.session, query=call.query, clock=call.clock)


@step("reception", "cancel", f"{_DAY}/cancel", body=CoordinationReasonIn,
      answer=schemas.ReceptionOut)  # fmt: skip
def cancel_reception(call: Call) -> dict[str, Any]:
    """Call a reception day off, and with it what was booked."""
    return use_cases.cancel_reception(
        call.session,
        reception_id=call.path["reception_id"],
        if_match=version(call),
        **telling(call),
    )


@step("reception", "book", f"{_DAY}/bookings", body=schemas.BookingIn,
      answer=schemas.ReceptionOut)  # fmt: skip
def book_reception(call: Call) -> dict[str, Any]:
    """Book a case, or a petition's case, for a reception day."""
    return use_cases.book(
        call.session,
        reception_id=call.path["reception_id"],
        if_match=version(call),
        **telling(call),
    )


@api.get(
    "/v1/reception-bookings",
    who=BUREAU_AND_UNITS,
    query=schemas.BookingsQuery,
    answer=schemas.BookingsOut,
)
def reception_bookings(call: Call) -> dict[str, Any]:
    """The bookings whose cases one may see, newest first."""
    return use_cases.list_bookings(call.session, query=call.query, by=call.principal)


def _settle(call: Call, name: str) -> dict[str, Any]:
    return use_cases.settle_booking(
        call.session,
        name=name,
        booking_id=call.path["booking_id"],
        if_match=version(call),
        **telling(call),
    )


def _booking_step(name: str) -> Any:
    return step(
        "booking",
        name,
        f"{_BOOKING}/{name}",
        body=schemas.BookingResultIn,
        answer=schemas.BookingOut,
    )


@_booking_step("receive")
def receive_visit(call: Call) -> dict[str, Any]:
    """The visit took place; what came of it."""
    return _settle(call, "receive")


@_booking_step("miss")
def miss_visit(call: Call) -> dict[str, Any]:
    """Nobody came."""
    return _settle(call, "miss")


@_booking_step("cancel")
def cancel_booking(call: Call) -> dict[str, Any]:
    """Cancel a booking, which frees its slot."""
    return _settle(call, "cancel")
