"""The alert rules and their promtool tests, read from deploy/prometheus."""

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "deploy/prometheus"


@dataclass(frozen=True)
class Rule:
    """A rule and the group that it stands in."""

    group: str
    name: str
    expr: str
    is_alert: bool
    raw: dict[str, Any]


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, alerts and recorded ones."""
    return tuple(
        Rule(
            group["name"],
            rule.get("alert") or rule["record"],
            rule["expr"],
            "alert" in rule,
            rule,
        )
        for path in sorted(PROMETHEUS.glob("rules/*.yaml"))
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["spec"]["groups"]
        for rule in group["rules"]
    )


def alerts() -> list[Rule]:
    """The alerts alone."""
    return [rule for rule in rules() if rule.is_alert]


@cache
def stories() -> tuple[dict[str, Any], ...]:
    """All promtool tests."""
    return tuple(
        test
        for path in sorted(PROMETHEUS.glob("tests/*.yaml"))
        for test in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]
    )


def write_plain(folder: Path) -> list[Path]:
    """The rule files as `make alerts OUT=folder` writes them."""
    spec = importlib.util.spec_from_file_location("plain", PROMETHEUS / "plain.py")
    assert spec
    assert spec.loader
    plain = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plain)
    written: list[Path] = plain.write(folder)
    return written
