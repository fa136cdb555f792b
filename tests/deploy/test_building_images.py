"""What goes into an image, and who builds it; `make image-proof` builds and runs them for real."""

import dataclasses
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from shared.service import find_services
from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
SERVICES = {service.name: service for service in find_services()}
THE_SCRIPTS_OWN = ("basename", "cat", "dirname", "grep", "sed", "tr")

each_service = pytest.mark.parametrize("name", sorted(SERVICES))


def copied(service: str) -> list[str]:
    """Paths that the Dockerfile takes from the tree."""
    lines = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.M)
    return [path.replace("${SERVICE}", service) for line in lines for path in line.split()]


@cache
def ignore_rules() -> list[tuple[bool, re.Pattern[str]]]:
    """The rules of .dockerignore in order: does it let in again, and which paths."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    return [(rule.startswith("!"), _pattern(rule.removeprefix("!"))) for rule in rules]


def _pattern(rule: str) -> re.Pattern[str]:
    """A path matches when it, or a folder that it lies in, matches the rule from the root on."""
    parts = {r"\*\*/": "(?:.*/)?", r"\*": "[^/]*"}
    return re.compile(
        re.sub(r"\\\*\\\*/|\\\*", lambda found: parts[found[0]], re.escape(rule)) + "(?:/.*)?"
    )


def is_sent(path: str) -> bool:
    """Whether a file goes to the builder: the last rule that matches decides."""
    sent = True
    for lets_in, pattern in ignore_rules():
        if pattern.fullmatch(path):
            sent = lets_in
    return sent


def sources(folder: str) -> Iterator[str]:
    """Every file of a package that has a place in a wheel."""
    for path in (ROOT / folder).rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts and ".egg-info" not in str(path):
            yield str(path.relative_to(ROOT))


@each_service
def test_what_the_dockerfile_copies_is_there_and_is_sent(name: str) -> None:
    paths = copied(name)
    assert f"services/{name}" in paths
    for path in paths:
        assert (ROOT / path).exists(), path
        assert is_sent(path), path


@each_service
def test_all_sources_of_a_service_are_sent(name: str) -> None:
    found = [*sources("shared/src"), *sources(f"services/{name}/src")]
    found = [path for path in found if "/static/vendor/" not in path and not path.endswith(".mo")]
    assert len(found) > len(SERVICES)
    assert [path for path in found if not is_sent(path)] == []


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".venv/bin/python",
        "var/secrets.json",
        "var/intake.sqlite",
        "tests/system/site.py",
        "shared/tests/test_pii.py",
        "services/intake/tests/conftest.py",
        "services/intake/README.md",
        "services/intake/src/minsheng_intake.egg-info/PKG-INFO",
        "services/intake/src/intake/__pycache__/api.cpython-311.pyc",
        "services/intake/build/lib/intake/api.py",
        "services/console/src/console/static/vendor/axe.min.js",
        "services/console/src/console/translations/en/LC_MESSAGES/messages.mo",
        "shared/src/shared/web/__pycache__/app.cpython-311.pyc",
        "deploy/local/src/local/stack.py",
        "requirements-dev.txt",
        "README.md",
    ],
)
def test_nothing_else_is_sent(path: str) -> None:
    assert not is_sent(path)


@each_service
def test_the_entry_point_starts_the_package_of_its_service(name: str) -> None:
    assert """ -m %s "$@"\\n' "$(echo "$SERVICE" | tr - _)" """ in DOCKERFILE
    assert SERVICES[name].package == name.replace("-", "_")


def test_what_pages_load_is_made_in_the_image_and_goes_into_the_wheel(tmp_path: Path) -> None:
    assert """.tools.assets"; \\\n""" in DOCKERFILE
    assert (ROOT / "services/console/package-lock.json").exists()
    assert is_sent("services/console/package-lock.json")
    shutil.copytree(ROOT / "services/console", tmp_path / "console", ignore=_BUILT)
    made = ("static/vendor/htmx.min.js", "static/vendor/images/layers.png")
    made += ("translations/en/LC_MESSAGES/messages.mo",)
    for name in made:
        path = tmp_path / "console/src/console" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", tmp_path / "wheels", tmp_path / "console"], check=True)
    [wheel] = (tmp_path / "wheels").iterdir()
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {f"console/{name}" for name in made} <= inside
    for name in ("templates/page.html", "templates/office/frame.html", "static/base.css"):
        assert f"console/{name}" in inside


_BUILT = shutil.ignore_patterns("build", "*.egg-info", "__pycache__", "vendor", "*.mo", "tests")


def test_the_image_names_the_ports_that_are_the_defaults() -> None:
    ports = {field.name: field.default for field in dataclasses.fields(Settings)}
    assert f"EXPOSE {ports['port']} {ports['metrics_port']}\n" in DOCKERFILE


def test_the_image_does_not_run_as_root() -> None:
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.*)$", last_stage, re.M) == ["10001:10001"]


def test_both_who_build_mean_the_same_time() -> None:
    script = (ROOT / "deploy/build-image").read_text(encoding="utf-8")
    (epoch,) = re.findall(r"^epoch=(\d+)$", script, re.M)
    assert f"ARG SOURCE_DATE_EPOCH={epoch}\n" in DOCKERFILE


