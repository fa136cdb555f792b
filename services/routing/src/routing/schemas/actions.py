"""The body of each action of the procedure, made from what its row asks for."""

from collections.abc import Callable
from typing import Any

import marshmallow as ma
from marshmallow import fields

from routing.domain.procedure import Action, Field
from shared.errors import both
from shared.web.fields import Body, Code, Day, Flag, Moment, Part, Text, Whole

_CODE, _NAME, _MANY = 50, 100, 50
PURPOSES = ("petition", "suggestion", "accusation", "inquiry")


class Many(fields.List):
    """A list of at most so many; one of the same twice counts once."""

    default_error_messages = {
        "required": both("必填。", "Required."),
        "null": both("不能为空值。", "May not be null."),
        "invalid": both("应为列表。", "Must be a list."),
        "many": both("最多{most}项。", "At most {most}."),
    }

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, list) and len(value) > _MANY:
            raise self.make_error("many", most=_MANY)
        found = super()._deserialize(value, *args, **kwargs)
        return found if found and isinstance(found[0], dict) else list(dict.fromkeys(found))


class ActionIn(Body):
    """What every action may carry: the time at which imported history happened."""

    at = Moment(allow_none=True, load_default=None)


class SplitPart(Body):
    """One matter that a petition is split into; who it accuses never hears of it."""

    purpose = Code(PURPOSES, required=True)
    title = Text(longest=200, required=True)
    content = Text(longest=50_000, lines=True, required=True)
    accused_units = Many(Text(longest=_CODE), load_default=list)
    accused_accounts = Many(Text(longest=_NAME), load_default=list)


def _listed(longest: int) -> Callable[..., fields.Field[Any]]:
    return lambda _field, **more: Many(Text(longest=longest), **more)


_MAKERS: dict[str, Callable[..., fields.Field[Any]]] = {
    "account": lambda _f, **more: Text(longest=_NAME, **more),
    "accounts": _listed(_NAME),
    "case": lambda _f, **more: Text(longest=36, **more),
    "category": lambda _f, **more: Text(longest=_CODE, **more),
    "code": lambda f, **more: Code(tuple(f.choices), f.choices, **more),
    "day": lambda _f, **more: Day(**more),
    "flag": lambda _f, **more: Flag(**more),
    "keys": _listed(36),
    "line": lambda f, **more: Text(longest=f.most, **more),
    "lines": lambda f, **more: Many(Text(longest=f.most), **more),
    "parts": lambda _f, **more: Many(Part(SplitPart), **more),
    "text": lambda f, **more: Text(longest=f.most, shortest=f.least, lines=True, **more),
    "unit": lambda _f, **more: Text(longest=_CODE, **more),
    "units": _listed(_CODE),
    "whole": lambda f, **more: Whole(least=f.least, most=f.most, **more),
}


def body_of(action: Action) -> type[ActionIn]:
    """The request body of an action."""
    members = {ask.name: _member(ask.field, required=ask.required) for ask in action.asks.values()}
    name = "".join(part.capitalize() for part in action.name.split("_")) + "In"
    made: type[ActionIn] = type(
        name, (ActionIn,), members | {"__doc__": f"What is asked for {action.title}."}
    )
    return made


def _member(field: Field, *, required: bool) -> ma.fields.Field[Any]:
    about = {"description": field.title}
    if required:
        return _MAKERS[field.type](field, required=True, metadata=about)
    return _MAKERS[field.type](field, allow_none=True, load_default=None, metadata=about)
