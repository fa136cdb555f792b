"""Protection: what accuses never reaches the accused; secrets are for those named (Art.30)."""

import pytest
from casework import (
    REMEDY,
    at_office,
    badge,
    brought,
    done,
    fields_of,
    refused,
    tried,
    units,
)

from shared.testing import emitted


@pytest.fixture
def office(bench):
    return units(bench)


@pytest.fixture
def accusation(office):
    """An accusation against the housing bureau and the account qian, not yet passed on."""
    at_office(office, "2026-03-02 10:00")
    case = office.opened(purpose="accusation", secret=True)
    return done(office, case, "protect", by="leader", accused_accounts=["qian"])


def seen_by(office, case, who):
    """Where a case is found by somebody: itself, its journal and guide, lists, counts."""
    token = badge(office, who)
    path = f"/v1/cases/{case['case_id']}"
    statuses = {
        name: office.get(path + more, token=token).status_code
        for name, more in (("case", ""), ("steps", "/steps"), ("guide", "/guide"))
    }
    queries = ("", "?unit=housing", "?state=registered", "?unit=discipline",
               f"?petition_id={case['petition_ids'][0]}")  # fmt: skip
    lists = [office.get(f"/v1/cases{query}", token=token) for query in queries]
    assert all(answer.status_code == 200 for answer in lists)
    found = [i["case_id"] for answer in lists for i in answer.json["items"]]
    return statuses, case["case_id"] in found


HIDDEN = {"case": 404, "steps": 404, "guide": 404}
OPEN = {"case": 200, "steps": 200, "guide": 200}


@pytest.mark.parametrize("who", ["qian=leader", "qian=dispatcher", "qian=supervisor",
                                 "qian=reviewer", "qian=handler@discipline"])  # fmt: skip
def test_the_accused_person_never_finds_the_case_whatever_the_role(office, accusation, who):
    assert seen_by(office, accusation, who) == (HIDDEN, False)
    forwarded = done(office, accusation, "forward", by="dispatcher", unit="discipline")
    assert seen_by(office, forwarded, who) == (HIDDEN, False)


@pytest.mark.parametrize("who", ["handler@housing", "unit_head@housing", "leader@housing"])
def test_the_accused_unit_never_finds_the_case_even_where_it_leads(office, accusation, who):
    assert seen_by(office, accusation, who) == (HIDDEN, False)
    case = brought(office, "forwarded")
    case = done(office, case, "redirect", by="dispatcher", unit="housing")
    assert seen_by(office, case, "handler@housing") == (OPEN, True)


def test_the_accused_cannot_act_on_the_case_nor_learn_that_it_is_there(office, accusation):
    for action in ("forward", "contact", "supplement", "protect"):
        answer = tried(office, accusation, action, by="qian=dispatcher")
        assert answer.status_code in (403, 404)


def test_an_accused_unit_is_not_counted_the_case(office, accusation):
    token = badge(office, "supervisor@housing")
    assert office.get("/v1/counts", token=token).json["cases"] == 0


@pytest.mark.parametrize("unit", ["housing", "housing-site"])
@pytest.mark.parametrize("action", ["forward", "assign", "designate"])
def test_what_accuses_is_not_sent_to_the_accused_or_to_a_body_below(
    office, accusation, action, unit
):
    below = {"name": "项目部", "kind": "office", "parent": "housing", "secret_lane": True}
    assert office.put("/v1/units/housing-site", "admin", json=below).status_code == 200
    answer = tried(office, accusation, action, by="dispatcher", unit=unit)
    assert (refused(answer), fields_of(answer)) == ((409, "accused_unit"), {"unit"})
    assert "30(3)" in answer.json["basis"]


def test_the_accused_is_not_invited_notified_or_made_the_reviewer(office, accusation):
    case = done(office, accusation, "forward", by="dispatcher", unit="discipline")
    case = done(office, case, "accept", by="handler@discipline")
    for action, field in (("invite", "unit"), ("notify", "units")):
        value = "housing" if field == "unit" else ["bureau", "housing"]
        answer = tried(office, case, action, by="dispatcher", **{field: value})
        assert (refused(answer), fields_of(answer)) == ((409, "accused_unit"), {field})


