"""Open311 GeoReport v2 as apps speak it: JSON and XML, keys, the same post twice, who sees what."""

import threading
import uuid
import xml.etree.ElementTree as ET
from urllib.parse import urlencode

import pytest

from intake import models, use_cases
from intake.service import SERVICE
from intake.tools import open311_keys
from shared.testing import Office, emitted, hear, make_app

BASE = "/open311/v2"
FORM = {
    "service_code": "petition",
    "address_string": "松林路9号",
    "description": "路灯不亮。已经一个月了，晚上很不安全。",
    "last_name": "王",
    "first_name": "小明",
    "phone": "13907312345",
}
FORMATS = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}

on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
in_both_formats = pytest.mark.parametrize("kind", FORMATS)


@pytest.fixture
def key(app):
    return new_key(app)


def new_key(app, name="街拍", **more):
    with app.db.write() as session:
        asked = {"channel": "open311", "rate": 100} | more
        return use_cases.make_key(session, name=name, clock=app.clock, **asked)


@pytest.fixture
def post(desk, key):
    """Posts a request by the app's key; gives the answer."""

    def posted(kind="json", **changes):
        form = {k: v for k, v in (FORM | {"api_key": key} | changes).items() if v is not None}
        return desk.post(f"{BASE}/requests.{kind}", data=form)

    return posted


def read(answer, kind):
    """The answer as lists and dicts of texts, whichever format it is in."""
    assert answer.content_type == FORMATS[kind], answer.text
    if kind == "json":
        return answer.json
    assert answer.data.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    return _plain(ET.fromstring(answer.data))


def _plain(element):
    if not len(element):
        return {"true": True, "false": False}.get(element.text, element.text)
    names = {child.tag for child in element}
    plural = element.tag in ("services", "service_requests", "errors", "endpoints", "formats")
    if plural:
        assert len(names) == 1
        return [_plain(child) for child in element]
    return {child.tag: _plain(child) for child in element}


def errors(answer, kind="json"):
    return [(int(one["code"]), one["description"]) for one in read(answer, kind)]


def requests(desk, query="", kind="json"):
    return read(desk.get(f"{BASE}/requests.{kind}{query}"), kind)


def petition_id_of(desk, number):
    return next(r.petition_id for r in desk.rows(models.petitions) if r.petition_no == number)


@in_both_formats
def test_discovery_says_where_the_interface_is(desk, kind):
    found = read(desk.get(f"{BASE}/discovery.{kind}"), kind)
    (endpoint,) = found["endpoints"]
    assert endpoint["url"].endswith(BASE)
    assert endpoint["formats"] == ["application/json", "text/xml"]


@in_both_formats
def test_services_are_the_purposes_but_for_accusations(desk, kind):
    found = read(desk.get(f"{BASE}/services.{kind}"), kind)
    assert [one["service_code"] for one in found] == ["petition", "suggestion", "inquiry", "other"]
    assert {one["metadata"] for one in found} == {False}
    assert {one["type"] for one in found} == {"realtime"}


@in_both_formats
def test_a_service_has_a_definition_and_an_unknown_one_has_none(desk, kind):
    assert read(desk.get(f"{BASE}/services/petition.{kind}"), kind)["service_code"] == "petition"
    unknown = desk.get(f"{BASE}/services/graffiti.{kind}")
    assert unknown.status_code == 404
    assert errors(unknown, kind) == [(404, "没有这个service_code。")]


@pytest.mark.parametrize("kind", ["html", "JSON", "xml.gz"])
def test_other_formats_are_not_found(desk, kind):
    assert desk.get(f"{BASE}/services.{kind}").status_code == 404


