"""The same matter found again: proposed with reasons, joined by itself only for the same person."""

import datetime as dt

import pytest
import sqlalchemy as sa

from intake import models
from intake.domain.same_person import Person, count_people
from intake.domain.sameness import read_words, text_digest
from intake.jobs import comparing as jobs
from shared.testing import hear, mark

on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
WANG = {"name": "王小明", "phone": "13800001234"}
LI = {"name": "李建国", "phone": "13900005678"}
LAMPS = {
    "title": "鹭洲一路松岚小区门口路灯不亮",
    "content": "松岚小区门口的路灯坏了一个月，鹭洲一路夜里漆黑，老人出行很不安全，请尽快派人修理。",
}
LAMPS_AGAIN = {
    "title": "松岚小区路灯至今没有修好",
    "content": "鹭洲一路松岚小区的路灯还是不亮，夜里漆黑，有老人摔倒，希望有关部门重视，尽快修理。",
}
NOISE = {
    "title": "桐溪花园对面工地夜间施工",
    "content": "桐溪花园对面的工地凌晨还在打桩，噪音很大，孩子无法入睡，投诉多次没有结果。",
}
OTHER_LAMPS = {
    "title": "枫渡新村路灯不亮",
    "content": "枫渡新村的路灯坏了一个月，夜里漆黑，老人出行很不安全，请尽快派人修理。",
}
PETITION = "我们全体业主强烈要求查处桐溪花园物业公司擅自提高停车费，请求公示依据并退还多收费用。"


@pytest.fixture
def bring(desk):
    """Registers a petition, each a minute later than the one before, and gives its id."""

    def register(words, **changes):
        desk.app.clock.advance(minutes=1)
        return desk.registered(**words, **changes)["petition_id"]

    return register


@pytest.fixture
def compared(app, desk):
    """Lets what was registered be compared, and asks what is like a petition."""

    def similar(petition_id, *roles, run=True, **kwargs):
        if run:
            jobs.compare(app)
        if not roles and "token" not in kwargs:
            roles = ("dispatcher",)
        answer = desk.get(f"/v1/petitions/{petition_id}/similar", *roles, **kwargs)
        assert answer.status_code == 200, answer.text
        return answer.json

    return similar


def ids(found):
    return [item["petition_id"] for item in found["items"]]


@on_both_databases
def test_a_matter_told_again_in_other_words_is_found_first_with_its_reasons(bring, compared):
    first = bring(LAMPS, petitioner=WANG)
    bring(NOISE, petitioner=LI)
    again = bring(LAMPS_AGAIN, petitioner=LI)
    found = compared(again)
    assert ids(found) == [first]
    item = found["items"][0]
    assert item["score"] > 0.3
    assert {"用语相近", "地点相同", "时间相近"} <= set(item["reasons"])
    assert (item["kind"], item["matter_id"]) == ("same", None)


@on_both_databases
def test_it_is_found_before_the_job_has_compared_it(bring, compared):
    first = bring(LAMPS)
    compared(first)
    again = bring(LAMPS_AGAIN)
    assert ids(compared(again, run=False)) == [first]


@on_both_databases
def test_a_copy_is_found_however_it_is_laid_out_and_headed(bring, compared):
    first = bring({"title": "停车费", "content": PETITION})
    copy = bring({"title": "请求退费", "content": PETITION.replace("，", "，\n\n　")})
    item = compared(copy)["items"][0]
    assert (item["petition_id"], item["score"]) == (first, 1.0)
    assert "文字相同" in item["reasons"]


@on_both_databases
def test_the_same_trouble_at_another_place_counts_less(bring, compared):
    here, there = bring(LAMPS), bring(OTHER_LAMPS)
    again = bring(LAMPS_AGAIN)
    found = {item["petition_id"]: item for item in compared(again)["items"]}
    assert next(iter(found)) == here
    elsewhere = found.get(there, {"score": 0.0, "reasons": ["地点不同"]})
    assert elsewhere["score"] < found[here]["score"] / 2
    assert "地点不同" in elsewhere["reasons"]


