"""The papers say what the code says: names, settings, metrics, commands, links, dependencies."""

import dataclasses
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from intake.domain.channels import KINDS
from intake.domain.channels import NAMES as CHANNELS
from intake.domain.registration import PURPOSES
from routing.resources import standard_procedure
from satisfaction.domain import GRADES, OBJECTS
from shared.auth import ROLES
from shared.cli import COMMANDS, PREPARATIONS
from shared.metrics import Instruments
from shared.service import Service, find_services
from shared.settings import Settings
from shared.testing import make_app

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {service.name: service for service in find_services()}
PROCEDURE = standard_procedure()
STATES = {state.code: state.name for state in PROCEDURE.states.values()}
ACTIONS = {action.name: action.title for action in PROCEDURE.actions.values()}
CLOCKS = {clock.id: clock.name for clock in PROCEDURE.clocks.values()}
CHOICES = {
    code: name for field in PROCEDURE.fields.values() for code, name in field.choices.items()
}
OPERATING, GLOSSARY = "docs/operating.md", "docs/glossary.md"
LIBRARIES = "docs/adr/0016-libraries.md"
READMES = ("README.md", "README.zh-CN.md")
DECISION = ("Context", "Decision", "Measured", "Consequences")
NOT_OURS = {"var", "build", "dist", "node_modules"}

each_service = pytest.mark.parametrize("name", sorted(SERVICES))


@cache
def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def readme_of(name: str) -> str:
    return read(f"services/{name}/README.md")


def part(text: str, heading: str) -> str:
    """What stands under a second-level heading."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found, f"no heading {heading!r}"
    return found[1]


def papers() -> list[Path]:
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    return sorted(p for p in found if not any(x[0] == "." or x in NOT_OURS for x in p.parts))


def own_settings(service: Service) -> list[dataclasses.Field[Any]]:
    shared = {field.name for field in dataclasses.fields(Settings)}
    return [field for field in dataclasses.fields(service.settings) if field.name not in shared]


def missing_settings(fields: list[dataclasses.Field[Any]], text: str) -> list[str]:
    """Settings without a row, or with another default than the code's."""
    rows = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| ([^|]*) \|", text, re.M))
    return [
        f"{field.name.upper()} = {default_of(field)}"
        for field in fields
        if rows.get(field.name.upper(), "").strip(" `") != default_of(field)
    ]


def default_of(field: dataclasses.Field[Any]) -> str:
    if field.default is dataclasses.MISSING:
        return "–"
    if isinstance(field.default, bool):
        return str(field.default).lower()
    return (
        f"{field.default:.10g}"
        if isinstance(field.default, float)
        else str(field.default) or "empty"
    )


def coded(words: Any, text: str) -> list[str]:
    """Those of `words` that do not stand in `text` as `code`."""
    return [word for word in words if f"`{word}`" not in text]


@each_service
def test_a_readme_names_every_event_the_service_emits(name: str) -> None:
    types = [event_type.name for event_type in SERVICES[name].events]
    assert coded(types, part(readme_of(name), "Emits")) == []


@each_service
def test_a_readme_names_every_event_the_service_hears(name: str) -> None:
    types = {type_ for row in SERVICES[name].subscriptions.rows for type_ in row.types}
    assert coded(sorted(types), part(readme_of(name), "Hears")) == []


@each_service
def test_a_readme_names_no_event_that_the_service_does_not_know(name: str) -> None:
    service = SERVICES[name]
    known = {event_type.name for event_type in service.events}
    known |= {type_ for row in service.subscriptions.rows for type_ in row.types}
    named = set(re.findall(r"`([a-z]+\.[a-z]+\.v\d+)`", readme_of(name)))
    assert named - known == set()


@each_service
def test_a_readme_has_every_setting_with_its_default(name: str) -> None:
    assert missing_settings(own_settings(SERVICES[name]), readme_of(name)) == []


@each_service
def test_a_readme_names_every_gauge(name: str, tmp_path: Path) -> None:
    service = SERVICES[name]
    app = make_app(service, tmp_path)
    with app.db.read() as session:
        gauges = service.gauges(session, app.clock.now())
    app.close()
    assert coded(gauges, part(readme_of(name), "Metrics")) == []


@each_service
def test_a_readme_names_every_route(name: str) -> None:
    named = {_shape(path) for path in re.findall(r"`?[A-Z]+ (/[^\s`]*)", readme_of(name))}
    routes = {_shape(route.path) for route in SERVICES[name].api.routes}
    assert routes - named == set()


def _shape(path: str) -> str:
    return re.sub(r"<[^>]*>|\{[^}]*\}", "{}", path.partition("?")[0])


@each_service
def test_a_readme_names_every_table(name: str) -> None:
    service = SERVICES[name]
    ground = {table.name for table in vars(service.ground).values() if hasattr(table, "columns")}
    tables = {table.name for table in service.ground.metadata.sorted_tables} - ground
    assert coded(sorted(tables), part(readme_of(name), "Owns")) == []


def test_the_ground_tables_are_in_the_readme_of_shared() -> None:
    ground = vars(next(iter(SERVICES.values())).ground).values()
    tables = [table.name for table in ground if hasattr(table, "columns")]
    assert coded(tables, part(read("shared/README.md"), "Owns")) == []


def test_operating_has_every_shared_setting_with_its_default() -> None:
    fields = list(dataclasses.fields(Settings))
    assert missing_settings(fields, part(read(OPERATING), "Settings")) == []


