"""Accounts of citizens: signed in to by a phone code, and never needed to bring a matter in."""

from typing import Any

from intake import use_cases
from intake.api.doors import counted_as
from intake.api.routes import api
from intake.schemas import accounts as schemas
from intake.schemas.drafts import DraftsOut
from intake.schemas.petitions import SessionOut
from shared.web.api import ANYONE, HOLDER, Call
from shared.web.fields import PageQuery

_BASE = "/v1/public/account"
_SIGNED_IN = counted_as("account")


@api.post(
    f"{_BASE}/code",
    who=ANYONE,
    body=schemas.AccountCodeIn,
    answer=schemas.AccountCodeOut,
    door=counted_as("code"),
)
def send_account_code(call: Call) -> dict[str, Any]:
    """Send a code to a phone, by which whoever has it signs in."""
    return use_cases.send_account_code(
        call.session, phone=call.body["phone"], clock=call.clock, resources=call.resources
    )


@api.post(
    f"{_BASE}/session",
    who=ANYONE,
    body=schemas.SignInIn,
    answer=schemas.AccountSessionOut,
    door=counted_as("sign_in"),
)
def sign_in(call: Call) -> dict[str, Any]:
    """Exchange a phone and its code for a secret that lasts a week."""
    return use_cases.sign_in(
        call.session,
        phone=call.body["phone"],
        code=call.body["code"],
        clock=call.clock,
        resources=call.resources,
    )


@api.post(f"{_BASE}/session/renew", who=HOLDER, answer=schemas.AccountSessionOut, door=_SIGNED_IN)
def renew_session(call: Call) -> dict[str, Any]:
    """Exchange the secret for a new one, until the phone has to be shown again."""
    return use_cases.renew_session(
        call.session, by=call.principal, clock=call.clock, resources=call.resources
    )


@api.post(
    f"{_BASE}/session/end",
    who=HOLDER,
    body=schemas.SignOutIn,
    answer=schemas.SignedOutOut,
    door=_SIGNED_IN,
)
def sign_out(call: Call) -> dict[str, Any]:
    """Sign out, here or everywhere."""
    return use_cases.sign_out(
        call.session,
        everywhere=call.body["everywhere"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.get(
    f"{_BASE}/petitions",
    who=HOLDER,
    query=PageQuery,
    answer=schemas.OwnPetitionsOut,
    door=_SIGNED_IN,
)
def own_petitions(call: Call) -> dict[str, Any]:
    """What was brought in while signed in, and, without words, what has the same phone."""
    return use_cases.own_petitions(
        call.session,
        page=call.query,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    f"{_BASE}/petitions/<petition_no>/session",
    who=HOLDER,
    answer=SessionOut,
    door=_SIGNED_IN,
)
def open_own_petition(call: Call) -> dict[str, Any]:
    """A token for a petition that was brought in while signed in, without its query code."""
    return use_cases.open_own_petition(
        call.session,
        petition_no=call.path["petition_no"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.get(f"{_BASE}/drafts", who=HOLDER, answer=DraftsOut, door=_SIGNED_IN)
def own_drafts(call: Call) -> dict[str, Any]:
    """The drafts that were begun while signed in."""
    return use_cases.drafts_of(
        call.session, by=call.principal, clock=call.clock, resources=call.resources
    )


@api.delete(_BASE, who=HOLDER, answer=schemas.ErasedAccountOut, door=_SIGNED_IN)
def erase_account(call: Call) -> dict[str, Any]:
    """Erase the account, its number and its drafts; what was registered stays with the office."""
    return use_cases.erase_account(
        call.session, by=call.principal, clock=call.clock, resources=call.resources
    )