@on_both_databases
def test_the_same_person_about_the_same_matter_is_joined_by_itself(bring, compared, desk):
    first = bring(LAMPS, petitioner=WANG)
    again = bring(LAMPS, petitioner={"phone": "+86 138-0000-1234"}, channel="hotline")
    found = compared(again)
    matter = desk.get(f"/v1/matters/{found['matter_id']}", "dispatcher").json
    assert [p["petition_id"] for p in matter["petitions"]] == [first, again]
    assert (matter["kind"], matter["letters"], matter["people"]) == ("repeat", 2, 1)
    assert [d["by"] for d in matter["decisions"]] == ["intake"]
    assert [p["first"] for p in matter["petitions"]] == [
        {"ever": True, "channel": True, "addressee": True},
        {"ever": False, "channel": True, "addressee": False},
    ]
    assert desk.rows(models.proposals) == []


@on_both_databases
def test_one_text_of_many_people_is_proposed_and_never_joined_by_itself(bring, compared, desk):
    people = [{"phone": f"1380000{n:04d}"} for n in range(4)]
    sent = [bring({"title": "停车费", "content": PETITION}, petitioner=one) for one in people]
    found = compared(sent[-1])
    assert ids(found) == sent[:3]
    assert {item["kind_name"] for item in found["items"]} == {"联名或群体信访"}
    assert found["matter_id"] is None
    proposals = desk.get("/v1/matter-proposals", "dispatcher").json["items"]
    assert [(p["petition"]["petition_id"], p["other"]["petition_id"]) for p in proposals] == [
        (one, sent[0]) for one in reversed(sent[1:])
    ]


@on_both_databases
def test_one_text_of_thirty_people_makes_one_proposal_for_each_and_moves_nobody(
    bring, compared, desk
):
    people = [{"phone": f"1380000{n:04d}"} for n in range(30)]
    sent = [bring({"title": "停车费", "content": PETITION}, petitioner=one) for one in people]
    compared(sent[-1])
    assert {(row.petition_id, row.other_id) for row in desk.rows(models.proposals)} == {
        (one, sent[0]) for one in sent[1:]
    }
    assert {row.kind for row in desk.rows(models.proposals)} == {"campaign"}
    assert desk.rows(models.matters) == []
    body = {"petition_ids": sent, "kind": "campaign", "reason": "同一联名信"}
    matter = desk.post("/v1/matters", "dispatcher", json=body).json
    assert (matter["letters"], matter["people"]) == (30, 30)
    numbers = {row.petition_no for row in desk.rows(models.petitions)}
    codes = {row.query_code_digest for row in desk.rows(models.petitions)}
    assert (len(numbers), len(codes)) == (30, 30)
    assert {row.state for row in desk.rows(models.proposals)} == {"linked"}


@on_both_databases
def test_the_principal_behind_an_agent_is_the_person_who_repeats(bring, compared):
    first = bring(LAMPS, petitioner=WANG)
    agent = LI | {"relation": "lawyer"}
    again = bring(LAMPS_AGAIN, petitioner=WANG, agents=[agent])
    (found,) = compared(again)["items"]
    assert (found["petition_id"], found["kind_name"]) == (first, "重复信访")
    assert "同一信访人" in found["reasons"]


@on_both_databases
def test_an_agent_of_two_principals_makes_nobody_the_same(bring, compared):
    agent = {"name": "赵律师", "phone": "13700009999", "relation": "lawyer"}
    first = bring(LAMPS, petitioner=WANG, agents=[agent])
    again = bring(LAMPS, petitioner=LI, agents=[agent])
    found = compared(again)
    assert found["matter_id"] is None
    assert (ids(found), found["items"][0]["kind"]) == ([first], "campaign")
    assert "代理人相同，或为另一件的信访人" in found["items"][0]["reasons"]


