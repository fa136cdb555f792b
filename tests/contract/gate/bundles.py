"""A bundle: what one version of a service promises and needs, frozen in a sealed file.

    released/<service>/<x.y.z>.json
      service, version
      produces   {type: {schema, optional, retired}}
      reads      {source.type: schema}
      examples   {source.type/file: sha256} of every stored example of what it produces
      http       its OpenAPI document
      calls      the HTTP calls it makes to other services
      database   {head, revisions, tables, used}: see freezing.py
      seals      a digest of each part, and one over all

The seals tell a file that somebody edited from one that `make release` wrote. They are no
signature: who means harm can seal anew.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

from gate.files import read_text
from gate.verdicts import BadInput

PARTS = (
    "service", "version", "produces", "reads", "examples", "http", "calls", "database"
)  # fmt: skip
TREE = "tree"
_VERSION = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})", re.ASCII)
_STEM = re.compile(r"(.+)\.v(\d+)")


@dataclass(frozen=True)
class Bundle:
    """One version of one service, released or as it stands in the working tree (`tree`)."""

    content: Mapping[str, Any]

    @property
    def service(self) -> str:
        return str(self.content["service"])

    @property
    def version(self) -> str:
        return str(self.content["version"])

    @property
    def name(self) -> str:
        """Service and version, as sentences name them."""
        return f"{self.service} {self.version}"

    @property
    def produces(self) -> dict[str, dict[str, Any]]:
        return dict(self.content["produces"])

    @property
    def sends(self) -> dict[str, dict[str, Any]]:
        """The types that it emits; retired ones are only replayed."""
        return {name: row for name, row in self.produces.items() if not row["retired"]}

    @property
    def reads(self) -> dict[str, Any]:
        return dict(self.content["reads"])

    @property
    def http(self) -> dict[str, Any]:
        return dict(self.content["http"])

    @property
    def calls(self) -> list[dict[str, Any]]:
        return list(self.content["calls"])

    @property
    def database(self) -> dict[str, Any]:
        return dict(self.content["database"])

    def order(self) -> tuple[int, ...]:
        """Sorts versions; the working tree is newer than all of them."""
        return version_order(self.version) if self.version != TREE else (10**9,)


def version_order(version: str) -> tuple[int, ...]:
    """The numbers of a version x.y.z, so that 0.10.0 follows 0.9.0."""
    return tuple(int(number) for number in version.split("."))


def is_version(text: str) -> bool:
    """Whether a text is a version x.y.z."""
    return _VERSION.fullmatch(text) is not None


def stem(type_name: str) -> str:
    """An event type's name without its version: petition.registered of petition.registered.v2."""
    found = _STEM.fullmatch(type_name)
    return found[1] if found else type_name


def sealed_text(content: Mapping[str, Any]) -> str:
    """The text of a bundle's file."""
    whole = {part: content[part] for part in PARTS}
    return (
        json.dumps(whole | {"seals": _seals(whole)}, ensure_ascii=False, indent=1, sort_keys=True)
        + "\n"
    )


def read_bundle(path: Path, shown: Path) -> Bundle:
    """The bundle in a file; BadInput names the file (as `shown`), the line and the reason."""
    return _bundle(read_text(path, shown), path.parent.name, path.stem, shown)


@lru_cache(maxsize=64)
def _bundle(text: str, service: str, version: str, shown: Path) -> Bundle:
    """The bundle that a text is; one check asks for the same ones many times."""
    lines = _lines_of_parts(text, shown)
    content = json.loads(text)
    for part in (*PARTS, "seals"):
        if part not in content:
            raise BadInput(f"{shown}: line 1: the part `{part}` is missing; {_RESTORE}")
    _check_seals(content, lines, shown)
    if (content["service"], content["version"]) != (service, version):
        raise BadInput(
            f"{shown}: line {lines['service']}: this is the bundle of {content['service']} "
            f"{content['version']}, under the name of {service} {version}; {_RESTORE}"
        )
    return Bundle({part: content[part] for part in PARTS})


_RESTORE = "restore the file from version control, and release a new version for a change"


def _check_seals(content: dict[str, Any], lines: dict[str, int], shown: Path) -> None:
    seals, wanted = content["seals"], _seals(content)
    if not isinstance(seals, dict) or set(seals) != set(wanted):
        raise BadInput(f"{shown}: line {lines['seals']}: the seals were edited; {_RESTORE}")
    for part in [*PARTS, "all"]:
        if seals[part] != wanted[part]:
            where = lines.get(part, lines["seals"])
            what = f"`{part}` was" if part in PARTS else "the seals were"
            raise BadInput(f"{shown}: line {where}: {what} edited after the release; {_RESTORE}")
    for part in content:
        if part not in (*PARTS, "seals"):
            raise BadInput(f"{shown}: line {lines[part]}: `{part}` was added by hand; {_RESTORE}")


def _seals(content: Mapping[str, Any]) -> dict[str, str]:
    seals = {part: _digest(content[part]) for part in PARTS}
    return seals | {"all": _digest(seals)}


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _lines_of_parts(text: str, shown: Path) -> dict[str, int]:
    """The line on which each part begins; BadInput for broken JSON and for a name given twice."""
    lines: dict[str, int] = {}
    part, line = "", 1
    try:
        for part, at in _members(text):
            line = text.count("\n", 0, at) + 1
            if part in lines:
                raise _Repeated(part)
            lines[part] = line
        json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"{shown}: line {error.lineno}: broken JSON: {error.msg}") from error
    except _Repeated as error:
        where = f"`{error}`" + (f" in `{part}`" if str(error) != part else "")
        raise BadInput(f"{shown}: line {line}: {where} is there twice; {_RESTORE}") from error
    except RecursionError as error:
        raise BadInput(f"{shown}: line {line}: nested too deeply to be a bundle") from error
    return lines


def _members(text: str) -> Iterator[tuple[str, int]]:
    """The outermost members of a JSON object and where each begins."""
    at = _after_space(text, 0)
    if text[at : at + 1] != "{":
        raise json.JSONDecodeError("a bundle is a JSON object", text, at)
    decoder = json.JSONDecoder(object_pairs_hook=_no_repeats)
    at = _after_space(text, at + 1)
    while text[at : at + 1] != "}":
        if text[at : at + 1] != '"':
            raise json.JSONDecodeError("a part's name was expected", text, at)
        name, end = scanstring(text, at + 1)
        yield name, at
        colon = _after_space(text, end)
        if text[colon : colon + 1] != ":":
            raise json.JSONDecodeError("':' was expected", text, colon)
        _, end = decoder.raw_decode(text, _after_space(text, colon + 1))
        at = _after_space(text, end)
        if text[at : at + 1] == ",":
            at = _after_space(text, at + 1)
        elif text[at : at + 1] != "}":
            raise json.JSONDecodeError("',' was expected", text, at)


def _after_space(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


class _Repeated(ValueError):
    """A name that stands twice in one object."""


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Repeated(key)
        found[key] = value
    return found
