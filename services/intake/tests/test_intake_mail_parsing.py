"""Messages in all their misery become letters: a corpus of broken input, and anything at all."""

import base64
import random
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mail_desk import letter, picture

from intake.channels.mail import words
from intake.channels.mail.composing import petition_of, supplement_of
from intake.channels.mail.parsing import Unreadable, parse
from intake.schemas.petitions import PetitionIn
from intake.schemas.supplements import SupplementIn
from shared.clock import from_wire
from shared.web.problems import load

OURS = frozenset({"box@office.example"})
SIMPLE, FULL = (
    "小区门口的路灯坏了一个月，希望尽快修好。",
    "小區門口的路燈壞了一個月，希望儘快修好。",
)
RECEIVED = from_wire("2026-11-23T09:30:00+08:00")


def read(raw: bytes | EmailMessage):
    return parse(raw if isinstance(raw, bytes) else raw.as_bytes(), ours=OURS)


def plain(body: bytes, said: str, *, encoding: str = "8bit") -> bytes:
    """A text of these bytes under this label."""
    head = f"Content-Type: text/plain{said}\r\nContent-Transfer-Encoding: {encoding}\r\n"
    return (
        b"Subject: x\r\nMessage-ID: <1@x>\r\nMIME-Version: 1.0\r\n" + head.encode() + b"\r\n" + body
    )


def subject(raw: str | bytes) -> str:
    raw = raw if isinstance(raw, bytes) else raw.encode()
    return read(b"Subject: " + raw + b"\r\n\r\nx\r\n").subject


def encoded(text: str, codec: str, said: str | None = None) -> str:
    return f"=?{said or codec}?B?{base64.b64encode(text.encode(codec)).decode()}?="


@pytest.mark.parametrize(
    "said",
    ["", "; charset=gb2312", "; charset=GBK", "; charset=utf-8", "; charset=us-ascii",
     "; charset=iso-8859-1", "; charset=big5", "; charset=nonsense", '; charset=""'],
)  # fmt: skip
@pytest.mark.parametrize(
    ("codec", "text"),
    [("gb2312", SIMPLE), ("gbk", SIMPLE), ("gb18030", SIMPLE + "𠮷"), ("utf-8", SIMPLE),
     ("utf-8", FULL), ("utf-8-sig", SIMPLE), ("big5", FULL), ("utf-16", SIMPLE)],
)  # fmt: skip
def test_words_are_read_whatever_the_label_says(codec, text, said):
    assert read(plain(base64.b64encode(text.encode(codec)), said, encoding="base64")).text == text


@pytest.mark.parametrize("text", ["联通", "王", "你好", "公", "一二三四", "囧", "㐂𠮷"])
def test_short_words_are_read_by_their_own_label(text):
    for codec in ("gb18030", "utf-8"):
        body = base64.b64encode(text.encode(codec))
        assert read(plain(body, f"; charset={codec}", encoding="base64")).text == text


def test_hz_and_quoted_printable_and_western_words_are_read():
    assert read(plain(SIMPLE.encode("hz"), "; charset=hz-gb-2312")).text == SIMPLE
    said = "; charset=gb2312"
    assert read(
        plain(b"=C2=B7=B5=C6=\r\n=BB=B5=C1=CB", said, encoding="quoted-printable")
    ).text == ("路灯坏了")
    assert read(plain("Café où".encode("cp1252"), "; charset=iso-8859-1")).text == "Café où"


@pytest.mark.parametrize("encoding", ["base64", "BASE64", "quoted-printable", "x-unknown", "7bit"])
def test_a_wrong_encoding_leaves_what_was_sent(encoding):
    assert "street lamp" in read(plain(b"street lamp *** =ZZ", "", encoding=encoding)).text


def test_headers_are_read_however_broken():
    half = "关于路灯不亮的反映".encode("gbk")
    cut = [base64.b64encode(part).decode() for part in (half[:5], half[5:])]
    for raw in (
        encoded("关于路灯不亮的反映", "gbk", "gb2312"),
        f"=?gb2312?B?{cut[0]}?=\r\n =?gb2312?B?{cut[1]}?=",
        f"=?gb2312?B?{cut[0]}?==?gb2312?B?{cut[1]}?=",
        encoded("关于路灯不亮的反映", "gbk", "gb2312").replace("=?=", "?="),
        encoded("关于路灯不亮的反映", "utf-8", "gb2312"),
        half,
        "关于路灯不亮的反映".encode(),
        "=?utf-8?q?=E5=85=B3=E4=BA=8E?= =?utf-8?q?=E8=B7=AF=E7=81=AF不亮的反映?=",
    ):
        assert subject(raw) == "关于路灯不亮的反映"