@on_both_databases
@pytest.mark.parametrize("part", ["cosigners", "representatives"])
def test_one_person_among_all_who_sign_is_enough_to_repeat_and_staff_are_asked(
    bring, compared, desk, part
):
    joint = bring(LAMPS, petitioner=WANG, **{part: [LI, {"name": "周四", "phone": "13611112222"}]})
    alone = bring(LAMPS, petitioner=LI)
    found = compared(alone)
    assert (ids(found), found["matter_id"]) == ([joint], None)
    assert found["items"][0]["kind_name"] == "重复信访"
    assert "联名人、代表人中有同一人" in found["items"][0]["reasons"]
    (proposal,) = desk.rows(models.proposals)
    assert (proposal.petition_id, proposal.other_id) == (alone, joint)


@on_both_databases
def test_a_void_petition_is_like_nothing_and_counts_nowhere(bring, compared, desk):
    wrong, right = bring(LAMPS, petitioner=WANG), bring(LAMPS, petitioner=LI)
    third = bring(LAMPS_AGAIN, petitioner={"phone": "13611112222"})
    assert set(ids(compared(third))) == {wrong, right}
    body = {"petition_ids": [wrong, right, third], "kind": "same", "reason": "同一路灯"}
    matter = desk.post("/v1/matters", "dispatcher", json=body).json
    said = desk.post(f"/v1/petitions/{wrong}/void", "registrar", json={"reason": "重复录入"})
    assert said.status_code == 200, said.text
    assert ids(compared(third)) == [right]
    seen = desk.get(f"/v1/matters/{matter['matter_id']}", "dispatcher").json
    assert (seen["letters"], seen["people"]) == (2, 2)
    assert wrong not in [one["petition_id"] for one in seen["petitions"]]


@on_both_databases
def test_nobody_is_asked_any_more_about_a_void_petition(bring, compared, desk):
    first, again = bring(LAMPS, petitioner=WANG), bring(LAMPS_AGAIN, petitioner=LI)
    compared(again)
    desk.post(f"/v1/petitions/{again}/void", "registrar", json={"reason": "重复录入"})
    assert desk.get("/v1/matter-proposals", "dispatcher").json["items"] == []
    (row,) = desk.rows(models.proposals)
    assert (row.other_id, row.state, row.why) == (first, "void", "重复录入")


@on_both_databases
def test_a_petition_voided_before_it_was_compared_is_compared_with_nothing(bring, app, desk):
    bring(LAMPS, petitioner=WANG)
    again = bring(LAMPS, petitioner=WANG)
    desk.post(f"/v1/petitions/{again}/void", "registrar", json={"reason": "重复录入"})
    jobs.compare(app)
    assert desk.rows(models.uncompared) == desk.rows(models.proposals) == []
    assert desk.rows(models.matters) == []


@on_both_databases
def test_a_shared_phone_with_other_id_numbers_joins_nobody(bring, compared):
    bring(LAMPS, petitioner=WANG | {"id_number": "11010119900307123X"})
    again = bring(LAMPS, petitioner=WANG | {"id_number": "110101196505051234"})
    found = compared(again)
    assert found["matter_id"] is None
    assert "联系电话相同、证件号码不同" in found["items"][0]["reasons"]


@on_both_databases
def test_another_matter_of_the_same_person_stays_apart(bring, compared):
    bring(LAMPS, petitioner=WANG)
    other = bring(NOISE, petitioner=WANG)
    found = compared(other)
    assert (found["matter_id"], found["items"]) == (None, [])


