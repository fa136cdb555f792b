"""What may be an accusation keeps to the secret lane until the bureau has read it."""

import pytest

from intake import models
from intake.domain.suspicion import AccusationRules
from shared.testing import emitted

ACCUSES = {"title": "反映青檀村的事", "content": "村主任收受施工队红包，截留修路款，请查处。"}
CLEARED = {"decision": "cleared", "reason": "来信人转述传闻，诉求是修路"}
CONFIRMED = {"decision": "confirmed", "reason": "反映村主任收受红包"}


def decide(desk, receipt, decision, role="dispatcher"):
    return desk.post(f"/v1/petitions/{receipt['petition_id']}/suspicion", role, json=decision)


def waiting(desk, role="dispatcher"):
    return desk.get("/v1/suspicions", role).json["items"]


@pytest.mark.parametrize(
    "words",
    [
        ACCUSES,
        {"title": "举报望潮街道某干部", "content": "上班时间打牌。"},
        {"title": "请查账", "content": "低保名额被村委会优亲厚友，名单从不公开。"},
        {"title": "检举信", "content": "见附页。"},
        {"title": "修路", "claim": "请查处局长以权谋私", "content": "路烂了三年。"},
    ],
)
def test_words_that_accuse_somebody_in_office_take_the_secret_lane(desk, words):
    receipt = desk.registered(**words)
    assert [event["type"] for event in emitted(desk.app)] == ["petition.registered.v1"]
    assert emitted(desk.app)[0]["data"]["secret"] is True
    assert [item["petition_no"] for item in waiting(desk)] == [receipt["petition_no"]]


@pytest.mark.parametrize(
    "content",
    [
        "路灯坏了，请领导重视。",
        "多次向城管部门反映，一直没有人来。",
        "物业公司克扣工资，请帮助讨薪。",
        "坚决支持反腐败，也请把楼道的灯修好。书记您好！",
        "班主任安排座位不公平，包庇打人的学生。",
        "村主任您好。" + "我家门口的路烂了。" * 10 + "有人送红包。",
    ],
)
def test_a_complaint_about_a_matter_is_not_suspected(desk, content):
    desk.registered(content=content)
    assert waiting(desk) == []
    assert emitted(desk.app)[0]["data"]["secret"] is False


def test_the_dispatcher_sees_what_made_it_suspect(desk):
    desk.registered(**ACCUSES)
    (item,) = waiting(desk)
    assert item["words"] == ["村主任", "收受"]


def test_what_was_cleared_goes_on_with_its_words_and_leaves_the_secret_lane(desk):
    receipt = desk.registered(**ACCUSES)
    answer = decide(desk, receipt, CLEARED)
    assert (answer.status_code, answer.json["decision"]) == (200, "cleared")
    _registered, cleared, text = emitted(desk.app)
    assert (cleared["type"], text["type"]) == ("petition.cleared.v1", "petition.text.v1")
    assert text["data"]["content"] == ACCUSES["content"]
    assert text["subjectversion"] > cleared["subjectversion"]
    assert waiting(desk) == []
    assert desk.get(f"/v1/petitions/{receipt['petition_id']}", "registrar").status_code == 200


def test_the_words_that_go_on_are_masked_like_any_others(desk):
    words = ACCUSES | {"content": "村主任收受红包。联系人诸葛小满，电话13912340002。"}
    receipt = desk.registered(**words, petitioner={"name": "诸葛小满"})
    decide(desk, receipt, CLEARED)
    told = emitted(desk.app, "petition.text.v1")[0]["data"]["content"]
    assert "诸葛小满" not in told and "13912340002" not in told


def test_what_was_confirmed_stays_in_the_secret_lane_and_waits_no_more(desk):
    receipt = desk.registered(**ACCUSES)
    assert decide(desk, receipt, CONFIRMED).status_code == 200
    assert len(emitted(desk.app)) == 1
    assert waiting(desk) == []
    assert desk.get(f"/v1/petitions/{receipt['petition_id']}", "registrar").status_code == 404


def test_it_is_decided_once(desk):
    receipt = desk.registered(**ACCUSES)
    decide(desk, receipt, CONFIRMED)
    again = decide(desk, receipt, CLEARED)
    assert (again.status_code, again.json["code"]) == (409, "decided_already")
    assert len(emitted(desk.app)) == 1


@pytest.mark.parametrize("role", ["registrar", "handler", "auditor", "supervisor", "admin"])
def test_others_neither_see_what_waits_nor_decide(desk, role):
    receipt = desk.registered(**ACCUSES)
    assert desk.get("/v1/suspicions", role).status_code == 403
    assert decide(desk, receipt, CLEARED, role).status_code == 403


def test_what_is_not_suspected_is_not_decided(desk):
    assert decide(desk, desk.registered(), CLEARED).status_code == 404


@pytest.mark.parametrize(
    ("decision", "field"),
    [
        ({"decision": "maybe", "reason": "再看看"}, "decision"),
        ({"decision": "cleared"}, "reason"),
        ({"decision": "cleared", "reason": " "}, "reason"),
    ],
)
def test_a_decision_needs_its_reason(desk, decision, field):
    answer = decide(desk, desk.registered(**ACCUSES), decision)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


@pytest.mark.parametrize("fields", [{"purpose": "accusation"}, {"secrecy": True}])
def test_what_is_secret_anyway_is_not_suspected(desk, fields):
    desk.registered(**ACCUSES, **fields)
    assert desk.rows(models.suspicions) == []


def test_imported_history_is_not_suspected(desk):
    desk.register("importer", **ACCUSES, at="2025-06-01T09:00:00+08:00")
    assert desk.rows(models.suspicions) == []


def test_office_and_deed_in_sentences_of_their_own_are_not_suspected_however_many():
    rules = AccusationRules.read()
    assert rules.suspicion("主任。红包。" * 8_000) is None
    assert rules.suspicion("举报" * 25_000) is None
