"""What is registered beside the words: how many, who acts for whom, where, and what needs care."""

import pytest
import sqlalchemy as sa

from intake import models
from intake.domain.location import to_wgs84, wgs84_to_gcj02
from shared.testing import emitted

AGENT = {"name": "司马青山", "phone": "13912340001", "relation": "lawyer"}
SIGNED = {"signed_on": "2026-02-20", "until": "2026-12-31", "scope": "代为申请复查"}
COSIGNERS = [{"name": "上官文静"}, {"name": "诸葛小满", "phone": "13912340002"}]
REGISTRATION_DAY = "2026-03-02"


def registered_as(desk, **fields):
    """The petition as its registrar sees it."""
    receipt = desk.registered(**fields)
    answer = desk.get(f"/v1/petitions/{receipt['petition_id']}", "registrar")
    assert answer.status_code == 200, answer.text
    return answer.json


def unmasked(desk, **fields):
    receipt = desk.registered(**fields)
    path = f"/v1/petitions/{receipt['petition_id']}/unmask"
    return desk.post(path, "registrar", json={"purpose": "核对登记内容"}).json


def refusals(desk, **fields):
    """Field and reason of each refusal."""
    answer = desk.register(**fields)
    assert answer.status_code == 422, answer.text
    assert desk.rows(models.petitions) == []
    assert desk.rows(models.participants) == []
    return {error["field"]: error["reason"] for error in answer.json["errors"]}


def test_a_petition_without_them_is_one_persons_and_needs_no_special_care(desk):
    seen = registered_as(desk)
    assert (seen["people"], seen["joint"], seen["anonymous"]) == (1, False, True)
    assert not (seen["urgent"] or seen["threat"] or seen["litigation"])
    assert (seen["location"], seen["participants"], seen["proceedings"]) == (None, [], [])


def test_what_is_asked_for_and_what_came_before_are_kept_apart_from_the_facts(desk):
    seen = registered_as(desk, claim="尽快修好路灯", course="去年10月向街道反映，未答复。")
    assert seen["claim"] == "尽快修好路灯"
    assert seen["course"] == "去年10月向街道反映，未答复。"


def test_who_signs_counts_and_makes_it_joint(desk):
    seen = registered_as(desk, petitioner={"name": "欧阳晓峰"}, cosigners=COSIGNERS)
    assert (seen["people"], seen["joint"]) == (3, True)


def test_more_may_have_come_than_have_signed(desk):
    seen = registered_as(desk, people=30, cosigners=COSIGNERS, affected=800)
    assert (seen["people"], seen["affected"], seen["joint"]) == (30, 800, True)


