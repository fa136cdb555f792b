"""Personal data: sealed where it lies, found by blind index, starred out of every text."""

import base64
import json
import os
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.pii import (
    MASKS,
    KeyRing,
    Undecryptable,
    mask_email,
    mask_id_number,
    mask_name,
    mask_phone,
    mask_text,
)

KEYS = {name: os.urandom(32) for name in ("old", "new")}
INDEX_KEYS = {name: os.urandom(32) for name in ("new", "old")}
RING = KeyRing(KEYS, index_keys=INDEX_KEYS)
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_again(plain):
    assert RING.decrypt(RING.encrypt(plain, place="p1/name"), place="p1/name") == plain


def test_the_same_value_is_sealed_differently_each_time():
    assert RING.encrypt("王小明", place="p1/name") != RING.encrypt("王小明", place="p1/name")


def test_a_value_moved_to_another_place_does_not_open():
    sealed = RING.encrypt("13800138000", place="p1/phone")
    with pytest.raises(Undecryptable):
        RING.decrypt(sealed, place="p2/phone")


@given(st.data())
def test_a_damaged_value_never_opens(data):
    sealed = bytearray(RING.encrypt("王小明", place="p1/name"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Undecryptable):
        RING.decrypt(bytes(sealed), place="p1/name")


@given(st.binary(max_size=60))
def test_what_was_never_sealed_does_not_open(noise):
    with pytest.raises(Undecryptable):
        RING.decrypt(noise, place="p1/name")


def test_after_rotation_the_first_key_seals_and_the_old_one_still_opens():
    before = KeyRing({"old": KEYS["old"]}, index_keys=INDEX_KEYS)
    after = KeyRing({"new": KEYS["new"], "old": KEYS["old"]}, index_keys=INDEX_KEYS)
    assert after.decrypt(before.encrypt("王小明", place="p"), place="p") == "王小明"
    with pytest.raises(Undecryptable):
        before.decrypt(after.encrypt("王小明", place="p"), place="p")


def test_a_lost_key_is_said_to_be_lost():
    sealed = RING.encrypt("王小明", place="p")
    with pytest.raises(Undecryptable):
        KeyRing({"new": KEYS["new"]}, index_keys=INDEX_KEYS).decrypt(sealed, place="p")


def test_a_generated_ring_can_be_parsed():
    ring = KeyRing.parse(KeyRing.generate())
    assert ring.decrypt(ring.encrypt("x", place="p"), place="p") == "x"


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", '"text"', '{"keys": {}, "index": ""}', '{"keys": [], "index": 3}',
        json.dumps({"keys": {"k": base64.b64encode(b"short").decode()}, "index": ""}),
        json.dumps({"keys": {"k": base64.b64encode(bytes(32)).decode()}, "index": "AAAA"}),
        json.dumps({"keys": {"k": "not base64!"}, "index": "AAAA"}),
    ],
)  # fmt: skip
def test_a_ring_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError, match=r"key"):
        KeyRing.parse(text)


def test_while_an_index_key_is_replaced_values_are_found_by_either():
    before = KeyRing(KEYS, index_keys={"old": INDEX_KEYS["old"]})
    sought = RING.blind_indexes("13800138000", kind="phone")
    assert sought == [
        RING.blind_index("13800138000", kind="phone"),
        before.blind_index("13800138000", kind="phone"),
    ]


def test_an_index_key_that_stands_alone_can_be_named_when_another_comes_before_it():
    alone = json.loads(KeyRing.generate())
    index = {"second": base64.b64encode(os.urandom(32)).decode(), "index": alone["index"]}
    ring = KeyRing.parse(json.dumps(alone | {"index": index}))
    assert (KeyRing.parse(json.dumps(alone)).current_index, ring.current_index) == (
        "index",
        "second",
    )
    found = KeyRing.parse(json.dumps(alone)).blind_index("x", kind="phone")
    assert found in ring.blind_indexes("x", kind="phone")


def test_a_blind_index_tells_kinds_and_keys_apart():
    other = KeyRing(KEYS, index_keys={"new": os.urandom(32)})
    assert RING.blind_index("123456", kind="phone") != RING.blind_index("123456", kind="id_number")
    assert RING.blind_index("123456", kind="phone") != other.blind_index("123456", kind="phone")


