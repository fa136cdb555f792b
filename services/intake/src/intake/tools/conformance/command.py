"""The command line of the conformance kit."""

import argparse
import base64
import json
import sys
import time
from collections.abc import Sequence

import httpx

from intake.tools.conformance.client import LESSONS, Proxy
from intake.tools.conformance.findings import Finding, passed, rendered
from intake.tools.conformance.office import Office, examine
from shared.auth import CHANNEL_PREFIX

FAILED_EXIT, USAGE_EXIT = 1, 2
_POLL_SECONDS = 0.2


def main(arguments: list[str]) -> None:
    """prove a new channel against an intake for tests; registers petitions there"""
    asked = _parser().parse_args(arguments)
    channel = asked.channel or _channel_of(asked.token)
    if channel is None:
        sys.stderr.write("令牌里没有唯一的channel:<代码>角色，请用--channel指明渠道代码。\n")
        raise SystemExit(USAGE_EXIT)
    headers = {"Authorization": f"Bearer {asked.token}", "Accept-Language": "zh"}
    with httpx.Client(base_url=asked.url, headers=headers, timeout=30, trust_env=False) as http:
        if asked.listen is None:
            findings: Sequence[Finding] = list(examine(Office(http, channel)))
        else:
            host, _, port = asked.listen.rpartition(":")
            findings = _watch(
                http, channel, host=host or "127.0.0.1", port=int(port), seconds=asked.seconds
            )
    sys.stdout.write(rendered(findings))
    if not passed(findings):
        raise SystemExit(FAILED_EXIT)


def _watch(
    http: httpx.Client, channel: str, *, host: str, port: int, seconds: float
) -> Sequence[Finding]:
    with Proxy(upstream=http, channel=channel, host=host, port=port) as proxy:
        sys.stderr.write(
            f"请让渠道客户端向{proxy.url}逐件发送{len(LESSONS)}件测试信访件，最多等{seconds:.0f}秒。\n"
        )
        end = time.monotonic() + seconds
        while time.monotonic() < end and not proxy.is_done():
            time.sleep(_POLL_SECONDS)
        return proxy.findings()


def _channel_of(token: str) -> str | None:
    """The channel whose client the token is; None where it says none, or more than one."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        found = [role for role in claims["roles"] if role.startswith(CHANNEL_PREFIX)]
    except (IndexError, KeyError, TypeError, ValueError):
        return None
    return found[0].removeprefix(CHANNEL_PREFIX) if len(found) == 1 else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m intake conformance", description=main.__doc__)
    parser.add_argument("--url", required=True, help="address of an intake for tests")
    parser.add_argument("--token", required=True, help="the channel client's token")
    parser.add_argument("--channel", help="the channel's code, where the token does not say it")
    parser.add_argument(
        "--listen",
        metavar="[HOST:]PORT",
        help="stand before intake here and examine the channel's own client",
    )
    parser.add_argument(
        "--seconds", type=float, default=300, help="how long to wait for the client (300)"
    )
    return parser