def test_operating_names_every_secret() -> None:
    secrets = {
        field.name.upper()
        for service in SERVICES.values()
        for field in dataclasses.fields(service.settings)
        if field.metadata.get("secret")
    }
    assert coded(sorted(secrets), read(OPERATING)) == []


def test_operating_explains_every_metric(tmp_path: Path) -> None:
    app = make_app(SERVICES["satisfaction"], tmp_path)
    gauges = app.gauges()
    app.close()
    kinds = {metric.name: metric.type for metric in Instruments().registry.collect()}
    names = {f"{name}_total" if kind == "counter" else name for name, kind in kinds.items()}
    explained = set(re.findall(r"^\| `([a-z_]+)", part(read(OPERATING), "Metrics"), re.M))
    assert names | set(gauges) == explained


def test_operating_names_every_command() -> None:

    own = {
        name
        for service in SERVICES.values()
        for name in (*service.roles, *service.commands, *service.tools)
    }
    named = set(
        re.findall(r"`(?:python -m \S+ )?([a-z0-9-]+)[^`]*`", part(read(OPERATING), "Processes"))
    )
    assert (set(COMMANDS) | set(PREPARATIONS) | own) - named == set()


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+):.*##", read("Makefile"), re.M))


@pytest.mark.parametrize("path", READMES)
def test_the_readmes_name_every_make_target(path: str) -> None:
    named = set(re.findall(r"\bmake ([a-z0-9-]+)", read(path)))
    assert _targets() - named == set()


def test_no_paper_names_a_make_target_that_does_not_exist() -> None:
    named = {
        (str(path), target)
        for path in papers()
        for target in re.findall(r"`make ([a-z0-9-]+)", read(str(path)))
    }
    assert {pair for pair in named if pair[1] not in _targets()} == set()


def test_both_readmes_walk_the_same_way() -> None:
    ours, theirs = (re.findall(r"```sh\n(.*?)```", read(path), re.S) for path in READMES)
    assert ours == theirs
    assert len(ours) > 5


@pytest.mark.parametrize("path", papers(), ids=str)
def test_every_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", read(str(path)), flags=re.M | re.S)
    broken = [link for link in re.findall(r"\]\(([^)\s]+)\)", prose) if not _leads(path, link)]
    assert broken == []


def _leads(path: Path, link: str) -> bool:
    if re.match(r"[a-z]+:", link):
        return True
    target, _, anchor = link.partition("#")
    file = (ROOT / path.parent / target).resolve() if target else ROOT / path
    if not anchor:
        return file.exists()
    headings = re.findall(r"^#+ (.*)", file.read_text(encoding="utf-8"), re.M)
    return anchor in {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in headings}


def test_the_libraries_page_names_every_dependency_and_no_other() -> None:
    projects = [*ROOT.glob("services/*/pyproject.toml"), *ROOT.glob("deploy/*/pyproject.toml")]
    wanted = {_library(line) for line in read("requirements-dev.txt").splitlines() if line.strip()}
    for project in [ROOT / "shared/pyproject.toml", *projects]:
        found = tomllib.loads(project.read_text(encoding="utf-8"))
        lines = [*found["project"].get("dependencies", ()), *found["build-system"]["requires"]]
        for more in found["project"].get("optional-dependencies", {}).values():
            lines += more
        wanted |= {_library(line) for line in lines}
    explained = {
        _library(name) for name in re.findall(r"^\| ([a-z][^ |]*) \|", read(LIBRARIES), re.M)
    }
    assert {name for name in wanted if not name.startswith("minsheng-")} == explained - {"library"}


def _library(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement.strip())[0].lower().replace("_", "-")


def test_the_index_of_decisions_lists_every_page() -> None:
    pages = sorted(path.name for path in (ROOT / "docs/adr").glob("0*.md"))
    listed = re.findall(r"^\| \[(\d{4})\]\((\1-[^)]*)\)", read("docs/adr/README.md"), re.M)
    assert [name for _, name in listed] == pages


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs/adr").glob("0*.md")))
def test_a_decision_has_its_parts(page: str) -> None:
    text = read(f"docs/adr/{page}")
    assert text.startswith(f"# {page[:4]}. ")
    assert re.search(r"^Status: (accepted|replaced by)", text, re.M)
    assert tuple(re.findall(r"^## (.*)", text, re.M)) == DECISION


@pytest.mark.parametrize(
    ("heading", "codes"),
    [
        ("Channels 渠道", CHANNELS),
        ("Kinds of channels 渠道类别", KINDS),
        ("Purposes 信访目的", PURPOSES),
        ("States of a case 事项状态", STATES),
        ("Actions 动作", ACTIONS),
        ("Choices 选项", CHOICES),
        ("Clocks 期限", CLOCKS),
        ("Evaluation 评价", (*OBJECTS, *GRADES)),
        ("Roles 角色", ROLES),
    ],
)
def test_the_glossary_has_every_code(heading: str, codes: Any) -> None:
    assert coded(codes, part(read(GLOSSARY), heading)) == []


def test_the_glossary_says_in_chinese_what_the_code_says() -> None:
    names = {**CHANNELS, **KINDS, **PURPOSES, **STATES, **ACTIONS, **CLOCKS, **CHOICES}
    rows = re.findall(r"^\| `([^`]+)` \| [^|]* \| ([^|]*) \|", read(GLOSSARY), re.M)
    assert {(code, name) for code, name in names.items()} - set(rows) == set()


def test_the_glossary_has_every_event() -> None:
    types = {event_type.name for service in SERVICES.values() for event_type in service.events}
    assert coded(sorted(types), part(read(GLOSSARY), "Events 事件")) == []
