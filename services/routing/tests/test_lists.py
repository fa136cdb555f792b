"""Lists at scale hold exactly what a plain reading of the rule holds, in order, page by page."""

import datetime as dt

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listing_desk import UNITS, accused, case_row, part, put, reader, walked, wipe

from routing import models
from routing.use_cases import REASONS
from routing.use_cases.listing import Sieve, ways
from routing.use_cases.reading import count, visible
from shared.access import SECRET_ROLES, UNIT_ROLES
from shared.auth import BUREAU_ROLES, WHOLE_DISTRICT, Principal
from shared.testing import MORNING

ROLES = ("registrar", "dispatcher", "handler", "unit_head", "supervisor", "auditor", "admin")
PEOPLE = ("wang", "li")
STATES = ("registered", "forwarded", "accepted", "replied", "served", "closed", "merged")

maybe_unit = st.none() | st.sampled_from(UNITS)
some_units = st.sets(st.sampled_from(UNITS), max_size=2)
drawn_case = st.fixed_dictionaries(
    {
        "state": st.sampled_from(STATES),
        "lead_unit": maybe_unit,
        "secret": st.booleans(),
        "purpose": st.sampled_from(("petition", "accusation")),
        "due": st.none() | st.integers(-3, 3),
        "petitions": st.integers(0, 2),
        "split": st.booleans(),
        "parts": some_units,
        "readers": st.sets(st.sampled_from(PEOPLE), max_size=1),
        "out": st.sets(
            st.tuples(st.just("unit"), st.sampled_from(UNITS))
            | st.tuples(st.just("account"), st.sampled_from(PEOPLE)),
            max_size=1,
        ),
    }
)
principals = st.builds(
    Principal,
    sub=st.sampled_from(PEOPLE),
    roles=st.frozensets(st.sampled_from(ROLES), min_size=1, max_size=2),
    unit=maybe_unit,
    unit_scope=st.frozensets(st.sampled_from((*UNITS, WHOLE_DISTRICT)), max_size=2),
)
at_will = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def is_kept_out(by: Principal, case: dict) -> bool:
    """Whether a case accuses the caller, or their unit in an accusation, or they were recused."""
    own = {*by.unit_scope, by.unit} - {None, WHOLE_DISTRICT}
    return any(
        who == by.sub if kind == "account" else case["purpose"] == "accusation" and who in own
        for kind, who in case["out"]
    )


def sees(by: Principal, case: dict) -> bool:
    """The rule of visibility as one would say it, without SQL."""
    if is_kept_out(by, case):
        return False
    units = by.unit_scope - {WHOLE_DISTRICT}
    whole = WHOLE_DISTRICT in by.unit_scope and bool(by.roles & BUREAU_ROLES)
    if by.sub in case["readers"]:
        return True
    if by.has(*UNIT_ROLES) and case["parts"] & units:
        return True
    leads = case["lead_unit"] in units
    if case["secret"]:
        decides = whole and by.has(*SECRET_ROLES)
        return decides or (leads and by.has(*UNIT_ROLES, *SECRET_ROLES))
    decides = whole and by.has(*SECRET_ROLES)
    return whole or decides or leads or bool(case["parts"] & units)


def keep(bench, cases):
    wipe(bench)
    rows = []
    for n, case in enumerate(cases):
        due = None if case["due"] is None else MORNING + dt.timedelta(days=case["due"])
        many = 1 if case["split"] else case["petitions"]
        rows.append(
            case_row(
                n,
                **{name: case[name] for name in ("state", "lead_unit", "secret", "purpose")},
                next_due_at=due,
                petition_ids=[f"petition-{n}-{m}" for m in range(many)],
                split_from="another" if case["split"] else None,
            )
        )
    ids = [row["case_id"] for row in rows]
    put(
        bench,
        rows,
        case_parts=[part(i, u) for i, c in zip(ids, cases, strict=True) for u in c["parts"]],
        case_access=[reader(i, a) for i, c in zip(ids, cases, strict=True) for a in c["readers"]],
        case_accused=[accused(i, *o) for i, c in zip(ids, cases, strict=True) for o in c["out"]],
    )
    return ids


def found_by(bench, *conditions):
    with bench.app.db.read() as session:
        return set(session.scalars(sa.select(models.cases.c.case_id).where(*conditions)))


def by_ways(bench, sieve: Sieve):
    return set().union(*(found_by(bench, *branch.conditions) for branch in sieve.branches()))


