"""make bench: ONLY=accept,relay SIZES=0,100000 SPIKES=10 SCALE=1 JSON=file."""

import os
import platform
import sys
import time
from pathlib import Path

from bench import accept, lifecycle, process, relay, shapes, visible
from bench.place import Place, place
from bench.table import Row, as_json, render

PATHS = {
    "accept": accept.measure,
    "relay": relay.measure,
    "process": process.measure,
    "visible": visible.measure,
    "lifecycle": lifecycle.measure,
    "shapes": shapes.measure,
}


def main() -> None:
    """Measure the paths asked for and print the table."""
    env = os.environ
    only = [name for name in env.get("ONLY", "").split(",") if name] or list(PATHS)
    if unknown := [name for name in only if name not in PATHS]:
        raise SystemExit(f"ONLY: there is no {', '.join(unknown)}; there are {', '.join(PATHS)}")
    sizes = [int(size) for size in (env.get("SIZES") or "0,100000,1000000").split(",")]
    began = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - began:6.0f} s] {text}\n")

    with place(
        sizes=sizes,
        spikes=int(env.get("SPIKES") or 10),
        scale=float(env.get("SCALE") or 1),
        say=say,
    ) as here:
        circumstances = describe(here)
        rows: list[Row] = []
        for name in only:
            rows += PATHS[name](here)
    sys.stdout.write("\n".join(f"{k}: {v}" for k, v in circumstances.items()) + "\n\n")
    sys.stdout.write(render(rows) + "\n")
    if env.get("JSON"):
        Path(env["JSON"]).write_text(as_json(rows, circumstances=circumstances), encoding="utf-8")


def describe(here: Place) -> dict[str, str]:
    """Machine and servers, and that nothing is traded for speed."""
    asked = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
    shown = {name: here.administer(f"SHOW {name}") for name in asked}
    return {
        "machine": f"{os.cpu_count()} cores, {platform.platform()}, Python {sys.version.split()[0]}",
        "PostgreSQL": ", ".join(f"{name} {value}" for name, value in shown.items()),
        "RabbitMQ": here.rabbit.control("version").strip(),
        "load average at start": f"{os.getloadavg()[0]:.1f}",
    }


if __name__ == "__main__":
    main()
