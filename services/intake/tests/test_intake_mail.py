"""E-mail becomes petitions: from a real IMAP server, over real HTTP."""

import datetime as dt

import pytest
from mail_desk import letter, picture, problem

from intake import models
from shared.clock import from_wire

pytestmark = pytest.mark.servers
DONE, UNREADABLE, AUTOMATIC = "已登记", "无法读取", "自动邮件"


def test_a_message_is_registered_and_moved(mail, desk):
    mail.deliver(letter())
    assert mail.reader().poll() == 1
    (row,) = desk.rows(models.petitions)
    assert (row.channel, row.title, row.content) == (
        "email",
        "路灯不亮",
        "小区门口的路灯坏了一个月。",
    )
    assert mail.folders() == {DONE: 1}
    shown = desk.post(
        f"/v1/petitions/{row.petition_id}/unmask", "registrar", json={"purpose": "联系信访人"}
    ).json
    assert shown["petitioner"]["name"] == "王小明"
    assert shown["petitioner"]["email"] == "wang@citizen.example"


def test_it_was_received_when_the_server_got_it_whatever_its_date_says(mail, app):
    got = app.clock.now() - dt.timedelta(days=3)
    (posted,) = mail.read(letter(Date="Mon, 1 Jan 1990 00:00:00 +0000"), at=got)
    assert from_wire(posted["received_at"]) == got.replace(microsecond=0)


def test_what_the_server_got_in_the_future_is_received_now(mail, app):
    app.clock.advance(days=-2)
    (posted,) = mail.read(letter())
    assert from_wire(posted["received_at"]) == app.clock.now()


def test_the_mailbox_says_which_unit_is_addressed(mail):
    mail.deliver(letter())
    mail.reader(addressee="transport").poll()
    assert mail.stand.posted()[0]["addressee"] == "transport"


def test_a_long_subject_is_cut_and_stands_whole_in_the_content(mail):
    subject = "反映路灯问题" * 60
    (posted,) = mail.read(letter(subject=subject))
    assert posted["title"] == subject[:200]
    assert posted["content"].startswith(f"主题：{subject}\n\n小区门口")


def test_without_a_subject_the_first_line_is_the_title(mail):
    (posted,) = mail.read(letter("路灯坏了。\n请修好。", subject=""))
    assert posted["title"] == "路灯坏了。"


def test_an_empty_message_is_registered_all_the_same(mail):
    (posted,) = mail.read(letter("", subject=""))
    assert (posted["title"], posted["content"]) == ("（无主题）", "（邮件没有正文）")
    assert mail.folders() == {DONE: 1}


def test_what_is_too_long_for_a_petition_is_attached_whole(mail):
    text = "路灯坏了，请修。\n" * 8000
    (posted,) = mail.read(letter(text))
    assert len(posted["content"]) <= 50_000
    assert posted["content"].endswith("全文见附件《邮件全文》。）")
    ((name, data),) = mail.stand.files()
    assert name == "邮件全文.txt"
    assert data.decode() == text.strip()


def test_an_anonymous_message_is_registered(mail, desk):
    raw = b"Subject: x\r\nMessage-ID: <n@x>\r\n\r\nno sender\r\n"
    assert len(mail.read(raw)) == 1
    assert desk.rows(models.petitioners) == []


def test_attachments_follow_the_petition(mail):
    sent = letter()
    sent.add_attachment(picture(1), "image", "jpeg", filename="现场照片.jpg")
    sent.add_attachment(picture(2), "image", "jpeg")
    mail.read(sent)
    assert mail.stand.files() == [("现场照片.jpg", picture(1)), ("附件2", picture(2))]
    assert mail.folders() == {DONE: 1}


def test_a_refused_attachment_is_on_the_list_with_its_reason_and_the_petition_stays(mail, desk):
    sent = letter()
    sent.add_attachment(b"PK forbidden", "application", "zip", filename="王小明.zip")
    sent.add_attachment(picture(), "image", "jpeg", filename="a.jpg")
    raw = sent.as_bytes()
    mail.read(raw)
    (listed,) = mail.unread()
    (row,) = desk.rows(models.petitions)
    assert (listed["reason"], listed["petition_id"]) == ("attachment_refused", row.petition_id)
    assert listed["details"] == [{"about": "附件1", "reason": "不收这种文件。"}]
    assert mail.original(listed["unread_id"]) == raw
    assert mail.folders() == {UNREADABLE: 1}
    assert len(mail.stand.files()) == 1


def test_without_a_route_for_attachments_none_is_lost(mail):
    mail.stand.has_attachments = False
    sent = letter()
    sent.add_attachment(picture(), "image", "jpeg", filename="a.jpg")
    assert len(mail.read(sent)) == 1
    (listed,) = mail.unread()
    assert listed["reason"] == "attachment_refused"
    assert b"a.jpg" in mail.original(listed["unread_id"])
    assert mail.folders() == {UNREADABLE: 1}


