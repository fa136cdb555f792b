"""Who may open which page: staff by role, a citizen by number and code."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort, g, request
from werkzeug.wrappers import Response

from console.pages.desk import Member, desk
from console.pages.staff_sessions import renewed
from console.use_cases import CITIZEN, STAFF

View = TypeVar("View", bound=Callable[..., Any])


def open_to(*roles: str) -> Callable[[View], View]:
    """A page for staff with one of these roles, or for all staff where none is named."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if roles and not g.member.has(*roles):
                abort(403)
            return view(*args, **kwargs)

        guarded.roles = frozenset(roles)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return guard


def let_staff_in() -> Response | None:
    """Find out who is signed in; whoever is not is sent to the sign-in page (401)."""
    g.unattended = "unattended" in request.args
    kept = desk().found(STAFF)
    holds = renewed(kept) if kept is not None else None
    if holds is None:
        abort(401)
    g.member = Member(
        account=holds["account"],
        name=desk().name_of(holds["account"]),
        roles=frozenset(holds["roles"]),
        unit=holds["unit"],
        unit_name=holds["unit_name"],
        scope=frozenset(holds["scope"]),
        token=holds["token"],
    )
    g.token = g.member.token
    return None


def let_citizen_in() -> dict[str, Any] | None:
    """The petition that this browser has shown number and code of; None where it has not."""
    kept = desk().found(CITIZEN)
    if kept is None:
        return None
    g.token = kept.holds["token"]
    return dict(kept.holds)
