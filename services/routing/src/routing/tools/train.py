"""`python -m routing train`: learn a classifier, measure it, and use it where it is better."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from routing.domain.categories import Category, Mistakes, RulesError
from routing.domain.category_files import decoded, numbered_rows
from routing.tools.database import office_database
from shared.clock import SystemClock
from shared.db import Database
from shared.errors import LANGUAGES, in_language
from shared.settings import BadSettings

if TYPE_CHECKING:
    from routing.learning.training import Sample

REFUSED_EXIT = 1
BAD_SETTINGS_EXIT = 2
RULES = "rules"


def main(arguments: list[str]) -> None:
    """learn categories from a file or from what was chosen here; needs DATABASE_URL"""
    asked = _parser().parse_args(arguments)
    try:
        _run(asked)
    except RulesError as error:
        for language in LANGUAGES:
            sys.stderr.write(f"{in_language(error.message, language)}\n")
        raise SystemExit(REFUSED_EXIT) from error
    except (BadSettings, OSError) as error:
        sys.stderr.write(f"train: {error}\n")
        raise SystemExit(BAD_SETTINGS_EXIT) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m routing train", description=main.__doc__)
    parser.add_argument("--from", dest="file", type=Path, help="CSV: title, body, label")
    parser.add_argument(
        "--label",
        action="append",
        default=[],
        metavar="LABEL=CODE",
        help="a label of the file that is neither a category's code, nor its name or path",
    )
    parser.add_argument("--database", action="store_true", help="what was chosen for cases here")
    parser.add_argument("--measure", action="store_true", help="cross-validate only, keep nothing")
    parser.add_argument("--promote", action="store_true", help="use it, if it is better")
    parser.add_argument("--use", metavar="VERSION", help=f"go back to a version, or to {RULES!r}")
    return parser


def _run(asked: argparse.Namespace) -> None:
    from routing.learning.training import TooLittle  # noqa: PLC0415 - only who learns pays for it

    try:
        if asked.measure and asked.file and not asked.database:
            _measure(_read(asked.file, tree=None, names={}))
            return
        with office_database() as db:
            if asked.use:
                _use(db, asked.use)
            elif asked.measure:
                _measure(_samples(db, asked))
            else:
                _train(db, asked)
    except TooLittle as error:
        sys.stderr.write(f"train: 样本太少，无法学习 too little to learn from: {error}\n")
        raise SystemExit(REFUSED_EXIT) from error


def _samples(db: Database, asked: argparse.Namespace) -> "list[Sample]":
    from routing.use_cases import categories, learning  # noqa: PLC0415

    samples = []
    with db.read() as session:
        if asked.file:
            tree = categories.stored_tree(session)
            names = dict(pair.partition("=")[::2] for pair in asked.label)
            samples += _read(asked.file, tree=tree, names=names)
        if asked.database or not asked.file:
            samples += learning.own_history(session)
    return samples


def _read(
    file: Path, *, tree: Mapping[str, Category] | None, names: Mapping[str, str]
) -> "list[Sample]":
    """The samples in a file; with a tree each label must be one of its categories."""
    from routing.learning.training import Sample  # noqa: PLC0415

    mistakes = Mistakes(file.name)
    known = _codes(tree or {})
    samples = []
    for line, row in numbered_rows(decoded(file.read_bytes(), file=file.name), file=file.name):
        content = row.get("body") or row.get("content", "")
        label = row.get("label", "")
        if not label or not (row.get("title") or content):
            mistakes.add(line, "缺少title、body或label。", "no title and body, or no label.")
            continue
        code = label if tree is None else known.get(names.get(label, label))
        if code is None:
            mistakes.add(line, f"没有类别“{label}”。", f"there is no category {label!r}.")
            continue
        samples.append(Sample(row.get("title", ""), content, code))
    mistakes.check()
    return samples


def _codes(tree: Mapping[str, Category]) -> dict[str, str]:
    """The code for each code, path and unambiguous name of a valid category."""
    found: dict[str, str] = {}
    valid = sorted((c for c in tree.values() if c.valid), key=lambda c: -c.level)
    for category in valid:
        found[category.name] = category.code
    for category in valid:
        found["/".join(category.path)] = category.code
        found[category.code] = category.code
    return found


def _measure(samples: "list[Sample]") -> None:
    from routing.learning.training import cross_validated, frequent  # noqa: PLC0415

    _print("5-fold", cross_validated(frequent(samples)))


def _train(db: Database, asked: argparse.Namespace) -> None:
    from routing.use_cases import learning  # noqa: PLC0415

    learnt = learning.learn(_samples(db, asked))
    source = asked.file.name if asked.file else "database"
    now = SystemClock().now()
    with db.write() as session:
        champion, before = learning.champion_figures(session, held=learnt.held)
        version = learning.keep_version(session, learnt=learnt, source=source, now=now)
        better = learning.is_better(learnt.metrics, than=before)
        if asked.promote and better:
            learning.promote(session, version=version, now=now)
    _print(f"now: {champion}", before)
    _print(f"new: {version}", learnt.metrics)
    if asked.promote and better:
        sys.stdout.write(f"已启用版本{version} version {version} is in use from now on\n")
    elif asked.promote:
        sys.stdout.write(f"不优于现用版本，未启用 not better than {champion}: not in use\n")
    else:
        sys.stdout.write(f"未启用 not in use; `train --use {version}` uses it\n")


def _use(db: Database, wanted: str) -> None:
    from routing.use_cases import learning  # noqa: PLC0415

    with db.write() as session:
        if wanted == RULES:
            learning.back_to_rules(session)
        elif not wanted.isdecimal() or not learning.promote(
            session, version=int(wanted), now=SystemClock().now()
        ):
            raise BadSettings(f"there is no version {wanted}")
    sys.stdout.write(f"已启用 in use: {wanted}\n")


def _print(who: str, found: Mapping[str, Any]) -> None:
    parts = [f"{name} {value}" for name, value in found.items() if name != "by_label"]
    sys.stdout.write(f"{who:12} {', '.join(parts)}\n")
    for label, f1 in found["by_label"].items():
        sys.stdout.write(f"{'':12} {label} F1 {f1}\n")
