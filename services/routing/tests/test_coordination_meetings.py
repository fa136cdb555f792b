"""Meetings: called, held, minuted, on one case or on thousands."""

import json

import pytest
import sqlalchemy as sa
from coordination_desk import Desk, many_cases, secret_case

from routing.jobs.coordination import tell_waiting_notes
from routing.models import coordination as tables
from shared.testing import emitted


@pytest.fixture
def desk(bench):
    return Desk(bench)


@pytest.fixture
def any_desk(any_bench):
    return Desk(any_bench)


def test_a_meeting_is_called_held_minuted_and_approved_and_its_case_hears_of_it(any_desk):
    case = any_desk.bench.opened()
    meeting = any_desk.call(case["case_id"])
    assert (meeting["state"], meeting["cases"]) == ("called", 1)
    for name, role, body in (
        ("hold", "dispatcher", {"attended": ["transport"]}),
        ("minutes", "dispatcher", {"minutes": "会议认为，应当延长末班车时间。"}),
        ("minutes", "dispatcher", {"minutes": "会议决定，延长末班车时间。"}),
        ("approve", "leader", {}),
    ):
        path = f"meetings/{meeting['id']}/{name}"
        meeting = any_desk.done(path, role, version=meeting["version"], **body)
    assert meeting["state"] == "approved"
    assert meeting["units"] == [{"unit": "transport", "attended": True}]
    assert [line["step"] for line in meeting["journal"]] == [
        "call", "hold", "minute", "minute", "approve",
    ]  # fmt: skip
    assert [line["by"] for line in meeting["journal"]][-1] == "leader"
    kinds = [e["data"]["kind"] for e in emitted(any_desk.app, "case.noted.v1")]
    assert kinds == ["meeting_called", "meeting_held", "minutes_approved"]
    (event,) = any_desk.told("meeting_called")
    assert event["data"]["kind_name"] == "召开协调会"
    assert event["data"]["due"] == "2026-03-03"
    assert event["data"]["header"]["case_no"] == case["case_no"]


def test_nothing_that_was_said_is_in_an_event(desk):
    case = desk.bench.opened()
    meeting = desk.held(case["case_id"])
    desk.done(f"meetings/{meeting['id']}/minutes", "dispatcher", version=2, minutes="会议纪要全文")
    desk.task_in("done", source="meeting", source_id=meeting["id"])
    sent = json.dumps(emitted(desk.app, "case.noted.v1"), ensure_ascii=False)
    for words in ("会议纪要全文", "末班车", "分管副区长", "三楼"):
        assert words not in sent


def test_minutes_are_not_approved_by_who_wrote_them(desk):
    meeting = desk.held(desk.bench.opened()["case_id"])
    path = f"meetings/{meeting['id']}"
    desk.done(f"{path}/minutes", "leader", version=2, minutes="会议决定。")
    refused = desk.send(f"{path}/approve", "leader", version=3)
    assert (refused.status_code, refused.json["code"]) == (409, "own_minutes")
    assert desk.send(f"{path}/approve", "dispatcher", version=3).status_code == 403


def test_a_meeting_out_of_turn_is_refused_with_what_is_allowed(desk):
    meeting = desk.call(desk.bench.opened()["case_id"])
    refused = desk.send(f"meetings/{meeting['id']}/approve", "leader", version=1)
    assert refused.status_code == 409
    assert refused.json["allowed"] == ["add_cases", "hold", "cancel"]
    assert "已通知" in refused.json["detail"]
    stale = desk.send(f"meetings/{meeting['id']}/hold", "leader", version=9, attended=[])
    assert (stale.status_code, stale.json["code"]) == (412, "stale")
    missing = desk.send(f"meetings/{meeting['id']}/hold", "leader", attended=[])
    assert missing.status_code == 428


def test_a_unit_that_a_case_accuses_is_refused_for_its_meeting_and_its_tasks(any_desk):
    plain, accusing = (any_desk.bench.opened()["case_id"] for _ in range(2))
    any_desk.accuse(accusing, "transport")
    refused = any_desk.send("meetings", "leader", **any_desk.notice(plain, accusing))
    assert (refused.status_code, refused.json["code"]) == (409, "accused_unit")
    assert any_desk.send(
        "tasks", "leader", **any_desk.task_body(case_ids=[accusing])
    ).json["code"] == "accused_unit"  # fmt: skip
    meeting = any_desk.call(plain)
    late = any_desk.send(
        f"meetings/{meeting['id']}/cases", "leader", version=1, case_ids=[accusing]
    )
    assert late.json["code"] == "accused_unit"
    assert any_desk.call(accusing, units=["housing"])["cases"] == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"case_ids": []}, "case_ids"),
        ({"case_ids": ["nowhere"]}, "case_ids.0"),
        ({"case_ids": ["a", "a"]}, "case_ids"),
        ({"units": ["nowhere"]}, "units"),
        ({"units": []}, "units"),
        ({"starts_at": "2026-03-01T09:00:00+08:00"}, "starts_at"),
        ({"notice": "请联系13800138000。"}, "notice"),
        ({"host": ""}, "host"),
    ],
)
def test_a_notice_that_does_not_hold_is_refused_naming_the_field(desk, changes, field):
    body = desk.notice(desk.bench.opened()["case_id"]) | changes
    refused = desk.send("meetings", "dispatcher", **body)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]


