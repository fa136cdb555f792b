"""The text of scans is read as an aid, by Tesseract itself, page by page, and never taken over."""

import base64
import io
import json
import os
import signal
import time

import pytest
from letter_desk import LINES, MORE_LINES, WORDS, LetterDesk, scanned, sheet
from PIL import Image

from intake import models
from intake.domain.recognition import page_of
from intake.use_cases.letters.reading import TRIES
from intake.use_cases.rotating import rotate
from intake.use_cases.sealed_rows import KEPT
from shared.pii import KeyRing
from shared.testing import sample_secrets

HEAD = "\t".join(
    ("level", "page_num", "block_num", "par_num", "line_num", "word_num",
     "left", "top", "width", "height", "conf", "text")
)  # fmt: skip


@pytest.fixture
def letters_with(clerk_with):
    """A registrar at an intake with settings of its own."""

    def make(**settings: str) -> LetterDesk:
        clerk = clerk_with(**settings)
        return LetterDesk(clerk.desk, clerk.folder)

    return make


def read(letters, content, name="来信.tif"):
    """What is shown of a scan once it was read."""
    letter_id = letters.logged(mail_no=None)
    letters.scanned(letter_id, content, name)
    letters.read_all()
    [scan] = letters.look(letter_id).json["scans"]
    return scan


def text_of(page):
    return page["text"].replace("\n", "")


def test_a_scan_of_several_pages_is_read_page_by_page_turned_ones_too(letters):
    scan = read(letters, scanned(sheet(*LINES), sheet(*MORE_LINES, turned=90)))
    assert (scan["reading"], scan["pages"]) == ("read", 2)
    first, second = scan["recognised"]
    assert (first["page"], second["page"]) == (1, 2)
    assert "我是幸福小区的居民。小区门口的路灯" in text_of(first)
    assert "附近有一所小学，学生放学时天已经黑了。" in text_of(second)
    assert 60 < first["confidence"] <= 100


def test_a_pdf_whose_pages_are_pictures_is_read(letters):
    scan = read(letters, scanned(sheet(*LINES), sheet(*MORE_LINES), form="PDF"), "来信.pdf")
    assert scan["media_type"] == "application/pdf"
    assert [page["page"] for page in scan["recognised"]] == [1, 2]
    assert "晚上出行很不方便" in text_of(scan["recognised"][0])


def test_a_photo_is_read(letters):
    file = io.BytesIO()
    sheet(*LINES).convert("RGB").save(file, "JPEG", quality=80)
    scan = read(letters, file.getvalue(), "照片.jpg")
    assert "坏了一个多月" in text_of(scan["recognised"][0])


def test_a_page_without_words_is_read_as_empty(letters):
    [page] = read(letters, scanned(sheet("")))["recognised"]
    assert (page["text"], page["confidence"]) == ("", None)


def test_what_was_recognised_is_told_to_be_unchecked_and_kept_sealed(letters):
    letter_id = letters.logged()
    letters.scanned(letter_id, scanned(sheet(*LINES)))
    letters.read_all()
    notice = letters.look(letter_id).json["recognised_text_notice"]
    assert notice == "以上文字由程序识别，可能有误，登记时以扫描件为准。"
    [row] = letters.desk.rows(models.letter_pages)
    assert "路灯".encode() not in row.text


def test_the_petition_has_the_registrars_words_and_the_recognised_ones_go(letters):
    letter_id = letters.logged()
    letters.scanned(letter_id, scanned(sheet(*LINES)))
    letters.read_all()
    assert letters.do(letter_id, "register", **WORDS).status_code == 201
    [row] = [r for r in letters.desk.rows(models.petitions) if r.channel == "letter"]
    assert row.content == WORDS["content"]
    assert letters.desk.rows(models.letter_pages) == []


def test_a_letter_that_is_registered_while_it_is_read_keeps_nothing_of_the_reading(letters):
    letter_id = letters.logged()
    letters.scanned(letter_id, scanned(sheet(*LINES)))
    letters.run("read_letters")
    assert letters.app.resources.recogniser.is_busy
    letters.do(letter_id, "register", **WORDS)
    letters.read_all()
    assert letters.desk.rows(models.letter_pages) == []


@pytest.mark.parametrize(
    "settings",
    [{"OCR_PROGRAM": "none"}, {"OCR_PROGRAM": "no-such-program"}, {"OCR_LANGUAGES": "chi_sim+xxx"}],
)
def test_without_the_program_a_letter_works_the_same_and_says_that_no_text_is_offered(
    letters_with, settings
):
    letters = letters_with(**settings)
    letter_id = letters.logged()
    letters.scanned(letter_id, scanned(sheet(*LINES)))
    letters.read_all()
    [scan] = letters.look(letter_id).json["scans"]
    assert (scan["reading"], scan["recognised"]) == ("unavailable", [])
    assert "不提供识别文字" in scan["reading_name"]
    assert letters.do(letter_id, "register", **WORDS).status_code == 201


def test_no_more_pages_are_read_than_set_and_it_is_told_how_many_there_are(letters_with):
    scan = read(letters_with(OCR_PAGES="1"), scanned(*(sheet(*LINES) for _ in range(3))))
    assert (scan["pages"], len(scan["recognised"])) == (3, 1)


