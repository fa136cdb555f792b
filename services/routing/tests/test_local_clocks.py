"""Clocks that an office turns on: those of simple matters (P-JY16), those of local review rules."""

from importlib import resources

import pytest
from casework import at_office, badge, brought, clock_of, clocks_of, done, tried, units

from routing.domain.standards import Source, StandardError
from routing.resources import procedure_of, standard_procedure
from shared.errors import in_language

SIMPLE = '{"simple_days": true}'
LOCAL = '{"review_days_local": true}'


@pytest.fixture
def usual(bench):
    return units(bench)


@pytest.fixture
def simple(make_bench):
    return units(make_bench(PROCEDURE_PARAMETERS=SIMPLE))


@pytest.fixture
def local(make_bench):
    return units(make_bench(PROCEDURE_PARAMETERS=LOCAL))


def asked(office, applied="2026-04-03", at="2026-04-03 15:00", **body):
    case = brought(office, "served")
    return done(office, case, "ask_review", at, applied_on=applied, **body)


def test_without_the_parameters_none_of_them_runs(usual):
    at_office(usual, "2026-03-02 10:00")
    case = done(usual, usual.opened(purpose="inquiry"), "forward")
    assert not {"D12", "D13"} & set(clocks_of(case))
    assert not {"D11a", "D9b"} & set(clocks_of(asked(usual)))


@pytest.mark.parametrize(
    ("came", "due"),
    [
        ("2026-03-06 10:00", "2026-03-09"),  # a Friday: Monday
        ("2026-09-30 10:00", "2026-10-08"),  # National Day, to Wednesday 7 October
        ("2026-02-13 10:00", "2026-02-14"),  # a Saturday that is worked
    ],
)
def test_an_inquiry_is_passed_on_within_a_working_day(simple, came, due):
    at_office(simple, came)
    case = simple.opened(purpose="inquiry")
    assert (clock_of(case, "D12")["due_day"], clock_of(case, "D12")["basis"][:6]) == (due, "P-JY16")
    assert clock_of(done(simple, case, "forward"), "D12")["state"] == "met"


def test_the_unit_decides_within_three_working_days_whether_it_accepts(simple):
    at_office(simple, "2026-03-05 10:00")
    case = done(simple, simple.opened(purpose="suggestion"), "forward")
    assert clock_of(case, "D13")["due_day"] == "2026-03-10"
    passed = done(simple, case, "pass_down", "2026-03-06 10:00")
    assert [c["due_day"] for c in passed["clocks"] if c["id"] == "D13"] == [
        "2026-03-10", "2026-03-11"
    ]  # fmt: skip
    late = done(simple, passed, "accept", "2026-03-12 09:00")
    assert clock_of(late, "D13")["state"] == "missed"


def test_a_claim_whose_simplicity_nobody_knows_yet_has_neither(simple):
    at_office(simple, "2026-03-02 10:00")
    case = done(simple, simple.opened(purpose="petition"), "forward")
    assert not {"D12", "D13"} & set(clocks_of(case))


@pytest.mark.parametrize(
    ("at", "state"), [("2026-04-09 23:00", "met"), ("2026-04-10 09:00", "missed")]
)
def test_an_application_for_review_is_accepted_within_three_working_days(local, at, state):
    # received on Friday 3 April; Qingming is 4 to 6 April: 7, 8, 9 April
    case = asked(local, applied="2026-04-03", at=at)
    assert (clock_of(case, "D11a")["due_day"], clock_of(case, "D11a")["state"]) == (
        "2026-04-09", state
    )  # fmt: skip
    assert (clock_of(case, "D8")["state"], clock_of(case, "D9")["state"]) == ("met", "running")


def test_the_committee_extends_a_review_once_from_its_unrolled_end(local):
    case = asked(local)
    # 3 April + 30 = 3 May, in the holiday that ends on 5 May: 6 May
    assert (clock_of(case, "D9")["nominal_day"], clock_of(case, "D9")["due_day"]) == (
        "2026-05-03", "2026-05-06"
    )  # fmt: skip
    case = done(local, case, "extend_review", "2026-05-06 10:00", by="reviewer", days=30)
    assert (clock_of(case, "D9")["state"], clock_of(case, "D9b")["nominal_day"]) == (
        "extended", "2026-06-02"
    )  # fmt: skip
    again = tried(local, case, "extend_review", by="reviewer")
    assert (again.status_code, again.json["code"]) == (409, "no_extension")
    after = done(local, case, "decide_review", "2026-06-02 10:00", by="reviewer")
    assert clock_of(after, "D9b")["state"] == "met"


def test_a_re_review_is_extended_too_and_its_hearing_still_left_out(local):
    case = done(local, brought(local, "review_served"), "ask_re_review", "2026-04-01 10:00")
    case = done(local, case, "extend_review", "2026-04-10 10:00", days=10)
    assert clock_of(case, "D11b")["nominal_day"] == "2026-05-11"
    case = done(local, case, "hold_hearing", "2026-04-13 10:00")
    case = done(local, case, "conclude_hearing", "2026-04-18 10:00")
    assert (clock_of(case, "D11b")["nominal_day"], clock_of(case, "D11b")["state"]) == (
        "2026-05-16", "running"
    )  # fmt: skip


@pytest.mark.parametrize("days", [31, 0])
def test_an_extension_is_of_one_to_thirty_days(local, days):
    assert tried(local, asked(local), "extend_review", by="reviewer", days=days).status_code == 422


def test_it_is_not_extended_when_it_is_over_nor_where_no_local_rule_allows_it(local, usual):
    case = asked(local)
    late = tried(local, case, "extend_review", "2026-05-07 10:00", by="reviewer")
    assert (late.status_code, late.json["code"]) == (409, "no_extension")
    case = asked(usual)
    path = f"/v1/cases/{case['case_id']}/guide"
    shown = usual.get(path, token=badge(usual, "reviewer")).json["actions"]
    (extending,) = [one for one in shown if one["action"] == "extend_review"]
    assert (extending["may"], extending["why_not_basis"]) == (False, "TBJ 50（地方规定）；参数")


@pytest.mark.parametrize("name", ["extension_days_most", "no_such"])
def test_a_clock_is_turned_on_by_a_parameter_of_yes_or_no_alone(name):
    text = (resources.files("routing.standards") / "procedure.yaml").read_text(encoding="utf-8")
    text = text.replace("when: simple_days", f"when: {name}")
    with pytest.raises(StandardError) as error:
        procedure_of(source=Source("procedure.yaml", text))
    assert name in in_language(error.value.reason, "en")
    assert standard_procedure().clocks["D12"].when == "simple_days"
