"""A private Prometheus: scrapes what a test names, with our rules but for their waits."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import httpx
import yaml

from local.guard import Guarded
from local.ports import free_port
from observe.rules import write_plain
from system.waiting import wait_until

SECONDS = "1s"


class Prometheus:
    """Debian's Prometheus on a free loopback port, with its data in `folder`.

    The rules are those of deploy/prometheus; what they wait `for` is cut to two seconds.
    """

    def __init__(self, folder: Path, *, targets: Mapping[str, str]) -> None:
        self.folder = folder
        self.targets = targets
        self.url = f"http://127.0.0.1:{free_port()}"
        self._process: Guarded | None = None

    def __enter__(self) -> Self:
        program = shutil.which("prometheus")
        assert program, "run deploy/local/install-system-packages prometheus"
        command = [
            program,
            f"--config.file={self._configuration()}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address={self.url.removeprefix('http://')}",
            "--log.level=warn",
        ]
        with (self.folder / "prometheus.log").open("wb") as output:
            self._process = Guarded(command, env={}, cwd=self.folder, output=output)
        wait_until(self._is_ready, "Prometheus is ready", within=120, why=self.said)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.kill()

    def said(self) -> str:
        """What it wrote."""
        return (self.folder / "prometheus.log").read_text(errors="replace")

    def states(self, alert: str) -> set[str]:
        """Whether "pending" or "firing", of each instance of an alert that is not silent."""
        return {one["state"] for one in self.alerts(alert)}

    def alerts(self, alert: str) -> list[dict[str, Any]]:
        """The instances of an alert that are not silent."""
        found = self._get("alerts")["alerts"]
        return [one for one in found if one["labels"]["alertname"] == alert]

    def value(self, query: str) -> float | None:
        """The first sample that a query finds now."""
        result = self._get("query", query=query)["result"]
        return float(result[0]["value"][1]) if result else None

    def failing_rules(self) -> list[str]:
        """Rules whose last evaluation ended in an error."""
        groups = self._get("rules")["groups"]
        return [rule["name"] for g in groups for rule in g["rules"] if rule["health"] == "err"]

    def _get(self, what: str, **query: str) -> Any:
        answer = httpx.get(f"{self.url}/api/v1/{what}", params=query, timeout=10)
        return answer.raise_for_status().json()["data"]

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/-/ready", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def _configuration(self) -> Path:
        rules = [self._hurried(path) for path in write_plain(self.folder / "rules")]
        configuration = {
            "global": {"scrape_interval": SECONDS, "evaluation_interval": SECONDS},
            "rule_files": [str(path) for path in rules],
            "scrape_configs": [
                {
                    "job_name": "services",
                    "honor_labels": True,
                    "static_configs": [
                        {"targets": [target], "labels": {"pod": pod}}
                        for pod, target in self.targets.items()
                    ],
                }
            ],
        }
        file = self.folder / "prometheus.yaml"
        file.write_text(yaml.safe_dump(configuration))
        return file

    @staticmethod
    def _hurried(path: Path) -> Path:
        rules = yaml.safe_load(path.read_text())
        for group in rules["groups"]:
            for rule in group["rules"]:
                if "for" in rule:
                    rule["for"] = "2s"
        path.write_text(json.dumps(rules))
        return path
