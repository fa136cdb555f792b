"""Writes the dashboards (*_page.py) as the JSON that Grafana imports: `dashboards.py [FOLDER]`."""

import json
import sys
from pathlib import Path
from typing import Any

from panels import Dashboard, Panel
from petitions_page import PETITIONS
from service_page import SERVICE
from system_page import SYSTEM

FOLDER = Path(__file__).parent
DASHBOARDS = {"system": SYSTEM, "service": SERVICE, "petitions": PETITIONS}
_COLUMNS = 24
_HEIGHT = {"stat": 4, "timeseries": 8, "bargauge": 10}
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def page(dashboard: Dashboard) -> dict[str, Any]:
    """A dashboard in Grafana's model."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": list(dashboard.tags),
        "schemaVersion": 39,
        "editable": False,
        "timezone": "browser",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "links": [
            {
                "title": "Minsheng",
                "type": "dashboards",
                "tags": ["minsheng"],
                "asDropdown": True,
                "includeVars": True,
                "keepTime": True,
            }
        ],
        "templating": {"list": _variables(dashboard)},
        "panels": _laid_out(dashboard),
    }


def _variables(dashboard: Dashboard) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": "datasource", "label": "Source", "type": "datasource", "query": "prometheus"},
        _labels_of("namespace", "Namespace", "label_values(build_info, namespace)")
        # Outside Kubernetes there is no such label; what matches everything matches its absence.
        | {"includeAll": True, "allValue": ".*", "current": {"text": "All", "value": "$__all"}},
    ]
    if dashboard.by_service:
        found.append(_labels_of("service", "Service", "label_values(build_info, service)"))
    return found


def _labels_of(name: str, label: str, query: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": _SOURCE,
        "query": {"query": query, "refId": name},
        "refresh": 2,
        "sort": 1,
    }


def _laid_out(dashboard: Dashboard) -> list[dict[str, Any]]:
    """Panels from left to right, rows from top to bottom, each row under its heading."""
    laid: list[dict[str, Any]] = []
    top = 0
    for heading, panels in dashboard.rows:
        place = {"x": 0, "y": top, "w": _COLUMNS, "h": 1}
        laid.append({"id": len(laid) + 1, "type": "row", "title": heading, "gridPos": place})
        top += 1
        left = tallest = 0
        for panel in panels:
            if left + panel.width > _COLUMNS:
                top, left, tallest = top + tallest, 0, 0
            height = _HEIGHT[panel.kind]
            place = {"x": left, "y": top, "w": panel.width, "h": height}
            laid.append(_drawn(panel, place, number=len(laid) + 1))
            left, tallest = left + panel.width, max(tallest, height)
        top += tallest
    return laid


def _drawn(panel: Panel, place: dict[str, int], *, number: int) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0}
    options: dict[str, Any] = {}
    if panel.bad_from is not None:
        steps = [{"color": "green", "value": None}, {"color": "red", "value": panel.bad_from}]
        defaults["thresholds"] = {"mode": "absolute", "steps": steps}
    if panel.kind == "bargauge":
        options = {"orientation": "horizontal", "displayMode": "basic"}
    if panel.kind == "timeseries":
        options = {"legend": {"showLegend": True, "displayMode": "list", "placement": "bottom"}}
    at_once = panel.kind != "timeseries"
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options,
        "targets": [
            {
                "refId": chr(ord("A") + at),
                "datasource": _SOURCE,
                "expr": expr,
                "legendFormat": legend,
                "instant": at_once,
                "range": not at_once,
            }
            for at, (expr, legend) in enumerate(panel.queries)
        ],
    }


def rendered() -> dict[str, str]:
    """The text of each file, by name."""
    return {
        f"{name}.json": json.dumps(page(dashboard), ensure_ascii=False, indent=1) + "\n"
        for name, dashboard in DASHBOARDS.items()
    }


def main(folder: Path) -> None:
    """Write every dashboard into `folder`."""
    for name, text in rendered().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
