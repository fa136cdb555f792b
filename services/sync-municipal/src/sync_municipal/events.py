"""Events sync-municipal emits."""

import marshmallow as ma
from marshmallow import fields

from shared.contracts import Events

events = Events("sync-municipal")


@events.type("municipal.acknowledged.v1", optional=True)
class MunicipalAcknowledged(ma.Schema):
    """The city has taken over this version of a case and keeps it under its own reference."""

    case_id = fields.Str(required=True)
    version = fields.Int(required=True)
    city_ref = fields.Str(required=True)
    acknowledged_at = fields.AwareDateTime(required=True)
