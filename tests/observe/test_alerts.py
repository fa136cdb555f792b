"""The alerts: each fires, is silent, ends, is explained, and asks for what is really exported."""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from observe import promql
from observe.rules import PROMETHEUS, ROOT, Rule, alerts, rules, stories
from shared.service import find_services
from shared.testing import make_app
from shared.worker import housekeeping

OTHERS = re.compile(
    r"up$|ALERTS$|cnpg_|barman_cloud_|rabbitmq_|kubelet_volume_stats_|node_filesystem_"
    r"|certmanager_|probe_ssl_"
)
TARGET = {"namespace", "instance", "pod", "job", "le"}
"""Labels that Prometheus adds, or that a histogram's buckets bear."""

each_alert = pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert.name)
each_rule = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)


@pytest.mark.servers
def test_promtool_finds_the_rules_well_formed(
    promtool: Callable[..., str], plain_rules: Path
) -> None:
    said = promtool("check", "rules", *sorted(plain_rules.iterdir()), cwd=plain_rules)
    assert said.count("SUCCESS") == len(list(PROMETHEUS.glob("rules/*.yaml")))


@pytest.mark.servers
@pytest.mark.parametrize("path", sorted(PROMETHEUS.glob("tests/*.yaml")), ids=lambda p: p.stem)
def test_promtool_sees_each_alert_fire_and_end(
    path: Path, promtool: Callable[..., str], plain_rules: Path
) -> None:
    story = plain_rules / f"test_{path.name}"
    shutil.copy(path, story)
    assert "SUCCESS" in promtool("test", "rules", story, cwd=plain_rules)


@each_alert
def test_an_alert_is_tested_silent_then_firing_then_silent(alert: Rule) -> None:
    about = f'ALERTS{{alertname="{alert.name}",alertstate="firing"}}'
    own = [story for story in stories() if story["name"].partition(",")[0] == alert.name]
    assert own, f"{alert.name} has no test in deploy/prometheus/tests"
    for story in own:
        seen = [
            (_minutes(look["eval_time"]), bool(look["exp_samples"]))
            for look in story["promql_expr_test"]
            if look["expr"] == about
        ]
        assert seen == sorted(seen)
        assert [fires for _, fires in seen] == [False, True, False], story["name"]


def test_no_test_is_about_an_alert_that_does_not_exist() -> None:
    named = {story["name"].partition(",")[0] for story in stories()}
    assert named == {alert.name for alert in alerts()}


@each_alert
def test_what_an_alert_says_names_only_labels_that_it_has(alert: Rule) -> None:
    said = "".join(alert.raw["annotations"].values())
    firing = " ".join(
        sample["labels"]
        for story in stories()
        if story["name"].partition(",")[0] == alert.name
        for look in story["promql_expr_test"]
        for sample in look["exp_samples"]
    )
    for label in re.findall(r"\$labels\.([a-z_]+)", said):
        assert f'{label}="' in firing, f"{alert.name} never has the label {label}"


@each_alert
def test_an_alert_says_how_grave_it_is_what_is_wrong_and_where_help_stands(alert: Rule) -> None:
    assert alert.raw["labels"]["severity"] in {"critical", "warning"}
    assert set(alert.raw["annotations"]) == {"summary", "description", "runbook"}
    assert alert.raw["annotations"]["runbook"] == f"docs/runbook.md#{alert.name.lower()}"


def test_the_runbook_has_a_section_for_each_alert_and_no_other() -> None:
    text = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    sections = re.findall(r"^### (\w+)$", text, re.M)
    assert sorted(sections) == sorted(alert.name for alert in alerts())


@pytest.mark.parametrize("part", ["Means", "Look", "Mend", "May wait", "Over when"])
def test_each_section_of_the_runbook_has_its_parts(part: str) -> None:
    text = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    for section in re.split(r"^### ", text, flags=re.M)[1:]:
        assert f"**{part}.**" in section, section.partition("\n")[0]


