"""The words that readers have for routing's codes are there for all of its own procedure."""

import pytest

from routing.resources import standard_procedure
from shared.states import ENDED, NAMES, name_of
from supervision.telling import WORDS


def test_every_state_of_the_procedure_has_its_name():
    states = standard_procedure().states.values()
    assert {state.code: state.name for state in states} == NAMES


def test_the_states_that_end_a_case_are_those_of_the_procedure():
    states = standard_procedure().states.values()
    assert {state.code for state in states if state.ended} == ENDED


def test_a_state_of_tomorrow_is_named_by_its_code():
    assert name_of("a_state_of_tomorrow") == "a_state_of_tomorrow"


@pytest.mark.parametrize("field", ["ground", "route", "decision", "close_reason"])
def test_the_timeline_has_a_word_for_every_choice_of_the_procedure(field):
    assert set(standard_procedure().fields[field].choices) <= set(WORDS[field])