@pytest.mark.parametrize(
    "raw", ["=?gb2312?B?", "=?x?B?####?=", "=?utf-8?Z?abc?=", "=??B??=", "=?utf-8?B?A?=", "?==?"]
)
def test_headers_that_are_none_do_no_harm(raw):
    assert len(subject(raw)) <= len(raw)


@pytest.mark.parametrize(
    "said",
    [
        f'attachment; filename="{encoded("现场.jpg", "gbk", "gb2312")}"',
        "attachment; filename*=GBK''%CF%D6%B3%A1.jpg",
        "attachment; filename*0*=UTF-8''%E7%8E%B0; filename*1*=%E5%9C%BA.jpg",
        'attachment; filename="C:\\dir\\现场.jpg"',
        'attachment; filename="../../现场.jpg"',
        'attachment; filename="现\u202e场.jpg"',
    ],
)
def test_file_names_are_read_without_folders_and_turns(said):
    raw = f"Content-Type: image/jpeg\r\nContent-Disposition: {said}\r\n\r\nx".encode()
    (one,) = read(raw).attachments
    assert one.name == "现场.jpg"


def test_html_alone_becomes_text_with_its_lists_and_paragraphs():
    made = letter(None)
    made.set_content(
        "<style>p{color:red}</style><p>第一段</p><p>第二段<br>下一行</p>"
        "<ul><li>路灯</li><li>井盖</li></ul><script>alert(1)</script>",
        subtype="html",
    )
    text = read(made).text
    assert [line.strip() for line in text.splitlines() if line.strip()] == [
        "第一段", "第二段", "下一行", "* 路灯", "* 井盖",
    ]  # fmt: skip
    assert "第一段\n\n第二段\n下一行" in text


def test_html_is_read_by_the_label_in_the_page():
    page = f'<html><head><meta charset="big5"></head><body>{FULL}</body></html>'.encode("big5")
    raw = b"Content-Type: text/html\r\nMIME-Version: 1.0\r\n\r\n" + page
    assert read(raw).text == FULL


def test_html_that_is_out_of_reach_is_attached_as_it_is():
    page = "<div>" * 5000 + "路灯" + "</div>" * 5000
    made = letter(None)
    made.set_content(page, subtype="html")
    found = read(made)
    assert found.text == ""
    assert "路灯" in found.attachments[0].data.decode()


def test_of_several_wordings_one_is_taken_and_pictures_within_are_kept():
    made = letter("纯文本")
    made.add_alternative("<p>网页<img src='cid:1'></p>", subtype="html")
    made.get_payload()[1].add_related(picture(), "image", "png", cid="<1>")
    made.add_attachment(b"%PDF", "application", "pdf", filename="证明.pdf")
    found = read(made)
    assert found.text == "纯文本"
    assert [one.name for one in found.attachments] == ["附件1", "证明.pdf"]


def test_an_empty_plain_wording_gives_way_to_html():
    made = letter(" \n")
    made.add_alternative("<p>网页</p>", subtype="html")
    assert read(made).text == "网页"


def test_a_message_within_a_message_is_read_with_its_files():
    inner = letter("里面的话。", subject="内层")
    inner.add_attachment(picture(), "image", "jpeg", filename="a.jpg")
    outer = letter("请看转来的邮件。")
    outer.add_attachment(inner)
    found = read(outer)
    assert found.text == "请看转来的邮件。\n\n—— 随信转来的邮件 ——\n内层\n\n里面的话。"
    assert [one.name for one in found.attachments] == ["a.jpg"]