def token_of(bench, by: Principal) -> str:
    return bench.token(*by.roles, unit=by.unit, scope=tuple(by.unit_scope), account=by.sub)


@given(cases=st.lists(drawn_case, max_size=8), by=principals)
@at_will
def test_one_sees_exactly_what_the_rule_says_however_it_is_asked(bench, cases, by):
    ids = keep(bench, cases)
    allowed = {i for i, case in zip(ids, cases, strict=True) if sees(by, case)}
    assert found_by(bench, visible(by)) == allowed
    assert by_ways(bench, ways(by)) == allowed


@given(cases=st.lists(drawn_case, max_size=8), by=principals)
@at_will
def test_a_unit_counts_exactly_what_it_may_see(bench, cases, by):
    ids = keep(bench, cases)
    seen = [
        case
        for case in cases
        if sees(by, case) or (by.sees_all_units and not is_kept_out(by, case))
    ]
    with bench.app.db.read() as session:
        found = count(session, by=by)
    assert found["cases"] == len(seen) <= len(ids)
    assert found["petitions"] == sum(case["petitions"] for case in seen if not case["split"])
    states = [case["state"] for case in seen]
    assert found["by_state"] == {state: states.count(state) for state in set(states)}


@given(cases=st.lists(drawn_case, max_size=8), by=principals, limit=st.integers(1, 3))
@at_will
def test_both_orders_list_the_same_cases_once_each_page_by_page(bench, cases, by, limit):
    by = Principal(by.sub, by.roles - {"admin"} | {"auditor"}, by.unit, by.unit_scope)
    ids = keep(bench, cases)
    token = token_of(bench, by)
    allowed = [i for i, case in zip(ids, cases, strict=True) if sees(by, case)]
    due = dict(zip(ids, (case["due"] for case in cases), strict=True))
    newest = walked(bench, "/v1/cases", limit=limit, token=token)
    assert newest == allowed[::-1]
    by_due = walked(bench, "/v1/cases", "sort=due", limit=limit, token=token)
    assert by_due == sorted(allowed, key=lambda i: (due[i] is None, due[i] or 0, i))


@given(cases=st.lists(drawn_case, max_size=8), by=principals)
@at_will
def test_the_count_of_each_reason_is_that_of_its_list_and_all_of_it_is_visible(bench, cases, by):
    by = Principal(by.sub, by.roles - {"admin"} | {"handler"}, by.unit, by.unit_scope)
    ids = keep(bench, cases)
    token = token_of(bench, by)
    allowed = {i for i, case in zip(ids, cases, strict=True) if sees(by, case)}
    reasons = bench.get("/v1/my-work", token=token).json["reasons"]
    counts = {one["reason"]: one["count"] for one in reasons}
    for reason in REASONS:
        found = walked(bench, "/v1/my-work", f"reason={reason}", token=token)
        assert len(found) == len(set(found)) == counts.get(reason, 0)
        assert set(found) <= allowed


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("handler=wang", [2]), ("purpose=inquiry", [3]), ("category=transport", [1, 0]),
        ("category=transport.bus", [1]), ("case_no=XS000000000002", [2]),
        ("split_from=case-0000", [3]),
        ("stage=办理", [2, 1]), ("overdue=true", [2]), ("overdue=true&unit=housing", []),
        ("title=第3", [3]), ("title=%25件", []), ("petition_id=petition-0", [3, 0]),
        ("received_from=2026-03-02T01:32:00Z", [3, 2]),
        ("received_from=2026-03-02T01:31:00Z&received_to=2026-03-02T01:32:00Z", [1]),
        ("sort=due", [2, 1, 0, 3]), ("sort=due&unit=transport", [2, 1]),
        ("sort=due&unit=transport&state=accepted", [2, 1]),
        ("unit=transport&purpose=petition", [2, 1]),
    ],
)  # fmt: skip
def test_a_list_is_narrowed_by(any_bench, query, expected):
    hour = dt.timedelta(hours=1)
    put(
        any_bench,
        [
            case_row(0, category="transport"),
            case_row(1, category="transport.bus", state="accepted", lead_unit="transport",
                     next_due_at=MORNING + hour),
            case_row(2, handler="wang", state="accepted", lead_unit="transport",
                     next_due_at=MORNING - hour),
            case_row(3, purpose="inquiry", split_from="case-0000"),
        ],
    )  # fmt: skip
    token = any_bench.token("dispatcher")
    assert MORNING.isoformat() == "2026-03-02T01:30:00+00:00"
    assert walked(any_bench, "/v1/cases", query, token=token) == [
        f"case-{number:04d}" for number in expected
    ]
    if "title" not in query and "sort" not in query:
        counted = any_bench.get(f"/v1/cases/count?{query}", token=token).json
        assert counted == {"count": len(expected), "capped": False, "shown": str(len(expected))}


