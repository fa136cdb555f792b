"""The words of notices, read from notices.yaml and checked whole at start."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from intake.domain.notices.media import MEDIA
from intake.domain.progress import STAGE_TEXTS

FILE = Path(__file__).parents[2] / "data" / "notices.yaml"
OCCASIONS = ("receipt", "progress", "supplement", "result", "evaluation")

_EVERYWHERE = frozenset({"office", "where"})
_NOT_SECRET = _EVERYWHERE | {"petition_no", "date"}
PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "receipt": _NOT_SECRET | {"code"},
    "progress": _NOT_SECRET | {"progress"},
    "supplement": _NOT_SECRET | {"until", "what"},
    "result": _NOT_SECRET | {"progress", "reply"},
    "evaluation": _NOT_SECRET,
    "neutral": _EVERYWHERE,
    "phone_code": frozenset({"office", "code", "minutes", "purpose"}),
    "phone_code.secret": frozenset({"office", "code", "minutes"}),
}
"""What the words of each occasion may hold. `where` is where a citizen asks with number and code,
`code` the query code of a receipt, `progress` the sentence of the stage, `what` and `until` what is
to be supplemented and by which day, `reply` the opinion, for who consented to be served so.
What a phone code is for is not said in the secret lane."""
_ANY_MEDIUM_BUT = {"sms": {"what", "reply"}, "wechat": {"what", "reply"}, "letter": {"reply"}}
"""What may not be read over a shoulder or by another's server; an opinion on paper is served by
its own document."""
_LONGEST = {"sms": 300, "wechat": 1_000, "email": 5_000, "letter": 5_000}


@dataclass(frozen=True)
class Words:
    """A title (empty for an SMS) and a text with placeholders."""

    title: str
    text: str

    def filled(self, values: Mapping[str, str]) -> tuple[str, str]:
        return self.title.format_map(values), self.text.format_map(values).strip()


@dataclass(frozen=True)
class Occasion:
    """Why a citizen is written to, by which media, in which words."""

    name: str
    basis: str
    media: tuple[str, ...]
    at_once: bool
    words: Mapping[str, Words]


@dataclass(frozen=True)
class Texts:
    """All occasions; which one a stage of progress is; the words of the secret lane."""

    occasions: Mapping[str, Occasion]
    stages: Mapping[str, str]
    neutral: Mapping[str, Words]
    code: Words
    secret_code: Words

    def words(self, occasion: str, medium: str, *, secret: bool) -> Words:
        return self.neutral[medium] if secret else self.occasions[occasion].words[medium]


def read_texts(path: Path = FILE) -> Texts:
    """The file, checked; ValueError names the place of whatever is wrong."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    _only(raw, "notices.yaml", required={"occasions", "neutral", "phone_code"})
    _only(raw["occasions"], "occasions", required=set(OCCASIONS))
    occasions = {name: _occasion(name, raw["occasions"][name]) for name in OCCASIONS}
    stages: dict[str, str] = {}
    for name in OCCASIONS:
        for stage in raw["occasions"][name].get("stages", ()):
            if stage not in STAGE_TEXTS or stage in stages:
                raise ValueError(f"{name}: stage {stage!r} is none, or another occasion's")
            stages[stage] = name
    _only(raw["neutral"], "neutral", required=set(MEDIA))
    return Texts(occasions, stages, _words("neutral", raw["neutral"]), *_codes(raw["phone_code"]))


def _codes(row: Any) -> tuple[Words, Words]:
    """The words of phone codes, and those in the secret lane; SMS both."""
    _only(row, "phone_code", required={"sms", "secret"})
    for name, place in (("sms", "phone_code"), ("secret", "phone_code.secret")):
        _check_placeholders(row[name], place, PLACEHOLDERS[place])
    return Words("", row["sms"]), Words("", row["secret"])


def _occasion(name: str, row: Any) -> Occasion:
    _only(row, name, required={"name", "basis", "media", *MEDIA}, also={"stages", "at_once"})
    if not row["media"] or set(row["media"]) - set(MEDIA):
        raise ValueError(f"{name}: media are some of {', '.join(MEDIA)}")
    return Occasion(
        name=row["name"],
        basis=row["basis"],
        media=tuple(row["media"]),
        at_once=row.get("at_once", False),
        words=_words(name, row),
    )


def _words(name: str, row: Mapping[str, Any]) -> dict[str, Words]:
    found = {}
    for medium in MEDIA:
        place, words = f"{name}.{medium}", row[medium]
        if medium == "sms":
            words = {"title": "", "text": words}
        _only(words, place, required={"title", "text"})
        allowed = PLACEHOLDERS[name] - _ANY_MEDIUM_BUT.get(medium, set())
        for part in words.values():
            _check_placeholders(part, place, allowed)
        if "\n" in words["title"] or len(words["text"]) > _LONGEST[medium]:
            raise ValueError(f"{place}: a title is one line, a text {_LONGEST[medium]} characters")
        found[medium] = Words(**words)
    return found


def _check_placeholders(text: Any, place: str, allowed: frozenset[str] | set[str]) -> None:
    if not isinstance(text, str):
        raise ValueError(f"{place}: not a text")
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from error
    for _, field, spec, conversion in parts:
        if field is not None and (field not in allowed or spec or conversion):
            raise ValueError(f"{place}: {{{field}}} is not among {', '.join(sorted(allowed))}")


def _only(
    row: Any, place: str, *, required: set[str], also: frozenset[str] | set[str] = frozenset()
) -> None:
    if not isinstance(row, dict):
        raise ValueError(f"{place}: not a table")
    if wrong := (required - set(row)) | (set(row) - required - also):
        raise ValueError(f"{place}: missing or unknown: {', '.join(sorted(map(str, wrong)))}")
