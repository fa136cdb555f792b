"""Batches of rows become petitions: in this process, or in several at once.

Each batch is one transaction. A row is in once, however often it is sent: its reference is unique,
and a row without a number of its own has the keyed digest of what it says for one. So a run that
was cut short is simply run again.
"""

import json
import logging
import multiprocessing
import multiprocessing.connection
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from intake import use_cases
from intake.domain.importing import SYSTEM, Cell, Plan
from intake.schemas.petitions import PetitionIn
from intake.tools.importing.tables import Row
from shared import log
from shared.auth import Principal
from shared.db import is_infrastructure
from shared.errors import Conflict, Invalid, Refused, both
from shared.service import App
from shared.settings import read_settings
from shared.web.problems import load

logger = logging.getLogger(__name__)

BATCH = 500
REGISTERED, POSSIBLE, KNOWN, REFUSED = "登记", "可登记", "已有", "拒绝"
WHOLE_ROW = ""
"""Stands for the field where a reason concerns the whole row."""

_AHEAD = 3
_WAITS = (0.5, 2.0, 8.0, 30.0)
_FAILED = both("系统出错，此行未登记，详见日志。", "An internal error; see the log.")
_BEYOND = both("此行的列数多于表头。", "This row has more columns than headings.")


@dataclass(frozen=True)
class Outcome:
    """What became of a row; `errors` maps fields to reasons, `reference` is what it is known by."""

    row: int
    result: str
    petition_no: str | None = None
    query_code: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    reference: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """What all batches of one import have in common; `width` is the number of its columns."""

    plan: Plan
    places: Mapping[str, int]
    width: int
    by: str
    dry_run: bool


class Importer:
    """Imports batches of rows into one database."""

    def __init__(self, app: App, task: Task) -> None:
        self.app = app
        self.task = task
        self.by = Principal(sub=task.by, roles=frozenset({"importer"}))

    def __call__(self, rows: Sequence[Row]) -> list[Outcome]:
        """The outcome of each row that is not empty; database errors where it stays away."""
        outcomes: dict[int, Outcome] = {}
        petitions: dict[int, dict[str, Any]] = {}
        for number, cells in rows:
            if not _is_empty(cells):
                try:
                    petitions[number] = self._petition(cells)
                except Invalid as refusal:
                    outcomes[number] = Outcome(number, REFUSED, errors=refusal.errors)
        made = self._made(list(petitions.values()))
        for (number, petition), one in zip(petitions.items(), made, strict=True):
            outcomes[number] = _outcome(number, petition, one)
        return [outcomes[number] for number in sorted(outcomes)]

    def _petition(self, cells: Sequence[Cell] | str) -> dict[str, Any]:
        """A row's petition, checked as one that is posted; Invalid names the fields."""
        if isinstance(cells, str):
            raise Invalid({WHOLE_ROW: cells})
        if not _is_empty(cells[self.task.width :]):
            raise Invalid({WHOLE_ROW: _BEYOND})
        body, wrong = self.task.plan.petition(cells, self.task.places)
        reference = {"system": SYSTEM} | body.get("external_ref", {})
        if "id" not in reference:
            reference["id"] = self._digest(body)
        try:
            petition = load(PetitionIn, body | {"external_ref": reference})
        except Invalid as refusal:
            raise Invalid(refusal.errors | wrong) from refusal
        if wrong:
            raise Invalid(wrong)
        return petition

    def _digest(self, body: Mapping[str, Any]) -> str:
        said = json.dumps(body, sort_keys=True, ensure_ascii=False, default=str)
        digest: bytes = self.app.resources.ring.blind_index(said, kind="import")
        return digest.hex()

    def _made(self, petitions: Sequence[dict[str, Any]]) -> Sequence[Any]:
        """A receipt, refusal or None for each; what only one of them causes befalls it alone."""
        try:
            return self._in_one_transaction(petitions)
        except Exception as error:
            if is_infrastructure(error):
                raise
            if len(petitions) > 1:
                return [self._made([petition])[0] for petition in petitions]
            logger.exception("a row could not be imported")
            return [Invalid({WHOLE_ROW: _FAILED})]

    def _in_one_transaction(self, petitions: Sequence[dict[str, Any]]) -> Sequence[Any]:
        if not petitions:
            return []
        asked: dict[str, Any] = {
            "petitions": petitions,
            "by": self.by,
            "clock": self.app.clock,
            "resources": self.app.resources,
        }
        if self.task.dry_run:
            with self.app.db.read() as session:
                return use_cases.check_many(session, **asked)
        for wait in (*_WAITS, None):
            try:
                with self.app.db.write() as session:
                    return use_cases.register_many(session, **asked)
            except Exception as error:
                if wait is None or not is_infrastructure(error):
                    raise
                logger.warning("the database is away", extra={"cause": log.describe(error)})
                time.sleep(wait)
        raise AssertionError("unreachable")


def run(
    app: App, task: Task, batches: Iterable[Sequence[Row]], *, processes: int
) -> Iterator[list[Outcome]]:
    """The outcomes of each batch, in the order of the batches."""
    if processes == 1:
        yield from map(Importer(app, task), batches)
        return
    pool = ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(task,),
    )
    try:
        yield from _in_order(pool, batches, most=processes * _AHEAD)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(
    pool: ProcessPoolExecutor, batches: Iterable[Sequence[Row]], *, most: int
) -> Iterator[list[Outcome]]:
    waiting: deque[Future[list[Outcome]]] = deque()
    for batch in batches:
        waiting.append(pool.submit(_import, batch))
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


_importer: Callable[[Sequence[Row]], list[Outcome]]


def _begin(task: Task) -> None:
    """Make this process one that imports, for as long as the one that began it lives."""
    from intake.service import SERVICE  # noqa: PLC0415 - it names this command itself

    global _importer  # noqa: PLW0603 - a worker process has one importer
    threading.Thread(target=_end_with_parent, daemon=True).start()
    settings = read_settings(SERVICE.settings)
    log.configure(SERVICE.name, settings.log_level)
    _importer = Importer(App(SERVICE, settings), task)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    multiprocessing.connection.wait([parent.sentinel])
    os._exit(1)


def _import(rows: Sequence[Row]) -> list[Outcome]:
    return _importer(rows)


def _is_empty(cells: Sequence[Cell] | str) -> bool:
    return not isinstance(cells, str) and all(cell is None or cell == "" for cell in cells)


def _outcome(number: int, petition: Mapping[str, Any], made: Any) -> Outcome:
    ref = petition["external_ref"]
    reference = (petition["channel"], ref["system"], ref["id"])
    if made is None:
        return Outcome(number, POSSIBLE, reference=reference)
    if isinstance(made, Conflict):
        return Outcome(number, KNOWN, petition_no=made.facts["petition_no"])
    if isinstance(made, Refused):
        return Outcome(number, REFUSED, errors=made.errors or {WHOLE_ROW: made.message})
    return Outcome(number, REGISTERED, made["petition_no"], made["query_code"])
