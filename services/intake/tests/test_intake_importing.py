"""Bulk import: any register that an office has becomes petitions, each row once."""

import csv
import datetime as dt
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile

import pytest
import sqlalchemy as sa
import xlsxwriter
import yaml

from intake import models
from intake.tools.importing import command, tables
from shared.testing import MORNING, emitted, sample_secrets

HEAD = ["标题", "内容", "姓名", "电话", "来信日期", "原编号"]
ROW = ["路灯不亮", "小区门口的路灯坏了一个月。", "王小明", "13907312345", "2026-02-27", "L-1"]

on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


@pytest.fixture
def register(app, tmp_path, capsys):
    """Imports a file; gives the exit status, what was said, and the report's lines."""

    class Register:
        folder = tmp_path
        said = ""

        def run(self, file, *options, mapping=None, channel="letter"):
            report = tmp_path / "report.csv"
            report.unlink(missing_ok=True)
            arguments = [str(file), "--channel", channel, "--report", str(report), *options]
            if mapping is not None:
                plan = tmp_path / "mapping.yaml"
                plan.write_text(mapping if isinstance(mapping, str) else yaml.safe_dump(mapping))
                arguments += ["--mapping", str(plan)]
            if "--processes" not in options:
                arguments += ["--processes", "1"]
            status = 0
            try:
                command.main(app, arguments)
            except SystemExit as left:
                status = left.code
            spoken = capsys.readouterr()
            self.said = spoken.out + spoken.err
            return status

        @property
        def lines(self):
            with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as file:
                return list(csv.DictReader(file))

        def results(self):
            return [line["结果"] for line in self.lines]

        def reasons(self):
            return [(int(line["行号"]), line["列"]) for line in self.lines if line["原因"]]

    return Register()


def csv_file(register, rows, *, encoding="utf-8", delimiter=",", name="letters.csv"):
    path = register.folder / name
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def xlsx_file(register, rows, *, prepare=lambda book, sheet: None):
    path = register.folder / "letters.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("来信")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, dt.date):
                sheet.write_datetime(at, column, cell, day)
            else:
                sheet.write(at, column, cell)
    prepare(book, sheet)
    book.close()
    return path


def row(**changes):
    names = dict(zip(("title", "content", "name", "phone", "received", "no"), ROW, strict=True))
    return list((names | changes).values())


@on_both_databases
def test_each_row_becomes_a_petition_of_the_channel(desk, register):
    file = csv_file(register, [HEAD, row(), row(no="L-2", name="李四", title="路面积水")])
    assert register.run(file) == 0, register.said
    first, second = sorted(desk.rows(models.petitions), key=lambda one: one.external_id)
    assert (first.channel, first.title, first.external_id) == ("letter", "路灯不亮", "L-1")
    assert first.received_at == dt.datetime(2026, 2, 26, 16, tzinfo=dt.UTC), (
        "as the office reads it"
    )
    assert first.registered_at == MORNING
    seen = desk.get(f"/v1/petitions/{second.petition_id}", "registrar").json["petitioner"]
    assert (seen["name"], seen["phone"]) == ("李*", "139******45")
    assert register.results() == ["登记", "登记"]
    assert {line["信访件编号"] for line in register.lines} == {
        first.petition_no,
        second.petition_no,
    }


@on_both_databases
def test_a_second_run_registers_only_what_is_new(desk, app, register):
    register.run(csv_file(register, [HEAD, row()]))
    assert register.run(csv_file(register, [HEAD, row(), row(no="L-2")])) == 0
    assert register.results() == ["已有", "登记"]
    assert len(desk.rows(models.petitions)) == 2
    assert len(emitted(app, "petition.registered.v1")) == 2


@on_both_databases
def test_rows_without_numbers_are_known_by_what_they_say(desk, register):
    rows = [[*HEAD[:5]], row()[:5], row(title="另一件")[:5], row()[:5]]
    register.run(csv_file(register, rows))
    assert register.results() == ["登记", "登记", "已有"]
    register.run(csv_file(register, rows))
    assert register.results() == ["已有", "已有", "已有"]
    assert len(desk.rows(models.petitions)) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_file_of_any_common_encoding_and_delimiter_is_read(desk, register, encoding, delimiter):
    content = "他说：“不亮，”\n第二行；还有,逗号|竖线\t。"
    file = csv_file(register, [HEAD, row(content=content)], encoding=encoding, delimiter=delimiter)
    assert register.run(file) == 0, register.said
    (kept,) = desk.rows(models.petitions)
    assert kept.content == content


