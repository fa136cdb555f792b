"""A site of the test's own: releases made from the tree, changed by small functions, and overlays.

world.release("intake", "0.2.0", without_field("petition.registered.v1", "petition_no"))
world.refusals("intake", "0.2.0")
"""

import copy
import dataclasses
import json
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from gate.bundles import Bundle, sealed_text
from gate.checking import check, running_beside
from gate.deployments import Site
from gate.freezing import database_of, freeze
from gate.verdicts import NOTE, REFUSED, Row

from shared.migrations import head
from shared.service import Service, find_services

Change = Callable[[dict[str, Any]], None]
ROOT = Path(__file__).resolve().parents[2]
SERVICES: dict[str, Service] = {service.name: service for service in find_services()}
FIRST = "0.1.0"


@cache
def _frozen(service: str) -> str:
    return json.dumps(dict(freeze(SERVICES[service], Site(ROOT)).content))


@cache
def _first_release(service: str) -> str:
    """The text of the tree's contract, released as it is."""
    return sealed_text(json.loads(_frozen(service)) | {"version": FIRST})


class World:
    """Every service released and deployed at 0.1.0, in the environment `prod`."""

    def __init__(self, folder: Path) -> None:
        self.site = Site(folder)
        self.tags = dict.fromkeys(SERVICES, FIRST)
        for part in ("examples", "callers"):
            shutil.copytree(ROOT / "tests/contract" / part, self.site.contract / part)
        for service in SERVICES:
            self._write(service, FIRST, _first_release(service))
        self.deploy()

    def release(self, service: str, version: str, *changes: Change, of: str = "") -> Bundle:
        """Release a version: the tree's contract, or that of version `of`, with changes."""
        content = json.loads(_frozen(service)) if not of else self._content(service, of)
        content["version"] = version
        for change in changes:
            change(content)
        self._write(service, version, sealed_text(content))
        return self.site.bundle(service, version)

    def _write(self, service: str, version: str, text: str) -> None:
        path = self.path(service, version)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def path(self, service: str, version: str) -> Path:
        return self.site.released / service / f"{version}.json"

    def _content(self, service: str, version: str) -> dict[str, Any]:
        return copy.deepcopy(dict(self.site.bundle(service, version).content))

    def deploy(self, env: str = "prod", **tags: str) -> Path:
        """Write the overlay of an environment, with other tags where given."""
        self.tags |= {name.replace("_", "-"): tag for name, tag in tags.items()}
        lines = [
            f'  - name: minsheng/{name}\n    newTag: "{tag}"' for name, tag in self.tags.items()
        ]
        path = self.site.overlays / env / "kustomization.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(["resources: [../../base]", "images:", *lines, ""]))
        return path

    def rows(self, service: str, version: str) -> list[Row]:
        """The table of `make can-upgrade` for `prod`."""
        candidate = self.site.bundle(service, version)
        return check(candidate, running_beside(candidate, "prod", self.site), "prod", self.site)

    def refusals(self, service: str, version: str) -> list[str]:
        """Why the version may not be deployed."""
        return [row.why for row in self.rows(service, version) if row.verdict == REFUSED]

    def notes(self, service: str, version: str) -> list[str]:
        return [row.why for row in self.rows(service, version) if row.verdict == NOTE]

    def caller(self, name: str, *calls: dict[str, Any]) -> None:
        """Write down what a caller that is no service counts on."""
        folder = self.site.contract / "callers"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps({"doc": "A caller.", "calls": calls}))


def event(name: str, change: Change) -> Change:
    """Change the schema of an event type that is sent."""
    return lambda content: change(content["produces"][name]["schema"])


def read(key: str, change: Change) -> Change:
    """Change the schema by which an event is read."""
    return lambda content: change(content["reads"][key])


def schema(name: str, change: Change) -> Change:
    """Change a schema of the OpenAPI document."""
    return lambda content: change(content["http"]["components"]["schemas"][name])


def operation(method: str, path: str, change: Change) -> Change:
    """Change an operation of the OpenAPI document."""
    return lambda content: change(content["http"]["paths"][path][method])


def define(name: str, change: Change) -> Change:
    """Change a nested schema."""
    return lambda node: change(node["$defs"][name])


def without(*names: str) -> Change:
    """Take fields away."""

    def change(node: dict[str, Any]) -> None:
        for name in names:
            del node["properties"][name]
            node["required"] = [one for one in node.get("required", []) if one != name]

    return change


def field(name: str, *, required: bool | None = None, **keywords: Any) -> Change:
    """Add a field, or put another schema in its place."""

    def change(node: dict[str, Any]) -> None:
        if keywords:
            node["properties"][name] = keywords
        others = [one for one in node.get("required", []) if one != name]
        if required is not None:
            node["required"] = sorted([*others, *([name] if required else [])])

    return change


def sends(name: str, *, like: str, **flags: bool) -> Change:
    """Send another type, with the schema of `like`."""

    def change(content: dict[str, Any]) -> None:
        row = {"optional": False, "retired": False, **flags}
        found = content["produces"].get(like)
        content["produces"][name] = {"schema": copy.deepcopy(found["schema"]), **row}

    return change


def retires(name: str) -> Change:
    """Send a type no more, and keep it for replays."""

    def change(content: dict[str, Any]) -> None:
        content["produces"][name]["retired"] = True

    return change


def reads_too(key: str, *, like: str) -> Change:
    """Hear another type, and read of it what is read of `like`."""

    def change(content: dict[str, Any]) -> None:
        content["reads"][key] = copy.deepcopy(content["reads"][like])

    return change


def migrated(folder: Path, service: str, *migrations: str) -> Change:
    """Run further migrations, on top of those of the tree, really: each text is an `upgrade`."""
    with package_with(folder, service, *migrations) as package:
        database = database_of(dataclasses.replace(SERVICES[service], package=package))

    def change(content: dict[str, Any]) -> None:
        used = content["database"]["used"]
        content["database"] = json.loads(json.dumps(database)) | {"used": used}

    return change


@contextmanager
def package_with(folder: Path, service: str, *migrations: str) -> Iterator[str]:
    """A package that has a service's migrations and further ones."""
    package = f"{SERVICES[service].package}_{uuid.uuid4().hex}"
    source = Path(sys.modules[SERVICES[service].package].__file__ or "").parent / "migrations"
    target = folder / package
    target.mkdir(parents=True)
    (target / "__init__.py").touch()
    shutil.copytree(source, target / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    for number, text in enumerate(migrations, start=int(head(SERVICES[service].package)) + 1):
        path = target / f"migrations/versions/{number:04d}_step.py"
        path.write_text(_MIGRATION.format(number=number, last=number - 1) + text)
    sys.path.insert(0, str(folder))
    try:
        yield package
    finally:
        sys.path.remove(str(folder))


_MIGRATION = """import sqlalchemy as sa
from alembic import op

revision = "{number:04d}"
down_revision = "{last:04d}"


"""


def uses(table: str, *columns: str) -> Change:
    """Let the models name further columns."""

    def change(content: dict[str, Any]) -> None:
        tables = content["database"]["used"]["tables"]
        tables[table] = sorted({*tables.get(table, ()), *columns})

    return change


def uses_no_more(table: str, *columns: str) -> Change:
    """Let the models forget columns, or the whole table."""

    def change(content: dict[str, Any]) -> None:
        tables = content["database"]["used"]["tables"]
        tables[table] = [name for name in tables[table] if name not in columns]
        if not columns:
            del tables[table]

    return change
