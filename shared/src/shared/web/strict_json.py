"""JSON as the standard has it, and no deeper than anything of ours."""

import json
from typing import Any

from shared.errors import Refused, both

_DEEPEST = 20


def parse_json(raw: bytes) -> Any:
    """Strict JSON: UTF-8, no NaN, no repeated names, not deep; Refused says what is wrong."""
    try:
        value = json.loads(
            raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_repeats
        )
    except UnicodeDecodeError as error:
        raise _bad_json(both("不是UTF-8编码。", "It is not UTF-8.")) from error
    except RecursionError as error:
        raise _bad_json(both("嵌套过深。", "It is nested too deeply.")) from error
    except json.JSONDecodeError as error:
        where = both(
            f"第{error.lineno}行第{error.colno}列有误。",
            f"Line {error.lineno}, column {error.colno}.",
        )
        raise _bad_json(where) from error
    except _NotStrict as error:
        raise _bad_json(str(error)) from error
    except ValueError as error:
        raise _bad_json(both("有过大的数字。", "A number is too large.")) from error
    if _depth(value) > _DEEPEST:
        raise _bad_json(both("嵌套过深。", "It is nested too deeply."))
    return value


def _depth(value: Any) -> int:
    deep, level = 0, [value]
    while level and deep <= _DEEPEST + 1:
        deep += 1
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner.extend(one.values())
            elif isinstance(one, list):
                inner.extend(one)
        level = inner
    return deep


class _NotStrict(ValueError):
    """JSON that Python would take and the standard does not."""


def _no_constant(name: str) -> Any:
    raise _NotStrict(both(f"不能使用{name}。", f"{name} is not JSON."))


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NotStrict(both("有重复的字段名。", "A name is repeated."))
    return found


def _bad_json(reason: str) -> Refused:
    return Refused(
        both("请求内容不是有效的JSON。", "The body is not valid JSON."),
        code="bad_json",
        errors={"body": reason},
    )
