"""Units: the tree, its periods, successors and list; what older callers may go on doing."""

import contextlib
import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from routing import models
from routing.use_cases import units as use_cases
from shared.errors import Invalid

DAY = dt.date(2026, 3, 2)
NEXT = dt.date(2026, 3, 3)


def put(bench, code, role="admin", **unit):
    body = {"name": code, "kind": "department"} | unit
    return bench.put(f"/v1/units/{code}", role, json=body)


def kept(bench, code, **unit):
    answer = put(bench, code, **unit)
    assert answer.status_code == 200, answer.text
    return answer.json


def refused(answer):
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json["errors"]]


def known(bench, question, *args, **kwargs):
    with bench.app.db.read() as session:
        return getattr(use_cases, question)(session, *args, **kwargs)


def test_a_unit_keeps_all_that_is_said_of_it(any_bench):
    said = {
        "name": "望潮街道办事处", "kind": "subdistrict", "parent": None, "secret_lane": False,
        "level": "subdistrict", "external": True, "valid_from": "2020-01-01",
        "valid_to": "2030-12-31", "review_body": "housing", "address": "云屏区望潮路1号",
        "contact": "信访办",
        "successors": [{"unit": "transport", "categories": ["transport"], "areas": []}],
    }  # fmt: skip
    assert kept(any_bench, "wangchao", **said) == {"code": "wangchao"} | said
    items = any_bench.get("/v1/units?text=望潮", "handler").json["items"]
    assert items == [{"code": "wangchao"} | said]


def test_an_older_caller_takes_nothing_away(bench):
    kept(bench, "road", level="district", contact="综合科", valid_to="2030-12-31")
    answer = kept(bench, "road", name="新名", parent="transport")
    assert (answer["name"], answer["parent"]) == ("新名", "transport")
    assert (answer["level"], answer["contact"]) == ("district", "综合科")
    assert answer["valid_to"] == "2030-12-31"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"level": "planet"}, "level"), ({"valid_from": "soon"}, "valid_from"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to"),
        ({"review_body": "nobody"}, "review_body"), ({"review_body": "road"}, "review_body"),
        ({"successors": [{"unit": "transport"}]}, "valid_to"),
        ({"successors": [{"unit": "nobody"}], "valid_to": "2026-01-01"}, "successors"),
        ({"successors": [{"unit": "road"}], "valid_to": "2026-01-01"}, "successors"),
        ({"successors": 1}, "successors"), ({"successors": [{}]}, "successors.0.unit"),
        (
            {"successors": [{"unit": "housing", "areas": ["moon"]}], "valid_to": "2026-01-01"},
            "successors",
        ),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_by_field(bench, change, field):
    assert refused(put(bench, "road", **change)) == [field]


def test_a_parent_is_there_whenever_its_child_is(bench):
    kept(bench, "group", valid_from="2020-01-01", valid_to="2025-12-31")
    assert refused(put(bench, "road", parent="group")) == ["parent"]
    assert refused(put(bench, "road", parent="group", valid_from="2020-01-01")) == ["parent"]
    kept(bench, "road", parent="group", valid_from="2020-01-01", valid_to="2025-12-31")
    assert refused(put(bench, "group", valid_to="2025-06-30")) == ["road.parent"]


def test_a_parent_is_not_of_a_lower_level_where_both_say_theirs(bench):
    kept(bench, "wangchao", level="subdistrict")
    assert refused(put(bench, "bureau", level="district", parent="wangchao")) == ["level"]
    kept(bench, "bureau", parent="wangchao")


def test_a_fault_that_was_there_before_hinders_no_other_unit(bench):
    kept(bench, "group", valid_to="2025-12-31")
    with bench.app.db.write() as session:
        table = models.units
        session.execute(table.update().where(table.c.code == "housing").values(parent="group"))
    kept(bench, "road", parent="transport")


def test_two_units_do_not_review_each_other(bench):
    kept(bench, "road", review_body="transport")
    assert refused(put(bench, "transport", review_body="road")) == ["review_body"]


def test_a_unit_with_open_cases_ends_only_where_somebody_takes_the_rest(bench):
    case = bench.case_in("accepted")
    end = {"name": "交通运输局", "valid_to": "2026-03-31"}
    assert refused(put(bench, "transport", **end)) == ["successors"]
    part = [{"unit": "housing", "categories": ["transport.bus"]}]
    assert refused(put(bench, "transport", **end, successors=part)) == ["successors"]
    kept(bench, "transport", **end, successors=[*part, {"unit": "discipline"}])
    assert case["lead_unit"] == "transport"


def test_a_unit_whose_cases_are_closed_ends_without_successor(bench):
    bench.case_in("closed")
    kept(bench, "transport", valid_to="2026-03-31")


def test_a_unit_is_there_on_the_days_of_its_period(any_bench):
    kept(any_bench, "road", parent="transport", valid_from="2026-03-02", valid_to="2026-03-02")
    found = known(any_bench, "unit_for", "road", on=DAY)
    assert (found.name, found.line, found.valid_to) == ("road", ("road", "transport"), DAY)
    for day in (NEXT, dt.date(2026, 3, 1)):
        assert known(any_bench, "unit_for", "road", on=day) is None
    assert known(any_bench, "unit_for", "nobody", on=DAY) is None


def test_lines_follow_every_change(any_bench):
    kept(any_bench, "road", parent="transport")
    assert known(any_bench, "lines")["road"] == ("road", "transport")
    kept(any_bench, "road", parent="housing")
    assert known(any_bench, "lines")["road"] == ("road", "housing")


def test_what_was_rolled_back_is_not_remembered(bench):
    kept(bench, "road", parent="transport")
    with pytest.raises(RuntimeError), bench.app.db.write() as session:
        change = {"name": "road", "kind": "department", "parent": "housing"}
        use_cases.put_unit(session, code="road", unit=change)
        assert use_cases.lines(session)["road"] == ("road", "housing")
        raise RuntimeError
    with bench.app.db.write() as session:
        assert use_cases.lines(session)["road"] == ("road", "transport")


def test_two_changes_at_once_make_no_loop_together(any_bench):
    kept(any_bench, "a1")
    kept(any_bench, "b1")
    write, below = any_bench.app.db.write, {"name": "科", "kind": "department"}

    def put_the_other():
        with write() as session:
            use_cases.put_unit(session, code="b1", unit=below | {"parent": "a1"})

    with ThreadPoolExecutor(1) as other:
        with write() as session:
            use_cases.put_unit(session, code="a1", unit=below | {"parent": "b1"})
            late = other.submit(put_the_other)
        with pytest.raises(Invalid):
            late.result()


def test_a_copy_of_the_units_costs_one_query(bench, statements):
    kept(bench, "road", parent="transport")
    known(bench, "lines")
    with statements(bench) as seen:
        known(bench, "lines")
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("category", "area", "heir"),
    [
        ("transport.bus", None, "housing"), ("transport.road", "wangchao", "wangchao"),
        ("transport.road", None, "road"), (None, None, "road"), ("health", "wangchao", "wangchao"),
        ("transport.bus", "wangchao", "housing"), ("health", "pier", "wangchao"),
    ],
)  # fmt: skip
def test_the_most_particular_successor_takes_over(bench, category, area, heir):
    kept(bench, "road")
    kept(bench, "wangchao", kind="subdistrict")
    kept(bench, "pier", kind="community", parent="wangchao")
    shares = [
        {"unit": "road"},
        {"unit": "housing", "categories": ["transport.bus"]},
        {"unit": "wangchao", "areas": ["wangchao"]},
    ]
    kept(bench, "transport", valid_to="2026-03-02", successors=shares)
    matter = {"category": category, "area": area}
    assert known(bench, "successor_of", "transport", on=DAY, **matter) == "transport"
    assert known(bench, "successor_of", "transport", on=NEXT, **matter) == heir


