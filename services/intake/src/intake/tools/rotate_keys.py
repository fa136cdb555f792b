"""`python -m intake rotate-keys`: petitioners under the keys that are first in PII_KEYRING."""

import argparse
import sys
import time

from intake.use_cases.rotating import Key, left_to_rotate, rotate
from intake.use_cases.sealed_rows import KEPT
from shared.pii import KeyRing, Undecryptable
from shared.service import App

LEFT_EXIT, LOST_EXIT = 1, 2
_BATCH = 500


def main(app: App, arguments: list[str]) -> None:
    """rewrite petitioners with the first keys of PII_KEYRING; may be stopped and run again"""
    asked = _parser().parse_args(arguments)
    ring: KeyRing = app.resources.ring
    if not asked.check:
        try:
            _rotate(app, ring)
        except Undecryptable as error:
            sys.stderr.write("rotate-keys: 有信访人信息的密钥不在PII_KEYRING中，或其内容已损坏。\n")
            raise SystemExit(LOST_EXIT) from error
    with app.db.read() as session:
        left = left_to_rotate(session, ring=ring)
    sys.stdout.write(f"尚有{left}条不是以现用密钥保存的。\n")
    if left:
        raise SystemExit(LEFT_EXIT)


def _rotate(app: App, ring: KeyRing) -> None:
    with app.db.read() as session:
        total = left_to_rotate(session, ring=ring)
    done, began = 0, time.monotonic()
    for kept in KEPT:
        after: Key | None = None
        while True:
            with app.db.write() as session:
                rewritten, after = rotate(session, kept, ring=ring, after=after, most=_BATCH)
            if after is None:
                break
            done += rewritten
            a_second = done / max(time.monotonic() - began, 0.001)
            sys.stdout.write(f"{done}/{total} 条，每秒{a_second:.0f}条\n")
            sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m intake rotate-keys", description=main.__doc__)
    parser.add_argument(
        "--check", action="store_true", help="only say how many are left; exits 1 if there are any"
    )
    return parser
