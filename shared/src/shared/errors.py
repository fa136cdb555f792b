"""Errors that reach a person: each has a status, a stable code and a sentence in two languages."""

from collections.abc import Mapping
from typing import Any

_BETWEEN = "\x1f"
LANGUAGES = ("zh", "en")


def both(zh: str, en: str) -> str:
    """One string that carries a message in Chinese and in English; `in_language` picks one.

    It survives marshmallow's `message.format(...)`, so a validator's parameters fill both halves.
    """
    return f"{zh}{_BETWEEN}{en}"


def in_language(message: str, language: str) -> str:
    """The half of a `both` message for `language` ("zh" or "en"); other strings unchanged."""
    zh, found, en = message.partition(_BETWEEN)
    return en if found and language == "en" else zh


class Refused(Exception):
    """A request that cannot be done; the HTTP layer answers it as problem+json.

    `errors` maps a field to its reason; `facts` are further members of the problem document,
    such as `allowed` actions or the legal `basis`. With `keep_work` what was written before is
    committed all the same: a wrong try counted, a refused look written down.
    """

    status = 400
    code = "bad_request"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        keep_work: bool = False,
        **facts: Any,
    ) -> None:
        super().__init__(in_language(message, "en"))
        self.message = message
        self.status = status or self.status
        self.code = code or self.code
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})
        self.keep_work = keep_work
        self.facts = facts


class Invalid(Refused):
    """The input is well-formed and still wrong: names each field and the reason."""

    status = 422
    code = "invalid"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(
            both("请求内容有误，请按提示更正。", "The request is not valid; see errors."),
            errors=errors,
        )


class NotFound(Refused):
    """Nothing here for this caller, whether it is absent or not theirs to know."""

    status = 404
    code = "not_found"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or both("没有找到。", "Not found."))


class Forbidden(Refused):
    """The caller is known and may not do this."""

    status = 403
    code = "forbidden"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or both("您没有进行此项操作的权限。", "You may not do this."))


class Conflict(Refused):
    """The thing is not in a state that allows this now."""

    status = 409
    code = "not_allowed_now"
