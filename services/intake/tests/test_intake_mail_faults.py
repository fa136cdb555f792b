"""E-mail through everything that breaks: kill -9 at each step, two readers, servers away."""

import contextlib
import dataclasses
import threading

import pytest
import sqlalchemy as sa
from mail_desk import letter, picture
from mail_server import Wire, until

from intake import models
from intake.channels.mail import mailbox

pytestmark = [
    pytest.mark.servers,
    pytest.mark.parametrize("app", ["postgresql"], indirect=True),
]
DONE, UNREADABLE, AUTOMATIC = "已登记", "无法读取", "自动邮件"
PETITION, ATTACHMENT = "/v1/petitions", "/attachments"


def with_pictures(number: int = 1):
    made = letter(message_id=f"<{number}@citizen.example>", subject=f"路灯{number}")
    for which in (1, 2):
        made.add_attachment(picture(10 * number + which), "image", "jpeg", filename=f"{which}.jpg")
    return made


class Moment:
    """A request at which the office stands still, until the one who asked is killed."""

    def __init__(self, ending: str, number: int = 1) -> None:
        self.ending, self.left = ending, number
        self.come, self.over = threading.Event(), threading.Event()

    def __call__(self, path: str) -> None:
        if path.endswith(self.ending):
            self.left -= 1
            if self.left == 0:
                self.come.set()
                self.over.wait(30)


@pytest.mark.parametrize(
    ("hook", "ending", "number"),
    [
        ("before", PETITION, 1),
        ("after", PETITION, 1),
        ("before", ATTACHMENT, 1),
        ("after", ATTACHMENT, 1),
        ("before", ATTACHMENT, 2),
        ("after", ATTACHMENT, 2),
    ],
)
def test_killed_at_any_request_a_message_is_neither_lost_nor_doubled(
    mail, desk, hook, ending, number
):
    moment = Moment(ending, number)
    setattr(mail.stand, hook, moment)
    mail.deliver(with_pictures())
    with mail.role() as process:
        assert moment.come.wait(30)
        process.kill()
        process.wait(10)
    moment.over.set()
    assert mail.folders() == {"INBOX": 1}
    finished_by_another(mail, desk)


@pytest.mark.parametrize("way", ["up", "down"])
def test_killed_before_and_after_the_move_a_message_is_neither_lost_nor_doubled(mail, desk, way):
    wire = Wire(mail.dovecot.port)
    gate = getattr(wire, way)
    mail.stand.before = lambda path: gate.clear() if path.endswith(ATTACHMENT) else None
    mail.deliver(with_pictures())
    with mail.role(port=wire.port) as process:
        until(lambda: [row.outcome for row in desk.rows(models.mail_messages)] == ["registered"])
        if way == "down":
            mail.until_folders(**{DONE: 1})
        process.kill()
        process.wait(10)
    wire.close()
    mail.stand.before = lambda _path: None
    finished_by_another(mail, desk)


def finished_by_another(mail, desk):
    """Another process takes over, and all is there once."""
    (killed,) = (row.holder for row in desk.rows(models.mailbox_leases))
    with mail.role() as process:
        until(lambda: killed not in [row.holder for row in desk.rows(models.mailbox_leases)])
        mail.until_folders(**{DONE: 1})
        process.terminate()
        assert process.wait(20) == 0
    assert len(desk.rows(models.petitions)) == 1
    assert sorted(data for _, data in mail.stand.files()) == [picture(11), picture(12)]
    assert mail.unread() == []


def test_two_roles_at_once_register_each_message_once(mail, desk):
    mail.deliver(*(with_pictures(number) for number in range(20)))
    with mail.role() as one, mail.role() as two:
        mail.until_folders(**{DONE: 20})
        for process in (one, two):
            process.terminate()
            assert process.wait(20) == 0
    assert len(desk.rows(models.petitions)) == 20
    assert len(mail.stand.posted()) == 20
    assert len(mail.stand.files()) == 40


