"""Requests and answers of `api.opinions`."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from routing.domain.opinion import DECISIONS, KINDS, LEVELS, OUTCOMES, REMEDIES
from shared.errors import both
from shared.web.fields import Body, Code, Day, Items, PageQuery, Part, Query, Text, Whole


def _words(longest: int, *, lines: bool = True) -> Text:
    return Text(longest=longest, shortest=0, lines=lines, load_default="")


class ClaimIn(Body):
    """One claim and its answer; a draft may leave anything open."""

    claim = _words(2_000)
    finding = _words(10_000)
    answer = _words(10_000)
    outcome = Code(tuple(OUTCOMES), allow_none=True, load_default=None)
    measures = _words(5_000)
    responsible = _words(100, lines=False)
    done_by = Day(allow_none=True, load_default=None)


class BasisIn(Body):
    """A law, its article, and its words."""

    law = _words(100, lines=False)
    article = _words(50, lines=False)
    quote = _words(2_000)


class RemedyIn(Body):
    """The next step of the ladder: with which body, within how many days."""

    kind = Code(tuple(REMEDIES), required=True)
    body = _words(100, lines=False)
    days = Whole(least=0, most=365, allow_none=True, load_default=None)


class OpinionIn(Body):
    """An opinion as drafted."""

    kind = Code(tuple(KINDS), required=True)
    claims = Items(Part(ClaimIn), most=50, load_default=list)
    received_from = _words(200, lines=False)
    received_on = Day(allow_none=True, load_default=None)
    facts = _words(20_000)
    basis = Items(Part(BasisIn), most=30, load_default=list)
    handling = _words(20_000)
    decision = Code(tuple(DECISIONS), allow_none=True, load_default=None)
    remedy = Part(RemedyIn, allow_none=True, load_default=None)
    attachments = Items(Text(longest=200), most=50, load_default=list)
    contact = _words(50, lines=False)
    phone = _words(30, lines=False)
    signer = _words(100, lines=False)


class ReturnIn(Body):
    """Why the draft goes back."""

    reason = Text(longest=2_000, lines=True, required=True)


class ApprovalIn(Body):
    """One opinion, at the version that was read."""

    case_id = Text(longest=36, required=True)
    version = Whole(least=1, most=999_999_999, required=True)


class ApprovalsIn(Body):
    """Opinions to approve at once."""

    items = Items(Part(ApprovalIn), most=200, least=1, required=True)

    @ma.validates("items")
    def once(self, items: list[dict[str, Any]], **_: Any) -> None:
        """No case stands twice."""
        named = [item["case_id"] for item in items if "case_id" in item]
        if len(set(named)) < len(named):
            raise ma.ValidationError(both("同一件不能列两次。", "A case may not stand twice."))


class OpinionQuery(Query):
    """At which level; the newest at all unless given."""

    level = Code(tuple(LEVELS), load_default=None)


class WaitingQuery(PageQuery):
    """A page of what waits."""


class VersionsQuery(PageQuery):
    """A page of history."""


class FindingOut(ma.Schema):
    """One thing that the checks found."""

    code = fields.Str()
    level = fields.Str()
    title = fields.Str()
    where = fields.Str()
    message = fields.Str()
    message_en = fields.Str()
    basis = fields.Str()


class CheckOut(ma.Schema):
    """What the checks say, and the text as it would go out."""

    findings = fields.List(fields.Nested(FindingOut))
    blocked = fields.Bool()
    text = fields.Str()


class OpinionOut(CheckOut):
    """An opinion with its standing; `opinion` is as it was sent."""

    case_id = fields.Str()
    version = fields.Int()
    level = fields.Str()
    round = fields.Int()
    kind = fields.Str()
    status = fields.Str()
    status_name = fields.Str()
    unit = fields.Str()
    unit_name = fields.Str()
    opinion = fields.Dict(keys=fields.Str())
    drafted_by = fields.Str()
    drafted_at = fields.AwareDateTime()
    submitted_at = fields.AwareDateTime(allow_none=True)
    decided_by = fields.Str(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    reason = fields.Str(allow_none=True)
    issued_at = fields.AwareDateTime(allow_none=True)


class VersionOut(ma.Schema):
    """One version of an opinion: what was done, by whom, and the opinion as it then was."""

    level = fields.Str()
    round = fields.Int()
    version = fields.Int()
    step = fields.Str()
    kind = fields.Str()
    opinion = fields.Dict(keys=fields.Str())
    reason = fields.Str(allow_none=True)
    by = fields.Str()
    at = fields.AwareDateTime()


class VersionsOut(ma.Schema):
    """A page of history, newest first."""

    items = fields.List(fields.Nested(VersionOut))
    next_cursor = fields.Str(allow_none=True)


class WaitingItemOut(ma.Schema):
    """An opinion that waits for approval."""

    case_id = fields.Str()
    case_no = fields.Str()
    title = fields.Str(allow_none=True)
    level = fields.Str()
    round = fields.Int()
    version = fields.Int()
    kind = fields.Str()
    unit = fields.Str()
    unit_name = fields.Str()
    drafted_by = fields.Str()
    submitted_at = fields.AwareDateTime()
    next_due_at = fields.AwareDateTime(allow_none=True)


class WaitingOut(ma.Schema):
    """A page of what waits, longest first."""

    items = fields.List(fields.Nested(WaitingItemOut))
    next_cursor = fields.Str(allow_none=True)


class ApprovalOut(ma.Schema):
    """What became of one item."""

    case_id = fields.Str()
    ok = fields.Bool()
    version = fields.Int()
    code = fields.Str()
    message = fields.Str()
    message_en = fields.Str()
    findings = fields.List(fields.Nested(FindingOut))


class ApprovalsOut(ma.Schema):
    """What became of each item, in the order sent."""

    items = fields.List(fields.Nested(ApprovalOut))
    approved = fields.Int()


class SimilarOut(ma.Schema):
    """An answered case like this one."""

    case_id = fields.Str()
    case_no = fields.Str()
    title = fields.Str()
    category = fields.Str(allow_none=True)
    category_name = fields.Str(allow_none=True)
    lead_unit = fields.Str(allow_none=True)
    lead_unit_name = fields.Str(allow_none=True)
    replied_at = fields.AwareDateTime(allow_none=True)
    reply = fields.Str()
    likeness = fields.Float()


class SimilarsOut(ma.Schema):
    """The answered cases most like this one."""

    items = fields.List(fields.Nested(SimilarOut))


class AnswerCheckOut(ma.Schema):
    """One check of the table."""

    code = fields.Str()
    title = fields.Str()
    level = fields.Str()
    applies_to = fields.List(fields.Str())
    basis = fields.Str()


class AnswerChecksOut(ma.Schema):
    """All checks."""

    items = fields.List(fields.Nested(AnswerCheckOut))
