"""Secrets and accounts of a local installation: random, made once, kept in VAR with mode 0600."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from shared.auth import Accounts, Issuer
from shared.clock import SystemClock
from shared.pii import KeyRing

SECRETS_FILE = "secrets.json"
ACCOUNTS_FILE = "accounts.json"
PASSWORD_FILE = "password"  # noqa: S105 - a file's name
CHANNELS = ("web", "app", "wechat", "email", "hotline", "visit", "letter", "mailbox")


def make_secrets() -> dict[str, str]:
    """Fresh values for every secret setting of every service, by environment variable."""
    staff_key = Issuer.generate_key("staff-1")
    public_key = Issuer.generate_key("public-1")
    return {
        "STAFF_TOKEN_KEY": staff_key,
        "PUBLIC_TOKEN_KEY": public_key,
        "TOKEN_JWKS": Issuer.public_set(staff_key, public_key),
        "ACCESS_KEYS": secrets.token_urlsafe(48),
        "IDEMPOTENCY_SECRET": secrets.token_urlsafe(48),
        "QUERY_CODE_SECRET": secrets.token_urlsafe(48),
        "PII_KEYRING": KeyRing.generate(),
        "AUDIT_KEYS": secrets.token_urlsafe(48),
        "SESSION_SECRET": secrets.token_urlsafe(48),
        "CITY_TOKEN": secrets.token_urlsafe(48),
    }


def local_secrets(var: Path) -> dict[str, str]:
    """The secrets kept in VAR, made on the first call together with the accounts.

    A secret that a later version needs is added to those of an earlier one.
    """
    path = var / SECRETS_FILE
    if not path.exists():
        password = secrets.token_urlsafe(12)
        write_private(var / PASSWORD_FILE, password)
        Accounts.write_defaults(
            var / ACCOUNTS_FILE, password=password, channels=CHANNELS, write=write_private
        )
        write_private(path, json.dumps(make_secrets(), indent=1))
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    fresh = make_secrets()
    if fresh.keys() - found.keys():
        found = fresh | found
        write_private(path, json.dumps(found, indent=1))
    return found


def password(var: Path) -> str:
    """The password of the local accounts."""
    return (var / PASSWORD_FILE).read_text(encoding="utf-8").strip()


def local_accounts(var: Path, env: Mapping[str, str]) -> Accounts:
    """The local accounts, whose tokens the key in `env` signs."""
    name = env.get("TOKEN_ISSUER", "minsheng")
    issuer = Issuer(private_jwk=env["STAFF_TOKEN_KEY"], issuer=name, clock=SystemClock())
    return Accounts.load(var / ACCOUNTS_FILE, issuer)


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    draft = path.with_name(f".{path.name}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
