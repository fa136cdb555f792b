"""make bench: ONLY, SIZES, SPIKES and SCALE choose what is measured; JSON=file keeps the table.

DATA names a folder of labelled messages, by which `matter` judges what it finds.
"""

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench import (
    accept,
    console,
    importing,
    lifecycle,
    looks,
    matter,
    process,
    relay,
    shapes,
    visible,
)
from bench.place import Place, place
from bench.table import Row, as_json, render

PATHS: dict[str, Callable[[Place], Iterator[Row]]] = {
    "accept": accept.measure,
    "import": importing.measure,
    "relay": relay.measure,
    "process": process.measure,
    "visible": visible.measure,
    "lifecycle": lifecycle.measure,
    "shapes": shapes.measure,
    "matter": matter.measure,
    "looks": looks.measure,
    "console": console.measure,
}
_LARGEST = 5_000_000
T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """What to measure: paths, sizes of the lifecycle, spikes, and what share of the whole."""

    only: list[str]
    sizes: list[int]
    spikes: int
    scale: float
    json: Path | None
    data: Path | None


def main() -> None:
    """Measure what is wanted and print the table."""
    wanted = read(os.environ)
    began = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - began:6.0f} s] {text}\n")

    with place(
        sizes=wanted.sizes,
        spikes=wanted.spikes,
        scale=wanted.scale,
        data=wanted.data,
        say=say,
    ) as here:
        circumstances, rows = describe(here), []
        try:
            for name in wanted.only:
                for row in PATHS[name](here):
                    rows.append(row)
        finally:
            # What an hour has measured is shown even where the next path breaks.
            show(rows, circumstances, wanted.json)


def show(rows: list[Row], circumstances: dict[str, str], json: Path | None) -> None:
    """Print the table, and keep it where that is wanted."""
    shown = "\n".join(f"{name}: {value}" for name, value in circumstances.items())
    sys.stdout.write(f"{shown}\n\n{render(rows)}\n")
    if json:
        json.write_text(as_json(rows, circumstances=circumstances), encoding="utf-8")


def read(env: Mapping[str, str]) -> Wanted:
    """The wishes in the environment; SystemExit names the variable that makes no sense."""
    return Wanted(
        only=_each(env, "ONLY", ",".join(PATHS), _path),
        sizes=_each(env, "SIZES", "0,100000,1000000", lambda text: _number("SIZES", int, text)),
        spikes=_number("SPIKES", int, env.get("SPIKES") or "10", least=1),
        scale=_number("SCALE", float, env.get("SCALE") or "1", least=0.001),
        json=_writable(env.get("JSON")),
        data=Path(env["DATA"]) if env.get("DATA") else None,
    )


def _each(env: Mapping[str, str], name: str, default: str, convert: Callable[[str], T]) -> list[T]:
    return [convert(part.strip()) for part in (env.get(name) or default).split(",")]


def _path(name: str) -> str:
    if name not in PATHS:
        raise SystemExit(f"ONLY: there is no path {name!r}; there are {', '.join(PATHS)}")
    return name


def _number(name: str, kind: Callable[[str], T], text: str, *, least: float = 0) -> T:
    try:
        value = kind(text)
    except ValueError:
        raise SystemExit(f"{name}: {text!r} is not a number") from None
    if not least <= value <= _LARGEST:
        raise SystemExit(f"{name}: {text} is not between {least} and {_LARGEST:,}")
    return value


def _writable(name: str | None) -> Path | None:
    """The file for the table; known to be writable before an hour of measuring."""
    if not name:
        return None
    try:
        Path(name).touch()
    except OSError as error:
        raise SystemExit(f"JSON: {name} cannot be written: {error.strerror}") from None
    return Path(name)


def describe(here: Place) -> dict[str, str]:
    """Machine and servers, and that nothing is traded for speed."""
    asked = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
    shown = {name: here.administer(f"SHOW {name}") for name in asked}
    python = platform.python_version()
    return {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {python}",
        "PostgreSQL": ", ".join(f"{name} {value}" for name, value in shown.items()),
        "RabbitMQ": here.rabbit.control("version").strip(),
        "load average at start": f"{os.getloadavg()[0]:.1f}",
    }


if __name__ == "__main__":
    main()
