"""Checks the manifests: each file as it stands, and what kubectl makes of them.

    files      YAML, known fields, targets and images that are there     (trees.py)
    base       every object of the base by the schema of its kind         (schemas.py)
    rendered   `kubectl kustomize` of base and overlays, every object by its schema

Everything that is wrong is told with the file and the line it stands on.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from k8s.schemas import problem
from k8s.sources import DEPLOY, Source, Where, Wrong, load_all
from k8s.trees import Tree, grow

ENVIRONMENTS = ("dev", "prod")
FOLDERS = ("base", *(f"overlays/{name}" for name in ENVIRONMENTS))
OLDEST_KUBECTL = (1, 21)

PLACEHOLDER = re.compile(r"[\w.-]+\.example\b|\b(?:192\.0\.2|198\.51\.100)\.\d+")


class NoKubectl(Exception):
    """There is no kubectl that can render the manifests; says why."""


@dataclass(frozen=True)
class Kubectl:
    """A kubectl that is new enough."""

    program: str
    version: str

    def kustomize(self, folder: Path) -> list[dict[str, Any]]:
        """The objects that a kustomization makes; Wrong, in kubectl's words, if none."""
        done = subprocess.run(
            [self.program, "kustomize", str(folder)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            reason = f"kubectl kustomize: {done.stderr.strip()}"
            raise Wrong(folder / "kustomization.yaml", 1, reason)
        return load_all(done.stdout)


def find_kubectl(path: str | None = None) -> Kubectl:
    """The kubectl of this virtual environment, or else of `path`; NoKubectl where none will do."""
    if path is None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    program = shutil.which("kubectl", path=path)
    if program is None:
        raise NoKubectl("kubectl is not installed")
    done = subprocess.run(
        [program, "version", "--client", "-o", "json"], capture_output=True, text=True, check=False
    )
    try:
        version = json.loads(done.stdout)["clientVersion"]["gitVersion"]
        found = tuple(int(part) for part in version.lstrip("v").split(".")[:2])
    except (ValueError, KeyError) as error:
        raise NoKubectl(f"{program} does not tell its version") from error
    if found < OLDEST_KUBECTL:
        wanted = ".".join(str(part) for part in OLDEST_KUBECTL)
        raise NoKubectl(f"{program} is {version}, older than {wanted}")
    return Kubectl(program, version)


def check(
    deploy: Path | None = None, *, kubectl: Kubectl | None
) -> tuple[list[Wrong], dict[str, int]]:
    """What is wrong, each thing once, and how many objects of which folder were looked at.

    Without kubectl only the files are checked, and of the objects those of the base.
    """
    deploy = deploy or DEPLOY
    trees = {folder: grow(deploy / folder) for folder in FOLDERS}
    wrongs = [wrong for tree in trees.values() for wrong in tree.wrongs]
    wrongs += _wrong_objects(trees["base"])
    counts = {"base": len(trees["base"].objects)}
    if kubectl is not None and not wrongs:
        for folder, tree in trees.items():
            try:
                objects = kubectl.kustomize(deploy / folder)
            except Wrong as wrong:
                wrongs.append(wrong)
                continue
            counts[folder] = len(objects)
            wrongs += _wrong_renderings(objects, tree, folder=deploy / folder)
    unique = {str(wrong): wrong for wrong in wrongs}
    return sorted(unique.values(), key=lambda w: (str(w.file), w.line)), counts


def _wrong_objects(tree: Tree) -> Iterator[Wrong]:
    for source in tree.objects:
        if not isinstance(source.value, dict):
            yield source.wrong((), "an object is a mapping of fields")
        elif found := problem(source.value):
            where, reason = found
            yield source.wrong(where, f"{source.kind} {source.name}: {reason}")


def _wrong_renderings(
    objects: list[dict[str, Any]], tree: Tree, *, folder: Path
) -> Iterator[Wrong]:
    for thing in objects:
        if found := problem(thing):
            where, reason = found
            source, at = _origin(thing, where, tree, folder)
            yield source.wrong(at, f"{thing['kind']}: {reason}")


def _origin(thing: dict[str, Any], where: Where, tree: Tree, folder: Path) -> tuple[Source, Where]:
    """The file and place that a field of a rendered object comes from: the last to say it."""
    best: tuple[Source, Where] | None = None
    for source in tree.sources_of(thing):
        at = _same_place(thing, source, where)
        if best is None or len(at) > len(best[1]):
            best = source, at
    return best or (Source(folder / "kustomization.yaml", {}, {(): 1}), ())


def _same_place(thing: Any, source: Source, where: Where) -> Where:
    """How far `where` leads in a source; members of lists are found by their names."""
    at: Where = ()
    inner: Any = source.value
    for step in where:
        thing = thing[step] if isinstance(thing, dict | list) and _has(thing, step) else None
        named = isinstance(thing, dict) and isinstance(inner, list)
        here = _index_of(thing, inner, step) if named else step
        if (*at, here) not in source.lines:
            return at
        at = (*at, here)
        inner = inner[here] if isinstance(inner, dict | list) and _has(inner, here) else None
    return at


def _index_of(member: dict[str, Any], members: list[Any], otherwise: str | int) -> str | int:
    names = [one.get("name") for one in members if isinstance(one, dict)]
    name = member.get("name")
    return names.index(name) if name is not None and name in names else otherwise


def _has(value: dict[Any, Any] | list[Any], step: str | int) -> bool:
    if isinstance(value, dict):
        return step in value
    return isinstance(step, int) and step < len(value)


def placeholders(overlay: Path) -> list[str]:
    """The files, with lines, whose names and addresses must be replaced before applying."""
    found = []
    for file in sorted(overlay.iterdir()):
        lines = enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        numbers = [str(n) for n, line in lines if line[:1] != "#" and PLACEHOLDER.search(line)]
        if numbers:
            found.append(f"{file.name}:{','.join(numbers)}")
    return found


def main() -> int:
    """Print what was checked and what is wrong; 1 if anything is."""
    try:
        kubectl = find_kubectl()
        print(f"kubectl {kubectl.version} renders the overlays")
    except NoKubectl as missing:
        kubectl = None
        print(f"{missing}: nothing is rendered, the files are checked and the base's objects")
    wrongs, counts = check(kubectl=kubectl)
    for wrong in wrongs:
        print(wrong)
    if wrongs:
        print(f"{len(wrongs)} wrong")
        return 1
    for folder, count in counts.items():
        print(f"{folder}: {count} objects are valid")
    for name in ENVIRONMENTS:
        left = " ".join(placeholders(DEPLOY / "overlays" / name))
        print(f"{name}: placeholders to replace before applying: {left or 'none'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
