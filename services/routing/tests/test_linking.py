"""Joining, merging, splitting, withdrawing, opening again: petitions and the cases they are in."""

import json

import pytest
import sqlalchemy as sa
from casework import (
    another,
    at_office,
    badge,
    brought,
    clock_of,
    clocks_of,
    done,
    fields_of,
    next_day,
    refused,
    tried,
    units,
)

from routing import models
from shared.testing import emitted

SECRET_WORDS = ("收受", "housing", "处长孙某", "举报")
PARTS = [
    {"purpose": "petition", "title": "路灯不亮", "content": "路口的灯坏了。"},
    {"purpose": "accusation", "title": "举报收受财物", "content": "处长孙某收受财物。",
     "accused_units": ["housing"], "accused_accounts": ["sun"]},
]  # fmt: skip
REST = {"rest_title": "末班车太早", "rest_text": "B12路晚上九点后没有车。"}
BUREAU = ("registrar", "auditor")


@pytest.fixture
def office(bench):
    return units(bench)


def all_cases(office):
    return office.get("/v1/cases?limit=200", "leader").json["items"]


def split(office, *parts, by="dispatcher", state="forwarded", reason="一信多事，另案处理"):
    """The case, and those that were split off it."""
    case = brought(office, state)
    before = {item["case_id"] for item in all_cases(office)}
    after = done(office, case, "split", by=by, parts=list(parts), reason=reason, **REST)
    return after, [c for c in all_cases(office) if c["case_id"] not in before]


def test_a_merged_case_goes_on_inside_the_other_and_both_say_so(office):
    main, case = brought(office, "handling"), brought(office, "accepted")
    after = done(office, case, "merge", by="dispatcher", into=main["case_id"])
    assert (after["state"], after["merged_into"], after["petition_ids"]) == (
        "merged", main["case_id"], []
    )  # fmt: skip
    assert set(clocks_of(after).values()) == {"met", "cancelled"}
    whole = office.case(main["case_id"])
    assert whole["petition_ids"] == [*main["petition_ids"], *case["petition_ids"]]
    assert whole["version"] == main["version"] + 1
    listed = office.get(f"/v1/cases?petition_id={case['petition_ids'][0]}", "leader").json["items"]
    assert [item["case_id"] for item in listed] == [main["case_id"]]
    (merged,) = emitted(office.app, "case.merged.v1")
    assert (merged["data"]["into"], merged["subject"]) == (main["case_id"], case["case_id"])


def newest_said(office, case):
    """What the newest step of a case says first, the state it left, and what it leads to."""
    step = office.get(f"/v1/cases/{case['case_id']}/steps", "leader").json["items"][0]
    first = step["said"][0]
    return step["action"], step["state"], first["title"], first["text"], first["case_id"]


def test_both_journals_tell_of_a_merger_and_of_its_end_by_number(office):
    main, case = brought(office, "handling"), brought(office, "accepted")
    merged = done(office, case, "merge", by="dispatcher", into=main["case_id"])
    into = ("merged", "并入的信访事项", main["case_no"], main["case_id"])
    joined = ("handling", "并入本件的信访事项", case["case_no"], case["case_id"])
    assert newest_said(office, case) == ("merge", *into)
    assert newest_said(office, main) == ("merge", *joined)
    done(office, merged, "unmerge", by="dispatcher")
    assert newest_said(office, main) == ("unmerge", *joined)


def test_an_unmerged_case_has_its_petitions_and_clocks_again(office):
    main, case = brought(office, "handling"), brought(office, "accepted")
    merged = done(office, case, "merge", by="dispatcher", into=main["case_id"])
    assert clocks_of(merged)["D5"] == "cancelled"
    next_day(office)
    after = done(office, merged, "unmerge", by="dispatcher")
    assert (after["state"], after["merged_into"], after["closed_at"]) == ("accepted", None, None)
    assert after["petition_ids"] == case["petition_ids"]
    assert [(c["id"], c["state"], c["due_day"]) for c in after["clocks"]] == [
        (c["id"], c["state"], c["due_day"]) for c in case["clocks"]
    ]
    assert after["next_due_at"] == case["next_due_at"]
    assert office.case(main["case_id"])["petition_ids"] == main["petition_ids"]


def test_a_case_that_had_joined_owes_its_dispatch_again(office):
    main = brought(office, "handling")
    case = another(office)
    joined = done(office, case, "join", by="dispatcher", into=main["case_id"])
    assert clocks_of(joined)["D1"] == "met"
    after = done(office, joined, "unmerge", by="dispatcher")
    assert (after["state"], clocks_of(after)) == ("registered", {"D1": "running"})


