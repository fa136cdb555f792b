"""Requests and answers about papers."""

import marshmallow as ma
from marshmallow import fields

from routing.schemas.cases import OwedPaperOut
from shared.web.fields import Body, Code, Flag, PageQuery, Query, Text

SCAN_TEXT_MOST = 14_000_000
_OBJECT = {"type": "object"}


class FieldsIn(Body):
    """What a paper states, by the names of its elements."""

    fields_ = fields.Dict(
        keys=fields.Str(), required=True, data_key="fields", attribute="fields", metadata=_OBJECT
    )


class DraftIn(Body):
    """A paper to draw up; null for an element leaves out what the case or intake knows of it.

    It names the petitioner of the case's first petition, or of another one that is asked for.
    """

    kind = Text(longest=40, required=True)
    fields_ = fields.Dict(
        keys=fields.Str(),
        load_default=dict,
        data_key="fields",
        attribute="fields",
        metadata=_OBJECT,
    )
    petition_id = Text(longest=36, load_default=None, allow_none=True)


class IdentityIn(Body):
    """Of which petition of the case; without it, of the one that the paper already names."""

    petition_id = Text(longest=36, load_default=None, allow_none=True)


class KnownQuery(Query):
    """Of which kind of paper."""

    kind = Text(longest=40, required=True)


class MoveIn(Body):
    """A step that says nothing more."""


class SignIn(MoveIn):
    """A step for which intake is asked once more who the petitioner is.

    `keep_identity` goes on with what was fetched last where intake does not answer.
    """

    keep_identity = Flag(load_default=False)


class ReasonIn(Body):
    """Why."""

    reason = Text(longest=2000, lines=True, required=True)


class ServiceIn(Body):
    """How the paper was served, with its proof; what each method needs is refused by name."""

    method = Text(longest=20, required=True)
    signed_by = Text(longest=100, load_default=None, allow_none=True)
    relation = Text(longest=100, load_default=None, allow_none=True)
    tracking_no = Text(longest=50, load_default=None, allow_none=True)
    video = Text(longest=200, load_default=None, allow_none=True)
    witnesses = fields.List(Text(longest=100), load_default=None, allow_none=True)
    sent_on = Text(longest=10, load_default=None, allow_none=True)
    received_on = Text(longest=10, load_default=None, allow_none=True)
    consent_on = Text(longest=10, load_default=None, allow_none=True)
    published_on = Text(longest=10, load_default=None, allow_none=True)
    published_in = Text(longest=200, load_default=None, allow_none=True)


class ScanIn(Body):
    """The scan of the sealed paper, PDF or JPEG, in base64."""

    content = Text(longest=SCAN_TEXT_MOST, required=True)


class FileQuery(Query):
    """Which file; without it the sealed scan, or else the PDF."""

    format = Code(("pdf", "docx", "scan"), load_default=None)


class DocumentsQuery(PageQuery):
    """A page of a case's papers."""


class TemplateIn(Body):
    """A new edition of a template."""

    html = Text(longest=60_000, lines=True, required=True)


class PrefixIn(Body):
    """What a unit's numbers begin with."""

    prefix = Text(longest=20, required=True)


class DocumentLine(ma.Schema):
    """A paper without its words."""

    document_id = fields.Str()
    case_id = fields.Str()
    kind = fields.Str()
    name = fields.Str()
    basis = fields.Str()
    unit = fields.Str()
    unit_name = fields.Str()
    by = fields.Str()
    state = fields.Str()
    state_name = fields.Str()
    version = fields.Int()
    edition = fields.Int(allow_none=True)
    number = fields.Str(allow_none=True)
    issued_on = fields.Date(allow_none=True)
    rendering = fields.Str(allow_none=True)
    last_error = fields.Str(allow_none=True)
    files = fields.List(fields.Str())
    served_on = fields.Date(allow_none=True)
    service_method = fields.Str(allow_none=True)
    drafted_by = fields.Str()
    approved_by = fields.Str(allow_none=True)
    issued_by = fields.Str(allow_none=True)
    drafted_at = fields.AwareDateTime()
    approved_at = fields.AwareDateTime(allow_none=True)
    issued_at = fields.AwareDateTime(allow_none=True)
    allowed = fields.List(fields.Str())


class IdentityOut(ma.Schema):
    """How a paper stands with intake: its answer, and the elements that follow it.

    `state` is fetched, anonymous, withheld (a letter about a case of the secret lane), refused
    (intake does not show it to the caller) or away; `changed` names what the step has changed.
    """

    state = fields.Str()
    state_name = fields.Str()
    petition_id = fields.Str()
    at = fields.AwareDateTime(allow_none=True)
    elements = fields.List(fields.Str())
    changed = fields.List(fields.Str())


