"""Drafts of petitions, as requests and answers."""

import json
from collections.abc import Mapping
from typing import Any, cast

import marshmallow as ma
from marshmallow import fields

from intake.schemas.attachments import AttachmentOut
from intake.schemas.petitions import ChoiceOut, PublicPetitionIn, Registered
from shared.errors import both
from shared.web.fields import Body


class Typed(fields.Raw):
    """Whatever was typed into a field of a petition, right or wrong, if it can be kept as text."""

    default_error_messages = {
        "unkeepable": both(
            "含有无法保存的字符或数字。", "Holds a character or a number that cannot be kept."
        )
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        try:
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except ValueError as error:
            raise self.make_error("unkeepable") from error
        return value


class _Draft(Body):
    """Any fields of `PublicPetitionIn`, as they were typed."""

    may_be_left_out = True


DraftIn = cast(
    type[Body],
    _Draft.from_dict(
        {name: Typed(allow_none=True) for name in PublicPetitionIn().fields}, name="DraftIn"
    ),
)
"""Fields of a petition as they were typed: none is refused for what it says; null removes one."""


class ProblemOut(ma.Schema):
    """Why the draft would not be registered as it is: a field, and what is wrong with it."""

    field = fields.Str(required=True)
    reason = fields.Str(required=True)


class _KeptDraftOut(ma.Schema):
    """How a draft stands."""

    draft_id = fields.Str(required=True)
    version = fields.Int(required=True)
    problems = fields.List(fields.Nested(ProblemOut), required=True)
    files = fields.List(fields.Nested(AttachmentOut), required=True)
    changed_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    petition_no = fields.Str(required=True, allow_none=True)


class DraftOut(_KeptDraftOut):
    """A draft as it was typed; once it is a petition, its number and nothing of its words."""

    fields_ = fields.Dict(required=True, data_key="fields", attribute="fields", keys=fields.Str())


class BegunDraftOut(_KeptDraftOut):
    """A new draft; `token` is the secret that opens it, shown this once.

    Without what was typed: this answer is kept for its Idempotency-Key, longer than a draft that
    is dropped.
    """

    token = fields.Str(required=True)


class SubmittedOut(Registered):
    """The receipt of a draft, and how its petitioner chose to be served."""

    choice = fields.Nested(ChoiceOut, required=True)


class ListedDraftOut(ma.Schema):
    """A draft in a list."""

    draft_id = fields.Str(required=True)
    version = fields.Int(required=True)
    title = fields.Str(required=True, allow_none=True)
    changed_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)


class DraftsOut(ma.Schema):
    """An account's drafts, the one changed last first; there are 50 at most."""

    items = fields.List(fields.Nested(ListedDraftOut), required=True)


class DroppedDraftOut(ma.Schema):
    """The draft that is no more."""

    draft_id = fields.Str(required=True)


class DroppedFileOut(ma.Schema):
    """The file that is no more with the draft."""

    attachment_id = fields.Str(required=True)
