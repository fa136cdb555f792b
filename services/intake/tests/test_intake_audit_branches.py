"""Branches of the audit chain: looks need not wait for one another, and nothing goes unseen."""

import contextlib
import threading

import pytest
import sqlalchemy as sa

from intake import models
from intake.domain.audit import APART, BRANCHES, Anchor
from intake.jobs import branching
from intake.use_cases import verify

pytestmark = [
    pytest.mark.servers,
    pytest.mark.parametrize("app", ["postgresql"], indirect=True),
]
TABLE, HEADS = models.audit, models.audit_branches
FIRST = APART + 1
CHANGED = "与封印不符，内容被改动或系伪造"


@pytest.fixture
def looks(app, desk):
    """Looks at a petition that find the main chain's head locked, so many at a time."""
    petition_id = desk.registered()["petition_id"]
    look(desk, petition_id)
    branching.run(app)

    def several(count):
        with held(app, models.audit_head):
            for _ in range(count):
                look(desk, petition_id)

    return several


@pytest.fixture
def branch(app, looks):
    """Three entries in the first branch, and the main chain says so."""
    looks(3)
    branching.run(app)


def look(desk, petition_id):
    answer = desk.get(f"/v1/petitions/{petition_id}", "auditor")
    assert answer.status_code == 200, answer.text


@contextlib.contextmanager
def held(app, table):
    """All rows of a table locked by somebody else."""
    with app.db.write() as session:
        session.execute(sa.select(table).with_for_update())
        yield


def found(app, anchor=None, passed=lambda _anchor: None):
    keys, now = app.resources.audit_keys, app.clock.now()
    return [str(one) for one in verify(app.db, keys=keys, now=now, anchor=anchor, passed=passed)]


def tamper(app, *statements):
    """Write past the triggers, as the database's owner can."""
    with app.db.write() as session:
        session.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        for statement in statements:
            session.execute(statement)


def row(app, table, condition):
    with app.db.read() as session:
        return dict(session.execute(sa.select(table).where(condition)).one()._mapping)


def only(seq):
    return TABLE.c.seq == seq


def branch_is(number):
    return HEADS.c.branch == number


def numbers(desk):
    return [one.seq for one in desk.looks()]


def test_a_look_that_finds_the_head_locked_goes_into_a_branch(app, desk, looks):
    looks(2)
    assert numbers(desk) == [1, 2, FIRST, FIRST + 1]
    assert [one.act for one in desk.looks()] == ["look", "branch", "look", "look"]
    assert found(app) == []


def test_the_next_branch_is_taken_where_the_first_is_locked_too(app, desk, looks):
    with app.db.write() as session:
        session.execute(sa.select(HEADS).where(branch_is(1)).with_for_update())
        looks(1)
    assert numbers(desk)[-1] == 2 * APART + 1
    assert found(app) == []


def test_branches_are_opened_once(app, desk, looks):
    branching.run(app)
    assert len(desk.rows(HEADS)) == BRANCHES
    tamper(app, sa.delete(HEADS))
    branching.run(app)
    assert desk.rows(HEADS) == []
    assert found(app) == [f"分链{n}链首记录：缺失，已被删除" for n in range(1, BRANCHES + 1)]


def test_the_main_chain_says_how_far_branches_are_once_each_time(app, desk, branch):
    branching.run(app)
    (tie,) = [one for one in desk.looks() if one.act == "tie"]
    assert tie.facts == {"1": [FIRST + 2, row(app, HEADS, branch_is(1))["seal"].hex()]}
    assert found(app) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (sa.update(TABLE).where(only(FIRST)).values(who="nobody"), f"分链1第1条：{CHANGED}"),
        (sa.delete(TABLE).where(only(FIRST)), "分链1第1条：缺失，已被删除"),
        (sa.delete(TABLE).where(only(FIRST + 1)), "分链1第2条：缺失，已被删除"),
        (sa.update(HEADS).where(branch_is(2)).values(seq=3 * APART), f"分链2链首记录：{CHANGED}"),
        (sa.delete(HEADS).where(branch_is(1)), "分链1链首记录：缺失，已被删除"),
        (sa.delete(HEADS).where(branch_is(9)), "分链9链首记录：缺失，已被删除"),
    ],
    ids=["changed", "first removed", "removed", "head changed", "head removed", "unused head"],
)  # fmt: skip
def test_what_was_done_to_a_branch_is_named(app, branch, change, said):
    tamper(app, change)
    assert found(app) == [said]


