"""Structured logs: one JSON object a line, with the correlation id and without personal data.

Only a fixed message and named fields are logged; a request's body, query and petitioner never are.
"""

import contextvars
import json
import logging
import sys
import traceback
from typing import Any

from shared import trace
from shared.clock import SystemClock, wire
from shared.pii import mask_text

correlation_id: contextvars.ContextVar[str | None] = contextvars.ContextVar(
    "correlation_id", default=None
)
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Writes a record as JSON; `extra` fields become members, tracebacks carry no values."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line: dict[str, Any] = {
            "at": wire(SystemClock().now()),
            "level": record.levelname,
            "service": self.service,
            "logger": record.name,
            "message": mask_text(record.getMessage()),
            "correlation_id": correlation_id.get(),
            "trace_id": trace.trace_id(trace.current.get()),
        }
        line |= {k: v for k, v in vars(record).items() if k not in _OWN}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = describe(record.exc_info[1])
            frames = traceback.extract_tb(record.exc_info[2])
            line["where"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames[-12:]]
        return json.dumps(line, ensure_ascii=False, default=str)


def describe(error: BaseException) -> str:
    """An error's type and masked first line; SQL parameters, which may be personal, are cut off."""
    first = str(error).partition("\n")[0]
    return mask_text(f"{type(error).__name__}: {first}")[:300]


def configure(service: str, level: str = "INFO") -> None:
    """Send every log line of this process to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("pika", "httpx", "httpcore", "amqp", "kombu", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
