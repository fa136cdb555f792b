"""A kustomization and all that it is made of: objects, patches, settings, images.

What kustomize would pass over in silence is wrong here: a patch whose target is nowhere, an image
that no container has, a field of a kustomization that does not exist.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from k8s.sources import Source, Where, Wrong, read
from shared.service import find_services

FIELDS = {
    "apiVersion": str,
    "kind": str,
    "namespace": str,
    "resources": list,
    "configMapGenerator": list,
    "patches": list,
    "images": list,
}
PARTS = {
    "configMapGenerator": {"name", "behavior", "envs"},
    "patches": {"path", "target"},
    "images": {"name", "newName", "newTag", "digest"},
}
TARGET = {"group", "version", "kind", "name", "labelSelector"}
OPERATIONS = {"op", "path", "value", "from"}
SETTINGS = {f.name.upper() for s in find_services() for f in dataclasses.fields(s.settings)}


@dataclass(frozen=True)
class Patch:
    """A patch and what it is for; of a list of operations `source` is the object they change."""

    source: Source
    target: dict[str, Any]


@dataclass
class Tree:
    """What one kustomization.yaml brings together, with all below it."""

    objects: list[Source] = field(default_factory=list)
    patches: list[Patch] = field(default_factory=list)
    wrongs: list[Wrong] = field(default_factory=list)

    def sources_of(self, thing: dict[str, Any]) -> list[Source]:
        """Where an object's fields come from, the last that may change them first."""
        kind, name = thing["kind"], thing["metadata"]["name"]
        patches = [p.source for p in reversed(self.patches) if matches(thing, p.target)]
        return patches + [one for one in self.objects if (one.kind, one.name) == (kind, name)]


def grow(folder: Path) -> Tree:
    """The tree of the kustomization in `folder`; what is wrong with it stands in `wrongs`."""
    tree = Tree()
    try:
        [found] = read(folder / "kustomization.yaml")
    except ValueError:
        tree.wrongs.append(Wrong(folder / "kustomization.yaml", 1, "must hold one document"))
        return tree
    except Wrong as wrong:
        tree.wrongs.append(wrong)
        return tree
    tree.wrongs += _unknown_fields(found)
    if tree.wrongs:
        return tree
    for at, name in enumerate(found.value.get("resources", ())):
        _add_resource(tree, found, at, folder / name)
    if tree.wrongs:
        return tree
    for at, generator in enumerate(found.value.get("configMapGenerator", ())):
        for file in generator.get("envs", ()):
            if (folder / file).is_file():
                tree.wrongs += _unknown_settings(folder / file)
            else:
                where: Where = ("configMapGenerator", at, "envs")
                tree.wrongs.append(found.wrong(where, f"there is no file {file}"))
    for at, patch in enumerate(found.value.get("patches", ())):
        _add_patch(tree, found, at, patch, folder / str(patch.get("path", "")))
    tree.wrongs += _idle_images(tree, found)
    return tree


def _unknown_fields(found: Source) -> Iterator[Wrong]:
    if not isinstance(found.value, dict):
        yield found.wrong((), "a kustomization is a mapping")
        return
    for name, value in found.value.items():
        if name not in FIELDS:
            yield found.wrong((name,), f"a kustomization has no field {name!r} here")
        elif not isinstance(value, FIELDS[name]):
            yield found.wrong((name,), f"{name} must be a {FIELDS[name].__name__}")
        else:
            for at, part in enumerate(value if name in PARTS else ()):
                for key in part if isinstance(part, dict) else [part]:
                    if key not in PARTS[name]:
                        yield found.wrong((name, at, key), f"{name} has no field {key!r}")


def _unknown_settings(file: Path) -> Iterator[Wrong]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        name, is_set, _ = line.partition("=")
        if line.strip() and not line.startswith("#") and (not is_set or name not in SETTINGS):
            yield Wrong(file, number, f"no service has a setting {name!r}")


