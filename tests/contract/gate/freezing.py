"""A bundle computed from the code of a service as it is installed now."""

import hashlib
import json
import re
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import golden
import schemas
import sqlalchemy as sa

from gate import recording
from gate.bundles import TREE, Bundle, is_version, sealed_text, version_order
from gate.callers import read_caller
from gate.deployments import Site
from gate.files import read_text
from gate.verdicts import BadInput
from shared import migrations
from shared.db import Database
from shared.service import Service, find_services


def freeze(service: Service, site: Site, *, version: str = TREE) -> Bundle:
    """The bundle of a service as its code stands."""
    content = {
        "service": service.name,
        "version": version,
        "produces": {
            event_type.name: {
                "schema": schemas.json_schema(event_type.schema),
                "optional": event_type.optional,
                "retired": event_type.retired,
            }
            for event_type in service.events
        },
        "reads": schemas.reads(service),
        "examples": _examples(service, site),
        "http": golden.http(service),
        "calls": _calls(service, site),
        "database": database_of(service),
    }
    return Bundle(json.loads(json.dumps(content)))


def release(service_name: str, version: str, site: Site) -> Path:
    """Write a service's bundle under a new version; BadInput where that may not be."""
    service = find_service(service_name)
    _check_version(service, version, site)
    drifted = [
        str(path.relative_to(golden.HERE))
        for path, text in golden.files().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if drifted:
        raise BadInput(
            f"{golden.HERE.name}: not what the code says: {', '.join(drifted)}; run "
            "`make contract-update`, read the diff and commit it before a release"
        )
    path = site.released / service.name / f"{version}.json"
    text = sealed_text(freeze(service, site, version=version).content)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return path


def find_service(name: str) -> Service:
    """An installed service; BadInput lists those there are."""
    services = {service.name: service for service in find_services()}
    if name not in services:
        raise BadInput(
            f"SERVICE={name}: there is no such service; there are: {', '.join(services)}"
        )
    return services[name]


def _check_version(service: Service, version: str, site: Site) -> None:
    if not is_version(version):
        raise BadInput(
            f"VERSION={version}: a version is x.y.z, three numbers without leading zeros"
        )
    known = site.versions(service.name)
    path = site.shown(site.released / service.name / f"{version}.json")
    if version in known:
        raise BadInput(f"{path}: {service.name} {version} is released and is never written again")
    if known and version_order(version) < version_order(known[-1]):
        raise BadInput(
            f"VERSION={version}: {service.name} {known[-1]} is released already; a new version is "
            "higher"
        )
    project, line, own = _own_version(service, site)
    if own != version:
        raise BadInput(
            f"{site.shown(project)}: line {line}: this is {service.name} {own}, not {version}; "
            "set the version there first"
        )


def _own_version(service: Service, site: Site) -> tuple[Path, int, str]:
    project = site.root / "services" / service.name / "pyproject.toml"
    text = read_text(project, site.shown(project))
    try:
        version = str(tomllib.loads(text)["project"]["version"])
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{site.shown(project)}: broken TOML: {error}") from error
    except KeyError as error:
        raise BadInput(f"{site.shown(project)}: [project] has no {error}") from error
    lines = enumerate(text.splitlines(), start=1)
    return project, next((at for at, line in lines if re.match(r"version *=", line)), 1), version


def _examples(service: Service, site: Site) -> dict[str, str]:
    folder = site.contract / "examples"
    return {
        f"{path.parent.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob(f"{service.name}.*/*.json"))
    }


def _calls(service: Service, site: Site) -> list[dict[str, Any]]:
    path = site.contract / "callers" / f"{service.name}.json"
    return read_caller(path, site.shown(path)).calls if path.exists() else []


def database_of(service: Service) -> dict[str, Any]:
    """Revisions with what each does on PostgreSQL, tables as migrated, and what the code uses."""
    ground = service.ground.metadata
    revisions = recording.revisions(service.package)
    return {
        "head": migrations.head(service.package),
        "revisions": revisions,
        "tables": _migrated_tables(service),
        "used": {
            "tables": {
                table.name: sorted(c.name for c in table.columns) for table in ground.sorted_tables
            },
            "sequences": recording.sequences_named_by(service.package, revisions),
        },
    }


def _migrated_tables(service: Service) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/empty.sqlite", service=service.name)
        with recording.refusing(service.package, "does not run on SQLite"):
            migrations.migrate(db, service.package)
        inspector = sa.inspect(db.engine)
        names = [name for name in inspector.get_table_names() if name != "alembic_version"]
        found = {name: _table(inspector, name) for name in names}
        db.close()
    return found


def _table(inspector: sa.Inspector, name: str) -> dict[str, Any]:
    return {
        "columns": {
            column["name"]: {
                "type": str(column["type"]),
                "nullable": column["nullable"],
                "default": column["default"],
            }
            for column in inspector.get_columns(name)
        },
        "primary_key": inspector.get_pk_constraint(name)["constrained_columns"],
        "unique": sorted(row["column_names"] for row in inspector.get_unique_constraints(name)),
        "checks": sorted(row["sqltext"] for row in inspector.get_check_constraints(name)),
        "foreign_keys": sorted(
            (
                {
                    "columns": row["constrained_columns"],
                    "table": row["referred_table"],
                    "referred": row["referred_columns"],
                }
                for row in inspector.get_foreign_keys(name)
            ),
            key=str,
        ),
        "indexes": {
            row["name"]: {"columns": row["column_names"], "unique": bool(row["unique"])}
            for row in inspector.get_indexes(name)
        },
    }
