"""An answer that a head must approve: the guide offers it once it can go out, and no sooner."""

import pytest
from casework import OPINION as WORDS
from casework import badge, brought, done, tried, units
from opinion_desk import OPINION

DRAFT = OPINION | {
    "claims": [OPINION["claims"][0] | {"finding": "派员到站核实，末班车为二十一时发出。"}],
    "received_from": "",
    "received_on": None,
}


@pytest.fixture
def strict(make_bench):
    """An office in which a handler's answer needs the head's approval."""
    return units(make_bench(PROCEDURE_PARAMETERS='{"reply_needs_approval": true}'))


def opinion(office, case, step, version, who, **changes):
    """A step of the case's opinion."""
    path = f"/v1/cases/{case['case_id']}/opinion"
    about = {"token": badge(office, who), "headers": {"If-Match": f'"{version}"'}}
    if step == "save":
        answer = office.put(path, json=DRAFT | changes, **about)
    else:
        answer = office.post(f"{path}/{step}", json={}, **about)
    assert answer.status_code == 200, answer.text
    return answer.json


def reply_of(office, case, who):
    """What the guide says of the answer."""
    shown = office.get(f"/v1/cases/{case['case_id']}/guide", token=badge(office, who)).json
    (found,) = [one for one in shown["actions"] if one["action"] == "reply"]
    return found | {"next": shown["next_action"], "asked": {a["name"]: a for a in found["asks"]}}


def approved(office, case, drafter="handler", head="unit_head", **changes):
    opinion(office, case, "save", 0, drafter, **changes)
    opinion(office, case, "submit", 1, drafter)
    opinion(office, case, "approve", 2, head)


def test_an_answer_is_offered_to_the_handler_once_its_opinion_is_approved(strict):
    case = brought(strict, "handling")
    before = reply_of(strict, case, "handler")
    assert (before["may"], before["next"]) == (False, None)
    assert before["why_not"] == "意见书尚未经审批，不能出具。"
    answer = tried(strict, case, "reply", by="handler")
    assert (answer.status_code, answer.json["code"]) == (409, "opinion_not_approved")
    assert "reply" not in answer.json["allowed"]
    approved(strict, case)
    after = reply_of(strict, case, "handler")
    assert (after["may"], after["next"], set(after["asked"])) == (True, "reply", {"outcome"})
    told = done(strict, case, "reply", by="handler", text=None, outcome=None)
    assert told["reply"].startswith("信访处理意见书")


def test_an_approved_opinion_that_no_longer_holds_is_not_offered(strict):
    case = brought(strict, "handling")
    approved(strict, case)
    renamed = {"name": "云屏区交通和城市管理局", "kind": "department"}
    assert strict.put("/v1/units/transport", "admin", json=renamed).status_code == 200
    shown = reply_of(strict, case, "handler")
    answer = tried(strict, case, "reply", by="handler", text=None, outcome=None)
    assert (shown["may"], answer.status_code) == (False, 409)
    assert (answer.json["code"], answer.json["basis"]) == ("opinion_blocked", "T22 Art.32")
    assert [one["code"] for one in answer.json["findings"]] == ["signed_by_unit"]


def test_the_head_may_answer_in_words_which_are_asked_for_while_no_opinion_stands(strict):
    case = brought(strict, "handling")
    shown = reply_of(strict, case, "unit_head")
    assert (shown["may"], shown["asked"]["text"]["required"]) == (True, True)
    answer = tried(strict, case, "reply", by="unit_head", text=None, outcome=None)
    assert (answer.status_code, answer.json["code"]) == (409, "opinion_not_approved")
    assert done(strict, case, "reply", by="unit_head")["reply"] == WORDS


def test_what_the_bureau_handles_itself_its_dispatcher_drafts_and_its_leader_approves(strict):
    case = brought(strict, "registered")
    for action in ("self_handle", "begin"):
        case = done(strict, case, action, by="dispatcher")
    assert not reply_of(strict, case, "dispatcher")["may"]
    approved(strict, case, "dispatcher", "leader", signer="云屏区信访局")
    assert reply_of(strict, case, "dispatcher")["may"]
    assert done(strict, case, "reply", by="dispatcher", text=None, outcome=None)["reply"]


def test_elsewhere_words_may_be_left_out_once_an_opinion_stands(bench):
    office = units(bench)
    case = brought(office, "handling")
    assert reply_of(office, case, "handler")["asked"]["text"]["required"]
    approved(office, case)
    assert not reply_of(office, case, "handler")["asked"]["text"]["required"]
