"""The audit chain: what was changed, removed or inserted in it is found and named."""

import threading

import pytest
import sqlalchemy as sa

from intake import models
from intake.domain.audit import Anchor, AuditKeys
from intake.jobs import adopting
from intake.service import SERVICE
from intake.use_cases import verify
from shared.cli import main
from shared.testing import MORNING, sample_secrets

pytestmark = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
TABLE = models.audit


@pytest.fixture
def chain(desk):
    """Five entries, by looking at a petition."""
    petition_id = desk.registered()["petition_id"]
    for _ in range(4):
        desk.get(f"/v1/petitions/{petition_id}", "auditor")
    desk.post(f"/v1/petitions/{petition_id}/unmask", "registrar", json={"purpose": "核实身份"})
    return petition_id


def found(app, anchor=None, passed=lambda _anchor: None):
    keys, now = app.resources.audit_keys, app.clock.now()
    return [str(one) for one in verify(app.db, keys=keys, now=now, anchor=anchor, passed=passed)]


def anchored(app):
    """How far the chain is right now."""
    anchors = []
    assert found(app, passed=anchors.append) == []
    return anchors[-1]


def tamper(app, *statements):
    """Write past the triggers, as the database's owner can."""
    with app.db.write() as session:
        if app.db.is_sqlite:
            for name in ("audit_no_update", "audit_no_delete"):
                session.execute(sa.text(f"DROP TRIGGER IF EXISTS {name}"))
        else:
            session.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        for statement in statements:
            session.execute(statement)


def only(seq):
    return TABLE.c.seq == seq


def entry(app, seq):
    with app.db.read() as session:
        return dict(session.execute(sa.select(TABLE).where(only(seq))).one()._mapping)


def test_a_chain_as_it_was_written_is_right(app, chain):
    assert found(app) == []


def test_nothing_written_down_yet_is_right(app):
    assert found(app) == []