def test_what_intake_refuses_is_on_the_list_with_the_fields(mail, desk):
    desk.put(
        "/v1/channels/email", "admin", json={"name": "电子邮件", "kind": "online", "active": False}
    )
    mail.read(letter())
    (listed,) = mail.unread()
    assert listed["reason"] == "refused"
    assert listed["details"] == [{"about": "channel", "reason": "该渠道已停用。"}]
    assert mail.folders() == {UNREADABLE: 1}


def test_the_same_message_in_two_mailboxes_is_one_petition(mail, desk):
    raw = letter().as_bytes()
    mail.read(raw)
    mail.read(b"Received: from elsewhere\r\nDelivered-To: other@office.example\r\n" + raw)
    assert len(desk.rows(models.petitions)) == 1
    assert mail.folders() == {DONE: 2}
    assert mail.unread() == []


def test_the_same_id_with_another_body_is_on_the_list_and_registers_nothing(mail, desk):
    mail.read(letter())
    other = letter("路灯好了，但是路坏了。").as_bytes()
    mail.read(other)
    assert len(desk.rows(models.petitions)) == 1
    (listed,) = mail.unread()
    assert listed["reason"] == "same_id_other_body"
    assert mail.original(listed["unread_id"]) == other
    assert mail.folders() == {DONE: 1, UNREADABLE: 1}


def test_without_an_id_the_bytes_tell_messages_apart(mail, desk):
    one, two = letter(message_id=None), letter("路坏了。", message_id=None)
    mail.read(one, two, one)
    assert len(desk.rows(models.petitions)) == 2
    assert mail.folders() == {DONE: 3}


def test_ids_are_kept_as_digests(mail, desk):
    mail.read(letter(message_id="<wang.xiaoming@citizen.example>"))
    (row,) = desk.rows(models.petitions)
    assert "wang" not in row.external_id
    assert row.external_system == "email"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Auto_Response_Suppress": "All"},
        {"List_Id": "<news.list.example>"},
        {"sender": "MAILER-DAEMON@mx.example"},
        {"sender": "Our Office <{user}>"},
        {"Return_Path": "<>"},
    ],
)
def test_what_a_machine_wrote_is_moved_and_registers_nothing(mail, desk, headers):
    ours = {name: value.format(user=mail.place.name) for name, value in headers.items()}
    mail.read(letter(**ours))
    assert desk.rows(models.petitions) == []
    assert mail.folders() == {AUTOMATIC: 1}
    assert mail.unread() == []


def test_what_a_person_wrote_is_registered_whatever_else_its_headers_say(mail):
    assert len(mail.read(letter(Auto_Submitted="no", Precedence="normal"))) == 1


def test_what_is_too_large_is_not_fetched_and_is_on_the_list(mail, app):
    app.settings = app.settings.__class__(**vars(app.settings) | {"mail_most_bytes": 1000})
    mail.read(letter("长" * 1000))
    (listed,) = mail.unread()
    assert listed["reason"] == "too_large"
    refused = mail.desk.post(
        f"/v1/unread/{listed['unread_id']}/original", "registrar", json={"purpose": "查看"}
    )
    assert (refused.status_code, refused.json["code"]) == (409, "original_elsewhere")
    assert mail.folders() == {UNREADABLE: 1}


def test_a_busy_office_is_left_alone_as_long_as_it_asks_and_then_told_again(mail, desk):
    answers = [
        problem(429, "too_many_requests", "请求过多。", Retry_After="1"),
        problem(503, "x", "x"),
    ]
    mail.stand.before = lambda path: answers.pop(0) if answers and path == "/v1/petitions" else None
    mail.read(letter())
    assert len(desk.rows(models.petitions)) == 1
    assert mail.folders() == {DONE: 1}


def test_a_token_that_is_refused_is_made_anew(mail, desk):
    answers = [problem(401, "unauthorised", "令牌已失效。")]
    mail.stand.before = lambda path: answers.pop(0) if answers and path == "/v1/petitions" else None
    mail.read(letter())
    assert len(desk.rows(models.petitions)) == 1
    assert mail.stand.sign_ins == 2


def test_a_lost_answer_makes_no_second_petition(mail, desk):
    lost = [problem(502, "bad_gateway", "应答丢失")]
    mail.stand.after = lambda path: lost.pop() if lost and path == "/v1/petitions" else None
    mail.read(letter())
    assert len(desk.rows(models.petitions)) == 1
    assert len(mail.stand.posted()) == 2
    assert mail.folders() == {DONE: 1}