def test_unmerging_finds_the_petitions_wherever_they_have_gone_on(office):
    first, second, third = (brought(office, "handling") for _ in range(3))
    done(office, first, "merge", into=second["case_id"])
    done(office, second, "merge", into=third["case_id"])
    assert len(office.case(third["case_id"])["petition_ids"]) == 3
    done(office, first, "unmerge", by="dispatcher")
    assert office.case(first["case_id"])["petition_ids"] == first["petition_ids"]
    assert office.case(third["case_id"])["petition_ids"] == [
        *third["petition_ids"], *second["petition_ids"]
    ]  # fmt: skip
    done(office, second, "unmerge", by="dispatcher")
    assert office.case(second["case_id"])["petition_ids"] == second["petition_ids"]
    assert office.case(third["case_id"])["petition_ids"] == third["petition_ids"]


def test_cases_of_different_lanes_and_cases_that_ended_are_not_merged(office):
    case = brought(office, "handling")
    ended, secret = brought(office, "filed"), brought(office, "handling")
    secret = done(office, secret, "keep_secret", by="leader")
    for target, code in ((ended, "no_target"), (secret, "another_lane"), (case, "no_target")):
        answer = tried(office, case, "merge", by="dispatcher", into=target["case_id"])
        assert (refused(answer), fields_of(answer)) == ((409, code), {"into"})
    nowhere = tried(office, case, "merge", by="dispatcher", into="nowhere")
    assert refused(nowhere) == (409, "no_target")


def test_a_split_off_claim_is_a_case_of_its_own_with_the_same_petition(office):
    case, (part,) = split(office, PARTS[0])
    assert (part["state"], part["split_from"], part["secret"]) == (
        "registered", case["case_id"], False
    )  # fmt: skip
    assert part["petition_ids"] == case["petition_ids"]
    for one, said in ((case, ["1件", "一信多事，另案处理"]), (part, ["一信多事，另案处理"])):
        (step, *_) = office.get(f"/v1/cases/{one['case_id']}/steps", "leader").json["items"]
        assert (step["action"], [each["text"] for each in step["said"]]) == ("split", said)
    # receipt is the petition's own: 03-02 + 15 = 03-17
    assert clock_of(part, "D1")["due_day"] == "2026-03-17"
    assert done(office, part, "forward", by="dispatcher", unit="housing")["state"] == "forwarded"


def traces(office, case, token):
    """Everything that a reader gets of a case: answers, journal, guide, lists."""
    path = f"/v1/cases/{case['case_id']}"
    paths = (path, f"{path}/steps", f"{path}/guide", "/v1/cases?limit=200",
             f"/v1/cases?petition_id={case['petition_ids'][0]}")  # fmt: skip
    return "".join(office.get(one, token=token).text for one in paths)


@pytest.mark.parametrize("parts", [PARTS, PARTS[1:]], ids=["mixed", "accusation alone"])
def test_a_split_off_accusation_leaves_no_trace_in_the_other_case(office, parts):
    case, found = split(office, *parts, reason="举报部分另案转纪检")
    (secret,) = [one for one in found if one["secret"]]
    whole = office.case(secret["case_id"])
    assert (whole["purpose"], whole["petition_ids"], whole["lead_unit"]) == (
        "accusation", [], None
    )  # fmt: skip
    for who in ("handler", *BUREAU):
        seen = traces(office, case, badge(office, who))
        for word in (*SECRET_WORDS, secret["case_id"], secret["case_no"]):
            assert word not in seen, (who, word)
    told = [e for e in emitted(office.app) if e["subject"] != secret["case_id"]]
    assert not [w for w in (*SECRET_WORDS, secret["case_id"]) if w in json.dumps(told)]
    steps = office.get(f"/v1/cases/{case['case_id']}/steps", "leader").json["items"]
    splits = [step for step in steps if step["action"] == "split"]
    assert [step["body"] for step in splits] == ([{"parts": 1}] if len(parts) == 2 else [])
    kept = office.get(f"/v1/cases/{secret['case_id']}/steps", "leader").json["items"]
    assert [(step["action"], step["by"]) for step in kept] == [("split", "dispatcher")]
    assert kept[0]["body"] == {"reason": "举报部分另案转纪检"}


def test_an_accusation_alone_makes_no_event_of_the_case_it_was_split_off(office):
    case = brought(office, "forwarded")
    before = len(emitted(office.app))
    done(office, case, "split", by="dispatcher", parts=PARTS[1:], **REST)
    (opened,) = emitted(office.app)[before:]
    assert (opened["type"], opened["data"]["header"]["secret"]) == ("case.opened.v1", True)
    assert opened["data"]["header"]["petition_ids"] == []


