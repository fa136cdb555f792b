"""Lists taken out as tables: the same cases as the list, safe to open, and written down."""

import csv
import io
import zipfile

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from listing_desk import accused, case_row, put, walked

from routing import models
from routing.use_cases.exporting import cell
from shared.testing import MORNING


def table_of(answer):
    assert answer.status_code == 200, answer.text
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def exports(bench):
    table = models.exports
    with bench.app.db.read() as session:
        rows = session.execute(sa.select(table).order_by(table.c.seq)).mappings().all()
    return [dict(row) for row in rows]


def test_an_export_has_the_cases_of_the_list_in_its_order_in_words(any_bench):
    bench = any_bench
    put(
        bench,
        [
            case_row(1, state="forwarded", lead_unit="transport", category="transport.bus"),
            case_row(2, state="forwarded", lead_unit="housing"),
            case_row(3, state="forwarded", lead_unit="transport", next_due_at=MORNING),
        ],
    )
    answer = bench.get("/v1/cases/export?format=csv&unit=transport", "dispatcher")
    rows = table_of(answer)
    assert [row["编号"] for row in rows] == ["XS000000000003", "XS000000000001"]
    assert rows[1]["承办单位"] == "交通运输局"
    assert (rows[0]["状态"], rows[0]["期限"]) == ("已转送", "2026-03-02 09:30")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cases.csv"'
    assert "内容" not in rows[0]


def test_an_export_reads_on_page_by_page(bench, monkeypatch):
    monkeypatch.setattr("routing.use_cases.exporting._PAGE", 2)
    put(bench, [case_row(n) for n in range(5)])
    rows = table_of(bench.get("/v1/cases/export?format=csv&sort=due", "dispatcher"))
    assert [row["标题"] for row in rows] == [f"第{n}件" for n in range(5)]


def test_nobody_takes_out_what_they_may_not_see(bench):
    rows = [
        case_row(1, secret=True), case_row(2), case_row(3, purpose="accusation"),
        case_row(4, lead_unit="housing"),
    ]  # fmt: skip
    out = [accused("case-0003", "account", "wang")]
    put(bench, rows, case_accused=out)
    for account, role, unit in (
        ("wang", "registrar", None), ("li", "dispatcher", None), ("zhao", "handler", "housing"),
    ):  # fmt: skip
        token = bench.token(role, account=account, unit=unit, scope=(unit or "*",))
        listed = walked(bench, "/v1/cases", token=token)
        taken = table_of(bench.get("/v1/cases/export?format=csv", token=token))
        numbers = {row["case_id"]: row["case_no"] for row in rows}
        assert [row["编号"] for row in taken] == [numbers[case_id] for case_id in listed]


def test_an_export_is_written_down_with_who_when_filters_and_rows(bench):
    put(bench, [case_row(1), case_row(2, state="closed")])
    bench.get("/v1/cases/export?format=csv&state=closed&limit=9", "dispatcher")
    assert exports(bench) == []
    bench.get(
        "/v1/cases/export?format=xlsx&state=closed&received_from=2026-01-01T00:00:00Z", "dispatcher"
    )
    (row,) = exports(bench)
    assert (row["by"], row["unit"], row["at"]) == ("dispatcher", "bureau", MORNING)
    assert (row["format"], row["rows"]) == ("xlsx", 1)
    assert row["filters"] == {
        "state": "closed",
        "received_from": "2026-01-01T00:00:00.000000Z",
        "sort": "newest",
    }


@pytest.mark.parametrize("query", ["", "&title=第1"])
def test_more_than_fit_are_refused_rather_than_cut_off(bench, monkeypatch, query):
    monkeypatch.setattr("routing.use_cases.exporting.ROWS_MOST", 3)
    put(bench, [case_row(n, title=f"第1{n}件") for n in range(4)])
    answer = bench.get(f"/v1/cases/export?format=csv{query}", "dispatcher")
    assert (answer.status_code, answer.json["code"]) == (422, "too_many_rows")
    assert exports(bench) == []


FORMULAS = ("=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1")


@pytest.mark.parametrize("title", FORMULAS)
def test_no_cell_is_taken_for_a_formula(bench, title):
    put(bench, [case_row(1, title=title)])
    (row,) = table_of(bench.get("/v1/cases/export?format=csv", "dispatcher"))
    assert row["标题"] == f"'{title}"


@given(st.text())
def test_whatever_is_written_a_cell_begins_as_no_formula(text):
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_workbook_holds_texts_only(bench):
    put(bench, [case_row(1, title="=1+1\x0b"), case_row(2, title="http://a.example")])
    answer = bench.get("/v1/cases/export?format=xlsx", "dispatcher")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert not [name for name in book.namelist() if "rels" in name and "sheet1" in name]
    assert "'=1+1" in sheet
    assert "http://a.example" in sheet
    assert "<f>" not in sheet


def test_an_export_names_its_format(bench):
    answer = bench.get("/v1/cases/export?format=pdf", "dispatcher")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "format")


def test_whoever_reads_no_cases_exports_none(bench):
    assert bench.get("/v1/cases/export?format=csv", "admin").status_code == 403
