"""What pages really asked of the services, held against what the console declares that it asks.

The gate refuses a version of a service that no longer serves a declared call, so each must be
declared: tests/contract/callers/console.json.
"""

import json
import re
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

DECLARED = Path(__file__).parents[3] / "tests/contract/callers/console.json"


def undeclared(base: str) -> list[str]:
    """The calls that the process at `base` made and that are not declared, as METHOD path."""
    declared = [
        (call["to"], call["method"], _parts(call["path"]))
        for call in json.loads(DECLARED.read_text(encoding="utf-8"))["calls"]
    ]
    return sorted(
        f"{peer}: {method} {route}"
        for peer, method, route in _asked(base)
        if peer != "auth"
        and not any(
            (to, by) == (peer, method) and _fits(_parts(route), path) for to, by, path in declared
        )
    )


def _asked(base: str) -> set[tuple[str, str, str]]:
    text = httpx.get(f"{base}/metrics", timeout=60.0).raise_for_status().text
    return {
        (sample.labels["peer"], sample.labels["method"], sample.labels["route"])
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "peer_requests_total" and sample.labels["status"] != "404"
    }


def _parts(path: str) -> list[str]:
    return ["{}" if "{" in part else part for part in re.split(r"/", path.strip("/"))]


def _fits(asked: list[str], declared: list[str]) -> bool:
    """Whether a route is a declared path; its own parameters may stand for any part."""
    return len(asked) == len(declared) and all(
        part in (one, "{}") for part, one in zip(asked, declared, strict=True)
    )
