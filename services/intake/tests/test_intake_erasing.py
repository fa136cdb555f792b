"""Petitioners are erased by rule or on request, and what stays tells nothing of them."""

import pytest

from intake import models
from intake.domain.retention import Retention
from intake.jobs import retaining
from intake.service import SERVICE
from intake.use_cases import verify
from shared.testing import emitted, hear, make_app

on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
PERSON = {"name": "欧阳晓峰", "phone": "13907312345", "id_number": "110101199003071233"}
WORDS = {"title": "欧阳晓峰反映路灯不亮", "content": "请打13907312345。", "place": "欧阳晓峰家门口"}
ALL_DONE = ("opened", "forwarded", "accepted", "replied", "served", "closed")


@pytest.fixture
def app(request, tmp_path):
    """Intake that keeps petitioners of closed cases a hundred days."""
    kind = getattr(request, "param", "sqlite")
    url = None if kind == "sqlite" else request.getfixturevalue("postgres_url")
    app = make_app(SERVICE, tmp_path, database_url=url, RETENTION_DAYS='{"closed": 100}')
    yield app
    app.close()


@pytest.fixture
def petition_id(desk):
    return desk.registered(petitioner=PERSON, **WORDS)["petition_id"]


def decide(desk, petition_id, what, *roles, reason="信访人申请删除"):
    path = f"/v1/petitions/{petition_id}/{what}"
    return desk.post(path, *(roles or ("leader",)), json={"reason": reason})


def after(desk, story, petition_id, *verbs, days):
    """Tell the case's life, and let days pass since it began."""
    case = story(petition_id)
    hear(desk.app, *[case.then(verb) for verb in verbs])
    desk.app.clock.advance(days=days)


def seen(desk, petition_id):
    answer = desk.get(f"/v1/petitions/{petition_id}", "auditor")
    assert answer.status_code == 200, answer.text
    return answer


def stored(desk):
    """Everything that is kept of petitions and petitioners, as text."""
    return str(desk.rows(models.petitions)) + str(desk.rows(models.petitioners))


@on_both_databases
def test_when_the_days_are_over_nothing_tells_any_more_who_it_was(desk, petition_id, story):
    after(desk, story, petition_id, *ALL_DONE, days=107)
    retaining.run(desk.app)
    answer = seen(desk, petition_id).json
    assert answer["petitioner"] is None
    assert {word: answer[word] for word in WORDS} == {
        "title": "（已按规定删除）", "content": "（已按规定删除）", "place": None,
    }  # fmt: skip
    assert not [value for value in (*PERSON.values(), "晓峰") if value in stored(desk)]
    assert desk.rows(models.petitioners) == []
    row = desk.rows(models.petitions)[0]
    assert (row.erased_for, row.erased_at) == ("retention", desk.app.clock.now())


@on_both_databases
@pytest.mark.parametrize(
    ("verbs", "days"),
    [(ALL_DONE, 105), (ALL_DONE[:-1], 2000), ((*ALL_DONE[:-1], "terminated"), 2000), ((), 2000)],
    ids=["too early", "not ended", "in a state without days", "no case yet"],
)
def test_before_that_nothing_is_erased(desk, petition_id, story, verbs, days):
    after(desk, story, petition_id, *verbs, days=days)
    retaining.run(desk.app)
    assert seen(desk, petition_id).json["petitioner"]["name"] == "欧***"


@on_both_databases
def test_a_petition_in_two_cases_is_kept_until_both_have_ended(desk, petition_id, story):
    other = story(petition_id)
    hear(desk.app, other.then("opened"), other.then("forwarded"))
    after(desk, story, petition_id, *ALL_DONE, days=2000)
    retaining.run(desk.app)
    assert len(desk.rows(models.petitioners)) == 1


def test_a_petition_whose_case_was_opened_again_is_kept(desk, petition_id, story):
    case = story(petition_id)
    hear(desk.app, *[case.then(verb) for verb in ALL_DONE], case.moved("reopen", "registered"))
    desk.app.clock.advance(days=2000)
    retaining.run(desk.app)
    assert len(desk.rows(models.petitioners)) == 1


@on_both_databases
def test_a_hold_keeps_a_petitioner_until_it_is_lifted(desk, petition_id, story):
    assert decide(desk, petition_id, "hold", reason="行政诉讼").json["on_hold"] is True
    assert decide(desk, petition_id, "hold", reason="行政诉讼").status_code == 200
    after(desk, story, petition_id, *ALL_DONE, days=2000)
    retaining.run(desk.app)
    assert decide(desk, petition_id, "erase").json["code"] == "on_hold"
    assert len(desk.rows(models.petitioners)) == 1
    assert decide(desk, petition_id, "lift_hold", reason="已判决").json["on_hold"] is False
    retaining.run(desk.app)
    assert desk.rows(models.petitioners) == []


@on_both_databases
def test_on_request_a_leader_erases_what_has_ended(desk, petition_id, story):
    assert decide(desk, petition_id, "erase").json["code"] == "case_not_ended"
    after(desk, story, petition_id, *ALL_DONE, days=8)
    first = decide(desk, petition_id, "erase")
    assert first.status_code == 200, first.text
    desk.app.clock.advance(seconds=9)
    assert decide(desk, petition_id, "erase").json == first.json
    assert desk.rows(models.petitioners) == []


