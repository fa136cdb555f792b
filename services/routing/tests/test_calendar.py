"""The office calendar over HTTP and from the command line: imported whole, shown, exported."""

import pytest
import sqlalchemy as sa

from routing.models import calendar as tables
from routing.service import SERVICE
from routing.use_cases.calendar import office_calendar, put_notice
from shared.cli import main
from shared.testing import MORNING

HEADER = "day,kind,name\n"
LINES_2027 = """2027-01-01,off,元旦
2027-02-05,off,春节
2027-02-08,off,春节
2027-02-14,worked,春节
2027-10-01,off,国庆节
"""
NOTICE_2027 = HEADER + LINES_2027
"""Made up: the State Council has not issued it."""


def put(bench, year, *roles, **body):
    return bench.put(f"/v1/calendar/{year}", *(roles or ("admin",)), json=body)


def imported(bench, year=2027, csv=NOTICE_2027, **body):
    answer = put(bench, year, csv=csv, **body)
    assert answer.status_code == 200, answer.text
    return answer.json


def refused(answer):
    assert answer.status_code == 422, answer.text
    return {error["field"]: error["reason"] for error in answer.json["errors"]}


def shown(bench, year):
    answer = bench.get(f"/v1/calendar/{year}", "handler")
    assert answer.status_code == 200, answer.text
    return answer.json


def known_calendar(bench):
    with bench.app.db.read() as session:
        return office_calendar(session)


def recounts(bench):
    with bench.app.db.read() as session:
        return session.execute(sa.select(tables.calendar_recounts)).all()


def test_a_year_without_a_notice_is_provisional(bench):
    year = shown(bench, 2027)
    assert (year["published"], year["status_name"]) == (False, "暂定")
    assert (year["days"], year["source"], year["recount"]) == ([], None, None)


def test_a_year_of_the_known_table_shows_its_days_and_their_source(bench):
    year = shown(bench, 2026)
    assert (year["published"], year["status_name"], year["imported"]) == (True, "已公布", False)
    assert {"day": "2026-02-14", "kind": "worked", "name": "春节"} in year["days"]
    assert {"day": "2026-10-07", "kind": "off", "name": "国庆节"} in year["days"]
    assert "chinesecalendar" in year["source"]


def test_an_imported_notice_is_published_with_who_brought_it_and_from_where(any_bench):
    told = imported(any_bench, source="示例通知")
    assert (told["changed_days"], told["dry_run"], told["moved_clocks"]) == (5, False, None)
    year = shown(any_bench, 2027)
    assert (year["published"], year["full"], year["source"]) == (True, True, "示例通知")
    assert (year["imported_by"], year["imported_at"]) == ("admin", "2026-03-02T01:30:00+00:00")
    assert year["csv"] == NOTICE_2027
    assert year["recount"]["done_at"] is None


def test_days_may_be_sent_as_json(bench):
    days = [
        dict(zip(("day", "kind", "name"), line.split(","), strict=True))
        for line in LINES_2027.split()
    ]
    assert put(bench, 2027, days=days).status_code == 200
    assert shown(bench, 2027)["csv"] == NOTICE_2027


def test_a_wrong_notice_is_refused_whole_and_the_old_one_stays(any_bench):
    imported(any_bench)
    answer = put(any_bench, 2027, csv=NOTICE_2027 + "2027-03-01,worked,某节\n")
    assert refused(answer) == {"csv": "第7行：2027-03-01本来就是工作日，不需列为上班。"}
    assert shown(any_bench, 2027)["csv"] == NOTICE_2027


def test_a_wrong_day_of_a_json_notice_is_named_by_its_number(bench):
    days = [{"day": "2028-01-03", "kind": "off", "name": "元旦"}]
    answer = put(bench, 2027, days=days)
    assert refused(answer) == {"days": "第1项：2028-01-03不在2027年，请放入2028年的放假安排。"}


@pytest.mark.parametrize("body", [{}, {"csv": NOTICE_2027, "days": []}])
def test_a_notice_comes_as_one_of_csv_and_days(bench, body):
    answer = put(bench, 2027, **body)
    assert refused(answer) == {"csv": "csv和days须且只须提供一项。"}


@pytest.mark.parametrize("year", [1949, 2200])
def test_a_year_out_of_range_is_refused(bench, year):
    assert list(refused(put(bench, year, csv=NOTICE_2027))) == ["year"]
    assert bench.get(f"/v1/calendar/{year}", "handler").status_code == 404


@pytest.mark.parametrize("role", ["dispatcher", "handler", "leader", "importer"])
def test_only_an_administrator_imports_a_notice(bench, role):
    assert put(bench, 2027, role, csv=NOTICE_2027).status_code == 403


