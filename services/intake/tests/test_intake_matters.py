"""Matters: put together and apart by staff, nobody lost, each decision written down."""

import pytest
import sqlalchemy as sa

from intake import models
from intake.jobs import comparing as jobs
from shared.testing import hear, mark

on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
WORDS = ("桐溪路积水", "枫渡桥栏杆松动", "荷塘小学门口拥堵", "梅浦市场占道", "竹坞公园没有厕所")


@pytest.fixture
def petitions(desk):
    """Five petitions about nothing in common, each of a person of their own."""
    sent = []
    for n, title in enumerate(WORDS):
        desk.app.clock.advance(minutes=1)
        receipt = desk.registered(title=title, content=f"{title}，请处理。",
                                  petitioner={"phone": f"1380000{n:04d}"})  # fmt: skip
        sent.append(receipt)
    return sent


def link(desk, petitions, *, role="dispatcher", status=201, **more):
    desk.app.clock.advance(minutes=1)
    body = {"petition_ids": [p["petition_id"] for p in petitions], "reason": "同一工程引起"} | more
    answer = desk.post("/v1/matters", role, json=body)
    assert answer.status_code == status, answer.text
    return answer.json


def unmerge(desk, matter_id, *, status=200, **more):
    body = {"reason": "并非同一处", **more}
    answer = desk.post(f"/v1/matters/{matter_id}/unmerge", "dispatcher", json=body)
    assert answer.status_code == status, answer.text
    return answer.json


def places(desk):
    rows = desk.rows(models.matter_petitions)
    return {row.petition_id: (row.matter_id, row.decision) for row in rows}


@on_both_databases
def test_petitions_linked_are_one_matter_and_each_stays_as_it_was(desk, petitions):
    before = desk.rows(models.petitions)
    matter = link(desk, petitions[:3], kind="campaign")
    assert (matter["letters"], matter["people"], matter["unidentified"]) == (3, 3, 0)
    assert [p["petition_no"] for p in matter["petitions"]] == [
        p["petition_no"] for p in petitions[:3]
    ]
    assert all(p["first"]["ever"] for p in matter["petitions"])
    (decision,) = matter["decisions"]
    assert (decision["by"], decision["action_name"], decision["reason"]) == (
        "dispatcher", "人工归并", "同一工程引起",
    )  # fmt: skip
    assert desk.rows(models.petitions) == before
    for receipt in petitions[:3]:
        session = desk.post(
            f"/v1/public/petitions/{receipt['petition_no']}/session",
            json={"query_code": receipt["query_code"]},
        )
        assert session.status_code == 200


@on_both_databases
def test_two_matters_become_one_and_are_two_again_exactly(desk, petitions):
    a, b = link(desk, petitions[:2]), link(desk, petitions[2:4], kind="campaign")
    apart = places(desk)
    one = link(desk, [petitions[1], petitions[3], petitions[4]], kind="repeat")
    assert one["matter_id"] == a["matter_id"]
    assert (one["letters"], one["kind"]) == (5, "repeat")
    assert desk.get(f"/v1/matters/{b['matter_id']}", "dispatcher").status_code == 404
    unmerge(desk, one["matter_id"])
    assert places(desk) == apart
    again = [desk.get(f"/v1/matters/{m['matter_id']}", "dispatcher").json for m in (a, b)]
    assert [(m["letters"], m["kind"]) for m in again] == [(2, "same"), (2, "campaign")]
    assert [d["action"] for d in again[0]["decisions"]] == ["linked", "linked", "unmerged"]


@on_both_databases
def test_nothing_is_undone_over_a_later_decision(desk, petitions):
    first = link(desk, petitions[:2])
    decision = first["decisions"][0]["decision"]
    other = link(desk, petitions[2:4])
    link(desk, [petitions[2], petitions[0]])
    before = places(desk)
    answer = unmerge(desk, other["matter_id"], status=404)
    assert places(desk) == before
    last = desk.get(f"/v1/matters/{first['matter_id']}", "dispatcher").json["decisions"][-1]
    unmerge(desk, first["matter_id"], decision=last["decision"])
    unmerge(desk, first["matter_id"], decision=decision)
    answer = unmerge(desk, other["matter_id"])
    assert [item["matter_id"] for item in answer["items"]] == [None, None]
    assert places(desk) == {}


@on_both_databases
def test_a_decision_is_undone_once(desk, petitions):
    matter = link(desk, petitions[:3])
    decision = matter["decisions"][0]["decision"]
    release(desk, matter, petitions[0])
    problem = unmerge(desk, matter["matter_id"], status=409, decision=decision)
    assert problem["code"] == "moved_since"
    assert len(places(desk)) == 2
    assert unmerge(desk, matter["matter_id"], status=409, decision=decision + 99)["code"] == (
        "nothing_to_undo"
    )


def release(desk, matter, petition, *, status=200):
    body = {"petition_ids": [petition["petition_id"]], "reason": "另一处"}
    answer = desk.post(f"/v1/matters/{matter['matter_id']}/release", "registrar", json=body)
    assert answer.status_code == status, answer.text
    return answer.json


