"""Kinds of attachments: known by their content, cleaned or refused with a reason."""

import io

import made_files as made
import pytest
from PIL import Image, ImageSequence

from intake.domain.attachments import KINDS, own_name

GOOD = {
    "jpeg": (lambda: made.picture("JPEG"), "image/jpeg"),
    "png": (lambda: made.picture("PNG"), "image/png"),
    "gif": (lambda: made.picture("GIF"), "image/gif"),
    "webp": (lambda: made.picture("WEBP"), "image/webp"),
    "tiff": (made.scan, "image/tiff"),
    "pdf": (made.pdf, "application/pdf"),
    "docx": (lambda: made.office("docx"), made.DOCX),
    "docx with a link": (made.linked_document, made.DOCX),
    "xlsx": (lambda: made.office("xlsx"), made.XLSX),
    "amr": (made.amr, "audio/amr"),
    "mp3": (made.mp3, "audio/mpeg"),
    "m4a": (lambda: made.movie(b"M4A ", b"soun"), "audio/mp4"),
    "wav": (made.wav, "audio/wav"),
    "mp4": (made.movie, "video/mp4"),
}
BAD = {
    "empty": (lambda: b"", 422, "空"),
    "text": ("路灯不亮".encode, 415, "不接受这种文件"),
    "HTML called a picture": (lambda: b"<html><script>1</script></html>", 415, "不接受这种文件"),
    "SVG with a script": (
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        415,
        "不接受这种文件",
    ),
    "program": (lambda: b"MZ\x90\0" + bytes(200), 415, "不接受这种文件"),
    "zip": (made.archive, 415, "压缩包"),
    "zip in a zip": (lambda: made.archive(inner=made.archive()), 415, "压缩包"),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(60), 415, "压缩包"),
    "gzip": (lambda: b"\x1f\x8b\x08" + bytes(60), 415, "压缩包"),
    "rar": (lambda: b"Rar!\x1a\x07\x00" + bytes(60), 415, "压缩包"),
    "half a zip": (lambda: made.archive()[:20], 422, "损坏"),
    "half a JPEG": (lambda: made.picture(size=(400, 400), quality=100)[:2000], 422, "损坏"),
    "JPEG of noise": (lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 4, 422, "损坏"),
    "PNG bomb": (made.vast_png, 422, "过大"),
    "GIF bomb": (made.gif_bomb, 422, "过大"),
    "PDF with a script": (lambda: made.pdf(made.with_script), 422, "脚本"),
    "PDF that launches": (lambda: made.pdf(made.with_launch), 422, "脚本"),
    "PDF with a file": (lambda: made.pdf(made.with_file), 422, "脚本"),
    "PDF with a script nobody calls": (lambda: made.pdf(made.with_hidden_script), 422, "脚本"),
    "PDF with packed objects": (
        lambda: made.pdf(made.with_script, object_stream_mode=made.PACKED_OBJECTS),
        422,
        "脚本",
    ),
    "PDF under lock": (
        lambda: made.pdf(encryption=made.pikepdf.Encryption(owner="a", user="b")),
        422,
        "加密",
    ),
    "PDF of 600 pages": (lambda: made.pdf(made.many_pages), 422, "过大"),
    "half a PDF": (lambda: made.pdf()[:200], 422, "损坏"),
    "PDF and ZIP in one": (lambda: made.pdf() + made.archive(), 422, "另一种格式"),
    "MP3 and ZIP in one": (lambda: made.mp3() + made.archive(), 422, "另一种格式"),
    "docx with macros": (
        lambda: made.office(types='<Override PartName="/word/vbaProject.bin" '
                    'ContentType="application/vnd.ms-office.vbaProject"/>'),
        422,
        "宏",
    ),
    "docx with an object": (lambda: made.office(parts={"word/embeddings/a.docx": b"1"}), 422, "宏"),
    "zip in docx": (lambda: made.office(parts={"word/media/a.png": made.archive()}), 422, "宏"),
    "docx with an outside template": (made.outside_template, 422, "宏"),
    "docx bomb": (made.bomb_in_office, 422, "过大"),
    "docx with an XML bomb": (
        lambda: made.office(parts={"word/_rels/document.xml.rels": made.XML_BOMB}),
        422,
        "损坏",
    ),
    "half an AMR": (lambda: made.amr()[:-5], 422, "损坏"),
    "AMR of nothing": (lambda: b"#!AMR\n", 422, "损坏"),
    "MP4 without a movie": (lambda: made.movie()[:24] + bytes(50), 422, "损坏"),
    "half a WAV": (lambda: made.wav()[:20], 422, "损坏"),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "media_type"), GOOD.values(), ids=GOOD.keys())
