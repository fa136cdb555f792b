"""Open311 GeoReport v2 under /open311/v2, for apps of any city (docs/adr/0041)."""

from http import HTTPStatus
from typing import Any

from intake import use_cases
from intake.api.routes import api
from intake.domain import open311 as rules
from intake.schemas import open311 as schemas
from intake.schemas.petitions import PetitionIn
from shared.errors import Invalid, NotFound, Refused, both
from shared.web.api import ANYONE, KEYED, Call
from shared.web.manners import MEDIA_TYPES, Manner, reasons
from shared.web.problems import load

_BASE = "/open311/v2"
_SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
_CHANGESET = "2026-11-30T00:00:00Z"


def _status(error: Refused) -> int:
    """The standard knows no 422: what is wrong with a request is 400."""
    return 400 if error.status == HTTPStatus.UNPROCESSABLE_ENTITY else error.status


def _refusal(error: Refused, language: str) -> dict[str, Any]:
    code = _status(error)
    return {"errors": [{"code": code, "description": why} for why in reasons(error, language)]}


GEOREPORT = Manner(
    items={
        "services": "service",
        "attributes": "attribute",
        "service_requests": "request",
        "errors": "error",
        "endpoints": "endpoint",
        "formats": "format",
    },
    refusal=_refusal,
    status=_status,
)


@api.get(f"{_BASE}/discovery.<format>", who=ANYONE, answer=schemas.DiscoveryOut, manner=GEOREPORT)
def discover(call: Call) -> dict[str, Any]:
    """Where the interface is, and whom to ask for a key."""
    settings = call.app.settings
    endpoint = {
        "specification": _SPECIFICATION,
        "url": f"{settings.open311_url.rstrip('/')}{_BASE}",
        "changeset": _CHANGESET,
        "type": "production",
        "formats": list(MEDIA_TYPES.values()),
    }
    contact = settings.open311_contact
    found = {"changeset": _CHANGESET, "contact": contact, "key_service": contact}
    return {"discovery": found | {"endpoints": [endpoint]}}


@api.get(
    f"{_BASE}/services.<format>",
    who=ANYONE,
    query=schemas.JurisdictionQuery,
    answer=schemas.ServicesOut,
    manner=GEOREPORT,
)
def services(call: Call) -> dict[str, Any]:
    """What may be asked for: the purposes of petitions but for accusations."""
    _check_jurisdiction(call, call.query)
    return {"services": [rules.service(code) for code in rules.SERVICES]}


@api.get(
    f"{_BASE}/services/<service_code>.<format>",
    who=ANYONE,
    query=schemas.JurisdictionQuery,
    answer=schemas.ServiceDefinitionOut,
    manner=GEOREPORT,
)
def service_definition(call: Call) -> dict[str, Any]:
    """What else a service asks for: nothing."""
    _check_jurisdiction(call, call.query)
    code = call.path["service_code"]
    if code not in rules.SERVICES:
        raise NotFound(both("没有这个service_code。", "There is no such service_code."))
    return {"service_definition": {"service_code": code, "attributes": []}}


@api.post(
    f"{_BASE}/requests.<format>",
    who=KEYED,
    body=schemas.RequestForm,
    form=True,
    answer=schemas.PostedRequestsOut,
    status=201,
    manner=GEOREPORT,
)
def post_request(call: Call) -> dict[str, Any]:
    """Post a service request, which becomes a petition; its notice holds the query code."""
    _check_jurisdiction(call, call.body)
    key = use_cases.check_key(call.session, api_key=call.body["api_key"], clock=call.clock)
    return use_cases.post_request(
        call.session,
        form=call.body,
        petition=_petition(call.body, channel=key.channel),
        key=key,
        clock=call.clock,
        resources=call.resources,
    )


@api.get(
    f"{_BASE}/requests.<format>",
    who=ANYONE,
    query=schemas.RequestsQuery,
    answer=schemas.RequestsOut,
    manner=GEOREPORT,
)
def requests(call: Call) -> dict[str, Any]:
    """How far requests have come; what they say, and of where, is not published."""
    _check_jurisdiction(call, call.query)
    return use_cases.find_requests(call.session, asked=call.query, clock=call.clock)


@api.get(
    f"{_BASE}/requests/<service_request_id>.<format>",
    who=ANYONE,
    query=schemas.JurisdictionQuery,
    answer=schemas.RequestsOut,
    manner=GEOREPORT,
)
def request(call: Call) -> dict[str, Any]:
    """How far one request has come."""
    _check_jurisdiction(call, call.query)
    return use_cases.find_request(call.session, number=call.path["service_request_id"])


def _petition(form: dict[str, Any], *, channel: str) -> dict[str, Any]:
    """The petition that a request is; Invalid by the names of the form."""
    try:
        return load(PetitionIn, rules.petition(form, channel=channel))
    except Invalid as refusal:
        named = {rules.FORM_NAMES.get(name, name): why for name, why in refusal.errors.items()}
        raise Invalid(named) from refusal


def _check_jurisdiction(call: Call, sent: dict[str, Any]) -> None:
    ours, asked = call.app.settings.open311_jurisdiction, sent["jurisdiction_id"]
    if ours and asked and asked != ours:
        raise NotFound(both("没有这个jurisdiction_id。", "There is no such jurisdiction_id."))
