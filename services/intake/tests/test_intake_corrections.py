"""Registrations that were wrong are corrected, those that should not be are void; all is kept."""

import json

import pytest

from intake import models
from shared.testing import emitted, hear

PERSON = {"name": "诸葛小满", "phone": "13912340002"}
AGENT = {
    "name": "司马青山", "relation": "lawyer",
    "authorisation": {"signed_on": "2026-02-20", "until": "2026-12-31"},
}  # fmt: skip


def correct(desk, receipt, role="registrar", reason="录入有误", **changes):
    path = f"/v1/petitions/{receipt['petition_id']}/corrections"
    return desk.post(path, role, json={"changes": changes, "reason": reason})


def void(desk, receipt, role="registrar", **body):
    path = f"/v1/petitions/{receipt['petition_id']}/void"
    return desk.post(path, role, json={"reason": "重复录入"} | body)


def corrections(desk, receipt, role="registrar"):
    return desk.get(f"/v1/petitions/{receipt['petition_id']}/corrections", role).json


def unmasked(desk, receipt):
    path = f"/v1/petitions/{receipt['petition_id']}/unmask"
    return desk.post(path, "registrar", json={"purpose": "核对登记内容"}).json


def refusals(answer):
    assert answer.status_code == 422, answer.text
    return {error["field"]: error["reason"] for error in answer.json["errors"]}


def test_what_is_sent_is_corrected_and_the_rest_stays(desk):
    receipt = desk.registered(petitioner=PERSON, people=3, place="海月路")
    answer = correct(desk, receipt, title="海月路路灯不亮", people=4)
    assert (answer.status_code, answer.json["fields"]) == (201, ["people", "title"])
    seen = unmasked(desk, receipt)
    assert (seen["title"], seen["people"], seen["place"]) == ("海月路路灯不亮", 4, "海月路")
    assert seen["petitioner"]["name"] == "诸葛小满"


def test_persons_are_corrected_and_found_by_their_new_numbers(desk):
    receipt = desk.registered(petitioner=PERSON, agents=[AGENT])
    before = desk.rows(models.petitioners)[0].phone_index
    correct(desk, receipt, petitioner=PERSON | {"phone": "13912340003"})
    assert desk.rows(models.petitioners)[0].phone_index != before
    seen = unmasked(desk, receipt)
    assert seen["petitioner"]["phone"] == "13912340003"
    assert [one["name"] for one in seen["participants"]] == ["司马青山"]
    assert seen["participants"][0]["authorised"] is True


def test_a_list_of_persons_is_replaced_whole(desk):
    receipt = desk.registered(cosigners=[{"name": "甲某"}, {"name": "乙某"}])
    correct(desk, receipt, cosigners=[{"name": "乙某"}], people=2)
    assert [one["name"] for one in unmasked(desk, receipt)["participants"]] == ["乙某"]


def test_who_corrected_what_and_why_is_kept_and_what_stood_there_is_sealed(desk):
    receipt = desk.registered(petitioner=PERSON)
    correct(desk, receipt, petitioner={"name": "诸葛晓满"}, reason="身份证核对")
    (item,) = corrections(desk, receipt)["items"]
    assert (item["fields"], item["reason"]) == (["petitioner"], "身份证核对")
    (row,) = desk.rows(models.corrections)
    assert "诸葛小满".encode() not in row.before
    ring = desk.app.resources.ring
    replaced = json.loads(ring.decrypt(row.before, place=row.correction_id))
    assert replaced["petitioner"]["name"] == "诸葛小满"


def test_routing_hears_the_words_as_they_were_told_and_as_they_are_masked(desk):
    receipt = desk.registered(petitioner=PERSON, content="诸葛小满家门口路灯不亮。")
    correct(desk, receipt, content="诸葛小满家门口路灯常亮，电话13912340002。")
    (event,) = emitted(desk.app, "petition.corrected.v1")
    told = event["data"]
    assert told["before"]["content"] == "诸***家门口路灯不亮。"
    assert told["after"]["content"].startswith("诸***家门口路灯常亮，电话")
    assert "13912340002" not in json.dumps(event, ensure_ascii=False)


