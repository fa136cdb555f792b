"""Settings of intake."""

import dataclasses

from shared.settings import Settings as Shared
from shared.settings import setting


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings(Shared):
    """What intake reads from the environment, besides what every service reads."""

    pii_keyring: str = setting(
        doc='AES-256 keys and index key: {"keys": {"id": base64}, "index": base64}', secret=True
    )
    public_token_key: str = setting(doc="private Ed25519 JWK for citizens' tokens", secret=True)
    query_code_secret: str = setting(doc="keys the digest of query codes", secret=True)
    query_code_tries: int = setting(10, doc="wrong codes for one petition number in an hour")
    open311_jurisdiction: str = setting(
        "", doc="the jurisdiction_id of Open311 that is answered; empty answers any"
    )
    open311_url: str = setting("", doc="address before /open311/v2 that discovery names")
    open311_contact: str = setting("", doc="whom discovery says to ask for an Open311 key")
