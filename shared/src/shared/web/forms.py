"""Forms: application/x-www-form-urlencoded in UTF-8, each field once."""

from urllib.parse import parse_qsl

from shared.errors import Refused, both

_TYPE = "application/x-www-form-urlencoded"
_FIELDS_MOST = 100


def parse_form(raw: bytes, media_type: str) -> dict[str, str]:
    """The fields that are filled in; Refused says what is wrong. An empty field is none."""
    if media_type != _TYPE:
        raise Refused(
            both(f"请以{_TYPE}发送。", f"Send {_TYPE}."), status=415, code="unsupported_media_type"
        )
    try:
        sent = parse_qsl(raw.decode("utf-8"), errors="strict", max_num_fields=_FIELDS_MOST)
    except UnicodeError as error:
        raise _bad_form(both("不是UTF-8编码。", "It is not UTF-8.")) from error
    except ValueError as error:
        raise _bad_form(both("字段过多。", "It has too many fields.")) from error
    found = dict(sent)
    if len(found) != len(sent):
        raise _bad_form(both("有重复的字段名。", "A name is repeated."))
    return found


def _bad_form(reason: str) -> Refused:
    return Refused(
        both("请求内容不是有效的表单。", "The body is not a valid form."),
        code="bad_form",
        errors={"body": reason},
    )