def test_a_file_is_known_by_its_content_whatever_it_is_called(clerk, sent, media_type):
    answer = clerk.attach(sent(), "猫.exe")
    assert answer.status_code == 201, answer.text
    assert answer.json["media_type"] == media_type
    assert answer.json["name"].startswith("猫.exe.")


@pytest.mark.parametrize(("sent", "status", "why"), BAD.values(), ids=BAD.keys())
def test_what_is_not_taken_is_refused_with_the_reason_and_nothing_is_kept(clerk, sent, status, why):
    answer = clerk.attach(sent(), "图.jpg")
    assert answer.status_code == status, answer.text
    [error] = answer.json["errors"]
    assert error["field"] == "file"
    assert why in error["reason"]
    assert clerk.stored() == []


def test_a_reason_is_given_in_english_too(clerk):
    answer = clerk.attach(made.archive(), headers={"Accept-Language": "en"})
    assert "Archives are not taken" in answer.json["detail"]


def test_a_photo_is_kept_upright_and_says_nothing_of_where_it_was_taken(clerk):
    kept = clerk.downloaded(made.photo())
    picture = Image.open(io.BytesIO(kept))
    assert picture.size == (40, 60)
    red, _, blue = picture.getpixel((20, 5))
    assert red > 2 * blue
    assert dict(picture.getexif()) == {}
    assert not [word for word in (b"GPS", b"xmpmeta", "小区".encode(), b"Exif") if word in kept]


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_pictures_of_other_formats_lose_what_is_not_seen_too(clerk, form):
    exif = Image.Exif()
    exif[0x010E] = "where he lives"
    kept = clerk.downloaded(made.picture(form, exif=exif))
    assert b"where he lives" not in kept


def test_what_follows_a_picture_is_not_kept(clerk):
    kept = clerk.downloaded(made.picture() + made.archive())
    assert b"PK\x03\x04" not in kept


@pytest.mark.parametrize("mode", ["1", "L"])
def test_every_page_of_a_scan_is_kept(clerk, mode):
    kept = clerk.downloaded(made.scan(5, mode))
    pages = list(ImageSequence.Iterator(Image.open(io.BytesIO(kept))))
    assert [page.size for page in pages] == [(85, 110)] * 5
    assert Image.open(io.BytesIO(kept)).info["dpi"] == (200, 200)


def test_a_document_is_kept_byte_by_byte_for_its_signature(clerk):
    sent = made.pdf()
    assert clerk.downloaded(sent) == sent


def test_kinds_that_the_office_does_not_take_are_refused(clerk_with):
    clerk = clerk_with(ATTACHMENT_KINDS="jpg, pdf")
    assert clerk.attach(made.picture()).status_code == 201
    refused = clerk.attach(made.wav())
    assert refused.status_code == 415
    assert refused.json["detail"] == "不接受这种文件，可以上传：JPEG图片、PDF。"


def test_a_picture_may_not_have_more_pixels_than_are_set(clerk_with):
    clerk = clerk_with(ATTACHMENT_PIXELS="2000")
    assert clerk.attach(made.picture(size=(50, 40))).status_code == 201
    assert clerk.attach(made.picture(size=(51, 40))).status_code == 422


NAMES = {
    "照片.jpg": "照片.jpg",
    "照片.JPEG": "照片.JPEG",
    "../../etc/passwd": "passwd.jpg",
    "C:\\Users\\a\\照片.jpg": "照片.jpg",
    "a\0b.jpg": "ab.jpg",
    "photo\u202egpj.exe": "photogpj.exe.jpg",
    "𠮷野家😀.jpg": "𠮷野家😀.jpg",
    "\u200f\u200e.jpg": "附件.jpg",
    "": "附件.jpg",
    "...": "附件.jpg",
    "名" * 10_000: "名" * 96 + ".jpg",
    'a"b<c>.jpg': "a_b_c_.jpg",
    "a\r\nX-Evil: 1.jpg": "aX-Evil_ 1.jpg",
}


@pytest.mark.parametrize(("sent", "shown"), NAMES.items())
def test_a_name_is_made_fit_to_be_shown_and_saved(sent, shown):
    assert own_name(sent, kind=KINDS["jpg"]) == shown