@on_both_databases
def test_a_rejected_pair_is_proposed_no_more(bring, compared, desk):
    first, again = bring(LAMPS, petitioner=WANG), bring(LAMPS_AGAIN, petitioner=LI)
    assert ids(compared(again)) == [first]
    said = desk.post(
        f"/v1/petitions/{first}/not-same",
        "registrar",
        json={"other_id": again, "reason": "两处路灯"},
    )
    assert said.status_code == 200, said.text
    assert ids(compared(again)) == ids(compared(first)) == []
    assert desk.get("/v1/matter-proposals", "dispatcher").json["items"] == []
    with desk.app.db.write() as session:
        session.execute(sa.insert(models.uncompared), {"petition_id": again, "attempts": 0})
    jobs.compare(desk.app)
    (row,) = desk.rows(models.proposals)
    assert (row.state, row.decided_by, row.why) == ("rejected", "registrar", "两处路灯")


@on_both_databases
def test_what_is_secret_is_compared_only_for_who_may_see_it(bring, compared):
    told = bring(LAMPS, secrecy=True, petitioner=WANG)
    again = bring(LAMPS_AGAIN, petitioner=LI)
    assert ids(compared(again, "dispatcher")) == [told]
    assert ids(compared(again, "registrar")) == []


@on_both_databases
def test_the_secret_lane_is_joined_to_nothing_by_itself(bring, compared, story):
    hidden = bring(LAMPS, secrecy=True, petitioner=WANG)
    again = bring(LAMPS, petitioner=WANG)
    assert compared(again)["matter_id"] is None
    protected = story(again, secret=True)
    third = bring(LAMPS, petitioner=WANG)
    found = compared(third)
    assert found["matter_id"] is not None
    assert hidden not in ids(found) or compared(hidden)["matter_id"] is None
    assert protected.petition_id == again


def test_whom_a_case_is_withheld_from_is_not_told_of_it_by_its_likeness(
    app, bring, compared, story, desk
):
    accused = story(bring(LAMPS, petitioner=WANG))
    again = bring(LAMPS_AGAIN, petitioner=LI)
    hear(app, accused.then("opened"), accused.then("access_changed", withheld_from=[mark("qian")],
                                                   named_readers=[]))  # fmt: skip
    qian, sun = (desk.token("dispatcher", account=name) for name in ("qian", "sun"))
    assert ids(compared(again, token=sun)) == [accused.petition_id]
    assert ids(compared(again, token=qian)) == []
    for token, seen in ((qian, 0), (sun, 1)):
        assert len(desk.get("/v1/matter-proposals", token=token).json["items"]) == seen


def test_words_that_are_kept_apart_find_nothing_and_are_not_found(app, bring, compared, story):
    split = bring(LAMPS, petitioner=WANG)
    again = bring(LAMPS_AGAIN, petitioner=LI)
    accusation = story("no-petition", secret=True)
    hear(app, accusation.then("opened", petition_ids=[], words_of=[split]))
    assert ids(compared(again, "registrar")) == []
    assert ids(compared(split, "registrar")) == []
    assert ids(compared(again, "dispatcher")) == [split]


def test_a_unit_finds_only_petitions_of_its_own_cases(app, bring, compared, story, desk):
    first, again = story(bring(LAMPS)), story(bring(LAMPS_AGAIN), unit="transport")
    hear(app, again.then("opened"), again.then("forwarded"))
    token = desk.unit_token("handler")
    assert ids(compared(again.petition_id, token=token)) == []
    hear(app, first.then("opened"), first.then("forwarded"))
    assert ids(compared(again.petition_id, token=token)) == [first.petition_id]


def test_looks_at_what_is_alike_are_written_down_and_titles_masked(bring, compared, desk):
    first = bring(LAMPS | {"title": "王小明反映路灯不亮"}, petitioner=WANG)
    again = bring(LAMPS_AGAIN, petitioner=LI)
    (item,) = compared(again)["items"]
    assert item["title"] == "王**反映路灯不亮"
    assert {(look.petition_id, look.unmasked) for look in desk.looks()} == {
        (first, False),
        (again, False),
    }


