"""The tables of units and responsibilities as files: import, export, the tool."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.unit_cells import ALWAYS
from routing.domain.unit_tables import read_units, write_units
from routing.domain.units import KINDS, LEVELS, Share, UnitRecord
from routing.tools import organisation
from routing.use_cases import units as use_cases
from shared.csv_table import decode

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


@pytest.fixture
def district(bench):
    """The organisation and the responsibilities of this file."""
    imported(bench, "units", UNITS)
    imported(bench, "responsibilities", DUTIES)
    return bench


def test_an_import_makes_the_organisation_what_the_table_says(any_bench):
    report = imported(any_bench, "units", UNITS)
    assert counted(report) == [3, 3, 0, 0]
    assert {"change": "added", "what": "pier", "line": 7, "fields": []} in report["changes"]
    changed = {"change": "changed", "what": "transport", "line": 3, "fields": ["name"]}
    assert changed in report["changes"]
    with any_bench.app.db.read() as session:
        assert use_cases.lines(session)["pier"] == ("pier", "wangchao")


def test_a_dry_run_tells_all_and_changes_nothing(any_bench):
    before = exported(any_bench, "units")
    dry = imported(any_bench, "units", UNITS, dry_run=True)
    assert exported(any_bench, "units") == before
    real = imported(any_bench, "units", UNITS)
    assert (dry["dry_run"], real["dry_run"]) == (True, False)
    assert (counted(dry), dry["changes"]) == (counted(real), real["changes"])


def test_what_the_table_does_not_name_ends_yesterday_and_is_kept(district):
    without = UNITS.replace("pier,码头社区,community,wangchao\n", "")
    report = imported(district, "units", without)
    assert report["changes"] == [
        {"change": "ended", "what": "pier", "line": None, "fields": ["valid_to"]}
    ]
    with district.app.db.read() as session:
        assert use_cases.unit_for(session, "pier", on=DAY) is None
        assert use_cases.unit_for(session, "pier", on=dt.date(2026, 3, 1)) is not None
    assert counted(imported(district, "units", without)) == [0, 0, 0, 6]


def test_an_export_is_imported_again_without_any_change(district):
    end = {"name": "旧局", "kind": "department", "valid_to": "2026-05-01", "level": "district"}
    shares = [
        {"unit": "housing", "categories": ["transport.bus", "health"], "areas": ["wangchao"]},
        {"unit": "bureau"},
    ]
    body = end | {"successors": shares, "contact": '赵,"钱"', "external": True}
    assert district.put("/v1/units/old", "admin", json=body).status_code == 200
    for table in ("units", "responsibilities"):
        report = imported(district, table, exported(district, table)["csv"])
        assert counted(report)[:3] == [0, 0, 0]


def test_a_column_that_the_table_lacks_keeps_what_each_unit_has(district):
    unit = {"name": "望潮街道办事处", "kind": "subdistrict", "contact": "信访办"}
    district.put("/v1/units/wangchao", "admin", json=unit)
    assert counted(imported(district, "units", UNITS)) == [0, 0, 0, 6]
    cleared = UNITS.replace("parent\n", "parent,contact\n").replace(",\n", ",,\n")
    cleared = cleared.replace(
        "pier,码头社区,community,wangchao", "pier,码头社区,community,wangchao,"
    )
    assert counted(imported(district, "units", cleared)) == [0, 1, 0, 5]


def test_headings_kinds_and_levels_may_be_chinese(bench):
    text = "编码,名称,类型,上级,层级,可收检举控告\njiwei,区纪委监委,纪检监察机关,,区,是\n"
    text += "".join(f"{code},{code}局,部门,,,否\n" for code in ("transport", "housing"))
    text += "discipline,纪委监委,纪检监察机关,,,是\n"
    imported(bench, "units", text)
    with bench.app.db.read() as session:
        unit = use_cases.unit_for(session, "jiwei", on=DAY)
    assert (unit.kind, unit.level, unit.secret_lane) == ("discipline", "district", True)


@pytest.mark.parametrize(
    ("line", "place", "reason"),
    [
        ("Bad,局,department,", "csv.8.code", "小写字母"),
        ("x,,department,", "csv.8.code", "小写字母"),
        ("new,,department,", "csv.8.name", "不能为空"),
        ("new,局,palace,", "csv.8.kind", "应为以下之一"),
        ("new,局,department,nobody", "csv.8.parent", "没有上级单位nobody"),
        ("new,局,department,new", "csv.8.parent", "不能是本单位"),
        ("new,局,department", "csv.8", "应有4格，实有3格"),
        ("pier,码头,community,", "csv.8.code", "与第7行的编码相同"),
        ("new,局\x07,department,", "csv.8.name", "控制字符（U+0007）"),
        ("new,\"局,department,", "csv.8", "不是有效的CSV"),
    ],
)  # fmt: skip
def test_a_wrong_line_refuses_the_whole_table_and_the_old_stays(district, line, place, reason):
    before = exported(district, "units")
    found = wrong(send(district, "units", UNITS.replace("云屏区", "新区") + line + "\n"))
    assert place in found
    assert found[place].startswith("第8行：")
    assert reason in found[place]
    assert exported(district, "units") == before


def test_reasons_are_given_in_english_too(district):
    answer = district.post(
        "/v1/units/import",
        "admin",
        json={"csv": UNITS + "new,局,palace,\n"},
        headers={"Accept-Language": "en"},
    )
    assert wrong(answer)["csv.8.kind"].startswith("Line 8: Must be one of: bureau")


@pytest.mark.parametrize(
    ("heading", "reason"),
    [
        ("", "缺少“code”列"), ("code,name", "缺少“kind”列"),
        ("code,name,kind,colour", "没有“colour”这一列"), ("code,name,kind,name", "“name”列重复"),
    ],
)  # fmt: skip
def test_a_wrong_heading_is_refused(bench, heading, reason):
    assert any(reason in one for one in wrong(send(bench, "units", heading)).values())


def test_many_faults_are_counted_and_the_first_are_named(bench):
    text = "code,name,kind\n" + "".join(f"u{n},局,palace\n" for n in range(80))
    found = wrong(send(bench, "units", text))
    assert (len(found), found["csv"]) == (51, "共有80处错误。")


def test_an_import_does_not_end_a_unit_that_holds_open_cases(bench):
    bench.case_in("accepted")
    without = "code,name,kind\nhousing,住建局,department\ndiscipline,纪委,discipline\n"
    assert "表中没有的单位transport" in wrong(send(bench, "units", without))["csv.successors"]
    ended = "code,name,kind,valid_to,successors\nhousing,住建局,department,,\n"
    ended += "discipline,纪委,discipline,,\ntransport,交通局,department,2026-03-31,housing\n"
    report = imported(bench, "units", ended)
    assert (report["ended"], report["changes"][-1]["what"]) == (1, "transport")


def test_an_import_on_an_old_export_is_refused(district):
    for table in ("units", "responsibilities"):
        old = exported(district, table)
        imported(district, table, old["csv"], revision=old["revision"])
        answer = send(district, table, old["csv"], revision=old["revision"])
        assert (answer.status_code, answer.json["code"]) == (409, "changed_since")


def test_tables_are_the_administrators(bench):
    for table in ("units", "responsibilities"):
        assert bench.get(f"/v1/{table}/export", "dispatcher").status_code == 403
        body = {"csv": UNITS}
        assert bench.post(f"/v1/{table}/import", "importer", json=body).status_code == 403


@pytest.mark.parametrize("csv", [None, 1, "a" * 1_000_001])
def test_a_table_is_a_text(bench, csv):
    answer = bench.post("/v1/units/import", "admin", json={"csv": csv})
    assert list(wrong(answer)) == ["csv"]


words = st.text(st.characters(codec="gb18030", exclude_categories=["C", "Z"]), max_size=20)
days = st.dates(ALWAYS, dt.date(2199, 12, 31)) | st.none()
some_units = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_-]{1,9}", fullmatch=True),
    st.builds(
        dict,
        name=words.filter(bool),
        kind=st.sampled_from(list(KINDS)),
        level=st.sampled_from([None, *LEVELS]),
        secret_lane=st.booleans(),
        external=st.booleans(),
        valid_from=days,
        valid_to=days,
        address=words.map(lambda text: text or None),
        successors=st.sampled_from([(), (Share("ab"), Share("cd", ("a.b", "c"), ("ef",)))]),
    ),
)


@given(some_units, st.sampled_from(["utf-8", "utf-8-sig"]))
def test_a_written_table_is_read_as_it_was(rows, encoding):
    units = {code: UnitRecord(code=code, **row) for code, row in rows.items()}
    sent = write_units(units.values()).encode(encoding)
    read, lines, faults = read_units(decode(sent), known={})
    assert (faults, read) == ([], units)
    assert list(lines.values()) == list(range(2, len(units) + 2))


def test_a_table_from_an_office_program_is_read_in_its_own_encoding():
    assert decode(UNITS.encode("gb18030")) == UNITS
    assert decode(UNITS.encode("utf-8-sig")) == UNITS
    with pytest.raises(UnicodeDecodeError):
        decode(b"\xff\xff\xff")


@given(st.text(), st.booleans())
def test_no_text_at_all_breaks_the_reader(text, with_heading):
    table = "code,name,kind,successors\n" + text if with_heading else text
    units, lines, faults = read_units(table, known={})
    assert units.keys() == lines.keys()
    assert with_heading or faults


@pytest.fixture
def tool(bench, monkeypatch, tmp_path, capsys):
    """Runs the command line tool on the bench's database."""
    monkeypatch.setenv("DATABASE_URL", str(bench.app.settings.database_url))

    def run(*arguments):
        organisation.main([*arguments[:2], str(tmp_path / arguments[2]), *arguments[3:]])
        return capsys.readouterr().out

    return run


