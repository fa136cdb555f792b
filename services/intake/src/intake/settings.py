"""Settings of intake."""

import dataclasses

from intake.domain.attachments import KINDS
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
    attachments_url: str = setting(
        "",
        doc="where attachments are kept: file:///folder or s3://bucket/prefix?endpoint=…&region=…; "
        "empty takes none",
    )
    attachments_key_id: str = setting(
        "", doc="key id for an S3 store; empty: where S3 clients look"
    )
    attachments_secret_key: str = setting("", doc="secret key for an S3 store", secret=True)
    attachment_bytes: int = setting(20 * 2**20, doc="largest attachment")
    attachments_most: int = setting(20, doc="attachments of one petition")
    attachment_kinds: str = setting(
        ",".join(KINDS), doc="kinds of attachments that are taken, separated by commas"
    )
    attachment_pixels: int = setting(50_000_000, doc="pixels of one picture or page")
    attachment_examiners: int = setting(2, doc="files examined at once by one process")
    attachment_link_seconds: int = setting(300, doc="how long a link to an attachment lasts")
    clamd_url: str = setting(
        "", doc="clamd that scans attachments: tcp://host:3310 or unix:///path; empty scans none"
    )