def test_rare_characters_survive_gb18030(desk, register):
    register.run(csv_file(register, [HEAD, row(title="𠮷野家门口𪚥😀")], encoding="gb18030"))
    assert desk.rows(models.petitions)[0].title == "𠮷野家门口𪚥😀"


def test_a_file_in_no_known_encoding_is_refused_whole_with_the_line(desk, register):
    file = register.folder / "letters.csv"
    file.write_bytes("标题,内容\n甲,乙\n".encode() + b"\xff\xff,\xff\n")
    assert register.run(file) == command.USAGE_EXIT
    assert "第3行" in register.said
    assert desk.rows(models.petitions) == []


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"title": ""}, "标题"), ({"title": "长" * 201}, "标题"), ({"content": "\0"}, "内容"),
        ({"phone": "请来电"}, "电话"), ({"received": "去年"}, "来信日期"),
        ({"received": "2026-02-30"}, "来信日期"), ({"received": "2031-01-01"}, "来信日期"),
        ({"received": "1899-01-01"}, "来信日期"), ({"no": "长" * 201}, "原编号"),
    ],
)  # fmt: skip
@on_both_databases
def test_a_wrong_row_is_reported_and_stops_nothing(desk, register, change, column):
    wrong = row(**{"no": "L-2"} | change)
    file = csv_file(register, [HEAD, row(no="L-0"), wrong, row(no="L-9")])
    assert register.run(file) == command.REFUSED_EXIT
    assert register.results() == ["登记", "拒绝", "登记"]
    assert register.reasons() == [(3, column)]
    assert len(desk.rows(models.petitions)) == 2


def test_the_report_repeats_nothing_of_what_the_file_says(register):
    file = csv_file(register, [HEAD, row(phone="不详，问李四", received="去年冬天", title="")])
    register.run(file)
    told = (register.folder / "report.csv").read_text()
    assert {line["列"] for line in register.lines} == {"标题", "电话", "来信日期"}
    assert not [cell for cell in (*ROW[1:4], "李四", "去年冬天") if cell in told]


def test_a_quote_that_is_wrong_spoils_its_own_row_only(desk, register):
    file = register.folder / "letters.csv"
    file.write_text('标题,内容\n甲,"乙"丙\n丁,戊\n己,"没有结束\n庚,辛\n')
    assert register.run(file) == command.REFUSED_EXIT
    assert [(line["行号"], line["结果"]) for line in register.lines] == [
        ("2", "拒绝"), ("3", "登记"), ("4", "拒绝"),
    ]  # fmt: skip
    assert "第4至5行" in register.lines[2]["原因"]
    assert [one.title for one in desk.rows(models.petitions)] == ["丁"]


def test_a_row_with_more_cells_than_headings_is_refused(register):
    register.run(csv_file(register, [HEAD, [*row(), "多余"], [*row(no="L-2"), "", ""]]))
    assert register.results() == ["拒绝", "登记"]


def test_empty_rows_are_passed_over_and_numbers_are_those_of_the_spreadsheet(register):
    register.run(csv_file(register, [["来信登记表"], [], HEAD, [], row(), [""] * 6, row(no="L-2")]))
    assert [line["行号"] for line in register.lines] == ["5", "7"]


@on_both_databases
def test_a_dry_run_says_the_same_and_registers_nothing(desk, app, register):
    register.run(csv_file(register, [HEAD, row()]))
    rows = [HEAD, row(), row(no="L-2"), row(no="L-2"), row(no="L-3", phone="无")]
    assert register.run(csv_file(register, rows), "--dry-run") == command.REFUSED_EXIT
    assert register.results() == ["已有", "可登记", "已有", "拒绝"]
    assert len(desk.rows(models.petitions)) == 1
    assert len(emitted(app, "petition.registered.v1")) == 1


def test_a_closed_or_unknown_channel_refuses_each_row(desk, register):
    assert register.run(csv_file(register, [HEAD, row()]), channel="fax") == command.REFUSED_EXIT
    assert register.lines[0]["原因"] == "没有这个渠道。"


def test_history_is_registered_at_its_own_time_and_said_to_be_history(desk, app, register):
    mapping = {"columns": {"at": "登记日期", "received_at": None}}
    file = csv_file(register, [["标题", "内容", "登记日期"], ["甲", "乙", "2019年12月31日 9时5分"]])
    assert register.run(file, mapping=mapping) == 0, register.said
    (kept,) = desk.rows(models.petitions)
    assert kept.petition_no.startswith("XF2019")
    assert kept.registered_at == dt.datetime(2019, 12, 31, 1, 5, tzinfo=dt.UTC)
    assert {event["historical"] for event in emitted(app)} == {True}


