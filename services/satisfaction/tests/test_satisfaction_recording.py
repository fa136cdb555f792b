"""A petitioner evaluates each object once; history is imported with its own times."""

import datetime as dt
import json
import threading
import uuid

import pytest
import sqlalchemy as sa

from satisfaction import models
from shared.clock import wire
from shared.testing import emitted, hear

OFFICE, UNIT = "petition_office", "handling_unit"
GIVEN = {"object": OFFICE, "grade": "satisfied"}


@pytest.fixture
def evaluate(office):
    """Posts a citizen's evaluation."""

    def post(petition_id, language="en", **body):
        headers = {"Accept-Language": language, "Content-Type": "application/json"}
        token, sent = office.citizen_token(petition_id), json.dumps(body)
        return office.post("/v1/public/evaluations", token=token, headers=headers, data=sent)

    return post


@pytest.fixture
def bring_in(office):
    """Posts an evaluation of the past."""

    def post(petition_id, *, role="importer", **body):
        given = {"petition_id": petition_id, "simulated": True, **GIVEN, **body}
        headers = {"Accept-Language": "en"}
        return office.post("/v1/evaluations", role, headers=headers, json=given)

    return post


def test_a_petitioner_evaluates_both_objects(app, clock, evaluate, story):
    case = story()
    hear(app, *case.until("served"))
    clock.advance(days=2)
    comment = "很快就解决了，我的电话是13812345678。"
    first = evaluate(case.petition_id, object=OFFICE, grade="satisfied", comment=comment)
    second = evaluate(case.petition_id, object=UNIT, grade="dissatisfied")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["unit"] == "bureau"
    assert second.json["unit"] == "transport"
    assert "13812345678" not in first.json["comment"]
    assert dt.datetime.fromisoformat(first.json["recorded_at"]) == clock.now()
    assert first.json["simulated"] is False
    told = [e["data"] for e in emitted(app, "evaluation.recorded.v1")]
    assert [(one["object"], one["unit"], one["grade"]) for one in told] == [
        (OFFICE, "bureau", "satisfied"),
        (UNIT, "transport", "dissatisfied"),
    ]
    assert "comment" not in str(told)


@pytest.mark.parametrize(
    "told",
    [("opened", OFFICE, []), ("forwarded", UNIT, [OFFICE]), ("replied", UNIT, [OFFICE])],
)
def test_what_is_not_open_yet_is_refused_with_the_reason(app, evaluate, story, told):
    last, object_, allowed = told
    case = story()
    hear(app, *case.until(last))
    for language, reason in (("en", "cannot be evaluated yet"), ("zh", "尚不能评价")):
        answer = evaluate(case.petition_id, language, object=object_, grade="satisfied")
        assert answer.status_code == 409
        assert answer.json["code"] == "evaluation_not_open"
        assert reason in answer.json["detail"]
        assert answer.json["allowed"] == allowed


def test_a_second_evaluation_is_refused_and_changes_nothing(app, evaluate, story):
    case = story()
    hear(app, *case.until("served"))
    evaluate(case.petition_id, **GIVEN)
    for language, reason in (("en", "already"), ("zh", "已经评价过")):
        again = evaluate(case.petition_id, language, object=OFFICE, grade="dissatisfied")
        assert again.status_code == 409
        assert again.json["code"] == "evaluation_recorded"
        assert reason in again.json["detail"]
        assert again.json["allowed"] == [UNIT]
    (told,) = emitted(app, "evaluation.recorded.v1")
    assert told["data"]["grade"] == "satisfied"


def test_a_late_event_does_not_open_it_again(app, evaluate, story):
    case = story()
    told = case.until("served")
    hear(app, told[-1])
    evaluate(case.petition_id, **GIVEN)
    hear(app, *told[:-1], case.then("closed"))
    assert evaluate(case.petition_id, **GIVEN).json["code"] == "evaluation_recorded"
    assert len(emitted(app, "evaluation.invited.v1")) == 2


def test_the_same_key_gets_the_same_answer(app, office, story):
    case = story()
    hear(app, *case.until("forwarded"))
    token, key = office.citizen_token(case.petition_id), {"Idempotency-Key": str(uuid.uuid4())}
    answers = [
        office.post("/v1/public/evaluations", token=token, headers=key, json=GIVEN)
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    other = GIVEN | {"grade": "dissatisfied"}
    changed = office.post("/v1/public/evaluations", token=token, headers=key, json=other)
    assert changed.status_code == 422


def test_of_many_at_once_one_is_recorded(app, office, story):
    case = story()
    hear(app, *case.until("forwarded"))
    token, statuses = office.citizen_token(case.petition_id), []
    together = threading.Barrier(6)

    def post():
        client = office.client.application.test_client()
        together.wait()
        headers = {"Authorization": f"Bearer {token}"}
        answer = client.post("/v1/public/evaluations", headers=headers, json=GIVEN)
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409, 409, 409, 409, 409]
    assert len(emitted(app, "evaluation.recorded.v1")) == 1


