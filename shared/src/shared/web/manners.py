"""Answers in the manner of a foreign standard, where it is not ours that a client speaks.

A route of such a manner names its format at the end of its address: `/services.json`, `.xml`. Its
answer has one member; XML calls the root so, JSON is that member's value.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, g, json, request

from shared.errors import NotFound, Refused, in_language

MEDIA_TYPES = {"json": "application/json", "xml": "text/xml"}


@dataclass(frozen=True)
class Manner:
    """How answers and refusals look; `items` says what XML calls each one of a list.

    `refusal` is the one member of the answer to a refusal.
    """

    items: Mapping[str, str]
    refusal: Callable[[Refused, str], dict[str, Any]]
    status: Callable[[Refused], int]

    def spoken(self, view: Callable[..., Response]) -> Callable[..., Response]:
        """A view all of whose answers, whatever goes wrong, are in this manner."""

        @wraps(view)
        def answer(**path: Any) -> Response:
            if path["format"] not in MEDIA_TYPES:
                raise NotFound()
            g.manner = self
            return view(**path)

        return answer

    def present(self, answer: Mapping[str, Any], status: int) -> Response:
        """An answer in the format that the address asks for."""
        kind = (request.view_args or {})["format"]
        ((root, value),) = answer.items()
        if kind == "json":
            body = json.dumps(value, ensure_ascii=False).encode()
        else:
            body = ET.tostring(self._element(root, value), encoding="utf-8", xml_declaration=True)
        response = Response(body, status=status)
        response.content_type = f"{MEDIA_TYPES[kind]}; charset=utf-8"
        response.headers["Cache-Control"] = "no-store"
        return response

    def refuse(self, error: Refused, language: str) -> Response:
        """The answer to a refusal."""
        response = self.present(self.refusal(error, language), self.status(error))
        response.headers.extend(error.headers)
        response.headers["Content-Language"] = language
        return response

    def _element(self, name: str, value: Any) -> ET.Element:
        element = ET.Element(name)
        if isinstance(value, Mapping):
            element.extend(self._element(inner, one) for inner, one in value.items())
        elif isinstance(value, list):
            element.extend(self._element(self.items[name], one) for one in value)
        elif isinstance(value, bool):
            element.text = "true" if value else "false"
        elif value is not None:
            element.text = str(value)
        return element


def reasons(error: Refused, language: str) -> list[str]:
    """Why something is refused: each field and its reason, or the one sentence there is."""
    found = [f"{field}: {in_language(why, language)}" for field, why in error.errors.items()]
    return found or [in_language(error.message, language)]
