"""A batch is gathered by handler, and no subject's events change places."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts import Reads, Subscription
from shared.inbox import _runs


def heard_by(name, *, batch=True):
    return Subscription((f"{name}.v1",), "routing", Reads, print, batch, False)


CASES, PETITIONS, SINGLE = heard_by("case"), heard_by("petition"), heard_by("x", batch=False)


def row(subject, seq):
    return SimpleNamespace(source="routing", subject=subject, seq=seq)


def gathered(*heard):
    pairs = [(subscription, row(subject, n)) for n, (subscription, subject) in enumerate(heard)]
    return [(subscription, [one.seq for one in run]) for subscription, run in _runs(pairs)]


def test_events_of_two_services_in_turn_make_two_runs():
    found = gathered((PETITIONS, "a"), (CASES, "b"), (PETITIONS, "c"), (CASES, "d"))
    assert found == [(PETITIONS, [0, 2]), (CASES, [1, 3])]


def test_a_handler_of_single_events_gets_them_one_by_one():
    assert gathered((SINGLE, "a"), (SINGLE, "b")) == [(SINGLE, [0]), (SINGLE, [1])]


def test_an_event_never_overtakes_one_of_its_subject():
    found = gathered((CASES, "a"), (PETITIONS, "b"), (CASES, "b"), (CASES, "a"))
    assert found == [(CASES, [0]), (PETITIONS, [1]), (CASES, [2, 3])]


@given(st.lists(st.tuples(st.sampled_from([CASES, PETITIONS, SINGLE]), st.sampled_from("abcd"))))
def test_every_row_is_in_one_run_and_subjects_stay_in_order(heard):
    order = [seq for _, run in gathered(*heard) for seq in run]
    assert sorted(order) == list(range(len(heard)))
    for subject in "abcd":
        own = [seq for seq in order if heard[seq][1] == subject]
        assert own == sorted(own)
