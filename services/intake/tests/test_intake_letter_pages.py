"""Pages of scans looked at one by one: drawn in a process of its own, and written down."""

import io
import logging

import pytest
from letter_desk import LINES, MORE_LINES, scanned, sheet
from made_files import pdf, picture, scan
from PIL import Image

from intake.files.drawing import Drawer
from shared.errors import Refused

SHEETS = (sheet(*LINES), sheet(*MORE_LINES))
NAMES = {"TIFF": "来信.tif", "PDF": "来信.pdf"}


@pytest.fixture
def page_of(letters):
    """What the link to a scan that was just added gives for one of its pages."""

    def page_of_(content, number, name="来信.tif"):
        letter_id = letters.logged()
        added = letters.scanned(letter_id, content, name)
        path = f"/v1/incoming-letters/{letter_id}/scans/{added['attachment_id']}/link"
        link = letters.desk.post(path, "registrar").json["url"]
        return letters.desk.get(f"{link}/pages/{number}")

    return page_of_


def drawn(answer):
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "image/jpeg"
    return Image.open(io.BytesIO(answer.data)).convert("L")


@pytest.mark.parametrize("form", ["TIFF", "PDF"])
def test_each_page_of_a_scan_is_a_picture_that_can_be_read(page_of, form):
    page = drawn(page_of(scanned(*SHEETS, form=form), 2, NAMES[form]))
    assert max(page.size) <= 2000
    like = SHEETS[1].resize(page.size)
    unlike = SHEETS[0].resize(page.size)
    assert _apart(page, like) < _apart(page, unlike) / 3


def _apart(one, other):
    """How much two sheets of grey differ."""
    return sum(abs(a - b) for a, b in zip(one.tobytes(), other.tobytes(), strict=True))


@pytest.mark.parametrize(
    ("content", "name", "pages"),
    [
        pytest.param(scan(3), "来信.tif", 3, id="tiff"),
        pytest.param(pdf(), "来信.pdf", 1, id="pdf"),
        pytest.param(picture(), "来信.jpg", 1, id="jpeg"),
    ],
)
def test_how_many_pages_a_scan_has_is_known_before_it_is_read(letters, content, name, pages):
    letter_id = letters.logged()
    letters.scanned(letter_id, content, name)
    assert [one["pages"] for one in letters.look(letter_id).json["scans"]] == [pages]


@pytest.mark.parametrize("number", [0, 4, 10**12])
def test_a_page_that_is_not_there_is_not_found(page_of, number):
    assert page_of(scan(3), number).status_code == 404


def test_a_look_at_a_page_is_written_down(letters, page_of):
    before = len(letters.desk.looks())
    drawn(page_of(scan(2), 1))
    link, page = letters.desk.looks()[before:]
    assert (link.act, page.act) == ("attachment", "attachment")
    assert page.facts["attachment_id"] == link.facts["attachment_id"]


def test_what_cannot_be_drawn_is_refused_and_its_content_is_not_logged(caplog):
    with caplog.at_level(logging.INFO), pytest.raises(Refused) as refusal:
        Drawer(at_once=1).draw([b"%PDF-1.7 13800001234"], media_type="application/pdf", page=1)
    assert (refusal.value.status, refusal.value.code) == (422, "page_not_drawn")
    assert "a page could not be drawn" in caplog.text
    assert "13800001234" not in caplog.text
