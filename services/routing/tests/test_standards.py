"""The procedure file: broken it is refused whole, with file, line and reason; an own one works."""

import re
from importlib import resources

import pytest
from casework import at_office, brought, clock_of, done, refused, tried, units
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.domain.procedure import FILE
from routing.domain.standards import Source, StandardError
from routing.resources import procedure_of, standard_procedure
from routing.service import SERVICE
from shared.errors import in_language
from shared.testing import make_app

STANDARD = (resources.files("routing.standards") / FILE).read_text(encoding="utf-8")


def changed(old, new, *, times=1):
    """The standard edition with one place changed, and the line of that place."""
    assert STANDARD.count(old) >= times, old
    at = STANDARD.index(old)
    return STANDARD.replace(old, new, times), STANDARD[:at].count("\n") + 1


def refused_edition(text):
    with pytest.raises(StandardError) as refusal:
        procedure_of(source=Source(FILE, text))
    error = refusal.value
    assert error.file == FILE
    assert re.match(r"procedure\.yaml 第\d+行：.+", in_language(error.message, "zh"))
    return error


BROKEN = [
    ("an unreachable state", "    to: studying\n", "    to: handling\n", "unreachable"),
    ("an unknown state in from", "from: [registered, reported]\n    to: forwarded",
     "from: [registered, reportet]\n    to: forwarded", "no state 'reportet'"),
    ("an unknown state in to", "    to: reported\n", "    to: reportet\n", "no state 'reportet'"),
    ("an unknown guard elsewhere", "guards: [not_accusation, visit_only]",
     "guards: [not_accusation, visits_only]", "no guard 'visits_only'"),
    ("an unknown event", "event: case.withdrawn.v1", "event: case.withdrew.v1",
     "no event 'case.withdrew.v1'"),
    ("an unknown field", "asks: [addressee=report_to!, reason!]",
     "asks: [addressee=reports_to!, reason!]", "no field 'reports_to'"),
    ("an action nobody may do", "    who: [office]\n    asks: [addressee=report_to!, reason!]",
     "    who: []\n    asks: [addressee=report_to!, reason!]", "nobody may do"),
    ("an action left to the system", "    who: [office]\n    asks: [addressee=report_to!, reason!]",
     "    who: [system]\n    asks: [addressee=report_to!, reason!]", "nobody may do"),
    ("an unknown group", "    who: [office]\n    asks: [addressee=report_to!, reason!]",
     "    who: [ofice]\n    asks: [addressee=report_to!, reason!]", "no group 'ofice'"),
    ("an unknown role", "roles: [dispatcher, leader]", "roles: [dispatcher, leder]",
     "no role 'leder'"),
    ("an action from nowhere", "from: [registered, reported]\n    to: forwarded",
     "from: []\n    to: forwarded", "from nowhere"),
    ("an action without a basis", '    basis: "T22 Arts.22(一), 25"\n', "", "without a basis"),
    ("a clock without a basis", '    basis: "T22 Art.22"\n    kind: duty',
     "    kind: duty", "without a basis"),
    ("a clock that never starts", "    starts_on: [perform]\n", "    starts_on: []\n",
     "never starts"),
    ("a clock with two lengths", "length: {months: 2}", "length: {months: 2, days: 1}",
     "one length"),
    ("a clock of no days", "length: {months: 2}", "length: {months: 0}", "one at least"),
    ("a clock to an unknown date", "length: {until: redo_due}", "length: {until: redo_date}",
     "no 'redo_date'"),
    ("a clock that extends nothing", "length: {extends: D5}", "length: {extends: D55}",
     "no 'D55'"),
    ("a clock that shares nothing's end", "length: {shares: D9}", "length: {shares: D99}",
     "no 'D99'"),
    ("a length in words", "length: {months: 2}", "length: {months: two}", "wrong type"),
    ("a list that is no list", "    starts_on: [perform]\n", "    starts_on: perform\n",
     "wrong type"),
    ("a purpose that is no list", "not_for: [accusation, suggestion]\n  D6",
     "not_for: accusation\n  D6", "wrong type"),
    ("a flag in words", "ended: true", "ended: sure", "wrong type"),
    ("a title that is a number", "title: 报请决定", "title: 7", "wrong type"),
    ("an unknown clock action", "starts_on: [perform]", "starts_on: [preform]",
     "no action 'preform'"),
    ("an unknown key", "    pauses: true", "    pausing: true", "unknown key 'pausing'"),
    ("an unknown section", "\nclocks:\n", "\nclock:\n", "unknown key 'clock'"),
    ("a key that stands twice", "    pauses: true", "    pauses: true\n    pauses: false",
     "stands twice"),
    ("a tab", "    pauses: true", "\tpauses: true", "not YAML"),
    ("a stamp that is none", "stamp: replied_at", "stamp: answered_at", "no stamp"),
    ("a parameter without a basis", ', basis: "T22 Art.36(2)"}', "}", "value and basis"),
    ("a choice that is none", "answer_met_by:            {value: serve",
     "answer_met_by:            {value: surf", "must be one of"),
    ("a parameter of another type", "{value: 30, title: 公告", "{value: thirty, title: 公告",
     "wrong type"),
    ("a parameter that is missing", "  simple_allowed: ", "  simple_permitted: ",
     "'simple_allowed' is missing"),
    ("an action that is missing", "\n  urge_execution:\n", "\n  urge_more:\n", "may not be added"),
    ("a field asked for too much", "asks: [addressee=report_to!, reason!]\n    guards: []",
     "asks: [addressee=report_to!]\n    guards: []", "asks for other fields"),
    ("a field of another type", "{title: 延长日数, type: whole,", "{title: 延长日数, type: text,",
     "another type"),
    ("a next step that is none", "next: [conclude_hearing]", "next: [conclude]",
     "no action 'conclude'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [row[1:] for row in BROKEN],
    ids=[row[0] for row in BROKEN],
)
def test_a_broken_edition_is_refused_with_line_and_reason(old, new, reason):
    text, line = changed(old, new)
    error = refused_edition(text)
    assert reason in str(error)
    assert error.line >= 1
    near = {"unreachable", "asks for other fields", "may not be added", "is missing"}
    if not any(word in str(error) for word in near):
        assert abs(error.line - line) <= 10, (error.line, line, str(error))


def test_the_line_is_that_of_the_very_mistake():
    text, line = changed(
        "guards: [not_accusation, visit_only]", "guards: [not_accusation, visits_only]"
    )
    assert refused_edition(text).line == line
    text, line = changed("    pauses: true", "\tpauses: true")
    assert refused_edition(text).line == line


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "[]", "7", "edition: x", "a: b: c", "{", "states: &x [*x]",
             "? [1, 2]\n: x", "states: !!python/object:os.system x", "actions: {}\n---\nx: 1"],
)  # fmt: skip
def test_what_is_no_procedure_at_all_is_refused_too(text):
    refused_edition(text)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_is_torn_out_the_answer_is_an_edition_or_a_named_refusal(data):
    lines = STANDARD.splitlines(keepends=True)
    start = data.draw(st.integers(0, len(lines) - 1))
    count = data.draw(st.integers(1, 3))
    put = data.draw(st.sampled_from(["", "x\n", "  - 1\n", "    : \n", "  7: 8\n", "  null: []\n"]))
    text = "".join([*lines[:start], put, *lines[start + count :]])
    try:
        procedure_of(source=Source(FILE, text))
    except StandardError as error:
        assert error.file == FILE and error.line >= 1


