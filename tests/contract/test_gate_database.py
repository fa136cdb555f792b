"""The gate on migrations: expand now, contract a release later; each revision is really run."""

import pytest
import sqlalchemy as sa
from gate.verdicts import BadInput
from sites import World, migrated, package_with, uses, uses_no_more

from shared import migrations
from shared.db import Database

HEAD = migrations.head("routing")
NEXT = f"{int(HEAD) + 1:04d}"
CONCURRENTLY = """
def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("cases_place", "cases", ["place"], postgresql_concurrently=True)
"""
EXPAND = """
def upgrade():
    op.create_table("labels", sa.Column("code", sa.String(20), primary_key=True))
    op.create_index("labels_code", "labels", ["code"])
    op.add_column("cases", sa.Column("label", sa.String(20)))
    op.add_column("cases", sa.Column("weight", sa.Integer, nullable=False, server_default="0"))
"""


def body(*lines):
    """A migration of some statements."""
    return "\ndef upgrade():\n" + "".join(f"    {line}\n" for line in lines)


def on_postgres(*lines):
    """A migration whose statements SQLite does not know."""
    return body('if op.get_bind().dialect.name == "postgresql":', *(f"    {one}" for one in lines))


@pytest.fixture
def breaks(world: World, tmp_path):
    """Why a version of routing with further migrations is refused."""

    def check(*steps, change=lambda content: None):
        world.release("routing", "0.2.0", migrated(tmp_path / "next", "routing", *steps), change)
        return world.refusals("routing", "0.2.0")

    return check


def test_new_tables_and_columns_that_may_be_left_out_pass(breaks, world):
    assert breaks(EXPAND, CONCURRENTLY, change=uses("cases", "label", "weight")) == []
    (row,) = [row for row in world.rows("routing", "0.2.0") if row.check == "migrations"]
    assert row.why == f"2 new, on top of {HEAD}"


def test_a_dropped_column_is_refused_by_table_and_by_line(breaks):
    assert breaks(body('op.drop_column("cases", "place")')) == [
        "routing 0.2.0 uses cases.place, which none of its migrations makes. Write one.",
        "routing 0.1.0 uses cases.place, which routing 0.2.0 drops or renames. Drop it one release "
        "after the last deployed version that uses it.",
        f"{NEXT}_step.py line 10: drops or renames cases.place, which routing 0.1.0 uses. Do it "
        "one release after the last deployed version that does.",
    ]


def test_a_column_that_no_deployed_version_uses_any_more_may_be_dropped(breaks, world):
    drop = body('op.drop_column("cases", "place")')
    world.release("routing", "0.1.1", uses_no_more("cases", "place"))
    assert world.refusals("routing", "0.1.1") == []
    assert breaks(drop, change=uses_no_more("cases", "place")) != []
    world.deploy(routing="0.1.1")
    assert world.refusals("routing", "0.2.0") == []
    world.deploy(routing="0.2.0")
    assert world.refusals("routing", "0.1.0")[0] == (
        "routing 0.1.0 uses cases.place, which routing 0.2.0 drops or renames. It is done already, "
        "so routing 0.1.0 cannot come back: mend it in a new version."
    )


def test_a_table_that_no_deployed_version_uses_any_more_may_be_dropped(breaks, world):
    drop, unused = body('op.drop_table("waiting_texts")'), uses_no_more("waiting_texts")
    assert any("uses the table waiting_texts, which" in why for why in breaks(drop))
    world.release("routing", "0.1.1", unused)
    world.deploy(routing="0.1.1")
    assert breaks(drop, change=unused) == []


