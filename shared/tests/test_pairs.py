"""Pairs of characters: counted by text or by number, they are the same."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.pairs import number, numbers, pairs


@given(
    st.text(alphabet=st.sampled_from("鹭洲一路的0123٣²Aaİß𠮷😀，。 \n\u0301x"), max_size=60)
    | st.text()
)
def test_numbers_are_those_of_the_pairs_each_as_often_as_it_comes(text):
    counted = Counter({number(pair): 0 for pair in pairs(text)})
    for pair, count in pairs(text).items():
        counted[number(pair)] += count
    assert Counter(numbers(text)) == counted


@pytest.mark.parametrize("text", ["", "路", "，。", "2026", "12 34", "的了"])
def test_what_tells_nothing_has_no_pairs(text):
    assert numbers(text) == []
