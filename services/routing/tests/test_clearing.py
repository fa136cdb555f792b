"""A case that is secret on suspicion alone leaves the secret lane when its petition is cleared."""

import uuid

import pytest
from casework import at_office, done, units

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


def clear(bench, petition_id, *, times=1):
    """Let routing hear that the petition is no accusation."""
    told = make_event(
        "intake", "petition.cleared.v1", subject=petition_id, version=2,
        event_id=str(uuid.uuid5(uuid.NAMESPACE_URL, petition_id)),
        data={"petition_id": petition_id, "cleared_at": "2026-03-02T02:30:00Z"},
    )  # fmt: skip
    for _ in range(times):
        hear(bench.app, told)


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
