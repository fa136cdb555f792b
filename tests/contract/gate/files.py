"""Files that the gate reads: what is no text or no JSON is refused by name, line and reason."""

import json
from pathlib import Path
from typing import Any

from gate.verdicts import BadInput


def read_text(path: Path, shown: Path) -> str:
    """A file's text; BadInput names it as `shown`."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadInput(f"{shown}: line {line}: not UTF-8") from error
    except OSError as error:
        raise BadInput(f"{shown}: {error.strerror}") from error


def read_json(path: Path, shown: Path) -> Any:
    """A file's JSON; BadInput names it as `shown`."""
    try:
        return json.loads(read_text(path, shown))
    except json.JSONDecodeError as error:
        raise BadInput(f"{shown}: line {error.lineno}: broken JSON: {error.msg}") from error