def test_going_back_to_the_version_before_an_expansion_passes(breaks, world):
    assert breaks(EXPAND) == []
    world.deploy(routing="0.2.0")
    assert world.refusals("routing", "0.1.0") == []
    (row,) = [row for row in world.rows("routing", "0.1.0") if row.check == "migrations"]
    assert row.why == f"none; the database stays at {NEXT}, which routing 0.2.0 made"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('op.add_column("cases", sa.Column("a", sa.Integer, nullable=False, server_default="1"))',
         None),
        ('op.add_column("cases", sa.Column("a", sa.String(9)))', None),
        ('op.execute("INSERT INTO waiting_texts VALUES (1, 2, 3, NULL)")', None),
        ('op.execute("UPDATE cases SET state = state WHERE false")', None),
        ('op.drop_index("cases_due", "cases")', None),
        ('op.alter_column("cases", "place", new_column_name="spot")', "renames cases.place"),
        ('op.rename_table("waiting_texts", "texts")', "uses the table waiting_texts"),
        ('op.create_index("u", "cases", ["place"], unique=True)', "unique rule to cases (place)"),
        ('op.create_index("i", "cases", ["place"])', "index i on cases is not made CONCURRENTLY"),
        ('op.execute("CREATE INDEX i ON cases (place)")', "not made CONCURRENTLY"),
        ('op.execute("DELETE FROM waiting_texts")', "removes rows of waiting_texts"),
        ('op.execute("DROP TABLE waiting_texts")', "drops or renames the table waiting_texts"),
    ],
)  # fmt: skip
def test_what_one_statement_does_to_the_version_that_runs(breaks, line, sentence):
    whys = breaks(body(line))
    assert any(sentence in why for why in whys) if sentence else whys == [], whys


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('op.alter_column("cases", "state", type_=sa.String(50))', None),
        ('op.alter_column("cases", "state", type_=sa.Text)', None),
        ('op.alter_column("cases", "state", type_=sa.String(10))', "turns from VARCHAR(20) into"),
        ('op.alter_column("cases", "title", type_=sa.String(10))', "from TEXT into VARCHAR(10)"),
        ('op.alter_column("cases", "version", type_=sa.BigInteger)', "from INTEGER into BIGINT"),
        ('op.alter_column("cases", "place", nullable=False)', "cases.place becomes NOT NULL"),
        ('op.alter_column("cases", "state", nullable=True)', "cases.state may become NULL"),
        ('op.alter_column("cases", "state", server_default="x")', None),
        ('op.alter_column("outbox", "attempts", server_default=None)', "loses its default"),
        ('op.create_unique_constraint("u", "cases", ["place"])', "u UNIQUE (place)`"),
        ('op.create_check_constraint("c", "cases", "version > 0")', "`ADD CONSTRAINT c"),
        ('op.create_foreign_key("f", "cases", "units", ["lead_unit"], ["code"])', "FOREIGN KEY"),
        ('op.drop_constraint("cases_case_no_key", "cases")', "may keep each row once"),
        ('op.drop_constraint("case_petitions_case_id_fkey", "case_petitions")', None),
        ('op.execute("DROP SEQUENCE case_seq")', "the sequence case_seq, which routing 0.1.0 uses"),
        ('op.execute("CREATE SEQUENCE other_seq")', None),
        ('op.execute("ALTER SEQUENCE case_seq RESTART")', "does not know what `ALTER SEQUENCE"),
        ('op.execute("SELECT setval(\'case_seq\', 1)")', "does not know what `SETVAL("),
        ('op.execute("TRUNCATE cases")', "removes rows of cases"),
        ('op.execute("SET statement_timeout = 0")', None),
        ('op.execute("LOCK TABLE cases")', "does not know what `LOCK TABLE cases`"),
        ('op.execute("DO $$ BEGIN DROP TABLE cases; END $$")', "does not know what `DO $$"),
        ('op.execute("SELECT 1; DROP TABLE cases")', "the table cases, which routing 0.1.0 uses"),
        ('op.execute("DROP TABLE IF EXISTS units, cases CASCADE")', "routing 0.1.0"),
        ('op.execute("CREATE TABLE IF NOT EXISTS cases (a int); ALTER TABLE cases DROP state")',
         "drops or renames cases.state"),
        ('op.execute("CREATE TRIGGER t AFTER INSERT ON cases EXECUTE FUNCTION f()")', "trigger"),
        ('op.execute("CREATE TABLE n (a int); CREATE TRIGGER t BEFORE DELETE ON n '
         'EXECUTE FUNCTION f()")', None),
        ('op.execute("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN; END $$")',
         None),
        ('op.execute("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$")',
         "does not know what a new function"),
        ('op.execute("CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$; DROP TABLE cases")',
         "the table cases, which routing 0.1.0 uses"),
        ('op.execute("ALTER TABLE cases ADD COLUMN n BIGSERIAL")', "computed for every row"),
        ('op.execute("ALTER TABLE cases ADD COLUMN n UUID DEFAULT gen_random_uuid()")', "computed"),
        ('op.execute("ALTER TABLE cases ADD COLUMN n TIMESTAMPTZ NOT NULL DEFAULT now()")', None),
        ('op.execute("ALTER TABLE cases ADD COLUMN n INT NOT NULL")', "without a default"),
        ('op.execute("CREATE UNIQUE INDEX i ON cases (place)")', "a unique index"),
        ('op.alter_column("outbox", "attempts", nullable=True)', "attempts may become NULL"),
        ('op.execute("ALTER TABLE Cases DROP COLUMN PLACE")', "drops or renames cases.place"),
        ('op.execute("DROP TABLE outbox_2026_01")', "the table outbox_2026_01"),
        ('op.execute("DELETE FROM outbox_2026_01")', "removes rows of outbox_2026_01"),
        ('op.execute("ALTER TABLE outbox_2026_01 DROP COLUMN type")', "no migration is seen to"),
        ('op.execute("ALTER TABLE cases ADD n INT GENERATED ALWAYS AS (version * 2) STORED")',
         "computed for every row"),
        ('op.execute("ALTER TABLE cases ADD n INT PRIMARY KEY")', "does not know what `n INT PRIM"),
        ('op.execute("ALTER TABLE cases ADD n INT DEFAULT 0 CHECK (n > version)")', "a check to"),
        ('op.execute("ALTER TABLE cases ADD n INT CHECK (n IS NOT NULL)")', "a check to cases (n)"),
        ('op.execute("ALTER TABLE cases ADD n INT CHECK (n > 0)")', None),
        ('op.execute("ALTER TABLE cases ADD n VARCHAR(50) REFERENCES units (code)")', None),
        ('op.execute("ALTER TABLE cases ADD n INT; ALTER TABLE cases ALTER n SET NOT NULL")',
         "cases.n is NOT NULL without a default"),
        ('op.execute("ALTER TABLE cases RENAME place TO spot")', "cases.place (now spot)"),
        ('op.execute("nonsense (")', "does not know what `nonsense (`"),
    ],
)  # fmt: skip
def test_what_one_statement_does_on_postgresql(breaks, line, sentence):
    whys = breaks(on_postgres(line))
    assert any(sentence in why for why in whys) if sentence else whys == [], whys