def started(app):
    """What every process of the service looks at before it does anything."""
    try:
        return app.resources
    finally:
        app.close()


def test_the_service_does_not_start_with_a_broken_edition(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / FILE).write_text(
        changed("guards: [not_accusation, visit_only]", "guards: [not_accusation, visits_only]")[0],
        "utf-8",
    )
    with pytest.raises(StandardError, match=r"procedure\.yaml line \d+: no guard 'visits_only'"):
        started(make_app(SERVICE, tmp_path, STANDARDS_DIR=str(own)))
    (own / FILE).write_bytes("# 办理程序：状态、操作".encode("gbk"))
    with pytest.raises(StandardError, match="not UTF-8"):
        started(make_app(SERVICE, tmp_path, STANDARDS_DIR=str(own)))


@pytest.mark.parametrize(
    "values", ['{"no_such": 1}', '{"notice_days": "30"}', '{"answer_met_by": "post"}', "[]", "{",
               '{"simple_allowed": 1}'],
)  # fmt: skip
def test_the_service_does_not_start_with_a_wrong_parameter(tmp_path, values):
    with pytest.raises(ValueError, match=r"PROCEDURE_PARAMETERS|parameter|Expecting"):
        started(make_app(SERVICE, tmp_path, PROCEDURE_PARAMETERS=values))