def test_the_tool_imports_and_exports_both_tables(bench, tool, tmp_path):
    (tmp_path / "units.csv").write_bytes(UNITS.encode("gb18030"))
    (tmp_path / "duties.csv").write_text(DUTIES, encoding="utf-8")
    dry = tool("import", "units", "units.csv", "--dry-run")
    assert "新增 added: pier" in dry
    assert dry.endswith("试运行，未改动 dry run: added 3, changed 3, ended 0, unchanged 0\n")
    assert tool("import", "units", "units.csv").endswith(
        "added 3, changed 3, ended 0, unchanged 0\n"
    )
    assert "added 4" in tool("import", "responsibilities", "duties.csv")
    tool("export", "units", "out.csv")
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfcode,name")
    assert "unchanged 6" in tool("import", "units", "out.csv")
    assert exported(bench, "units")["csv"] == (tmp_path / "out.csv").read_text("utf-8-sig")


def test_the_tool_says_line_and_reason_in_both_languages(tool, tmp_path, capsys):
    (tmp_path / "units.csv").write_text(UNITS + "new,局,department,nobody\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        tool("import", "units", "units.csv")
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert "units.csv csv.8.parent: 第8行：没有上级单位nobody。 Line 8: There is no parent" in said


@pytest.mark.parametrize(("content", "says"), [(None, "No such file"), (b"\xff\xff", "GB18030")])
def test_the_tool_says_why_a_file_cannot_be_read(tool, tmp_path, content, says):
    if content is not None:
        (tmp_path / "units.csv").write_bytes(content)
    with pytest.raises(SystemExit, match=says):
        tool("import", "units", "units.csv")


def test_the_tool_needs_a_database(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(SystemExit, match="DATABASE_URL is missing"):
        organisation.main(["export", "units", str(tmp_path / "x.csv")])