def test_a_column_that_is_new_mandatory_and_without_default_is_refused_on_both_databases(breaks):
    add = """
def upgrade():
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("label", sa.String(20)))
        batch.alter_column("label", nullable=False)
"""
    whys = breaks(add)
    assert any("cases.label is new, NOT NULL and without a default" in why for why in whys), whys


def test_what_a_loop_and_a_helper_do_is_seen_and_its_line_named(breaks):
    drops = """
def away(table, names):
    for name in names:
        op.drop_column(table, name)


def upgrade():
    away("cases", ["place", "reply"])
"""
    whys = breaks(drops)
    assert any(
        why.startswith(f"{NEXT}_step.py line 11: drops or renames cases.place") for why in whys
    )
    assert any(
        why.startswith(f"{NEXT}_step.py line 11: drops or renames cases.reply") for why in whys
    )


def test_rules_on_a_new_column_that_old_rows_leave_null_pass(breaks):
    steps = on_postgres(
        'op.add_column("cases", sa.Column("label", sa.String(20)))',
        'op.create_unique_constraint("u", "cases", ["label"])',
        'op.create_foreign_key("f", "cases", "units", ["label"], ["code"])',
    )
    assert breaks(steps) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (body('op.execute("CREATE INDEX CONCURRENTLY i ON cases (place)")'),
         "line 10: CONCURRENTLY outside of an autocommit_block"),
        (body('op.get_bind().execute(sa.text("SELECT 1")).scalar_one()'),
         "line 10: cannot be recorded; a migration reads neither rows nor tables: NoResultFound"),
        (body('sa.inspect(op.get_bind())'), "line 10: cannot be recorded"),
        (body('raise ValueError("no")'), "line 10: cannot be recorded.*ValueError: no"),
        (body('op.add_column("casez", sa.Column("a", sa.Text))'), "10: does not run on SQLite"),
        (body("op.add_column("), "line 10: cannot be loaded: SyntaxError"),
        ('\ndown_revision = "0999"\n', "cannot be loaded: UserWarning: Revision 0999 referenced"),
    ],
)  # fmt: skip
def test_a_migration_that_cannot_run_is_named_with_its_line(breaks, text, reason):
    with pytest.raises(BadInput, match=r"^routing_\w+/migrations/versions.*" + reason):
        breaks(text)