def office_with(make_bench, tmp_path, *changes):
    text = STANDARD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / FILE).write_text(text, "utf-8")
    return units(make_bench(STANDARDS_DIR=str(tmp_path / "own")))


def test_an_offices_own_edition_takes_effect(make_bench, tmp_path):
    office = office_with(
        make_bench,
        tmp_path,
        ("    length: {days: 15}\n    starts_on: [open, reopen, taken_over]",
         "    length: {working_days: 5}\n    starts_on: [open, reopen, taken_over]"),
        ('basis: "T22 Art.22"\n    kind', 'basis: "TZJ 20（地方规定）"\n    kind'),
        ("who: [office]\n    asks: [reason!, category]",
         "who: [decides]\n    asks: [reason!, category]"),
        ("registered:          {name: 已登记", "registered:          {name: 已收件"),
    )  # fmt: skip
    case = brought(office, "registered")
    # five working days from Mon 03-02: 3, 4, 5, 6, 9
    assert (clock_of(case, "D1")["due_day"], clock_of(case, "D1")["basis"]) == (
        "2026-03-09", "TZJ 20（地方规定）"
    )  # fmt: skip
    assert case["state_name"] == "已收件"
    assert done(office, case, "file", by="leader")["state"] == "filed"


def test_an_own_edition_is_itself_overruled_by_the_parameters_of_the_environment(
    make_bench, tmp_path
):
    folder = tmp_path / "own"
    folder.mkdir()
    text, _ = changed("roll_rest_days:           {value: true", "roll_rest_days:  {value: false")
    (folder / FILE).write_text(text, "utf-8")
    own = make_bench(STANDARDS_DIR=str(folder))
    assert own.app.resources.procedure.value("roll_rest_days") is False
    asked = '{"roll_rest_days": true, "objection_reasons_least": 30}'
    office = units(make_bench(STANDARDS_DIR=str(folder), PROCEDURE_PARAMETERS=asked))
    at_office(office, "2026-09-16 10:00")
    case = done(office, office.opened(), "forward", by="dispatcher")
    # 09-16 + 15 = 10-01, off: 10-08
    assert clock_of(case, "D1")["due_day"] == "2026-10-08"
    answer = tried(office, case, "object", by="handler")
    assert refused(answer) == (409, "reasons_missing")


def test_without_an_own_file_in_the_folder_the_package_edition_holds(make_bench, tmp_path):
    bench = make_bench(STANDARDS_DIR=str(tmp_path))
    assert bench.app.resources.procedure.states == standard_procedure().states


def test_every_action_and_clock_of_the_standard_edition_has_its_basis():
    procedure = standard_procedure()
    for row in (*procedure.actions.values(), *procedure.clocks.values(),
                *procedure.parameters.values()):  # fmt: skip
        assert re.search(r"T22|参数|TCP|TAL|P-|TBJ|TZJ|TSD|TCC|N7", row.basis), row


def test_every_state_but_the_last_says_what_usually_comes_next():
    procedure = standard_procedure()
    without = {code for code, state in procedure.states.items() if not state.next}
    assert without == {"merged", "voided", "archived"}
    for state in procedure.states.values():
        assert all(state.code in procedure.actions[name].from_ for name in state.next)
