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
    mail_boxes: str = setting(
        "",
        doc='mailboxes that `mail` reads: [{"host", "user", "password", "addressee", …}]',
        secret=True,
    )
    mail_ca_file: str = setting(
        "", doc="certificates (PEM) of whom to trust for IMAP; empty trusts the system's"
    )
    mail_intake_url: str = setting("", doc="base URL of intake, to which `mail` posts")
    mail_token_url: str = setting("", doc="URL at which `mail` signs in, ending in /auth/token")
    mail_account: str = setting(
        "", doc='the account by which it does: {"username", "password"}', secret=True
    )
    mail_own_addresses: str = setting(
        "", doc="addresses the office writes from, besides the mailboxes', separated by commas"
    )
    mail_poll_seconds: float = setting(30.0, doc="how often `mail` looks into a mailbox")
    mail_timeout_seconds: float = setting(30.0, doc="wait for IMAP, and for an answer of intake")
    mail_lease_seconds: float = setting(
        120.0, doc="time a process has a mailbox for itself; at least twice MAIL_TIMEOUT_SECONDS"
    )
    mail_most_bytes: int = setting(31_457_280, doc="largest message that is fetched")