@pytest.mark.parametrize(
    "change",
    [{"who": "nobody"}, {"refused": True}, {"at": MORNING}, {"purpose": "改"}, {"act": "unmask"},
     {"petition_id": "another"}, {"facts": {"shown": []}}, {"seal": bytes(32)}],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_a_changed_entry_is_named(app, desk, chain, change):
    desk.app.clock.advance(seconds=1)
    desk.get(f"/v1/petitions/{chain}", "auditor")
    tamper(app, sa.update(TABLE).where(only(6)).values(**change))
    assert found(app) == ["第6条：与封印不符，内容被改动或系伪造"]


def test_a_changed_entry_in_the_middle_alone_is_named(app, chain):
    tamper(app, sa.update(TABLE).where(only(3)).values(who="nobody"))
    assert found(app) == ["第3条：与封印不符，内容被改动或系伪造"]


def test_a_removed_entry_is_named_and_no_other(app, chain):
    tamper(app, sa.delete(TABLE).where(only(2)))
    assert found(app) == ["第2条：缺失，已被删除"]


def test_the_first_entry_cannot_be_removed_unseen(app, chain):
    tamper(app, sa.delete(TABLE).where(only(1)))
    assert found(app) == ["第1条：缺失，已被删除"]


def test_the_newest_entries_cannot_be_removed_unseen(app, chain):
    tamper(app, sa.delete(TABLE).where(TABLE.c.seq >= 4))
    assert found(app) == ["第4至5条：缺失，已被删除"]


def test_the_whole_chain_cannot_be_removed_unseen(app, chain):
    tamper(app, sa.delete(TABLE))
    assert found(app) == ["第1至5条：缺失，已被删除"]


def test_an_inserted_entry_is_named(app, chain):
    tamper(app, sa.insert(TABLE).values(entry(app, 5) | {"seq": 6}))
    assert found(app) == ["第6条：不在链首记录的条数之内，系擅自插入"]


def test_an_entry_that_takes_the_place_of_another_is_named(app, chain):
    other = entry(app, 2) | {"seq": 4}
    tamper(app, sa.delete(TABLE).where(only(4)), sa.insert(TABLE).values(other))
    assert found(app) == ["第4条：与封印不符，内容被改动或系伪造"]


def test_a_head_that_is_set_back_without_the_key_is_named(app, desk, chain):
    tamper(
        app,
        sa.delete(TABLE).where(only(5)),
        sa.update(models.audit_head).values(seq=4, seal=entry(app, 4)["seal"]),
    )
    assert found(app) == ["链首记录：与封印不符，内容被改动或系伪造"]
    assert desk.get(f"/v1/petitions/{chain}", "auditor").status_code == 500


def test_a_head_that_is_gone_is_named_and_nobody_sees_a_person_until_then(app, desk, chain):
    tamper(app, sa.delete(models.audit_head))
    assert found(app) == ["链首记录：缺失，已被删除"]
    assert desk.get(f"/v1/petitions/{chain}", "auditor").status_code == 500


def test_an_older_state_that_was_put_back_whole_is_found_by_an_anchor(app, desk, chain):
    with app.db.read() as session:
        older = dict(session.execute(sa.select(models.audit_head)).one()._mapping)
    desk.get(f"/v1/petitions/{chain}", "auditor")
    anchor = anchored(app)
    tamper(
        app,
        sa.delete(TABLE).where(only(6)),
        sa.update(models.audit_head).values(older),
    )
    assert found(app) == []
    assert "第6条" in found(app, anchor)[0]


def test_from_an_anchor_only_what_came_after_it_is_read(app, desk, chain):
    anchor = anchored(app)
    tamper(app, sa.update(TABLE).where(only(2)).values(who="nobody"))
    desk.get(f"/v1/petitions/{chain}", "auditor")
    assert found(app, anchor) == []
    assert found(app) == ["第2条：与封印不符，内容被改动或系伪造"]


def test_who_has_the_database_and_no_key_can_make_no_anchor(app, chain):
    other = AuditKeys.parse("another-key-that-nobody-in-the-office-has-0123456789")
    text = anchored(app).text(other)
    with pytest.raises(ValueError, match="AUDIT_KEYS"):
        Anchor.parse(text, app.resources.audit_keys)
    assert Anchor.parse(text, other) == anchored(app)


def test_after_a_change_of_keys_the_old_entries_are_still_right(app, desk, chain):
    first = app.resources.audit_keys
    fresh = AuditKeys.parse("a-newer-key-of-the-audit-chain-0123456789-abcdefgh")
    both = AuditKeys({**fresh.keys, **first.keys})
    object.__setattr__(app.resources, "audit_keys", both)
    desk.get(f"/v1/petitions/{chain}", "auditor")
    assert found(app) == []
    assert entry(app, 6)["key_id"] != entry(app, 5)["key_id"]


def test_the_database_itself_refuses_to_change_or_remove_an_entry(app, chain):
    for statement in (sa.update(TABLE).values(who="nobody"), sa.delete(TABLE)):
        with pytest.raises(sa.exc.DBAPIError, match="never changed"), app.db.write() as session:
            session.execute(statement)
    assert found(app) == []


def test_entries_that_are_written_at_once_make_one_chain(app, desk, chain):
    def look():
        for _ in range(5):
            assert desk.get(f"/v1/petitions/{chain}", "auditor").status_code == 200

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(desk.looks()) == 25
    assert found(app) == []


def former_look(look_id, **changes):
    values = {"petition_id": "p", "who": "auditor", "unmasked": False, "refused": False}
    return sa.insert(models.former_looks).values(
        values | {"look_id": look_id, "at": MORNING} | changes
    )


def test_looks_of_an_earlier_release_are_taken_into_the_chain_once(app, desk):
    with app.db.write() as session:
        session.execute(former_look("a"))
        session.execute(former_look("b", unmasked=True, purpose="核实身份"))
        session.execute(former_look("c", unmasked=True, purpose="paper", document_id="d"))
    adopting.run(app)
    adopting.run(app)
    assert [(look.act, look.facts["former_look"]) for look in desk.looks()] == [
        ("look", "a"), ("unmask", "b"), ("claim", "c"),
    ]  # fmt: skip
    assert desk.rows(models.former_looks) == []
    assert found(app) == []


def test_what_is_put_there_later_is_never_taken_in_but_named(app, desk, chain):
    app.clock.advance(days=2)
    with app.db.write() as session:
        session.execute(former_look("forged"))
    adopting.run(app)
    assert len(desk.looks()) == 5
    assert found(app) == ["looks forged：不在日志链内，过渡期后写入"]


def test_the_command_names_what_it_found_and_goes_on_from_its_anchor(
    app, chain, tmp_path, monkeypatch, capsys
):
    url = app.db.url.render_as_string(hide_password=False)
    for name, value in (sample_secrets() | {"DATABASE_URL": url}).items():
        monkeypatch.setenv(name, value)
    anchor = tmp_path / "anchor"
    main(SERVICE, ["verify-audit", "--anchor", str(anchor)])
    assert "核验无误，共5条" in capsys.readouterr().out
    tamper(app, sa.delete(TABLE).where(only(5)))
    with pytest.raises(SystemExit) as ended:
        main(SERVICE, ["verify-audit", "--anchor", str(anchor)])
    assert ended.value.code == 1
    assert "第5条" in capsys.readouterr().out
    anchor.write_text("{}")
    with pytest.raises(SystemExit) as ended:
        main(SERVICE, ["verify-audit", "--anchor", str(anchor)])
    assert ended.value.code == 2