def test_masks_keep_only_what_the_reader_needs():
    assert mask_name("王小明") == "王**"
    assert mask_phone("13800138000") == "138******00"
    assert mask_id_number("110101199003071234") == "110101************"
    assert mask_email("zhangsan@example.cn") == "z***@example.cn"


unmasked = st.text(st.characters(exclude_characters="*"), min_size=1, max_size=40)


@given(st.sampled_from(sorted(MASKS)), unmasked)
def test_a_mask_never_answers_the_whole_value(name, value):
    assert MASKS[name](value) != value


digit = st.sampled_from("0123456789")


def digits(count):
    return st.text(digit, min_size=count, max_size=count)


mobiles = st.builds("1{}{}".format, st.sampled_from("3456789"), digits(9))
id_numbers = st.builds(
    "{}{}{}{}".format,
    digits(6),
    st.dates().map(lambda d: f"{19 + d.year % 2}{d:%y%m%d}"),
    digits(3),
    st.sampled_from("0123456789X"),
)
emails = st.from_regex(
    r"[a-z0-9][a-z0-9._+-]{0,20}@[a-z0-9-]{1,15}(\.[a-z]{2,6}){1,2}", fullmatch=True
)
surroundings = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="*").filter(
        lambda c: not c.isdigit()
    ),
    max_size=30,
)  # fmt: skip
personal = st.one_of(mobiles, id_numbers, emails)


@given(before=surroundings, value=personal, after=surroundings, wide=st.booleans())
@example(before="电话", value="13800138000", after="，请回电", wide=False)
@example(before="tel:+86", value="13800138000", after="x", wide=False)
@example(before="a", value="110101199003071234", after="b", wide=True)
@example(before="１", value="a@b.cn", after="", wide=False)
def test_no_mobile_id_number_or_email_survives_in_any_surrounding(before, value, after, wide):
    written = value.translate(FULL_WIDTH) if wide and "@" not in value else value
    masked = mask_text(before + written + after)
    assert written not in masked
    assert not re.search(r"[0-9０-９]{7}", masked)


@given(st.lists(personal, min_size=2, max_size=4), surroundings)
def test_several_in_one_text_are_all_starred_out(values, between):
    masked = mask_text((between + "，").join(values))
    assert not [value for value in values if value in masked]


@given(st.lists(st.one_of(mobiles, id_numbers), min_size=2, max_size=4))
def test_numbers_run_together_are_starred_out_as_well(values):
    masked = mask_text("联系" + "".join(values) + "谢谢")
    assert not re.search(r"[0-9]{7}", masked)


@pytest.mark.parametrize(
    "written",
    [
        "138-0013-8000", "138 0013 8000", "138 - 0013 - 8000", "+86 13800138000",
        "１３８００１３８０００",
        "110101 19900307 1234", "110101-19900307-123X", "0571-87654321", "010 87654321",
        "6222 0212 3456 7890 123".replace(" ", ""), "zhang＠example.cn", "a%b@example.com.cn",
    ],
)  # fmt: skip
def test_numbers_written_in_parts_or_wide_are_starred_out(written):
    masked = mask_text(f"请联系{written}谢谢")
    assert masked.startswith("请联系")
    assert masked.endswith("*谢谢")
    assert not re.search(r"[0-9０-９A-Za-z]", masked.replace("+86", ""))


@pytest.mark.parametrize(
    "text",
    ["2026年3月2日 09:30", "合同金额12345678元", "B12路公交第1380期", "编号XF202600000123",
     "12345热线"],
)  # fmt: skip
def test_dates_amounts_and_the_systems_own_numbers_stay(text):
    assert mask_text(text) == text


def test_the_petitioners_name_is_starred_out_wherever_it_stands():
    assert mask_text("本人王小明，王小明住在此", names=["王小明"]) == "本人王**，王**住在此"


@pytest.mark.parametrize("name", [None, "", "王"])
def test_a_missing_or_one_letter_name_changes_nothing(name):
    assert mask_text("国王王国", names=[name]) == "国王王国"