def test_a_signed_message_is_read_and_its_signature_left_out():
    raw = (
        b'Content-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\n\r\nsigned words\r\n'
        b"--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nxx\r\n--b--\r\n"
    )
    assert (read(raw).text, read(raw).attachments) == ("signed words", ())


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "damaged"),
        (b" \r\n\r\n", "damaged"),
        (b'Content-Type: multipart/encrypted; boundary="b"\r\n\r\n--b--\r\n', "encrypted"),
        (b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nx", "encrypted"),
        (b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 600,
         "too_nested"),
        (b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n)
                  for n in range(40)), "too_nested"),
        (b"Content-Type: message/rfc822\r\n\r\n" * 3000, "too_nested"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(raw, reason):
    with pytest.raises(Unreadable) as refused:
        read(raw)
    assert refused.value.reason == reason


def test_a_winmail_dat_that_cannot_be_opened_stays_a_file():
    made = letter("看附件。")
    made.add_attachment(b"\x78\x9f\x3e\x22rest", "application", "ms-tnef")
    (one,) = read(made).attachments
    assert (one.name, one.data) == ("winmail.dat", b"\x78\x9f\x3e\x22rest")


@pytest.mark.parametrize(
    ("said", "name", "address"),
    [
        ("王小明 <wang@x.example>", "王小明", "wang@x.example"),
        (f"{encoded('王小明', 'gbk', 'gb2312')} <wang@x.example>", "王小明", "wang@x.example"),
        (f'"{encoded("王小明", "gbk")}" <wang@x.example>', "王小明", "wang@x.example"),
        ("wang@x.example", None, "wang@x.example"),
        ('"wang@x.example" <wang@x.example>', None, "wang@x.example"),
        ("王小明 wang@x.example", "王小明", "wang@x.example"),
        ("undisclosed", "undisclosed", None),
        ("<>", None, None),
        ("a@b", None, None),
        ("\x00\x01 <x y@z>", None, None),
    ],
)
def test_senders_are_read_as_far_as_they_are_some(said, name, address):
    found = read(b"From: " + said.encode() + b"\r\n\r\nx")
    assert (found.sender_name, found.sender) == (name, address)


def test_copies_by_other_ways_have_one_key_and_digest_and_other_words_another():
    raw = letter().as_bytes()
    copy = b"Received: by mx\r\nDelivered-To: b@x\r\n" + raw
    assert (read(raw).key, read(raw).digest) == (read(copy).key, read(copy).digest)
    other = read(letter("别的话。"))
    assert other.key == read(raw).key
    assert other.digest != read(raw).digest


def held_against_the_contract(raw: bytes) -> None:
    """Whatever comes is a letter that intake's own schemas take, or says why it is none."""
    try:
        found = parse(raw, ours=OURS)
    except Unreadable:
        return
    load(PetitionIn, petition_of(found, received_at=RECEIVED, addressee=None))
    load(SupplementIn, supplement_of(found, received_at=RECEIVED))
    for one in found.attachments:
        assert one.name.strip()
        assert one.name.isprintable()
        assert "/" not in one.name


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_a_letter_or_say_why_not(raw):
    held_against_the_contract(raw)


@settings(max_examples=300, deadline=None)
@given(
    subject=st.text(max_size=300), sender=st.text(max_size=100), text=st.text(max_size=500),
    codec=st.sampled_from(["utf-8", "gb18030", "big5", "utf-16", "hz", "utf-7"]),
    label=st.builds(
        "text/{}; charset={}".format, st.sampled_from(["plain", "html"]),
        st.sampled_from(["utf-8", "gb2312", "big5", "ascii", "hz", "utf-7", "x", "idna", "zip"]),
    ),
)  # fmt: skip
def test_any_words_are_a_letter(subject, sender, text, codec, label):
    body = base64.encodebytes(text.encode(codec, "replace"))
    head = f"Subject: {subject}\nFrom: {sender}\nContent-Type: {label}\n"
    head += "Content-Transfer-Encoding: base64\n\n"
    held_against_the_contract(head.encode("utf-8", "replace") + body)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([None, "gb2312", "big5", "utf-8", "latin-1", "hz"]))
def test_any_bytes_are_decoded_under_any_label(data, said):
    assert isinstance(words.decode(data, said), str)


def test_a_bounded_fuzz_of_good_messages_finds_no_way_to_break_the_parser():
    """Bytes changed, cut, doubled and swapped, from a seed, so that a failure comes again."""
    chance = random.Random(20261130)
    outer = letter("正文 " * 20)
    outer.add_alternative(f"<p>{SIMPLE}</p>", subtype="html")
    outer.add_attachment(letter("内层", subject="转来"))
    outer.add_attachment(picture(), "image", "jpeg", filename="现场照片.jpg")
    good = [outer.as_bytes(), plain(SIMPLE.encode("gbk"), "; charset=gb2312")]
    for _ in range(3000):
        raw = bytearray(chance.choice(good))
        for _ in range(chance.randint(1, 8)):
            at, length = chance.randrange(len(raw)), chance.randint(1, 40)
            match chance.randrange(4):
                case 0:
                    raw[at : at + length] = chance.randbytes(length)
                case 1:
                    del raw[at : at + length]
                    raw += b" "
                case 2:
                    raw[at:at] = raw[at : at + length] * chance.randint(1, 30)
                case 3:
                    raw[at:at] = chance.choice([b"\r\n\r\n", b"=?gb2312?B?", b"\x00", b'"', b";"])
        held_against_the_contract(bytes(raw))
