"""Tokens: signed JWTs, who they speak for, and local accounts that mint them.

Claims: iss, aud, sub, roles[], unit, unit_scope[], iat, exp; every one of them is validated.
Two audiences: staff and clients ("minsheng"), and one petition's citizen ("minsheng-public").
"""

import datetime as dt
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from shared.clock import Clock
from shared.errors import Refused, both
from shared.keys import SIGNATURES, Keys, KeysAway, named_by
from shared.marks import Kind, Marker

STAFF_AUDIENCE = "minsheng"
PUBLIC_AUDIENCE = "minsheng-public"
ALGORITHM = "Ed25519"
ROLES = (
    "registrar", "dispatcher", "handler", "unit_head", "supervisor", "reviewer",
    "leader", "auditor", "admin", "importer", "partner",
)  # fmt: skip
BUREAU_ROLES = frozenset(
    {"registrar", "dispatcher", "supervisor", "reviewer", "leader", "auditor", "admin", "importer"}
)
CHANNEL_PREFIX = "channel:"
_CALLED = {
    "registrar": "林晓", "dispatcher": "何军", "handler": "陈慧", "unit_head": "罗强",
    "supervisor": "沈洁", "reviewer": "方远", "leader": "高明华", "auditor": "邱实",
    "admin": "管琳", "partner": "白云",
}  # fmt: skip
"""How the people of local accounts are called; none of them exists."""
WHOLE_DISTRICT = "*"
_LEEWAY_S = 30
_SECRET = re.compile(r"[\x21-\x7e]{16,200}\Z")
_DIGITS_OF_SUB = 40
_LONGEST_TOKEN = 8192
_TOKENS_KNOWN_MOST = 1024


class Unauthorised(Refused):
    """No token, or one that is expired, forged, malformed or meant for someone else."""

    status = 401
    code = "unauthorised"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"WWW-Authenticate": "Bearer"})


@dataclass(frozen=True)
class Principal:
    """Who is calling: a member of staff, a client system, or a petition's citizen."""

    sub: str
    roles: frozenset[str] = field(default_factory=frozenset)
    unit: str | None = None
    unit_scope: frozenset[str] = field(default_factory=frozenset)
    _: KW_ONLY
    name: str | None = field(default=None, compare=False, repr=False)
    """As the provider says the person is called; None where it says nothing."""
    until: float = field(default=0.0, compare=False, repr=False)
    """When the token ends, in seconds since 1970; 0 without one."""
    known_by: Marker | None = field(default=None, compare=False, repr=False)
    shown: str | None = field(default=None, compare=False, repr=False)
    """The secret that was shown in place of a token; the handler finds whose it is."""

    @classmethod
    def holding(cls, header: str | None) -> "Principal":
        """Whoever shows the secret of an Authorization header, or nobody known without one;
        Unauthorised where it can be none."""
        if not header:
            return cls(sub="public")
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != "bearer" or not _SECRET.match(secret.strip()):
            raise Unauthorised(both("登录凭证格式不正确。", "The token is malformed."))
        # Stored answers are found by `sub`: only who shows the same secret is given them again.
        digest = hashlib.sha256(secret.strip().encode()).hexdigest()
        return cls(sub=f"holder:{digest[:_DIGITS_OF_SUB]}", shown=secret.strip())

    def has(self, *roles: str) -> bool:
        return bool(self.roles & set(roles))

    @property
    def sees_all_units(self) -> bool:
        """Bureau staff see every unit's cases; others only those in their token's scope."""
        return WHOLE_DISTRICT in self.unit_scope and bool(self.roles & BUREAU_ROLES)

    @property
    def own_units(self) -> frozenset[str]:
        """The units that the caller belongs to or acts for."""
        return (self.unit_scope | ({self.unit} if self.unit else set())) - {WHOLE_DISTRICT}

    @property
    def marker(self) -> Marker:
        """What recognises the caller's marks; ValueError for one whom no Verifier has let in."""
        if self.known_by is None:
            raise ValueError("this principal has no marks: nothing may be shown to it by them")
        return self.known_by

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """The marks by which events name the caller and the caller's units."""
        named: list[tuple[Kind, str]] = [("account", self.sub)]
        named += [("unit", unit) for unit in sorted(self.own_units)]
        return self.marker.recognised(named)

    @property
    def channels(self) -> frozenset[str]:
        """Channels this client may post for."""
        return frozenset(
            r.removeprefix(CHANNEL_PREFIX) for r in self.roles if r.startswith(CHANNEL_PREFIX)
        )


