"""The gate's commands: `release`, `can-upgrade` and `tree`, as `make` calls them.

    python -m gate release --service routing --version 0.2.0
    python -m gate can-upgrade --service routing --version 0.2.0 --env prod
    python -m gate tree

Each exits 0, or 1 with the reason: a refused row, or input that it cannot work with.
"""

import argparse
import sys
from pathlib import Path

from gate.bundles import Bundle
from gate.checking import check, in_order, running_beside
from gate.deployments import Site, deployed
from gate.freezing import find_service, freeze, release
from gate.verdicts import REFUSED, BadInput, Row, passes, table
from shared.service import find_services

ROOT = Path(__file__).resolve().parents[3]


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    arguments = _parser().parse_args(argv)
    site = Site(arguments.root)
    try:
        if arguments.command == "release":
            return _release(arguments, site)
        if arguments.command == "can-upgrade":
            return _can_upgrade(arguments, site)
        return _tree(site)
    except BadInput as error:
        sys.stderr.write(f"refused: {error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gate", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="where services, deploy, tests lie")
    commands = parser.add_subparsers(dest="command", required=True)
    releasing = commands.add_parser("release", help="freeze a service's bundle")
    upgrading = commands.add_parser("can-upgrade", help="check a released version")
    for command in (releasing, upgrading):
        command.add_argument("--service", required=True)
        command.add_argument("--version", required=True)
    upgrading.add_argument("--env", required=True)
    commands.add_parser("tree", help="check every service as it stands against every overlay")
    return parser


def _release(arguments: argparse.Namespace, site: Site) -> int:
    path = release(arguments.service, arguments.version, site)
    sys.stdout.write(f"wrote {site.shown(path)}; commit it, it is never edited\n")
    return 0


def _can_upgrade(arguments: argparse.Namespace, site: Site) -> int:
    find_service(arguments.service)
    candidate = site.bundle(arguments.service, arguments.version)
    running = running_beside(candidate, arguments.env, site)
    rows = check(candidate, running, arguments.env, site)
    before = running.get(candidate.service)
    return 0 if _print(candidate, before, arguments.env, rows) else 1


def _tree(site: Site) -> int:
    """Every service of the working tree against every overlay."""
    if not site.environments():
        sys.stdout.write(
            f"{site.shown(site.overlays)}: no overlay, so nothing is deployed that the working "
            "tree could break\n"
        )
        return 0
    trees = [freeze(service, site) for service in find_services()]
    good = True
    for env in site.environments():
        running = deployed(site, env)
        found = in_order(trees, running, env, site)
        for tree, rows in found:
            good = _print(tree, running.get(tree.service), env, rows) and good
        order = ", ".join(tree.service for tree, rows in found if passes(rows))
        sys.stdout.write(f"{env}: these may be deployed, in this order: {order or 'none'}\n")
        refused = ", ".join(tree.service for tree, rows in found if not passes(rows))
        sys.stdout.write(f"{env}: refused: {refused}\n\n" if refused else "\n")
    return 0 if good else 1


def _print(candidate: Bundle, before: Bundle | None, env: str, rows: list[Row]) -> bool:
    """The table of one candidate in one environment, and the verdict."""
    now = before.version if before else "not deployed"
    sys.stdout.write(f"{candidate.service} in {env}: {now} -> {candidate.version}\n")
    sys.stdout.write(f"{table(rows)}\n")
    refused = sum(row.verdict == REFUSED for row in rows)
    verdict = f"NO: {refused} refused" if refused else "yes, it may be deployed"
    sys.stdout.write(f"{verdict}\n\n")
    return not refused


if __name__ == "__main__":
    sys.exit(main())
