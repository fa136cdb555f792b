"""Drafts (草稿) of petitions, and the secrets by which they are opened."""

import datetime as dt
import hashlib
import hmac
import secrets

SYSTEM = "portal"
"""The system of the reference that a petition of a draft has: it makes submitting idempotent."""
CONTENT_MOST = 2**20
"""Bytes that all fields of a draft may have together, as JSON."""
DRAFTS_MOST = 50
"""Drafts that one account may have at a time."""
CODE_KEPT = dt.timedelta(days=1)
"""How long who submitted is given the query code again, whose first answer may have been lost."""
_BYTES = 32


def new_secret(kind: str) -> str:
    """A secret of 256 bits that opens one thing; its kind can be read in it."""
    return f"{kind}-{secrets.token_urlsafe(_BYTES)}"


def is_secret_of(kind: str, shown: str | None) -> bool:
    """Whether what was shown can be a secret of this kind."""
    return shown is not None and shown.startswith(f"{kind}-")


def secret_digest(shown: str, *, kind: str, secret: str) -> bytes:
    """What is kept of a secret: one of another kind has another digest, whatever it says."""
    return hmac.digest(secret.encode(), f"{kind}:{shown}".encode(), hashlib.sha256)