class DocumentOut(DocumentLine):
    """A paper with what it states, null for those who may not read that.

    `next` is the action to take on the case once an answer or opinion has been served.
    """

    fields_ = fields.Raw(data_key="fields", attribute="fields", allow_none=True, metadata=_OBJECT)
    service = fields.Raw(allow_none=True, metadata=_OBJECT)
    next = fields.Str(allow_none=True)
    identity = fields.Nested(IdentityOut, allow_none=True)
    reason = fields.Str(allow_none=True)


class LeftPaperOut(OwedPaperOut):
    """A paper that is owed and another's to draw up."""

    reason = fields.Str()


class OwedDraftsOut(ma.Schema):
    """What was drawn up of what the case owes, and what is left to others."""

    drafted = fields.List(fields.Nested(DocumentOut))
    left = fields.List(fields.Nested(LeftPaperOut))


class KnownOut(ma.Schema):
    """What a paper would state by itself, what intake adds as it is drawn up, what it must state
    besides, what no record holds."""

    kind = fields.Str()
    fields_ = fields.Dict(
        keys=fields.Str(), data_key="fields", attribute="fields", metadata=_OBJECT
    )
    from_intake = fields.List(fields.Str())
    missing = fields.List(fields.Str())
    by_hand = fields.List(fields.Str())


class DocumentsOut(ma.Schema):
    """A page of papers."""

    items = fields.List(fields.Nested(DocumentLine))
    next_cursor = fields.Str(allow_none=True)


class ElementOut(ma.Schema):
    """Something that a paper states."""

    name = fields.Str()
    title = fields.Str()
    type = fields.Str()
    required = fields.Bool()
    claim = fields.Bool()
    columns = fields.Dict(keys=fields.Str(), values=fields.Str(), allow_none=True)
    sample = fields.Raw()


class KindOut(ma.Schema):
    """A kind of paper."""

    kind = fields.Str()
    name = fields.Str()
    form = fields.Str()
    by = fields.List(fields.Str())
    basis = fields.Str()
    limit = fields.Str()
    series = fields.Str(allow_none=True)
    approval = fields.Bool()
    edition = fields.Int()
    fields_ = fields.List(fields.Nested(ElementOut), data_key="fields", attribute="fields")


class KindsOut(ma.Schema):
    """All kinds of papers."""

    items = fields.List(fields.Nested(KindOut))


class TemplateOut(ma.Schema):
    """An edition of a template."""

    kind = fields.Str()
    edition = fields.Int()
    html = fields.Str()


class PrefixOut(ma.Schema):
    """A unit's prefix."""

    unit = fields.Str()
    prefix = fields.Str()


class PrefixesOut(ma.Schema):
    """The prefixes that are given; a unit without one is numbered by its name."""

    items = fields.List(fields.Nested(PrefixOut))


class OwnDocumentOut(ma.Schema):
    """A paper that was served on the petitioner: nothing of what it says."""

    document_id = fields.Str(required=True)
    kind = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})
    name = fields.Str(required=True)
    number = fields.Str(required=True, allow_none=True)
    unit_name = fields.Str(required=True)
    issued_on = fields.Date(required=True, allow_none=True)
    served_on = fields.Date(required=True, allow_none=True)
    files = fields.List(fields.Str(), required=True)


class OwnDocumentsOut(ma.Schema):
    """The papers that were served on the petitioner, oldest first."""

    items = fields.List(fields.Nested(OwnDocumentOut), required=True)


class LooksQuery(PageQuery):
    """Looks at the papers of one case, or by one petition's number and query code."""

    case_id = Text(longest=36, load_default=None)
    petition_id = Text(longest=36, load_default=None)


class LookOut(ma.Schema):
    """A look of a petitioner, who showed number and query code; `format` is page, pdf or scan."""

    seq = fields.Int(required=True)
    at = fields.AwareDateTime(required=True)
    document_id = fields.Str(required=True)
    petition_id = fields.Str(required=True)
    case_id = fields.Str(required=True)
    case_no = fields.Str(required=True, allow_none=True)
    kind = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})
    name = fields.Str(required=True)
    number = fields.Str(required=True, allow_none=True)
    format = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})


class LooksOut(ma.Schema):
    """A page of looks, newest first."""

    items = fields.List(fields.Nested(LookOut), required=True)
    next_cursor = fields.Str(required=True, allow_none=True)
