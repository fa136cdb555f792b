"""Tokens: only what our key signed, for us, by us, now."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OKPKey

from shared.access import sees_every_secret
from shared.auth import (
    PUBLIC_AUDIENCE,
    STAFF_AUDIENCE,
    WHOLE_DISTRICT,
    Issuer,
    Principal,
    Unauthorised,
    Verifier,
)
from shared.clock import FixedClock
from shared.keys import Keys, KeysAway
from shared.marks import Marker
from shared.testing import MORNING

KEY, OTHER_KEY = Issuer.generate_key("k1"), Issuer.generate_key("k2")
HOUR = dt.timedelta(hours=1)
MARKER = Marker(("k3J9xQ7mT2vB8nR5wL1pZ6cF4hD0sGaY",))


@pytest.fixture
def clock():
    return FixedClock(MORNING)


@pytest.fixture
def verifier(clock):
    return Verifier(
        keys=Keys(Issuer.public_set(KEY)), issuer="minsheng", clock=clock, marker=MARKER
    )


def mint(clock, key=KEY, issuer="minsheng", audience=STAFF_AUDIENCE, **claims):
    made = Issuer(private_jwk=key, issuer=issuer, clock=clock)
    return made.mint(audience=audience, sub="ann", lasts=HOUR, **claims)


def signed(claims, key=KEY):
    """A token with exactly these claims."""
    private = OKPKey.import_key(json.loads(key))
    return jwt.encode(
        {"alg": "Ed25519", "kid": private.kid}, claims, private, algorithms=["Ed25519"]
    )


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(header, claims, signature=b""):
    parts = [b64(json.dumps(part).encode()) for part in (header, claims)]
    return ".".join((*parts, b64(signature)))


def test_a_good_token_says_who_is_calling(verifier, clock):
    token = mint(clock, roles=["handler"], unit="transport", unit_scope=["transport"])
    caller = verifier.principal(f"Bearer {token}")
    assert caller == Principal("ann", frozenset({"handler"}), "transport", frozenset({"transport"}))
    assert verifier.principal(f"bearer  {token} ") == caller


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Bearer a.b.c", "Bearer ..",
     "Bearer 令牌", "Bearer " + "x" * 9000, "Bearer " + "." * 50],
)  # fmt: skip
def test_no_token_or_a_malformed_one_is_refused(verifier, header):
    with pytest.raises(Unauthorised) as refused:
        verifier.principal(header)
    assert refused.value.status == 401
    assert refused.value.headers["WWW-Authenticate"] == "Bearer"


@given(st.text(max_size=80))
def test_noise_is_refused_and_never_an_error(noise):
    verifier = Verifier(
        keys=Keys(Issuer.public_set(KEY)),
        issuer="minsheng",
        clock=FixedClock(MORNING),
        marker=MARKER,
    )
    with pytest.raises(Unauthorised):
        verifier.principal(f"Bearer {noise}")


def test_a_deeply_nested_header_is_refused(verifier):
    header = b64(b'{"alg":' + b"[" * 5000)
    with pytest.raises(Unauthorised):
        verifier.principal(f"Bearer {header}.e30.AA")


def test_a_token_expires(verifier, clock):
    token = mint(clock)
    clock.advance(minutes=59, seconds=59)
    verifier.principal(f"Bearer {token}")
    clock.advance(seconds=1)
    with pytest.raises(Unauthorised, match="expired"):
        verifier.principal(f"Bearer {token}")


def test_a_token_from_the_future_is_not_valid_yet(verifier, clock):
    later = FixedClock(clock.now() + dt.timedelta(minutes=2))
    with pytest.raises(Unauthorised, match="not valid yet"):
        verifier.principal(f"Bearer {mint(later)}")


def test_the_two_audiences_do_not_mix(verifier, clock):
    with pytest.raises(Unauthorised, match="aud"):
        verifier.principal(f"Bearer {mint(clock)}", audience=PUBLIC_AUDIENCE)
    with pytest.raises(Unauthorised, match="aud"):
        verifier.principal(f"Bearer {mint(clock, audience=PUBLIC_AUDIENCE)}")


def test_another_issuer_is_refused(verifier, clock):
    with pytest.raises(Unauthorised, match="iss"):
        verifier.principal(f"Bearer {mint(clock, issuer='somebody')}")


def test_a_token_signed_by_a_strangers_key_is_refused(verifier, clock):
    stranger = json.loads(Issuer.generate_key("k1"))
    for key in (OTHER_KEY, json.dumps(stranger)):
        with pytest.raises(Unauthorised):
            verifier.principal(f"Bearer {mint(clock, key=key)}")


def test_a_changed_token_is_refused(verifier, clock):
    head, body, signature = mint(clock, roles=["registrar"]).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = b64(json.dumps(claims | {"roles": ["admin"]}).encode())
    with pytest.raises(Unauthorised):
        verifier.principal(f"Bearer {head}.{forged}.{signature}")


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS256", "EdDSA"])
def test_an_unsigned_token_is_refused_whatever_it_calls_its_algorithm(verifier, clock, algorithm):
    claims = {"iss": "minsheng", "aud": STAFF_AUDIENCE, "sub": "ann", "exp": 4_000_000_000}
    token = unsigned({"alg": algorithm, "kid": "k1"}, claims)
    with pytest.raises(Unauthorised):
        verifier.principal(f"Bearer {token}")


def test_the_public_key_used_as_an_hmac_secret_is_refused(verifier):
    claims = {"iss": "minsheng", "aud": STAFF_AUDIENCE, "sub": "ann", "exp": 4_000_000_000}
    public = json.loads(Issuer.public_set(KEY))["keys"][0]
    secrets = (
        public["x"].encode(),
        base64.urlsafe_b64decode(public["x"] + "="),
        json.dumps(public).encode(),
    )
    for secret in secrets:
        signing = unsigned({"alg": "HS256", "kid": "k1"}, claims).rpartition(".")[0]
        mac = hmac.new(secret, signing.encode(), hashlib.sha256).digest()
        with pytest.raises(Unauthorised):
            verifier.principal(f"Bearer {signing}.{b64(mac)}")


@pytest.mark.parametrize(
    "change",
    [
        {"iss": None}, {"aud": None}, {"aud": 7}, {"aud": {}}, {"sub": None}, {"sub": ""},
        {"sub": 7}, {"exp": None}, {"exp": "soon"}, {"exp": True}, {"iat": "now"},
        {"roles": "admin"}, {"roles": [1]}, {"unit_scope": "*"}, {"unit_scope": [None]},
        {"exp": float("nan")},
    ],
)  # fmt: skip
def test_a_missing_or_malformed_claim_is_refused(verifier, clock, change):
    now = int(clock.now().timestamp())
    claims = {"iss": "minsheng", "aud": STAFF_AUDIENCE, "sub": "ann", "iat": now, "exp": now + 60}
    verifier.principal(f"Bearer {signed(claims)}")
    changed = {k: v for k, v in (claims | change).items() if v is not None}
    with pytest.raises(Unauthorised):
        verifier.principal(f"Bearer {signed(changed)}")


def test_only_a_bureau_role_with_the_whole_district_sees_all_units():
    whole, own = frozenset({WHOLE_DISTRICT}), frozenset({"transport"})
    assert Principal("a", frozenset({"dispatcher"}), unit_scope=whole).sees_all_units
    assert not Principal("a", frozenset({"dispatcher"}), unit_scope=own).sees_all_units
    assert not Principal("a", frozenset({"handler"}), unit_scope=whole).sees_all_units
    assert not sees_every_secret(Principal("a", frozenset({"registrar"}), unit_scope=whole))
    assert sees_every_secret(Principal("a", frozenset({"leader"}), unit_scope=whole))


def test_keys_are_read_from_a_file(tmp_path, clock):
    path = tmp_path / "keys.json"
    path.write_text(Issuer.public_set(KEY), encoding="utf-8")
    verifier = Verifier(keys=Keys(str(path)), issuer="minsheng", clock=clock, marker=MARKER)
    assert verifier.principal(f"Bearer {mint(clock)}").sub == "ann"


@pytest.fixture
def key_server():
    """A server of public keys on loopback, whose answer a test may change."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked += 1
            body = self.server.keys.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.keys, server.asked = Issuer.public_set(KEY), 0
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def aged(keys, seconds=10.0):
    """Let the keys have been read some time ago."""
    for source in keys.sources:
        source.read_at -= seconds