def test_an_accused_person_is_not_given_the_case(office, accusation):
    case = done(office, accusation, "forward", by="dispatcher", unit="discipline")
    answer = tried(office, case, "give", by="unit_head@discipline", handler="qian")
    assert (refused(answer), fields_of(answer)) == ((409, "recused"), {"handler"})
    answer = tried(office, case, "grant_access", by="leader", account="qian")
    assert (refused(answer), fields_of(answer)) == ((409, "recused"), {"account"})


def test_a_slip_of_the_pen_in_the_accused_is_refused(office, accusation):
    answer = tried(office, accusation, "protect", by="leader", accused_units=["hosing"])
    assert (answer.status_code, fields_of(answer)) == (422, {"accused_units"})


def test_who_leads_an_accusation_is_not_declared_accused_before_it_is_taken_away(office):
    at_office(office, "2026-03-02 10:00")
    case = office.opened(purpose="accusation", secret=True)
    case = done(office, case, "forward", by="dispatcher", unit="discipline")
    answer = tried(office, case, "protect", by="leader", accused_units=["discipline"])
    assert (refused(answer), fields_of(answer)) == ((409, "lead_accused"), {"accused_units"})


def test_a_part_that_the_accused_had_is_taken_away(office, accusation):
    lane = {"name": "督察处", "kind": "discipline", "secret_lane": True}
    assert office.put("/v1/units/inspect", "admin", json=lane).status_code == 200
    case = done(office, accusation, "forward", by="dispatcher", unit="discipline")
    case = done(office, case, "accept", by="handler@discipline")
    case = done(office, case, "invite", by="dispatcher", unit="inspect")
    assert seen_by(office, case, "handler@inspect")[0] == OPEN
    case = done(office, case, "protect", by="leader", accused_units=["inspect"])
    assert case["co_units"] == []
    assert seen_by(office, case, "handler@inspect") == (HIDDEN, False)
    assert done(office, case, "reply", by="handler@discipline", outcome=None)["state"] == "replied"


def test_who_is_accused_is_told_to_those_alone_who_decide_on_it(office, accusation):
    case = done(office, accusation, "forward", by="dispatcher", unit="discipline")
    path = f"/v1/cases/{case['case_id']}"
    for who in ("handler@discipline", "supervisor", "reviewer"):
        text = "".join(
            office.get(path + more, token=badge(office, who)).text
            for more in ("", "/steps", "/guide")
        )
        assert "qian" not in text
        assert "housing" not in text
        assert '"action": "protect"' not in text
    steps = office.get(f"{path}/steps", "leader").json["items"]
    assert "protect" in [step["action"] for step in steps]
    assert "qian" not in str(emitted(office.app))


def test_a_claim_against_a_unit_still_goes_to_that_unit(office):
    case = brought(office, "registered")
    case = done(office, case, "protect", by="leader", accused_units=["transport"])
    case = done(office, case, "forward", by="dispatcher")
    assert seen_by(office, case, "handler") == (OPEN, True)
    assert done(office, case, "accept", by="handler")["state"] == "accepted"


def test_a_claim_that_turns_out_to_accuse_is_hidden_from_the_unit_at_once(office):
    case = brought(office, "registered")
    case = done(office, case, "protect", by="leader", accused_units=["transport"])
    case = done(office, case, "classify", by="dispatcher", purpose="accusation")
    assert case["secret"]
    assert seen_by(office, case, "handler") == (HIDDEN, False)
    assert refused(tried(office, case, "forward", by="dispatcher"))[1] == "accused_unit"


def test_a_unit_without_discipline_power_keeps_no_accusation(office):
    answer = tried(office, brought(office, "forwarded"), "classify", by="dispatcher",
                   purpose="accusation")  # fmt: skip
    assert refused(answer) == (409, "discipline_only")