class Verifier:
    """Checks tokens of either audience, whoever of those that `keys` names has signed them."""

    def __init__(self, *, keys: Keys, issuer: str, clock: Clock, marker: Marker) -> None:
        self.keys = keys
        self.issuer = issuer
        self.clock = clock
        self.marker = marker
        # The keys, and the tokens that they have been found to sign: replaced as one.
        self._checked: tuple[KeySet | None, dict[str, dict[str, Any]]] = (None, {})

    def principal(self, header: str | None, *, audience: str = STAFF_AUDIENCE) -> Principal:
        """Whom an Authorization header speaks for; Unauthorised says why not."""
        if not header:
            raise Unauthorised(both("请先登录。", "Sign in first: no token was sent."))
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip() or len(token) > _LONGEST_TOKEN:
            raise Unauthorised(both("登录凭证格式不正确。", "The token is malformed."))
        claims = self._claims(token.strip())
        self._check(claims, audience)
        roles, scope = claims.get("roles", []), claims.get("unit_scope", [])
        name = claims.get("name")
        return Principal(
            sub=claims["sub"],
            roles=frozenset(roles),
            unit=claims.get("unit"),
            unit_scope=frozenset(scope),
            name=name if isinstance(name, str) else None,
            until=claims["exp"],
            known_by=self.marker,
        )

    def _claims(self, token: str) -> dict[str, Any]:
        for refresh in (False, True):
            try:
                return self._decoded(token, self.keys.get(refresh=refresh))
            except (JoseError, ValueError, TypeError, KeyError, RecursionError):
                continue
        if self.keys.lacking:
            raise KeysAway
        raise Unauthorised(both("登录凭证无效。", "The token is not valid."))

    def _decoded(self, token: str, keys: KeySet) -> dict[str, Any]:
        """The claims, whose signature is checked once for as long as the keys are the same."""
        checked_by, known = self._checked
        if checked_by is not keys or len(known) >= _TOKENS_KNOWN_MOST:
            known = {}
            self._checked = (keys, known)
        claims = known.get(token)
        if claims is None:
            claims = known[token] = jwt.decode(
                token, lambda one: named_by(one, keys), registry=SIGNATURES
            ).claims
        return claims

    def _check(self, claims: dict[str, Any], audience: str) -> None:
        aud = claims.get("aud")
        listed = [aud] if isinstance(aud, str) else aud
        if not isinstance(listed, list) or audience not in listed:
            raise Unauthorised(
                both("登录凭证不适用于本服务。", "The token is for someone else (aud).")
            )
        if claims.get("iss") != self.issuer:
            raise Unauthorised(
                both("登录凭证签发方不正确。", "The token's issuer is unknown (iss).")
            )
        exp, now = claims.get("exp"), self.clock.now().timestamp()
        if not isinstance(exp, int | float) or not exp > now:
            raise Unauthorised(both("登录已过期，请重新登录。", "The token has expired (exp)."))
        not_yet = claims.get("nbf", claims.get("iat", now))
        if not isinstance(not_yet, int | float) or not_yet > now + _LEEWAY_S:
            raise Unauthorised(both("登录凭证尚未生效。", "The token is not valid yet (nbf)."))
        lists = (claims.get("roles", []), claims.get("unit_scope", []))
        strings = all(isinstance(x, list) and all(isinstance(y, str) for y in x) for x in lists)
        if not isinstance(claims.get("sub"), str) or not claims["sub"] or not strings:
            raise Unauthorised(both("登录凭证内容不正确。", "The token's claims are malformed."))