def test_another_role_takes_over_when_the_one_that_reads_is_killed(mail, desk):
    moment = Moment(PETITION, 5)
    mail.stand.before = moment
    mail.deliver(*(letter(message_id=f"<{n}@x.example>") for n in range(10)))
    with mail.role() as one:
        assert moment.come.wait(30)
        with mail.role():
            one.kill()
            one.wait(10)
            moment.over.set()
            mail.until_folders(**{DONE: 10})
    assert len(desk.rows(models.petitions)) == 10


def test_the_mail_server_goes_and_comes_back(mail, desk):
    mail.deliver(letter())
    with mail.role() as process:
        mail.until_folders(**{DONE: 1})
        mail.dovecot.stop()
        try:
            until(lambda: process.poll() is None)
        finally:
            mail.dovecot.start()
        mail.deliver(letter(message_id="<2@x.example>"))
        mail.until_folders(**{DONE: 2})
        assert process.poll() is None
    assert len(desk.rows(models.petitions)) == 2


def test_the_database_goes_and_comes_back(mail, desk):
    mail.deliver(letter())
    with mail.role() as process:
        mail.until_folders(**{DONE: 1})
        with mail.app.db.write() as session:
            session.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        mail.deliver(letter(message_id="<2@x.example>"))
        mail.until_folders(**{DONE: 2})
        assert process.poll() is None
    assert len(desk.rows(models.petitions)) == 2


def test_what_is_read_now_is_left_to_who_reads_it(mail):
    mail.deliver(letter())
    mail.regular._lease()
    assert mail.reader().poll() == 0
    assert mail.folders() == {"INBOX": 1}


def test_a_certificate_that_nobody_vouches_for_is_refused(mail):
    mail.deliver(letter())
    reader = mail.reader()
    reader.tls = mailbox.trust("")
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        reader.poll()


def test_a_wrong_password_is_no_fault_of_the_code(mail):
    reader = mail.reader(password="wrong-0123456789")
    with pytest.raises(mailbox.AWAY):
        reader.poll()


def test_a_server_without_move_keeps_the_message_once(mail, desk, monkeypatch):
    signed_in = mailbox.Connection._sign_in

    def without_move(connection):
        signed_in(connection)
        box = connection._box
        box.client.capabilities = tuple(one for one in box.client.capabilities if one != "MOVE")

    monkeypatch.setattr(mailbox.Connection, "_sign_in", without_move)
    mail.read(letter())
    assert mail.folders() == {DONE: 1}


def test_nothing_personal_is_logged(mail, caplog):
    caplog.set_level("DEBUG")
    sent = letter(subject="反映王小明", sender="王小明 <wang@citizen.example>")
    sent.add_attachment(b"forbidden", "application", "zip", filename="王小明.zip")
    mail.read(sent, b"\x00\xff broken", letter("另一封", message_id="<1@citizen.example>"))
    ours = [r for r in caplog.records if r.name.startswith(("intake", "shared"))]
    said = " ".join(f"{r.getMessage()} {vars(r)}" for r in ours)
    for word in ("王小明", "wang@", "路灯", "zip"):
        assert word not in said


def test_a_fault_of_ours_parks_the_message_and_goes_on(mail, desk, monkeypatch):
    from intake.channels.mail import handling  # noqa: PLC0415 - where the fault is put

    parse = handling.parse

    def faulty(raw, *, ours):
        if b"poison" in raw:
            raise ZeroDivisionError
        return parse(raw, ours=ours)

    monkeypatch.setattr(handling, "parse", faulty)
    mail.read(letter("poison", message_id="<p@x.example>"), letter())
    assert mail.folders() == {DONE: 1, UNREADABLE: 1}
    assert [one["reason"] for one in mail.unread()] == ["failure"]
    assert len(desk.rows(models.petitions)) == 1


def test_mailboxes_are_read_apart(mail, desk):
    other = dataclasses.replace(mail.place, user=f"other-{mail.user}")
    mail.dovecot.deliver(other.user, letter(message_id="<2@x.example>").as_bytes())
    mail.deliver(letter())
    with contextlib.suppress(mailbox.AWAY):
        mail.reader(user="away@office.example", port=1).poll()
    mail.reader(user=other.user).poll()
    mail.regular.poll()
    assert mail.dovecot.folders(other.user) == mail.folders() == {DONE: 1}
    assert len(desk.rows(models.petitions)) == 2
