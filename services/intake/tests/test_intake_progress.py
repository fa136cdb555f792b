"""Progress: number and code open one petition for an hour, in plain words, in any order."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake import models
from intake.service import SERVICE
from shared.testing import MORNING, Office, hear, make_app

WRONG_CODE = "22222-22222"


on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


@pytest.fixture
def receipt(desk):
    return desk.registered()


def session(desk, number, code):
    return desk.post(f"/v1/public/petitions/{number}/session", json={"query_code": code})


def progress(desk, receipt, token=None):
    if token is None:
        token = session(desk, receipt["petition_no"], receipt["query_code"]).json["token"]
    return desk.get(f"/v1/public/petitions/{receipt['petition_no']}", token=token)


def told(answer):
    """An answer without what differs between any two requests."""
    return answer.status_code, {k: v for k, v in answer.json.items() if k != "request_id"}


def test_number_and_code_open_the_petitions_progress(desk, receipt):
    answer = progress(desk, receipt)
    assert answer.status_code == 200
    assert answer.json["petition_no"] == receipt["petition_no"]
    assert [stage["stage"] for stage in answer.json["stages"]] == ["registered"]
    assert receipt["petition_no"] in answer.json["stages"][0]["text"]


@pytest.mark.parametrize("write", [str.lower, lambda c: c.replace("-", ""), lambda c: f" {c} "])
def test_hyphens_spaces_and_case_of_a_code_do_not_matter(desk, receipt, write):
    code = write(receipt["query_code"])
    assert session(desk, receipt["petition_no"], code).status_code == 200


def test_a_wrong_number_and_a_wrong_code_get_the_identical_404(desk, receipt):
    wrong_code = session(desk, receipt["petition_no"], WRONG_CODE)
    wrong_number = session(desk, "XF202699999999", receipt["query_code"])
    both_wrong = session(desk, "no-number-at-all-and-far-too-long", WRONG_CODE)
    assert told(wrong_code) == told(wrong_number) == told(both_wrong)
    assert wrong_code.status_code == 404
    assert set(wrong_code.headers.keys()) == set(wrong_number.headers.keys())


@on_both_databases
@pytest.mark.parametrize("number", ["real", "XF202699999999"])
def test_after_ten_wrong_codes_an_hour_of_silence(desk, receipt, number):
    number = receipt["petition_no"] if number == "real" else number
    codes = [session(desk, number, WRONG_CODE).status_code for _ in range(12)]
    assert codes == [404] * 10 + [429] * 2
    refused = session(desk, number, receipt["query_code"])
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_wrong_codes")
    assert refused.headers["Retry-After"] == "3600"


@on_both_databases
def test_after_the_hour_the_right_code_works_and_the_count_begins_anew(desk, receipt):
    for _ in range(10):
        session(desk, receipt["petition_no"], WRONG_CODE)
    desk.app.clock.advance(hours=1)
    assert session(desk, receipt["petition_no"], receipt["query_code"]).status_code == 200
    assert session(desk, receipt["petition_no"], WRONG_CODE).status_code == 404
    assert [row.tries for row in desk.rows(models.wrong_codes)] == [1]


@on_both_databases
def test_wrong_tries_older_than_the_window_are_cleaned_away(desk):
    for n in range(5):
        session(desk, f"XF20260000000{n}", WRONG_CODE)
    desk.app.clock.advance(hours=2)
    session(desk, "XF202600000009", WRONG_CODE)
    assert [row.petition_no for row in desk.rows(models.wrong_codes)] == ["XF202600000009"]


def test_wrong_codes_for_one_petition_do_not_hold_another_back(desk, receipt):
    other = desk.registered()
    for _ in range(10):
        session(desk, other["petition_no"], WRONG_CODE)
    assert progress(desk, receipt).status_code == 200


def test_a_code_opens_only_its_own_petition(desk, receipt):
    other = desk.registered()
    assert session(desk, receipt["petition_no"], other["query_code"]).status_code == 404


def test_a_token_reads_only_its_own_petition(desk, receipt):
    other = desk.registered()
    mine = session(desk, receipt["petition_no"], receipt["query_code"]).json["token"]
    assert progress(desk, other, token=mine).status_code == 404
    assert progress(desk, receipt, token=mine).status_code == 200
    assert desk.get(f"/v1/petitions/{receipt['petition_id']}", token=mine).status_code == 401


def test_a_token_lasts_an_hour(desk, receipt):
    opened = session(desk, receipt["petition_no"], receipt["query_code"]).json
    assert opened["expires_in"] == 3600
    desk.app.clock.advance(hours=1)
    assert progress(desk, receipt, token=opened["token"]).status_code == 401


def test_no_token_or_a_staff_token_reads_no_progress(desk, receipt):
    path = f"/v1/public/petitions/{receipt['petition_no']}"
    assert desk.get(path).status_code == 401
    assert desk.get(path, "leader").status_code == 401


@on_both_databases
def test_a_citizen_reads_the_stages_in_plain_words(desk, receipt, story):
    hear(desk.app, *story(receipt["petition_id"]).whole())
    stages = progress(desk, receipt).json["stages"]
    assert [s["stage"] for s in stages] == [
        "registered", "forwarded", "accepted", "replied", "served", "closed"
    ]  # fmt: skip
    words = {s["stage"]: s["text"] for s in stages}
    assert words["forwarded"].startswith("您反映的事项已转送交通运输局")
    assert "应在2026年5月5日前办结" in words["accepted"]
    assert words["served"] == "处理意见已送达。答复内容：路灯已修好。"
    assert words["closed"] == "您反映的事项已办结。"
    assert "路灯已修好" not in words["replied"]


def test_in_the_secret_lane_no_unit_and_no_reply_is_named(desk, story):
    receipt = desk.registered(purpose="accusation")
    hear(desk.app, *story(receipt["petition_id"]).whole())
    text = progress(desk, receipt).text
    assert "交通运输局" not in text
    assert "路灯已修好" not in text
    assert "有权处理的机关" in text


def test_a_reply_with_braces_is_told_as_it_is(desk, receipt, story):
    case = story(receipt["petition_id"], unit="{secret}")
    bodies = [case.then("forwarded", lead_unit_name="{petition_no}{reply}"), case.then("served")]
    hear(desk.app, *bodies)
    assert "{petition_no}{reply}" in progress(desk, receipt).json["stages"][1]["text"]


@pytest.fixture(scope="module")
def lives(tmp_path_factory):
    """An intake, and a way to tell it one case in an order of one's own."""
    app = make_app(SERVICE, tmp_path_factory.mktemp("progress"), PUBLIC_RATE="1000000/hour")
    yield app, Office(app)
    app.close()


@given(data=st.data())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_events_in_any_order_in_any_batches_end_in_the_same_picture(lives, story, data):
    app, office = lives
    body = {"channel": "visit", "title": "甲", "content": "乙"}
    receipts = [office.post("/v1/petitions", "registrar", json=body).json for _ in range(2)]
    later = MORNING + dt.timedelta(days=30)
    stories = [
        story(r["petition_id"]).whole() + story(r["petition_id"], at=later).hard() for r in receipts
    ]
    hear(app, *stories[0])
    order = data.draw(st.permutations(stories[1] * 2))
    cut = data.draw(st.integers(0, len(order)))
    hear(app, *order[:cut])
    hear(app, *order[cut:])
    usual, shuffled = (
        progress(office, receipt).text.replace(receipt["petition_no"], "…") for receipt in receipts
    )
    assert shuffled == usual
