"""What intake makes of its settings at start: keys for persons, their audit, tokens and codes."""

from dataclasses import dataclass

from intake.domain.audit import AuditKeys
from intake.domain.retention import Retention
from intake.settings import Settings
from shared.auth import Issuer
from shared.clock import Clock
from shared.pii import KeyRing


@dataclass(frozen=True)
class Resources:
    """Keys and limits that use cases need."""

    ring: KeyRing
    audit_keys: AuditKeys
    retention: Retention
    issuer: Issuer
    query_code_secret: str
    query_code_tries: int


def build(settings: Settings, clock: Clock) -> Resources:
    """Parse the keys; ValueError when one cannot be read, so that the process does not start."""
    return Resources(
        ring=KeyRing.parse(settings.pii_keyring),
        audit_keys=AuditKeys.parse(settings.audit_keys),
        retention=Retention.parse(settings.retention_days),
        issuer=Issuer(
            private_jwk=settings.public_token_key, issuer=settings.token_issuer, clock=clock
        ),
        query_code_secret=settings.query_code_secret,
        query_code_tries=settings.query_code_tries,
    )