def test_an_unknown_key_id_makes_the_keys_be_read_again(key_server, clock):
    keys = Keys(f"http://127.0.0.1:{key_server.server_port}/jwks.json")
    verifier = Verifier(keys=keys, issuer="minsheng", clock=clock, marker=MARKER)
    verifier.principal(f"Bearer {mint(clock)}")
    verifier.principal(f"Bearer {mint(clock)}")
    assert key_server.asked == 1
    key_server.keys = Issuer.public_set(KEY, OTHER_KEY)
    aged(keys)
    assert verifier.principal(f"Bearer {mint(clock, key=OTHER_KEY)}").sub == "ann"
    assert key_server.asked == 2


def test_a_known_token_is_refused_once_its_key_is_withdrawn(key_server, clock):
    keys = Keys(f"http://127.0.0.1:{key_server.server_port}/jwks.json")
    verifier = Verifier(keys=keys, issuer="minsheng", clock=clock, marker=MARKER)
    header = f"Bearer {mint(clock)}"
    assert verifier.principal(header).sub == "ann"
    key_server.keys = Issuer.public_set(OTHER_KEY)
    aged(keys, seconds=301)
    with pytest.raises(Unauthorised):
        verifier.principal(header)


def test_more_tokens_than_are_remembered_are_all_good(verifier, clock):
    headers = [f"Bearer {mint(clock)}" for _ in range(1100)]
    assert {verifier.principal(header).sub for header in headers + headers[:3]} == {"ann"}


