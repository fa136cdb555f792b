"""The demo's files and its plan of a case: what is read, what is refused, what the samples hold."""

import csv
import datetime as dt
import re
from collections import Counter
from importlib import resources

import pytest

from shared.clock import OFFICE_TZ
from shared.demo import report
from shared.demo.client import DemoError
from shared.demo.messages import (
    GRADES,
    OBJECTS,
    STAGES,
    MessagesError,
    read_messages,
    read_samples,
    simulated_grades,
)
from shared.demo.play import schedule
from shared.demo.sample_loader import organisation
from shared.demo.settle import Figures

NOW = dt.datetime(2025, 6, 30, 4, tzinfo=dt.UTC)
HEAD = "msg_id,user,time,title,body,reply,reply_time\n"
ROW = "1,U1,2024-01-05 09:30:00,标题,内容,答复,2024-02-01 10:00:00\n"
SUBDISTRICTS, LEAST_DEPARTMENTS, LEAST_ACCUSATIONS = 6, 16, 8
SAMPLES, CHARACTERS = range(190, 221), range(60, 301)
CHANNELS = {"web", "app", "wechat", "email", "hotline", "visit", "letter", "mailbox"}


def written(tmp_path, text, *, encoding="utf-8"):
    path = tmp_path / "messages.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_in_any_of_the_usual_encodings(tmp_path, encoding):
    (message,) = read_messages(written(tmp_path, HEAD + ROW, encoding=encoding), now=NOW).messages
    assert (message.msg_id, message.title, message.reply) == ("1", "标题", "答复")
    assert message.petitioner == {"name": "U1"}


def test_a_time_without_offset_is_the_offices(tmp_path):
    (message,) = read_messages(written(tmp_path, HEAD + ROW), now=NOW).messages
    assert message.received_at == dt.datetime(2024, 1, 5, 1, 30, tzinfo=dt.UTC)


def test_spreadsheet_times_are_read(tmp_path):
    row = ROW.replace("2024-01-05 09:30:00", "2024/1/5 9:30")
    (message,) = read_messages(written(tmp_path, HEAD + row), now=NOW).messages
    assert message.received_at == dt.datetime(2024, 1, 5, 1, 30, tzinfo=dt.UTC)


def test_a_long_cell_and_control_characters_are_read(tmp_path):
    body = "长" * 40_000 + "\x0b\x00尾"
    row = ROW.replace("内容", f'"第一行\r\n{body}"')
    (message,) = read_messages(written(tmp_path, HEAD + row), now=NOW).messages
    assert message.body == "第一行\n" + "长" * 40_000 + "尾"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("msg_id,user,time,title,body\n", 1, "reply、reply_time"),
        (HEAD + ROW + ROW, 3, "msg_id"),
        (HEAD + ROW.replace("2024-01-05 09:30:00", "昨天"), 2, "time"),
        (HEAD + ROW.replace("2024-02-01 10:00:00", "2024-13-01"), 2, "reply_time"),
        (HEAD + ROW.replace("1,U1", ",U1"), 2, "msg_id"),
        (HEAD + ROW.replace(",答复", ""), 2, "全行"),
        (HEAD + ROW.replace("\n", ",多\n"), 2, "全行"),
        (HEAD + '1,U1,2024-01-05,"没有收尾的引号\n', 2, "全行"),
    ],
)
def test_a_malformed_file_is_refused_with_line_and_column(tmp_path, text, line, column):
    with pytest.raises(MessagesError) as caught:
        read_messages(written(tmp_path, text), now=NOW)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert "messages.csv" in str(caught.value)


@pytest.mark.parametrize("raw", [b"\xff\xff\xfe\x00\xff", None])
def test_an_unreadable_file_is_refused(tmp_path, raw):
    path = tmp_path / "messages.csv"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(DemoError):
        read_messages(path, now=NOW)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({",答复,": ",,"}, "没有答复或答复时间"),
        ({"2024-02-01 10:00:00": ""}, "没有答复或答复时间"),
        ({"2024-02-01": "2023-02-01"}, "答复时间早于来信时间"),
        ({"2024-02-01": "2031-02-01"}, "时间在将来"),
        ({"标题,内容": ","}, "没有标题和内容"),
    ],
)
def test_a_message_without_a_usable_answer_is_left_out_and_counted(tmp_path, changes, reason):
    row = ROW
    for old, new in changes.items():
        row = row.replace(old, new)
    batch = read_messages(written(tmp_path, HEAD + row), now=NOW)
    assert not batch.messages
    assert batch.skipped == {reason: 1}


@pytest.mark.parametrize("hours", [0, 0.01, 1, 30, 24 * 9, 24 * 70, 24 * 1000])
def test_the_steps_of_a_case_never_go_back_in_time(hours):
    received = dt.datetime(2024, 1, 5, 22, 17, tzinfo=OFFICE_TZ)
    replied = received + dt.timedelta(hours=hours)
    latest = replied + dt.timedelta(hours=30)
    plan = schedule(received=received, replied=replied, latest=latest)
    moments = [received, plan.forward, plan.accept, plan.reply, plan.serve, plan.close]
    moments += [plan.evaluate, latest]
    assert moments == sorted(moments)
    assert plan.reply == replied
    assert plan.forward - received <= dt.timedelta(days=4)
    assert plan.accept - received <= dt.timedelta(days=9)


def test_simulated_grades_depend_on_the_id_alone_and_use_every_grade():
    assert simulated_grades("2549") == simulated_grades("2549")
    seen = {grade for n in range(200) for grade in simulated_grades(str(n)).values()}
    assert seen == set(GRADES)