@pytest.mark.parametrize(
    ("action", "body"),
    [("forward", {"unit": "transport"}), ("assign", {"unit": "transport"}),
     ("designate", {"unit": "housing"}), ("transfer_law", {"unit": "procuratorate"})],
    ids=str,
)  # fmt: skip
def test_an_accusation_goes_to_bodies_with_discipline_power_only(office, action, body):
    at_office(office, "2026-03-02 10:00")
    case = office.opened(purpose="accusation", secret=True)
    assert refused(tried(office, case, action, by="dispatcher", **body))[1] == "discipline_only"


def test_the_discipline_body_passes_an_accusation_down_only_inside_the_secret_lane(office):
    at_office(office, "2026-03-02 10:00")
    case = office.opened(purpose="accusation", secret=True)
    case = done(office, case, "forward", by="dispatcher", unit="discipline")
    answer = tried(office, case, "pass_down", by="handler@discipline", unit="discipline-post")
    assert refused(answer) == (409, "discipline_only")


@pytest.mark.parametrize("action", ["self_handle", "answer_directly"])
def test_the_office_neither_handles_nor_answers_an_accusation(office, accusation, action):
    assert refused(tried(office, accusation, action, by="dispatcher")) == (409, "accusation")


def test_an_accusation_is_always_secret_and_stays_so(office):
    at_office(office, "2026-03-02 10:00")
    case = office.opened(purpose="accusation")
    assert case["secret"]
    assert refused(tried(office, case, "lift_secret", by="leader")) == (409, "accusation")


@pytest.fixture
def secret(office):
    return done(office, brought(office, "handling"), "keep_secret", by="leader")


@pytest.mark.parametrize(
    ("who", "seen"),
    [("dispatcher", OPEN), ("leader", OPEN), ("reviewer", OPEN), ("supervisor", OPEN),
     ("handler", OPEN), ("registrar", HIDDEN), ("auditor", HIDDEN), ("handler@housing", HIDDEN)],
)  # fmt: skip
def test_a_secret_case_is_for_those_who_decide_and_the_unit_that_leads(office, secret, who, seen):
    assert seen_by(office, secret, who) == (seen, seen is OPEN)


def test_a_named_reader_sees_the_secret_case_until_the_name_is_taken_off(office, secret):
    who = "zhou=registrar"
    assert seen_by(office, secret, who) == (HIDDEN, False)
    done(office, secret, "grant_access", by="leader")
    assert seen_by(office, secret, who) == (OPEN, True)
    done(office, secret, "revoke_access", by="leader")
    assert seen_by(office, secret, who) == (HIDDEN, False)
    open_case = brought(office, "handling")
    assert refused(tried(office, open_case, "grant_access", by="leader")) == (409, "not_secret")


def test_secrecy_is_set_and_lifted_once_each(office, secret):
    assert refused(tried(office, secret, "keep_secret", by="leader")) == (409, "secret_already")
    case = done(office, secret, "lift_secret", by="dispatcher")
    assert refused(tried(office, case, "lift_secret", by="leader")) == (409, "not_secret")
    assert tried(office, case, "keep_secret", by="handler").status_code == 403


def test_in_the_secret_lane_events_tell_nothing_that_was_said(office, secret):
    before = len(emitted(office.app))
    case = done(office, secret, "contact", by="handler", text="不可外传的话")
    case = done(office, case, "invite", by="handler", text="不可外传的话")
    case = done(office, case, "part_answer", by="handler@housing", text="不可外传的话")
    case = done(office, case, "reply", by="handler", text=f"不可外传的话。{REMEDY}")
    told = emitted(office.app)[before:]
    assert "外传" not in str(told)
    assert [e["data"]["unit"] for e in told if e["type"] == "case.noted.v1"] == [None] * 3


def test_a_recused_person_finds_the_case_nowhere_and_the_others_go_on(office):
    case = brought(office, "handling")
    done(office, case, "recuse", by="unit_head", account="qian")
    for who in ("qian=handler", "qian=dispatcher"):
        assert seen_by(office, case, who) == (HIDDEN, False)
    assert seen_by(office, case, "handler") == (OPEN, True)
