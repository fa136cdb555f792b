"""`python -m intake gazetteer FILE.csv`: replace the gazetteer by the office's table of places.

    python -m intake gazetteer places.csv --dry-run

It needs DATABASE_URL alone. A table with a mistake is refused whole, each line with its reason in
Chinese and English, and exit code 1; UTF-8 (with or without a mark) and GB18030 are read.
"""

import argparse
import sys
from pathlib import Path

from intake.use_cases import load_places
from shared.cli import ForMigrating
from shared.clock import SystemClock
from shared.csv_table import decode
from shared.db import Database
from shared.errors import Invalid, in_language
from shared.settings import BadSettings, read_settings

_KINDS = {
    "added": "新增 added",
    "changed": "变更 changed",
    "ended": "停用 ended",
    "unchanged": "不变 unchanged",
}


def main(arguments: list[str]) -> None:
    """replace the gazetteer by a table of places"""
    asked = _parser().parse_args(arguments)
    try:
        text = decode(asked.file.read_bytes())
        database = Database(read_settings(ForMigrating).database_url, service="intake")
    except OSError as error:
        raise SystemExit(f"{asked.file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        both = "既非UTF-8也非GB18030。 Neither UTF-8 nor GB18030."
        raise SystemExit(f"{asked.file}: {both}") from error
    except BadSettings as error:
        raise SystemExit(f"gazetteer: {error}") from error
    try:
        with database.write() as session:
            report = load_places(session, text=text, dry_run=asked.dry_run, clock=SystemClock())
    except Invalid as refused:
        for where, reason in refused.errors.items():
            zh, en = in_language(reason, "zh"), in_language(reason, "en")
            sys.stderr.write(f"{asked.file} {where}: {zh} {en}\n")
        raise SystemExit(1) from refused
    finally:
        database.close()
    dry = "试运行，未改动 dry run: " if asked.dry_run else ""
    counts = ", ".join(f"{name} {report[kind]}" for kind, name in _KINDS.items())
    sys.stdout.write(f"{dry}{counts}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m intake gazetteer",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="only tell what would change")
    return parser
