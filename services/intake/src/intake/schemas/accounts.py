"""Accounts of citizens, as requests and answers."""

import marshmallow as ma
from marshmallow import fields

from intake.schemas.participants import is_phone
from shared.web.fields import Body, Flag, Text


class AccountCodeIn(Body):
    """The phone to which a code is sent."""

    phone = Text(longest=30, required=True, validate=is_phone)


class AccountCodeOut(ma.Schema):
    """Where the code went, how many seconds it lasts, and after how many another may be sent."""

    sent_to = fields.Str(required=True)
    expires_in = fields.Int(required=True)
    again_in = fields.Int(required=True)


class SignInIn(AccountCodeIn):
    """The phone, and the code that was sent to it."""

    code = Text(longest=20, required=True)


class AccountSessionOut(ma.Schema):
    """The secret of who is signed in, seconds it lasts, and the number, masked."""

    token = fields.Str(required=True)
    expires_in = fields.Int(required=True)
    phone = fields.Str(required=True)


class SignOutIn(Body):
    """Whether all sessions of the account end, on other devices too."""

    may_be_left_out = True
    everywhere = Flag(load_default=False)


class SignedOutOut(ma.Schema):
    """How many sessions ended."""

    ended = fields.Int(required=True)


class ErasedAccountOut(ma.Schema):
    """That the account is no more."""

    erased = fields.Bool(required=True)


class OwnPetitionOut(ma.Schema):
    """A petition of the account: `mine` where it was brought in while signed in, and has then its
    title; else it was found by the phone number alone."""

    petition_no = fields.Str(required=True)
    title = fields.Str(required=True, allow_none=True)
    registered_at = fields.AwareDateTime(required=True)
    state = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})
    state_name = fields.Str(required=True)
    mine = fields.Bool(required=True)


class OwnPetitionsOut(ma.Schema):
    """A page of the account's petitions, oldest first."""

    items = fields.List(fields.Nested(OwnPetitionOut), required=True)
    next_cursor = fields.Str(required=True, allow_none=True)
