"""Real events to relay and to process: the contract's examples, with ids of their own.

One life is a petition that is registered, opened, classified, forwarded, accepted, replied to,
served and closed: eight events, seven of them of one case.
"""

import json
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from shared.bus import Message
from shared.db import dumps

_EXAMPLES = Path(__file__).parents[1] / "tests/contract/examples"
PETITION = ("intake.petition.registered.v1", "intake.petition.text.v1")
CASE_LIFE = (
    "routing.case.opened.v1",
    "routing.case.classified.v1",
    "routing.case.forwarded.v1",
    "routing.case.accepted.v1",
    "routing.case.replied.v1",
    "routing.case.served.v1",
    "routing.case.closed.v1",
)
_LIFE = (PETITION[0], *CASE_LIFE)


@cache
def example(name: str) -> dict[str, Any]:
    """The envelope of that name in the life that ends closed."""
    file = _EXAMPLES / name / "001-forwarded-to-closed.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


@cache
def _body(name: str) -> str:
    return dumps(example(name))


def _message(name: str, ids: dict[str, str]) -> Message:
    """The example with its event id, petition and case replaced."""
    body, event_id = _body(name), str(uuid.uuid4())
    for old, new in ({example(name)["id"]: event_id} | ids).items():
        body = body.replace(old, new)
    source, _, type_ = name.partition(".")
    return Message(event_id, type_, source, body.encode())


def lives(count: int, names: tuple[str, ...] = _LIFE) -> Iterator[list[Message]]:
    """So many lives, each with a petition and a case of its own."""
    petition_id, case_id = example(PETITION[0])["subject"], example(CASE_LIFE[0])["subject"]
    for _ in range(count):
        ids = {petition_id: str(uuid.uuid4()), case_id: str(uuid.uuid4())}
        yield [_message(name, ids) for name in names]
