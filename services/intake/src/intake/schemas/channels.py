"""Channels, as requests and answers."""

import marshmallow as ma
from marshmallow import fields

from intake.domain.channels import COST, COST_MOST, KINDS
from shared.web.fields import Body, Code, Day, Flag, Query, Text, Whole


class ChannelIn(Body):
    """A channel; `cost` weighs one petition by it, where one on the web is 100."""

    name = Text(longest=50, required=True)
    kind = Code(tuple(KINDS), names=KINDS, required=True)
    active = Flag(load_default=True)
    public = Flag(load_default=False)
    cost = Whole(least=0, most=COST_MOST, load_default=COST)


class ChannelOut(ma.Schema):
    """A channel; `public` where citizens post by themselves, without an account."""

    code = fields.Str(required=True)
    name = fields.Str(required=True)
    kind = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})
    kind_name = fields.Str(required=True)
    active = fields.Bool(required=True)
    public = fields.Bool(required=True)
    cost = fields.Int(required=True)


class ChannelsOut(ma.Schema):
    """All channels, by code."""

    items = fields.List(fields.Nested(ChannelOut), required=True)


class CountsQuery(Query):
    """A period by days of registration, both included; everything without it."""

    since = Day(load_default=None)
    until = Day(load_default=None)


class ChannelCountOut(ma.Schema):
    """Petitions by one channel; `cost` is their number times the channel's weight."""

    code = fields.Str(required=True)
    name = fields.Str(required=True)
    petitions = fields.Int(required=True)
    cost = fields.Int(required=True)


class KindCountOut(ma.Schema):
    """Petitions by the channels of one kind (网信, 来信, 来访, 来电)."""

    kind = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})
    kind_name = fields.Str(required=True)
    petitions = fields.Int(required=True)


class ChannelCountsOut(ma.Schema):
    """Counts by channel and by kind."""

    channels = fields.List(fields.Nested(ChannelCountOut), required=True)
    kinds = fields.List(fields.Nested(KindCountOut), required=True)
