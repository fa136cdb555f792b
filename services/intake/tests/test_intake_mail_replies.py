"""Replies become supplements of their petition, by a real SMTP server and by IMAP."""

import smtplib

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from mail_desk import letter, picture
from mail_server import free_port

from intake import models

pytestmark = pytest.mark.servers
DONE, AUTOMATIC = "已登记", "自动邮件"
NOTICE = "3b8f0a52-1c7d-5e0e-9a35-1a8a2f6d7c99"
OURS = f"<{NOTICE}@office.example>"


@pytest.fixture
def petition(mail, desk):
    """A petition that came by e-mail from Wang."""
    mail.read(letter())
    (row,) = desk.rows(models.petitions)
    return row


def we_wrote(mail, petition_id):
    """A notice that was sent to the petitioner."""
    now = mail.app.clock.now()
    with mail.app.db.write() as session:
        session.execute(
            sa.insert(models.notices).values(
                notice_id=NOTICE, petition_id=petition_id, occasion="progress", event_id="e-1",
                medium="email", status="sent", at_once=False, facts={}, queued_at=now, due_at=now,
                attempts=1, sent_at=now,
            )
        )  # fmt: skip


def supplements(desk, petition, *roles):
    path = f"/v1/petitions/{petition.petition_id}"
    return desk.get(path, *(roles or ("registrar",))).json["supplements"]


def test_a_reply_to_our_mail_is_a_supplement_whoever_sends_it(mail, desk, petition):
    we_wrote(mail, petition.petition_id)
    sent = letter(
        "照片补上，电话13800138000。", subject="Re: 回执", message_id="<2@x.example>",
        sender="Li <li@x.example>", In_Reply_To=OURS,
    )  # fmt: skip
    sent.add_attachment(picture(), "image", "jpeg", filename="a.jpg")
    assert mail.read(sent) == []
    (one,) = supplements(desk, petition)
    assert one["content"] == "主题：Re: 回执\n\n照片补上，电话***********。"
    assert one["email"] == "l***@x.example"
    assert list(mail.stand.attachments) == [petition.petition_id]
    assert mail.folders() == {DONE: 2}
    assert [row.outcome for row in desk.rows(models.mail_messages)] == [
        "registered",
        "supplemented",
    ]


def test_a_reply_further_down_the_thread_is_one_too(mail, desk, petition):
    we_wrote(mail, petition.petition_id)
    mail.read(letter(message_id="<2@x>", References=f"<a@x> {OURS} <b@x>", In_Reply_To="<b@x>"))
    assert len(supplements(desk, petition)) == 1


def test_the_number_counts_with_the_petitioners_own_address(mail, desk, petition):
    subject = f"关于{petition.petition_no}的补充"
    assert (
        mail.read(letter(subject=subject, message_id="<2@x>", sender="WANG@citizen.example")) == []
    )
    assert len(supplements(desk, petition)) == 1


def test_the_number_in_anothers_mail_makes_a_petition_of_its_own(mail, desk, petition):
    subject = f"关于{petition.petition_no}的补充"
    assert len(mail.read(letter(subject=subject, message_id="<2@x>", sender="li@x.example"))) == 1
    assert supplements(desk, petition) == []


def test_writing_again_in_ones_own_thread_is_a_supplement_and_in_anothers_is_not(
    mail, desk, petition
):
    thread = {"In_Reply_To": "<1@citizen.example>"}
    assert len(mail.read(letter(message_id="<2@x>", sender="li@x.example", **thread))) == 1
    assert mail.read(letter(message_id="<3@x>", **thread)) == []
    assert len(supplements(desk, petition)) == 1


def test_a_supplement_that_comes_twice_is_filed_once(mail, desk, petition):
    we_wrote(mail, petition.petition_id)
    reply = letter(message_id="<2@x>", In_Reply_To=OURS)
    mail.read(reply, reply)
    assert len(supplements(desk, petition)) == 1
    assert mail.folders() == {DONE: 3}


def test_a_supplement_to_a_petition_that_is_gone_is_on_the_list(mail, desk, petition):
    we_wrote(mail, "gone")
    mail.read(letter(message_id="<2@x>", In_Reply_To=OURS))
    assert [one["reason"] for one in mail.unread()] == ["refused"]


class Deliverer:
    """An SMTP server that delivers into a mailbox, and answers for a petitioner who is away."""

    def __init__(self, mail):
        self.mail = mail

    async def handle_DATA(self, _server, _session, envelope):
        self.mail.dovecot.deliver(self.mail.user, envelope.content)
        return "250 OK"


def test_our_mail_and_the_answer_of_an_absent_petitioner_end_there(mail, desk, petition):
    """A loop: our notice comes back to us, and a machine answers it; neither registers anything."""
    we_wrote(mail, petition.petition_id)
    server = Controller(Deliverer(mail), hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        with smtplib.SMTP("127.0.0.1", server.port) as smtp:
            ours = letter("您的来信已登记。", sender=mail.place.name, message_id=OURS)
            away = letter(
                "我在休假。", subject="自动回复", message_id="<auto@x>",
                Auto_Submitted="auto-replied", In_Reply_To=OURS,
            )  # fmt: skip
            for message in (ours, away):
                smtp.sendmail("a@x.example", [mail.place.name], message.as_bytes())
    finally:
        server.stop()
    mail.regular.poll()
    assert len(desk.rows(models.petitions)) == 1
    assert supplements(desk, petition) == []
    assert mail.folders() == {AUTOMATIC: 2, DONE: 1}
