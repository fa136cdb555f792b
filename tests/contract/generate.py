"""Write the golden contract files anew; examples are only added, never changed.

make contract-update
"""

import sys
import tempfile
from pathlib import Path

from golden import ASYNCAPI, EVENTS, EXAMPLES, HTTP, READS, files, text
from scenario import Scenario, play


def main() -> None:
    """Bring every file in line with the code and say which changed."""
    wanted = files()
    for folder in (EVENTS, READS, HTTP, ASYNCAPI):
        folder.mkdir(exist_ok=True)
        for stale in set(folder.glob("*.json")) - set(wanted):
            stale.unlink()
            sys.stdout.write(f"removed {stale.name}\n")
    for path, content in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
            sys.stdout.write(f"wrote {path.name}\n")
    with tempfile.TemporaryDirectory() as folder, Scenario(Path(folder)) as scenario:
        for why, envelopes in play(scenario):
            _add_examples(why, envelopes)


def _add_examples(why: str, envelopes: list[dict]) -> None:
    for envelope in envelopes:
        key = f"{envelope['source'].removeprefix('/')}.{envelope['type']}"
        folder = EXAMPLES / key
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.glob(f"*-{why}.json")):
            continue
        number = len(list(folder.glob("*.json"))) + 1
        path = folder / f"{number:03d}-{why}.json"
        path.write_text(text(envelope), encoding="utf-8")
        sys.stdout.write(f"added {key}/{path.name}\n")


if __name__ == "__main__":
    main()
