"""What every check is made of: a pure function, what it takes from the table, what it tells."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from routing.domain.opinion import Claim, Context, Opinion

Params = Mapping[str, Any]
Function = Callable[[Opinion, Context, Params], Iterator["Found"]]


@dataclass(frozen=True)
class Found:
    """Something a check found: in which field, and what its message is filled with."""

    where: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Checker:
    """A check's function; `plain` ones can also judge a text of which only the words are known.

    `takes` names its parameters and their kinds (`KINDS_OF_PARAM`), `tells` the facts that its
    messages may name.
    """

    function: Function
    takes: Mapping[str, str]
    tells: tuple[str, ...]
    plain: bool


CHECKERS: dict[str, Checker] = {}


def checker(*tells: str, plain: bool = False, **takes: str) -> Callable[[Function], Function]:
    """Enter a function in the register under its own name."""

    def enter(function: Function) -> Function:
        CHECKERS[function.__name__] = Checker(function, takes, tells, plain)
        return function

    return enter


def _words(value: Any) -> re.Pattern[str]:
    fits = isinstance(value, list) and value and all(isinstance(v, str) and v for v in value)
    if not fits:
        raise ValueError("must be a list of words")
    return re.compile("|".join(re.escape(word) for word in sorted(value, key=len, reverse=True)))


def _pattern(value: Any) -> re.Pattern[str]:
    try:
        return re.compile(value)
    except (re.error, TypeError) as error:
        raise ValueError(f"must be a regular expression ({error})") from error


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("must be a whole number, 0 or more")
    return value


def _share(value: Any) -> float:
    if type(value) not in (int, float) or not 0 < value <= 1:
        raise ValueError("must be a number above 0, at most 1")
    return float(value)


def _counts(value: Any) -> dict[str, int]:
    if not isinstance(value, dict) or not value:
        raise ValueError("must be a table of names and numbers")
    return {str(name): _count(number) for name, number in value.items()}


def _claim_part(value: Any) -> str:
    if value not in {part.name for part in fields(Claim)}:
        raise ValueError("must be a field of a claim")
    return str(value)


def _fact(value: Any) -> str:
    if value not in {part.name for part in fields(Context) if part.type is bool}:
        raise ValueError("must be a yes-or-no fact of the context")
    return str(value)


KINDS_OF_PARAM: dict[str, Callable[[Any], Any]] = {
    "words": _words,
    "pattern": _pattern,
    "count": _count,
    "share": _share,
    "counts": _counts,
    "claim_part": _claim_part,
    "fact": _fact,
}
"""How a parameter's value in the table becomes what the function uses."""


def claim_at(number: int, part: str) -> str:
    """The name of a claim's field, numbered as in JSON."""
    return f"claims.{number - 1}.{part}"


def fields_of(opinion: Opinion) -> Iterator[tuple[str, str]]:
    """Each field of words with its name, the petitioner's own claims left out."""
    for number, claim in enumerate(opinion.claims, start=1):
        for part in ("finding", "answer", "measures"):
            if text := getattr(claim, part):
                yield claim_at(number, part), text
    for part in ("facts", "handling"):
        if text := getattr(opinion, part):
            yield part, text


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [part for part in re.split(r"[。！？；\n]", text) if part]
