"""Government mailboxes, as requests and answers."""

import marshmallow as ma
from marshmallow import fields

from intake.domain.mailboxes import LONGEST
from intake.schemas.participants import matches
from intake.schemas.petitions import UNIT
from shared.web.fields import Body, Flag, Text, Whole


class MailboxIn(Body):
    """A mailbox: `unit` is the code of the unit that gets its letters, `longest` the characters
    that one may have. Closed (`active`) it takes none; who is not staff finds only `public` ones.
    """

    name = Text(longest=50, required=True)
    unit = Text(
        longest=50,
        required=True,
        validate=matches(UNIT, "不是单位代码。", "Not the code of a unit."),
    )
    intro = Text(longest=2_000, shortest=0, lines=True, load_default="")
    longest = Whole(least=100, most=LONGEST, load_default=LONGEST)
    active = Flag(load_default=True)
    public = Flag(load_default=True)


class PublicMailboxOut(ma.Schema):
    """A mailbox that one may write to."""

    code = fields.Str(required=True)
    name = fields.Str(required=True)
    unit = fields.Str(required=True)
    intro = fields.Str(required=True)
    longest = fields.Int(required=True)


class PublicMailboxesOut(ma.Schema):
    """The mailboxes that are open to letters, by code."""

    items = fields.List(fields.Nested(PublicMailboxOut), required=True)


class MailboxOut(PublicMailboxOut):
    """A mailbox as the office keeps it."""

    active = fields.Bool(required=True)
    public = fields.Bool(required=True)


class MailboxesOut(ma.Schema):
    """All mailboxes, by code."""

    items = fields.List(fields.Nested(MailboxOut), required=True)


class MailboxCountOut(ma.Schema):
    """Letters to one mailbox, and how many may be published with the answer."""

    code = fields.Str(required=True, allow_none=True)
    name = fields.Str(required=True)
    petitions = fields.Int(required=True)
    publishable = fields.Int(required=True)


class MailboxCountsOut(ma.Schema):
    """Counts by mailbox; those that named none have the code null."""

    items = fields.List(fields.Nested(MailboxCountOut), required=True)