def test_a_petition_in_two_cases_evaluates_each(app, evaluate, story):
    one = story()
    two = story(petition_ids=one.petition_ids, unit="urban", at=one.at + dt.timedelta(days=1))
    hear(app, *two.until("served"), *one.until("served"))
    units = [evaluate(one.petition_id, object=UNIT, grade="satisfied").json["unit"] for _ in "ab"]
    assert units == ["transport", "urban"]
    assert evaluate(one.petition_id, object=UNIT, grade="satisfied").status_code == 409


def test_only_the_petitions_own_token_evaluates(app, office, story):
    case = story()
    hear(app, *case.until("forwarded"))
    path = "/v1/public/evaluations"
    assert office.post(path, json=GIVEN).status_code == 401
    assert office.post(path, "supervisor", json=GIVEN).status_code == 401
    foreign = office.citizen_token(str(uuid.uuid4()))
    assert office.post(path, token=foreign, json=GIVEN).status_code == 409
    assert emitted(app, "evaluation.recorded.v1") == []


@pytest.mark.parametrize(
    "sent",
    [
        ({"grade": "excellent"}, "grade", "应为以下之一", "Must be one of"),
        ({"grade": None}, "grade", "不能为空值。", "May not be null."),
        ({"object": 3}, "object", "应为文本。", "Must be a text."),
        ({"comment": "好" * 2001}, "comment", "最多2000个字", "At most 2000 characters"),
        ({"comment": "a\x00b"}, "comment", "控制字符", "control character"),
        ({"comment": "a\ud800b"}, "comment", "代理码位", "lone surrogate"),
        ({"simulated": True}, "simulated", "没有这个字段。", "There is no such field."),
    ],
)
def test_bad_input_is_refused_by_field_in_both_languages(app, evaluate, story, sent):
    change, field, zh, en = sent
    case = story()
    hear(app, *case.until("forwarded"))
    for language, reason in (("zh", zh), ("en", en)):
        answer = evaluate(case.petition_id, language, **(GIVEN | change))
        assert answer.status_code == 422
        (error,) = answer.json["errors"]
        assert error["field"] == field
        assert reason in error["reason"]
    assert emitted(app, "evaluation.recorded.v1") == []


def test_missing_fields_are_named(app, evaluate):
    answer = evaluate("some-petition")
    assert {error["field"] for error in answer.json["errors"]} == {"object", "grade"}


def test_history_is_imported_with_its_own_time(app, clock, bring_in, story):
    case = story(historical=True)
    hear(app, *case.until("closed"))
    clock.advance(days=700)
    at = case.served_at + dt.timedelta(days=3)
    answer = bring_in(case.petition_id, object=UNIT, at=wire(at))
    assert answer.status_code == 201
    assert dt.datetime.fromisoformat(answer.json["recorded_at"]) == at
    assert answer.json["simulated"] is True
    (told,) = emitted(app, "evaluation.recorded.v1")
    assert (told["time"], told["historical"]) == (wire(at), True)
    assert told["data"]["simulated"] is True


def test_an_evaluation_is_not_older_than_its_opening(app, clock, bring_in, story):
    case = story()
    hear(app, *case.until("served"))
    clock.advance(days=2)
    early = bring_in(
        case.petition_id, object=UNIT, at=wire(case.served_at - dt.timedelta(seconds=1))
    )
    assert early.status_code == 422
    assert early.json["errors"][0]["field"] == "at"
    assert wire(case.served_at) in early.json["errors"][0]["reason"]
    assert bring_in(case.petition_id, object=UNIT, at=wire(case.served_at)).status_code == 201


@pytest.mark.parametrize(
    "at", ["2027-01-01T00:00:00Z", "2026-03-02T09:00:00", "9999-12-31T23:59:59-12:00"]
)
def test_an_impossible_time_is_refused(app, clock, bring_in, story, at):
    case = story()
    hear(app, *case.until("served"))
    clock.advance(days=2)
    answer = bring_in(case.petition_id, at=at)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "at"


def test_only_the_importer_imports(app, clock, bring_in, story):
    case = story()
    hear(app, *case.until("served"))
    clock.advance(days=2)
    for role in ("supervisor", "handler", "partner"):
        assert bring_in(case.petition_id, role=role, at=wire(clock.now())).status_code == 403
    unknown = bring_in("no-such-petition", at=wire(clock.now()))
    assert (unknown.status_code, unknown.json["code"]) == (409, "evaluation_not_open")


def test_the_database_holds_no_phone_number(app, evaluate, story):
    case = story()
    hear(app, *case.until("forwarded"))
    evaluate(case.petition_id, **GIVEN, comment="打13812345678找我，身份证440301199001011234")
    with app.db.read() as session:
        kept = session.scalar(sa.select(models.evaluations.c.comment))
    assert "13812345678" not in kept
    assert "440301199001011234" not in kept