def test_the_newest_of_a_branch_cannot_be_removed_unseen(app, branch):
    tamper(app, sa.delete(TABLE).where(TABLE.c.seq >= FIRST + 1))
    assert found(app) == [
        "分链1第2至3条：缺失，已被删除",
        "分链1第3条：与主链登记的进度不符，分链曾被改动或退回旧状态",
    ]


@pytest.mark.parametrize("seq", [FIRST + 3, 7 * APART + 1, (BRANCHES + 2) * APART, -1])
def test_an_entry_put_into_a_branch_or_beside_all_is_named(app, branch, seq):
    forged = row(app, TABLE, only(FIRST + 2)) | {"seq": seq}
    tamper(app, sa.insert(TABLE).values(forged))
    (said,) = found(app)
    assert said.endswith("不在链首记录的条数之内，系擅自插入")


def test_an_entry_moved_into_another_branch_is_named(app, branch, looks):
    other = row(app, TABLE, only(FIRST)) | {"seq": 2 * APART + 1}
    head = row(app, HEADS, branch_is(1))
    moved = {"seq": 2 * APART + 1} | {name: head[name] for name in ("seal", "head_seal")}
    tamper(
        app,
        sa.insert(TABLE).values(other),
        sa.update(HEADS).where(branch_is(2)).values(moved),
    )
    assert f"分链2第1条：{CHANGED}" in found(app)
    assert f"分链2链首记录：{CHANGED}" in found(app)


def test_a_branch_that_was_put_back_alone_is_found_by_what_the_main_chain_says(app, looks):
    looks(1)
    older = row(app, HEADS, branch_is(1))
    looks(2)
    branching.run(app)
    tamper(
        app,
        sa.delete(TABLE).where(TABLE.c.seq > FIRST),
        sa.update(HEADS).where(branch_is(1)).values(older),
    )
    assert found(app) == ["分链1第3条：与主链登记的进度不符，分链曾被改动或退回旧状态"]


def test_all_that_was_put_back_is_found_by_an_anchor(app, looks):
    looks(1)
    older = row(app, HEADS, branch_is(1))
    looks(1)
    anchors = []
    assert found(app, passed=anchors.append) == []
    kept = Anchor.parse(anchors[-1].text(app.resources.audit_keys), app.resources.audit_keys)
    assert (kept, kept.entries) == (anchors[-1], 4)
    assert found(app, kept) == []
    tamper(
        app,
        sa.delete(TABLE).where(TABLE.c.seq > FIRST),
        sa.update(HEADS).where(branch_is(1)).values(older),
    )
    assert found(app) == []
    assert found(app, kept) == ["分链1第2条：与另行保管的核验点不符，日志曾被改动或退回旧状态"]


def test_nothing_is_written_into_a_branch_while_the_main_head_is_gone(app, desk, looks):
    petition_id = desk.registered()["petition_id"]
    tamper(app, sa.delete(models.audit_head))
    assert desk.get(f"/v1/petitions/{petition_id}", "auditor").status_code == 500
    assert numbers(desk) == [1, 2]


def test_nobody_sees_a_person_by_a_branch_whose_head_is_false(app, desk, looks):
    petition_id = desk.registered()["petition_id"]
    tamper(app, sa.update(HEADS).values(seal=bytes(32), seq=FIRST))
    with held(app, models.audit_head):
        assert desk.get(f"/v1/petitions/{petition_id}", "auditor").status_code == 500


def test_entries_written_at_once_stand_in_chains_that_are_right(app, desk, looks):
    petition_id = desk.registered()["petition_id"]
    threads = [
        threading.Thread(target=lambda: [look(desk, petition_id) for _ in range(10)])
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    branching.run(app)
    for thread in threads:
        thread.join()
    branching.run(app)
    assert sum(one.act == "look" for one in desk.looks()) == 61
    assert found(app) == []
