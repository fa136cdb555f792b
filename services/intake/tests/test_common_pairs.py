"""Counts of common pairs are remembered for a while, rare ones never."""

from intake.domain.common_pairs import COMMON_FROM, CommonPairs


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_common_pair_is_remembered_and_a_rare_one_is_asked_for_again():
    common = CommonPairs()
    common.among([1])
    common.remember({1: COMMON_FROM, 2: COMMON_FROM - 1, 3: 0})
    assert common.among([1, 2, 3, 4]) == {1: COMMON_FROM}


def test_what_is_remembered_is_forgotten_after_ten_minutes():
    clock = _Clock()
    common = CommonPairs(clock)
    common.among([])
    common.remember({1: 1_000})
    clock.now = 599.0
    assert common.among([1]) == {1: 1_000}
    clock.now = 600.0
    assert common.among([1]) == {}