@on_both_databases
@in_both_formats
def test_a_post_becomes_a_petition_and_its_notice_holds_the_code(desk, app, post, kind):
    answer = post(kind, lat="28.1", long="112.9", media_url="https://app.example/1.jpg")
    assert answer.status_code == 201, answer.text
    (posted,) = read(answer, kind)
    (kept,) = desk.rows(models.petitions)
    assert kept.petition_no == posted["service_request_id"]
    assert (kept.channel, kept.purpose, kept.title) == ("open311", "petition", "路灯不亮")
    assert kept.registered_by == "open311:街拍"
    assert kept.place == "松林路9号；经度112.900000，纬度28.100000（WGS-84）"
    assert kept.content.endswith("附件链接：https://app.example/1.jpg")
    code = posted["service_notice"].split("查询码")[1][:11]
    path = f"/v1/public/petitions/{kept.petition_no}/session"
    assert desk.post(path, json={"query_code": code}).status_code == 200
    seen = desk.get(f"/v1/petitions/{kept.petition_id}", "registrar").json["petitioner"]
    assert (seen["name"], seen["phone"]) == ("王**", "139******45")
    assert len(emitted(app, "petition.registered.v1")) == 1


def test_a_post_without_a_person_is_anonymous(desk, post):
    assert post(last_name=None, first_name=None, phone="").status_code == 201
    assert desk.rows(models.petitioners) == []


@pytest.mark.parametrize("place", [{"address_id": "4301040012"}, {"lat": "1", "long": "2"}])
def test_any_of_the_three_ways_to_say_where_will_do(desk, post, place):
    assert post(address_string=None, **place).status_code == 201


@in_both_formats
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"service_code": None}, "service_code"), ({"service_code": "accusation"}, "service_code"),
        ({"service_code": ""}, "service_code"), ({"description": None}, "description"),
        ({"description": " "}, "description"), ({"description": "长" * 4001}, "description"),
        ({"description": "a\0b"}, "description"), ({"address_string": None}, "address_string"),
        ({"address_string": None, "lat": "1"}, "address_string"), ({"lat": "north"}, "lat"),
        ({"lat": "91"}, "lat"), ({"long": "-180.1"}, "long"), ({"lat": "nan"}, "lat"),
        ({"lat": "inf"}, "lat"), ({"phone": "请来电"}, "phone"), ({"email": "nobody"}, "email"),
        ({"last_name": "长" * 51}, "last_name"),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_post_is_answered_by_field_and_leaves_nothing(desk, post, change, field, kind):
    answer = post(kind, **change)
    assert answer.status_code == 400, answer.text
    assert {code for code, _ in errors(answer, kind)} == {400}
    assert any(why.startswith(field) for _, why in errors(answer, kind)), answer.text
    assert desk.rows(models.petitions) == desk.rows(models.open311_posts) == []
    assert emitted(desk.app) == []


@in_both_formats
@pytest.mark.parametrize("sent", [None, "", "x", "0" * 43])
def test_a_post_needs_a_key_that_is_known(desk, post, sent, kind):
    answer = post(kind, api_key=sent)
    assert answer.status_code == 403
    assert errors(answer, kind) == [(403, "api_key无效。")]
    assert desk.rows(models.petitions) == []


