"""Papers are filled with what the case knows; the rest is for the clerk."""

from typing import Any

import pytest
from casework import badge, brought, done, played, tried, units
from opinion_desk import OPINION, REVIEW
from routing_bench import Bench

from routing.domain.known import BY_HAND, OF_CLAIM, OF_PAPERS
from routing.layout.papers import standards
from routing.resources import standard_procedure

CATALOGUE, _ = standards()
PROCEDURE = standard_procedure()
NAMING = [a for a in PROCEDURE.actions.values() if a.documents or a.notices]
DRAFTED = {"reply": OPINION, "decide_review": REVIEW, "decide_re_review": REVIEW}
"""Actions whose words an opinion was drafted for before."""
ANSWERED_AT_ONCE = {"findings", "laws"}
"""What is not known of an answer for which no opinion was drafted."""
MORE: dict[str, dict[str, Any]] = {"object": {"suggested_unit": "housing"}}
BEGINS = {
    "accept": "forwarded",
    "report_back": "assigned",
    "report_channelled": "assigned",
    "pass_down": "forwarded",
    "archive": "declined",
}
ABOUT = {"guide_law": {"channel": "visit"}, "decline": {"channel": "visit"}}
"""From where and on what cases actions are taken, where that is not the first of the table."""
THEN = {
    "report_back": ("accept", "begin", "reply", "serve"),
    "report_channelled": ("accept", "channel"),
}
KIND_OF = {"decide_re_review": "re_review"}


@pytest.fixture
def office(bench: Bench) -> Bench:
    units(bench)
    for code, name, kind in (
        ("bureau", "云屏区信访局", "bureau"),
        ("transport", "交通运输局", "department"),
    ):
        more = {"contact": "办公室，电话见公示", "review_body": "government"}
        body = {"name": name, "kind": kind} | more
        assert bench.put(f"/v1/units/{code}", "admin", json=body).status_code == 200
    return bench


def draft_opinion(office: Bench, case: dict[str, Any], action: str) -> None:
    body = DRAFTED[action] | ({"kind": KIND_OF[action]} if action in KIND_OF else {})
    who = "handler" if action == "reply" else "reviewer"
    saved = office.put(
        f"/v1/cases/{case['case_id']}/opinion",
        token=badge(office, who),
        json=body,
        headers={"If-Match": '"0"'},
    )
    assert saved.status_code == 200, saved.text


def drawn(office: Bench, case: dict[str, Any], kind: str, **fields: Any) -> dict[str, Any]:
    body = {"kind": kind, "fields": fields} if fields else {"kind": kind}
    answer = office.post(f"/v1/cases/{case['case_id']}/documents", "importer", json=body)
    assert answer.status_code == 201, answer.text
    paper: dict[str, Any] = answer.json
    return paper


def issued(office: Bench, case: dict[str, Any], kind: str) -> dict[str, Any]:
    paper = drawn(office, case, kind, **CATALOGUE.documents[kind].samples)
    for move in ("submit", "approve", "issue"):
        path = f"/v1/documents/{paper['document_id']}/{move}"
        paper = office.post(path, "importer", json={}).json
    assert paper["state"] == "issued", paper
    return paper


def owed(office: Bench, case: dict[str, Any]) -> list[tuple[Any, ...]]:
    guide = office.get(f"/v1/cases/{case['case_id']}/guide", "importer").json
    return [(one["kind"], one["action"], one["state"]) for one in guide["papers"]]


def known(office: Bench, case: dict[str, Any], kind: str, *roles: str, **more: Any) -> Any:
    path = f"/v1/cases/{case['case_id']}/documents/known?kind={kind}"
    return office.get(path, *(roles or ("importer",)), **more)


def taken(office: Bench, action: Any) -> dict[str, Any]:
    """A case on which the action was taken last."""
    state = BEGINS.get(action.name) or action.from_[0]
    case = brought(office, state, **ABOUT.get(action.name, {}))
    case = played(office, case, *THEN.get(action.name, ()))
    if action.name in DRAFTED:
        draft_opinion(office, case, action.name)
    if "late" in action.name:
        office.app.clock.advance(days=60)
    if action.name.startswith("accept_late"):
        case = done(office, case, "late_review")
    return done(office, case, action.name, **MORE.get(action.name, {}))


@pytest.mark.parametrize("action", NAMING, ids=lambda action: action.name)
def test_a_paper_that_an_action_names_lacks_only_what_no_record_holds(
    office: Bench, action: Any
) -> None:
    case = taken(office, action)
    by_hand = BY_HAND | OF_CLAIM | OF_PAPERS
    if action.name == "answer_directly":
        by_hand |= ANSWERED_AT_ONCE
    for kind in dict.fromkeys((*action.documents, *action.notices)):
        paper = drawn(office, case, kind)
        required = {element.name for element in CATALOGUE.documents[kind].required}
        assert required - set(paper["fields"]) <= by_hand, kind


def test_the_transfer_letter_says_what_was_said_with_the_action(office: Bench) -> None:
    case = brought(office, "forwarded")
    fields = drawn(office, case, "transfer_letter")["fields"]
    assert fields["to_unit"] == "交通运输局"
    assert fields["summary"] == "B12路公交晚上九点就没车了。"
    assert fields["attachments"] == [f"信访件{case['petition_nos'][0]}"]
    assert "petitioner" not in fields