def test_a_page_that_takes_too_long_is_passed_over(letters_with, tmp_path):
    """The program hangs on its first page and reads its second."""
    program = tmp_path / "slow"
    once = tmp_path / "once"
    program.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = --list-langs ]; then echo chi_sim; exit; fi\n'
        f'if mkdir {once} 2>/dev/null; then exec sleep 600; fi\nexec tesseract "$@"\n'
    )
    program.chmod(0o755)
    letters = letters_with(OCR_PROGRAM=str(program), OCR_PAGE_SECONDS="5")
    scan = read(letters, scanned(sheet(*LINES), sheet(*MORE_LINES)))
    assert [page["page"] for page in scan["recognised"]] == [2]


def test_a_scan_that_ends_its_reader_is_given_up_after_three_tries(letters):
    letter_id = letters.logged()
    letters.scanned(letter_id, scanned(sheet(*LINES)))
    recogniser = letters.app.resources.recogniser
    for _ in range(TRIES):
        letters.run("read_letters")
        assert recogniser.is_busy
        os.killpg(recogniser.process_id, signal.SIGKILL)
        recogniser.wait()
        recogniser.take()  # the worker that had begun it is no more
        letters.run("read_letters")
        assert not recogniser.is_busy
        letters.app.clock.advance(days=1)
    letters.run("read_letters")
    assert not recogniser.is_busy
    [scan] = letters.look(letter_id).json["scans"]
    assert (scan["reading"], scan["recognised"]) == ("failed", [])


def test_a_file_that_breaks_its_reader_is_told_as_failed(letters):
    letter_id = letters.logged()
    letters.scanned(letter_id, scanned(sheet(*LINES)))
    recogniser = letters.app.resources.recogniser
    letters.run("read_letters")
    os.killpg(recogniser.process_id, signal.SIGKILL)
    letters.read_all()
    [scan] = letters.look(letter_id).json["scans"]
    assert (scan["reading"], scan["recognised"]) == ("failed", [])


def test_a_vast_page_is_read_smaller(letters_with):
    vast = sheet(*LINES).resize((6616, 9356)).convert("1")
    file = io.BytesIO()
    vast.save(file, "TIFF", compression="group4", dpi=(800, 800))
    letters = letters_with(ATTACHMENT_PIXELS="80000000")
    began = time.monotonic()
    scan = read(letters, file.getvalue())
    assert "路灯" in text_of(scan["recognised"][0])
    assert time.monotonic() - began < 120


def test_reading_a_scan_takes_no_turn_from_the_other_jobs(letters):
    letters.scanned(letters.logged(), scanned(*(sheet(*LINES) for _ in range(3))))
    letters.run("read_letters")
    assert letters.app.resources.recogniser.is_busy
    began = time.monotonic()
    letters.run("read_letters")
    assert time.monotonic() - began < 1
    letters.read_all()


def test_a_letter_its_scans_and_recognised_words_open_by_a_new_key_alone(letters_with):
    letters = letters_with()
    letter_id = letters.logged()
    letters.scanned(letter_id, scanned(sheet(*LINES)))
    letters.read_all()
    before = letters.look(letter_id).json
    ring = json.loads(sample_secrets()["PII_KEYRING"])
    fresh = {"k2": base64.b64encode(os.urandom(32)).decode()}
    both = KeyRing.parse(json.dumps(ring | {"keys": fresh | ring["keys"]}))
    with letters.app.db.write() as session:
        for kept in KEPT:
            rotate(session, kept, ring=both, after=None, most=100)
    later = letters_with(PII_KEYRING=json.dumps(ring | {"keys": fresh}))
    assert later.look(letter_id).json == before
    assert later.opened(letter_id, before["scans"][0]["attachment_id"])


def word(text, *, line=1, paragraph=1, conf=90):
    return f"5\t1\t1\t{paragraph}\t{line}\t1\t0\t0\t9\t9\t{conf}\t{text}"


def test_words_are_put_together_as_they_are_written():
    table = "\n".join(
        [HEAD, word("路"), word("灯"), word("3"), word("盏"), word("LED", line=2),
         word("lamp", line=2), word("谢谢", paragraph=2)]
    )  # fmt: skip
    assert page_of(table, number=1).text == "路灯3盏\nLED lamp\n\n谢谢"


def test_confidence_is_that_of_the_words_by_their_length():
    table = "\n".join([HEAD, word("一二三", conf=90), word("四", conf=10)])
    assert page_of(table, number=1).confidence == 70


@pytest.mark.parametrize("table", ["", HEAD, "nonsense", HEAD + "\n5\t1"])
def test_a_table_without_words_is_an_empty_page(table):
    page = page_of(table, number=1)
    assert (page.text, page.confidence) == ("", None)


def test_what_cannot_be_seen_is_not_recognised():
    assert page_of(HEAD + "\n" + word("灯\u202e\x00坏"), number=1).text == "灯坏"


def test_a_picture_with_a_see_through_background_is_read_on_white(letters):
    clear = Image.new("RGBA", (1654, 2339), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=sheet(*LINES).point(lambda v: 255 - v))
    file = io.BytesIO()
    clear.save(file, "PNG", dpi=(200, 200))
    scan = read(letters, file.getvalue(), "来信.png")
    assert "路灯" in text_of(scan["recognised"][0])
