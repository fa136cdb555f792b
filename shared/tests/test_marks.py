"""Marks: whoever has the keys recognises them, and nobody else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.auth import WHOLE_DISTRICT, Principal
from shared.local_secrets import SECRETS_FILE, local_secrets
from shared.marks import Marker, key_id_in

OLD, NEW = "k3J9xQ7mT2vB8nR5wL1pZ6cF4hD0sGaY", "f7Qn2Wc9Lr4Tx6Bv1Zs8Kd3Hm5Gp0JyE"
OTHER = "Zs8Kd3Hm5Gp0JyEf7Qn2Wc9Lr4Tx6Bv1"
names = st.text(min_size=1, max_size=20)


def caller(marker, account="qian", unit="transport", scope=("transport",)):
    return Principal(account, frozenset(), unit, frozenset(scope), known_by=marker)


@given(kind=st.sampled_from(["account", "unit"]), name=names, other=names)
def test_a_mark_is_of_one_name_and_kind_and_says_neither(kind, name, other):
    marker = Marker((NEW,))
    mark = marker.mark(kind, name)
    assert mark in marker.recognised([(kind, name)])
    assert mark not in marker.recognised([("unit" if kind == "account" else "account", name)])
    assert other == name or mark not in marker.recognised([(kind, other)])
    assert mark not in Marker((OTHER,)).recognised([(kind, name)])
    assert len(mark) == len(marker.mark("account", "x"))


def test_after_a_rotation_marks_of_both_keys_are_recognised():
    before, between, after = Marker((OLD,)), Marker((OLD, NEW)), Marker((NEW, OLD))
    qian = [("account", "qian")]
    assert before.mark("account", "qian") == between.mark("account", "qian")
    assert after.mark("account", "qian") in between.recognised(qian)
    assert before.mark("account", "qian") in after.recognised(qian)
    assert key_id_in(after.mark("account", "qian")) == after.key_id != before.key_id


def test_a_caller_is_known_by_account_and_by_every_unit():
    marker = Marker((NEW, OLD))
    found = caller(marker, unit="bureau", scope=(WHOLE_DISTRICT, "housing")).marks
    expected = [("account", "qian"), ("unit", "bureau"), ("unit", "housing")]
    assert set(found) == set(marker.recognised(expected))
    assert len(found) == 2 * len(expected)


def test_a_caller_whom_no_verifier_has_let_in_has_no_marks():
    with pytest.raises(ValueError, match="no marks"):
        _ = Principal("qian").marks


@pytest.mark.parametrize("text", ["short", f"{NEW},", f"{NEW},changeme-{OLD}", "a" * 40])
def test_each_key_must_be_a_good_secret(text):
    with pytest.raises(ValueError, match="ACCESS_KEYS"):
        Marker.parse(text)
    assert Marker.parse(f"{NEW}, {OLD}") == Marker((NEW, OLD))


def test_a_local_installation_of_an_earlier_version_is_given_the_new_secret(tmp_path):
    made = local_secrets(tmp_path)
    path = tmp_path / SECRETS_FILE
    path.write_text(json.dumps({k: v for k, v in made.items() if k != "ACCESS_KEYS"}))
    found = local_secrets(tmp_path)
    assert Marker.parse(found["ACCESS_KEYS"])
    assert {k: v for k, v in found.items() if k != "ACCESS_KEYS"} == {
        k: v for k, v in made.items() if k != "ACCESS_KEYS"
    }
    assert local_secrets(tmp_path) == found