def test_units_are_named_once_and_one_has_the_secret_lane():
    units = organisation()
    assert len({u["code"] for u in units}) == len({u["name"] for u in units}) == len(units)
    assert [u["code"] for u in units if u["secret_lane"]] == ["discipline"]
    kinds = Counter(u["kind"] for u in units)
    assert kinds["bureau"] == kinds["discipline"] == 1
    assert kinds["subdistrict"] == SUBDISTRICTS
    assert kinds["department"] >= LEAST_DEPARTMENTS


def test_samples_cover_every_channel_purpose_and_stage():
    samples = read_samples(anchor=NOW)
    assert len(samples) in SAMPLES
    assert {s.channel for s in samples} == CHANNELS
    assert {s.stage for s in samples} == set(STAGES)
    assert {s.purpose for s in samples} == {
        "petition", "suggestion", "accusation", "inquiry", "other",
    }  # fmt: skip
    assert {g for s in samples for g in s.grades.values()} == set(GRADES)
    assert any(not s.petitioner for s in samples)
    assert any(s.secret for s in samples)


def test_samples_say_something_of_their_own():
    samples = read_samples(anchor=NOW)
    assert len({s.body for s in samples}) == len({s.msg_id for s in samples}) == len(samples)
    assert len({s.title for s in samples}) == len(samples)
    assert all(len(s.body) in CHARACTERS for s in samples)
    assert len({s.body[:14] for s in samples}) == len(samples)


def test_samples_name_units_that_exist():
    codes = {unit["code"] for unit in organisation()}
    assert {s.unit for s in read_samples(anchor=NOW)} <= codes


def test_a_sample_has_a_reply_exactly_when_its_stage_needs_one():
    for sample in read_samples(anchor=NOW):
        answered = sample.stage in {"replied", "served", "closed"}
        assert bool(sample.reply) is answered, sample.msg_id
        assert not sample.grades or (answered and set(sample.grades) == set(OBJECTS))


def test_accusations_go_to_the_discipline_unit_alone_and_no_further_than_forwarded():
    accusations = [s for s in read_samples(anchor=NOW) if s.purpose == "accusation"]
    assert len(accusations) >= LEAST_ACCUSATIONS
    assert {s.unit for s in accusations} == {"discipline"}
    assert {s.stage for s in accusations} <= {"registered", "forwarded"}


def test_samples_name_no_one_that_could_be_real():
    text = (resources.files("shared.demo") / "samples.csv").read_text(encoding="utf-8")
    assert not re.search(r"\d{15}", text)
    phones = [row["phone"] for row in csv.DictReader(text.splitlines()) if row["phone"]]
    assert len(set(phones)) == len(phones)
    assert all(re.fullmatch(r"1380000\d{4}", phone) for phone in phones)
    assert set(re.findall(r"1[3-9]\d{9}", text)) == set(phones)
    assert all(mail == "example.com" for mail in re.findall(r"@([\w.]+)", text))


def test_samples_end_before_now_and_some_are_late():
    samples = read_samples(anchor=NOW)
    plans = [schedule(received=s.received_at, replied=s.replied_at, latest=NOW) for s in samples]
    assert all(
        p.evaluate <= NOW and s.received_at < NOW for p, s in zip(plans, samples, strict=True)
    )
    waiting = [s for s in samples if s.stage == "registered"]
    assert any(NOW - s.received_at > dt.timedelta(days=16) for s in waiting)
    accepted = [(s, p) for s, p in zip(samples, plans, strict=True) if s.stage == "accepted"]
    assert any(NOW - p.accept > dt.timedelta(days=63) for _, p in accepted)


def handled(**changes):
    facts = {
        "channel": "来信", "category": "供水", "unit": "水务局", "petitions": 1,
        "has_limit": True, "on_time": True, "days": 3.0, "evaluated": True, "synced": True,
    }  # fmt: skip
    return report.Handled(**(facts | changes))


def figures(**changes):
    same = {name: Figures(petitions=2, pending=0, dead=0) for name in report.SERVICE_NAMES}
    return same | changes


def test_a_report_counts_by_channel_category_and_unit():
    cases = [
        handled(),
        handled(channel="来访", days=None, has_limit=False, on_time=False, synced=False),
    ]
    made = report.build(cases, skipped={}, services=figures(), errors=[])
    assert (made.total.petitions, made.total.answered, made.total.on_time) == (2, 1, 1)
    assert {row.name: row.synced for row in made.by_channel} == {"来信": 1, "来访": 0}
    assert [row.petitions for row in made.by_unit] == [2]
    assert made.is_sound


def test_the_tables_line_up_for_wide_characters():
    made = report.build([handled(), handled(unit="A")], skipped={}, services=figures(), errors=[])
    table = report.render(made).split("\n\n")[2].splitlines()
    assert len({report._width(line) for line in table}) == 1


def test_the_same_cases_in_another_order_give_the_same_bytes():
    cases = [handled(unit=str(n % 3), days=float(n)) for n in range(9)]
    one = report.build(cases, skipped={"甲": 1}, services=figures(), errors=[])
    other = report.build(cases[::-1], skipped={"甲": 1}, services=figures(), errors=[])
    assert one.as_json() == other.as_json()


@pytest.mark.parametrize(
    "odd", [Figures(3, 0, 0), Figures(2, 1, 0), Figures(2, 0, 1)], ids=["count", "wait", "dead"]
)
def test_a_difference_a_backlog_or_a_dead_row_is_no_success(odd):
    made = report.build([handled()], skipped={}, services=figures(routing=odd), errors=[])
    assert not made.is_sound
    assert "存在问题" in report.render(made)
