"""What leaders do: instructions, taking charge, reception days."""

import pytest
from coordination_desk import Desk, secret_case

from shared.testing import emitted

INSTRUCTION = {"leader_title": "分管副区长", "text": "请交通运输局研究并报告。"}
CHARGE = {"leader_title": "区长"}


@pytest.fixture
def desk(bench):
    return Desk(bench)


@pytest.fixture
def any_desk(any_bench):
    return Desk(any_bench)


def day_body(**changes):
    return {
        "leader_title": "区长",
        "starts_at": "2026-03-10T09:00:00+08:00",
        "ends_at": "2026-03-10T11:30:00+08:00",
        "place": "信访局接待大厅",
        "public": True,
        "slots": 2,
    } | changes


def planned(desk, **changes):
    return desk.done("reception-days", "dispatcher", **day_body(**changes))


def booked(desk, day, **what):
    path = f"reception-days/{day['id']}/bookings"
    return desk.done(path, "registrar", version=day["version"], **what)


def test_an_instruction_is_given_and_answered_by_the_unit_that_leads_the_case(any_desk):
    case = any_desk.bench.case_in("accepted")
    path = f"cases/{case['case_id']}/instructions"
    given = any_desk.done(path, "leader", **INSTRUCTION, due_day="2026-03-09")
    assert (given["state"], given["unit"], given["overdue"]) == ("given", "transport", False)
    (listed,) = any_desk.pages(f"instructions?case_id={case['case_id']}", token=any_desk.unit())
    assert listed["text"] == INSTRUCTION["text"]
    answered = any_desk.done(
        f"instructions/{given['id']}/answer",
        token=any_desk.unit(),
        version=1,
        answer="已研究，四月起延长。",
    )
    assert (answered["state"], answered["answered_by"]) == ("answered", "handler")
    journal = any_desk.read(f"instructions/{given['id']}", "leader").json["journal"]
    assert [(line["step"], line["by"]) for line in journal] == [
        ("give", "leader"),
        ("answer", "handler"),
    ]
    kinds = [e["data"]["kind"] for e in emitted(any_desk.app, "case.noted.v1")]
    assert kinds == ["instruction_given", "instruction_answered"]


def test_an_instruction_is_late_once_its_day_has_ended(desk):
    case = desk.bench.case_in("accepted")
    path = f"cases/{case['case_id']}/instructions"
    given = desk.done(path, "leader", **INSTRUCTION, due_day="2026-03-02")
    desk.app.clock.advance(days=1)
    assert desk.read(f"instructions/{given['id']}", "leader").json["overdue"]


def test_only_those_who_see_a_secret_case_see_its_instructions_and_charges(desk):
    case = secret_case(desk.bench)["case_id"]
    made = {
        "instructions": desk.done(f"cases/{case}/instructions", "leader", **INSTRUCTION),
        "charges": desk.done(f"cases/{case}/charges", "leader", **CHARGE),
    }
    for path, thing in made.items():
        for role in ("registrar", "auditor"):
            assert desk.pages(f"{path}?case_id={case}", role) == []
            assert desk.read(f"{path}/{thing['id']}", role).status_code == 404
        leads = desk.unit(unit="discipline")
        assert desk.read(f"{path}/{thing['id']}", token=leads).status_code == 200
        assert desk.read(f"{path}/{thing['id']}", token=desk.unit()).status_code == 404


def test_an_instruction_goes_to_a_unit_that_has_a_part_in_the_case(desk):
    case = desk.bench.case_in("accepted")["case_id"]
    refused = desk.send(f"cases/{case}/instructions", "leader", **INSTRUCTION, unit="housing")
    assert refused.status_code == 422
    assert "协调任务" in refused.json["errors"][0]["reason"]
    own = desk.done(f"cases/{case}/instructions", "leader", **INSTRUCTION, unit="bureau")
    other = desk.send(
        f"instructions/{own['id']}/answer", token=desk.unit(), version=1, answer="已办。"
    )
    assert (other.status_code, other.json["code"]) == (409, "not_your_unit")
    path = f"instructions/{own['id']}/answer"
    assert desk.done(path, "supervisor", version=1, answer="已办。")["state"] == "answered"


def test_an_instruction_is_not_given_by_a_unit_or_on_a_case_unseen(desk):
    case = desk.bench.case_in("accepted")["case_id"]
    path = f"cases/{case}/instructions"
    assert desk.send(path, token=desk.unit(), **INSTRUCTION).status_code == 403
    assert desk.send("cases/nowhere/instructions", "leader", **INSTRUCTION).status_code == 404


def test_one_leader_at_a_time_has_charge_of_a_case(any_desk):
    case = any_desk.bench.opened()["case_id"]
    path = f"cases/{case}/charges"
    charge = any_desk.done(path, "leader", **CHARGE)
    twice = any_desk.send(path, "leader", **CHARGE)
    assert (twice.status_code, twice.json["code"]) == (409, "already_in_charge")
    end = f"charges/{charge['id']}/end"
    assert any_desk.send(end, "leader", version=4, result="化解。").status_code == 412
    assert any_desk.done(end, "leader", version=1, result="化解。")["state"] == "ended"
    assert any_desk.done(path, "leader", **CHARGE)["state"] == "taken"
    kinds = [e["data"]["kind"] for e in emitted(any_desk.app, "case.noted.v1")]
    assert kinds == ["charge_taken", "charge_ended", "charge_taken"]


