"""WECHAT_* are checked before the process starts, and what is wrong is named."""

import json

import pytest
from wechat_desk import ACCOUNT, AES_KEY, SECRET, TOKEN, accounts

from intake.service import SERVICE
from intake.wechat.accounts import read_accounts
from shared.settings import BadSettings
from shared.testing import make_app


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"appid": ...}, "appid"), ({"appid": ""}, "appid"), ({"appid": 7}, "appid"),
        ({"token": "has-hyphen"}, "token"), ({"token": "ab"}, "token"), ({"token": "签"}, "token"),
        ({"secret": "short"}, "secret"), ({"secret": None}, "secret"),
        ({"aes_keys": []}, "aes_keys"), ({"aes_keys": AES_KEY}, "aes_keys"),
        ({"aes_keys": [AES_KEY] * 4}, "aes_keys"), ({"aes_keys": ["x" * 42]}, r"aes_keys\[0\]"),
        ({"aes_keys": [AES_KEY, "!" * 43]}, r"aes_keys\[1\]"),
        ({"aes_keys": [AES_KEY, None]}, r"aes_keys\[1\]"),
        ({"api": "ftp://x"}, "api"), ({"api": "api.example"}, "api"), ({"api": 1}, "api"),
        ({"api": "https://api.example?x=1"}, "api"), ({"apppid": "x"}, "apppid"),
    ],
)  # fmt: skip
def test_a_field_that_is_wrong_is_named(change, named):
    with pytest.raises(ValueError, match=rf"WECHAT_ACCOUNTS: {ACCOUNT}\.{named} ") as raised:
        read_accounts(accounts(**change))
    for secret in (SECRET, TOKEN, AES_KEY):
        assert secret not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '"x"',
        '{"Bad Code": {}}',
        '{"a": 1}',
        '{"": {}}',
        '{"' + "a" * 99 + '": {}}',
    ],
)
def test_what_is_no_table_of_accounts_is_refused(text):
    with pytest.raises(ValueError, match="WECHAT_ACCOUNTS"):
        read_accounts(text)


def test_an_account_is_read_with_its_keys_newest_first_and_shows_none():
    account = read_accounts(accounts(api=...))[ACCOUNT]
    assert [len(key) for key in account.keys] == [32, 32]
    assert account.api == "https://api.weixin.qq.com"
    for secret in (SECRET, TOKEN, repr(account.keys[0])):
        assert secret not in repr(account)


@pytest.mark.parametrize("hours", ["0", "49", "-1"])
def test_a_form_lasts_at_most_48_hours(tmp_path, hours):
    app = make_app(SERVICE, tmp_path, WECHAT_ACCOUNTS=accounts(), WECHAT_SESSION_HOURS=hours)
    with pytest.raises(ValueError, match="WECHAT_SESSION_HOURS"):
        _ = app.resources
    app.close()


def test_sample_secrets_are_refused(tmp_path):
    with pytest.raises(BadSettings, match="WECHAT_ACCOUNTS"):
        make_app(SERVICE, tmp_path, WECHAT_ACCOUNTS=json.dumps({"a": {}}))