@on_both_databases
def test_a_petition_is_taken_out_of_its_matter_alone(desk, petitions):
    matter = link(desk, petitions[:3])
    answer = release(desk, matter, petitions[1])
    assert answer["items"] == [{"petition_id": petitions[1]["petition_id"], "matter_id": None}]
    seen = desk.get(f"/v1/matters/{matter['matter_id']}", "dispatcher").json
    assert [p["petition_id"] for p in seen["petitions"]] == [
        petitions[0]["petition_id"], petitions[2]["petition_id"],
    ]  # fmt: skip
    assert [d["action_name"] for d in seen["decisions"]] == ["人工归并", "移出"]
    release(desk, matter, petitions[4], status=422)


@on_both_databases
def test_what_is_together_is_not_linked_twice_nor_rejected(desk, petitions):
    link(desk, petitions[:2])
    assert link(desk, petitions[:2], status=409)["code"] == "already_together"
    ids = [p["petition_id"] for p in petitions]
    said = desk.post(f"/v1/petitions/{ids[0]}/not-same", "dispatcher",
                     json={"other_id": ids[1], "reason": "不同"})  # fmt: skip
    assert (said.status_code, said.json["code"]) == (409, "together")


@on_both_databases
def test_a_link_answers_the_proposals_within_it_and_its_undoing_asks_again(desk):
    words = {"title": "桐溪路积水", "content": "桐溪路下雨积水没过脚面，车辆熄火，请疏通下水道。"}
    sent = [desk.registered(**words, petitioner={"phone": f"1390000{n:04d}"}) for n in range(2)]
    jobs.compare(desk.app)
    matter = link(desk, sent)
    assert desk.get("/v1/matter-proposals", "dispatcher").json["items"] == []
    unmerge(desk, matter["matter_id"])
    (asked,) = desk.get("/v1/matter-proposals", "dispatcher").json["items"]
    assert {asked["petition"]["petition_id"], asked["other"]["petition_id"]} == {
        receipt["petition_id"] for receipt in sent
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"petition_ids": []}, "petition_ids"),
        ({"petition_ids": "all"}, "petition_ids"),
        ({"petition_ids": ["nowhere", "neither"]}, "petition_ids"),
        ({"petition_ids": [None, 1]}, "petition_ids"),
        ({"kind": "friends"}, "kind"),
        ({"reason": " "}, "reason"),
        ({"reason": ...}, "reason"),
        ({"more": 1}, "more"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field_and_changes_nothing(
    desk, petitions, change, field
):
    body = {"petition_ids": [p["petition_id"] for p in petitions], "reason": "同一工程"} | change
    answer = desk.post(
        "/v1/matters", "dispatcher", json={k: v for k, v in body.items() if v is not ...}
    )
    assert answer.status_code == 422
    assert field in str(answer.json["errors"])
    assert places(desk) == {}


def test_one_petition_twice_is_no_matter(desk, petitions):
    link(desk, [petitions[0], petitions[0]], status=422)


def test_counts_and_petitions_of_a_matter_are_those_the_caller_may_see(app, desk, petitions, story):
    hidden = desk.registered(title="桐溪路积水", content="桐溪路积水，请处理。", secrecy=True,
                             petitioner={"phone": "13911112222"})  # fmt: skip
    matter = link(desk, [*petitions[:2], hidden])
    path = f"/v1/matters/{matter['matter_id']}"
    assert (matter["letters"], matter["people"]) == (3, 3)
    seen = desk.get(path, "registrar").json
    assert (seen["letters"], seen["people"]) == (2, 2)
    assert hidden["petition_id"] not in str(seen)
    accused = story(petitions[0]["petition_id"])
    hear(app, accused.then("opened"), accused.then(
        "access_changed", withheld_from=[mark("qian")], named_readers=[]))  # fmt: skip
    qian = desk.get(path, token=desk.token("dispatcher", account="qian"))
    assert (qian.json["letters"], petitions[0]["petition_id"] in qian.text) == (2, False)


@pytest.mark.parametrize(
    "role", ["handler", "unit_head", "reviewer", "auditor", "importer", "admin"]
)
def test_who_decides_nothing_links_nothing(desk, petitions, role):
    body = {"petition_ids": [p["petition_id"] for p in petitions], "reason": "同一工程"}
    assert desk.post("/v1/matters", role, json=body).status_code == 403


def test_a_matter_of_others_does_not_exist(desk, petitions):
    matter = link(desk, petitions[:2])
    stranger = desk.unit_token("handler", unit="housing")
    path = f"/v1/matters/{matter['matter_id']}"
    assert desk.get(path, token=stranger).status_code == 404
    assert desk.get("/v1/matters/nowhere", "dispatcher").status_code == 404


def test_every_look_at_a_matter_is_written_down(desk, petitions):
    matter = link(desk, petitions[:2])
    before = len(desk.looks())
    desk.get(f"/v1/matters/{matter['matter_id']}", "auditor")
    looks = desk.looks()[before:]
    assert {(look.petition_id, look.who) for look in looks} == {
        (p["petition_id"], "auditor") for p in petitions[:2]
    }


@on_both_databases
def test_decisions_are_never_changed(desk, petitions):
    matter = link(desk, petitions[:2])
    before = desk.rows(models.matter_decisions)
    unmerge(desk, matter["matter_id"])
    after = sorted(desk.rows(models.matter_decisions), key=lambda row: row.decision)
    assert after[: len(before)] == before
    assert after[-1].undoes == before[0].decision
    with desk.app.db.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(models.matters)) == 1
