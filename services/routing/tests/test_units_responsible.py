"""The table of responsibilities: import, export, who is responsible for what."""

import datetime as dt

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.jurisdiction import ANY, Responsibility, best_first, category_line
from routing.domain.unit_cells import ALWAYS
from routing.domain.unit_tables import (
    read_responsibilities,
    write_responsibilities,
)
from routing.models.units import responsibilities
from routing.service import SERVICE
from routing.use_cases import units as use_cases
from shared.db import upsert
from shared.testing import MORNING, Office, make_app

DAY = dt.date(2026, 3, 2)
UNITS = """code,name,kind,parent
bureau,云屏区信访局,bureau,
transport,云屏区交通运输局,department,
housing,云屏区住房和建设局,department,
discipline,云屏区纪委监委,discipline,
wangchao,望潮街道办事处,subdistrict,
pier,码头社区,community,wangchao
"""
DUTIES = """category,area,unit,priority
transport,*,transport,
transport.bus,wangchao,wangchao,2
transport.bus,wangchao,housing,1
*,wangchao,wangchao,
"""


def send(bench, table, csv, **more):
    return bench.post(f"/v1/{table}/import", "admin", json={"csv": csv, **more})


def imported(bench, table, csv, **more):
    answer = send(bench, table, csv, **more)
    assert answer.status_code == 200, answer.text
    return answer.json


def exported(bench, table):
    return bench.get(f"/v1/{table}/export", "admin").json


def wrong(answer):
    assert answer.status_code == 422, answer.text
    return {error["field"]: error["reason"] for error in answer.json["errors"]}


def counted(report):
    return [report[name] for name in ("added", "changed", "ended", "unchanged")]


def responsible(bench, category, area, on=DAY):
    with bench.app.db.read() as session:
        return [
            unit for unit, _ in use_cases.responsible(session, category=category, area=area, on=on)
        ]


@pytest.fixture
def district(bench):
    """The organisation and the responsibilities of this file."""
    imported(bench, "units", UNITS)
    imported(bench, "responsibilities", DUTIES)
    return bench


def test_responsibilities_are_imported_changed_and_ended(any_bench):
    imported(any_bench, "units", UNITS)
    assert counted(imported(any_bench, "responsibilities", DUTIES)) == [4, 0, 0, 0]
    any_bench.app.clock.advance(days=10)
    changed = DUTIES.replace("transport.bus,wangchao,housing,1\n", "").replace(
        "wangchao,wangchao,2", "wangchao,wangchao,3"
    )
    report = imported(any_bench, "responsibilities", changed)
    assert counted(report) == [0, 1, 1, 2]
    assert {
        "change": "ended",
        "what": "transport.bus × wangchao → housing",
        "line": None,
        "fields": ["valid_to"],
    } in report["changes"]
    assert responsible(any_bench, "transport.bus", "wangchao")[0] == "housing"
    after = dt.date(2026, 3, 12)
    assert responsible(any_bench, "transport.bus", "wangchao", after) == ["wangchao", "transport"]


def test_a_responsibility_that_has_not_begun_is_taken_out(district):
    later = "category,area,unit,valid_from\ntransport,*,transport,2026-06-01\n"
    imported(district, "responsibilities", later)
    report = imported(district, "responsibilities", "category,area,unit\n")
    assert counted(report) == [0, 0, 1, 4]
    assert "2026-06-01" not in exported(district, "responsibilities")["csv"]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("magic,*,transport,1", "csv.6.category"), ("transport,moon,transport,1", "csv.6.area"),
        ("transport,*,nobody,1", "csv.6.unit"), ("transport,*,housing,0", "csv.6.priority"),
        ("transport,*,housing,often", "csv.6.priority"),
        ("transport,*,transport,2", "csv.6.valid_from"), (",*,housing,1", "csv.6.category"),
    ],
)  # fmt: skip
def test_a_wrong_responsibility_refuses_the_whole_table(district, line, place):
    before = exported(district, "responsibilities")
    assert list(wrong(send(district, "responsibilities", DUTIES + line + "\n"))) == [place]
    assert exported(district, "responsibilities") == before


def test_the_same_responsibility_may_be_held_twice_one_after_the_other(district):
    twice = (
        "category,area,unit,priority,valid_from,valid_to\n"
        "transport,*,transport,1,,2026-03-02\ntransport,*,transport,1,2026-03-03,\n"
    )
    imported(district, "responsibilities", twice)
    overlap = twice.replace("2026-03-03", "2026-03-02")
    assert list(wrong(send(district, "responsibilities", overlap))) == ["csv.3.valid_from"]


