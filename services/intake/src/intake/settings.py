"""Settings of intake."""

import dataclasses

from shared.settings import Settings as Shared
from shared.settings import setting


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings(Shared):
    """What intake reads from the environment, besides what every service reads."""

    pii_keyring: str = setting(
        doc='AES-256 keys and index keys: {"keys": {"id": base64}, "index": base64}', secret=True
    )
    audit_keys: str = setting(
        doc="keys of the audit chain's seals: the newest first, separated by commas", secret=True
    )
    public_token_key: str = setting(doc="private Ed25519 JWK for citizens' tokens", secret=True)
    query_code_secret: str = setting(doc="keys the digest of query codes", secret=True)
    retention_days: str = setting(
        "", doc='days that petitioners are kept after a case ended, by state: {"closed": 3650}'
    )
    query_code_tries: int = setting(10, doc="wrong codes for one petition number in an hour")
