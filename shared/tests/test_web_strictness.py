"""Bad input: each is answered by a problem document that names the field and the reason."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

GOOD = {"text": "一"}


@pytest.fixture
def office(make_notes):
    return make_notes(MAX_BODY_BYTES="20000").office


def post(office, body, *, content_type="application/json", **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return office.post(
        "/v1/notes", "registrar", data=raw, content_type=content_type, headers=headers
    )


def assert_problem(answer, status, field=None, reason=""):
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["detail"]
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    if field is not None:
        found = {error["field"]: error["reason"] for error in answer.json["errors"]}
        assert field in found
        assert reason in found[field]


def test_a_good_note_is_created(office):
    answer = post(office, GOOD)
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "第1行第1列"),
        (b"{", "第1行"),
        (b'{"text": "a",}', "第1行"),
        (b"{'text': 'a'}", "第1行"),
        (b'{"text": "a"} x', "第1行"),
        (b'{"count": NaN}', "NaN"),
        (b'{"count": -Infinity}', "Infinity"),
        (b'{"text": "a", "text": "b"}', "重复"),
        (b'{"margin": {"text": "a", "text": "b"}}', "重复"),
        (b"[" * 21 + b"]" * 21, "嵌套"),
        (b"[" * 9000 + b"]" * 9000, "嵌套"),
        (b'{"count": ' + b"9" * 5000 + b"}", "数字"),
        ('{"text": "中文"}'.encode("gbk"), "UTF-8"),
        ('{"text": "中文"}'.encode("utf-16"), "UTF-8"),
        (b'{"text": "\xed\xa0\x80"}', "UTF-8"),
        (b'\xef\xbb\xbf{"text": "a"}', "第1行"),
        (b'{"text": "\x00"}', "第1行"),
    ],
)
def test_what_is_not_strict_json_is_refused_with_the_reason(office, body, reason):
    assert_problem(post(office, body), 400, "body", reason)


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"text": None}, "text", "空值"),
        ({"text": ""}, "text", "不能为空"),
        ({"text": " \n\t "}, "text", "不能为空"),
        ({"text": 7}, "text", "应为文本"),
        ({"text": ["a"]}, "text", "应为文本"),
        ({"text": "长" * 101}, "text", "最多100个字，现有101个字"),
        ({"text": "a\0b"}, "text", "第2个字符是控制字符（U+0000）"),
        ({"text": "ab\x1b"}, "text", "第3个字符是控制字符（U+001B）"),
        ({"text": "a\u2028b"}, "text", "U+2028"),
        ({"text": "a\x85b"}, "text", "U+0085"),
        ({"text": "a\ud800b"}, "text", "第2个字符是不成对的代理码位"),
        ({"title": "a\nb"}, "title", "控制字符"),
        ({"loud": "true"}, "loud", "true或false"),
        ({"loud": 1}, "loud", "true或false"),
        ({"count": 0}, "count", "1和9"),
        ({"count": 10**100}, "count", "1和9"),
        ({"count": 1.5}, "count", "整数"),
        ({"count": True}, "count", "整数"),
        ({"count": "十"}, "count", "整数"),
        ({"count": "٣"}, "count", "整数"),
        ({"at": "2026-03-02T09:30:00"}, "at", "时区偏移"),
        ({"at": "2026-03-02"}, "at", "RFC 3339"),
        ({"at": "2026-02-30T09:30:00+08:00"}, "at", "RFC 3339"),
        ({"at": "2026-03-02T25:30:00+08:00"}, "at", "RFC 3339"),
        ({"at": "9999-12-31T23:59:59-08:00"}, "at", "范围"),
        ({"at": "0001-01-01T00:00:00+08:00"}, "at", "范围"),
        ({"at": "12026-03-02T09:30:00+08:00"}, "at", "RFC 3339"),
        ({"at": "２０２６-03-02T09:30:00+08:00"}, "at", "RFC 3339"),
        ({"at": 1772415000}, "at", "RFC 3339"),
        ({"day": "2026-02-30"}, "day", "日期"),
        ({"day": "9999-12-31"}, "day", "应早于2200-01-01"),
        ({"day": "2026-03-02T00:00:00Z"}, "day", "日期"),
        ({"margin": "a"}, "margin", "对象"),
        ({"margin": []}, "margin", "对象"),
        ({"margin": {}}, "margin.text", "必填"),
        ({"margin": {"text": "a", "x": 1}}, "margin.x", "没有这个字段"),
        ({"surprise": 1}, "surprise", "没有这个字段"),
        ({"x" * 5000: 1}, "x" * 100, "没有这个字段"),
        ({"\ud800": 1}, "?", "没有这个字段"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named_with_its_reason_and_nothing_is_written(
    make_notes, change, field, reason
):
    notes = make_notes()
    assert_problem(post(notes.office, GOOD | change), 422, field, reason)
    assert notes.rows() == []
    assert notes.outbox() == []


@pytest.mark.parametrize("body", [[], "a", 7, None, True])
def test_a_body_that_is_no_object_is_refused(office, body):
    assert_problem(post(office, body), 422, "body", "JSON对象")


def test_every_wrong_field_is_named_at_once(office):
    answer = post(office, {"count": 0, "at": "soon", "margin": {"text": ""}})
    fields = {error["field"] for error in answer.json["errors"]}
    assert fields == {"text", "count", "at", "margin.text"}


@pytest.mark.parametrize(
    "moment",
    ["2026-03-02T09:30:00+08:00", "2026-03-02T01:30:00Z", "2026-03-02t01:30:00.123456789z",
     "2026-03-02 01:30Z", "2026-03-02T09:30:00+0800"],
)  # fmt: skip
def test_times_with_an_offset_are_taken(office, moment):
    assert post(office, GOOD | {"at": moment}).status_code == 201


def test_joiners_emoji_and_rare_characters_are_taken(office):
    text = "👩‍👩‍👧 𠮷 ɐ\u200b \t\r\n end"
    assert post(office, {"text": text}).json["text"] == text


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_refused(office, content_type):
    assert_problem(post(office, GOOD, content_type=content_type), 415)


def test_a_charset_beside_the_content_type_is_taken(office):
    assert post(office, GOOD, content_type="application/json; charset=utf-8").status_code == 201


def test_a_body_that_is_too_large_is_refused(office):
    assert_problem(post(office, {"text": "长" * 20_000}), 413)


def test_an_unknown_address_is_a_problem_document(office):
    assert_problem(office.get("/v1/nowhere", "registrar"), 404)


def test_an_unknown_method_is_a_problem_document_that_names_the_others(office):
    answer = office.client.delete("/v1/notes")
    assert_problem(answer, 405)
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize("path", ["/v1/notes/a%00b", "/v1/notes/%1b", "/v1/notes/a%0ab"])
def test_a_control_character_in_the_path_is_not_found(office, path):
    assert_problem(office.get(path, "registrar"), 404)


@pytest.mark.parametrize("number", [2**63, 10**30])
def test_a_number_beyond_every_database_in_the_path_is_not_found(office, number):
    assert_problem(office.post(f"/v1/ops/dead/{number}/reprocess", "admin"), 404)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=201", "limit"), ("limit=a", "limit"), ("limit=", "limit"),
        ("limit=1e2", "limit"), ("limit=%D9%A3", "limit"), ("cursor=%00", "cursor"),
        ("cursor=", "cursor"), ("cursor=" + "a" * 501, "cursor"), ("x=1", "x"), ("%00=1", "\0"),
    ],
)  # fmt: skip
def test_a_wrong_query_parameter_is_named(office, query, field):
    assert_problem(office.get(f"/v1/notes?{query}", "registrar"), 422, field)


@pytest.mark.parametrize(
    ("accepted", "language", "word"),
    [
        (None, "zh", "必填"),
        ("zh-CN,zh;q=0.9", "zh", "必填"),
        ("en", "en", "Required"),
        ("en-GB,en;q=0.9,zh;q=0.1", "en", "Required"),
        ("fr", "zh", "必填"),
        ("en;q=0.1,zh;q=0.9", "zh", "必填"),
        ("*", "zh", "必填"),
        ("\x7f;;q=,", "zh", "必填"),
    ],
)
def test_problems_speak_the_callers_language(office, accepted, language, word):
    answer = post(office, {}, **({"Accept-Language": accepted} if accepted else {}))
    assert_problem(answer, 422, "text", word)
    assert answer.headers["Content-Language"] == language


@pytest.mark.parametrize("body", [b"{", b'{"a":1,"a":2}', b'{"a": ' + b"9" * 5000 + b"}", b"\xff"])
def test_in_english_no_chinese_is_left_and_the_other_way_round(office, body):
    english = post(office, body, **{"Accept-Language": "en"}).json
    assert json.dumps(english).isascii()
    assert "\\u" not in json.dumps(english)
    chinese = post(office, body).json
    assert "\x1f" not in json.dumps(chinese, ensure_ascii=False)


def test_no_token_is_401_and_a_wrong_role_403(office):
    assert_problem(office.post("/v1/notes", json=GOOD), 401)
    assert_problem(office.post("/v1/notes", "handler", json=GOOD), 403)


def test_a_staff_token_opens_no_citizens_route_and_the_other_way_round(office):
    citizen = office.citizen_token("p1")
    assert office.get("/v1/public/mine", token=citizen).json == {"petition_id": "p1"}
    assert_problem(office.get("/v1/public/mine", "registrar"), 401)
    assert_problem(office.get("/v1/notes", token=citizen), 401)


def test_the_public_is_held_to_its_rate(make_notes):
    office = make_notes(PUBLIC_RATE="3/hour").office
    codes = [office.post("/v1/public/notes", json=GOOD).status_code for _ in range(5)]
    assert codes == [201, 201, 201, 429, 429]
    answer = office.post("/v1/public/notes", json=GOOD)
    assert_problem(answer, 429)
    assert answer.headers["Retry-After"]
    assert post(office, GOOD).status_code == 201


def test_an_internal_error_is_a_500_that_tells_nothing_and_writes_nothing(make_notes):
    notes = make_notes()
    answer = post(notes.office, {"text": "break"})
    assert_problem(answer, 500)
    assert "RuntimeError" not in answer.text
    assert (notes.rows(), notes.outbox()) == ([], [])


def test_a_refused_request_leaves_nothing_half_written(make_notes):
    notes = make_notes()
    assert_problem(post(notes.office, {"text": "refuse"}), 409)
    assert (notes.rows(), notes.outbox()) == ([], [])


@pytest.mark.parametrize("sent", ["a b", "x" * 65, "中", ""])
def test_a_request_id_that_is_none_is_replaced(office, sent):
    answer = office.get("/healthz", headers={"X-Request-ID": sent.encode().decode("latin-1")})
    assert len(answer.headers["X-Request-ID"]) == 32


def test_the_request_id_becomes_the_events_correlation_id(make_notes):
    notes = make_notes()
    post(notes.office, GOOD, **{"X-Request-ID": "req-1"})
    assert json.loads(notes.outbox()[0].envelope)["correlationid"] == "req-1"


FIELDS = ["text", "title", "at", "day", "loud", "count", "margin"]
any_text = st.text(st.characters(exclude_categories=[]))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.dictionaries(st.sampled_from(FIELDS) | any_text, json_values) | json_values)
def test_whatever_json_is_sent_the_answer_is_no_server_error(office, body):
    assert post(office, body).status_code in (201, 400, 422)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.binary(max_size=100))
def test_whatever_bytes_are_sent_the_answer_is_no_server_error(office, body):
    assert post(office, body).status_code in (201, 400, 422)
