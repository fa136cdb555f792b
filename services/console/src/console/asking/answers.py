"""What a service answered, or that it did not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True)
class Answer:
    """A status with the JSON and the headers that came with it; status None without an answer."""

    status: int | None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.status is not None and self.status < HTTPStatus.BAD_REQUEST

    @property
    def away(self) -> bool:
        """Whether the service gave no answer of its own: down, too slow or overrun."""
        return (
            self.status is None
            or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            or self.status == HTTPStatus.TOO_MANY_REQUESTS
        )

    @property
    def unauthorised(self) -> bool:
        return self.status == HTTPStatus.UNAUTHORIZED

    @property
    def forbidden(self) -> bool:
        return self.status == HTTPStatus.FORBIDDEN

    @property
    def missing(self) -> bool:
        return self.status == HTTPStatus.NOT_FOUND

    @property
    def stale(self) -> bool:
        """Whether somebody else was first (412)."""
        return self.status == HTTPStatus.PRECONDITION_FAILED

    @property
    def detail(self) -> str:
        """Why it was refused, in the reader's language; empty where nothing is said."""
        return str(self.body.get("detail") or "") if isinstance(self.body, dict) else ""

    @property
    def errors(self) -> dict[str, str]:
        """The reason for each field that is wrong."""
        found = self.body.get("errors") if isinstance(self.body, dict) else None
        if not isinstance(found, list):
            return {}
        return {str(one.get("field")): str(one.get("reason")) for one in found}

    @property
    def items(self) -> list[dict[str, Any]]:
        """The rows of a list; none where it was not answered."""
        found = self.body.get("items") if self.ok and isinstance(self.body, dict) else None
        return found if isinstance(found, list) else []

    @property
    def next_cursor(self) -> str | None:
        return self.body.get("next_cursor") if self.ok and isinstance(self.body, dict) else None
