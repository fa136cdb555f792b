"""Law cases of disposal: what each class may and may not come to, and at whose hand."""

import pytest
from casework import (
    another,
    at_office,
    badge,
    brought,
    clock_of,
    clocks_of,
    done,
    fields_of,
    refused,
    tried,
    units,
)

from shared.testing import emitted


@pytest.fixture
def office(bench):
    found = units(bench)
    at_office(found, "2026-03-02 10:00")
    return found


def accusation(office, **about):
    return office.opened(purpose="accusation", secret=True, **about)


# T22 Arts.22(2), 30: by management authority to the discipline body, and nowhere else.
@pytest.mark.parametrize(
    ("action", "about", "code"),
    [
        ("file", {}, "accusation"),
        ("guide", {}, "accusation"),
        ("guide_law", {"channel": "visit"}, "accusation"),
        ("decline", {"channel": "visit"}, "accusation"),
        ("no_longer", {}, "accusation"),
        ("self_handle", {}, "accusation"),
        ("answer_directly", {}, "accusation"),
        ("transfer_law", {"channel": "letter"}, "discipline_only"),
    ],
)
def test_an_accusation_is_passed_on_and_never_put_aside(office, action, about, code):
    case = accusation(office, **about)
    answer = tried(office, case, action, by="dispatcher")
    assert refused(answer) == (409, code)
    assert answer.json["basis"] == "T22 Arts.22(2), 30"
    assert "forward" in answer.json["allowed"]
    assert office.case(case["case_id"])["state"] == "registered"
    passed = done(office, case, "forward", by="dispatcher", unit="discipline")
    assert clocks_of(passed) == {"D1": "met"}


# T22 Art.22(2): 涉法涉诉 goes to a 政法 body, which a discipline body is not.
def test_a_claim_is_not_passed_to_the_discipline_body_as_litigation(office):
    case = office.opened(channel="letter")
    answer = tried(office, case, "transfer_law", by="dispatcher", unit="discipline")
    assert (refused(answer), fields_of(answer)) == ((409, "not_politics_law"), {"unit"})
    assert done(office, case, "transfer_law", by="dispatcher")["state"] == "transferred"


# Row 17/18 and D5 "not for suggestions": 03-02 + 60 = 05-01, off until 05-05: 05-06.
@pytest.mark.parametrize("day", ["2026-03-02 11:00", "2026-03-20 11:00"])
def test_what_was_accepted_as_a_suggestion_and_is_a_claim_has_60_days_from_acceptance(office, day):
    case = office.opened(purpose="suggestion")
    case = done(office, done(office, case, "forward", by="dispatcher"), "accept", by="handler")
    assert "D5" not in clocks_of(case)
    at_office(office, day)
    case = done(office, case, "classify", by="dispatcher", purpose="petition")
    assert clock_of(case, "D5")["due_day"] == "2026-05-06"
    assert done(office, case, "begin", by="handler")["state"] == "handling"


def test_what_was_accepted_as_a_claim_and_is_a_suggestion_owes_no_60_days(office):
    case = done(office, brought(office, "accepted"), "classify", by="dispatcher",
                purpose="suggestion")  # fmt: skip
    assert clocks_of(case)["D5"] == "cancelled"
    assert (case["next_due_at"], done(office, case, "study", by="handler")["state"]) == (
        None, "studying"
    )  # fmt: skip


# T22 Arts.22, 30: the office has it from 03-05 on, and owes dispatch by 03-05 + 15 = 03-20.
def test_what_was_handed_in_at_a_unit_and_accuses_is_taken_over_by_the_office(office):
    case = office.opened(addressee="transport")
    assert (case["lead_unit"], clocks_of(case)) == ("transport", {"D2": "running"})
    office.app.clock.advance(days=3)
    case = done(office, case, "classify", by="dispatcher", purpose="accusation")
    assert (case["lead_unit"], case["secret"]) == (None, True)
    assert clocks_of(case) == {"D2": "cancelled", "D1": "running"}
    assert clock_of(case, "D1")["due_day"] == "2026-03-20"
    path = f"/v1/cases/{case['case_id']}"
    assert office.get(path, token=badge(office, "handler")).status_code == 404
    told = [e["data"] for e in emitted(office.app) if e["type"] == "case.classified.v1"]
    assert [(one["title"], one["text"]) for one in told] == [(None, None)]
    assert done(office, case, "forward", by="dispatcher", unit="discipline")["secret"]