def test_nothing_of_secret_words_is_told(desk):
    receipt = desk.registered(secrecy=True)
    assert correct(desk, receipt, role="dispatcher", title="改题").status_code == 201
    told = emitted(desk.app, "petition.corrected.v1")[0]["data"]
    assert (told["before"], told["after"]) == (None, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "web"}, "changes.channel"),
        ({"received_at": "2026-03-01T09:00:00+08:00"}, "changes.received_at"),
        ({"title": None}, "changes.title"),
        ({"title": ""}, "changes.title"),
        ({"people": 1}, "changes.people"),
        ({"agents": [{"name": "甲"}]}, "changes.agents.0.relation"),
        ({"place_code": "nowhere"}, "place_code"),
        ({}, "changes"),
        ({"title": "路灯不亮"}, "changes"),
        ({"content": "村主任收受红包，截留修路款。"}, "changes.content"),
    ],
)
def test_what_cannot_be_corrected_is_refused_and_nothing_is_changed(desk, changes, field):
    receipt = desk.registered(cosigners=[{"name": "甲某"}])
    assert field in refusals(correct(desk, receipt, **changes))
    assert corrections(desk, receipt) == {"items": [], "void": None}
    assert emitted(desk.app, "petition.corrected.v1") == []


def test_a_correction_needs_its_reason(desk):
    assert "reason" in refusals(correct(desk, desk.registered(), reason="", title="改题"))


@pytest.mark.parametrize("role", ["handler", "auditor", "leader", "admin", "reviewer"])
def test_others_neither_correct_nor_void(desk, role):
    receipt = desk.registered()
    assert correct(desk, receipt, role, title="改题").status_code == 403
    assert void(desk, receipt, role).status_code == 403


def test_what_is_not_theirs_to_know_cannot_be_corrected_or_voided(desk):
    receipt = desk.registered(secrecy=True)
    assert correct(desk, receipt, title="改题").status_code == 404
    assert void(desk, receipt).status_code == 404


def test_a_void_petition_names_the_right_one_and_is_changed_no_more(desk):
    right, wrong = desk.registered(), desk.registered()
    answer = void(desk, wrong, instead=right["petition_no"])
    assert (answer.status_code, answer.json["instead"]) == (200, right["petition_no"])
    assert corrections(desk, wrong)["void"]["reason"] == "重复录入"
    assert emitted(desk.app, "petition.voided.v1")[0]["subject"] == wrong["petition_id"]
    assert void(desk, wrong).json["code"] == "void"
    assert correct(desk, wrong, title="改题").json["code"] == "void"


@pytest.mark.parametrize("instead", ["XF202600009999", "itself"])
def test_what_is_named_instead_must_be_another_petition(desk, instead):
    receipt = desk.registered()
    named = receipt["petition_no"] if instead == "itself" else instead
    assert "instead" in refusals(void(desk, receipt, instead=named))


def test_a_void_number_is_not_used_again_and_not_counted(desk):
    first = desk.registered(channel="letter")
    void(desk, first)
    second = desk.registered(channel="letter")
    assert second["petition_no"] != first["petition_no"]
    counted = desk.get("/v1/channels/counts", "supervisor").json["channels"]
    assert {one["code"]: one["petitions"] for one in counted}["letter"] == 1


def test_the_citizen_reads_that_it_is_void_and_where_the_right_one_is(desk):
    right, wrong = desk.registered(), desk.registered()
    void(desk, wrong, instead=right["petition_no"])
    path = f"/v1/public/petitions/{wrong['petition_no']}"
    seen = desk.get(path, token=desk.citizen_token(wrong["petition_id"])).json
    assert (seen["state"], seen["state_name"]) == ("voided", "已作废")
    assert seen["stages"][-1]["text"] == (
        f"该登记有误，已作废，您反映的事项以编号{right['petition_no']}办理。"
    )


def test_what_was_accepted_is_not_void_any_more(desk, story):
    receipt = desk.registered()
    case = story(receipt["petition_id"])
    hear(desk.app, *(case.then(verb) for verb in ("opened", "forwarded", "accepted")))
    answer = void(desk, receipt)
    assert (answer.status_code, answer.json["code"]) == (409, "too_late")
    assert emitted(desk.app, "petition.voided.v1") == []