def test_nobody_else_asks_what_is_alike(bring, desk):
    one = bring(LAMPS)
    for role in ("importer", "admin", "partner"):
        assert desk.get(f"/v1/petitions/{one}/similar", role).status_code == 403
    assert desk.get(f"/v1/petitions/{one}/similar").status_code == 401
    stranger = desk.unit_token("handler", unit="housing")
    assert desk.get(f"/v1/petitions/{one}/similar", token=stranger).status_code == 404


@on_both_databases
def test_a_petition_of_the_same_category_says_so(app, bring, compared, story):
    first, again = story(bring(LAMPS)), story(bring(LAMPS_AGAIN))
    hear(app, *(one.then("classified", category="transport.road") for one in (first, again)))
    assert "类别相同" in compared(again.petition_id)["items"][0]["reasons"]


@on_both_databases
def test_what_was_registered_while_the_job_was_away_is_caught_up(bring, app, desk):
    for n in range(120):
        bring({"title": f"桐溪路{n}号积水", "content": f"桐溪路{n}号门前下雨积水，无法通行。"})
    jobs.compare(app)
    assert desk.rows(models.uncompared) == []
    assert len(desk.rows(models.fingerprints)) == 120
    jobs.compare(app)
    counted = {row.pair: row.petitions for row in desk.rows(models.pair_counts)}
    assert counted[0] == 120
    assert max(counted.values()) == 120


@on_both_databases
def test_petitions_of_an_earlier_release_are_taken_up(bring, app, desk):
    first = bring(LAMPS)
    with app.db.write() as session:
        session.execute(sa.delete(models.uncompared))
    jobs.sweep(app)
    jobs.sweep(app)
    assert [row.petition_id for row in desk.rows(models.uncompared)] == [first]


@on_both_databases
def test_one_that_cannot_be_compared_holds_nobody_up_and_is_tried_again(
    bring, app, desk, monkeypatch
):
    bad, good = bring(LAMPS), bring(NOISE)
    read = jobs.comparing.read_known

    def broken(session, petition_ids):
        if bad in petition_ids:
            raise ValueError("unreadable")
        return read(session, petition_ids)

    monkeypatch.setattr(jobs.comparing, "read_known", broken)
    jobs.compare(app)
    (row,) = desk.rows(models.uncompared)
    assert (row.petition_id, row.attempts, row.last_error) == (bad, 1, "ValueError: unreadable")
    assert [row.petition_id for row in desk.rows(models.fingerprints)] == [good]
    monkeypatch.undo()
    app.clock.advance(minutes=2)
    jobs.compare(app)
    assert desk.rows(models.uncompared) == []


def test_digests_of_short_contents_are_told_apart_by_the_title():
    assert text_digest("路灯不亮", "如题。") != text_digest("井盖破损", "如题。")
    assert text_digest("路灯不亮", "如题。") == text_digest("路灯 不亮", "如题")


@pytest.mark.parametrize("text", ["", "。。。", "𠮷𠮷", "的了是", "12345678", "a" * 50_000])
def test_any_text_has_its_words(text):
    words = read_words(text, text, None)
    assert all(0 <= pair < 2**31 for pair in words.strengths)


def test_people_are_counted_once_however_they_are_known():
    phone = Person(phone=b"1")
    both = Person(phone=b"1", id_number=b"a")
    wife = Person(phone=b"2", id_number=b"b")
    assert count_people([phone, both, both, wife, Person(), Person(phone=b"3")]) == 3


def test_a_day_apart_says_less_than_the_same_day(bring, compared, desk):
    first = bring(LAMPS)
    again = bring(LAMPS_AGAIN)
    soon = compared(again)["items"][0]["score"]
    desk.app.clock.at += dt.timedelta(days=700)
    late = bring(LAMPS_AGAIN | {"title": "松岚小区路灯至今还是没有修好"})
    scores = {item["petition_id"]: item["score"] for item in compared(late)["items"]}
    assert scores[first] < soon
