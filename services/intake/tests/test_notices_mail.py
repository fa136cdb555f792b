"""Notices by mail, from a real mail server that wants TLS and a password."""

import datetime as dt
import email
import email.policy

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from notices import counter, process

from intake.domain.notices import Message, Verdict
from shared.testing import hear

PERSON = {"name": "王小明", "email": "ming@example.cn"}


def certificate(folder):
    """A certificate for localhost that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))


class Mailbox:
    """A mail server in a process of its own."""

    def __init__(self, folder, port, tls):
        self.folder, self.port, self.tls = folder, port, tls

    @property
    def settings(self):
        return {
            "NOTICE_SENDERS": "email=smtp",
            "NOTICE_OFFICE": "云屏区信访局",
            "NOTICE_TIMEOUT_SECONDS": "5",
            "SMTP_HOST": "localhost",
            "SMTP_PORT": str(self.port),
            "SMTP_TLS": self.tls,
            "SMTP_CA_FILE": str(self.folder / "cert.pem"),
            "SMTP_USER": "office",
            "SMTP_PASSWORD": "open sesame",
            "SMTP_FROM": "云屏区信访局 <noreply@petitions.example.cn>",
        }

    @property
    def mails(self):
        parse, policy = email.message_from_bytes, email.policy.default
        return [parse(f.read_bytes(), policy=policy) for f in sorted(self.folder.glob("*.eml"))]

    def empty(self):
        for file in self.folder.glob("*.eml"):
            file.unlink()


@pytest.fixture(scope="module", params=["starttls", "tls"])
def mailbox(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mailbox")
    certificate(folder)
    with process("notice_mailbox.py", folder, request.param) as port:
        yield Mailbox(folder, port, request.param)


@pytest.fixture
def desk(tmp_path, mailbox):
    mailbox.empty()
    with counter(tmp_path, **mailbox.settings) as desk:
        yield desk


def test_a_receipt_goes_by_mail_over_tls(desk, mailbox):
    receipt = desk.registered(petitioner=PERSON)
    desk.send()
    assert desk.statuses() == ["sent"]
    (mail,) = mailbox.mails
    assert mail["X-TLS"] == "True"
    assert mail["To"] == mail["X-Envelope-To"] == PERSON["email"]
    assert str(mail["From"]) == "云屏区信访局 <noreply@petitions.example.cn>"
    assert mail["Subject"] == f"信访件{receipt['petition_no']}登记回执"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<{desk.notices[0].notice_id}@petitions.example.cn>"
    assert f"查询码{receipt['query_code']}" in mail.get_content()


def told(desk, mailbox, story, **notify):
    """The mail that tells the result of a petition whose opinion was served."""
    receipt = desk.registered(petitioner=PERSON, notify=notify or None)
    case = story(receipt["petition_id"], at=desk.app.clock.now())
    desk.app.clock.advance(days=2)
    hear(desk.app, case.then("replied"), case.then("served"))
    desk.send()
    subject = f"信访件{receipt['petition_no']}办理结果"
    (mail,) = [one for one in mailbox.mails if one["Subject"] == subject]
    return mail.get_content()


def test_an_opinion_goes_by_mail_only_to_who_consented(desk, mailbox, story):
    assert "路灯已修好" not in told(desk, mailbox, story)
    assert "路灯已修好" not in told(desk, mailbox, story, medium="email")
    consented = told(desk, mailbox, story, consent_to_electronic_service=True)
    assert "答复内容：路灯已修好。" in consented


def test_an_unknown_mailbox_fails_a_greylisted_one_waits(desk, mailbox):
    for local in ("nobody", "later", "ming"):
        desk.registered(petitioner=PERSON | {"email": f"{local}@example.cn"})
    desk.send()
    assert [(n.status, n.last_error) for n in desk.notices] == [
        ("failed", "SMTP 550"), ("queued", "SMTP 451"), ("sent", None)
    ]  # fmt: skip


def test_a_connection_that_breaks_off_costs_the_others_nothing(desk, mailbox):
    for local in ("ming", "gone", "hong", "lan"):
        desk.registered(petitioner=PERSON | {"email": f"{local}@example.cn"})
    for _ in range(3):
        desk.send()
        desk.app.clock.advance(seconds=10)
    assert desk.statuses() == ["sent", "queued", "sent", "sent"]


@pytest.mark.parametrize(
    "change",
    [
        {"SMTP_PASSWORD": "wrong"},
        {"SMTP_CA_FILE": ""},
        {"SMTP_PORT": "1"},
        {"SMTP_HOST": "nowhere.invalid"},
    ],
    ids=str,
)
def test_a_server_that_lets_us_not_in_costs_no_tries(tmp_path, mailbox, change):
    mailbox.empty()
    with counter(tmp_path, **(mailbox.settings | change)) as desk:
        desk.registered(petitioner=PERSON)
        desk.send()
        assert [(n.status, n.attempts) for n in desk.notices] == [("queued", 0)]
        assert desk.gateway_row("email").paused_until > desk.app.clock.now()
        assert mailbox.mails == []


@pytest.mark.parametrize("part", ["to", "title"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\u2028"])
def test_no_header_can_be_smuggled_in(desk, mailbox, part, end):
    parts = {"to": "ming@example.cn", "title": "告知", part: f"x{end}Bcc: all@example.cn"}
    sender = desk.app.resources.talking.senders["email"]
    outcome = sender.send(Message(notice_id="n1", medium="email", text="文", **parts))
    sender.rest()
    assert all(mail["Bcc"] is None for mail in mailbox.mails)
    assert outcome.verdict is Verdict.REFUSED or part == "title"