def test_a_dry_run_keeps_nothing(any_bench):
    told = imported(any_bench, dry_run=True)
    assert (told["changed_days"], told["moved_cases"], told["moved_clocks"]) == (5, 0, 0)
    assert shown(any_bench, 2027)["published"] is False
    assert recounts(any_bench) == []


def test_the_same_notice_again_does_nothing(bench):
    imported(bench)
    assert imported(bench)["changed_days"] == 0
    assert len(recounts(bench)) == 1


def test_a_corrected_notice_takes_the_place_of_the_one_before(any_bench):
    imported(any_bench)
    corrected = NOTICE_2027.replace("2027-02-05,off,春节\n", "")
    assert imported(any_bench, csv=corrected)["changed_days"] == 1
    assert shown(any_bench, 2027)["csv"] == corrected
    assert len(recounts(any_bench)) == 2


def test_single_days_may_amend_a_known_year(bench):
    imported(bench, 2026, HEADER + "2026-10-08,off,地方假日\n", full=False)
    year = shown(bench, 2026)
    assert {"day": "2026-10-08", "kind": "off", "name": "地方假日"} in year["days"]
    assert {"day": "2026-10-07", "kind": "off", "name": "国庆节"} in year["days"]
    assert year["full"] is False


def test_single_days_do_not_take_the_place_of_a_whole_imported_notice(bench):
    imported(bench)
    answer = put(bench, 2027, csv=HEADER + "2027-03-01,off,地方假日\n", full=False)
    assert list(refused(answer)) == ["full"]
    assert shown(bench, 2027)["csv"] == NOTICE_2027


def test_years_about_now_and_imported_ones_are_listed(bench):
    fixed = ("01-01", "05-01", "10-01", "10-02", "10-03")
    imported(bench, 2031, HEADER + "".join(f"2031-{day},off,节日\n" for day in fixed))
    years = bench.get("/v1/calendar", "auditor").json["items"]
    assert [(year["year"], year["status_name"]) for year in years] == [
        (2031, "已公布"),
        (2028, "暂定"),
        (2027, "暂定"),
        (2026, "已公布"),
        (2025, "已公布"),
    ]


def test_the_calendar_is_read_once_for_each_of_its_revisions(bench):
    before = known_calendar(bench)
    assert known_calendar(bench) is before
    imported(bench)
    after = known_calendar(bench)
    assert after is not before
    assert known_calendar(bench) is after
    assert (before.is_published(2027), after.is_published(2027)) == (False, True)


def test_an_import_that_is_rolled_back_leaves_no_trace_in_the_process(bench):
    class Interrupted(Exception):
        pass

    body = {"csv": NOTICE_2027, "days": None, "full": True, "source": None, "dry_run": False}
    with pytest.raises(Interrupted), bench.app.db.write() as session:
        put_notice(session, year=2027, body=body, by="admin", now=MORNING)
        assert office_calendar(session).is_published(2027)
        raise Interrupted
    assert not known_calendar(bench).is_published(2027)


@pytest.fixture
def routing(bench, monkeypatch, capsys):
    """Runs `python -m routing …` on the database of `bench`; gives what it printed."""
    url = bench.app.db.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)

    def run(*arguments):
        main(SERVICE, [str(argument) for argument in arguments])
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_the_tool_imports_a_file_and_shows_it_again(bench, routing, tmp_path, encoding):
    file = tmp_path / "notice.csv"
    file.write_bytes(NOTICE_2027.encode(encoding))
    assert routing("calendar", "import", file, "--year", 2027, "--dry-run").startswith("2027: 5 ")
    assert shown(bench, 2027)["published"] is False
    routing("calendar", "import", file, "--year", 2027, "--source", "示例通知")
    assert shown(bench, 2027)["source"] == "示例通知"
    assert routing("calendar", "show", 2027) == NOTICE_2027


def test_the_tool_refuses_a_wrong_file_by_its_name_line_and_reason(routing, tmp_path, capsys):
    file = tmp_path / "notice.csv"
    file.write_text(HEADER + "2027-01-32,off,元旦\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        routing("calendar", "import", file, "--year", 2027)
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith(f"{file}: 第2行：日期应如")


def test_the_tool_names_a_missing_setting_and_a_missing_file(routing, monkeypatch, capsys):
    with pytest.raises(SystemExit) as ended:
        routing("calendar", "import", "nowhere.csv", "--year", 2027)
    assert ended.value.code == 2
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(SystemExit) as ended:
        routing("calendar", "show", 2027)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "nowhere.csv" in said
    assert "DATABASE_URL is missing" in said


def test_the_tool_asks_for_a_migrated_database(routing, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite'}")
    with pytest.raises(SystemExit) as ended:
        routing("calendar", "show", 2027)
    assert ended.value.code == 2
    assert "python -m routing migrate" in capsys.readouterr().err
