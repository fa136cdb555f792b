"""Fields and schemas of requests: each refusal is a sentence in Chinese and English."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields

from shared.clock import EARLIEST, LATEST
from shared.errors import both

_COMMON: dict[str, Any] = {
    "required": both("必填。", "Required."),
    "null": both("不能为空值。", "May not be null."),
    "validator_failed": both("值无效。", "Invalid value."),
}
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?\Z", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_HAS_OFFSET = re.compile(r"([Zz]|[+-]\d\d:?\d\d)\Z")
# The Unicode categories Cc, Zl, Zp and Cs.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNPRINTABLE_IN_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def unprintable(text: str, *, lines: bool) -> str | None:
    """Why a text cannot be kept or shown (NUL, control characters, lone surrogates), or None."""
    found = (_UNPRINTABLE_IN_LINES if lines else _UNPRINTABLE).search(text)
    if found is None:
        return None
    at, char = found.start() + 1, found.group()
    if unicodedata.category(char) == "Cs":
        return both(f"第{at}个字符是不成对的代理码位。", f"Character {at} is a lone surrogate.")
    return both(
        f"第{at}个字符是控制字符（U+{ord(char):04X}）。",
        f"Character {at} is a control character (U+{ord(char):04X}).",
    )


class Text(fields.String):
    """A text of `shortest` to `longest` characters, kept as sent but for outer white space."""

    default_error_messages = _COMMON | {
        "invalid": both("应为文本。", "Must be a text."),
        "empty": both("不能为空。", "May not be empty."),
        "long": both("最多{most}个字，现有{has}个字。", "At most {most} characters; it has {has}."),
        "short": both("至少{least}个字。", "At least {least} characters."),
    }

    def __init__(
        self, *, longest: int, shortest: int = 1, lines: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.longest = longest
        self.shortest = shortest
        self.lines = lines
        self.metadata = {"maxLength": longest, "minLength": shortest, **self.metadata}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        text = value.strip()
        if len(text) > self.longest:
            raise self.make_error("long", most=self.longest, has=len(text))
        if wrong := unprintable(text, lines=self.lines):
            raise ma.ValidationError(wrong)
        if not text and self.shortest:
            raise self.make_error("empty")
        if len(text) < self.shortest:
            raise self.make_error("short", least=self.shortest)
        return text


class Code(fields.String):
    """One of a table's codes; the refusal lists them."""

    default_error_messages = _COMMON | {
        "invalid": both("应为文本。", "Must be a text."),
        "choice": both("应为以下之一：{choices}。", "Must be one of: {choices}."),
    }

    def __init__(
        self, choices: tuple[str, ...], names: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        """`names` says in Chinese what codes mean, for the refusal."""
        super().__init__(**kwargs)
        self.choices = choices
        self.names = names or {}
        documented = [*choices, None] if self.allow_none else list(choices)
        self.metadata = {"enum": documented, **self.metadata}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if value not in self.choices:
            listed = [f"{c}（{self.names[c]}）" if c in self.names else c for c in self.choices]
            raise self.make_error("choice", choices="、".join(listed))
        return value


class Moment(fields.AwareDateTime):
    """An RFC 3339 time with its offset, between 1949 and 2200; loaded as UTC."""

    default_error_messages = _COMMON | {
        "invalid": both(
            "应为RFC 3339时间，例如2026-03-02T09:30:00+08:00。",
            "Must be an RFC 3339 time such as 2026-03-02T09:30:00+08:00.",
        ),
        "naive": both(
            "时间必须带时区偏移，例如+08:00。", "The time needs its offset, such as +08:00."
        ),
        "range": both("时间超出可接受的范围。", "The time is out of range."),
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dt.datetime:
        if not isinstance(value, str) or not _RFC3339.match(value):
            raise self.make_error("invalid")
        if not _HAS_OFFSET.search(value):
            raise self.make_error("naive")
        try:
            moment = dt.datetime.fromisoformat(value.upper()).astimezone(dt.UTC)
        except ValueError as error:
            raise self.make_error("invalid") from error
        except OverflowError as error:
            raise self.make_error("range") from error
        if not EARLIEST <= moment < LATEST:
            raise self.make_error("range")
        return moment


class Day(fields.Date):
    """A calendar day of the office, YYYY-MM-DD."""

    default_error_messages = _COMMON | {
        "invalid": both("应为日期，例如2026-03-02。", "Must be a date such as 2026-03-02."),
        "range": both(
            f"不能早于{EARLIEST.date()}，应早于{LATEST.date()}。",
            f"Not before {EARLIEST.date()}, and before {LATEST.date()}.",
        ),
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dt.date:
        if not isinstance(value, str) or not _DAY.match(value):
            raise self.make_error("invalid")
        try:
            day = dt.date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("invalid") from error
        if not EARLIEST.date() <= day < LATEST.date():
            raise self.make_error("range")
        return day


class Flag(fields.Boolean):
    """true or false, and nothing that merely looks like it."""

    default_error_messages = _COMMON | {
        "invalid": both("应为true或false。", "Must be true or false.")
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if value is True or value is False:
            return value
        raise self.make_error("invalid")


class Whole(fields.Integer):
    """A whole number in a range; in a query it arrives as text."""

    default_error_messages = _COMMON | {
        "invalid": both("应为整数。", "Must be a whole number."),
        "range": both("应在{least}和{most}之间。", "Must be between {least} and {most}."),
    }

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least = least
        self.most = most
        self.metadata = {"minimum": least, "maximum": most, **self.metadata}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        if isinstance(value, str) and re.fullmatch(r"-?\d{1,12}", value, re.ASCII):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid")
        if not self.least <= value <= self.most:
            raise self.make_error("range", least=self.least, most=self.most)
        return value


class Number(fields.Float):
    """A number in a range, such as a coordinate."""

    default_error_messages = _COMMON | {
        "invalid": both("应为数字。", "Must be a number."),
        "range": both("应在{least}和{most}之间。", "Must be between {least} and {most}."),
    }

    def __init__(self, *, least: float, most: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least = least
        self.most = most
        self.metadata = {"minimum": least, "maximum": most, **self.metadata}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.make_error("invalid")
        if not self.least <= value <= self.most:
            raise self.make_error("range", least=self.least, most=self.most)
        return float(value)


class Items(fields.List):
    """A list of `least` to `most` items."""

    default_error_messages = _COMMON | {
        "invalid": both("应为列表。", "Must be a list."),
        "many": both("最多{most}项，现有{has}项。", "At most {most} items; it has {has}."),
        "few": both("至少{least}项。", "At least {least} items."),
    }

    def __init__(self, inner: Any, *, most: int, least: int = 0, **kwargs: Any) -> None:
        super().__init__(inner, **kwargs)
        self.most = most
        self.least = least
        self.metadata = {"maxItems": most, "minItems": least, **self.metadata}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if len(value) > self.most:
            raise self.make_error("many", most=self.most, has=len(value))
        if len(value) < self.least:
            raise self.make_error("few", least=self.least)
        found: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        return found


class Part(fields.Nested):
    """An object inside an object."""

    default_error_messages = _COMMON | {"type": both("应为对象。", "Must be an object.")}


class Body(ma.Schema):
    """A request body: unknown fields are refused by name.

    One that `may_be_left_out` is then as if it were empty.
    """

    may_be_left_out = False

    error_messages = {
        "unknown": both("没有这个字段。", "There is no such field."),
        "type": both("应为JSON对象。", "Must be a JSON object."),
    }


class Query(Body):
    """The query parameters of a GET; every list has `limit` and `cursor`."""


class PageQuery(Query):
    """Query of a keyset-paged list."""

    limit = Whole(least=1, most=200, load_default=50)
    cursor = Text(longest=500, load_default=None)
