"""Dispatch by rule: what the office is sure enough about goes on by itself, nothing else does."""

from routing.jobs import pre_dispatch
from shared.testing import emitted


def rule(bench, **changes):
    case = bench.opened()
    about = case["suggestion"]["confidence_of"]
    body = {"min_percent": 50, "unit": "transport", "active": True} | changes
    answer = bench.put(f"/v1/pre-dispatch/{about}", "admin", json=body)
    assert answer.status_code == 200, answer.text
    return case


def sure(bench, case):
    return round(100 * case["suggestion"]["confidence"])


def test_a_case_that_the_rule_is_for_is_forwarded_and_the_journal_says_by_whom(any_bench):
    case = rule(any_bench)
    assert sure(any_bench, case) >= 50
    pre_dispatch.run(any_bench.app)
    after = any_bench.case(case["case_id"])
    assert (after["state"], after["lead_unit"]) == ("forwarded", "transport")
    steps = any_bench.get(f"/v1/cases/{case['case_id']}/steps", "dispatcher").json["items"]
    assert [(step["action"], step["by"]) for step in steps] == [("forward", "pre-dispatch")]
    pre_dispatch.run(any_bench.app)
    assert len(emitted(any_bench.app, "case.forwarded.v1")) == 1


def test_without_an_active_rule_everything_waits_for_a_person(bench):
    case = rule(bench, active=False)
    pre_dispatch.run(bench.app)
    assert bench.case(case["case_id"])["state"] == "registered"


def test_what_is_less_sure_than_the_rule_asks_waits(bench):
    case = rule(bench, min_percent=100)
    pre_dispatch.run(bench.app)
    assert bench.case(case["case_id"])["state"] == "registered"


def test_what_may_accuse_somebody_waits_for_a_person(bench):
    rule(bench)
    case = bench.opened(
        title="举报公交公司", content="举报B12路公交末班车调度科长收受贿赂，公交末班车早停。"
    )
    assert case["hints"]["accusation"]["suspected"]
    pre_dispatch.run(bench.app)
    assert bench.case(case["case_id"])["state"] == "registered"