@pytest.mark.parametrize("state", ["forwarded", "assigned", "accepted"])
def test_once_passed_on_it_is_redirected_or_split_and_the_refusal_says_so(office, state):
    case = brought(office, state)
    answer = tried(office, case, "classify", by="dispatcher", purpose="accusation")
    assert (refused(answer), fields_of(answer)) == ((409, "discipline_only"), {"purpose"})
    assert "改派" in answer.json["detail"]
    assert "分案" in answer.json["detail"]


# Rows 1, 10, 11: R is the office or the unit that the petitioner came to (T22 Arts.19, 36(3)).
def test_a_unit_puts_a_repeat_to_the_case_that_it_handles(office):
    first = done(office, office.opened(addressee="transport"), "accept", by="handler")
    again = another(office, addressee="transport")
    after = done(office, again, "join", by="handler", into=first["case_id"])
    assert (after["state"], clocks_of(after)) == ("merged", {"D2": "met"})
    assert office.case(first["case_id"])["petition_ids"] == [
        *first["petition_ids"], *again["petition_ids"]
    ]  # fmt: skip


def test_a_unit_does_not_put_what_came_to_it_to_anothers_case(office):
    theirs = done(office, brought(office, "handling"), "invite", by="handler", unit="housing")
    mine = another(office, addressee="housing")
    answer = tried(office, mine, "join", by="handler@housing", into=theirs["case_id"])
    assert (refused(answer), fields_of(answer)) == ((409, "no_target"), {"into"})
    hidden = tried(office, mine, "join", by="handler@housing",
                   into=brought(office, "handling")["case_id"])  # fmt: skip
    assert refused(hidden) == (409, "no_target")


def test_a_unit_no_longer_accepts_what_a_re_review_has_ended(office):
    ended = brought(office, "terminated")
    mine = another(office, addressee="transport")
    after = done(office, mine, "no_longer", by="handler", previous_case=ended["case_id"])
    assert (after["state_name"], clocks_of(after)) == ("不再受理", {"D2": "met"})
    sent = brought(office, "forwarded")
    assert refused(tried(office, sent, "no_longer", by="handler"))[1] == "not_allowed_now"


@pytest.mark.parametrize(("ground", "state"), [("N2", "served"), ("N2", "reviewing")])
def test_a_unit_declines_what_is_open_to_review(office, ground, state):
    own = brought(office, state)
    mine = another(office, addressee="transport")
    more = {"ground": ground, "previous_case": own["case_id"], "lower_body": None}
    after = done(office, mine, "decline", by="handler", **more)
    assert (after["state_name"], clocks_of(after)) == ("不予受理", {"D2": "met"})


# T22 Art.19(3): N1 is for the superior of the body that handles the matter; 9.1: else it joins.
@pytest.mark.parametrize(
    ("handled_by", "raised_at", "by", "holds"),
    [
        ("transport", None, "dispatcher", True),
        ("bureau", None, "dispatcher", False),
        ("transport-road", "transport", "handler", True),
        ("transport", "transport", "handler", False),
    ],
)
def test_n1_is_for_the_body_above_the_one_that_handles(office, handled_by, raised_at, by, holds):
    case = office.opened()
    if handled_by == "bureau":
        case = done(office, case, "self_handle", by="dispatcher")
    else:
        case = done(office, case, "forward", by="dispatcher", unit=handled_by)
        case = done(office, case, "accept", by=f"handler@{handled_by}")
    again = another(office, addressee=raised_at)
    who = "handler=handler@transport" if by == "handler" else by
    if raised_at and handled_by != raised_at:
        done(office, case, "invite", by=f"handler@{handled_by}", unit="transport")
    answer = tried(office, again, "decline", by=who, ground="N1", lower_body=None,
                   previous_case=case["case_id"])  # fmt: skip
    if holds:
        assert answer.status_code == 200, answer.text
    else:
        assert refused(answer) == (409, "ground_does_not_hold")
        assert "并入在办事项" in answer.json["detail"]
        assert done(office, again, "join", by=by, into=case["case_id"])["state"] == "merged"


