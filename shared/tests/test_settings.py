"""Settings: everything wrong is said at once, and no process starts on a bad one."""

import os
import subprocess
import sys

import pytest

from shared.settings import BadSettings, Settings, read_settings, weak_secret
from shared.testing import sample_secrets

GOOD = {
    "DATABASE_URL": "sqlite:///x.sqlite",
    "TOKEN_JWKS": "{}",
    "ACCESS_KEYS": "f7Qn2Wc9Lr4Tx6Bv1Zs8Kd3Hm5Gp0JyE",
    "IDEMPOTENCY_SECRET": "k3J9xQ7mT2vB8nR5wL1pZ6cF4hD0sGaY",
}


def test_good_settings_are_read_and_converted():
    settings = read_settings(Settings, GOOD | {"PORT": "9000", "POLL_SECONDS": "0.5"})
    assert (settings.port, settings.poll_seconds, settings.web_threads) == (9000, 0.5, 8)


def test_every_missing_setting_is_named_at_once():
    with pytest.raises(BadSettings) as refused:
        read_settings(Settings, {})
    assert all(name in str(refused.value) for name in GOOD)


def test_an_empty_setting_is_a_missing_one():
    with pytest.raises(BadSettings, match="TOKEN_JWKS is missing"):
        read_settings(Settings, GOOD | {"TOKEN_JWKS": ""})


def test_a_malformed_number_is_named():
    with pytest.raises(BadSettings, match="PORT"):
        read_settings(Settings, GOOD | {"PORT": "eighty"})


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("changeme", "sample"),
        ("change-me-" * 5, "sample"),
        ("Example" + "k3J9xQ7mT2vB8nR5wL1pZ6cF4hD0sGaY", "sample"),
        ("k3J9xQ7mT2vB8nR5", "shorter"),
        ("ab" * 32, "repeats"),
    ],
)
def test_a_sample_short_or_repeating_secret_is_refused_and_not_shown(secret, why):
    assert why in (weak_secret(secret) or "")
    with pytest.raises(BadSettings, match="IDEMPOTENCY_SECRET") as refused:
        read_settings(Settings, GOOD | {"IDEMPOTENCY_SECRET": secret})
    assert secret not in str(refused.value)


def test_fresh_secrets_are_accepted():
    assert not [name for name, value in sample_secrets().items() if weak_secret(value)]


def start(command, **changes):
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite:///file"} | sample_secrets()
    env = {k: v for k, v in (env | changes).items() if v is not None}
    done = subprocess.run(
        [sys.executable, "-m", "intake", command],
        env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("command", "changes", "named"),
    [
        ("web", {"DATABASE_URL": None, "PII_KEYRING": None}, ("DATABASE_URL", "PII_KEYRING")),
        ("web", {"QUERY_CODE_SECRET": "changeme"}, ("QUERY_CODE_SECRET", "sample")),
        ("web", {"PII_KEYRING": '{"keys": {"k1": "bm90IGEga2V5"}, "index": ""}'}, ("key ring",)),
        ("web", {"PUBLIC_TOKEN_KEY": '{"kty": "OKP", "crv": "Ed25519"} or so'}, ()),
        ("web", {"TOKEN_JWKS": "/nowhere/keys.json"}, ("/nowhere/keys.json",)),
        ("worker", {"BUS_URL": ""}, ("BUS_URL",)),
        ("migrate", {"DATABASE_URL": None}, ("DATABASE_URL",)),
        ("migrate", {"DATABASE_URL": "no url"}, ()),
        ("topology", {"BUS_URL": ""}, ("BUS_URL",)),
    ],
)
def test_a_process_refuses_to_start_on_bad_settings(tmp_path, command, changes, named):
    code, said = start(command, **changes)
    assert code == 2, said
    assert "does not start" in said
    assert all(word in said for word in named), said
    assert "Traceback" not in said


def test_migrating_needs_no_secret(tmp_path):
    file = tmp_path / "intake.sqlite"
    without = dict.fromkeys(sample_secrets())
    assert start("migrate", DATABASE_URL=f"sqlite:///{file}", **without)[0] == 0
    assert file.exists()
