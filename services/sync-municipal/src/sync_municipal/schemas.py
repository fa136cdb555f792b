"""What sync-municipal answers."""

import marshmallow as ma
from marshmallow import fields

from shared.web.fields import Code, PageQuery
from sync_municipal.models import ACKNOWLEDGED, PENDING, REFUSED


class ExchangesQuery(PageQuery):
    """How exchanges stand."""

    status = Code((PENDING, ACKNOWLEDGED, REFUSED), load_default=REFUSED)


class Exchange(ma.Schema):
    """One version of a case on its way to the city."""

    id = fields.Int()
    case_id = fields.Str()
    case_version = fields.Int()
    event_type = fields.Str()
    status = fields.Str(metadata={"description": "pending, acknowledged or refused"})
    attempts = fields.Int()
    created_at = fields.AwareDateTime()
    next_attempt_at = fields.AwareDateTime()
    acknowledged_at = fields.AwareDateTime(allow_none=True)
    city_ref = fields.Str(allow_none=True)
    last_error = fields.Str(allow_none=True)


class Exchanges(ma.Schema):
    """A page of a case's exchanges."""

    items = fields.List(fields.Nested(Exchange))
    next_cursor = fields.Str(allow_none=True)


class Counts(ma.Schema):
    """What is known here, what waits, what the city has."""

    petitions = fields.Int()
    cases = fields.Int()
    pending = fields.Int()
    acknowledged = fields.Int()
    refused = fields.Int()
    cases_synced = fields.Int(
        metadata={"description": "cases whose newest exchange is acknowledged"}
    )
