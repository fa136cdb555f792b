"""What intake tells of a registration after it: cleared of suspicion, corrected, void."""

import uuid

import pytest
from casework import at_office, brought, done, units
from routing_bench import WORDS

from shared.testing import hear, inbox_statuses, make_event


@pytest.fixture
def office(bench):
    at_office(bench, "2026-03-02 10:00")
    return units(bench)


def suspected(bench, **about):
    """The case of a petition that may be an accusation; intake has told no words of it."""
    petition_id, registered, _text = bench.petition(secret=True, suspected=True, **about)
    hear(bench.app, registered)
    return bench.case_of(petition_id)


def tell(bench, petition_id, verb, **said):
    """Let routing hear of the petition; the same is the same event."""
    told = make_event(
        "intake", f"petition.{verb}.v1", subject=petition_id, version=3,
        event_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{petition_id} {verb} {said}")),
        data={"petition_id": petition_id} | said,
    )  # fmt: skip
    hear(bench.app, told)


def clear(bench, petition_id, *, times=1):
    """Let routing hear that the petition is no accusation."""
    for _ in range(times):
        tell(bench, petition_id, "cleared", cleared_at="2026-03-02T02:30:00Z")


def steps(bench, case):
    path = f"/v1/cases/{case['case_id']}/steps"
    return [step["action"] for step in bench.get(path, "dispatcher").json["items"]]


def test_the_case_leaves_the_secret_lane_once_and_its_journal_says_so(office):
    case = suspected(office)
    assert case["secret"] is True
    clear(office, *case["petition_ids"], times=2)
    after = office.case(case["case_id"])
    assert (after["secret"], after["state"]) == (False, "registered")
    assert steps(office, case) == ["clear_suspicion"]


def test_the_words_come_after_it_and_the_case_can_be_classified(office):
    petition_id, registered, text = office.petition(secret=True, suspected=True)
    hear(office.app, registered)
    clear(office, petition_id)
    hear(office.app, text)
    after = office.case_of(petition_id)
    assert after["title"] is not None
    assert done(office, after, "classify", by="dispatcher")["category"]


def test_what_somebody_made_secret_stays_so(office):
    case = suspected(office)
    case = done(office, case, "lift_secret", by="dispatcher")
    case = done(office, case, "keep_secret", by="dispatcher")
    clear(office, *case["petition_ids"])
    assert office.case(case["case_id"])["secret"] is True


def test_what_was_secret_from_the_start_stays_so(office):
    petition_id, registered, _text = office.petition(secret=True)
    hear(office.app, registered)
    clear(office, petition_id)
    assert office.case_of(petition_id)["secret"] is True


def test_what_was_found_to_be_an_accusation_stays_secret(office):
    case = suspected(office, purpose="accusation")
    clear(office, *case["petition_ids"])
    assert office.case(case["case_id"])["secret"] is True


def test_a_petition_that_no_case_holds_holds_up_nothing(office):
    clear(office, "0d9a3c4e-5b1f-4d58-9b1c-4f2f6a7d1e01")
    assert inbox_statuses(office.app).get("dead", 0) == 0


def words_of(case):
    return {name: case[name] for name in ("title", "content", "place")}


def correct(bench, case, before, **changes):
    """Let routing hear that the words of the case's first petition were corrected."""
    tell(
        bench, case["petition_ids"][0], "corrected", corrected_at="2026-03-02T02:30:00Z",
        before=before, after=before and before | changes,
    )  # fmt: skip


def void(bench, petition_id):
    tell(bench, petition_id, "voided", voided_at="2026-03-02T02:30:00Z")


def test_the_cases_words_follow_its_petitions(office):
    case = office.opened()
    correct(office, case, words_of(case), title="海月路路灯不亮")
    after = office.case(case["case_id"])
    assert (after["title"], after["content"]) == ("海月路路灯不亮", case["content"])
    assert steps(office, case) == ["correct"]


def test_a_case_that_is_worded_anew_keeps_its_own_words(office):
    case = office.opened()
    told = words_of(case) | {"content": "检举的内容已经拆出，这里不再有。"}
    correct(office, case, told, content="检举的内容：某人收了红包。")
    assert words_of(office.case(case["case_id"])) == words_of(case)
    assert steps(office, case) == ["correct"]


def test_of_a_secret_petition_only_that_it_was_corrected_is_known(office):
    case = office.opened(secret=True)
    correct(office, case, None)
    assert office.case(case["case_id"])["title"] is None
    assert steps(office, case) == ["correct"]


@pytest.mark.parametrize("state", ["registered", "forwarded", "handling"])
def test_the_case_of_a_void_petition_ends_and_owes_nothing(office, state):
    case = brought(office, state)
    void(office, *case["petition_ids"])
    after = office.case(case["case_id"])
    assert (after["state"], after["close_reason"]) == ("voided", "voided")
    assert [c["id"] for c in after["clocks"] if c["state"] == "running"] == []


def test_a_void_petition_leaves_a_case_that_holds_others(office):
    into, case = brought(office, "handling"), brought(office, "handling")
    done(office, case, "merge", into=into["case_id"])
    void(office, *case["petition_ids"])
    after = office.case(into["case_id"])
    assert after["state"] == "handling"
    assert after["petition_ids"] == into["petition_ids"]
    assert after["petition_nos"] == into["petition_nos"]


def test_what_was_answered_meanwhile_is_not_void(office):
    case = brought(office, "served")
    void(office, *case["petition_ids"])
    assert office.case(case["case_id"])["state"] == "served"


def test_a_void_petition_twice_told_is_void_once(office):
    case = office.opened()
    void(office, *case["petition_ids"])
    void(office, *case["petition_ids"])
    assert steps(office, case) == ["void"]
    assert inbox_statuses(office.app).get("dead", 0) == 0


def test_what_is_told_before_the_petition_waits_for_its_case(office):
    petition_id, registered, _text = office.petition(secret=True, suspected=True)
    clear(office, petition_id)
    hear(office.app, registered)
    after = office.case_of(petition_id)
    assert after["secret"] is False
    assert steps(office, after) == ["clear_suspicion"]


def test_a_correction_that_is_told_before_the_words_waits_for_them(office):
    petition_id, registered, text = office.petition()
    hear(office.app, registered)
    case = office.case_of(petition_id)
    told = {"title": WORDS["title"], "content": WORDS["content"], "place": WORDS["place"]}
    correct(office, case, told, title="海月路路灯不亮")
    hear(office.app, text)
    assert office.case_of(petition_id)["title"] == "海月路路灯不亮"


def test_a_void_petition_that_comes_late_is_void_from_the_start(office):
    petition_id, registered, text = office.petition()
    void(office, petition_id)
    hear(office.app, registered, text)
    assert office.case_of(petition_id)["state"] == "voided"