def test_who_is_responsible_is_told_with_the_reason(district):
    answer = district.get("/v1/responsible?category=transport.bus&area=pier", "dispatcher").json
    assert [(item["unit"], item["reason"]) for item in answer["items"]] == [
        ("housing", "按类别“transport.bus”，按区域“wangchao”（“pier”所属），优先级1。"),
        ("wangchao", "按类别“transport.bus”，按区域“wangchao”（“pier”所属），优先级2。"),
        ("transport", "按类别“transport”（“transport.bus”的上级类别），不分区域，优先级1。"),
    ]
    assert answer["items"][0]["unit_name"] == "云屏区住房和建设局"


def test_an_ended_units_responsibility_is_its_successors(district):
    end = {"name": "交通局", "kind": "department", "valid_to": "2026-03-01"}
    district.put("/v1/units/transport", "admin", json=end)
    assert responsible(district, "transport.road", None) == []
    heir = end | {"successors": [{"unit": "housing"}]}
    district.put("/v1/units/transport", "admin", json=heir)
    assert responsible(district, "transport.road", None) == ["housing"]
    items = district.get("/v1/responsible?category=transport.road", "handler").json["items"]
    assert items[0]["reason"].endswith("；承接已撤并单位“transport”的职责。")


def test_a_matter_without_category_goes_to_the_place(district):
    assert responsible(district, None, "pier") == ["wangchao"]
    assert responsible(district, None, None) == []


CATEGORIES = ["a", "a.b", "a.b.c", "d", ANY]
AREAS = ["wangchao", "pier", "moon", ANY]
HOLDERS = ["bureau", "transport", "housing", "discipline"]
MARCH = [dt.date(2026, 3, day) for day in (1, 2, 3)]
duties = st.lists(
    st.builds(
        Responsibility,
        category=st.sampled_from(CATEGORIES),
        area=st.sampled_from(AREAS),
        unit=st.sampled_from(HOLDERS),
        valid_from=st.sampled_from([ALWAYS, *MARCH]),
        valid_to=st.sampled_from([None, *MARCH]),
        priority=st.integers(1, 3),
    ),
    max_size=12,
    unique_by=lambda row: (row.category, row.area, row.unit, row.valid_from),
)
ABOVE = {"pier": ["pier", "wangchao"], "wangchao": ["wangchao"], "moon": ["moon"], None: []}


def slowly(rows, category, area, on):
    """Every step from the most particular to the least, each looked for in the whole table."""
    found = []
    steps = category.split(".") if category else []
    chain = [".".join(steps[:n]) for n in range(len(steps), 0, -1)] + [ANY]
    for wanted in chain:
        for place in [*ABOVE[area], ANY]:
            for priority in (1, 2, 3):
                for holder in sorted(HOLDERS):
                    for row in rows:
                        fits = (row.category, row.area, row.priority, row.unit)
                        lasts = row.valid_from <= on and (row.valid_to or on) >= on
                        if fits == (wanted, place, priority, holder) and lasts:
                            found.append(holder)
    return list(dict.fromkeys(found))


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    """One organisation for many examples."""
    app = make_app(SERVICE, tmp_path_factory.mktemp("lasting"))
    app.clock.at = MORNING
    office = Office(app)
    imported(office, "units", UNITS)
    yield office
    app.close()


@given(
    rows=duties,
    category=st.sampled_from(["a.b.c", "a.b", "a", "d", "ab", None]),
    area=st.sampled_from(list(ABOVE)),
    on=st.sampled_from(MARCH),
)
def test_the_order_of_responsibility_is_that_of_the_slow_search(lasting, rows, category, area, on):
    with lasting.app.db.write() as session:
        session.execute(sa.delete(responsibilities))
        upsert(session, responsibilities, [vars(row) for row in rows], key=KEY)
    assert responsible(lasting, category, area, on) == slowly(rows, category, area, on)


KEY = ["category", "area", "unit", "valid_from"]


@given(duties, st.sampled_from(["a.b.c", "d"]))
def test_what_comes_first_is_never_less_particular(rows, category):
    line = category_line(category)
    order = best_first(rows, categories=line, areas=AREAS)
    places = [line.index(row.category) for row in order]
    assert places == sorted(places)


@given(duties)
def test_written_responsibilities_are_read_as_they_were(rows):
    text = write_responsibilities(rows)
    read, faults = read_responsibilities(text, units={*HOLDERS, *AREAS}, categories=CATEGORIES)
    if not faults:
        assert list(read) == rows
