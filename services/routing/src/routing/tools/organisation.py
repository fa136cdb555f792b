"""`python -m routing organisation import|export`: the tables of units and responsibilities.

    python -m routing organisation export units units.csv
    python -m routing organisation import responsibilities duties.csv --dry-run

It needs DATABASE_URL alone. A table with a mistake is refused whole, each line with its reason in
Chinese and English, and exit code 1; UTF-8 (with or without a mark) and GB18030 are read.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from routing.domain.suggestion import load_rules
from routing.use_cases import units as use_cases
from shared.cli import ForMigrating
from shared.clock import SystemClock, office_day
from shared.csv_table import decode
from shared.db import Database, Session
from shared.errors import Refused, in_language
from shared.settings import BadSettings, read_settings

TABLES = ("units", "responsibilities")
_KINDS = {"added": "新增 added", "changed": "变更 changed", "ended": "终止 ended"}


def main(arguments: list[str]) -> None:
    """Import or export the organisation and its responsibilities as CSV."""
    asked = _parser().parse_args(arguments)
    try:
        database = Database(read_settings(ForMigrating).database_url, service="routing")
    except BadSettings as error:
        raise SystemExit(f"organisation: {error}") from error
    try:
        _export(database, asked) if asked.command == "export" else _import(database, asked)
    finally:
        database.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m routing organisation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("import", "export"):
        command = commands.add_parser(name)
        command.add_argument("table", choices=TABLES)
        command.add_argument("file", type=Path)
    commands.choices["import"].add_argument(
        "--dry-run", action="store_true", help="only tell what would change"
    )
    return parser


def _export(database: Database, asked: argparse.Namespace) -> None:
    export = use_cases.export_units if asked.table == "units" else use_cases.export_responsibilities
    with database.read() as session:
        text = export(session)["csv"]
    asked.file.write_text(text, encoding="utf-8-sig", newline="")


def _import(database: Database, asked: argparse.Namespace) -> None:
    try:
        text = decode(asked.file.read_bytes())
    except OSError as error:
        raise SystemExit(f"{asked.file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SystemExit(
            f"{asked.file}: 既非UTF-8也非GB18030。 Neither UTF-8 nor GB18030."
        ) from error
    try:
        with database.write() as session:
            report = _imported(session, asked, text)
    except Refused as refused:
        reasons = refused.errors or {"": refused.message}
        for where, reason in reasons.items():
            zh, en = in_language(reason, "zh"), in_language(reason, "en")
            sys.stderr.write(f"{asked.file} {where}: {zh} {en}\n")
        raise SystemExit(1) from refused
    _tell(report)


def _imported(session: Session, asked: argparse.Namespace, text: str) -> dict[str, Any]:
    how: dict[str, Any] = {
        "text": text,
        "dry_run": asked.dry_run,
        "revision": None,
        "now_day": office_day(SystemClock().now()),
    }
    if asked.table == "units":
        return use_cases.import_units(session, **how)
    categories = load_rules().categories
    return use_cases.import_responsibilities(session, **how, categories=categories)


def _tell(report: dict[str, Any]) -> None:
    for one in report["changes"]:
        fields = f" ({', '.join(one['fields'])})" if one["fields"] else ""
        sys.stdout.write(f"{_KINDS[one['change']]}: {one['what']}{fields}\n")
    counts = ", ".join(f"{name} {report[name]}" for name in (*_KINDS, "unchanged"))
    dry = "试运行，未改动 dry run: " if report["dry_run"] else ""
    sys.stdout.write(f"{dry}{counts}\n")
