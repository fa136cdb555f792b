"""`python -m intake train`: learn what accusations read like from what the office decided.

    python -m intake train                     # learn and keep a version, say what it finds
    python -m intake train --promote           # and use it, if it finds more than what is used now
    python -m intake train --use 3             # go back to a version, or to `rules` alone

It needs DATABASE_URL alone. No word of a petition is kept or printed. Exit code 1 where too little
was decided yet, 2 where the database cannot be used.
"""

import argparse
import sys

import sqlalchemy as sa

from shared.cli import ForMigrating
from shared.clock import SystemClock
from shared.db import Database, is_infrastructure
from shared.log import describe
from shared.settings import BadSettings, read_settings

TOO_LITTLE_EXIT, BAD_SETTINGS_EXIT = 1, 2
RULES = "rules"
SHARE_PERCENT = 1.0
ORDINARY_MOST = 50_000


def main(arguments: list[str]) -> None:
    """learn what accusations read like from what was decided here"""
    asked = _parser().parse_args(arguments)
    try:
        database = Database(read_settings(ForMigrating).database_url, service="intake")
        try:
            _use(database, asked.use) if asked.use else _train(database, asked)
        finally:
            database.close()
    except BadSettings as error:
        _fail(str(error))
    except sa.exc.ArgumentError as error:
        _fail(describe(error))
    except sa.exc.DBAPIError as error:
        if not is_infrastructure(error):
            raise
        _fail(describe(error))


def _train(database: Database, asked: argparse.Namespace) -> None:
    from intake.learning.accusations import (  # noqa: PLC0415 - scikit-learn, for who learns only
        TooLittle,
        as_dict,
        figures,
        learn,
    )
    from intake.use_cases import teaching  # noqa: PLC0415

    with database.read() as session:
        samples = teaching.decided(session, ordinary_most=asked.ordinary)
    try:
        learnt = learn(samples, most=asked.share / 100)
    except TooLittle as error:
        sys.stderr.write(f"train: 已认定的件太少，无法学习 too little was decided: {error}\n")
        raise SystemExit(TOO_LITTLE_EXIT) from error
    now = SystemClock().now()
    new = figures(learnt.measured, learnt.held)
    with database.write() as session:
        champion, old = teaching.champion_figures(session, held=learnt.held)
        version = teaching.keep_version(session, learnt=learnt, source="database", now=now)
        better = new.better_than(old)
        if asked.promote and better:
            teaching.promote(session, version=version, now=now)
    _say("five folds 五折", as_dict(learnt.folded))
    _say(f"held back 留出 now {champion}", as_dict(old))
    _say(f"held back 留出 new {version}", as_dict(new))
    if asked.promote and better:
        sys.stdout.write(f"已启用版本{version} version {version} is in use within half a minute\n")
    elif asked.promote:
        sys.stdout.write(f"不优于现用版本，未启用 not better than {champion}: not in use\n")
    else:
        sys.stdout.write(f"未启用 not in use; `train --use {version}` uses it\n")


def _use(database: Database, wanted: str) -> None:
    from intake.use_cases import teaching  # noqa: PLC0415

    with database.write() as session:
        if wanted == RULES:
            teaching.back_to_rules(session)
        elif not wanted.isdecimal() or not teaching.promote(
            session, version=int(wanted), now=SystemClock().now()
        ):
            raise BadSettings(f"没有版本{wanted} there is no version {wanted}")
    sys.stdout.write(f"已启用 in use: {wanted}\n")


def _say(who: str, found: dict[str, int]) -> None:
    sys.stdout.write(f"{who}: {', '.join(f'{name} {count}' for name, count in found.items())}\n")


def _fail(why: str) -> None:
    sys.stderr.write(f"train: {why}\n")
    raise SystemExit(BAD_SETTINGS_EXIT)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m intake train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--promote", action="store_true", help="use it, if it finds more")
    parser.add_argument("--use", metavar="VERSION", help=f"go back to a version, or to {RULES!r}")
    parser.add_argument(
        "--share",
        type=float,
        default=SHARE_PERCENT,
        metavar="PERCENT",
        help="of ordinary petitions that may be suspected beside the rules' (default %(default)s)",
    )
    parser.add_argument(
        "--ordinary",
        type=int,
        default=ORDINARY_MOST,
        metavar="COUNT",
        help="ordinary petitions to learn from, the newest (default %(default)s)",
    )
    return parser