def test_a_search_in_titles_goes_on_past_what_one_page_looks_at(bench, monkeypatch):
    monkeypatch.setattr("routing.use_cases.listing._LOOKED_AT", 3)
    put(bench, [case_row(n, title="路灯" if n in (0, 7) else "公交") for n in range(10)])
    first = bench.get("/v1/cases?title=路灯&limit=2", "dispatcher").json
    assert [item["title"] for item in first["items"]] == ["路灯"]
    assert first["next_cursor"]
    token = bench.token("dispatcher")
    assert walked(bench, "/v1/cases", "title=路灯", token=token) == ["case-0007", "case-0000"]


@pytest.mark.parametrize("cursor", ["WzFd", "WyIiLCAxXQ", "WyJub3doZXJlIiwgMV0", "x"])
def test_a_cursor_of_another_order_is_refused(bench, cursor):
    query = "received_from=2026-03-02T00:00:00Z"
    answer = bench.get(f"/v1/cases?{query}&cursor={cursor}", "dispatcher")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "cursor")


def test_the_office_finds_what_waits_for_it_and_a_unit_what_waits_for_it(any_bench):
    bench = any_bench
    registered, forwarded = bench.case_in("registered"), bench.case_in("forwarded")
    accepted, replied = bench.case_in("accepted"), bench.case_in("replied")
    bench.case_in("closed")
    dispatcher, handler = bench.token("dispatcher"), bench.unit_token("handler")

    def waits(reason, token):
        return walked(bench, "/v1/my-work", f"reason={reason}", token=token)

    assert waits("dispatch", dispatcher) == [registered["case_id"]]
    assert waits("dispatch", handler) == []
    assert waits("accept", handler) == [forwarded["case_id"]]
    assert waits("answer", handler) == [accepted["case_id"]]
    assert waits("serve", handler) == [replied["case_id"]]
    assert waits("accept", bench.unit_token("handler", unit="housing")) == []


def test_what_was_given_to_a_colleague_waits_for_the_colleague_and_the_head(bench):
    put(bench, [case_row(1, state="accepted", lead_unit="transport", handler="wang")])
    theirs = {"unit": "transport", "scope": ("transport",)}

    def answers(*roles, account):
        token = bench.token(*roles, account=account, **theirs)
        return walked(bench, "/v1/my-work", "reason=answer", token=token)

    assert answers("handler", account="wang") == ["case-0001"]
    assert answers("handler", account="li") == []
    assert answers("unit_head", account="zhao") == ["case-0001"]


def test_a_part_waits_until_it_is_answered(bench):
    rows = [case_row(n, state="accepted", lead_unit="housing") for n in (1, 2)]
    parts = [part("case-0001", "transport"), part("case-0002", "transport", "answered")]
    put(bench, rows, case_parts=parts)
    token = bench.unit_token("handler")
    assert walked(bench, "/v1/my-work", "reason=parts", token=token) == ["case-0001"]


def test_the_office_works_off_the_cases_of_a_unit_without_accounts(bench):
    with bench.app.db.write() as session:
        units = models.units
        session.execute(sa.update(units).where(units.c.code == "housing").values(external=True))
    put(bench, [case_row(1, state="forwarded", lead_unit="housing")])
    token = bench.token("dispatcher")
    assert walked(bench, "/v1/my-work", "reason=accept", token=token) == ["case-0001"]


def test_a_count_ends_where_counting_would_become_dear(bench, monkeypatch):
    monkeypatch.setattr("routing.use_cases.listing.COUNTED_MOST", 3)
    put(bench, [case_row(n) for n in range(5)])
    (found,) = [
        one
        for one in bench.get("/v1/my-work", "dispatcher").json["reasons"]
        if one["reason"] == "dispatch"
    ]
    assert (found["count"], found["capped"], found["shown"]) == (3, True, "3+")


def test_every_state_that_waits_for_staff_is_some_reason(bench):
    procedure = bench.app.resources.procedure
    named = {state for reason in REASONS.values() for state in reason.states} | {"hearing"}
    waiting = {code for code, state in procedure.states.items() if not state.ended}
    assert waiting - named == {"review_served"}
