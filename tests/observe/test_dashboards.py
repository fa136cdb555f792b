"""The dashboards: valid, explained, up to date, and asking for what is really exported."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from observe.rules import ROOT
from observe.test_alerts import unknown

FOLDER = ROOT / "deploy/grafana"
PAGES = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.json"))
}
KINDS = {"stat", "timeseries", "bargauge"}
SHOWN = {"$__rate_interval": "5m", "$namespace": ".*", "$service": "routing"}

each_page = pytest.mark.parametrize("name", sorted(PAGES))


def panels(page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (panel for panel in page["panels"] if panel["type"] != "row")


def expressions(page: dict[str, Any]) -> list[str]:
    """The queries of a page as Grafana would send them."""
    found = []
    for panel in panels(page):
        for target in panel["targets"]:
            expr = target["expr"]
            for variable, value in SHOWN.items():
                expr = expr.replace(variable, value)
            found.append(expr)
    return found


def test_there_is_one_for_the_system_for_a_service_and_for_petitions() -> None:
    assert set(PAGES) == {"system", "service", "petitions"}


def test_each_has_an_address_of_its_own() -> None:
    uids = [page["uid"] for page in PAGES.values()]
    assert len(set(uids)) == len(uids)
    assert all(uid.startswith("minsheng-") and len(uid) <= 40 for uid in uids)


def test_the_files_are_what_the_tables_say() -> None:
    import dashboards  # noqa: PLC0415 - stands beside the files that it writes

    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert written == dashboards.rendered(), "run `make dashboards`"


@each_page
def test_every_panel_says_what_it_shows_and_in_which_unit(name: str) -> None:
    ids = [panel["id"] for panel in PAGES[name]["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in panels(PAGES[name]):
        assert panel["type"] in KINDS
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["targets"]
        assert all(target["expr"] for target in panel["targets"])


@each_page
def test_no_panel_covers_another(name: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PAGES[name]["panels"]:
        place = panel["gridPos"]
        columns = range(place["x"], place["x"] + place["w"])
        cells = {(x, y) for x in columns for y in range(place["y"], place["y"] + place["h"])}
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


@each_page
def test_a_dashboard_asks_only_for_what_is_exported(
    name: str, metrics_of_ours: Mapping[str, set[str]]
) -> None:
    assert [unknown(expr, metrics_of_ours) for expr in expressions(PAGES[name])] == [
        [] for _ in expressions(PAGES[name])
    ]


@pytest.mark.servers
@each_page
def test_promtool_can_read_every_query(
    name: str, promtool: Callable[..., str], tmp_path: Path
) -> None:
    rules = [
        {"record": f"panel:{at}", "expr": expr} for at, expr in enumerate(expressions(PAGES[name]))
    ]
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    assert "SUCCESS" in promtool("check", "rules", file, cwd=tmp_path)


def test_petitions_are_counted_over_all_lanes_units_and_persons_together() -> None:
    text = json.dumps(PAGES["petitions"])
    for word in ("secret", "unit=", "by (unit", "category=", "by (category", "petition_id"):
        assert word not in text