def test_a_successor_of_a_successor_takes_over_in_its_turn(bench):
    kept(bench, "road", valid_from="2026-03-03", valid_to="2026-04-01")
    kept(bench, "transport", valid_to="2026-03-02", successors=[{"unit": "road"}])
    assert known(bench, "successor_of", "transport", on=NEXT) == "road"
    late = dt.date(2026, 4, 2)
    assert known(bench, "successor_of", "transport", on=late) is None
    kept(bench, "road", successors=[{"unit": "housing"}])
    assert known(bench, "successor_of", "transport", on=late) == "housing"


def test_the_list_is_filtered_and_paged(any_bench):
    kept(any_bench, "wangchao", kind="subdistrict", name="望潮街道")
    for n in range(5):
        kept(any_bench, f"c{n}", kind="community", parent="wangchao", valid_to=f"2026-03-0{n + 1}")
    everything = any_bench.get("/v1/units", "handler").json
    assert (len(everything["items"]), everything["next_cursor"]) == (9, None)
    found, cursor = [], ""
    while cursor is not None:
        answer = any_bench.get(f"/v1/units?limit=2{cursor}", "handler").json
        found += [unit["code"] for unit in answer["items"]]
        cursor = answer["next_cursor"] and f"&cursor={answer['next_cursor']}"
    assert found == [unit["code"] for unit in everything["items"]]

    def codes(query):
        items = any_bench.get(f"/v1/units?{query}", "handler").json["items"]
        return [unit["code"] for unit in items]

    assert codes("kind=subdistrict") == ["wangchao"]
    assert codes("parent=wangchao&valid_on=2026-03-04") == ["c3", "c4"]
    assert codes("text=c3") == ["c3"]
    assert codes("text=%25") == []


@pytest.mark.parametrize("query", ["limit=0", "cursor=x", "valid_on=soon", "kind="])
def test_a_wrong_filter_of_units_is_named(bench, query):
    answer = bench.get(f"/v1/units?{query}", "handler")
    assert refused(answer) == [query.partition("=")[0]]


@pytest.fixture
def statements():
    """Counts the statements that a bench's reads send."""

    @contextlib.contextmanager
    def watch(bench):
        seen = []
        with bench.app.db.read() as session:
            engine = session.get_bind()

        def note(_connection, _cursor, statement, *_rest):
            seen.extend([statement] if statement.startswith("SELECT") else [])

        sa.event.listen(engine, "before_cursor_execute", note)
        yield seen
        sa.event.remove(engine, "before_cursor_execute", note)

    return watch
