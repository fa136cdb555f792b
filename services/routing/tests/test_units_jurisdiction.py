"""Jurisdiction without a database: the ladder of review, accused units, disputes, loops."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain import jurisdiction
from routing.domain.units import Share, UnitRecord, faults, line_above, touches
from routing.use_cases.units.knowing import with_lines

DAY = dt.date(2026, 3, 2)
CODES = [f"u{n}" for n in range(8)]


def tree(**parents):
    """An organisation of departments by code, each with its parent."""
    return with_lines(
        {c: UnitRecord(code=c, name=c, kind="department", parent=p) for c, p in parents.items()}
    )


LADDER = {
    "city": {"kind": "superior", "level": "city"},
    "gov": {"kind": "party_government", "level": "district", "parent": "city"},
    "department": {"kind": "department", "parent": "gov"},
    "vertical": {"kind": "department", "parent": "city"},
    "lone": {"kind": "department"},
    "bureau": {"kind": "bureau", "parent": "gov"},
    "street": {"kind": "subdistrict", "parent": "bureau"},
    "community": {"kind": "community", "parent": "street"},
    "named": {"kind": "department", "parent": "gov", "review_body": "city"},
}


@pytest.mark.parametrize(
    ("unit", "reviewer"),
    [
        ("community", "street"), ("street", "gov"), ("department", "gov"), ("vertical", "city"),
        ("gov", "city"), ("lone", "gov"), ("named", "city"), ("city", None), ("nobody", None),
    ],
)  # fmt: skip
def test_the_ladder_of_review(unit, reviewer):
    units = with_lines({c: UnitRecord(code=c, name=c, **row) for c, row in LADDER.items()})
    found = jurisdiction.reviewer(units, unit, on=DAY)
    assert (found.unit if found else None) == reviewer


def test_where_two_governments_could_review_the_body_must_be_named():
    rows = {"a": "party_government", "b": "party_government", "lone": "department"}
    units = with_lines({c: UnitRecord(code=c, name=c, kind=k) for c, k in rows.items()})
    assert jurisdiction.reviewer(units, "lone", on=DAY) is None


def test_the_accused_and_all_below_it_are_touched_and_its_superior_is_not():
    units = tree(gov=None, bureau="gov", section="bureau", other="gov")
    touched = [code for code, unit in units.items() if touches(unit.line, {"bureau"})]
    assert touched == ["bureau", "section"]


def test_a_dispute_goes_to_the_nearest_common_superior_or_the_joint_meeting():
    units = tree(gov=None, a="gov", b="gov", a1="a", a2="a", alone=None)

    def settles(*codes):
        return jurisdiction.common_superior([units[code].line for code in codes])

    assert settles("a1", "a2") == "a"
    assert settles("a1", "a2", "b") == "gov"
    assert settles("a1", "a") == "gov"
    assert settles("a1", "alone") is None


def climbs_forever(code, parents):
    """Slowly: after as many steps up as there are units somebody above is met again."""
    for _ in range(len(parents) + 1):
        code = parents.get(code)
        if code is None:
            return False
    return True


@given(st.dictionaries(st.sampled_from(CODES), st.sampled_from([None, *CODES])))
def test_a_tree_without_faults_has_no_loop_and_every_parent(parents):
    units = tree(**parents)
    found = {fault.code for fault in faults(units)}
    for code, parent in parents.items():
        if parent is not None and parent not in parents:
            assert code in found
    assert bool(found) == any(
        climbs_forever(code, parents) or (parent is not None and parent not in parents)
        for code, parent in parents.items()
    )


@given(st.dictionaries(st.sampled_from(CODES), st.sampled_from([None, *CODES])))
def test_a_line_goes_up_one_parent_at_a_time_and_ends(parents):
    for code in parents:
        line = line_above(code, parents)
        assert line[0] == code
        assert len(set(line)) == len(line)
        assert all(parents.get(one) == above for one, above in zip(line, line[1:], strict=False))
        assert parents.get(line[-1]) in {None, *line}


shares = st.lists(
    st.builds(
        Share,
        st.sampled_from(CODES),
        st.lists(st.sampled_from(["a", "a.b", "c"]), max_size=2).map(tuple),
        st.lists(st.sampled_from(CODES), max_size=2).map(tuple),
    ),
    max_size=3,
).map(tuple)
ends = st.one_of(st.none(), st.integers(1, 28).map(lambda day: dt.date(2026, 3, day)))


@given(
    st.lists(st.tuples(ends, shares), min_size=8, max_size=8), st.sampled_from(["a.b", "c", None])
)
def test_a_successor_is_always_one_that_exists_then(rows, category):
    units = with_lines(
        {
            code: UnitRecord(code=code, name=code, kind="social", valid_to=end, successors=given)
            for code, (end, given) in zip(CODES, rows, strict=True)
        }
    )
    for code in CODES:
        heir = jurisdiction.successor(units, code, on=dt.date(2026, 3, 15), category=category)
        assert heir is None or units[heir].valid_on(dt.date(2026, 3, 15))
        if units[code].valid_on(dt.date(2026, 3, 15)):
            assert heir == code
