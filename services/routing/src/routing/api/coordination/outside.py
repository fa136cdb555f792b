"""Advice to units, contacts with petitioners, referrals to social organisations."""

from typing import Any

from routing.api.coordination.steps import (
    BUREAU_AND_UNITS,
    WITH_PARTNERS,
    step,
    telling,
    version,
)
from routing.api.routes import api
from routing.schemas.coordination import outside as schemas
from routing.schemas.coordination.common import LinkedCasesOut
from routing.use_cases.coordination import advice as advice_use_cases
from routing.use_cases.coordination import contacts as contact_use_cases
from routing.use_cases.coordination import referrals as use_cases
from shared.web.api import Call
from shared.web.fields import Body, PageQuery

_ADVICE = "/v1/advice/<advice_id>"
_REFERRAL = "/v1/referrals/<referral_id>"


@step("advice", "send", "/v1/advice", body=schemas.AdviceIn, answer=schemas.AdviceOut, begins=True)
def send_advice(call: Call) -> dict[str, Any]:
    """Send one of the three kinds of advice 三项建议 (T22 Arts.14, 40)."""
    return advice_use_cases.send_advice(call.session, **telling(call))


@api.get(
    "/v1/advice", who=BUREAU_AND_UNITS, query=schemas.AdviceQuery, answer=schemas.AdviceListOut
)
def advice_list(call: Call) -> dict[str, Any]:
    """The advice one may know of, newest first."""
    return advice_use_cases.list_advice(call.session, query=call.query, by=call.principal)


@api.get(_ADVICE, who=BUREAU_AND_UNITS, answer=schemas.AdviceOut)
def advice(call: Call) -> dict[str, Any]:
    """Advice, its feedback and journal."""
    return advice_use_cases.advice_for(
        call.session, advice_id=call.path["advice_id"], by=call.principal
    )


@api.get(f"{_ADVICE}/cases", who=BUREAU_AND_UNITS, query=PageQuery, answer=LinkedCasesOut)
def advice_cases(call: Call) -> dict[str, Any]:
    """The cases that advice is drawn from, those one may see anyway."""
    return advice_use_cases.list_advice_cases(
        call.session, advice_id=call.path["advice_id"], query=call.query, by=call.principal
    )


@step("advice", "feed_back", f"{_ADVICE}/feed-back", body=schemas.FeedbackIn,
      answer=schemas.AdviceOut)  # fmt: skip
def feed_back_advice(call: Call) -> dict[str, Any]:
    """Feed back in writing whether advice was adopted (T22 Art.40)."""
    return advice_use_cases.feed_back(
        call.session, advice_id=call.path["advice_id"], if_match=version(call), **telling(call)
    )


@step("contact", "log", "/v1/cases/<case_id>/contacts", body=schemas.ContactLogIn,
      answer=schemas.ContactLogOut, begins=True)  # fmt: skip
def log_contact(call: Call) -> dict[str, Any]:
    """Write down a contact with the petitioner, without anybody's numbers."""
    return contact_use_cases.log_contact(
        call.session, case_id=call.path["case_id"], **telling(call)
    )


@api.get(
    "/v1/cases/<case_id>/contacts",
    who=BUREAU_AND_UNITS,
    query=PageQuery,
    answer=schemas.ContactLogsOut,
)
def contacts(call: Call) -> dict[str, Any]:
    """The contacts with a case's petitioners, newest first."""
    return contact_use_cases.list_contacts(
        call.session, case_id=call.path["case_id"], query=call.query, by=call.principal
    )


@step("referral", "propose", "/v1/cases/<case_id>/referrals", body=schemas.ReferralIn,
      answer=schemas.ReferralOut, begins=True)  # fmt: skip
def propose_referral(call: Call) -> dict[str, Any]:
    """Propose to refer a need outside the procedure to a social organisation."""
    return use_cases.propose_referral(call.session, case_id=call.path["case_id"], **telling(call))


@api.get(
    "/v1/referrals",
    who=WITH_PARTNERS,
    query=schemas.ReferralsQuery,
    answer=schemas.ReferralsOut,
)
def referrals(call: Call) -> dict[str, Any]:
    """The referrals one may know of, newest first; a partner's own, while consent lasts."""
    return use_cases.list_referrals(call.session, query=call.query, by=call.principal)


@api.get(_REFERRAL, who=WITH_PARTNERS, answer=schemas.ReferralOut)
def referral(call: Call) -> dict[str, Any]:
    """A referral with its visits; to a partner only what staff wrote for it."""
    return use_cases.referral_for(
        call.session, referral_id=call.path["referral_id"], by=call.principal
    )


def _referral_step(name: str, body: type[Body] | None) -> Any:
    return step("referral", name, f"{_REFERRAL}/{name}", body=body, answer=schemas.ReferralOut)


def _move(call: Call, name: str) -> dict[str, Any]:
    return use_cases.move_referral(
        call.session,
        name=name,
        referral_id=call.path["referral_id"],
        if_match=version(call),
        **telling(call),
    )


@_referral_step("consent", schemas.ConsentIn)
def consent_to_referral(call: Call) -> dict[str, Any]:
    """The petitioner consented: when and how; the caller took it (TPI Arts.14, 23)."""
    return _move(call, "consent")


@_referral_step("refuse", schemas.ReferralNoteIn)
def refuse_referral(call: Call) -> dict[str, Any]:
    """The petitioner did not consent."""
    return _move(call, "refuse")


@_referral_step("accept", None)
def accept_referral(call: Call) -> dict[str, Any]:
    """The partner takes it on."""
    return _move(call, "accept")


@_referral_step("decline", schemas.ReferralNoteIn)
def decline_referral(call: Call) -> dict[str, Any]:
    """The partner does not take it on."""
    return _move(call, "decline")


@_referral_step("visit", schemas.ReferralVisitIn)
def visit_referral(call: Call) -> dict[str, Any]:
    """The partner made a visit."""
    return _move(call, "visit")


@_referral_step("result", schemas.ReferralResultIn)
def report_referral(call: Call) -> dict[str, Any]:
    """The partner says what came of it."""
    return _move(call, "result")


@_referral_step("close", schemas.ReferralNoteIn)
def close_referral(call: Call) -> dict[str, Any]:
    """End the referral, and with it the partner's view (TPI Art.47)."""
    return _move(call, "close")


@_referral_step("withdraw", schemas.ReferralNoteIn)
def withdraw_consent(call: Call) -> dict[str, Any]:
    """The petitioner withdrew consent, which ends the partner's view at once (TPI Art.15)."""
    return _move(call, "withdraw")
