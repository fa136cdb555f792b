"""Settings of sync-municipal."""

from dataclasses import dataclass

from shared.settings import BadSettings, setting
from shared.settings import Settings as SharedSettings

CALLS_IN_A_LEASE = 6


@dataclass(frozen=True, kw_only=True)
class Settings(SharedSettings):
    """Where the city is and how hard it is tried."""

    city_token: str = setting(doc="bearer token the city knows us by", secret=True)
    city_url: str = setting("", doc="base URL of the city's interface; only `push` needs it")
    push_workers: int = setting(4, doc="calls to the city at the same time")
    push_batch: int = setting(100, doc="exchanges claimed and settled in one transaction")
    push_poll_seconds: float = setting(0.2, doc="how often `push` looks for exchanges")
    push_timeout_seconds: float = setting(10.0, doc="wait for a connection, and for an answer")
    push_lease_seconds: float = setting(
        60.0, doc="time a claim holds; at least six times PUSH_TIMEOUT_SECONDS"
    )
    push_backoff_seconds: float = setting(0.5, doc="first wait after a failed call; doubles")
    push_backoff_most_seconds: float = setting(300.0, doc="longest wait after a failed call")


def check_push(settings: Settings) -> None:
    """BadSettings where the settings would let `push` call nobody, or two at once for one case."""
    if not settings.city_url.startswith(("http://", "https://")):
        raise BadSettings("CITY_URL is missing: base URL of the city's interface")
    if settings.push_workers < 1 or settings.push_batch < 1:
        raise BadSettings("PUSH_WORKERS and PUSH_BATCH must be at least 1")
    if settings.push_lease_seconds < CALLS_IN_A_LEASE * settings.push_timeout_seconds:
        raise BadSettings(
            f"PUSH_LEASE_SECONDS must be at least {CALLS_IN_A_LEASE} times PUSH_TIMEOUT_SECONDS"
        )
