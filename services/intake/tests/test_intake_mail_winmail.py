"""winmail.dat is opened: its files are attachments, whatever Outlook wrote around them.

tnefparse, which others use, is the oracle for what we read.
"""

import struct
import warnings
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.channels.mail.parsing import PARTS_MOST, Unreadable, parse
from intake.channels.mail.tnef import NotTnef, unwrap

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from tnefparse import TNEF

TITLE, DATA, RENDERED, PROPERTIES, BODY, PAGE = 0x8010, 0x800F, 0x9002, 0x9005, 0x800C, 0x9007
SIGNATURE = struct.pack("<IH", 0x223E9F78, 1)


def attribute(name: int, data: bytes, *, level: int = 2) -> bytes:
    checksum = sum(data) & 0xFFFF
    return struct.pack("<BHHI", level, name, 6, len(data)) + data + struct.pack("<H", checksum)


def properties(**names: str) -> bytes:
    """MAPI properties as Outlook writes them: a number first, then names in two bytes a letter."""
    rows = [struct.pack("<HHI", 0x0003, 0x0E20, 7)]
    for tag, name in names.items():
        text = name.encode("utf-16-le") + b"\0\0"
        padded = text + b"\0" * (-len(text) % 4)
        rows.append(struct.pack("<HHII", 0x001F, int(tag[1:], 16), 1, len(text)) + padded)
    return struct.pack("<I", len(rows)) + b"".join(rows)


def wrapper(*files: tuple[str, bytes], text: str = "", page: int = 936) -> bytes:
    codec = f"cp{page}"
    made = SIGNATURE + attribute(PAGE, struct.pack("<II", page, 0), level=1)
    if text:
        made += attribute(BODY, text.encode(codec) + b"\0", level=1)
    for name, data in files:
        made += attribute(RENDERED, b"\0" * 14)
        made += attribute(TITLE, name[:8].encode(codec, "replace") + b"\0")
        made += attribute(DATA, data)
        made += attribute(PROPERTIES, properties(x3707=name))
    return made


def mail(winmail: bytes, *, text: str = "请看附件。", kind: str = "ms-tnef") -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "citizen@mail.example", "材料"
    if text:
        message.set_content(text)
    message.add_attachment(winmail, "application", kind, filename="winmail.dat")
    return message.as_bytes()


def read(raw: bytes):
    return parse(raw, ours=frozenset())


@pytest.mark.parametrize("kind", ["ms-tnef", "octet-stream"])
def test_files_in_winmail_dat_are_attachments_under_their_long_names(kind):
    files = [("情况说明和现场照片清单.docx", b"PK\x03\x04 one"), ("照片.jpg", b"\xff\xd8 two")]
    letter = read(mail(wrapper(*files), kind=kind))
    assert [(one.name, one.data) for one in letter.attachments] == files
    assert letter.text == "请看附件。"


def test_its_text_is_the_letter_where_the_message_has_none():
    letter = read(mail(wrapper(text="楼道灯坏了，请维修。"), text=""))
    assert letter.text == "楼道灯坏了，请维修。"
    assert letter.attachments == ()


def test_a_short_name_in_the_code_page_is_read_where_there_is_no_long_one():
    made = wrapper() + attribute(RENDERED, b"") + attribute(TITLE, "合同.pdf\0".encode("gbk"))
    (one,) = read(mail(made + attribute(DATA, b"%PDF"))).attachments
    assert one.name == "合同.pdf"


def test_a_name_with_folders_is_only_its_end():
    (one,) = read(mail(wrapper(("..\\..\\etc/passwd", b"x")))).attachments
    assert one.name == "passwd"


def test_what_is_cut_off_stays_whole_as_a_file():
    cut = wrapper(("照片.jpg", b"\xff\xd8" * 100))[:-40]
    (one,) = read(mail(cut)).attachments
    assert (one.name, one.data) == ("winmail.dat", cut)


def test_more_files_than_a_message_may_have_parts_are_refused():
    many = wrapper(*(("a", b"x") for _ in range(PARTS_MOST + 1)))
    with pytest.raises(Unreadable) as refused:
        read(mail(many))
    assert refused.value.reason == "too_nested"


@given(st.lists(st.tuples(st.text("abc文件.-", min_size=1, max_size=30), st.binary(min_size=1))))
def test_we_read_what_others_read(files):
    made = wrapper(*files)
    ours = [(one.name, one.data) for one in unwrap(made).files]
    theirs = TNEF(made)
    assert ours == [(one.long_filename().rstrip("\0"), one.data) for one in theirs.attachments]


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_break_it(rest, behind_a_wrapper):
    raw = (wrapper(("a", b"x")) if behind_a_wrapper else SIGNATURE) + rest
    try:
        found = unwrap(raw)
    except NotTnef:
        return
    assert sum(len(one.data) for one in found.files) <= len(raw)


@given(st.binary(max_size=300))
def test_no_properties_break_it(rest):
    unwrap(SIGNATURE + attribute(RENDERED, b"") + attribute(PROPERTIES, rest))
