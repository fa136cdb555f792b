"""The office's official accounts, as WECHAT_ACCOUNTS names them."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

CODE = re.compile(r"[a-z][a-z0-9_]{0,19}\Z", re.ASCII)
"""What an account is called here: in the address that WeChat calls, before its followers' ids."""
_APPID = re.compile(r"[A-Za-z0-9_-]{6,64}\Z", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}\Z", re.ASCII)
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}\Z", re.ASCII)
_SECRET = re.compile(r"[!-~]{16,128}\Z", re.ASCII)
_API = "https://api.weixin.qq.com"
_KEYS_MOST = 3


@dataclass(frozen=True)
class Account:
    """An official account: how its messages are signed and encrypted, and how it is answered for.

    The first of `keys` is the newest; the others are those before it, for messages under way.
    """

    code: str
    appid: str
    token: str = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)
    secret: str = field(repr=False)
    api: str


def read_accounts(text: str) -> Mapping[str, Account]:
    """The accounts by code; ValueError names the account and the field that is wrong."""
    if not text:
        return {}
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise ValueError("WECHAT_ACCOUNTS is not JSON") from error
    if not isinstance(raw, dict) or not raw:
        raise ValueError('WECHAT_ACCOUNTS must be {"code": {"appid", "token", "aes_keys", …}, …}')
    return {code: _account(code, row) for code, row in raw.items()}


def _account(code: str, row: Any) -> Account:
    def wrong(name: str, why: str) -> ValueError:
        return ValueError(f"WECHAT_ACCOUNTS: {code[:20]}.{name} {why}")

    if not CODE.match(code):
        raise ValueError(
            f"WECHAT_ACCOUNTS: {code[:20]!r} is no code: 1 to 20 lower-case letters, digits or _, "
            "a letter first"
        )
    if not isinstance(row, dict):
        raise ValueError(f"WECHAT_ACCOUNTS: {code} is not an object")
    if unknown := row.keys() - {"appid", "token", "aes_keys", "secret", "api"}:
        raise wrong(sorted(unknown)[0], "is not a field of an account")
    for name, form, means in (
        ("appid", _APPID, "must be the account's AppID"),
        ("token", _TOKEN, "must be 3 to 32 letters and digits"),
        ("secret", _SECRET, "must be the account's AppSecret, 16 characters at least"),
    ):
        if not isinstance(row.get(name), str) or not form.match(row[name]):
            raise wrong(name, means)
    keys = row.get("aes_keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= _KEYS_MOST:
        raise wrong("aes_keys", f"must list 1 to {_KEYS_MOST} keys, the newest first")
    for at, key in enumerate(keys):
        if not isinstance(key, str) or not _AES_KEY.match(key):
            raise wrong(f"aes_keys[{at}]", "must be 43 letters and digits")
    api = row.get("api", _API)
    parts = urlsplit(api) if isinstance(api, str) else None
    if parts is None or parts.scheme not in ("https", "http") or not parts.netloc or parts.query:
        raise wrong("api", f"must be an address such as {_API}")
    return Account(
        code=code,
        appid=row["appid"],
        token=row["token"],
        keys=tuple(base64.b64decode(key + "=") for key in keys),
        secret=row["secret"],
        api=api.rstrip("/"),
    )