def test_forged_key_ids_do_not_flood_the_key_server(key_server, clock):
    keys = Keys(f"http://127.0.0.1:{key_server.server_port}/jwks.json")
    verifier = Verifier(keys=keys, issuer="minsheng", clock=clock, marker=MARKER)
    for _ in range(20):
        with pytest.raises(Unauthorised):
            verifier.principal(f"Bearer {mint(clock, key=OTHER_KEY)}")
    assert key_server.asked == 1


def test_while_the_key_server_is_away_known_keys_go_on_and_none_is_a_503(clock, key_server):
    url = f"http://127.0.0.1:{key_server.server_port}/jwks.json"
    keys, never = Keys(url), Keys("http://127.0.0.1:1/jwks.json")
    verifier = Verifier(keys=keys, issuer="minsheng", clock=clock, marker=MARKER)
    verifier.principal(f"Bearer {mint(clock)}")
    keys.sources[0].place = never.sources[0].place
    aged(keys)
    with pytest.raises(Unauthorised):
        verifier.principal(f"Bearer {mint(clock, key=OTHER_KEY)}")
    assert verifier.principal(f"Bearer {mint(clock)}").sub == "ann"
    with pytest.raises(KeysAway) as away:
        Verifier(keys=never, issuer="minsheng", clock=clock, marker=MARKER).principal(
            f"Bearer {mint(clock)}"
        )
    assert away.value.status == 503


def test_who_shows_the_same_secret_is_the_same_holder():
    one, again = (Principal.holding("Bearer draft-0123456789abcdef") for _ in range(2))
    other = Principal.holding("Bearer draft-0123456789abcdeF")
    assert one.sub == again.sub != other.sub
    assert one.shown == "draft-0123456789abcdef"
    assert one.shown not in f"{one!r} {one.sub}"


def test_who_shows_no_secret_is_the_public():
    assert Principal.holding(None) == Principal(sub="public")


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer short", "Basic " + "x" * 20, "Bearer " + "x" * 201, "Bearer 密" * 9],
)
def test_what_can_be_no_secret_is_refused(header):
    with pytest.raises(Unauthorised):
        Principal.holding(header)
