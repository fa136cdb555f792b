"""Requests and answers about advice, contacts with the petitioner, and referrals."""

import marshmallow as ma
from marshmallow import fields

from routing.domain.coordination import (
    ADOPTION,
    ADVICE_GROUNDS,
    ADVICE_KINDS,
    CONSENT_WAYS,
    CONTACT_WAYS,
    STATES,
)
from routing.schemas.coordination.common import Ids, ThingOut, Words
from shared.web.fields import Body, Code, Day, Flag, Moment, PageQuery, Text


class AdviceIn(Body):
    """Advice to a unit; accountability advice says about which unit, and on what ground."""

    kind = Code(tuple(ADVICE_KINDS), required=True)
    to_unit = Text(longest=50, required=True)
    about_unit = Text(longest=50, allow_none=True, load_default=None)
    ground = Code(tuple(ADVICE_GROUNDS), allow_none=True, load_default=None)
    problem = Words(longest=10_000, required=True)
    suggestion = Words(longest=10_000, required=True)
    due_day = Day(allow_none=True, load_default=None)
    case_ids = Ids(longest=36, most=1_000, load_default=list)


class FeedbackIn(Body):
    """Whether advice was adopted, with the measures or the reasons."""

    adopted = Code(tuple(ADOPTION), required=True)
    feedback = Words(longest=10_000, required=True)


class AdviceQuery(PageQuery):
    """Filters of the list of advice."""

    state = Code(tuple(STATES["advice"]), load_default=None)
    kind = Code(tuple(ADVICE_KINDS), load_default=None)
    to_unit = Text(longest=50, load_default=None)
    case_id = Text(longest=36, load_default=None)


class AdviceOut(ThingOut):
    """Advice and its feedback; `cases` is how many it is drawn from."""

    kind = fields.Str()
    to_unit = fields.Str()
    about_unit = fields.Str(allow_none=True)
    ground = fields.Str(allow_none=True)
    problem = fields.Str()
    suggestion = fields.Str()
    due_day = fields.Date(allow_none=True)
    cases = fields.Int()
    adopted = fields.Str(allow_none=True)
    feedback = fields.Str(allow_none=True)
    fed_back_at = fields.AwareDateTime(allow_none=True)


class AdviceListOut(ma.Schema):
    """A page of advice."""

    items = fields.List(fields.Nested(AdviceOut))
    next_cursor = fields.Str(allow_none=True)


class ContactLogIn(Body):
    """A contact with the petitioner, or a try: when, how, what was said."""

    at = Moment(required=True)
    how = Code(tuple(CONTACT_WAYS), required=True)
    reached = Flag(required=True)
    summary = Words(longest=5_000, required=True)
    petition_id = Text(longest=36, allow_none=True, load_default=None)


class ContactLogOut(ma.Schema):
    """A contact with the petitioner."""

    contact_id = fields.Str()
    case_id = fields.Str()
    petition_id = fields.Str(allow_none=True)
    at = fields.AwareDateTime()
    how = fields.Str()
    reached = fields.Bool()
    summary = fields.Str()
    by = fields.Str()
    unit = fields.Str(allow_none=True)
    recorded_at = fields.AwareDateTime()


class ContactLogsOut(ma.Schema):
    """A page of contacts."""

    items = fields.List(fields.Nested(ContactLogOut))
    next_cursor = fields.Str(allow_none=True)


class ReferralIn(Body):
    """To which social organisation; title and need are all that it will see."""

    partner = Text(longest=50, required=True)
    title = Words(longest=200, lines=False, required=True)
    need = Words(longest=5_000, required=True)


class ConsentIn(Body):
    """When and how the petitioner consented; who took it is who writes it down."""

    at = Moment(required=True)
    how = Code(tuple(CONSENT_WAYS), required=True)


class ReferralNoteIn(Body):
    """Why, in a sentence."""

    note = Words(longest=2_000, required=True)


class ReferralVisitIn(Body):
    """A visit by the partner."""

    at = Moment(required=True)
    how = Code(tuple(CONTACT_WAYS), required=True)
    summary = Words(longest=5_000, required=True)


class ReferralResultIn(Body):
    """What the partner could do."""

    result = Words(longest=5_000, required=True)


class ReferralsQuery(PageQuery):
    """Filters of the list of referrals."""

    case_id = Text(longest=36, load_default=None)
    state = Code(tuple(STATES["referral"]), load_default=None)


class ReferralVisitOut(ma.Schema):
    """A visit by the partner."""

    at = fields.AwareDateTime()
    how = fields.Str()
    summary = fields.Str()


class ReferralOut(ThingOut):
    """A referral; case, consent and notes are null to a partner."""

    case_id = fields.Str(allow_none=True)
    partner = fields.Str()
    title = fields.Str()
    need = fields.Str()
    consent_by = fields.Str(allow_none=True)
    consent_at = fields.AwareDateTime(allow_none=True)
    consent_how = fields.Str(allow_none=True)
    result = fields.Str(allow_none=True)
    note = fields.Str(allow_none=True)
    visits = fields.List(fields.Nested(ReferralVisitOut))


class ReferralsOut(ma.Schema):
    """A page of referrals; visits and journal are not in lists."""

    items = fields.List(fields.Nested(ReferralOut))
    next_cursor = fields.Str(allow_none=True)
