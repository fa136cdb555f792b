"""Pages: every row once, whatever the page size, and a cursor only from this list."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.web.paging import decode_cursor, encode_cursor


@pytest.fixture
def seven(notes):
    for n in range(7):
        assert notes.office.post("/v1/notes", "registrar", json={"text": f"{n}"}).status_code == 201
    return notes


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 200])
def test_the_pages_together_are_the_list_newest_first(seven, limit):
    read, cursor = [], ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        answer = seven.office.get(f"/v1/notes?limit={limit}{more}", "registrar").json
        assert len(answer["items"]) <= limit
        read += [item["note_id"] for item in answer["items"]]
        cursor = answer["next_cursor"]
    assert read == sorted([row.note_id for row in seven.rows()], reverse=True)


def test_a_row_that_comes_between_moves_no_page(seven):
    first = seven.office.get("/v1/notes?limit=3", "registrar").json
    seven.office.post("/v1/notes", "registrar", json={"text": "new"})
    rest = seven.office.get(f"/v1/notes?cursor={first['next_cursor']}", "registrar").json
    ids = [item["note_id"] for item in first["items"] + rest["items"]]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 7


@given(st.lists(st.integers(-(2**63) + 1, 2**63 - 1), min_size=1, max_size=3))
def test_a_cursor_is_read_back(key):
    assert decode_cursor(encode_cursor(key), kinds=[int] * len(key)) == key


def raw(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


BROKEN = {
    "noise": "x", "padding": "====", "not base64": "!!!!", "not ASCII": "游标",
    "empty list": raw([]), "two": raw([1, 2]), "a text": raw(["1"]), "a flag": raw([True]),
    "null": raw([None]),
    "a number": raw(1), "a float": raw([1.5]), "infinity": raw([float("inf")]),
    "beyond": raw([2**63]), "far beyond": raw([-(10**40)]), "an object": raw({"a": 1}),
    "deep": base64.urlsafe_b64encode(b"[" * 300).decode(),
}  # fmt: skip


@pytest.mark.parametrize("cursor", BROKEN.values(), ids=BROKEN)
def test_a_broken_cursor_is_refused_by_name(make_notes, cursor):
    answer = make_notes().office.get("/v1/notes", "registrar", query_string={"cursor": cursor})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "cursor"


@given(st.text(max_size=60))
def test_noise_is_no_cursor_and_never_an_error(noise):
    with pytest.raises(Invalid):
        decode_cursor(noise + "!", kinds=[int])


def test_a_text_key_with_what_no_database_keeps_is_refused():
    for text in ("a\0", "\ud800"):
        with pytest.raises(Invalid):
            decode_cursor(raw([text]), kinds=[str])