class Machine:
    """A machine with these builders, each of which writes down what it is told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        for program in THE_SCRIPTS_OWN:
            found = shutil.which(program)
            assert found, program
            (folder / program).symlink_to(found)

    def has(self, builder: str, *, works: bool = True) -> None:
        """Put a builder on the machine; one that does not work fails at everything."""
        program = self.folder / builder
        program.write_text(
            f'#!/bin/sh\n[ "$1" = version ] || echo "{builder} $*" >>"{self.log}"\n'
            f"exit {0 if works else 1}\n"
        )
        program.chmod(0o755)

    def build(self, *services: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run build-image."""
        return subprocess.run(
            [str(ROOT / "deploy/build-image"), *services],
            env={"PATH": str(self.folder), **env},
            capture_output=True,
            text=True,
            check=False,
        )

    def built(self) -> Sequence[str]:
        """The command lines of the builds, in order."""
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def own_version(name: str) -> str:
    project = tomllib.loads((ROOT / f"services/{name}/pyproject.toml").read_text())
    version: str = project["project"]["version"]
    return version


def test_the_first_builder_there_is_builds_and_tags(machine: Machine) -> None:
    machine.has("podman")
    machine.has("buildah")
    done = machine.build("routing")
    assert done.returncode == 0, done.stderr
    (line,) = machine.built()
    assert line.startswith("podman build ")
    assert line.endswith(f" -t minsheng/routing:{own_version('routing')} -f deploy/Dockerfile .")


def test_only_images_that_render_papers_or_read_scans_get_packages_of_the_distribution(
    machine: Machine,
) -> None:
    machine.has("docker")
    assert machine.build().returncode == 0
    makefile = (ROOT / "Makefile").read_text()
    (papers,) = re.findall(r"^PAPERS := (.*)$", makefile, re.M)
    (reading,) = re.findall(r"^READING := (.*)$", makefile, re.M)
    assert "libpango-1.0-0" in papers
    assert "tesseract-ocr-chi-sim" in reading
    given = [line for line in machine.built() if "SYSTEM_PACKAGES=" in line]
    routing, intake = sorted(given, key=lambda line: "minsheng/intake:" in line)
    assert f"SYSTEM_PACKAGES={reading} " in intake and "minsheng/intake:" in intake
    assert f"SYSTEM_PACKAGES={papers} " in routing and "minsheng/routing:" in routing


def test_a_docker_without_its_engine_is_passed_over_with_a_word(machine: Machine) -> None:
    machine.has("docker", works=False)
    machine.has("buildah")
    done = machine.build("intake")
    assert done.returncode == 0, done.stderr
    assert "passing over docker" in done.stderr
    assert machine.built()[0].startswith("buildah bud ")


def test_a_builder_may_be_chosen(machine: Machine) -> None:
    machine.has("docker")
    machine.has("buildah")
    machine.build("intake", BUILDER="buildah")
    assert [line.split()[0] for line in machine.built()] == ["buildah"]


def test_without_a_service_all_are_built_each_with_its_own_version(machine: Machine) -> None:
    machine.has("docker")
    assert machine.build().returncode == 0
    tags = re.findall(r" -t (\S+)", "\n".join(machine.built()))
    assert tags == [f"minsheng/{name}:{own_version(name)}" for name in sorted(SERVICES)]


def test_version_base_and_further_arguments_reach_the_builder(machine: Machine) -> None:
    machine.has("docker")
    machine.build(
        "sync-municipal", VERSION="1.4.0-rc.1", BASE_IMAGE="base:1", IMAGE_ARGS="--pull --no-cache"
    )
    (line,) = machine.built()
    for said in (
        "--build-arg BASE_IMAGE=base:1",
        "--pull --no-cache",
        "--build-arg SERVICE=sync-municipal",
        "--build-arg VERSION=1.4.0-rc.1",
        "-t minsheng/sync-municipal:1.4.0-rc.1",
    ):
        assert f" {said} " in line


def test_a_build_that_fails_ends_it_all(machine: Machine) -> None:
    machine.has("docker")
    failing = machine.folder / "docker"
    failing.write_text(failing.read_text().replace("exit 0", '[ "$1" = version ]'))
    assert machine.build().returncode != 0
    assert len(machine.built()) == 1


def test_an_unknown_service_is_refused_with_those_there_are(machine: Machine) -> None:
    machine.has("docker")
    done = machine.build("intke")
    assert done.returncode == 1
    assert "there is no service 'intke'" in done.stderr
    assert all(name in done.stderr for name in SERVICES)
    assert machine.built() == []


@pytest.mark.parametrize("version", ["1", "1.2", "v1.2.3", "1.2.3 latest", "1.2.3/x", "latest"])
def test_what_is_no_version_is_refused(machine: Machine, version: str) -> None:
    machine.has("docker")
    done = machine.build("intake", VERSION=version)
    assert done.returncode == 1
    assert f"'{version}' is no version of intake" in done.stderr
    assert machine.built() == []


def test_without_a_builder_it_says_what_to_install(machine: Machine) -> None:
    done = machine.build("intake")
    assert done.returncode == 1
    assert "no builder works here: install docker" in done.stderr


def test_make_image_hands_everything_on(machine: Machine) -> None:
    machine.has("docker")
    make = shutil.which("make")
    assert make
    done = subprocess.run(
        [make, "image", "SERVICE=intake", "VERSION=2.0.0", "IMAGE_ARGS=--pull --quiet"],
        cwd=ROOT,
        env={"PATH": f"{machine.folder}{os.pathsep}{os.defpath}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (line,) = machine.built()
    assert " --pull --quiet " in line
    assert "-t minsheng/intake:2.0.0" in line
