"""The command line of bulk import."""

import argparse
import contextlib
import getpass
import os
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from intake.domain.importing import BadTable
from intake.tools.importing.mapping import read_plan
from intake.tools.importing.report import Report, open_private
from intake.tools.importing.tables import Row, Table, open_table
from intake.tools.importing.work import BATCH, REFUSED, Task, run
from shared.db import is_infrastructure
from shared.log import describe
from shared.service import App

REFUSED_EXIT, USAGE_EXIT, STOPPED_EXIT = 1, 2, 3
_MOST_PROCESSES = 4
_TELL_SECONDS = 10.0


def main(app: App, arguments: list[str]) -> None:
    """register the petitions of a CSV or XLSX file, each row once however often it is run"""
    asked = _parser().parse_args(arguments)
    try:
        plan = read_plan(asked.mapping, channel=asked.channel)
        table = open_table(asked.file, plan)
        places = plan.places(table.header)
    except BadTable as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(USAGE_EXIT) from error
    task = Task(plan, places, len(table.header), asked.by, asked.dry_run)
    processes = 1 if app.db.is_sqlite else asked.processes
    with contextlib.ExitStack() as files:
        try:
            report = Report(
                report=_opened(files, asked.report),
                codes=_opened(files, asked.codes, more=True),
                places=places,
                header=table.header,
            )
        except OSError as error:
            sys.stderr.write(f"{error.filename}无法写入：{error.strerror}\n")
            raise SystemExit(USAGE_EXIT) from error
        began = time.monotonic()
        _import(app, task, table, report, processes=processes)
        seconds = time.monotonic() - began
    rate = report.counts.total() / seconds if seconds else 0
    sys.stdout.write(f"{report.sums()}用时{seconds:.0f}秒，每秒{rate:.0f}行。\n")
    if report.counts[REFUSED]:
        raise SystemExit(REFUSED_EXIT)


def _opened(
    files: contextlib.ExitStack, path: Path | None, *, more: bool = False
) -> IO[str] | None:
    return files.enter_context(open_private(path, more=more)) if path else None


def _import(app: App, task: Task, table: Table, report: Report, *, processes: int) -> None:
    told = time.monotonic()
    try:
        for outcomes in run(app, task, _batches(table.rows), processes=processes):
            report.add(outcomes)
            if time.monotonic() - told > _TELL_SECONDS:
                told = time.monotonic()
                sys.stderr.write(f"{report.sums()}\n")
    except BadTable as error:
        _stop(report, str(error))
    except sa.exc.SQLAlchemyError as error:
        if not is_infrastructure(error):
            raise
        _stop(report, f"数据库无法使用（{describe(error)}）。")


def _stop(report: Report, why: str) -> None:
    sys.stderr.write(
        f"{why}\n{report.sums()}排除问题后用同一命令再次运行，已登记的不会重复登记。\n"
    )
    raise SystemExit(STOPPED_EXIT)


def _batches(rows: Iterator[Row]) -> Iterator[Sequence[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m intake import", description=main.__doc__)
    parser.add_argument("file", type=Path, help="CSV or XLSX file, its headings in the first rows")
    parser.add_argument("--channel", required=True, help="channel that the petitions came by")
    parser.add_argument("--mapping", type=Path, help="YAML: columns, constants, values, dates")
    parser.add_argument("--dry-run", action="store_true", help="check every row, register none")
    parser.add_argument("--report", type=Path, help="CSV to write: each row's result and reasons")
    parser.add_argument("--codes", type=Path, help="CSV to add query codes to; keep it safe")
    parser.add_argument("--by", default=f"import:{getpass.getuser()}", help="who registers them")
    parser.add_argument(
        "--processes",
        type=int,
        default=min(os.cpu_count() or 1, _MOST_PROCESSES),
        choices=range(1, 17),
        metavar="N",
        help="processes at work on PostgreSQL",
    )
    return parser