@pytest.mark.parametrize("what", ["erase", "hold", "lift_hold"])
@pytest.mark.parametrize("role", ["registrar", "dispatcher", "supervisor", "auditor", "admin"])
def test_nobody_but_a_leader_decides(desk, petition_id, what, role):
    assert decide(desk, petition_id, what, role).status_code == 403


@pytest.mark.parametrize("what", ["erase", "hold", "lift_hold"])
def test_without_a_reason_nothing_is_decided(desk, petition_id, what):
    assert decide(desk, petition_id, what, reason="").status_code == 422
    assert decide(desk, "nowhere", what).status_code == 404
    assert desk.looks() == []


def test_what_was_decided_and_erased_by_rule_stands_in_the_chain(desk, petition_id, story):
    decide(desk, petition_id, "hold", reason="行政诉讼")
    decide(desk, petition_id, "lift_hold", reason="已判决")
    after(desk, story, petition_id, *ALL_DONE, days=2000)
    retaining.run(desk.app)
    retaining.run(desk.app)
    assert [(look.who, look.act, look.purpose) for look in desk.looks()] == [
        ("leader", "hold", "行政诉讼"), ("leader", "lift_hold", "已判决"),
        ("retention", "erase", None),
    ]  # fmt: skip
    keys, now = desk.app.resources.audit_keys, desk.app.clock.now()
    assert list(verify(desk.app.db, keys=keys, now=now)) == []


def test_an_erased_petitioner_is_found_by_no_number(desk, petition_id, story):
    other = desk.registered(petitioner=PERSON)["petition_id"]
    after(desk, story, petition_id, *ALL_DONE, days=8)
    decide(desk, petition_id, "erase")
    body = {"phone": PERSON["phone"], "purpose": "来电核对"}
    found = desk.post("/v1/persons/search", "registrar", json=body).json["items"]
    assert [item["petition_id"] for item in found] == [other]
    assert desk.get(f"/v1/petitions/{other}/history", "registrar").json["items"] == []
    unmasked = desk.post(
        f"/v1/petitions/{petition_id}/unmask", "registrar", json={"purpose": "核实身份"}
    )
    assert unmasked.json["petitioner"] is None


@on_both_databases
def test_a_second_batch_takes_what_the_first_has_left(desk, story, monkeypatch):
    monkeypatch.setattr(retaining, "_BATCH", 2)
    for _ in range(5):
        petition_id = desk.registered(petitioner=PERSON)["petition_id"]
        case = story(petition_id)
        hear(desk.app, *[case.then(verb) for verb in ALL_DONE])
    desk.app.clock.advance(days=2000)
    retaining.run(desk.app)
    assert desk.rows(models.petitioners) == []
    assert desk.get("/v1/counts", "auditor").json == {"petitions": 5}


@on_both_databases
@pytest.mark.parametrize("historical", [False, True])
def test_the_log_of_events_forgets_the_words_and_tells_of_it(desk, story, historical):
    imported = {"at": "2020-01-02T09:00:00+08:00"} if historical else {}
    receipt = desk.register("importer", petitioner=PERSON, **WORDS, **imported).json
    other = desk.registered(title="另一件", petitioner=PERSON)["petition_id"]
    after(desk, story, receipt["petition_id"], *ALL_DONE, days=8)
    decide(desk, receipt["petition_id"], "erase")
    kept, others = emitted(desk.app, "petition.text.v1")
    assert kept["data"] == {
        "petition_id": receipt["petition_id"], "title": "（已按规定删除）",
        "content": "（已按规定删除）", "place": None,
    }  # fmt: skip
    assert (others["data"]["petition_id"], others["data"]["title"]) == (other, "另一件")
    (erased,) = emitted(desk.app, "petition.erased.v1")
    assert (erased["subject"], erased["data"]["basis"]) == (receipt["petition_id"], "request")


@on_both_databases
def test_what_was_answered_is_forgotten_and_comes_back_by_no_replay(desk, petition_id, story):
    case = story(petition_id)
    told = [case.then(verb) for verb in ALL_DONE]
    hear(desk.app, *told)
    decide(desk, petition_id, "erase")
    assert "路灯已修好" not in str(desk.rows(models.progress))
    with desk.app.db.write() as session:
        for table in (models.progress, desk.app.service.ground.inbox):
            session.execute(table.delete())
    hear(desk.app, *reversed(told))
    assert len(desk.rows(models.progress)) == 5
    assert "路灯已修好" not in str(desk.rows(models.progress))


def test_without_days_nothing_is_erased_by_rule():
    assert Retention.parse("").days == {}


@pytest.mark.parametrize(
    "text",
    ["[]", "closed", '{"accepted": 10}', '{"closed": 0}', '{"closed": "10"}', '{"closed": true}',
     '{"closed": 1000000}'],
)  # fmt: skip
def test_days_that_cannot_be_are_refused_at_the_start(text):
    with pytest.raises(ValueError, match="RETENTION_DAYS"):
        Retention.parse(text)