@each_rule
def test_a_rule_asks_only_for_what_is_exported(
    rule: Rule, metrics_of_ours: Mapping[str, set[str]]
) -> None:
    assert unknown(rule.expr, metrics_of_ours) == []


def unknown(expr: str, ours: Mapping[str, set[str]]) -> list[str]:
    """Metrics of an expression that nobody exports, and labels that they do not bear."""
    recorded = {rule.name for rule in rules() if not rule.is_alert}
    wrong, labels = [], set(TARGET)
    for name, named in promql.metrics(expr):
        if OTHERS.match(name) or name in recorded:
            return wrong
        if name not in ours:
            wrong.append(name)
            continue
        labels |= ours[name]
        wrong += [f"{name}{{{label}}}" for label in named - ours[name] - TARGET]
    return wrong + sorted(promql.grouped(expr) - labels)


def test_an_unknown_metric_and_an_unknown_label_are_found(
    metrics_of_ours: Mapping[str, set[str]],
) -> None:
    assert unknown("sum by (unit) (outbox_pendin) > 60", metrics_of_ours) == [
        "outbox_pendin",
        "unit",
    ]
    wrong = unknown('rate(http_requests_total{unit="x"}[5m])', metrics_of_ours)
    assert wrong == ["http_requests_total{unit}"]


def test_missing_processes_are_looked_for_in_every_service() -> None:
    services = find_services()
    expected = {
        "WebMissing": {service.name for service in services},
        "WorkerMissing": {service.name for service in services if service.talks},
    }
    for name, wanted in expected.items():
        (alert,) = [one for one in alerts() if one.name == name]
        assert set(re.findall(r'service="([^"]+)"', alert.expr)) == wanted


def test_prometheus_remembers_longer_than_two_periods_of_the_slowest_job(tmp_path: Path) -> None:
    (alert,) = [one for one in alerts() if one.name == "JobNotSucceeding"]
    remembered = {int(hours) * 3600 for hours in re.findall(r"\[(\d+)h\]", alert.expr)}
    app = make_app(find_services()[0], tmp_path)
    app.db.is_sqlite = False  # PostgreSQL has one more job, the slowest
    jobs = [*housekeeping(app), *(job for s in find_services() for job in s.jobs)]
    app.close()
    assert len(jobs) > 3
    assert min(remembered) > 2 * max(job.seconds for job in jobs)


def test_each_rule_file_is_a_prometheus_rule_and_kustomize_takes_them_all() -> None:
    listed = yaml.safe_load((PROMETHEUS / "kustomization.yaml").read_text())["resources"]
    assert sorted(listed) == [f"rules/{p.name}" for p in sorted(PROMETHEUS.glob("rules/*.yaml"))]
    for path in PROMETHEUS.glob("rules/*.yaml"):
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert (found["apiVersion"], found["kind"]) == (
            "monitoring.coreos.com/v1",
            "PrometheusRule",
        )
        assert found["metadata"]["name"] == path.stem
        assert set(found["spec"]) == {"groups"}


def test_pod_monitors_keep_the_label_job_of_our_metrics() -> None:
    assert all(endpoint["honorLabels"] for endpoint in _endpoints("services"))


def test_queues_are_read_by_name() -> None:
    (detailed,) = [e for e in _endpoints("rabbitmq") if e["path"] == "/metrics/detailed"]
    assert detailed["params"] == {"family": ["queue_coarse_metrics", "queue_consumer_count"]}


def _endpoints(monitor: str) -> list[dict[str, Any]]:
    text = (ROOT / "deploy/k8s/base/monitoring.yaml").read_text(encoding="utf-8")
    found = {one["metadata"]["name"]: one for one in yaml.safe_load_all(text)}
    endpoints: list[dict[str, Any]] = found[monitor]["spec"]["podMetricsEndpoints"]
    return endpoints


def _minutes(time: str) -> float:
    number, unit = re.fullmatch(r"(\d+)([smh])", time).groups()  # type: ignore[union-attr]
    return int(number) * {"s": 1 / 60, "m": 1, "h": 60}[unit]
