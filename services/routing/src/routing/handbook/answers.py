"""The checks of answers as they are printed: standards/answer_checks.yaml."""

import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from routing.domain.standards import Source, expect, read_yaml
from routing.handbook.reading import words_at

FILE = "answer_checks.yaml"
LEVELS = {"block": "必改", "warn": "提醒", "hint": "提示"}
KINDS = {
    "petition": "信访程序",
    "simple": "简易办理",
    "duty": "履职答复",
    "suggestion": "建议意见",
    "review": "复查",
    "re_review": "复核",
}

_GAP = re.compile(r"\{\w+\}")
"""What is filled in once a check finds fault, such as the number of a claim."""


@dataclass(frozen=True)
class AnswerCheck:
    """One check: what is said where it finds fault, how much that weighs, for which answers."""

    code: str
    title: str
    says: str
    level: str
    kinds: tuple[str, ...]
    basis: str


def load_answers(*, folder: Path | None = None) -> tuple[AnswerCheck, ...] | None:
    """The checks in their order; None where an office has no such file."""
    own = folder is not None and (folder / FILE).is_file()
    if not own and not (resources.files("routing.standards") / FILE).is_file():
        return None
    source = read_yaml(FILE, folder=folder)
    rows = expect(source, source.values, dict, "文件").get("checks")
    expect(source, rows, list, "checks", "checks")
    return tuple(_check(source, at) for at in range(len(rows or ())))


def _check(source: Source, at: int) -> AnswerCheck:
    place = ("checks", at)
    row = expect(source, source.values["checks"][at], dict, "checks", *place)
    for key in ("code", "title", "zh", "level", "basis", "applies_to"):
        if key not in row:
            raise source.fault(f"缺少“{key}”", f"{key!r} is missing", *place)
    code, title, says, level, basis = (
        words_at(source, *place, key) for key in ("code", "title", "zh", "level", "basis")
    )
    kinds = expect(source, row["applies_to"], list, "applies_to", *place, "applies_to")
    known = (LEVELS if level not in LEVELS else KINDS, [level] if level not in LEVELS else kinds)
    for name in known[1]:
        if name not in known[0]:
            raise source.fault(f"没有“{name}”", f"there is no {name!r}", *place)
    used = tuple(KINDS[kind] for kind in kinds)
    told = ("全部",) if set(kinds) == set(KINDS) else used
    return AnswerCheck(code, title, _GAP.sub("…", says), LEVELS[level], told, basis)
