"""Letters: logged as they arrive, scanned, registered, filed, closed; nothing lost between."""

import datetime as dt
import io
import os

import made_files as made
import pytest
from letter_desk import LETTER, WORDS, LetterDesk
from PIL import Image

from intake import models, use_cases
from intake.domain.attachments import LOOSE_AFTER
from shared.clock import wire
from shared.testing import hear

on_both_databases = pytest.mark.parametrize(
    "clerk", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


def fields(answer):
    return [error["field"] for error in answer.json["errors"]]


@on_both_databases
def test_a_letter_is_logged_scanned_and_becomes_a_petition_with_its_scans(letters):
    letter_id = letters.logged()
    scan = letters.scanned(letter_id, made.scan(3), "来信.tif")
    enclosed = letters.scanned(letter_id, made.picture(), "照片.jpg")
    answer = letters.do(letter_id, "register", **WORDS, petitioner={"name": "欧阳晓峰"})
    assert answer.status_code == 201, answer.text
    [row] = [
        row
        for row in letters.desk.rows(models.petitions)
        if row.petition_id == answer.json["petition_id"]
    ]
    assert (row.channel, row.external_system, row.external_id) == (
        "letter",
        "incoming-letter",
        letter_id,
    )
    assert wire(row.received_at) == "2026-02-28T16:00:00.000000Z"
    attached = letters.attachments(row.petition_id)
    assert {one["attachment_id"] for one in attached} == {
        scan["attachment_id"],
        enclosed["attachment_id"],
    }
    assert letters.scan_rows() == []
    dealt = letters.look(letter_id).json
    assert (dealt["state"], dealt["petition_id"]) == ("registered", row.petition_id)
    assert dealt["dealt_by"] == "registrar"


def test_the_attachment_opens_as_what_was_scanned(letters):
    letter_id = letters.logged()
    scan = letters.scanned(letter_id, made.scan(3))["attachment_id"]
    before = letters.opened(letter_id, scan)
    petition_id = letters.do(letter_id, "register", **WORDS).json["petition_id"]
    path = f"/v1/petitions/{petition_id}/attachments/{scan}/link"
    after = letters.desk.get(letters.desk.post(path, "dispatcher").json["url"]).data
    assert after == before
    with Image.open(io.BytesIO(after)) as kept:
        assert (kept.format, kept.n_frames) == ("TIFF", 3)


def test_a_letter_shows_what_stands_on_its_envelope_and_its_enclosures(letters):
    found = letters.look(letters.logged()).json
    assert found["sender"] == LETTER["sender"]
    assert found["enclosures"] == LETTER["enclosures"]
    assert (found["postmarked_on"], found["received_on"]) == ("2026-02-26", "2026-03-01")
    assert found["mail_no"] == "XA12345678943"
    assert (found["state"], found["state_name"]) == ("waiting", "待登记")


def test_neither_database_nor_list_nor_log_tells_who_sent_a_letter(letters):
    letter_id = letters.logged()
    letters.scanned(letter_id, made.picture(), "晓峰的信.jpg")
    rows = letters.desk.rows(models.incoming_letters) + letters.scan_rows()
    assert not [value for row in rows for value in row if "晓峰".encode() in str(value).encode()]
    assert "晓峰" not in str(letters.listed())
    assert "晓峰" not in str(letters.desk.rows(models.audit))


def test_a_look_at_a_letter_is_written_down(letters):
    letter_id = letters.logged()
    letters.look(letter_id, "dispatcher")
    look = letters.desk.looks()[-1]
    assert (look.act, look.who, look.facts) == ("letter", "dispatcher", {"letter_id": letter_id})


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"received_on": "2026-03-03"}, "received_on"),
        ({"received_on": "2026-02-30"}, "received_on"),
        ({"received_on": ...}, "received_on"),
        ({"received_on": None}, "received_on"),
        ({"postmarked_on": "2026-03-02"}, "postmarked_on"),
        ({"postmarked_on": "0000-00-00"}, "postmarked_on"),
        ({"postmarked_on": "2026/02/26"}, "postmarked_on"),
        ({"mail_no": "号"}, "mail_no"),
        ({"mail_no": "1" * 41}, "mail_no"),
        ({"pages": 0}, "pages"),
        ({"pages": "两页"}, "pages"),
        ({"sender": "王\x00明"}, "sender"),
        ({"sender": "长" * 10_000}, "sender"),
        ({"enclosures": ["\u0000"]}, "enclosures.0"),
        ({"enclosures": ["照片"] * 51}, "enclosures"),
        ({"state": "registered"}, "state"),
    ],
)
def test_what_cannot_be_of_a_letter_is_refused_by_field(letters, changes, wrong):
    answer = letters.log(**changes)
    assert answer.status_code == 422, answer.text
    assert wrong in fields(answer)
    assert letters.desk.rows(models.incoming_letters) == []


