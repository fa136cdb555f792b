"""A meeting's notice and minutes: drawn up from the meeting, which points at the issued paper."""

import pytest
from coordination_desk import Desk


@pytest.fixture
def desk(any_bench):
    return Desk(any_bench)


def drawn(desk, meeting, kind, role="dispatcher", **body):
    return desk.send(f"meetings/{meeting['id']}/papers", role, kind=kind, **body)


def test_the_minutes_state_who_came_and_what_was_decided_by_whom_until_when(desk):
    case = desk.bench.case_in("accepted")["case_id"]
    meeting = desk.held(case, units=["transport", "housing"])
    desk.task(source="meeting", source_id=meeting["id"])
    paper = drawn(desk, meeting, "meeting_minutes").json
    assert (paper["case_id"], paper["state"], paper["by"]) == (case, "draft", "office")
    fields = paper["fields"]
    assert fields["attendees"] == [{"name": "", "unit": "交通运输局", "role": "参会单位"}]
    assert fields["decisions"] == ["由交通运输局延长末班车"]
    assert fields["tasks"] == [
        {"unit": "交通运输局", "task": "延长末班车", "due": "2026年3月20日前"}
    ]
    assert (fields["meeting_name"], fields["host"]) == ("末班车问题协调会", "分管副区长")


def test_the_meeting_points_at_its_papers_until_they_are_issued_and_after(desk):
    case = desk.bench.case_in("accepted")["case_id"]
    meeting = desk.held(case)
    desk.task(source="meeting", source_id=meeting["id"])
    minutes = drawn(desk, meeting, "meeting_minutes").json
    for move in ("submit", "approve", "issue"):
        answer = desk.send(f"documents/{minutes['document_id']}/{move}", "leader")
        assert answer.status_code == 200, answer.text
    path = f"meetings/{meeting['id']}"
    meeting = desk.done(f"{path}/minutes", "dispatcher", version=2, minutes="议定延长末班车。")
    meeting = desk.done(f"{path}/approve", "leader", version=3)
    (paper,) = desk.read(path, "dispatcher").json["papers"]
    assert (meeting["document_id"], paper["state"]) == (minutes["document_id"], "issued")
    assert "纪" in paper["number"]


def test_the_notice_names_the_units_that_are_to_come(desk):
    case = desk.bench.case_in("accepted")["case_id"]
    meeting = desk.call(case, units=["transport", "housing"])
    fields = drawn(desk, meeting, "meeting_notice").json["fields"]
    assert fields["attending"] == ["住房和城乡建设局", "交通运输局"]
    assert fields["meeting_at"].startswith("2026年3月3日")
    assert fields["issue"] == "请派员参加。"


def test_drawing_up_again_gives_the_same_paper_and_a_void_one_is_drawn_up_anew(desk):
    meeting = desk.call(desk.bench.case_in("accepted")["case_id"])
    first = drawn(desk, meeting, "meeting_notice").json["document_id"]
    assert drawn(desk, meeting, "meeting_notice").json["document_id"] == first
    desk.done(f"documents/{first}/void", "leader", reason="时间有误")
    assert drawn(desk, meeting, "meeting_notice").json["document_id"] != first


def test_there_are_no_minutes_before_the_meeting_nor_a_paper_without_a_case(desk):
    case = desk.bench.case_in("accepted")["case_id"]
    early = drawn(desk, desk.call(case), "meeting_minutes")
    assert (early.status_code, early.json["code"]) == (409, "not_allowed_now")
    hotspot = drawn(desk, desk.call(hotspot_id="夜班公交"), "meeting_notice")
    assert (hotspot.status_code, hotspot.json["code"]) == (409, "no_case")


def test_the_paper_of_a_secret_meeting_is_filed_with_a_secret_case(desk):
    secret = desk.bench.case_in("accepted")
    path = f"cases/{secret['case_id']}/keep_secret"
    desk.done(path, "leader", version=secret["version"], reason="要求保密")
    plain = desk.bench.case_in("accepted")["case_id"]
    meeting = desk.call(secret["case_id"], plain)
    assert drawn(desk, meeting, "meeting_notice", case_id=plain).status_code == 422
    assert drawn(desk, meeting, "meeting_notice").json["case_id"] == secret["case_id"]


def test_a_paper_is_filed_with_a_case_of_the_meeting_by_the_office_alone(desk):
    cases = [desk.bench.case_in("accepted")["case_id"] for _ in range(2)]
    other = desk.bench.case_in("accepted")["case_id"]
    meeting = desk.call(*cases)
    assert drawn(desk, meeting, "meeting_notice", case_id=other).status_code == 422
    assert drawn(desk, meeting, "meeting_notice", role="auditor").status_code == 403
    assert drawn(desk, meeting, "meeting_notice", case_id=cases[1]).json["case_id"] == cases[1]