def test_a_mapping_names_columns_constants_values_and_dates(desk, register):
    mapping = {
        "columns": {"title": "概况", "content": ["详情", "说明"], "purpose": "类别"},
        "constants": {
            "external_ref.system": "老系统",
            "addressee": "transport",
            "secrecy": True,
        },
        "values": {"purpose": {"求决类": "petition", "举报类": "accusation"}},
        "dates": ["%d/%m/%Y"],
    }
    rows = [
        ["概况", "说明", "类别", "来信日期", "原编号"],
        ["甲", "乙", "举报类", "01/02/2026", "1"],
        ["丙", "丁", "咨询", "02/02/2026", "2"],
    ]
    assert register.run(csv_file(register, rows), mapping=mapping) == 0, register.said
    first, second = sorted(desk.rows(models.petitions), key=lambda one: one.external_id)
    assert (first.external_system, first.addressee) == ("老系统", "transport")
    assert (first.purpose, second.purpose) == ("accusation", "inquiry")
    assert first.secrecy
    assert first.received_at == dt.datetime(2026, 1, 31, 16, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026/2/7", "2026-02-06T16:00"), ("2026.02.07", "2026-02-06T16:00"),
        ("20260207", "2026-02-06T16:00"), ("2026-02-07 08:30", "2026-02-07T00:30"),
        ("2026-02-07T08:30:15", "2026-02-07T00:30"), ("2026年2月7日", "2026-02-06T16:00"),
        ("2026-02-07T00:30:00Z", "2026-02-07T00:30"), ("2026-02-07 8:30", "2026-02-07T00:30"),
    ],
)  # fmt: skip
def test_dates_are_read_as_offices_write_them(desk, register, written, utc):
    assert register.run(csv_file(register, [HEAD, row(received=written)])) == 0, register.lines
    assert desk.rows(models.petitions)[0].received_at.isoformat().startswith(utc)


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("columns: [1]", "columns"), ("colums: {}", "colums"), ("columns: {titel: 标题}", "titel"),
        ("a: [", "YAML"), ("- 1", "columns"), ("columns: {title: 没有的列}", "title"),
        ("encoding: gb9999", "gb9999"), ("values: {purpose: 3}", "purpose"),
        ("columns: {title: 5}", "title"), ("sheet: 5", "sheet"),
    ],
)  # fmt: skip
def test_a_mapping_that_is_wrong_is_refused_before_anything_is_done(desk, register, mapping, said):
    assert register.run(csv_file(register, [HEAD, row()]), mapping=mapping) == command.USAGE_EXIT
    assert said in register.said
    assert desk.rows(models.petitions) == []


def test_a_constant_is_read_as_a_cell_is(desk, register):
    mapping = "constants: {received_at: 2026-02-01, secrecy: 否, place: 12}"
    file = csv_file(register, [["标题", "内容"], ["甲", "乙"]])
    assert register.run(file, mapping=mapping) == 0, register.lines
    (kept,) = desk.rows(models.petitions)
    assert kept.received_at == dt.datetime(2026, 1, 31, 16, tzinfo=dt.UTC)
    assert (kept.secrecy, kept.place) == (False, "12")


def test_a_report_that_cannot_be_written_is_said_before_anything_is_done(desk, register):
    file = csv_file(register, [HEAD, row()])
    assert register.run(file, "--codes", "/nowhere/codes.csv") == command.USAGE_EXIT
    assert "/nowhere/codes.csv" in register.said
    assert desk.rows(models.petitions) == []


def test_two_columns_for_one_field_are_refused(register):
    file = csv_file(register, [[*HEAD, "联系电话"], [*row(), "1"]])
    assert register.run(file) == command.USAGE_EXIT
    assert "petitioner.phone" in register.said


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"a,b\n1,2\n", b"\0\0\0\0", b"PK\x03\x04nonsense"]
)
def test_a_file_that_is_no_register_is_refused(register, content):
    file = register.folder / "letters.csv"
    file.write_bytes(content)
    assert register.run(file) == command.USAGE_EXIT


def test_a_missing_file_is_said_to_be_missing(register):
    assert register.run(register.folder / "none.csv") == command.USAGE_EXIT


@on_both_databases
def test_a_spreadsheet_is_read_dates_numbers_and_formulas(desk, register):
    def formula(book, sheet):
        sheet.write_formula(2, 0, '="积"&"水"', None, "积水")

    rows = [HEAD, [*ROW[:3], 13907312345, dt.date(2026, 2, 27), 7], row(no="L-2", received=46080)]
    assert register.run(xlsx_file(register, rows, prepare=formula)) == 0, register.lines
    first, second = sorted(desk.rows(models.petitions), key=lambda one: one.external_id)
    assert first.external_id == "7"
    assert second.title == "积水"
    assert first.received_at == second.received_at == dt.datetime(2026, 2, 26, 16, tzinfo=dt.UTC)
    seen = desk.get(f"/v1/petitions/{first.petition_id}", "registrar").json["petitioner"]
    assert seen["phone"] == "139******45"