def test_a_case_passed_down_has_its_letters_from_the_unit_that_passed_it(office: Bench) -> None:
    case = done(office, brought(office, "forwarded"), "pass_down", by="handler")
    assert [part["kind"] for part in case["parts"]] == ["passed"]
    path = f"/v1/cases/{case['case_id']}/documents"
    for kind in ("transfer_letter", "procedural_notice"):
        paper = office.post(path, token=badge(office, "handler"), json={"kind": kind}).json
        assert (paper["unit"], paper["by"]) == ("transport", "unit")
    assert paper["fields"]["sent_to"] == "道路养护所"
    below = badge(office, "handler@transport-road")
    assert office.post(path, token=below, json={"kind": "transfer_letter"}).status_code == 403
    assert tried(office, case, "accept", by="handler").status_code == 409
    assert tried(office, case, "accept", by="handler@transport-road").status_code == 200


def test_the_registration_form_says_by_which_channel_the_petition_came(office: Bench) -> None:
    case = brought(office, "registered", channel="hotline")
    fields = drawn(office, case, "registration_form")["fields"]
    assert (fields["channel"], fields["purpose"]) == ("热线来电", "申诉求决")


def test_what_the_clerk_gives_stands_and_null_leaves_out(office: Bench) -> None:
    case = brought(office, "forwarded")
    given = {"summary": "末班车过早。", "contact": None, "petitioner": "王某某"}
    fields = drawn(office, case, "transfer_letter", **given)["fields"]
    assert (fields["summary"], fields["petitioner"]) == ("末班车过早。", "王某某")
    assert "contact" not in fields


def test_the_opinion_is_filled_from_its_draft(office: Bench) -> None:
    case = brought(office, "handling")
    draft_opinion(office, case, "reply")
    shown = known(office, case, "opinion", token=badge(office, "handler")).json
    (claim,) = OPINION["claims"]
    assert shown["fields"]["answers"] == [claim["answer"]]
    assert shown["fields"]["decision"] == "予以支持"
    assert shown["fields"]["laws"] == ["《信访工作条例》第三十二条：“予以支持”"]
    assert shown["missing"] == ["petitioner", "petitioner_address"]
    assert "petitioner" in shown["by_hand"]


def test_a_paper_names_the_papers_that_were_issued_before(office: Bench) -> None:
    case = brought(office, "replied")
    paper = issued(office, case, "opinion")
    case = done(office, case, "serve")
    fields = drawn(office, case, "service_receipt")["fields"]
    assert fields["served_document"] == f"《信访事项处理意见书》（{paper['number']}）"
    assert fields["service_method"] == "直接送达"


@pytest.mark.parametrize(
    "who, status", [("handler", 200), ("dispatcher", 403), ("handler@housing", 404)]
)
def test_only_who_may_draw_the_paper_up_learns_what_it_would_say(
    office: Bench, who: str, status: int
) -> None:
    case = brought(office, "accepted")
    answer = known(office, case, "acceptance_notice", token=badge(office, who))
    assert answer.status_code == status


def test_what_was_said_before_a_case_was_opened_again_is_not_said_again(office: Bench) -> None:
    case = done(office, brought(office, "guided"), "reopen")
    assert "route_body" not in drawn(office, case, "guidance_notice")["fields"]


def test_the_guide_says_which_papers_are_still_to_be_drawn_up(any_bench: Bench) -> None:
    office = units(any_bench)
    case = brought(office, "accepted")
    assert owed(office, case) == [
        ("transfer_letter", "forward", None),
        ("procedural_notice", "forward", None),
        ("acceptance_notice", "accept", None),
    ]
    issued(office, case, "transfer_letter")
    drawn(office, case, "acceptance_notice")
    assert owed(office, case) == [
        ("procedural_notice", "forward", None),
        ("acceptance_notice", "accept", "draft"),
    ]


def test_sent_a_second_time_a_case_calls_for_a_second_letter(office: Bench) -> None:
    case = brought(office, "forwarded")
    issued(office, case, "transfer_letter")
    case = done(office, case, "redirect")
    assert ("transfer_letter", "redirect", None) in owed(office, case)
    issued(office, case, "transfer_letter")
    assert not [one for one in owed(office, case) if one[0] == "transfer_letter"]


def test_a_suggestion_calls_for_its_own_reply(office: Bench) -> None:
    case = done(office, brought(office, "studying"), "reply", outcome=None)
    assert ("suggestion_reply", "reply", None) in owed(office, case)


def test_papers_of_an_earlier_round_are_neither_owed_nor_counted(office: Bench) -> None:
    case = done(office, brought(office, "guided"), "reopen")
    assert owed(office, case) == []


def test_an_opinion_that_was_served_says_which_action_follows(office: Bench) -> None:
    case = brought(office, "replied")
    paper = issued(office, case, "opinion")
    assert paper["next"] is None
    path = f"/v1/documents/{paper['document_id']}/serve"
    day = paper["issued_on"]
    proof = {"method": "direct", "signed_by": "王某某", "received_on": day}
    served = office.post(path, "importer", json=proof).json
    assert (served["state"], served["next"]) == ("served", "serve")
    assert office.case(case["case_id"])["state"] == "replied"


def test_a_public_notice_runs_as_long_as_the_office_says(make_bench: Any) -> None:
    office = units(make_bench(PROCEDURE_PARAMETERS='{"notice_days": 60}'))
    paper = issued(office, brought(office, "replied"), "opinion")
    path = f"/v1/documents/{paper['document_id']}/serve"
    proof = {"method": "notice", "published_on": paper["issued_on"], "published_in": "区政府网站"}
    office.app.clock.advance(days=31)
    assert office.post(path, "importer", json=proof).json["state"] == "issued"
    office.app.clock.advance(days=30)
    assert office.post(path, "importer", json=proof).json["state"] == "served"