def _add_resource(tree: Tree, found: Source, at: int, path: Path) -> None:
    if path.is_dir() and (path / "kustomization.yaml").is_file():
        below = grow(path.resolve())
        tree.objects += below.objects
        tree.patches += below.patches
        tree.wrongs += below.wrongs
    elif path.is_file():
        try:
            tree.objects += read(path)
        except Wrong as wrong:
            tree.wrongs.append(wrong)
    else:
        tree.wrongs.append(found.wrong(("resources", at), f"there is no {path.name}"))


def _add_patch(tree: Tree, found: Source, at: int, patch: dict[str, Any], path: Path) -> None:
    where: Where = ("patches", at)
    target = patch.get("target")
    for key in target or ():
        if key not in TARGET:
            tree.wrongs.append(found.wrong((*where, "target", key), f"a target has no {key!r}"))
            return
    if not path.is_file():
        tree.wrongs.append(found.wrong(where, f"there is no file {path.name}"))
        return
    try:
        documents = read(path)
    except Wrong as wrong:
        tree.wrongs.append(wrong)
        return
    if len(documents) != 1:
        # kubectl before 1.22 refuses several in one file.
        tree.wrongs.append(Wrong(path, 1, "a patch file holds one document"))
        return
    [document] = documents
    if isinstance(document.value, list):
        wrongs = list(_operations(document))
        tree.wrongs += wrongs
        document = document if wrongs or not target else _as_object(document, target)
    wanted = target or {"kind": document.kind, "name": f"^{re.escape(document.name)}$"}
    if not any(matches(one.value, wanted) for one in tree.objects):
        reason = f"the patch {path.name} finds no target"
        if target:
            tree.wrongs.append(found.wrong((*where, "target"), f"{reason} {target}"))
        else:
            said = f"{reason} {document.kind} {document.name}"
            tree.wrongs.append(document.wrong(("metadata", "name"), said))
    tree.patches.append(Patch(document, wanted))


def _operations(document: Source) -> Iterator[Wrong]:
    for at, operation in enumerate(document.value):
        for key in operation if isinstance(operation, dict) else [operation]:
            if key not in OPERATIONS:
                yield document.wrong((at, key), f"an operation has no field {key!r}")


def _as_object(document: Source, target: dict[str, Any]) -> Source:
    """A list of operations as the object that they change, so that places can be looked up."""
    value: dict[str, Any] = {"kind": target.get("kind", "")}
    value["metadata"] = {"name": target.get("name", "")}
    lines: dict[Where, int] = {(): document.line(())}
    for at, operation in enumerate(document.value):
        steps = [s.replace("~1", "/").replace("~0", "~") for s in operation["path"].split("/")[1:]]
        where: Where = tuple(int(s) if s.isdigit() else s for s in steps)
        for length in range(1, len(where)):
            lines.setdefault(where[:length], document.line((at,)))
        lines[where] = document.line((at,))
    return Source(document.file, value, lines)


def matches(thing: dict[str, Any], target: dict[str, Any]) -> bool:
    """Whether a patch's target means this object, as kustomize reads it."""
    metadata = thing.get("metadata") or {}
    if "kind" in target and target["kind"] != thing.get("kind"):
        return False
    if "name" in target and not re.fullmatch(target["name"], metadata.get("name", "")):
        return False
    labels = metadata.get("labels") or {}
    return all(
        labels.get(label) in values for label, values in _labels(target.get("labelSelector", ""))
    )


def _labels(selector: str) -> Iterator[tuple[str, set[str]]]:
    """`a=b` and `a in (b, c)`; a test for each label."""
    for term in re.split(r",(?![^(]*\))", selector):
        if found := re.fullmatch(r"\s*(\S+)\s+in\s+\(([^)]*)\)\s*", term):
            yield found[1], {value.strip() for value in found[2].split(",")}
        elif term.strip():
            label, _, value = term.partition("=")
            yield label.strip(), {value.lstrip("=").strip()}


def _idle_images(tree: Tree, found: Source) -> Iterator[Wrong]:
    used = {image for one in tree.objects for image in _images(one.value)}
    for at, image in enumerate(found.value.get("images", ())):
        if image.get("name") not in used:
            where: Where = ("images", at)
            yield found.wrong(where, f"no container has the image {image.get('name')}")


def _images(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "image" and isinstance(inner, str):
                yield inner.partition(":")[0]
            else:
                yield from _images(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _images(inner)