def test_an_id_number_kept_as_a_number_has_lost_digits_and_is_refused(register):
    rows = [["标题", "内容", "身份证号"], ["甲", "乙", 110101199003071234]]
    assert register.run(xlsx_file(register, rows)) == command.REFUSED_EXIT
    assert register.reasons() == [(2, "身份证号")]


def test_headings_of_two_rows_with_merged_cells_are_read(desk, register):
    def headings(book, sheet):
        sheet.merge_range(0, 0, 0, 3, "2026年来信登记表")
        for column, name in ((0, "标题"), (1, "内容")):
            sheet.merge_range(1, column, 2, column, name)
        sheet.merge_range(1, 2, 1, 3, "信访人情况")
        sheet.write_row(2, 2, ["姓名", "电话"])

    rows = [[], [], [], ROW[:4]]
    assert register.run(xlsx_file(register, rows, prepare=headings)) == 0, register.said
    assert len(desk.rows(models.petitioners)) == 1
    assert [line["行号"] for line in register.lines] == ["4"]


def test_a_hidden_sheet_is_read_only_if_it_is_named(desk, register):
    def hide(book, sheet):
        shown = book.add_worksheet("汇总")
        shown.write_row(0, 0, HEAD)
        shown.write_row(1, 0, row(title="汇总表"))
        shown.activate()
        shown.set_first_sheet()
        sheet.hide()

    file = xlsx_file(register, [HEAD, row(no="L-2")], prepare=hide)
    register.run(file)
    register.run(file, mapping={"sheet": "来信"})
    assert sorted(one.title for one in desk.rows(models.petitions)) == ["汇总表", "路灯不亮"]
    assert register.run(file, mapping={"sheet": "没有"}) == command.USAGE_EXIT


def test_a_table_that_would_fill_the_memory_is_refused(register, monkeypatch):
    file = register.folder / "bomb.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 3_000_000)
    monkeypatch.setattr(tables, "UNPACKED_MOST", 2 << 20)
    assert register.run(file) == command.USAGE_EXIT
    assert "解压" in register.said


def test_an_old_or_encrypted_workbook_is_refused_with_what_to_do(register):
    file = register.folder / "letters.xlsx"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert register.run(file) == command.USAGE_EXIT
    assert "另存为" in register.said


def test_report_and_codes_are_for_their_owner_alone(desk, register):
    codes = register.folder / "codes.csv"
    register.run(csv_file(register, [HEAD, row()]), "--codes", str(codes))
    assert stat.S_IMODE(codes.stat().st_mode) == 0o600
    assert stat.S_IMODE((register.folder / "report.csv").stat().st_mode) == 0o600
    ((line, number, code),) = csv.reader(codes.read_text(encoding="utf-8-sig").splitlines())
    path = f"/v1/public/petitions/{number}/session"
    assert desk.post(path, json={"query_code": code}).status_code == 200
    register.run(csv_file(register, [HEAD, row(), row(no="L-2")]), "--codes", str(codes))
    assert len(codes.read_text().splitlines()) == 2, "those of the first run stay"
    assert code not in (register.folder / "report.csv").read_text()


@pytest.mark.servers
@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_an_import_that_is_killed_is_run_again_and_each_row_is_in_once(desk, app, register):
    rows = [row(no=f"L-{number}") for number in range(6000)]
    file = csv_file(register, [HEAD, *rows])
    killed = subprocess.Popen(
        [sys.executable, "-m", "intake", "import", file, "--channel", "letter", "--processes", "2"],
        env=os.environ | sample_secrets() | {"DATABASE_URL": _url(app)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _wait(lambda: 0 < _count(app) < len(rows) or killed.poll() is not None)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert 0 < _count(app) < len(rows), "it was to be killed in the middle"
    register.run(file)
    kept = desk.rows(models.petitions)
    assert sorted(one.external_id for one in kept) == sorted(one[5] for one in rows)
    assert len(emitted(app, "petition.registered.v1")) == len(rows)
    assert set(register.results()) == {"登记", "已有"}


def _url(app):
    return app.db.url.render_as_string(hide_password=False)


def _count(app):
    with app.db.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(models.petitions))


def _wait(is_so, seconds=60):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.01)
