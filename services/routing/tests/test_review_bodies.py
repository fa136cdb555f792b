"""A reviewing body inside the system drafts, checks, approves and issues its own review opinion."""

import pytest
from casework import badge, brought, clock_of, done, tried, units
from opinion_desk import OPINION, REVIEW

DRAFTER, HEAD = "wen=handler@government", "he=unit_head@government"
DRAFT = {
    "review": REVIEW | {
        "claims": [OPINION["claims"][0] | {"finding": "派员到站核实，末班车为二十一时发出。"}],
        "received_from": "", "received_on": None, "signer": "云屏区人民政府",
    },
}  # fmt: skip
DRAFT["re_review"] = DRAFT["review"] | {"kind": "re_review", "remedy": None, "signer": "市人民政府"}


@pytest.fixture
def office(any_bench):
    return units(any_bench)


def opinion(office, case, step, version, who, level="review", **changes):  # noqa: PLR0917
    """The answer to a step of the review opinion."""
    path = f"/v1/cases/{case['case_id']}/opinion"
    about = {"token": badge(office, who), "headers": {"If-Match": f'"{version}"'}}
    if step == "save":
        return office.put(path, json=DRAFT[level] | changes, **about)
    return office.post(f"{path}/{step}", json={}, **about)


def drafted(office, case, *, drafter=DRAFTER, head=HEAD, level="review", **changes):
    for step, version, who in (("save", 0, drafter), ("submit", 1, drafter), ("approve", 2, head)):
        answer = opinion(office, case, step, version, who, level, **changes)
        assert answer.status_code == 200, answer.text


def guided(office, case, who):
    shown = office.get(f"/v1/cases/{case['case_id']}/guide", token=badge(office, who)).json
    return {one["action"]: one for one in shown["actions"]} | {"next": shown["next_action"]}


def decided(office, case, by=DRAFTER, action="decide_review", **body):
    said = {"decision": None, "text": None, "opinion_no": "云府信复查〔2026〕1号"} | body
    return tried(office, case, action, by=by, **said)


def test_the_body_drafts_approves_and_issues_its_opinion_by_the_form(office):
    case = brought(office, "reviewing")
    before = guided(office, case, DRAFTER)
    assert not before["decide_review"]["may"]
    assert {ask["name"] for ask in before["decide_review"]["asks"]} == {"opinion_no", "redo_due"}
    drafted(office, case)
    assert guided(office, case, DRAFTER)["next"] == "decide_review"
    answer = decided(office, case)
    assert answer.status_code == 200, answer.text
    facts = answer.json["facts"]["review"]
    assert (facts["decision"], facts["body"]) == ("uphold", "government")
    assert clock_of(answer.json, "D9")["state"] == "met"
    steps = office.get(f"/v1/cases/{case['case_id']}/steps", token=badge(office, HEAD)).json
    assert steps["items"][0]["body"]["text"].startswith("信访事项复查意见书")
    assert done(office, case, "serve_review", by=HEAD)["state"] == "review_served"


def test_an_order_to_do_it_anew_takes_its_date_from_the_issue_of_the_opinion(office):
    case = brought(office, "reviewing")
    drafted(office, case, decision="redo", handling="责令原单位限期重新作出处理意见。")
    assert decided(office, case).status_code == 422
    answer = decided(office, case, redo_due="2026-06-30")
    assert (answer.status_code, answer.json["facts"]["review"]["decision"]) == (200, "redo")


def test_the_body_does_not_decide_by_words_alone_while_the_bureau_may_record_them(office):
    case = brought(office, "reviewing")
    said = {"decision": "uphold", "text": "维持。"}
    assert decided(office, case, **said).json["code"] == "opinion_not_approved"
    half = decided(office, case, by="reviewer", text="维持。")
    assert (half.status_code, half.json["errors"][0]["field"]) == (422, "decision")
    assert decided(office, case, by="reviewer", **said).status_code == 200


def test_the_unit_whose_opinion_is_reviewed_neither_sees_nor_writes_the_draft(office):
    case = brought(office, "reviewing")
    assert opinion(office, case, "save", 0, DRAFTER).status_code == 200
    path = f"/v1/cases/{case['case_id']}/opinion?level=review"
    assert office.get(path, token=badge(office, "handler")).status_code == 404
    assert opinion(office, case, "save", 1, "handler").status_code == 403
    assert decided(office, case, by="handler").json["code"] == "not_yours"
    assert opinion(office, case, "save", 1, "handler@housing").status_code == 404


@pytest.mark.parametrize("step", ["save", "approve"])
def test_who_answered_the_petition_has_no_hand_in_its_review(office, step):
    case = done(office, brought(office, "handling"), "reply", by=f"{HEAD[:2]}=handler")
    for action in ("serve", "ask_review"):
        case = done(office, case, action)
    if step == "approve":
        opinion(office, case, "save", 0, DRAFTER)
        opinion(office, case, "submit", 1, DRAFTER)
    version = 0 if step == "save" else 2
    answer = opinion(office, case, step, version, HEAD)
    assert (answer.status_code, answer.json["code"]) == (409, "own_opinion")


def test_the_body_is_no_body_before_it_is_asked_nor_after_it_has_decided(office):
    case = brought(office, "served")
    assert opinion(office, case, "save", 0, DRAFTER).status_code == 404
    case = brought(office, "review_served")
    assert opinion(office, case, "save", 0, DRAFTER).status_code == 403


def test_a_re_review_is_the_next_bodys_and_not_by_who_reviewed(office):
    case = done(office, brought(office, "review_served"), "ask_re_review")
    city, head = "qiu=handler@city", "shi=unit_head@city"
    assert opinion(office, case, "save", 0, DRAFTER, "re_review").status_code == 403
    drafted(office, case, drafter=city, head=head, level="re_review")
    answer = decided(office, case, by=city, action="decide_re_review")
    assert (answer.status_code, answer.json["state"]) == (200, "re_review_decided")


def test_the_body_calls_the_file_holds_the_hearing_and_finds_the_case_in_its_work(office):
    case = brought(office, "reviewing")
    work = office.get("/v1/my-work", token=badge(office, DRAFTER)).json["reasons"]
    assert {one["reason"]: one["count"] for one in work}["body_reviews"] == 1
    assert done(office, case, "call_file", by=DRAFTER)["state"] == "reviewing"
    assert done(office, case, "hold_hearing", by=DRAFTER)["state"] == "hearing"
    assert tried(office, case, "conclude_hearing", by="handler").status_code == 409
    assert done(office, case, "conclude_hearing", by=DRAFTER)["state"] == "reviewing"


def test_who_helped_to_handle_the_case_is_not_its_reviewing_body(office):
    case = done(office, brought(office, "handling"), "invite")
    for action in ("part_accept", "part_answer", "reply", "serve"):
        case = done(office, case, action)
    answer = tried(office, case, "ask_review", body_unit="housing")
    assert (answer.status_code, answer.json["code"]) == (409, "own_opinion")
