"""A list of twenty thousand cases taken out as a table, while the office does something else."""

import contextlib
import csv
import io
import re
import sqlite3
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from casework_pages import received
from playwright.sync_api import Download, Page, expect
from town import Town

MANY = 20_000
MODEL = "=1+1 鹭洲导出试验"
CELL = re.compile(r"<t(?: [^>]*)?>([^<]*)</t>")


def title(n: int) -> str:
    """A title that a spreadsheet would take for a formula, with a number that names it."""
    return f"=cmd|'/C calc'!A{n} 鹭洲导出试验"


@pytest.fixture(scope="module")
def many(town: Town) -> Iterator[Town]:
    """Routing's tables with as many cases more, older than all others, all like one."""
    case_id = received(town, title=MODEL)
    with contextlib.closing(sqlite3.connect(town.var / "routing.sqlite", timeout=60)) as database:
        cursor = database.execute("SELECT * FROM cases WHERE case_id = ?", [case_id])
        names = [one[0] for one in cursor.description]
        model = dict(zip(names, cursor.fetchone(), strict=True))
        places = ", ".join("?" for _ in names)
        rows = (
            model
            | {"case_id": str(uuid.uuid4()), "seq": -n, "case_no": f"XS999{n:07}"}
            | {"title": title(n), "petition_ids": "[]"}
            for n in range(1, MANY + 1)
        )
        with database:
            database.executemany(
                f"INSERT INTO cases VALUES ({places})", ([*row.values()] for row in rows)
            )
        yield town
        with database:
            database.execute("DELETE FROM cases WHERE seq < 0")


def listed(page: Page) -> None:
    """The list narrowed by words of the titles."""
    page.goto("/office/cases")
    page.locator("[name=title]").first.fill("鹭洲导出试验")
    page.get_by_role("button", name="查找").last.click()
    page.wait_for_url("**sought=**")


def take_out(page: Page, link: str) -> list[Download]:
    """Ask for the table; what comes of it."""
    came: list[Download] = []
    page.on("download", lambda file: came.append(file))  # noqa: PLW0108 - playwright marks it
    page.get_by_role("link", name=link).click()
    expect(page.locator("[data-exports-status]")).to_contain_text("正在生成表格")
    return came


def waited_for(page: Page, came: list[Download]) -> Path:
    """The file, once the list's page says that it is here."""
    status = page.locator("[data-exports-status]")
    expect(status).to_contain_text("表格已经开始下载", timeout=120_000)
    (download,) = came
    return download.path()


def test_whoever_left_comes_back_and_has_the_whole_list_without_a_formula(many, open_page):
    page = open_page("/office", account="dispatcher")
    received(many, title="与此无关的一件")
    listed(page)
    there = page.url
    came = take_out(page, "导出 CSV")
    page.goto("/office/handbook")
    page.goto(there)
    text = waited_for(page, came).read_text(encoding="utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert len(rows) == MANY + 1, "those of the filter, and all of them"
    titles = [row[head.index("标题")] for row in rows]
    assert f"'{title(MANY)}" in titles
    assert not [one for row in rows for one in row if one.startswith(("=", "+", "-", "@"))]


def test_the_workbook_has_texts_alone(many, open_page):
    page = open_page("/office", account="dispatcher")
    listed(page)
    with zipfile.ZipFile(waited_for(page, take_out(page, "导出 Excel"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == MANY + 2
    assert "<f>" not in sheet
    assert not [one for one in CELL.findall(sheet) if one.startswith(("=", "+", "-", "@"))]


def test_where_the_system_dies_meanwhile_the_page_says_that_nothing_came(many, open_page):
    page = open_page("/office", account="dispatcher")
    listed(page)
    came = take_out(page, "导出 Excel")
    many.kill()
    try:
        status = page.locator("[data-exports-status]")
        expect(status).to_contain_text("没有收到表格，请重新导出")
    finally:
        many.start()
    assert came == []
    listed(page)
    assert waited_for(page, take_out(page, "导出 Excel")).stat().st_size
