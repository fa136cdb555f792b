"""Keys of the apps that post by Open311."""

import argparse
import sys

from intake import use_cases
from intake.domain import open311
from shared.clock import wire
from shared.errors import Refused, in_language
from shared.service import App

FAILED_EXIT = 1
_RATE = 600


def main(app: App, arguments: list[str]) -> None:
    """make, list and revoke the keys of apps that post by Open311"""
    asked = _parser().parse_args(arguments)
    try:
        _COMMANDS[asked.what](app, asked)
    except Refused as refusal:
        reason = next(iter(refusal.errors.values()), refusal.message)
        sys.stderr.write(f"{in_language(reason, 'zh')}\n")
        raise SystemExit(FAILED_EXIT) from refusal


def _add(app: App, asked: argparse.Namespace) -> None:
    with app.db.write() as session:
        key = use_cases.make_key(
            session, name=asked.name, channel=asked.channel, rate=asked.rate, clock=app.clock
        )
    sys.stdout.write(f"{key}\n")


def _list(app: App, _: argparse.Namespace) -> None:
    with app.db.read() as session:
        for key in use_cases.list_keys(session):
            until = f"已停用 {wire(key.revoked_at)}" if key.revoked_at else "有效"
            sys.stdout.write(f"{key.name}\t{key.channel}\t每小时{key.rate}件\t{until}\n")


def _revoke(app: App, asked: argparse.Namespace) -> None:
    with app.db.write() as session:
        use_cases.revoke_key(session, name=asked.name, clock=app.clock)


_COMMANDS = {"add": _add, "list": _list, "revoke": _revoke}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m intake open311-keys", description=main.__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    add = what.add_parser("add", help="make a key and print it, this once")
    add.add_argument("name", type=_name, help="of the app; up to 50 characters")
    add.add_argument("--channel", default=open311.CHANNEL, help="by which its posts come in")
    add.add_argument("--rate", type=_rate, default=_RATE, help="posts in an hour (600)")
    what.add_parser("list", help="all keys, without what they are")
    what.add_parser("revoke", help="take no more posts by a key").add_argument("name")
    return parser


def _name(text: str) -> str:
    if not text.strip() or len(text) > 50 or not text.isprintable():  # noqa: PLR2004
        raise ValueError(text)
    return text


def _rate(text: str) -> int:
    rate = int(text)
    if not 0 < rate <= 1_000_000:  # noqa: PLR2004
        raise ValueError(text)
    return rate
