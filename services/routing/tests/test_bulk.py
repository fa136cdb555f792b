"""One action on many cases: each as if it had been sent alone, all of it once for a key."""

import json

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing import models
from routing.resources import standard_procedure
from routing.use_cases import BULK_ACTIONS
from shared.testing import emitted

FORWARD = {"unit": "transport", "category": "transport.bus"}


def item(case, version=None):
    return {"case_id": case["case_id"], "version": version or case["version"]}


def send(bench, action, items, *roles, body=None, key=None, token=None):
    return bench.post(
        "/v1/cases/bulk",
        *(roles or ("dispatcher",)),
        token=token,
        data=json.dumps({"action": action, "items": items, "body": body or {}}),
        content_type="application/json",
        headers={"Idempotency-Key": key} if key else {},
    )


def statuses(answer):
    assert answer.status_code == 200, answer.text
    return [one["status"] for one in answer.json["items"]]


def test_many_cases_are_forwarded_at_once_and_each_tells_of_it(any_bench):
    cases = [any_bench.opened() for _ in range(3)]
    answer = send(any_bench, "forward", [item(case) for case in cases], body=FORWARD)
    assert statuses(answer) == [200, 200, 200]
    assert [one["case_id"] for one in answer.json["items"]] == [case["case_id"] for case in cases]
    for case, one in zip(cases, answer.json["items"], strict=True):
        after = any_bench.case(case["case_id"])
        assert (after["state"], after["version"]) == ("forwarded", one["version"])
    told = [event["subject"] for event in emitted(any_bench.app, "case.forwarded.v1")]
    assert sorted(told) == sorted(case["case_id"] for case in cases)


def test_each_case_has_its_own_outcome_and_a_refused_one_changes_nothing(any_bench):
    bench = any_bench
    good, stale, closed = bench.opened(), bench.opened(), bench.case_in("closed")
    unknown = {"case_id": "nowhere", "version": 1}
    items = [item(closed), item(good), item(stale, 77), unknown]
    before = len(emitted(bench.app))
    answer = send(bench, "forward", items, body=FORWARD)
    assert statuses(answer) == [409, 200, 412, 404]
    assert (answer.json["done"], answer.json["refused"]) == (1, 3)
    refused = answer.json["items"][0]["problem"]
    assert (refused["code"], refused["state"]) == ("not_allowed_now", "closed")
    assert refused["basis"]
    assert answer.json["items"][2]["version"] == stale["version"]
    assert bench.case(stale["case_id"]) == stale
    assert bench.case(closed["case_id"]) == closed
    assert {event["subject"] for event in emitted(bench.app)[before:]} == {good["case_id"]}


def test_a_refusal_by_a_rule_is_written_down_as_for_a_single_action(bench):
    closed = bench.case_in("closed")
    send(bench, "forward", [item(closed)], body=FORWARD)
    table = models.refusals
    with bench.app.db.read() as session:
        found = session.execute(sa.select(table.c.case_id, table.c.action, table.c.by)).all()
    assert [tuple(row) for row in found] == [(closed["case_id"], "forward", "dispatcher")]


def test_what_an_effect_finds_wrong_undoes_that_case_alone(bench):
    with_category = bench.opened()
    without = bench.opened(title="无", content="不知道说的是什么。")
    answer = send(
        bench, "forward", [item(without), item(with_category)], body={"unit": "transport"}
    )
    first, second = answer.json["items"]
    assert (first["status"], second["status"]) == (422, 200)
    assert "category" in first["problem"]["errors"]
    assert bench.case(without["case_id"]) == without


def test_the_same_key_does_it_once(any_bench):
    case = any_bench.opened()
    first = send(any_bench, "forward", [item(case)], body=FORWARD, key="k-1")
    again = send(any_bench, "forward", [item(case)], body=FORWARD, key="k-1")
    assert again.json == first.json
    assert len(emitted(any_bench.app, "case.forwarded.v1")) == 1
    other = send(any_bench, "forward", [item(case)], body=FORWARD | {"text": "x"}, key="k-1")
    assert other.json["code"] == "idempotency_key_reused"


def test_a_case_that_is_not_theirs_is_not_found_for_a_unit(bench):
    own = bench.case_in("forwarded")
    other = bench.done(bench.opened(), "forward", unit="housing", category="housing.property")
    answer = send(bench, "accept", [item(own), item(other)], token=bench.unit_token("handler"))
    assert statuses(answer) == [200, 404]


def test_who_never_takes_the_action_is_refused_as_a_whole(bench):
    assert (
        send(bench, "forward", [item(bench.opened())], "auditor", body=FORWARD).status_code == 403
    )


@pytest.mark.parametrize(
    ("action", "items", "body", "field"),
    [
        ("forward", [], FORWARD, "items"),
        ("forward", [{"case_id": "a", "version": 1}] * 2, FORWARD, "items"),
        ("forward", [{"case_id": str(n), "version": 1} for n in range(201)], FORWARD, "items"),
        ("forward", [{"case_id": "a"}], FORWARD, "items.0.version"),
        ("forward", [{"case_id": "a", "version": 1}], {}, "unit"),
        ("forward", [{"case_id": "a", "version": 1}], FORWARD | {"more": 1}, "more"),
        ("split", [{"case_id": "a", "version": 1}], {}, "action"),
        ("reply", [{"case_id": "a", "version": 1}], {}, "action"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_refused_whole_by_its_field(bench, action, items, body, field):
    answer = send(bench, action, items, body=body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == [field]


def test_no_action_of_a_single_case_is_among_those_for_many():
    procedure = standard_procedure()
    assert set(BULK_ACTIONS) <= set(procedure.actions)
    own = {"case", "parts", "keys", "account"}
    for name in BULK_ACTIONS:
        action = procedure.actions[name]
        kinds = {ask.field.type for ask in action.asks.values() if ask.name != "handler"}
        assert not kinds & own, name
        assert not action.by_system


@given(data=st.data())
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_in_bulk_or_one_by_one_the_outcomes_are_the_same(bench, data):
    states = data.draw(st.lists(st.sampled_from(["forwarded", "accepted", "closed"]), max_size=3))
    late = data.draw(st.integers(0, 3))
    pairs = [(bench.case_in(state), bench.case_in(state)) for state in ("forwarded", *states)]
    token = bench.unit_token("handler")
    versions = [case["version"] + (n == late) for n, (case, _) in enumerate(pairs)]
    many = [item(case, v) for (case, _), v in zip(pairs, versions, strict=True)]
    singly = [
        bench.act(twin, "accept", version=v, token=token).status_code
        for (_, twin), v in zip(pairs, versions, strict=True)
    ]
    assert statuses(send(bench, "accept", many, token=token)) == singly
    for case, twin in pairs:
        one, other = bench.case(case["case_id"]), bench.case(twin["case_id"])
        assert (one["state"], one["version"]) == (other["state"], other["version"])


def statements_to_accept(bench, count):
    items = [item(bench.case_in("forwarded")) for _ in range(count)]
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    engine = bench.app.db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    answer = send(bench, "accept", items, token=bench.unit_token("handler"))
    sa.event.remove(engine, "before_cursor_execute", note)
    assert answer.json["done"] == count
    return len(seen)


def test_each_further_case_costs_the_same_few_statements(bench):
    two, four, eight = (statements_to_accept(bench, count) for count in (2, 4, 8))
    assert eight - four == 2 * (four - two)
    assert (four - two) / 2 <= 5
