"""Settings: frozen dataclasses read from the environment, each field documented where it stands."""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any, TypeVar

SAMPLE_SECRETS = ("changeme", "change-me", "secret", "password", "sample", "example", "test")
SHORTEST_SECRET = 32


class BadSettings(Exception):
    """The process must not start: a setting is missing, malformed or a sample secret."""


def setting(default: Any = dataclasses.MISSING, *, doc: str, secret: bool = False) -> Any:
    """A settings field; its environment variable is the field's name in capitals.

    A `secret` must be given, at least 32 characters long and not one of the samples.
    """
    return dataclasses.field(default=default, metadata={"doc": doc, "secret": secret})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """What every service reads; a service's own settings extend this."""

    database_url: str = setting(doc="SQLAlchemy URL: sqlite:///file or postgresql+psycopg://…")
    bus_url: str = setting("", doc="amqp://…; empty in embedded mode, whose bus is in-process")
    token_jwks: str = setting(
        doc="public keys (JWKS) that sign staff, client and public tokens: JSON, file path or URL"
    )
    token_issuer: str = setting("minsheng", doc="`iss` that staff and client tokens must carry")
    idempotency_secret: str = setting(
        doc="keys the digest and the seal of stored answers", secret=True
    )
    access_keys: str = setting(
        doc="keys of the marks in events of whom a case is withheld from, the same in every "
        "service: the newest first, separated by commas",
        secret=True,
    )
    web_threads: int = setting(8, doc="threads of the web process; also its database pool size")
    host: str = setting("0.0.0.0", doc="address that the web process listens on")  # noqa: S104
    port: int = setting(8000, doc="port of the web process")
    metrics_port: int = setting(9100, doc="port of /metrics; 0 takes a free one")
    trusted_proxies: int = setting(0, doc="reverse proxies in front whose X-Forwarded-For counts")
    public_rate: str = setting(
        "60/hour", doc="requests one address may make on /v1/public, per pod"
    )
    max_body_bytes: int = setting(1_048_576, doc="largest request body")
    poll_seconds: float = setting(0.05, doc="how often relay and processor look for rows")
    relay_batch: int = setting(1000, doc="events per relay transaction")
    process_batch: int = setting(100, doc="events per processor transaction")
    handler_attempts: int = setting(8, doc="failures of a handler before its event is dead")
    handler_backoff_seconds: float = setting(1.0, doc="first wait after a failure; doubles")
    handler_backoff_most_seconds: float = setting(300.0, doc="longest wait after a failure")
    inbox_keep_days: int = setting(7, doc="days that the envelope of a done event is kept")
    idempotency_keep_days: int = setting(30, doc="days that an Idempotency-Key is remembered")
    drain_seconds: float = setting(45.0, doc="time for flushing and settling after SIGTERM")
    otlp_endpoint: str = setting(
        "", doc="base URL of an OpenTelemetry collector (OTLP over HTTP); empty sends no spans"
    )
    otlp_share: float = setting(1.0, doc="share, 0 to 1, of the traces begun here that are sent")
    log_level: str = setting("INFO", doc="DEBUG, INFO, WARNING or ERROR")


S = TypeVar("S")


def read_settings(cls: type[S], env: Mapping[str, str] | None = None) -> S:
    """Settings from environment variables; BadSettings lists everything that is wrong at once."""
    env = os.environ if env is None else env
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        name = field.name.upper()
        raw = env.get(name)
        if raw is None or raw == "":
            if field.default is dataclasses.MISSING:
                wrong.append(f"{name} is missing: {field.metadata['doc']}")
            continue
        try:
            values[field.name] = _convert(raw, field.type)
        except ValueError:
            wrong.append(f"{name} must be {field.type}, not {raw!r}")
        if field.metadata.get("secret") and (problem := weak_secret(raw)):
            wrong.append(f"{name} {problem}")
    if wrong:
        raise BadSettings("; ".join(wrong))
    return cls(**values)


def weak_secret(value: str) -> str | None:
    """Why a secret is refused, or None. A process never starts with a sample secret."""
    lowered = value.lower()
    if any(lowered.startswith(sample) for sample in SAMPLE_SECRETS):
        return "is a sample secret"
    if len(value) < SHORTEST_SECRET:
        return f"is shorter than {SHORTEST_SECRET} characters"
    if len(set(value)) < 8:  # noqa: PLR2004 - "aaaa…" is no secret
        return "repeats itself"
    return None


def _convert(raw: str, kind: Any) -> Any:
    if kind is bool:
        if raw.lower() not in ("0", "1", "true", "false"):
            raise ValueError(raw)
        return raw.lower() in ("1", "true")
    return kind(raw)