def test_the_postmark_may_be_illegible_and_the_sender_not_named(letters):
    letter_id = letters.logged(postmarked_on=None, sender=None, mail_no=None, enclosures=...)
    found = letters.look(letter_id).json
    assert (found["postmarked_on"], found["sender"], found["enclosures"]) == (None, None, [])


def test_rare_characters_and_turned_writing_are_kept_as_they_are_written(letters):
    sender = "𠮷野家旁 \u202e王😀"
    assert letters.look(letters.logged(sender=sender)).json["sender"] == sender


@on_both_databases
def test_a_registered_letter_is_logged_once_by_its_number(letters):
    first = letters.logged(mail_no="XA 1234 5678 943")
    again = letters.log(mail_no="xa-12345678943", sender="别人")
    assert (again.status_code, again.json["code"]) == (409, "already_logged")
    assert again.json["letter_id"] == first
    assert len(letters.desk.rows(models.incoming_letters)) == 1


def test_letters_without_a_number_are_each_their_own(letters):
    assert letters.logged(mail_no=None) != letters.logged(mail_no=None)


@on_both_databases
def test_what_waits_is_listed_in_the_order_in_which_it_came_page_by_page(letters):
    days = ["2026-03-01", "2026-02-27", "2026-02-28", "2026-02-27"]
    made_ = [letters.logged(mail_no=None, received_on=day, postmarked_on=None) for day in days]
    letters.do(made_[0], "close", reason="no_matter")
    seen, cursor = [], ""
    while cursor is not None:
        page = letters.listed(query=f"?limit=2&cursor={cursor}" if cursor else "?limit=2")
        seen += [(one["received_on"], one["letter_id"]) for one in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(zip(days[1:], made_[1:], strict=True))
    closed = letters.listed(query="?state=closed")["items"]
    assert [one["letter_id"] for one in closed] == [made_[0]]
    assert len(letters.listed(query="?state=all")["items"]) == 4


@on_both_databases
def test_a_letter_is_registered_once(letters):
    letter_id = letters.logged()
    first = letters.do(letter_id, "register", **WORDS).json
    again = letters.do(letter_id, "register", **WORDS)
    assert (again.status_code, again.json["code"]) == (409, "dealt_with")
    assert again.json["petition_no"] == first["petition_no"]
    for what, body in (
        ("close", {"reason": "no_matter"}),
        ("file", {"petition_no": first["petition_no"], "content": "补充"}),
    ):
        assert letters.do(letter_id, what, **body).json["code"] == "dealt_with"
    assert letters.scan(letter_id, made.picture()).json["code"] == "dealt_with"


def test_the_same_request_sent_again_gets_the_same_receipt(letters):
    letter_id = letters.logged()
    path, key = f"/v1/incoming-letters/{letter_id}/register", {"Idempotency-Key": "k"}
    first = letters.desk.post(path, "registrar", json=WORDS, headers=key)
    again = letters.desk.post(path, "registrar", json=WORDS, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json == again.json


@pytest.mark.parametrize("field", ["channel", "received_at", "external_ref", "at"])
def test_how_and_when_a_letter_came_is_not_said_again(letters, field):
    answer = letters.do(letters.logged(), "register", **WORDS, **{field: "letter"})
    assert (answer.status_code, fields(answer)) == (422, [field])


def test_words_that_are_refused_leave_the_letter_waiting_with_its_scans(letters):
    letter_id = letters.logged()
    letters.scanned(letter_id, made.scan())
    answer = letters.do(letter_id, "register", title="长" * 10_000, content="")
    assert (answer.status_code, sorted(fields(answer))) == (422, ["content", "title"])
    contradiction = letters.do(letter_id, "register", **WORDS, joint=True)
    assert (contradiction.status_code, fields(contradiction)) == (422, ["people"])
    found = letters.look(letter_id).json
    assert (found["state"], len(found["scans"])) == ("waiting", 1)


def test_while_the_channel_is_closed_the_letter_waits(letters):
    shut = {"name": "来信", "kind": "letter", "active": False, "public": False, "cost": 100}
    assert letters.desk.put("/v1/channels/letter", "admin", json=shut).status_code == 200
    letter_id = letters.logged()
    answer = letters.do(letter_id, "register", **WORDS)
    assert (answer.status_code, fields(answer)) == (422, ["channel"])
    assert letters.look(letter_id).json["state"] == "waiting"


@on_both_databases
def test_a_supplement_by_letter_goes_to_its_petition_with_its_scans(letters, clerk):
    clerk.attached(made.picture())
    letter_id = letters.logged()
    letters.scanned(letter_id, made.picture(), "同一张.jpg")
    scan = letters.scanned(letter_id, made.scan(2))
    answer = letters.do(
        letter_id, "file", petition_no=clerk.petition["petition_no"], content="补寄合同一份。"
    )
    assert answer.status_code == 201, answer.text
    [supplement] = letters.desk.rows(models.supplements)
    assert (supplement.channel, supplement.content) == ("letter", "补寄合同一份。")
    assert supplement.external_id == letter_id
    attached = letters.attachments(clerk.petition["petition_id"])
    assert len(attached) == 2
    assert scan["attachment_id"] in {one["attachment_id"] for one in attached}
    assert letters.listed(query="?state=supplemented")["items"][0]["letter_id"] == letter_id
    assert letters.scan_rows() == []


def test_a_letter_is_filed_to_no_petition_that_is_not_there_or_not_the_callers(letters):
    letter_id = letters.logged()
    nowhere = letters.do(letter_id, "file", petition_no="XF202600009999", content="补充")
    assert nowhere.status_code == 404
    secret = letters.desk.registered(purpose="accusation")["petition_no"]
    assert letters.do(letter_id, "file", petition_no=secret, content="补充").status_code == 404
    assert letters.do(letter_id, "file", petition_no="一号", content="补充").status_code == 422
    assert letters.look(letter_id).json["state"] == "waiting"


def test_no_petition_gets_more_attachments_by_letter_than_it_may_have(clerk_with):
    clerk = clerk_with(ATTACHMENTS_MOST="2")
    letters = LetterDesk(clerk.desk, clerk.folder)
    clerk.attached(made.amr(1))
    letter_id = letters.logged()
    letters.scanned(letter_id, made.scan(1))
    letters.scanned(letter_id, made.scan(2))
    full = letters.scan(letter_id, made.scan(3))
    assert (full.status_code, full.json["code"]) == (409, "too_many_attachments")
    number = clerk.petition["petition_no"]
    answer = letters.do(letter_id, "file", petition_no=number, content="补充")
    assert (answer.status_code, answer.json["code"]) == (409, "too_many_attachments")
    assert letters.desk.rows(models.supplements) == []
    assert len(letters.look(letter_id).json["scans"]) == 2


@on_both_databases
def test_a_letter_without_a_matter_is_closed_with_a_reason_and_kept(letters):
    letter_id = letters.logged()
    scan = letters.scanned(letter_id, made.scan())
    body = {"reason": "elsewhere", "note": "已转交区法院立案庭。"}
    assert letters.do(letter_id, "close", "dispatcher", **body).json["state"] == "closed"
    found = letters.look(letter_id).json
    assert (found["reason"], found["note"]) == ("elsewhere", "已转交区法院立案庭。")
    assert found["reason_name"] == "不是寄给本单位，已转送或者退回"
    assert letters.opened(letter_id, scan["attachment_id"])
    assert letters.do(letter_id, "register", **WORDS).json["code"] == "dealt_with"


def test_some_reasons_need_a_word_more(letters):
    letter_id = letters.logged()
    for reason in ("elsewhere", "other"):
        answer = letters.do(letter_id, "close", reason=reason)
        assert (answer.status_code, fields(answer)) == (422, ["note"])
    assert letters.do(letter_id, "close", reason="boring").status_code == 422


def test_a_letter_logged_by_mistake_is_closed_and_its_number_free_again(letters):
    wrong = letters.logged(received_on="2026-02-28")
    letters.do(wrong, "close", reason="mistake")
    assert letters.logged() != wrong


@on_both_databases
def test_the_same_bytes_again_are_the_same_scan_and_that_is_said(letters):
    letter_id = letters.logged()
    first = letters.scanned(letter_id, made.scan())
    again = letters.scanned(letter_id, made.scan(), "又一次.tif")
    assert (first["again"], again["again"]) == (False, True)
    assert again["attachment_id"] == first["attachment_id"]
    assert len(letters.scan_rows()) == len(letters.stored()) == 1


@on_both_databases
def test_a_scan_that_another_letter_or_petition_has_is_told(letters):
    waiting, registered = letters.logged(), letters.logged(mail_no=None)
    letters.scanned(waiting, made.scan())
    letters.scanned(registered, made.scan())
    number = letters.do(registered, "register", **WORDS).json["petition_no"]
    third = letters.scanned(letters.logged(mail_no=None), made.scan())
    assert third["again"] is False
    assert third["same_letters"] == [waiting]
    assert third["same_petitions"] == [number]


def test_nobody_learns_by_a_scan_of_a_petition_that_is_not_theirs_to_know(letters):
    accused = letters.logged(mail_no=None)
    letters.scanned(accused, made.scan())
    letters.do(accused, "register", **WORDS, purpose="accusation")
    told = letters.scanned(letters.logged(mail_no=None), made.scan())
    assert (told["same_letters"], told["same_petitions"]) == ([], [])


def test_an_accusation_by_letter_is_hidden_with_its_letter_from_then_on(letters):
    letter_id = letters.logged()
    letters.scanned(letter_id, made.scan())
    letters.do(letter_id, "register", **WORDS, purpose="accusation")
    assert letters.look(letter_id, "registrar").status_code == 404
    assert letters.listed(query="?state=all")["items"] == []
    assert letters.look(letter_id, "dispatcher").status_code == 200


def test_a_registrar_of_a_unit_sees_the_letters_of_the_unit_alone(letters):
    bureau = letters.logged(mail_no=None)
    unit = letters.desk.unit_token("registrar")
    own = letters.log(token=unit, mail_no=None).json["letter_id"]
    assert letters.look(bureau, token=unit).status_code == 404
    assert [one["letter_id"] for one in letters.listed(token=unit)["items"]] == [own]
    assert letters.scan(bureau, made.scan(), token=unit).status_code == 404
    assert letters.stored() == []
    assert letters.look(own).status_code == 200


@pytest.mark.parametrize("role", ["handler", "auditor", "leader", "importer", "channel:letter"])
def test_others_have_no_business_with_letters(letters, role):
    letter_id = letters.logged()
    assert letters.log(role).status_code == 403
    assert letters.look(letter_id, role).status_code == 403
    assert letters.do(letter_id, "register", role, **WORDS).status_code == 403


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (made.vast_png(), 422),
        (made.scan()[:200], 422),
        (b"", 422),
        (b"%PDF-1.7 nothing", 422),
        (made.amr(3), 415),
        (made.picture("GIF"), 415),
        (b"PK\x03\x04" + bytes(40), 422),
    ],
)
def test_what_is_no_scan_is_refused_and_leaves_nothing(letters, content, status):
    letter_id = letters.logged()
    answer = letters.scan(letter_id, content)
    assert answer.status_code == status, answer.text
    assert fields(answer) == ["file"]
    assert letters.stored() == letters.scan_rows() == []


