"""`python -m routing categories import FILE | export`: the office's tree of categories."""

import argparse
import sys
from pathlib import Path

from routing.domain.categories import RulesError
from routing.domain.category_files import Merged, written
from routing.tools.database import office_database
from routing.use_cases.categories import import_tree, stored_tree
from shared.clock import SystemClock
from shared.errors import LANGUAGES, in_language
from shared.settings import BadSettings

REFUSED_EXIT = 1
BAD_SETTINGS_EXIT = 2


def main(arguments: list[str]) -> None:
    """import or export the tree of categories; needs DATABASE_URL"""
    asked = _parser().parse_args(arguments)
    try:
        asked.run(asked)
    except RulesError as error:
        for language in LANGUAGES:
            sys.stderr.write(f"{in_language(error.message, language)}\n")
        raise SystemExit(REFUSED_EXIT) from error
    except (BadSettings, OSError) as error:
        sys.stderr.write(f"categories: {error}\n")
        raise SystemExit(BAD_SETTINGS_EXIT) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m routing categories", description=main.__doc__)
    commands = parser.add_subparsers(required=True)
    reading = commands.add_parser("import", help="make the tree in a CSV file the office's")
    reading.add_argument("file", type=Path, help="code,name,parent,… or l1,l2,…; UTF-8 or GB 18030")
    reading.add_argument(
        "--unit", default="bureau", help="handles what a file of names says no unit for (bureau)"
    )
    reading.add_argument("--dry-run", action="store_true", help="only say what would change")
    reading.set_defaults(run=_import)
    writing = commands.add_parser("export", help="print the tree as CSV")
    writing.set_defaults(run=_export)
    return parser


def _import(asked: argparse.Namespace) -> None:
    raw = asked.file.read_bytes()
    with office_database() as db, db.write() as session:
        merged = import_tree(
            session,
            raw=raw,
            file=asked.file.name,
            unit=asked.unit,
            dry_run=asked.dry_run,
            clock=SystemClock(),
        )
    sys.stdout.write(_told(merged, dry_run=asked.dry_run))


def _told(merged: Merged, *, dry_run: bool) -> str:
    counts = (len(merged.added), len(merged.changed), len(merged.ended))
    zh = "新增{}、变更{}、停用{}个类别".format(*counts)
    en = "{} categories added, {} changed, {} no longer valid".format(*counts)
    end = "（试运行，未写入） (dry run: nothing written)" if dry_run else ""
    return f"{zh}; {en}{end}\n"


def _export(_: argparse.Namespace) -> None:
    with office_database() as db, db.read() as session:
        sys.stdout.write(written(stored_tree(session)))
