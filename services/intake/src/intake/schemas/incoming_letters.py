"""Letters as they arrive, as requests and answers."""

import re
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields

from intake.domain.letters import MAIL_NO, REASONS, STATES, WAITING, mail_number
from intake.schemas.attachments import AttachmentOut, ListedAttachmentOut
from intake.schemas.petitions import PetitionIn
from shared.errors import both
from shared.web.fields import Body, Code, Day, Items, PageQuery, Text, Whole

_EXPLAINED = ("elsewhere", "other")
_NUMBER = re.compile(r"XF\d{12,14}\Z", re.ASCII)


class MailNumber(Text):
    """The number of a registered letter, in one form."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        number = mail_number(super()._deserialize(value, attr, data, **kwargs))
        if not MAIL_NO.match(number):
            raise ma.ValidationError(
                both("应为5至30位字母和数字。", "Must be 5 to 30 letters and digits.")
            )
        return number


class IncomingLetterIn(Body):
    """A letter as it arrived: `sender` is what stands on the envelope, `postmarked_on` the day of
    its postmark, null where nobody can read it."""

    sender = Text(longest=500, lines=True, allow_none=True, load_default=None)
    postmarked_on = Day(allow_none=True, load_default=None)
    received_on = Day(required=True)
    mail_no = MailNumber(longest=40, allow_none=True, load_default=None)
    pages = Whole(least=1, most=2000, allow_none=True, load_default=None)
    enclosures = Items(Text(longest=200), most=50, load_default=list)


class IncomingLetterLogged(ma.Schema):
    """The letter as logged, or as it is now."""

    letter_id = fields.Str(required=True)
    state = fields.Str(required=True, metadata={"enum": list(STATES)})


class IncomingLetterQuery(PageQuery):
    """Letters in one state, or all."""

    state = Code((*STATES, "all"), load_default=WAITING)


class IncomingLetterListed(IncomingLetterLogged):
    """A letter without what tells who sent it."""

    state_name = fields.Str(required=True)
    postmarked_on = fields.Date(required=True, allow_none=True)
    received_on = fields.Date(required=True)
    mail_no = fields.Str(required=True, allow_none=True)
    pages = fields.Int(required=True, allow_none=True)
    logged_at = fields.AwareDateTime(required=True)
    logged_by = fields.Str(required=True)
    unit = fields.Str(required=True, allow_none=True)
    dealt_at = fields.AwareDateTime(required=True, allow_none=True)
    dealt_by = fields.Str(required=True, allow_none=True)
    petition_id = fields.Str(required=True, allow_none=True)
    reason = fields.Str(required=True, allow_none=True)
    reason_name = fields.Str(required=True, allow_none=True)
    erased_at = fields.AwareDateTime(required=True, allow_none=True)


class IncomingLettersOut(ma.Schema):
    """A page of letters, those received first before the others."""

    items = fields.List(fields.Nested(IncomingLetterListed), required=True)
    next_cursor = fields.Str(required=True, allow_none=True)


class RecognisedPageOut(ma.Schema):
    """What a program read on a page, and how sure it is, from 0 to 100; null for nothing."""

    page = fields.Int(required=True)
    text = fields.Str(required=True)
    confidence = fields.Int(required=True, allow_none=True)


class LetterScanOut(ListedAttachmentOut):
    """A scan, how far its text was read, and what was recognised; `pages` is how many it has, null
    where nobody has counted them yet."""

    reading = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})
    reading_name = fields.Str(required=True)
    pages = fields.Int(required=True, allow_none=True)
    recognised = fields.List(fields.Nested(RecognisedPageOut), required=True)


class ScanAddedOut(AttachmentOut):
    """A scan as added; `again` where the letter had it, and who else has the same bytes."""

    reading = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})
    reading_name = fields.Str(required=True)
    again = fields.Bool(required=True)
    same_letters = fields.List(fields.Str(), required=True)
    same_petitions = fields.List(
        fields.Str(), required=True, metadata={"description": "their numbers"}
    )


class IncomingLetterOut(IncomingLetterListed):
    """A letter with its sender and scans; the notice stands with whatever was recognised."""

    sender = fields.Str(required=True, allow_none=True)
    enclosures = fields.List(fields.Str(), required=True)
    note = fields.Str(required=True, allow_none=True)
    scans = fields.List(fields.Nested(LetterScanOut), required=True)
    recognised_text_notice = fields.Str(required=True)


class LetterPetitionIn(PetitionIn):
    """The petition that a letter holds, as a registrar words it; how and when it came is known."""

    class Meta:
        exclude = ("channel", "received_at", "external_ref", "at")


class LetterFiledIn(Body):
    """To which petition a letter belongs, and what it adds in words."""

    petition_no = Text(
        longest=20,
        required=True,
        validate=ma.validate.Regexp(
            _NUMBER, error=both("不是信访件编号。", "Not a petition number.")
        ),
    )
    content = Text(longest=50_000, lines=True, required=True)


class LetterClosedIn(Body):
    """Why nothing is registered of a letter; some reasons need a word more."""

    reason = Code(tuple(REASONS), names=REASONS, required=True)
    note = Text(longest=500, shortest=2, lines=True, allow_none=True, load_default=None)

    @ma.validates_schema
    def check_note(self, data: dict[str, Any], **_: Any) -> None:
        """Where it went, or what else it was, is said."""
        if data["reason"] in _EXPLAINED and not data["note"]:
            raise ma.ValidationError(both("请说明去向或者原因。", "Say where or why."), "note")