def test_a_revoked_key_is_no_key(app, desk, post):
    with app.db.write() as session:
        use_cases.revoke_key(session, name="街拍", clock=app.clock)
    assert post().status_code == 403


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "text/xml"),
        ("{}", "application/json"), ("a=1", "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
def test_a_post_is_a_form_and_nothing_else(desk, body, media_type):
    answer = desk.post(f"{BASE}/requests.xml", data=body, content_type=media_type)
    assert answer.status_code == 415
    assert errors(answer, "xml")[0][0] == 415


@pytest.mark.parametrize(
    "body", ["description=%C2%B7%D6", "a=1&a=2", "&".join(f"f{n}=1" for n in range(200))]
)
def test_a_form_that_is_none_is_refused(desk, body):
    kind = "application/x-www-form-urlencoded"
    answer = desk.post(f"{BASE}/requests.json", data=body, content_type=kind)
    assert answer.status_code == 400
    assert errors(answer)[0][1].startswith("body")


@on_both_databases
def test_the_same_post_a_moment_later_is_the_same_request(desk, app, post):
    first = post()
    app.clock.advance(minutes=9)
    assert post().json == first.json
    assert post("xml").status_code == 201
    assert len(desk.rows(models.petitions)) == 1
    assert len(emitted(app, "petition.registered.v1")) == 1
    app.clock.advance(minutes=2)
    assert post().json[0]["service_request_id"] != first.json[0]["service_request_id"]


def test_what_another_app_posts_or_other_words_are_another_request(desk, app, post):
    numbers = {
        post().json[0]["service_request_id"],
        post(description="另一件").json[0]["service_request_id"],
        post(api_key=new_key(app, "随手报")).json[0]["service_request_id"],
    }
    assert len(numbers) == 3


@on_both_databases
def test_of_the_same_post_many_times_at_once_one_is_registered(desk, key):
    gate, answers = threading.Barrier(6), []

    def send():
        client = desk.client.application.test_client()
        gate.wait()
        answers.append(client.post(f"{BASE}/requests.json", data=FORM | {"api_key": key}))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(desk.rows(models.petitions)) == 1


def test_an_app_that_posts_too_much_is_told_when_to_go_on(desk, app):
    key = new_key(app, "多", rate=2)
    forms = [FORM | {"api_key": key, "description": f"第{n}件"} for n in range(3)]
    answers = [desk.post(f"{BASE}/requests.xml", data=form) for form in forms]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].headers["Retry-After"] == "3600"
    assert errors(answers[2], "xml")[0][0] == 429
    app.clock.advance(hours=1)
    assert desk.post(f"{BASE}/requests.xml", data=forms[2]).status_code == 201


def test_the_key_is_nowhere_in_the_database_and_the_code_only_sealed(desk, key, post, tmp_path):
    code = post().json[0]["service_notice"].split("查询码")[1][:11]
    desk.app.close()
    raw = b"".join(file.read_bytes() for file in tmp_path.glob("intake.sqlite*"))
    assert "街拍".encode() in raw
    assert key.encode() not in raw
    assert code.encode() not in raw


@in_both_formats
def test_a_request_is_followed_by_its_number(desk, post, kind):
    number = post().json[0]["service_request_id"]
    (found,) = read(desk.get(f"{BASE}/requests/{number}.{kind}"), kind)
    assert found["service_request_id"] == number
    assert (found["status"], found["status_notes"]) == ("open", "已登记")
    assert found["service_name"] == "申诉求决"
    unknown = desk.get(f"{BASE}/requests/XF202600009999.{kind}")
    assert unknown.status_code == 404
    assert errors(unknown, kind)[0][0] == 404


@on_both_databases
def test_a_request_is_closed_once_its_case_is(desk, app, post, story):
    number = post().json[0]["service_request_id"]
    case = story(petition_id_of(desk, number))
    hear(app, *case.whole()[:-1])
    assert [one["status"] for one in requests(desk)] == ["open"]
    assert requests(desk, "?status=closed") == []
    hear(app, case.then("closed"))
    (found,) = requests(desk, "?status=closed")
    assert (found["status"], found["status_notes"]) == ("closed", "办结")
    assert found["updated_datetime"] > found["requested_datetime"]
    assert requests(desk, "?status=open") == []
    assert len(requests(desk, "?status=open,closed")) == 1


@in_both_formats
def test_of_a_request_nothing_is_told_but_how_far_it_has_come(desk, post, kind):
    post(email="wang@example.cn")
    text = desk.get(f"{BASE}/requests.{kind}").text
    said = (FORM["description"][:4], FORM["address_string"], FORM["phone"], "王", "wang@")
    assert not [word for word in said if word in text]


def test_petitions_of_other_channels_are_not_published(desk, post):
    desk.registered()
    desk.registered(channel="open311")
    number = post().json[0]["service_request_id"]
    assert [one["service_request_id"] for one in requests(desk)] == [number]


def test_what_is_secret_is_not_published_to_anybody(desk, app, post, story):
    number = post().json[0]["service_request_id"]
    case = story(petition_id_of(desk, number), secret=True)
    hear(app, case.then("opened"))
    assert requests(desk) == []
    assert requests(desk, f"?service_request_id={number}") == []
    assert desk.get(f"{BASE}/requests/{number}.json").status_code == 404


