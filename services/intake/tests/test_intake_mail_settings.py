"""What `mail` is told, what it refuses to start with, and how it holds against the kit."""

import json
import threading

import httpx
import pytest
from mail_desk import ACCOUNT, letter

from intake.channels.mail import mail as role
from intake.channels.mail.mailbox import read_places
from intake.channels.office import read_account
from intake.service import SERVICE
from intake.tools.conformance import client as clients
from intake.tools.conformance.client import Proxy
from intake.tools.conformance.findings import OK
from shared.settings import BadSettings
from shared.testing import make_app

BOX = {"host": "imap.example", "user": "box@office.example", "password": "x"}
TOLD = {
    "MAIL_BOXES": json.dumps([BOX]),
    "MAIL_ACCOUNT": json.dumps(ACCOUNT),
    "MAIL_INTAKE_URL": "http://intake",
    "MAIL_TOKEN_URL": "http://sign-in/auth/token",
}


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("{", "not JSON"),
        ("[]", "list of mailboxes"),
        ('["x"]', "unknown fields"),
        (json.dumps([BOX | {"prot": 1}]), "unknown fields: prot"),
        (json.dumps([{**BOX, "host": ""}]), "has no host"),
        (json.dumps([BOX | {"port": "993"}]), "port is of the wrong kind"),
        (json.dumps([BOX | {"folder": "a\nb"}]), "control characters"),
        (json.dumps([BOX | {"done_folder": "INBOX"}]), "must differ"),
        (json.dumps([BOX, BOX]), "twice"),
        (json.dumps([BOX | {"addressee": "交通局"}]), "not the code of a unit"),
    ],
)
def test_a_fault_in_the_list_of_mailboxes_is_named_and_no_password_shown(said, fault):
    with pytest.raises(ValueError, match=fault) as refused:
        read_places(said)
    assert BOX["password"] not in str(refused.value).split()


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"username": "x", "password": ""}', "null"])
def test_an_account_that_is_none_is_refused(said):
    with pytest.raises(ValueError, match="account"):
        read_account(said)


@pytest.mark.parametrize(
    "changes",
    [
        {"MAIL_ACCOUNT": ""},
        {"MAIL_INTAKE_URL": ""},
        {"MAIL_TOKEN_URL": ""},
        {"MAIL_LEASE_SECONDS": "10"},
        {"MAIL_CA_FILE": "/nowhere.pem"},
    ],
)
def test_the_role_does_not_start_with_half_of_what_it_needs(tmp_path, changes):
    app = make_app(SERVICE, tmp_path, **{**TOLD, **changes})
    with pytest.raises(BadSettings):
        role(app, threading.Event())
    app.close()


def test_without_mailboxes_the_role_reads_nothing_until_it_is_stopped(app):
    stop = threading.Event()
    waiting = threading.Thread(target=role, args=(app, stop))
    waiting.start()
    assert waiting.is_alive()
    stop.set()
    waiting.join(10)
    assert not waiting.is_alive()


@pytest.mark.servers
def test_it_goes_on_as_the_conformance_kit_asks_of_a_client(mail, desk, monkeypatch):
    monkeypatch.setattr(clients, "_SETTLED_SECONDS", 0.0)
    token = desk.token("channel:email", unit=None, scope=())
    sent = {"Authorization": f"Bearer {token}"}
    with (
        httpx.Client(base_url=mail.stand.url, headers=sent, trust_env=False) as upstream,
        Proxy(upstream=upstream, channel="email", host="127.0.0.1", port=0) as proxy,
    ):
        mail.deliver(*(letter(message_id=f"<{number}@x.example>") for number in range(5)))
        mail.reader(url=proxy.url).poll()
        findings = proxy.findings()
    assert {finding.point: finding.why for finding in findings if finding.verdict != OK} == {}
    assert mail.folders() == {"已登记": 4, "无法读取": 1}