def test_a_task_may_follow_from_an_instruction(desk):
    case = desk.bench.case_in("accepted")["case_id"]
    given = desk.done(f"cases/{case}/instructions", "leader", **INSTRUCTION)
    task = desk.task(source="instruction", source_id=given["id"])
    assert task["cases"] == 1
    assert [t["id"] for t in desk.pages(f"tasks?source_id={given['id']}", "leader")] == [task["id"]]


def test_the_public_reads_when_and_where_and_the_leaders_title_alone(any_desk):
    shown = planned(any_desk)
    planned(any_desk, public=False)
    off = planned(any_desk)
    any_desk.done(f"reception-days/{off['id']}/cancel", "leader", version=1, reason="公务。")
    answer = any_desk.read("public/reception-days")
    assert answer.status_code == 200
    (item,) = answer.json["items"]
    assert set(item) == {"starts_at", "ends_at", "place", "leader_title"}
    assert item["place"] == shown["place"]
    any_desk.app.clock.advance(days=9)
    assert any_desk.read("public/reception-days").json["items"] == []
    assert len(any_desk.pages("reception-days", "leader")) == 3


def test_cases_are_booked_until_the_slots_are_full_and_each_visit_has_its_result(any_desk):
    first, second, third = (any_desk.bench.opened() for _ in range(3))
    day = booked(any_desk, planned(any_desk), case_id=first["case_id"])
    twice = any_desk.send(
        f"reception-days/{day['id']}/bookings",
        "registrar",
        version=day["version"],
        petition_id=first["petition_ids"][0],
    )
    assert (twice.status_code, twice.json["code"]) == (409, "booked_already")
    day = booked(any_desk, day, petition_id=second["petition_ids"][0])
    assert day["booked"] == 2
    path = f"reception-days/{day['id']}/bookings"
    full = any_desk.send(path, "registrar", version=day["version"], case_id=third["case_id"])
    assert (full.status_code, full.json["code"]) == (409, "full")
    last, one = any_desk.pages(f"reception-bookings?reception_id={day['id']}", "registrar")
    early = any_desk.send(
        f"reception-bookings/{one['id']}/receive", "leader", version=1, result="当场答复。"
    )
    assert early.json["code"] == "not_begun"
    off = f"reception-bookings/{last['id']}/cancel"
    assert any_desk.done(off, "registrar", version=1, result="改期。")["state"] == "cancelled"
    any_desk.app.clock.advance(days=8)
    came = any_desk.done(
        f"reception-bookings/{one['id']}/receive", "leader", version=1, result="当场答复。"
    )
    assert (came["state"], came["result"]) == ("came", "当场答复。")
    kinds = [e["data"]["kind"] for e in emitted(any_desk.app, "case.noted.v1")]
    assert kinds == [
        "reception_booked",
        "reception_booked",
        "reception_cancelled",
        "reception_held",
    ]
    assert any_desk.pages("reception-days", "leader")[0]["booked"] == 1
    one = any_desk.read(f"reception-days/{day['id']}", "handler").json
    assert (one["booked"], [step["step"] for step in one["journal"]]) == (
        1,
        ["plan", "book", "book"],
    )


def test_calling_a_reception_day_off_calls_off_its_bookings(desk):
    day = booked(desk, planned(desk), case_id=desk.bench.opened()["case_id"])
    desk.done(f"reception-days/{day['id']}/cancel", "leader", version=2, reason="公务。")
    (booking,) = desk.pages("reception-bookings", "leader")
    assert booking["state"] == "cancelled"
    assert len(desk.told("reception_cancelled")) == 1


def test_bookings_of_secret_cases_are_for_those_who_see_them(desk):
    case = secret_case(desk.bench)["case_id"]
    day = planned(desk)
    path = f"reception-days/{day['id']}/bookings"
    assert desk.send(path, "registrar", version=1, case_id=case).status_code == 404
    desk.done(path, "leader", version=1, case_id=case)
    assert desk.pages("reception-bookings", "registrar") == []
    assert len(desk.pages("reception-bookings", "leader")) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at": "2026-03-10T09:00:00+08:00"}, "ends_at"),
        ({"ends_at": "2026-03-11T09:00:00+08:00"}, "ends_at"),
        ({"starts_at": "2026-03-01T09:00:00+08:00"}, "starts_at"),
        ({"slots": 0}, "slots"),
        ({"public": "yes"}, "public"),
    ],
)
def test_a_reception_day_that_does_not_hold_is_refused_naming_the_field(desk, changes, field):
    refused = desk.send("reception-days", "leader", **day_body(**changes))
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]
