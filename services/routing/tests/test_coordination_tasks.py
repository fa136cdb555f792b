"""Tasks: set, reported, done, overdue, with replies drafted for the petitioners."""

import datetime as dt

import pytest
import sqlalchemy as sa
from coordination_desk import Desk, secret_case
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing import models
from routing.domain.coordination import OWED_TASKS, STEPS
from routing.jobs.coordination import mark_overdue_tasks
from routing.use_cases.coordination import meetings
from shared.auth import WHOLE_DISTRICT, Principal
from shared.clock import day_ends
from shared.testing import emitted

LEADER = Principal("leader", frozenset({"leader"}), "bureau", frozenset({WHOLE_DISTRICT}))


@pytest.fixture
def desk(bench):
    return Desk(bench)


@pytest.fixture
def any_desk(any_bench):
    return Desk(any_bench)


def test_a_task_goes_from_set_to_done_and_drafts_a_reply_for_each_joined_petition(any_desk):
    case = any_desk.bench.case_in("accepted")
    meeting = any_desk.held(case["case_id"])
    task = any_desk.task_in("done", source="meeting", source_id=meeting["id"])
    assert [line["step"] for line in task["journal"]] == ["set", "accept", "report", "finish"]
    assert not task["open"]
    (draft,) = any_desk.pages("reply-drafts", token=any_desk.unit())
    assert draft["petition_id"] == case["petition_ids"][0]
    assert case["petition_nos"][0] in draft["text"]
    assert "末班车延至二十三时。" in draft["text"]
    used = any_desk.done(
        f"reply-drafts/{draft['id']}/use", token=any_desk.unit(), version=draft["version"]
    )
    assert used["state"] == "used"
    assert any_desk.pages("reply-drafts", token=any_desk.unit()) == []
    again = any_desk.send(f"reply-drafts/{draft['id']}/discard", token=any_desk.unit(), version=2)
    assert again.status_code == 409
    kinds = [e["data"]["kind"] for e in emitted(any_desk.app, "case.noted.v1")]
    assert kinds[-4:] == ["task_set", "task_accepted", "task_reported", "task_done"]
    assert any_desk.told("task_set")[0]["data"]["unit"] == "transport"
    assert any_desk.told("task_set")[0]["data"]["due"] == "2026-03-20"


def test_petitions_of_merged_cases_get_drafts_under_the_case_that_goes_on(desk):
    main, merged = desk.bench.case_in("accepted"), desk.bench.case_in("accepted")
    with desk.app.db.write() as session:
        table = models.cases
        session.execute(
            sa.update(table)
            .where(table.c.case_id == merged["case_id"])
            .values(merged_into=main["case_id"])
        )
    desk.task_in("done", case_ids=[main["case_id"]])
    drafts = desk.pages("reply-drafts", token=desk.unit())
    assert {d["petition_id"] for d in drafts} == {*main["petition_ids"], *merged["petition_ids"]}
    assert {d["case_id"] for d in drafts} == {main["case_id"]}


def test_drafts_are_for_those_who_may_see_the_case(desk):
    case = desk.bench.case_in("accepted")
    desk.task_in("done", case_ids=[case["case_id"]], unit="housing")
    (draft,) = desk.pages("reply-drafts", token=desk.unit())
    assert desk.pages("reply-drafts", token=desk.unit(unit="housing")) == []
    refused = desk.send(
        f"reply-drafts/{draft['id']}/use", token=desk.unit(unit="housing"), version=1
    )
    assert refused.status_code == 404
    assert desk.pages("reply-drafts?whose=mine", token=desk.unit()) == []


def test_a_tasks_unit_sees_its_case_only_through_the_task(desk):
    case = desk.bench.case_in("accepted")
    task = desk.task(case_ids=[case["case_id"]], unit="housing")
    token = desk.unit(unit="housing")
    assert desk.read(f"cases/{case['case_id']}", token=token).status_code == 404
    (shown,) = desk.pages(f"tasks/{task['id']}/cases", token=token)
    assert shown["content"] == "B12路公交晚上九点就没车了。"
    assert desk.read(f"tasks/{task['id']}", token=desk.unit()).status_code == 404
    assert desk.send(f"tasks/{task['id']}/accept", token=desk.unit(), version=1).status_code == 404