# T22 Art.24(1): a designation binds the unit designated, not the one that has the case after it.
def test_only_the_designated_unit_may_not_object(office):
    case = done(office, office.opened(), "designate", by="leader")
    assert "D4" not in clocks_of(case)
    assert refused(tried(office, case, "object", by="handler@housing")) == (409, "designated")
    case = done(office, case, "redirect", by="dispatcher", unit="transport")
    assert done(office, case, "object", by="handler")["state"] == "objected"


def test_what_came_from_the_unit_above_is_not_objected_to_and_the_way_is_named(office):
    direct = done(office, office.opened(addressee="transport"), "pass_down", by="handler")
    answer = tried(office, direct, "object", by="handler@transport-road")
    assert refused(answer) == (409, "not_from_the_office")
    assert "—" not in answer.json["detail"]


# T22 Art.24(2): the body that goes on with its functions; the table of units says which.
def test_an_abolished_unit_names_its_successor_wherever_it_is_chosen(office):
    case = brought(office, "handling")
    heirs = {"valid_to": "2026-03-04", "successors": [{"unit": "housing"}]}
    gone = {"name": "交通运输局", "kind": "department"} | heirs
    road = {"name": "道路养护所", "kind": "office", "parent": "housing"}
    for code, unit in (("transport-road", road), ("transport", gone)):
        assert office.put(f"/v1/units/{code}", "admin", json=unit).status_code == 200
    fresh = tried(office, another(office), "forward", by="dispatcher", unit="transport")
    assert (fresh.status_code, fields_of(fresh)) == (422, {"unit"})
    assert "住房和城乡建设局" in fresh.json["errors"][0]["reason"]
    wrong = tried(office, case, "succeed", by="dispatcher", unit="labour")
    assert (refused(wrong), fields_of(wrong)) == ((409, "not_the_successor"), {"unit"})
    assert wrong.json["basis"] == "T22 Art.24(2)"
    assert done(office, case, "succeed", by="dispatcher")["lead_unit"] == "housing"


# Art.23(1), P-FL17 3: whoever is sent elsewhere is told where.
@pytest.mark.parametrize("action", ["forward", "assign", "redirect", "designate"])
def test_the_petitioner_is_told_where_it_went_each_time(office, action):
    case = brought(office, "forwarded" if action == "redirect" else "registered")
    path = f"/v1/cases/{case['case_id']}/guide"
    shown = office.get(path, token=badge(office, "dispatcher")).json
    (found,) = [one for one in shown["actions"] if one["action"] == action]
    assert (found["may"], found["notices"]) == (True, ["procedural_notice"])


# T22 Art.14(2), 28(3): leave and recusal know no stage.
@pytest.mark.parametrize("state", ["objected", "hearing", "mediating", "replied", "report_review"])
def test_a_handler_hands_over_or_is_recused_at_any_stage(office, state):
    case = brought(office, state)
    assert done(office, case, "hand_over", by="unit_head")["handler"] == "zhao"
    after = done(office, case, "recuse", by="unit_head", account="zhao")
    assert (after["handler"], after["state"]) == (None, state)


# T22 Art.34 binds the lead whatever the co-handling unit does; TBJ 44 is another place's rule.
@pytest.mark.parametrize(("waits", "status"), [("false", 200), ("true", 409)])
def test_a_late_part_keeps_the_lead_from_answering_only_where_the_office_chose_so(
    make_bench, waits, status
):
    office = units(make_bench(PROCEDURE_PARAMETERS=f'{{"late_part_waits": {waits}}}'))
    case = done(office, brought(office, "handling"), "invite", by="handler", due="2026-04-10")
    at_office(office, "2026-04-10 23:59")
    assert refused(tried(office, case, "reply", by="handler")) == (409, "parts_open")
    at_office(office, "2026-04-11 00:00")
    assert tried(office, case, "reply", by="handler").status_code == status