def test_a_scan_has_so_many_bytes_and_not_one_more(clerk_with):
    content = made.scan()
    clerk = clerk_with(ATTACHMENT_BYTES=str(len(content)))
    letters = LetterDesk(clerk.desk, clerk.folder)
    letter_id = letters.logged()
    assert letters.scan(letter_id, content).status_code == 201
    refused = letters.scan(letter_id, content + b"\0")
    assert (refused.status_code, refused.json["code"]) == (413, "too_large")


def sweep(letters):
    """Sweep, as if all that is stored had been stored long ago."""
    app = letters.app
    for path in letters.stored():
        os.utime(path, (0, 0))
    return use_cases.sweep(app.db, clock=app.clock, resources=app.resources)


@on_both_databases
def test_the_sweep_leaves_the_scans_of_letters_that_wait(letters):
    letter_id = letters.logged()
    scan = letters.scanned(letter_id, made.scan())["attachment_id"]
    for _ in range(3):
        letters.app.clock.advance(days=2)
        assert sweep(letters) == 0
    assert letters.opened(letter_id, scan)
    letters.do(letter_id, "register", **WORDS)
    letters.app.clock.advance(days=2)
    assert sweep(letters) == 0


def test_closed_letters_are_forgotten_when_their_time_is_over(clerk_with):
    clerk = clerk_with(CLOSED_LETTER_DAYS="30")
    letters = LetterDesk(clerk.desk, clerk.folder)
    closed, waits = letters.logged(), letters.logged(mail_no=None)
    letters.scanned(closed, made.scan())
    letters.do(closed, "close", reason="other", note="空信封")
    letters.app.clock.advance(days=30)
    letters.run("forget_letters")
    assert letters.look(closed).json["sender"]
    letters.app.clock.advance(seconds=1)
    letters.run("forget_letters")
    rows = {row.letter_id: row for row in letters.desk.rows(models.incoming_letters)}
    gone = rows[closed]
    assert [gone.sender, gone.enclosures, gone.note, gone.mail_no] == [None] * 4
    assert (gone.reason, gone.erased_at) == ("other", letters.app.clock.now())
    assert rows[waits].sender
    assert letters.scan_rows() == []
    told = letters.desk.looks()[-1]
    assert (told.act, told.who, told.facts) == ("erase", "retention", {"letter_id": closed})
    assert letters.look(closed).json["scans"] == []
    for _ in range(2):
        letters.app.clock.advance(seconds=LOOSE_AFTER.total_seconds() + 1)
        sweep(letters)
    assert letters.stored() == []


def test_without_a_rule_closed_letters_are_kept(letters):
    closed = letters.logged()
    letters.do(closed, "close", reason="no_matter")
    letters.app.clock.advance(days=10_000)
    letters.run("forget_letters")
    assert letters.look(closed).json["sender"]


def test_an_erased_petition_takes_its_letter_with_it(letters, story):
    letter_id = letters.logged()
    petition_id = letters.do(letter_id, "register", **WORDS).json["petition_id"]
    hear(letters.app, *story(petition_id).whole())
    path = f"/v1/petitions/{petition_id}/erase"
    answer = letters.desk.post(path, "leader", json={"reason": "本人申请"})
    assert answer.status_code == 200, answer.text
    assert letters.desk.rows(models.incoming_letters) == []


def test_letters_that_wait_are_counted_with_the_age_of_the_oldest(letters):
    letters.logged(mail_no=None, received_on="2026-02-27", postmarked_on=None)
    letters.logged(mail_no=None)
    now = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)
    with letters.app.db.read() as session:
        found = use_cases.gauges(session, now)
    assert found["intake_letters_waiting"] == 2
    assert found["intake_letters_oldest_days"] == 3