def test_a_dropped_index_is_noted(breaks, world):
    breaks(body('op.drop_index("cases_due", "cases")'))
    assert any("routing 0.1.0 may become slow" in note for note in world.notes("routing", "0.2.0"))


def test_an_edited_revision_is_refused(world):
    def edit(content):
        content["database"]["revisions"][0]["sha256"] = "0" * 64

    world.release("routing", "0.2.0", edit)
    (why,) = world.refusals("routing", "0.2.0")
    assert why.startswith("routing/migrations/versions/0001_foundation.py was edited after routing")


def test_a_helper_of_a_released_revision_may_not_change_what_it_does(world):
    def edit(content):
        content["database"]["revisions"][0]["statements"].pop()

    world.release("routing", "0.2.0", edit)
    (why,) = world.refusals("routing", "0.2.0")
    assert "0001_foundation.py does something else than in routing 0.1.0" in why


def test_the_order_in_which_a_tables_indexes_are_made_is_no_change(world):
    def in_another_order(content):
        content["database"]["revisions"][0]["statements"].reverse()

    world.release("routing", "0.2.0", in_another_order)
    assert world.refusals("routing", "0.2.0") == []


def test_a_revision_slipped_in_below_released_ones_is_refused(world):
    def slip(content):
        first = content["database"]["revisions"][0]
        content["database"]["revisions"].insert(0, {**first, "revision": "0000"})
        first["down_revision"] = "0000"

    world.release("routing", "0.2.0", slip)
    (why,) = world.refusals("routing", "0.2.0")
    assert "routing 0.2.0 has 0000 in its place" in why


def test_a_column_that_models_name_and_no_migration_makes_is_refused(world):
    world.release("routing", "0.2.0", uses("cases", "label"))
    assert world.refusals("routing", "0.2.0") == [
        "routing 0.2.0 uses cases.label, which none of its migrations makes. Write one."
    ]


@pytest.mark.servers
def test_what_the_gate_lets_pass_runs_on_postgresql(tmp_path, postgres_url):
    with package_with(tmp_path, "routing", EXPAND, CONCURRENTLY) as package:
        db = Database(postgres_url, service="routing")
        assert migrations.migrate(db, package) == f"{int(HEAD) + 2:04d}"
        indexes = sa.inspect(db.engine).get_indexes("cases")
        db.close()
    assert "cases_place" in {index["name"] for index in indexes}