def test_refusals_are_in_the_language_of_the_reader(desk):
    case = desk.bench.opened()["case_id"]
    desk.accuse(case, "transport")
    told = {
        language: desk.bench.post(
            "/v1/meetings",
            "leader",
            json=desk.notice(case),
            headers={"Accept-Language": language},
        ).json["detail"]
        for language in ("zh-CN", "en")
    }
    assert "被反映单位" in told["zh-CN"]
    assert "accuses" in told["en"]


def test_units_see_the_meetings_they_attend_and_no_others(desk):
    case = desk.bench.opened()["case_id"]
    meeting = desk.call(case)
    path = f"meetings/{meeting['id']}"
    assert desk.read(path, token=desk.unit()).status_code == 200
    (shown,) = desk.pages(f"{path}/cases", token=desk.unit())
    assert (shown["title"], shown["content"]) == ("末班车太早", None)
    other = desk.unit(unit="housing")
    assert desk.read(path, token=other).status_code == 404
    assert desk.read(f"{path}/cases", token=other).status_code == 404
    assert desk.pages("meetings", token=other) == []


def test_a_case_that_comes_to_accuse_an_attending_unit_is_hidden_from_it(desk):
    shown, accusing = (desk.bench.opened()["case_id"] for _ in range(2))
    meeting = desk.call(shown, accusing)
    desk.accuse(accusing, "transport")
    listed = desk.pages(f"meetings/{meeting['id']}/cases", token=desk.unit())
    assert [item["case_id"] for item in listed] == [shown]


def test_a_meeting_on_a_secret_case_is_for_those_who_may_see_it_alone(any_desk):
    case = secret_case(any_desk.bench)["case_id"]
    refused = any_desk.send("meetings", "leader", **any_desk.notice(case))
    assert (refused.status_code, refused.json["code"]) == (409, "secret_case")
    meeting = any_desk.call(case, units=["discipline"])
    path = f"meetings/{meeting['id']}"
    for role in ("registrar", "auditor"):
        assert any_desk.read(path, role).status_code == 404
        assert any_desk.pages("meetings", role) == []
    for role in ("dispatcher", "supervisor", "leader"):
        assert any_desk.read(path, role).status_code == 200
    assert any_desk.read(path, token=any_desk.unit(unit="discipline")).status_code == 200


def test_a_meeting_on_a_hotspot_needs_no_cases(desk):
    meeting = desk.call(hotspot_id="h-20260301-1")
    assert (meeting["cases"], meeting["hotspot_id"]) == (0, "h-20260301-1")
    assert [m["id"] for m in desk.pages("meetings?hotspot_id=h-20260301-1", "leader")] == [
        meeting["id"]
    ]


def test_cases_may_be_added_before_a_meeting_and_only_new_ones_count(desk):
    first, second = (desk.bench.opened()["case_id"] for _ in range(2))
    meeting = desk.call(first)
    path = f"meetings/{meeting['id']}/cases"
    meeting = desk.done(path, "dispatcher", version=1, case_ids=[first, second])
    assert meeting["cases"] == 2
    assert [e["subject"] for e in desk.told("meeting_called")] == [first, second]
    assert desk.pages(f"meetings?case_id={second}", "leader")[0]["id"] == meeting["id"]


def test_a_great_meeting_tells_each_of_its_cases_once_in_batches(any_desk):
    ids = many_cases(any_desk, 450)
    meeting = any_desk.held(*ids)
    assert meeting["cases"] == 450
    assert any_desk.told("meeting_called") == []
    tell_waiting_notes(any_desk.app)
    for kind in ("meeting_called", "meeting_held"):
        assert sorted(e["subject"] for e in any_desk.told(kind)) == ids
    with any_desk.app.db.read() as session:
        waiting = session.scalar(sa.select(sa.func.count()).select_from(tables.waiting_notes))
    assert waiting == 0
    tell_waiting_notes(any_desk.app)
    assert len(any_desk.told("meeting_held")) == 450


def test_more_than_ten_thousand_cases_are_refused_with_the_number(desk):
    refused = desk.send("meetings", "leader", **desk.notice(*(f"c{n}" for n in range(10_001))))
    assert refused.status_code == 422
    assert "10001" in refused.json["errors"][0]["reason"]
