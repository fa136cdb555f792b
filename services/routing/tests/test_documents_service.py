"""Service 送达: the day of service and its proof, method by method (TCP 87-95 by analogy)."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.service import METHODS, check_service, served_on
from shared.errors import in_language

ISSUED, TODAY = dt.date(2026, 3, 2), dt.date(2026, 6, 1)
WHOLE: dict[str, dict[str, Any]] = {
    "direct": {"signed_by": "王某某", "received_on": "2026-03-05"},
    "family": {"signed_by": "李某某", "relation": "配偶", "received_on": "2026-03-05"},
    "agent": {"signed_by": "张某某", "received_on": "2026-03-05"},
    "post": {"tracking_no": "XA1", "received_on": "2026-03-05"},
    "left": {"received_on": "2026-03-05", "witnesses": ["见证人甲", "见证人乙"]},
    "electronic": {"consent_on": "2026-02-20", "sent_on": "2026-03-05"},
    "notice": {"published_on": "2026-03-05", "published_in": "区政府网站"},
}
METHOD = st.sampled_from(sorted(METHODS))


def test_every_method_has_a_whole_example_here() -> None:
    assert set(WHOLE) == set(METHODS)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_with_its_proof_a_paper_counts_as_served(method: str) -> None:
    day, problems = served_on(method, WHOLE[method])
    expected = dt.date(2026, 4, 4) if method == "notice" else dt.date(2026, 3, 5)
    assert (day, problems) == (expected, {})


@given(method=METHOD, data=st.data())
def test_whatever_is_left_out_is_named_in_both_languages(method: str, data: Any) -> None:
    left_out = data.draw(st.sets(st.sampled_from(sorted(WHOLE[method])), min_size=1))
    facts = {k: v for k, v in WHOLE[method].items() if k not in left_out}
    day, problems = served_on(method, facts)
    assert day is None
    assert set(problems) == left_out
    for problem in problems.values():
        assert METHODS[method].basis in in_language(problem, "zh")
        assert in_language(problem, "en") != in_language(problem, "zh")


@given(days=st.integers(min_value=0, max_value=90), after=st.integers(min_value=0, max_value=120))
def test_a_public_notice_runs_its_days_and_then_serves(days: int, after: int) -> None:
    facts = {"method": "notice", "published_on": ISSUED, "published_in": "区政府网站"}
    today = ISSUED + dt.timedelta(days=after)
    day, problems = check_service(facts, issued_on=ISSUED, today=today, notice_days=days)
    assert problems == {}
    assert day == (ISSUED + dt.timedelta(days=days) if after >= days else None)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_nothing_is_served_before_it_was_issued(method: str) -> None:
    facts = {"method": method, **WHOLE[method]}
    day, problems = check_service(facts, issued_on=dt.date(2026, 3, 6), today=TODAY)
    assert day is None
    assert METHODS[method].day in problems
    assert "consent_on" not in problems


@pytest.mark.parametrize("method", sorted(METHODS))
def test_nothing_that_is_recorded_lies_in_the_future(method: str) -> None:
    facts = {"method": method, **WHOLE[method]}
    day, problems = check_service(facts, issued_on=ISSUED, today=dt.date(2026, 3, 4))
    assert day is None
    assert METHODS[method].day in problems


def test_an_unknown_method_is_refused_with_those_there_are() -> None:
    day, problems = check_service({"method": "pigeon"}, issued_on=ISSUED, today=TODAY)
    assert day is None
    assert "direct" in in_language(problems["method"], "zh")


@pytest.mark.parametrize("value", ["5 March", 20260305, dt.datetime(2026, 3, 5, tzinfo=dt.UTC)])
def test_a_day_is_a_day(value: Any) -> None:
    _, problems = served_on("direct", {"signed_by": "王某某", "received_on": value})
    assert set(problems) == {"received_on"}


def test_one_witness_twice_is_one_witness_and_a_video_does_as_well() -> None:
    _, problems = served_on("left", {"received_on": ISSUED, "witnesses": ["甲", " 甲 "]})
    assert set(problems) == {"witnesses"}
    assert served_on("left", {"received_on": ISSUED, "video": "录像1号"}) == (ISSUED, {})


def test_consent_comes_before_electronic_service() -> None:
    facts = {"consent_on": "2026-03-06", "sent_on": "2026-03-05"}
    assert set(served_on("electronic", facts)[1]) == {"consent_on"}


def test_a_letter_does_not_arrive_before_it_was_posted() -> None:
    facts = WHOLE["post"] | {"sent_on": "2026-03-06"}
    assert set(served_on("post", facts)[1]) == {"received_on"}
