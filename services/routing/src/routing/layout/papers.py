"""Everything that papers need at run time: catalogue, templates, keys, renderer and seal."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from routing.domain.catalogue import load_catalogue
from routing.domain.documents import Catalogue
from routing.layout.child import Renderer, renderer
from routing.layout.seal import Seal, make_seal
from routing.layout.templates import load_templates
from routing.settings import Settings
from shared.pii import KeyRing


@dataclass(frozen=True)
class Papers:
    """The catalogue with its templates, and what seals, renders and stamps."""

    catalogue: Catalogue
    templates: Mapping[str, str]
    ring: KeyRing
    render: Renderer
    seal: Seal


@cache
def catalogue_of(folder: Path | None = None) -> Catalogue:
    """An office's papers; StandardError where its edition in `folder` is wrong."""
    return load_catalogue(folder=folder)


@cache
def standards(folder: Path | None = None) -> tuple[Catalogue, Mapping[str, str]]:
    """Catalogue and templates of an office; StandardError where one is wrong."""
    catalogue = catalogue_of(folder)
    return catalogue, load_templates(catalogue, folder=folder)


def build(settings: Settings) -> Papers:
    """Read and check everything; the process does not start with anything that is wrong."""
    folder = Path(settings.standards_dir) if settings.standards_dir else None
    catalogue, templates = standards(folder)
    return Papers(
        catalogue=catalogue,
        templates=templates,
        ring=KeyRing.parse(settings.pii_keyring),
        render=renderer(seconds=settings.render_seconds, megabytes=settings.render_megabytes),
        seal=make_seal(settings.e_seal),
    )
