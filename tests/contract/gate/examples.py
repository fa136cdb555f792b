"""Stored examples: the candidate reads real events of every release, and none is edited."""

import hashlib
import re
from pathlib import Path
from typing import Any

import jsonschema_rs

from gate.files import read_json
from gate.scene import Scene
from gate.verdicts import BadInput, Row, row_or_rows

EXAMPLES = "events in: stored examples"


def check(scene: Scene) -> list[Row]:
    """Rows on the examples in tests/contract/examples."""
    folder = scene.site.contract / "examples"
    fit, unread = _read(scene, folder)
    return row_or_rows(
        EXAMPLES, "every release", refused=[*_edited(scene, folder), *unread], ok=f"{fit} fit"
    )


def _read(scene: Scene, folder: Path) -> tuple[int, list[str]]:
    """How many examples fit, and what the candidate does not read, each once with its first."""
    me, fit = scene.candidate, 0
    wrong: dict[str, list[Path]] = {}
    for key in sorted(me.reads):
        validator = jsonschema_rs.validator_for(me.reads[key], validate_formats=True)
        for path in sorted(folder.glob(f"{key}/*.json")):
            shown = scene.site.shown(path)
            reasons = {_told(error) for error in validator.iter_errors(_data(path, shown))}
            fit += not reasons
            for reason in sorted(reasons):
                wrong.setdefault(reason, []).append(shown)
    return fit, [
        f"{shown[0]}{f' and {len(shown) - 1} more' if shown[1:] else ''}: {me.name} does not read "
        f"it: {reason}. Take what was sent."
        for reason, shown in wrong.items()
    ]


def _data(path: Path, shown: Path) -> Any:
    content = read_json(path, shown)
    if not isinstance(content, dict) or "data" not in content:
        raise BadInput(f"{shown}: line 1: no event, for it has no `data`; restore the file")
    return content["data"]


def _told(error: jsonschema_rs.ValidationError) -> str:
    at = ".".join(str(step) for step in error.instance_path)
    return f"{re.sub(r'[.][0-9]+', '[]', at) or 'data'}: {error.message}"


def _edited(scene: Scene, folder: Path) -> list[str]:
    found = []
    for bundle in (one for versions in scene.history.values() for one in versions):
        for name, digest in bundle.content["examples"].items():
            path = folder / name
            now = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
            if now != digest:
                how = "was edited" if now else "is gone"
                found.append(
                    f"{scene.site.shown(path)} {how} since {bundle.name} was released. Examples "
                    "are only added: restore it."
                )
    return found
