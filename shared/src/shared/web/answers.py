"""Idempotency: the same key and body get the same answer, another body gets 422.

Scope is (client, key). The digest of the canonical body and the sealed answer are stored in the
transaction that did the work, so what was answered and what was done can never differ.
"""

import hashlib
import hmac
import json
import os
import re
import uuid
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.clock import Clock
from shared.db import Session
from shared.errors import Invalid, Refused, both
from shared.ground import Ground

_KEY = re.compile(r"[\x21-\x7e]{1,200}\Z")
_NONCE = 12


class StoredAnswers:
    """Remembers 2xx answers by (client, Idempotency-Key)."""

    def __init__(self, ground: Ground, *, secret: str, clock: Clock) -> None:
        self.table = table = ground.answers
        # Made once: with their values written in they would be built anew for each request.
        self._find = sa.select(table.c.digest, table.c.status, table.c.sealed).where(
            table.c.client == sa.bindparam("client"), table.c.key == sa.bindparam("key")
        )
        self._keep = sa.insert(table)
        self.clock = clock
        self._digest_key = hashlib.sha256(b"digest" + secret.encode()).digest()
        self._seal = AESGCM(hashlib.sha256(b"seal" + secret.encode()).digest())

    def check_key(self, key: str | None, *, public: bool) -> str | None:
        """The key if it may be one; the public must send UUIDs, which nobody else can guess."""
        if key is None:
            return None
        if not _KEY.match(key):
            wrong = both(
                "应为1至200个可见ASCII字符。", "Must be 1 to 200 visible ASCII characters."
            )
            raise Invalid({"Idempotency-Key": wrong})
        if public:
            try:
                return str(uuid.UUID(key))
            except ValueError as error:
                wrong = both("应为UUID。", "Must be a UUID.")
                raise Invalid({"Idempotency-Key": wrong}) from error
        return key

    def digest(self, route: str, body: Any) -> bytes:
        """A keyed digest of the canonical body and the route it was sent to."""
        canonical = json.dumps([route, body], sort_keys=True, ensure_ascii=True)
        return hmac.new(self._digest_key, canonical.encode(), hashlib.sha256).digest()

    def find(
        self, session: Session, *, client: str, key: str, digest: bytes
    ) -> tuple[int, dict[str, Any]] | None:
        """The answer given before, or None; 422 if the key came with another body."""
        row = session.execute(self._find, {"client": client, "key": key}).first()
        if row is None:
            return None
        if not hmac.compare_digest(row.digest, digest):
            raise Refused(
                both(
                    "此Idempotency-Key已用于另一请求。",
                    "This Idempotency-Key was used with another body.",
                ),
                status=422,
                code="idempotency_key_reused",
                errors={"Idempotency-Key": both("已用于另一请求。", "Used with another body.")},
            )
        nonce, sealed = row.sealed[:_NONCE], row.sealed[_NONCE:]
        plain = self._seal.decrypt(nonce, sealed, f"{client}/{key}".encode())
        return row.status, json.loads(plain)

    def keep(
        self,
        session: Session,
        *,
        client: str,
        key: str,
        digest: bytes,
        status: int,
        answer: dict[str, Any],
    ) -> None:
        """Remember an answer in the transaction that earned it; IntegrityError if one is there."""
        nonce = os.urandom(_NONCE)
        plain = json.dumps(answer).encode()
        sealed = nonce + self._seal.encrypt(nonce, plain, f"{client}/{key}".encode())
        session.execute(
            self._keep,
            {
                "client": client,
                "key": key,
                "digest": digest,
                "status": status,
                "sealed": sealed,
                "created_at": self.clock.now(),
            },
        )