def test_what_was_split_off_as_an_accusation_is_protected_from_the_first_moment(office):
    _, (secret,) = split(office, PARTS[1])
    path = f"/v1/cases/{secret['case_id']}"
    assert office.get(path, token=badge(office, "sun=leader")).status_code == 404
    wrong = tried(office, secret, "forward", by="dispatcher", unit="housing")
    assert refused(wrong)[1] == "accused_unit"
    after = done(office, secret, "forward", by="dispatcher", unit="discipline")
    assert after["state"] == "forwarded"
    nothing = tried(office, after, "withdraw", by="registrar", petition_ids=["x"])
    assert nothing.status_code in (404, 409)


def test_a_claim_split_off_an_accusation_does_not_lead_back_to_it(office):
    at_office(office, "2026-03-02 10:00")
    secret = office.opened(purpose="accusation", secret=True)
    with office.app.db.write() as session:
        session.execute(sa.update(models.cases).values(title="举报", content="收受财物"))
    before = {item["case_id"] for item in all_cases(office)}
    done(office, secret, "split", by="dispatcher", parts=PARTS[:1])
    (claim,) = [one for one in all_cases(office) if one["case_id"] not in before]
    claim = done(office, claim, "forward", by="dispatcher")
    seen = traces(office, claim, badge(office, "handler"))
    assert secret["case_id"] not in seen
    assert "收受" not in seen


def test_a_wrong_split_is_refused_by_field(office):
    case = brought(office, "forwarded")
    for parts in ([], [{"purpose": "petition", "title": "", "content": "x"}],
                  [PARTS[1] | {"accused_units": ["nowhere"]}], "x"):  # fmt: skip
        answer = tried(office, case, "split", by="dispatcher", parts=parts)
        assert answer.status_code == 422
        assert all(field.startswith("parts") for field in fields_of(answer))
    assert len(all_cases(office)) == 1


def test_one_of_two_petitioners_withdraws_and_the_case_goes_on_until_both_have(office):
    case = brought(office, "handling")
    second = another(office)
    done(office, second, "join", into=case["case_id"])
    mine, other = office.case(case["case_id"])["petition_ids"]
    after = done(office, case, "withdraw", by="registrar", petition_ids=[mine])
    assert (after["state"], after["closed_at"], clocks_of(after)["D5"]) == (
        "handling", None, "running"
    )  # fmt: skip
    assert not emitted(office.app, "case.withdrawn.v1")
    assert emitted(office.app, "case.noted.v1")[-1]["data"]["kind"] == "withdrawn_in_part"
    for petitions in ([mine], ["nowhere"], []):
        answer = tried(office, case, "withdraw", by="registrar", petition_ids=petitions)
        assert (answer.status_code, fields_of(answer)) == (422, {"petition_ids"})
    after = done(office, case, "withdraw", by="registrar", petition_ids=[other])
    assert (after["state"], after["close_reason"]) == ("withdrawn", "withdrawn")
    assert clocks_of(after)["D5"] == "cancelled"
    assert len(emitted(office.app, "case.withdrawn.v1")) == 1


def test_a_withdrawal_needs_its_signed_statement(office):
    case = brought(office, "handling")
    answer = tried(office, case, "withdraw", by="registrar", statement=None)
    assert (answer.status_code, fields_of(answer)) == (422, {"statement"})


def test_who_withdrew_and_comes_back_with_new_facts_may_withdraw_again(office):
    case = brought(office, "withdrawn")
    case = done(office, case, "reopen", by="dispatcher")
    assert clocks_of(case) == {"D1": "running"}
    assert done(office, case, "withdraw", by="registrar")["state"] == "withdrawn"


def test_what_was_withdrawn_stays_so_when_the_case_comes_out_of_another(office):
    main, case = brought(office, "handling"), brought(office, "handling")
    mine = case["petition_ids"]
    done(office, case, "merge", into=main["case_id"])
    done(office, main, "withdraw", by="registrar", petition_ids=mine)
    after = done(office, case, "unmerge", by="dispatcher")
    assert after["facts"]["withdrawn"] == mine
    assert office.case(main["case_id"])["facts"]["withdrawn"] == []
    assert refused(tried(office, after, "withdraw", by="registrar"))[1] == "no_petition"


@pytest.mark.parametrize(
    "state",
    ["closed", "filed", "guided", "declined", "withdrawn", "channelled", "transferred"],
)
def test_new_facts_or_a_body_that_refuses_open_an_ended_case_again(office, state):
    case = brought(office, state)
    after = done(office, case, "reopen", by="dispatcher")
    assert (after["state"], clock_of(after, "D1")["state"]) == ("registered", "running")
    assert after["facts"]["reopened"] == 1


@pytest.mark.parametrize("state", ["terminated", "termination_filed", "archived", "merged"])
def test_after_termination_or_in_the_archive_nothing_is_opened_again(office, state):
    answer = tried(office, brought(office, state), "reopen", by="dispatcher")
    assert refused(answer) == (409, "not_allowed_now")
