"""The fictional district 云屏区 and its sample petitions, loaded once into an empty system."""

import csv
import datetime as dt
import json
from importlib import resources
from pathlib import Path

from shared.demo.client import Client, DemoError
from shared.demo.messages import Message, read_samples
from shared.demo.play import Outcome, Player
from shared.local_secrets import write_private

STATE_FILE = "samples.json"


def organisation() -> list[dict[str, object]]:
    """The units, as PUT /v1/units/{code} takes them, with their code."""
    text = (resources.files("shared.demo") / "organisation.csv").read_text(encoding="utf-8")
    return [
        {
            "code": row["code"],
            "name": row["name"],
            "kind": row["kind"],
            "secret_lane": row["secret_lane"] == "true",
        }
        | ({"parent": row["parent"]} if row["parent"] else {})
        for row in csv.DictReader(text.splitlines())
    ]


def load_organisation(client: Client) -> int:
    """Add the units that the system does not have; units it has keep their names."""
    present = {unit["code"] for unit in client.get("routing", "/v1/units")["items"]}
    missing = [unit for unit in organisation() if unit["code"] not in present]
    for unit in missing:
        body = {name: value for name, value in unit.items() if name != "code"}
        client.put("routing", f"/v1/units/{unit['code']}", body)
    return len(missing)


def load(
    client: Client, *, var: Path, now: dt.datetime, workers: int = 6, show: bool = True
) -> tuple[tuple[Message, ...], Outcome]:
    """Load organisation and samples with the importer's `client`; safe to kill and to repeat.

    The day from which the samples count back is kept in VAR before the first petition is posted,
    so that a run that goes on tomorrow posts the same times.
    """
    state = var / STATE_FILE
    anchor, loaded = _state(state, now=now)
    samples = read_samples(anchor=anchor)
    load_organisation(client)
    player = Player(client=client, latest=anchor, workers=workers, show=show)
    outcome = player.play(samples)
    if not loaded and not outcome.errors:
        _keep(state, anchor=anchor, loaded=True)
    return samples, outcome


def is_loaded(var: Path) -> bool:
    """Whether an earlier `load` of this installation came to its end."""
    return (var / STATE_FILE).exists() and _state(var / STATE_FILE, now=None)[1]


def _state(path: Path, *, now: dt.datetime | None) -> tuple[dt.datetime, bool]:
    if path.exists() or now is None:
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            return dt.datetime.fromisoformat(kept["anchor"]), bool(kept["loaded"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DemoError(f"{path} 已损坏：{error}") from error
    anchor = now.replace(microsecond=0)
    _keep(path, anchor=anchor, loaded=False)
    return anchor, False


def _keep(path: Path, *, anchor: dt.datetime, loaded: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, json.dumps({"anchor": anchor.isoformat(), "loaded": loaded}))