def test_a_couple_may_say_that_it_is_no_joint_petition(desk):
    assert registered_as(desk, people=2, joint=False)["joint"] is False


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"people": 2, "cosigners": COSIGNERS}, "people", "少于已列出的3人"),
        ({"people": 0}, "people", "应在1和100000之间"),
        ({"joint": True}, "people", "2人以上"),
        ({"agents": [AGENT] * 3}, "agents", "最多2项"),
        ({"representatives": [{"name": "甲"}] * 6}, "representatives", "最多5项"),
        ({"cosigners": [{"phone": "13912340002"}]}, "cosigners.0.name", "必填"),
        ({"agents": [{"name": "甲"}]}, "agents.0.relation", "必填"),
        ({"agents": "律师"}, "agents", "应为列表"),
        (
            {"agents": [AGENT | {"authorisation": SIGNED | {"signed_on": "2026-03-03"}}]},
            "agents",
            "不能晚于登记日期",
        ),
        (
            {"agents": [AGENT | {"authorisation": SIGNED | {"until": "2026-01-01"}}]},
            "agents.0.authorisation.until",
            "不能早于签署日期",
        ),
        ({"proceedings": ["appeal"]}, "proceedings.0", "法院已受理"),
        ({"location": {"longitude": 114.2, "latitude": 22.5}}, "location.system", "必填"),
        (
            {"location": {"longitude": 22.5, "latitude": 114.2, "system": "wgs84"}},
            "location.longitude",
            "应在70和140之间",
        ),
        (
            {"location": {"longitude": "114", "latitude": 22.5, "system": "wgs84"}},
            "location.longitude",
            "应为数字",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_nothing_is_kept(desk, fields, field, reason):
    assert reason in refusals(desk, **fields)[field]


def test_those_beside_the_petitioner_are_masked_until_a_purpose_is_stated(desk):
    given = {"petitioner": {"name": "欧阳晓峰"}, "agents": [AGENT], "cosigners": COSIGNERS}
    masked = registered_as(desk, **given)
    assert [one["name"] for one in masked["participants"]] == ["司***", "上***", "诸***"]
    assert masked["participants"][0]["phone"] == "139******01"
    clear = unmasked(desk, **given)
    assert [one["name"] for one in clear["participants"]] == ["司马青山", "上官文静", "诸葛小满"]


def test_the_words_hold_the_name_of_nobody_who_takes_part(desk):
    words = {"title": "司马青山代理的事", "content": "上官文静家门口的路灯不亮。"}
    receipt = desk.registered(**words, agents=[AGENT], cosigners=COSIGNERS)
    (text,) = emitted(desk.app, "petition.text.v1")
    told = text["data"]
    assert told["title"] == "司***代理的事" and told["content"] == "上***家门口的路灯不亮。"
    assert set(told) == {"petition_id", "title", "content", "place"}
    assert text["subject"] == receipt["petition_id"]


def test_nothing_of_those_beside_the_petitioner_is_stored_in_clear(desk):
    desk.registered(agents=[AGENT], cosigners=COSIGNERS)
    stored = repr(desk.rows(models.participants)).encode()
    for secret in ("司马青山", "13912340001", "诸葛小满"):
        assert secret.encode() not in stored and secret not in stored.decode()


def test_one_participants_name_cannot_be_put_in_anothers_place(desk):
    receipt = desk.registered(cosigners=COSIGNERS)
    table = models.participants
    with desk.app.db.write() as session:
        first = session.scalar(sa.select(table.c.name).where(table.c.place == 0))
        session.execute(sa.update(table).where(table.c.place == 1).values(name=first))
    assert desk.get(f"/v1/petitions/{receipt['petition_id']}", "registrar").status_code == 500


@pytest.mark.parametrize(
    ("change", "authorised"),
    [
        ({}, False),
        ({"authorisation": SIGNED}, True),
        ({"authorisation": SIGNED | {"until": "2026-03-01"}}, False),
        ({"authorisation": SIGNED | {"until": REGISTRATION_DAY}}, True),
        ({"authorisation": {"signed_on": REGISTRATION_DAY}}, True),
        ({"relation": "guardian"}, True),
    ],
)
def test_an_agent_is_registered_whether_authorised_or_not_and_shown_so(desk, change, authorised):
    (agent,) = registered_as(desk, agents=[AGENT | change])["participants"]
    assert (agent["part_name"], agent["authorised"]) == ("代理人", authorised)


@pytest.mark.parametrize("begun", [["court"], ["court", "review_opinion"]])
def test_a_matter_before_a_court_is_one_of_litigation(desk, begun):
    seen = registered_as(desk, proceedings=begun)
    assert (seen["litigation"], seen["proceedings"]) == (True, sorted(begun))


def test_the_facts_of_registration_are_told_without_any_person(desk):
    desk.registered(
        petitioner={"name": "欧阳晓峰"}, cosigners=COSIGNERS, urgent=True, threat=True,
        litigation=True,
    )  # fmt: skip
    (event,) = emitted(desk.app, "petition.registered.v1")
    told = event["data"]
    assert (told["people"], told["joint"], told["anonymous"]) == (3, True, False)
    assert told["urgent"] and told["threat"] and told["litigation"]
    assert "欧阳晓峰" not in str(event) and "上官文静" not in str(event)


def test_citizens_do_not_say_themselves_that_it_is_urgent(desk):
    body = {"channel": "web", "title": "路灯不亮", "content": "不亮一个月了。", "urgent": True}
    answer = desk.post("/v1/public/petitions", token="", json=body)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "urgent"


def test_a_point_of_a_chinese_map_is_kept_as_wgs84_with_its_system(desk):
    point = {"longitude": 113.9171764808363, "latitude": 22.540796131694766, "system": "gcj02"}
    assert registered_as(desk, location=point)["location"] == {
        "longitude": 113.912316,
        "latitude": 22.543847,
        "system": "gcj02",
    }


@pytest.mark.parametrize("system", ["wgs84", "cgcs2000"])
def test_other_points_are_kept_as_they_are(desk, system):
    point = {"longitude": 114.2411, "latitude": 22.5552, "system": system}
    assert registered_as(desk, location=point)["location"] == point


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_published_points_are_converted_both_ways(wgs84, gcj02):
    assert wgs84_to_gcj02(*wgs84) == pytest.approx(gcj02, abs=1e-9)
    assert to_wgs84(*gcj02, system="gcj02") == pytest.approx(wgs84, abs=1e-6)


def test_outside_china_nothing_is_shifted():
    assert wgs84_to_gcj02(139.75, 35.68) == (139.75, 35.68)