def test_a_secret_case_is_never_a_task_of_a_unit_that_does_not_lead_it(desk):
    case = secret_case(desk.bench)["case_id"]
    refused = desk.send("tasks", "leader", **desk.task_body(case_ids=[case]))
    assert (refused.status_code, refused.json["code"]) == (409, "secret_case")
    task = desk.task(case_ids=[case], unit="discipline")
    assert desk.read(f"tasks/{task['id']}", "registrar").status_code == 404
    assert desk.pages("tasks", "registrar") == []
    with desk.app.db.write() as session:
        table = models.cases
        session.execute(sa.update(table).where(table.c.case_id == case).values(lead_unit="housing"))
    token = desk.unit(unit="discipline")
    assert desk.read(f"tasks/{task['id']}", token=token).status_code == 404


def test_a_reported_task_may_go_back_with_a_reason_and_a_new_day(desk):
    task = desk.task_in("reported", case_ids=[desk.bench.opened()["case_id"]])
    path = f"tasks/{task['id']}"
    back = desk.done(
        f"{path}/return", "leader", version=3, reason="未写明时间。", due_day="2026-03-25"
    )
    assert (back["state"], back["due_day"], back["open"]) == ("returned", "2026-03-25", True)
    assert back["return_reason"] == "未写明时间。"
    again = desk.done(f"{path}/report", token=desk.unit(), version=4, result="四月一日起。")
    assert again["state"] == "reported"


def test_who_reported_a_task_does_not_accept_it_as_done(desk):
    task = desk.task(case_ids=[desk.bench.opened()["case_id"]])
    both = desk.bench.token("unit_head", "supervisor")
    head = desk.bench.token("unit_head", unit="transport", scope=("transport",))
    desk.done(f"tasks/{task['id']}/accept", token=head, version=1)
    desk.done(f"tasks/{task['id']}/report", token=head, version=2, result="已办。")
    refused = desk.send(f"tasks/{task['id']}/finish", token=both, version=3)
    assert (refused.status_code, refused.json["code"]) == (409, "own_report")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"due_day": "2026-03-01"}, "due_day"),
        ({"unit": "nowhere"}, "unit"),
        ({"case_ids": []}, "case_ids"),
        ({"source": "meeting"}, "source_id"),
        ({"source_id": "x"}, "source_id"),
        ({"detail": "身份证440308199001011234"}, "detail"),
    ],
)
def test_a_task_that_does_not_hold_is_refused_naming_the_field(desk, changes, field):
    body = desk.task_body(case_ids=[desk.bench.opened()["case_id"]]) | changes
    refused = desk.send("tasks", "leader", **body)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]


def test_a_task_from_a_meeting_needs_it_held_and_stays_within_its_cases(desk):
    on_it, stranger = (desk.bench.opened()["case_id"] for _ in range(2))
    meeting = desk.call(on_it)
    body = desk.task_body(source="meeting", source_id=meeting["id"])
    assert desk.send("tasks", "leader", **body).json["code"] == "not_held"
    desk.done(f"meetings/{meeting['id']}/hold", "leader", version=1, attended=[])
    outside = desk.send("tasks", "leader", **body, case_ids=[stranger])
    assert outside.json["errors"][0]["field"] == "case_ids.0"
    assert desk.task(source="meeting", source_id=meeting["id"])["cases"] == 1


def test_open_tasks_come_by_due_day_page_by_page(any_desk):
    case = any_desk.bench.opened()["case_id"]
    days = ["2026-03-20", "2026-03-05", "2026-03-12", "2026-03-05", "2026-04-01"]
    tasks = [any_desk.task(case_ids=[case], due_day=day) for day in days]
    path = f"tasks/{tasks[4]['id']}/cancel"
    any_desk.done(path, "leader", version=1, reason="已不需要。")
    for reader in ({"token": any_desk.unit()}, {}):
        listed = any_desk.pages("tasks", *([] if reader else ["leader"]), **reader)
        assert [t["due_day"] for t in listed] == sorted(days[:4])
        assert len({t["id"] for t in listed}) == 4
    ended = any_desk.pages("tasks?which=ended", "leader")
    assert [t["id"] for t in ended] == [tasks[4]["id"]]
    assert len(any_desk.pages(f"tasks?which=all&case_id={case}", "leader")) == 5