class Issuer:
    """Mints tokens with one private key."""

    def __init__(self, *, private_jwk: str, issuer: str, clock: Clock) -> None:
        self.key = OKPKey.import_key(json.loads(private_jwk))
        self.issuer = issuer
        self.clock = clock

    @staticmethod
    def generate_key(key_id: str) -> str:
        """A new private Ed25519 JWK, as JSON."""
        key = OKPKey.generate_key("Ed25519", parameters={"kid": key_id, "use": "sig"})
        return json.dumps(key.as_dict(private=True))

    @staticmethod
    def public_set(*private_jwks: str) -> str:
        """The JWKS that lets others verify what these keys sign."""
        keys = [OKPKey.import_key(json.loads(k)).as_dict(private=False) for k in private_jwks]
        return json.dumps({"keys": keys})

    def mint(self, *, audience: str, sub: str, lasts: dt.timedelta, **claims: Any) -> str:
        """A signed token for `sub`, good for `lasts` from now."""
        now = int(self.clock.now().timestamp())
        body = {
            "iss": self.issuer,
            "aud": audience,
            "sub": sub,
            "iat": now,
            "exp": now + int(lasts.total_seconds()),
            "jti": secrets.token_hex(8),
        }
        header = {"alg": ALGORITHM, "kid": self.key.kid}
        return jwt.encode(header, body | claims, self.key, algorithms=[ALGORITHM])


@dataclass(frozen=True)
class Account:
    """A local account; `password` is an argon2id hash."""

    username: str
    password: str
    roles: tuple[str, ...]
    unit: str | None
    unit_scope: tuple[str, ...]
    name: str | None = None


class Accounts:
    """Local accounts, for embedded mode and run-real; production signs in by OpenID Connect."""

    TOKEN_LASTS = dt.timedelta(hours=8)

    def __init__(self, accounts: Mapping[str, Account], issuer: Issuer) -> None:
        self.accounts = accounts
        self.issuer = issuer
        self._hasher = PasswordHasher()
        self._decoy = self._hasher.hash(secrets.token_hex(16))

    def sign_in(self, username: str, password: str) -> dict[str, Any]:
        """A token; an unknown name and a wrong password take the same time and answer."""
        account = self.accounts.get(username)
        try:
            self._hasher.verify(account.password if account else self._decoy, password)
        except (VerificationError, UnicodeError) as error:
            raise self._wrong() from error
        if account is None:
            raise self._wrong()
        token = self.issuer.mint(
            audience=STAFF_AUDIENCE,
            sub=account.username,
            lasts=self.TOKEN_LASTS,
            **({"name": account.name} if account.name else {}),
            roles=list(account.roles),
            unit=account.unit,
            unit_scope=list(account.unit_scope),
        )
        lasts = int(self.TOKEN_LASTS.total_seconds())
        return {"access_token": token, "token_type": "Bearer", "expires_in": lasts}

    @staticmethod
    def _wrong() -> Unauthorised:
        return Unauthorised(both("用户名或密码不正确。", "The user name or the password is wrong."))

    @classmethod
    def load(cls, path: Path, issuer: Issuer) -> "Accounts":
        """The accounts in a file that `write_defaults` wrote."""
        rows = json.loads(path.read_text(encoding="utf-8"))
        found = {
            r["username"]: Account(
                r["username"],
                r["password"],
                tuple(r["roles"]),
                r["unit"],
                tuple(r["unit_scope"]),
                r.get("name"),
            )
            for r in rows
        }
        return cls(found, issuer)

    @staticmethod
    def write_defaults(
        path: Path, *, password: str, channels: tuple[str, ...], write: Callable[[Path, str], None]
    ) -> None:
        """One account a role and one client a channel, all with `password`; hashed with argon2id.

        Handlers and unit heads belong to the sample unit "transport", the others to the bureau.
        """
        hashed = PasswordHasher().hash(password)
        rows = []
        for role in (*ROLES, *(f"{CHANNEL_PREFIX}{c}" for c in channels)):
            in_unit = role in ("handler", "unit_head")
            is_bureau = role in BUREAU_ROLES
            unit = "transport" if in_unit else "bureau" if is_bureau else None
            scope = ["transport"] if in_unit else [WHOLE_DISTRICT] if is_bureau else []
            rows.append(
                {
                    "username": role,
                    "name": _CALLED.get(role),
                    "password": hashed,
                    "roles": [role],
                    "unit": unit,
                    "unit_scope": scope,
                }
            )
        write(path, json.dumps(rows, indent=1))
