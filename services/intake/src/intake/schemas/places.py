"""Places, as requests and answers."""

import marshmallow as ma
from marshmallow import fields

from shared.web.fields import Query, Text


class PlacesQuery(Query):
    """How the name begins."""

    name = Text(longest=100, required=True)


class PlaceOut(ma.Schema):
    """A place of the gazetteer, where it is (WGS-84), and the one around it."""

    code = fields.Str(required=True)
    name = fields.Str(required=True)
    kind = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})
    kind_name = fields.Str(required=True)
    within = fields.Str(required=True, allow_none=True)
    within_name = fields.Str(required=True, allow_none=True)
    longitude = fields.Float(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)


class PlacesOut(ma.Schema):
    """Places whose name begins so, at most 20."""

    items = fields.List(fields.Nested(PlaceOut), required=True)