def test_requests_are_found_by_number_service_and_time(desk, app, post):
    first = post().json[0]["service_request_id"]
    app.clock.advance(days=80)
    second = post(service_code="inquiry", description="怎么办理？").json[0]["service_request_id"]

    def found(query):
        return [one["service_request_id"] for one in requests(desk, f"?{urlencode(query)}")]

    assert found({}) == [second, first]
    assert found({"service_code": "inquiry"}) == [second]
    assert found({"service_code": "inquiry, petition"}) == [second, first]
    assert found({"service_request_id": f"{first},XF1", "status": "closed"}) == [first]
    assert found({"end_date": "2026-03-03T00:00:00Z"}) == [first]
    assert found({"start_date": "2026-03-03T00:00:00Z"}) == [second]
    app.clock.advance(days=20)
    assert found({}) == [second], "90 days unless asked for otherwise"
    wide = {"start_date": "2026-03-01T00:00:00Z", "end_date": "2027-01-01T00:00:00Z"}
    assert found(wide) == [second, first]
    app.clock.advance(days=300)
    assert found({"start_date": "2026-03-01T00:00:00Z"}) == [second, first]


@in_both_formats
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("status=done", "status"), ("start_date=yesterday", "start_date"),
        ("start_date=2026-03-01", "start_date"), ("end_date=2026-03-01T00:00:00", "end_date"),
        ("start_date=2026-03-02T00:00:00Z&end_date=2026-03-01T00:00:00Z", "end_date"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_answered_by_field(desk, query, said, kind):
    answer = desk.get(f"{BASE}/requests.{kind}?{query}")
    assert answer.status_code == 400
    assert errors(answer, kind)[0][1].startswith(said)


def test_another_jurisdiction_is_not_found_where_there_is_one(tmp_path):
    office = Office(make_app(SERVICE, tmp_path, OPEN311_JURISDICTION="district.example"))
    assert office.get(f"{BASE}/services.json?jurisdiction_id=district.example").status_code == 200
    assert office.get(f"{BASE}/services.json").status_code == 200
    other = office.get(f"{BASE}/services.xml?jurisdiction_id=elsewhere.example")
    assert errors(other, "xml") == [(404, "没有这个jurisdiction_id。")]
    office.app.close()


def test_whoever_asks_too_often_is_told_in_the_manner_of_the_standard(tmp_path):
    office = Office(make_app(SERVICE, tmp_path, PUBLIC_RATE="1/hour"))
    assert office.get(f"{BASE}/services.xml").status_code == 200
    assert errors(office.get(f"{BASE}/services.xml"), "xml")[0][0] == 429
    office.app.close()


def test_keys_are_made_listed_and_revoked_by_command(app, desk, post, capsys):
    open311_keys.main(app, ["add", "随手报", "--rate", "5"])
    key = capsys.readouterr().out.strip()
    assert post(api_key=key).status_code == 201
    open311_keys.main(app, ["revoke", "随手报"])
    assert post(api_key=key).status_code == 403
    open311_keys.main(app, ["list"])
    listed = capsys.readouterr().out
    assert "随手报\topen311\t每小时5件\t已停用" in listed
    assert key not in listed


@pytest.mark.parametrize(
    "arguments", [["add", "街拍"], ["add", "新", "--channel", "fax"], ["revoke", "无"]]
)
def test_a_key_that_cannot_be_made_or_revoked_is_refused(app, key, capsys, arguments):
    with pytest.raises(SystemExit) as left:
        open311_keys.main(app, arguments)
    assert left.value.code == open311_keys.FAILED_EXIT
    assert capsys.readouterr().err


def test_the_same_idempotency_key_and_post_get_the_same_answer(desk, key):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    form = FORM | {"api_key": key}
    first, second = (
        desk.post(f"{BASE}/requests.json", data=form, headers=headers) for _ in range(2)
    )
    assert first.json == second.json
