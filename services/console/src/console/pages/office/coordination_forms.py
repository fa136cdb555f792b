"""What is typed into a step of coordination, read as routing takes it.

Numbers of cases and petitions, which people know, become ids; days and times get the office's zone.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from console.asking import get
from console.domain.coordination import INSTRUCTIONS, TASKS, Step
from console.domain.forms import read
from console.pages.desk import ask
from console.pages.office.case_numbers import ids_of
from shared.clock import OFFICE_TZ

_LOOKED_BACK = 50


class Draft:
    """A form as typed: its fields, what stands in them, and the JSON that comes of it."""

    def __init__(
        self,
        step: Step,
        typed: "MultiDict[str, str]",
        about: Mapping[str, str],
        one: Mapping[str, Any] | None,
    ) -> None:
        self._step = step
        self._typed = typed
        self._about = about
        self._one = one
        self.errors: dict[str, str] = {}

    @cached_property
    def case(self) -> dict[str, Any] | None:
        """The case that the address names, where the reader may see it."""
        case_id = self._about.get("case")
        if not case_id:
            return None
        answer = ask(get("routing", f"/v1/cases/{case_id}", route="/v1/cases/{id}"))
        return dict(answer.body) if answer.ok else None

    @property
    def asks(self) -> tuple[dict[str, Any], ...]:
        """The fields to type; the case is not typed where the address names it."""
        return tuple(
            one for one in self._step.asks if one["type"] not in ("case",) or self.case is None
        )

    def sent(self, name: str) -> list[str]:
        """What stands in a field: what was typed, else what is known."""
        if request.method == "POST":
            return self._typed.getlist(name)
        if name == "minutes" and self._one:
            return [self._one.get("minutes") or ""]
        if name == "case_ids" and self.case and not self._about.get("source_id"):
            return [self.case["case_no"]]
        return []

    def offered(self, units: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The units to choose from: those that were invited, where a meeting has them."""
        if self._one and self._one.get("units"):
            invited = {unit["unit"] for unit in self._one["units"]}
            return [unit for unit in units if unit["code"] in invited]
        return units

    def read(self) -> tuple[dict[str, Any], str | None]:
        """The body for routing, and the case that the step is on; `errors` say what is wrong."""
        if self._typed.get("preset"):
            self._typed = MultiDict(self._typed)
            self._typed["text"] = self._typed["preset"]
        body = read([_plain(one) for one in self.asks], self._typed.getlist)
        for one in self.asks:
            name = one["name"]
            if one["type"] == "moment" and name in body:
                body[name] = _in_office_time(body[name])
            elif one["type"] == "cases" and name in body:
                body[name] = self._ids(name, body[name])
            elif one["type"] == "units":
                body.setdefault(name, [])
        case_id = self.case["case_id"] if self.case else None
        if "case" in body:
            case_id = next(iter(self._ids("case", [body.pop("case")])), None)
        elif case_id is None and any(one["type"] == "case" for one in self.asks):
            self.errors["case"] = _("必填。")
        if self._step is TASKS.begin:
            body |= _source(self._about)
        if any(one["name"] == "case" for one in self._step.asks) and self._step.end == "bookings":
            body["case_id"] = case_id
        return body, case_id

    def done(self) -> str:
        """What is said once the step was taken; of a usual instruction, on which case."""
        if preset := self._typed.get("preset"):
            number = self.case["case_no"] if self.case else ""
            return _("已批示%(number)s：%(text)s", number=number, text=preset)
        return _("已办理：%(title)s", title=_(self._step.title))

    def _ids(self, name: str, numbers: Iterable[str]) -> list[str]:
        """The ids of cases by their numbers or those of their petitions."""
        found, wrong = ids_of(numbers)
        if wrong:
            self.errors[name] = wrong
        return found


@dataclass(frozen=True)
class Usual:
    """What a leader needs for an instruction with one tap: the title that they used last, the
    sentence, and the cases on which they already wait for an answer."""

    leader_title: str
    preset: str
    waiting: frozenset[str]


def usual_instruction() -> Usual:
    """The usual instruction of whoever is signed in; without a title where they gave none yet."""
    listed = ask(get("routing", INSTRUCTIONS.path, limit=_LOOKED_BACK)).items
    mine = [one for one in listed if one["begun_by"] == g.member.account]
    return Usual(
        mine[0]["leader_title"] if mine else "",
        _(INSTRUCTIONS.presets[0]),
        frozenset(one["case_id"] for one in mine if one["state"] == "given"),
    )


def _plain(asks: Mapping[str, Any]) -> dict[str, Any]:
    """The field as forms read it: numbers of cases are lines."""
    return {**asks, "type": "lines"} if asks["type"] == "cases" else dict(asks)


def _in_office_time(typed: str) -> str:
    try:
        return dt.datetime.fromisoformat(typed).replace(tzinfo=OFFICE_TZ).isoformat()
    except ValueError:
        return typed


def _source(about: Mapping[str, str]) -> dict[str, Any]:
    """What a task comes of: what the address names, else the cases themselves."""
    if about.get("source_id"):
        return {"source": about["source"], "source_id": about["source_id"]}
    return {"source": "case"}
