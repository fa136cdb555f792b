"""Writes the rules as Prometheus itself reads them: `plain.py FOLDER`, one file a group.

The sources are the PrometheusRule objects in rules/; what stands in their `spec` is a rule file.
"""

import sys
from pathlib import Path

import yaml

RULES = Path(__file__).with_name("rules")


def write(folder: Path) -> list[Path]:
    """Write every rule file into `folder`; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for source in sorted(RULES.glob("*.yaml")):
        rule = yaml.safe_load(source.read_text(encoding="utf-8"))
        target = folder / source.name
        text = yaml.safe_dump(rule["spec"], sort_keys=False, allow_unicode=True)
        target.write_text(text, encoding="utf-8")
        written.append(target)
    return written


if __name__ == "__main__":
    for path in write(Path(sys.argv[1])):
        sys.stdout.write(f"{path}\n")