def test_a_task_is_overdue_from_the_end_of_its_due_day_in_the_office_and_told_once(any_desk):
    clock = any_desk.app.clock
    task = any_desk.task(case_ids=[any_desk.bench.opened()["case_id"]], due_day="2026-03-05")
    clock.at = day_ends(dt.date(2026, 3, 5)) - dt.timedelta(seconds=1)
    mark_overdue_tasks(any_desk.app)
    assert any_desk.told("task_overdue") == []
    assert any_desk.pages("tasks?which=overdue", "leader") == []
    clock.at = day_ends(dt.date(2026, 3, 5))
    mark_overdue_tasks(any_desk.app)
    mark_overdue_tasks(any_desk.app)
    assert len(any_desk.told("task_overdue")) == 1
    (late,) = any_desk.pages("tasks?which=overdue", "leader")
    assert (late["id"], late["overdue"]) == (task["id"], True)
    journal = any_desk.read(f"tasks/{task['id']}", "leader").json["journal"]
    assert (journal[-1]["step"], journal[-1]["by"]) == ("fall_due", "system")


def test_a_result_reported_in_time_does_not_become_overdue_while_it_is_looked_at(desk):
    desk.task_in("reported", case_ids=[desk.bench.opened()["case_id"]], due_day="2026-03-05")
    desk.app.clock.at = day_ends(dt.date(2026, 3, 9))
    mark_overdue_tasks(desk.app)
    assert desk.told("task_overdue") == []
    assert desk.pages("tasks?which=overdue", "leader") == []


TASK_STEPS = [name for thing, name in STEPS if thing == "task" and name not in ("set", "fall_due")]
BODIES = {
    "report": {"result": "已办。"},
    "return": {"reason": "再办。"},
    "cancel": {"reason": "不办了。"},
}


@given(tried=st.lists(st.sampled_from(TASK_STEPS), max_size=8))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_tried_a_task_moves_only_as_the_table_says(bench, tried):
    desk = Desk(bench)
    task = desk.task(case_ids=[bench.opened()["case_id"]])
    taken = ["set"]
    for name in tried:
        step = STEPS["task", name]
        by = {"token": desk.unit()} if "handler" in step.roles else {"token": bench.token("leader")}
        path = f"tasks/{task['id']}/{name}"
        answer = desk.send(path, version=task["version"], **by, **BODIES.get(name, {}))
        if task["state"] in step.from_:
            assert answer.status_code == 200
            task, taken = answer.json, [*taken, name]
            assert task["state"] == step.to
        else:
            assert answer.status_code == 409
    assert [
        line["step"] for line in desk.read(f"tasks/{task['id']}", "leader").json["journal"]
    ] == taken
    assert task["version"] == len(taken)
    assert task["open"] == (task["state"] in (*OWED_TASKS, "reported"))


def test_the_minutes_document_is_told_who_came_and_what_was_decided(desk):
    case = desk.bench.case_in("accepted")["case_id"]
    meeting = desk.held(case, units=["transport", "housing"])
    desk.task(source="meeting", source_id=meeting["id"])
    with desk.app.db.read() as session:
        facts = meetings.minutes_facts(session, meeting_id=meeting["id"], by=LEADER)
    assert (facts["attended"], facts["absent"]) == (["交通运输局"], ["住房和城乡建设局"])
    (decided,) = facts["tasks"]
    assert decided == {
        "title": "延长末班车",
        "unit": "交通运输局",
        "due_day": dt.date(2026, 3, 20),
    }


def test_petitioners_reach_nothing_of_it(desk):
    petition = desk.bench.opened()
    meeting = desk.call(petition["case_id"])
    token = desk.bench.citizen_token(petition["petition_ids"][0])
    for path in ("meetings", f"meetings/{meeting['id']}", "tasks", "reply-drafts", "advice",
                 "instructions", "charges", "referrals", "reception-bookings"):  # fmt: skip
        assert desk.read(path, token=token).status_code == 401
        assert desk.read(path).status_code == 401
