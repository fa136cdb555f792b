"""Public keys that check tokens, of several sources together: our own, a sign-in provider's.

    {"keys": [...]}, or /etc/keys/ours.json https://provider.example/jwks --> Keys --> one set

Capabilities: a URL is read again every five minutes and on an unknown key id; while one source is
away, what was read of it before and the keys of all others go on. Kinds of keys that our algorithms
do not use, secret ones above all, are passed over.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet
from joserfc.jws import JWSAlgModel, JWSRegistry

from shared.errors import Refused, both
from shared.log import describe

log = logging.getLogger(__name__)

ALGORITHMS = ("Ed25519", "RS256", "ES256")
"""How tokens may be signed: by a private key, never by a shared secret (HMAC) or not at all."""
_KINDS = {("RSA", None), ("EC", "P-256"), ("OKP", "Ed25519")}
_RSA_LETTERS = 342  # 2048 bits in base64
_LASTS_S, _AWAY_S, _AGAIN_S = 300.0, 30.0, 1.0
_WAIT_S = 5.0


class _Signatures(JWSRegistry):
    """Our algorithms, with EdDSA as the older name of Ed25519, which providers go on using."""

    def get_alg(self, name: str) -> JWSAlgModel:
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


SIGNATURES = _Signatures(algorithms=list(ALGORITHMS))
_TYPES = {"RS256": "RSA", "ES256": "EC", "Ed25519": "OKP", "EdDSA": "OKP"}


class KeysAway(Refused):
    """The server of the public keys does not answer, so nobody's token can be checked."""

    status = 503
    code = "unavailable"

    def __init__(self) -> None:
        super().__init__(
            both("登录服务暂时不可用，请稍后重试。", "Sign-in is away now; try again."),
            headers={"Retry-After": "2"},
        )


class Keys:
    """The keys of JSON, or of files' paths and URLs separated by spaces."""

    def __init__(self, sources: str) -> None:
        is_json = sources.lstrip().startswith("{")
        self.sources = [Source(one) for one in ([sources] if is_json else sources.split())]
        # What each source gave, and all of it together: replaced as one.
        self._joined: tuple[list[KeySet], KeySet] = ([], KeySet([]))

    def get(self, *, refresh: bool = False) -> KeySet:
        """All keys, the same set while nothing changes; `refresh` reads URLs again, but not more
        than once a second. KeysAway where no source could be read yet."""
        found = [one for source in self.sources if (one := source.get(refresh=refresh)) is not None]
        if not found:
            raise KeysAway
        parts, joined = self._joined
        if len(parts) != len(found) or any(a is not b for a, b in zip(parts, found, strict=True)):
            joined = KeySet([key for part in found for key in part])
            self._joined = (found, joined)
        return joined

    @property
    def lacking(self) -> bool:
        """Whether a source could not be read yet, so that its keys are not known."""
        return any(source.known is None for source in self.sources)

    def check(self) -> None:
        """ValueError, OSError or JoseError where there is no source, or one that is no URL holds
        no keys."""
        if not self.sources:
            raise ValueError("names no keys")
        for source in self.sources:
            if not source.is_url:
                source.get()


def named_by(token: Any, keys: KeySet) -> Key:
    """The key that a token's header names; of one that names none, the only key of its kind, since
    providers with a single key may leave the name out (OpenID Connect Core 10.1)."""
    header = token.headers()
    if header.get("kid"):
        return keys.get_by_kid(header["kid"], {"alg": header["alg"], "use": "sig"})
    fitting = [key for key in keys if key.key_type == _TYPES.get(header["alg"])]
    if len(fitting) != 1:
        raise InvalidKeyIdError("The token does not say which key has signed it")
    return fitting[0]


class Source:
    """One place that keys are read from."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.known: KeySet | None = None
        self.read_at = 0.0
        self._tried = False
        self._lock = threading.Lock()

    @property
    def is_url(self) -> bool:
        return self.place.startswith(("http://", "https://"))

    def get(self, *, refresh: bool = False) -> KeySet | None:
        """The keys as they now are, or as they were last; None where they never could be read.

        Only the first reading is waited for: later ones keep nobody but their own caller.
        """
        if not self._tried or self._is_due(refresh):
            with self._lock:
                if not self._tried or self._is_due(refresh):
                    self._read()
        return self.known

    def _is_due(self, refresh: bool) -> bool:
        since = time.monotonic() - self.read_at
        wait = _AGAIN_S if refresh else _LASTS_S if self.known is not None else _AWAY_S
        return self.is_url and since > wait

    def _read(self) -> None:
        self.read_at = time.monotonic()
        try:
            self.known = self._load()
        except (httpx.HTTPError, ValueError, JoseError) as error:
            if not self.is_url:
                raise
            log.warning("public keys cannot be fetched", extra={"cause": describe(error)})
        self._tried = True
        self.read_at = time.monotonic()

    def _load(self) -> KeySet:
        if self.is_url:
            raw = httpx.get(self.place, timeout=_WAIT_S).raise_for_status().json()
        elif self.place.lstrip().startswith("{"):
            raw = json.loads(self.place)
        else:
            raw = json.loads(Path(self.place).read_text(encoding="utf-8"))
        try:
            found = [key for one in raw["keys"] if (key := _usable(one)) is not None]
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("is no set of keys (JWKS)") from error
        if not found:
            raise ValueError("holds no key that tokens are checked by")
        return KeySet(found)


def _usable(raw: Mapping[str, Any]) -> Key | None:
    """The key, None where it is of another kind, for another use, or too short."""
    if (raw.get("kty"), raw.get("crv")) not in _KINDS or raw.get("use", "sig") != "sig":
        return None
    if raw["kty"] == "RSA" and len(str(raw.get("n", ""))) < _RSA_LETTERS:
        return None
    try:
        return JWKRegistry.import_key(dict(raw))
    except (JoseError, ValueError):
        return None
