"""`python -m intake verify-audit`: was an entry of the audit chain changed, removed or inserted?"""

import argparse
import sys
from pathlib import Path

from intake.domain.audit import Anchor, AuditKeys
from intake.use_cases import verify
from shared.local_secrets import write_private
from shared.service import App

FOUND_EXIT, USAGE_EXIT = 1, 2


def main(app: App, arguments: list[str]) -> None:
    """check the audit chain; exits 1 and names every entry that is not as it was written"""
    asked = _parser().parse_args(arguments)
    keys: AuditKeys = app.resources.audit_keys
    try:
        anchor = _kept(asked.anchor, keys)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"verify-audit: {error}\n")
        raise SystemExit(USAGE_EXIT) from error
    right = anchor

    def passed(anchor: Anchor) -> None:
        nonlocal right
        right = anchor
        if asked.anchor:
            write_private(asked.anchor, anchor.text(keys))

    found = 0
    for finding in verify(app.db, keys=keys, now=app.clock.now(), anchor=anchor, passed=passed):
        found += 1
        sys.stdout.write(f"{finding}\n")
    if found:
        sys.stderr.write(f"审计日志有{found}处不符。\n")
        raise SystemExit(FOUND_EXIT)
    sys.stdout.write(f"审计日志核验无误，共{right.entries if right else 0}条。\n")


def _kept(file: Path | None, keys: AuditKeys) -> Anchor | None:
    if file is None or not file.exists():
        return None
    return Anchor.parse(file.read_text(encoding="utf-8"), keys)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m intake verify-audit", description=main.__doc__)
    parser.add_argument(
        "--anchor",
        type=Path,
        metavar="FILE",
        help="go on from where this file says the chain was right, and write it anew; keep it "
        "where nobody who can write to the database can",
    )
    return parser
