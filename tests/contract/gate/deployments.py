"""What an environment runs: the image tags of its overlay, each a released bundle.

deploy/k8s/overlays/<env>/kustomization.yaml      images: [{name: minsheng/<service>, newTag}]
tests/contract/released/<service>/<x.y.z>.json    what that version promises and needs
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gate.bundles import Bundle, is_version, read_bundle, version_order
from gate.files import read_text
from gate.verdicts import BadInput

PREFIX = "minsheng/"


@dataclass(frozen=True)
class Site:
    """The folders that the gate reads, all under one root; messages name paths from there."""

    root: Path

    @property
    def contract(self) -> Path:
        return self.root / "tests/contract"

    @property
    def released(self) -> Path:
        return self.contract / "released"

    @property
    def overlays(self) -> Path:
        return self.root / "deploy/k8s/overlays"

    def shown(self, path: Path) -> Path:
        """A path as messages name it."""
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path

    def services(self) -> list[str]:
        """Services that were ever released."""
        return sorted(p.name for p in self.released.glob("*") if any(p.glob("*.json")))

    def versions(self, service: str) -> list[str]:
        """Released versions of a service, oldest first; BadInput for a file that is none."""
        names = []
        for path in (self.released / service).glob("*.json"):
            if not is_version(path.stem):
                raise BadInput(f"{self.shown(path)}: the name is no version x.y.z")
            names.append(path.stem)
        return sorted(names, key=version_order)

    def bundle(self, service: str, version: str) -> Bundle:
        """A released bundle; BadInput where there is none, or where it was edited."""
        if service not in self.services():
            known = ", ".join(self.services()) or "none yet"
            raise BadInput(
                f"{self.shown(self.released)}: no service `{service}` was released; there are: "
                f"{known}"
            )
        if not is_version(version):
            raise BadInput(
                f"VERSION={version}: a version is x.y.z; of {service} there are: "
                f"{', '.join(self.versions(service))}"
            )
        path = self.released / service / f"{version}.json"
        if not path.exists():
            raise BadInput(
                f"{self.shown(path)}: {service} {version} was not released; there are: "
                f"{', '.join(self.versions(service))}"
            )
        return read_bundle(path, self.shown(path))

    def environments(self) -> list[str]:
        """The overlays there are."""
        return sorted(p.parent.name for p in self.overlays.glob("*/kustomization.yaml"))


def deployed(site: Site, env: str, *, first_of: str | None = None) -> dict[str, Bundle]:
    """The bundles that an environment runs, by service.

    Every released service must have its image there, but for `first_of`, which comes to be
    deployed for the first time. BadInput names the overlay, the line and what is wrong.
    """
    path = site.overlays / env / "kustomization.yaml"
    if env not in site.environments():
        known = ", ".join(site.environments()) or "none"
        raise BadInput(f"{site.shown(path)}: there is no environment `{env}`; there are: {known}")
    overlay = _Overlay(path, site.shown(path))
    running = {}
    for service, (tag, line) in overlay.tags().items():
        if service not in site.services():
            raise BadInput(
                f"{overlay.shown}: line {line}: {PREFIX}{service} is no released service; there "
                f"are: {', '.join(site.services()) or 'none'}"
            )
        if tag not in site.versions(service):
            raise BadInput(
                f"{overlay.shown}: line {line}: {service} {tag} is deployed and was not released; "
                f"there are: {', '.join(site.versions(service))}"
            )
        running[service] = site.bundle(service, tag)
    for service in site.services():
        if service not in running and service != first_of:
            raise BadInput(
                f"{overlay.shown}: line {overlay.images_line}: `images` has no tag for "
                f"{PREFIX}{service}, so nobody knows which version {env} runs"
            )
    return running


class _Overlay:
    """A kustomization file whose lines are remembered."""

    def __init__(self, path: Path, shown: Path) -> None:
        self.shown = shown
        root = self._composed(read_text(path, shown))
        if not isinstance(root, yaml.MappingNode):
            raise BadInput(f"{shown}: line 1: not a mapping")
        if "images" not in (members := self._members(root)):
            raise BadInput(f"{shown}: line 1: `images` is missing, so no version is known")
        self.images_line, self._images = members["images"]
        if not isinstance(self._images, yaml.SequenceNode):
            raise BadInput(f"{shown}: line {self.images_line}: `images` must be a list")

    def _composed(self, text: str) -> Any:
        try:
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            why = " ".join(filter(None, (error.context, error.problem)))
            raise BadInput(f"{self.shown}: line {line}: broken YAML: {why}") from error
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise BadInput(f"{self.shown}: line {line}: broken YAML: {error.reason}") from error
        except RecursionError as error:
            raise BadInput(f"{self.shown}: line 1: nested too deeply") from error

    def _members(self, node: yaml.MappingNode) -> dict[str, tuple[int, Any]]:
        """A mapping's lines and values by name; BadInput for a name that is there twice."""
        found: dict[str, tuple[int, Any]] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in found:
                raise BadInput(f"{self.shown}: line {line}: `{name}` is there twice")
            found[name] = line, value
        return found

    def tags(self) -> dict[str, tuple[str, int]]:
        """The tag of each of our images and its line; other images are none of our business."""
        found: dict[str, tuple[str, int]] = {}
        for entry in self._images.value:
            line = entry.start_mark.line + 1
            if not isinstance(entry, yaml.MappingNode):
                raise BadInput(
                    f"{self.shown}: line {line}: an image is a mapping with name, newTag"
                )
            row = self._members(entry)
            name = row["name"][1].value if "name" in row else None
            if not isinstance(name, str):
                raise BadInput(f"{self.shown}: line {line}: an image without `name`")
            if not name.startswith(PREFIX):
                continue
            service = name.removeprefix(PREFIX)
            if service in found:
                raise BadInput(f"{self.shown}: line {line}: {name} is there twice")
            if "newTag" not in row:
                raise BadInput(f"{self.shown}: line {line}: {name} has no `newTag`")
            found[service] = self._tag(name, *row["newTag"])
        return found

    def _tag(self, name: str, line: int, node: Any) -> tuple[str, int]:
        tag = node.value
        if not isinstance(tag, str) or not is_version(tag):
            shown = repr(tag) if isinstance(tag, str) else "what stands there"
            raise BadInput(f"{self.shown}: line {line}: newTag of {name}: {shown} is no x.y.z")
        return tag, line
