"""Drawing up at once what a case owes: each paper once, filled in, by whom it is to draw it up."""

import pytest
from casework import badge, brought, done, tried, units


@pytest.fixture
def office(any_bench):
    return units(any_bench)


def draw(office, case, who):
    path = guide(office, case, who)["draw_up"]
    answer = office.post(path, token=badge(office, who), json={})
    assert answer.status_code == 201, answer.text
    return answer.json


def guide(office, case, who):
    return office.get(f"/v1/cases/{case['case_id']}/guide", token=badge(office, who)).json


def kinds(papers):
    return [paper["kind"] for paper in papers]


def test_what_a_step_owes_is_drawn_up_filled_in_and_only_once(office):
    case = brought(office, "forwarded")
    told = draw(office, case, "dispatcher")
    assert (kinds(told["drafted"]), told["left"]) == (["transfer_letter", "procedural_notice"], [])
    letter = told["drafted"][0]
    assert (letter["state"], letter["fields"]["to_unit"]) == ("draft", "交通运输局")
    assert draw(office, case, "dispatcher") == {"drafted": [], "left": []}
    owed = guide(office, case, "dispatcher")["papers"]
    assert [paper["document_id"] for paper in owed] == [p["document_id"] for p in told["drafted"]]


def test_what_is_anothers_to_draw_up_is_left_with_the_reason(office):
    case = done(office, brought(office, "assigned"), "accept", by="handler")
    told = draw(office, case, "handler")
    assert kinds(told["drafted"]) == ["acceptance_notice"]
    assert kinds(told["left"]) == ["assignment_letter", "procedural_notice"]
    assert told["left"][0]["reason"] == "您所在单位不能制作交办函。"
    drafted = draw(office, case, "dispatcher")["drafted"]
    assert kinds(drafted) == ["assignment_letter", "procedural_notice"]


@pytest.mark.parametrize("kind", ["transfer_letter", "procedural_notice"])
def test_the_letters_of_the_offices_forwarding_are_the_offices(office, kind):
    case = brought(office, "forwarded")
    path = f"/v1/cases/{case['case_id']}/documents"
    refused = office.post(path, token=badge(office, "handler"), json={"kind": kind})
    assert refused.status_code == 403
    for who, yours in (("handler", False), ("dispatcher", True)):
        assert {paper["yours"] for paper in guide(office, case, who)["papers"]} == {yours}
    paper = office.post(path, token=badge(office, "dispatcher"), json={"kind": kind}).json
    assert (paper["by"], paper["unit"]) == ("office", "bureau")


def test_a_void_paper_is_owed_again_and_drawn_up_anew(office):
    case = brought(office, "forwarded")
    first = draw(office, case, "dispatcher")["drafted"][0]
    path = f"/v1/documents/{first['document_id']}/void"
    leader = badge(office, "leader")
    assert office.post(path, token=leader, json={"reason": "写错"}).status_code == 200
    again = draw(office, case, "dispatcher")["drafted"]
    assert kinds(again) == ["transfer_letter"]
    assert again[0]["document_id"] != first["document_id"]


def test_nothing_is_drawn_up_of_a_case_that_is_not_theirs(office):
    case = brought(office, "forwarded")
    path = f"/v1/cases/{case['case_id']}/documents/owed"
    assert office.post(path, token=badge(office, "handler@housing"), json={}).status_code == 404
    assert office.post(path, token=badge(office, "auditor"), json={}).status_code == 403
    assert tried(office, case, "accept", by="handler").status_code == 200
