"""Keys of several sources check tokens together, and none can be passed off as another kind."""

import base64
import hashlib
import hmac
import json

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from shared.auth import STAFF_AUDIENCE, Issuer, Unauthorised, Verifier
from shared.clock import FixedClock
from shared.keys import Keys, KeysAway
from shared.marks import Marker
from shared.testing import MORNING

CLAIMS = {
    "iss": "https://provider.example",
    "aud": STAFF_AUDIENCE,
    "sub": "zhao.ming",
    "roles": ["handler"],
    "unit": "transport",
    "exp": 4_000_000_000,
}
OURS = Issuer.generate_key("public-1")
RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa", "use": "sig"})
EC = ECKey.generate_key("P-256", parameters={"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", parameters={"kid": "ed"})
SECRET = OctKey.generate_key(256, parameters={"kid": "secret"})
PROVIDER = {"RS256": RSA, "ES256": EC, "Ed25519": ED}
NOWHERE = "http://127.0.0.1:1/jwks"


def jwks(*keys) -> str:
    """The public halves; of a secret the secret itself, as a careless provider may publish it."""
    return json.dumps({"keys": [one.as_dict(private=one.key_type == "oct") for one in keys]})


def verifier(sources: str) -> Verifier:
    marker = Marker(("k3J9xQ7mT2vB8nR5wL1pZ6cF4hD0sGaY",))
    issuer = CLAIMS["iss"]
    return Verifier(keys=Keys(sources), issuer=issuer, clock=FixedClock(MORNING), marker=marker)


def signed(algorithm: str, key, kid: str | None = None) -> str:
    header = {"alg": algorithm, "kid": kid or key.kid}
    return "Bearer " + jwt.encode(header, CLAIMS, key, algorithms=[algorithm])


def by_hand(header: dict, sign) -> str:
    """A token as a forger makes it, who keeps to no library's rules."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in (header, CLAIMS)
    ]
    signature = base64.urlsafe_b64encode(sign(b".".join(parts))).rstrip(b"=")
    return "Bearer " + b".".join([*parts, signature]).decode()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "ours.json"
    path.write_text(Issuer.public_set(OURS))
    return path


@pytest.mark.parametrize("algorithm", PROVIDER)
def test_what_providers_sign_by_is_taken(algorithm):
    checks = verifier(jwks(RSA, EC, ED))
    assert checks.principal(signed(algorithm, PROVIDER[algorithm])).sub == "zhao.ming"


def test_the_older_name_of_ed25519_is_taken_too():
    token = by_hand({"alg": "EdDSA", "kid": "ed"}, ED.private_key.sign)
    assert verifier(jwks(RSA, EC, ED)).principal(token).sub == "zhao.ming"


@pytest.mark.parametrize("algorithm", ["PS256", "RS512", "HS256"])
def test_what_is_not_on_the_list_is_refused_though_its_key_is_known(algorithm):
    key = SECRET if algorithm == "HS256" else RSA
    with pytest.raises(Unauthorised):
        verifier(jwks(RSA, EC, ED, SECRET)).principal(signed(algorithm, key))


@pytest.mark.parametrize(
    "secret",
    [RSA.as_pem(private=False), RSA.as_der(private=False), jwks(RSA).encode(), b""],
    ids=["PEM", "DER", "JWKS", "empty"],
)
@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
def test_a_public_key_is_no_secret_that_anybody_could_sign_by(algorithm, secret):
    token = by_hand(
        {"alg": algorithm, "kid": "rsa"},
        lambda said: hmac.new(secret, said, hashlib.sha256).digest(),
    )
    with pytest.raises(Unauthorised):
        verifier(jwks(RSA, EC, ED)).principal(token)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "nOnE"])
def test_what_nobody_has_signed_is_refused(algorithm):
    with pytest.raises(Unauthorised):
        verifier(jwks(RSA)).principal(by_hand({"alg": algorithm, "kid": "rsa"}, lambda _: b""))


@pytest.mark.parametrize(
    ("algorithm", "key", "kid"),
    [("ES256", EC, "rsa"), ("RS256", RSA, "ec"), ("Ed25519", ED, "rsa"), ("ES256", EC, "ed")],
)
def test_a_signature_counts_by_the_key_it_names_alone(algorithm, key, kid):
    with pytest.raises(Unauthorised):
        verifier(jwks(RSA, EC, ED)).principal(signed(algorithm, key, kid))


def test_a_token_that_names_no_key_counts_by_the_only_one_of_its_kind():
    nameless = jwt.encode({"alg": "RS256"}, CLAIMS, RSA, algorithms=["RS256"])
    assert verifier(jwks(RSA, EC, ED)).principal(f"Bearer {nameless}").sub == "zhao.ming"
    second = RSAKey.generate_key(2048, parameters={"kid": "second"})
    for keys in (jwks(EC, ED), jwks(RSA, second)):
        with pytest.raises(Unauthorised):
            verifier(keys).principal(f"Bearer {nameless}")


def test_a_key_of_the_tokens_own_is_not_looked_at():
    stranger = RSAKey.generate_key(2048, parameters={"kid": "rsa"})
    header = {"alg": "RS256", "kid": "rsa", "jwk": stranger.as_dict(private=False)}
    token = jwt.encode(header, CLAIMS, stranger, algorithms=["RS256"])
    with pytest.raises(Unauthorised):
        verifier(jwks(RSA)).principal(f"Bearer {token}")


def test_secret_short_foreign_and_encrypting_keys_are_passed_over():
    foreign = [
        *({"kty": "AKP", "kid": "new"}, {"kty": "EC", "crv": "P-256", "kid": "broken", "x": "!"}),
        {**RSA.as_dict(private=False), "kid": "enc", "use": "enc"},
        {**RSA.as_dict(private=False), "kid": "short", "n": "0vx7agoebGcQSuuPiLJXZpt"},
    ]
    published = json.loads(jwks(SECRET, ED))["keys"] + foreign
    keys = Keys(json.dumps({"keys": published}))
    assert [key.kid for key in keys.get()] == ["ed"]


@pytest.mark.parametrize(
    "text",
    ["", "  ", '{"keys": []}', '{"other": 1}', jwks(SECRET)],
    ids=["empty", "blank", "no keys", "no set", "a secret"],
)
def test_where_there_are_no_keys_nothing_starts(text):
    with pytest.raises(ValueError, match="keys|holds no key|no set"):
        Keys(text).check()


def test_a_file_that_is_missing_or_broken_is_found_at_the_start(file):
    with pytest.raises(OSError, match="nothing.json"):
        Keys(f"{file} {file.parent}/nothing.json").check()
    file.write_text("{")
    with pytest.raises(ValueError, match="Expecting"):
        Keys(str(file)).check()


def test_files_and_urls_check_together(file, tmp_path):
    theirs = tmp_path / "theirs.json"
    theirs.write_text(jwks(RSA))
    checks = verifier(f"{file} {theirs}")
    assert checks.principal(signed("RS256", RSA)).sub == "zhao.ming"
    assert checks.principal(signed("Ed25519", OKPKey.import_key(json.loads(OURS)))).roles
    assert checks.keys.get() is checks.keys.get()
    with pytest.raises(Unauthorised):
        checks.principal(signed("ES256", EC))


def test_while_the_provider_is_away_from_the_start_our_own_keys_count_and_its_tokens_wait(file):
    checks = verifier(f"{NOWHERE} {file}")
    checks.keys.check()
    assert checks.principal(signed("Ed25519", OKPKey.import_key(json.loads(OURS)))).sub
    with pytest.raises(KeysAway):
        checks.principal(signed("RS256", RSA))
    [provider, _] = checks.keys.sources
    provider.known = KeySet([RSA])
    assert checks.principal(signed("RS256", RSA)).sub == "zhao.ming"
