"""`python -m routing calendar import FILE --year Y | show Y`: the calendar without a browser."""

import argparse
import dataclasses
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from routing.domain.notices import decoded
from routing.use_cases.calendar import calendar_year, put_notice
from shared import migrations
from shared.clock import SystemClock
from shared.db import Database, is_infrastructure
from shared.errors import Refused, in_language
from shared.log import describe
from shared.settings import BadSettings, read_settings, setting

REFUSED_EXIT = 1
BAD_SETTINGS_EXIT = 2
_BY = "calendar import"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ForCalendar:
    """All that `calendar` reads, so that it can run without the service's secrets."""

    database_url: str = setting(doc="SQLAlchemy URL: sqlite:///file or postgresql+psycopg://…")


def main(arguments: list[str]) -> None:
    """import or show a year's notice of holidays; needs DATABASE_URL"""
    asked = _parser().parse_args(arguments)
    try:
        with _database() as db:
            asked.run(db, asked)
    except Refused as refusal:
        for reason in refusal.errors.values() or [refusal.message]:
            sys.stderr.write(f"{getattr(asked, 'file', asked.year)}: {_said(reason)}\n")
        raise SystemExit(REFUSED_EXIT) from refusal
    except BadSettings as error:
        sys.stderr.write(f"calendar: {error}\n")
        raise SystemExit(BAD_SETTINGS_EXIT) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m routing calendar", description=main.__doc__)
    commands = parser.add_subparsers(required=True)
    reading = commands.add_parser("import", help="put a CSV file in place of a year's notice")
    reading.add_argument("file", type=Path, help="day,kind,name; UTF-8 or GB18030")
    reading.add_argument("--year", type=int, required=True)
    reading.add_argument("--source", help="number and title of the notice")
    reading.add_argument("--amends", action="store_true", help="single days, not the whole year")
    reading.add_argument("--dry-run", action="store_true", help="only say what would change")
    reading.set_defaults(run=_import)
    showing = commands.add_parser("show", help="print a year as CSV")
    showing.add_argument("year", type=int)
    showing.set_defaults(run=_show)
    return parser


def _import(db: Database, asked: argparse.Namespace) -> None:
    try:
        raw = asked.file.read_bytes()
    except OSError as error:
        raise BadSettings(f"{asked.file}: {error.strerror}") from error
    body = {
        "csv": decoded(raw),
        "days": None,
        "full": not asked.amends,
        "source": asked.source,
        "dry_run": asked.dry_run,
    }
    with db.write() as session:
        told = put_notice(session, year=asked.year, body=body, by=_BY, now=SystemClock().now())
    sys.stdout.write(f"{asked.year}: {told['changed_days']} 天有变化 days change\n")
    if asked.dry_run:
        sys.stdout.write(
            f"{told['moved_cases']} 件 cases, {told['moved_clocks']} 个期限 clocks would move\n"
        )


def _show(db: Database, asked: argparse.Namespace) -> None:
    with db.read() as session:
        found = calendar_year(session, year=asked.year)
    sys.stderr.write(f"{asked.year} {found['status_name']} {found['source'] or ''}\n")
    sys.stdout.write(found["csv"])


@contextmanager
def _database() -> Iterator[Database]:
    """The migrated database of the settings, or BadSettings."""
    try:
        db = Database(read_settings(ForCalendar).database_url, service="routing")
    except sa.exc.ArgumentError as error:
        raise BadSettings(describe(error)) from error
    try:
        with db.read() as session:
            behind = migrations.behind(session, "routing")
        if behind:
            raise BadSettings(f"the database is at {behind}: run `python -m routing migrate` first")
        yield db
    except sa.exc.DBAPIError as error:
        if not is_infrastructure(error):
            raise
        raise BadSettings(describe(error)) from error
    finally:
        db.close()


def _said(reason: str) -> str:
    return " ".join(in_language(reason, language) for language in ("zh", "en"))
