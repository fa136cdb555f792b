"""Rules of the exchange."""

import pytest

from sync_municipal.domain import Verdict, judge, wait_after


@pytest.mark.parametrize(
    ("status", "answer", "verdict"),
    [
        (200, {"city_ref": "CITY-1", "version": 2}, Verdict.ACKNOWLEDGED),
        (201, {"city_ref": "CITY-1"}, Verdict.ACKNOWLEDGED),
        (200, {"version": 2}, Verdict.LATER),
        (200, None, Verdict.LATER),
        (200, {"city_ref": "a\0b"}, Verdict.LATER),
        (200, {"city_ref": "x" * 101}, Verdict.LATER),
        (302, None, Verdict.LATER),
        (400, None, Verdict.REFUSED),
        (404, None, Verdict.REFUSED),
        (409, None, Verdict.REFUSED),
        (422, None, Verdict.REFUSED),
        (401, None, Verdict.LATER),
        (403, None, Verdict.LATER),
        (408, None, Verdict.LATER),
        (429, None, Verdict.LATER),
        (500, None, Verdict.LATER),
        (503, None, Verdict.LATER),
    ],
)
def test_what_an_answer_means(status, answer, verdict):
    assert judge(status, answer, text="").verdict is verdict


def test_the_wait_doubles_up_to_its_most_and_never_overflows():
    waits = [wait_after(n, first=0.5, most=300).total_seconds() for n in (1, 2, 3, 10, 11, 10**9)]
    assert waits == [0.5, 1, 2, 256, 300, 300]
