"""Open311 GeoReport v2: requests and answers by the names of the standard."""

import marshmallow as ma
from marshmallow import fields

from intake.domain.open311 import SERVICES
from shared.errors import both
from shared.web.fields import Body, Moment, Query, Text


def _degrees(most: int) -> fields.Float:
    wrong = both(f"应为-{most}至{most}之间的度数。", f"Must be degrees from -{most} to {most}.")
    return fields.Float(
        allow_nan=False,
        load_default=None,
        validate=ma.validate.Range(-most, most, error=wrong),
        error_messages={"invalid": wrong, "special": wrong, "too_large": wrong},
    )


class JurisdictionQuery(Query):
    """Which jurisdiction is asked; names that are not known are passed over."""

    jurisdiction_id = Text(longest=200, load_default=None, shortest=0)

    class Meta:
        unknown = ma.EXCLUDE


class RequestsQuery(JurisdictionQuery):
    """Which requests; a list is separated by commas."""

    service_request_id = Text(longest=5000, shortest=0, load_default="")
    service_code = Text(longest=200, shortest=0, load_default="")
    status = Text(longest=50, shortest=0, load_default="")
    start_date = Moment(load_default=None)
    end_date = Moment(load_default=None)


class RequestForm(Body):
    """A service request as an app posts it; names that are not known are passed over."""

    class Meta:
        unknown = ma.EXCLUDE

    api_key = Text(longest=200, shortest=0, load_default="")
    jurisdiction_id = Text(longest=200, load_default=None)
    service_code = Text(longest=50, required=True)
    lat = _degrees(90)
    long = _degrees(180)
    address_string = Text(longest=200, load_default=None)
    address_id = Text(longest=50, load_default=None)
    email = Text(longest=254, load_default=None)
    device_id = Text(longest=200, load_default=None)
    account_id = Text(longest=200, load_default=None)
    first_name = Text(longest=50, load_default=None)
    last_name = Text(longest=50, load_default=None)
    phone = Text(longest=30, load_default=None)
    description = Text(longest=4000, lines=True, load_default=None)
    media_url = Text(longest=2000, load_default=None)

    @ma.validates_schema
    def _says_what_and_where(self, form: dict[str, object], **_: object) -> None:
        wrong = {}
        if not (form["description"] or form["media_url"]):
            wrong["description"] = both("必填。", "Required.")
        placed = form["lat"] is not None and form["long"] is not None
        if not (placed or form["address_string"] or form["address_id"]):
            wrong["address_string"] = both(
                "lat和long、address_string、address_id须填一项。",
                "One of lat and long, address_string or address_id is required.",
            )
        if form["service_code"] not in SERVICES:
            wrong["service_code"] = both("没有这个服务。", "There is no such service.")
        if wrong:
            raise ma.ValidationError(wrong)


class ServiceOut(ma.Schema):
    """A type of service request."""

    service_code = fields.Str(required=True)
    service_name = fields.Str(required=True)
    description = fields.Str(required=True)
    metadata = fields.Bool(required=True)
    type = fields.Str(required=True)
    keywords = fields.Str(required=True)
    group = fields.Str(required=True)


class ServicesOut(ma.Schema):
    """The services that may be asked for."""

    services = fields.List(fields.Nested(ServiceOut), required=True)


class DefinitionOut(ma.Schema):
    """What else a service asks for: nothing."""

    service_code = fields.Str(required=True)
    attributes = fields.List(fields.Dict(), required=True)


class ServiceDefinitionOut(ma.Schema):
    """The definition of a service."""

    service_definition = fields.Nested(DefinitionOut, required=True)


class PostedOut(ma.Schema):
    """A request that was taken; the notice holds the query code and is for who posted it."""

    service_request_id = fields.Str(required=True)
    service_notice = fields.Str(required=True)
    account_id = fields.Str(required=True, allow_none=True)


class PostedRequestsOut(ma.Schema):
    """The one request that was posted."""

    service_requests = fields.List(fields.Nested(PostedOut), required=True)


class RequestOut(ma.Schema):
    """How far a request has come; what it says and of where is not published."""

    service_request_id = fields.Str(required=True)
    status = fields.Str(required=True)
    status_notes = fields.Str(required=True)
    service_name = fields.Str(required=True)
    service_code = fields.Str(required=True)
    requested_datetime = fields.AwareDateTime(required=True)
    updated_datetime = fields.AwareDateTime(required=True)


class RequestsOut(ma.Schema):
    """Requests, the newest first."""

    service_requests = fields.List(fields.Nested(RequestOut), required=True)


class EndpointOut(ma.Schema):
    """Where the interface is."""

    specification = fields.Str(required=True)
    url = fields.Str(required=True)
    changeset = fields.Str(required=True)
    type = fields.Str(required=True)
    formats = fields.List(fields.Str(), required=True)


class DiscoveredOut(ma.Schema):
    """Where the interface is and whom to ask for a key."""

    changeset = fields.Str(required=True)
    contact = fields.Str(required=True)
    key_service = fields.Str(required=True)
    endpoints = fields.List(fields.Nested(EndpointOut), required=True)


class DiscoveryOut(ma.Schema):
    """Service discovery."""

    discovery = fields.Nested(DiscoveredOut, required=True)
