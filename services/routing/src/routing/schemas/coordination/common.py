"""What the requests and answers of coordination share."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields

from shared.errors import both
from shared.pii import mask_text
from shared.web.fields import Body, Text

MOST_CASES = 10_000


class Words(Text):
    """Free text without anybody's numbers: coordination is read by many, who need none."""

    default_error_messages = {
        "personal": both(
            "含有电话、证件号码或邮箱，请删去。",
            "It holds a phone, ID or card number or an address of mail: leave it out.",
        )
    }

    def __init__(self, *, longest: int, lines: bool = True, **kwargs: Any) -> None:
        super().__init__(longest=longest, lines=lines, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if mask_text(text) != text:
            raise self.make_error("personal")
        return text


class Ids(fields.List):
    """A list of different ids or codes, `least` to `most` of them."""

    default_error_messages = {
        "required": both("必填。", "Required."),
        "null": both("不能为空值。", "May not be null."),
        "invalid": both("应为列表。", "Must be a list."),
        "few": both("至少{least}个。", "At least {least}."),
        "many": both("最多{most}个，现有{has}个。", "At most {most}; it has {has}."),
        "twice": both("有重复：{what}。", "Named twice: {what}."),
    }

    def __init__(self, *, longest: int = 50, least: int = 0, most: int, **kwargs: Any) -> None:
        super().__init__(Text(longest=longest), **kwargs)
        self.least = least
        self.most = most
        self.metadata = {"minItems": least, "maxItems": most, **self.metadata}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        if isinstance(value, list) and len(value) > self.most:
            raise self.make_error("many", most=self.most, has=len(value))
        found: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        if len(found) < self.least:
            raise self.make_error("few", least=self.least)
        seen: set[str] = set()
        for one in found:
            if one in seen:
                raise self.make_error("twice", what=one)
            seen.add(one)
        return found


class CoordinationReasonIn(Body):
    """Why."""

    reason = Words(longest=2_000, required=True)


class CoordinationStepOut(ma.Schema):
    """A line of the journal: who took which step when."""

    step = fields.Str()
    title = fields.Str()
    state = fields.Str()
    at = fields.AwareDateTime()
    by = fields.Str()
    unit = fields.Str(allow_none=True)


class ThingOut(ma.Schema):
    """What everything of coordination answers; `allowed` is what the caller's role may do now."""

    id = fields.Str()
    version = fields.Int()
    state = fields.Str()
    state_name = fields.Str()
    begun_by = fields.Str(allow_none=True)
    begun_at = fields.AwareDateTime()
    changed_at = fields.AwareDateTime()
    allowed = fields.List(fields.Str())
    journal = fields.List(fields.Nested(CoordinationStepOut))


class LinkedCaseOut(ma.Schema):
    """A case as seen through a meeting, task or advice."""

    case_id = fields.Str()
    case_no = fields.Str()
    secret = fields.Bool()
    title = fields.Str(allow_none=True)
    content = fields.Str(allow_none=True)


class LinkedCasesOut(ma.Schema):
    """A page of cases."""

    items = fields.List(fields.Nested(LinkedCaseOut))
    next_cursor = fields.Str(allow_none=True)
