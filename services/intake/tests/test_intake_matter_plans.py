"""How PostgreSQL goes about what is alike among 50,000 petitions: along indexes, and not far."""

import pytest
import sqlalchemy as sa

from intake.jobs import comparing as jobs
from shared.pairs import number

pytestmark = [
    pytest.mark.servers,
    pytest.mark.parametrize("app", ["postgresql"], indirect=True),
]

_LOOKS_MOST = 3_000
_MATTERS = (
    """
    INSERT INTO petitions
      (petition_id, petition_no, channel, title, content, purpose, secrecy, secret, received_at,
       registered_at, registered_by, historical, query_code_digest)
    SELECT 'petition-' || i, 'XF' || i, 'web', '第' || i || '件', repeat('路面坑洼积水', 20),
           'petition', false, i % 50 = 7, now(), now() - i * interval '20 minutes', 'web', false, ''
    FROM generate_series(1, 50000) i
    """,
    """
    INSERT INTO petitioners (petition_id, phone_index)
    SELECT 'petition-' || i, sha256(('phone' || i / 3)::bytea) FROM generate_series(1, 50000) i
    """,
    """
    INSERT INTO fingerprints (petition_id, digest, pairs)
    SELECT 'petition-' || i, sha256(i::text::bytea),
           ARRAY(SELECT 1000 + i % 977 * k * 79 % 20000 FROM generate_series(1, 60) k)
           || CASE WHEN i % 500 = 3 THEN CAST(:rare AS int[]) ELSE '{}' END
    FROM generate_series(1, 50000) i
    """,
    """
    INSERT INTO pair_counts
    SELECT pair, count(*) FROM fingerprints, unnest(pairs) pair GROUP BY pair
    """,
    "INSERT INTO pair_counts SELECT 0, count(*) FROM fingerprints",
    """
    INSERT INTO cases (case_id, version, state, state_at, secret)
    SELECT 'case-' || i, 1, 'closed', now(), false FROM generate_series(1, 50000) i
    """,
    """
    INSERT INTO case_access
    SELECT 'petition-' || i, 'case-' || i, 1, '["transport"]' FROM generate_series(1, 50000) i
    """,
    """
    INSERT INTO matters SELECT 'matter-' || i, 'same', now(), 'intake'
    FROM generate_series(1, 10000) i
    """,
    """
    INSERT INTO matter_petitions
    SELECT 'petition-' || i, 'matter-' || (i - 1) / 5 + 1, 1 FROM generate_series(1, 50000) i
    """,
    """
    INSERT INTO matter_proposals (petition_id, other_id, kind, score, reasons, made_at, state)
    SELECT 'petition-' || i, 'petition-' || i - 1, 'same', 0.5, '[]', now(),
           CASE WHEN i % 100 = 0 THEN 'open' ELSE 'rejected' END
    FROM generate_series(2, 50000) i
    """,
)
_WORDS = {"title": "鹭洲一路路灯不亮", "content": "鹭洲一路的路灯坏了，夜里漆黑，请派人修理。"}


@pytest.fixture
def filled(app, desk):
    """A district of 50,000 petitions, of which 100 speak of 鹭洲."""
    rare = [number("鹭洲"), number("洲路")]
    engine = app.db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # Filling may take a busy machine longer than a statement of the service may.
        connection.execute(sa.text("SET statement_timeout = 0"))
        for statement in _MATTERS:
            values = {"rare": rare} if ":rare" in statement else {}
            connection.execute(sa.text(statement), values)
        connection.execute(sa.text("VACUUM ANALYZE"))
    return desk


def plans(app, work):
    """The plan of each statement that some work sends, with what it set for itself before."""
    asked = []

    def note(_connection, _cursor, statement, values, *_):
        if statement.lstrip().startswith(("SELECT", "SET")):
            asked.append((statement, values))

    sa.event.listen(app.db.engine, "before_cursor_execute", note)
    work()
    sa.event.remove(app.db.engine, "before_cursor_execute", note)
    assert asked
    with app.db.read() as session:
        driver = session.connection().connection.dbapi_connection
        for statement, values in asked:
            if statement.startswith("SET"):
                driver.execute(statement)
                continue
            explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
            yield statement, driver.execute(explained, values).fetchone()[0][0]["Plan"]


def nodes(plan):
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def too_far(app, work):
    """Statements that read a table from end to end or look at more rows than need be."""
    wrong = []
    for statement, plan in plans(app, work):
        for node in nodes(plan):
            gone = node.get("Rows Removed by Filter", 0)
            rows = (node["Actual Rows"] + gone) * node["Actual Loops"]
            if rows > _LOOKS_MOST:
                wrong.append((node["Node Type"], node.get("Relation Name"), rows, statement))
    return wrong


def indexes(app, work):
    return {node.get("Index Name") for _, plan in plans(app, work) for node in nodes(plan)}


def test_what_is_alike_is_found_along_the_index_of_pairs(app, filled):
    one = filled.registered(**_WORDS, petitioner={"phone": "13800001234"})["petition_id"]
    for _ in range(2):

        def ask():
            answer = filled.get(f"/v1/petitions/{one}/similar", "dispatcher")
            assert answer.status_code == 200, answer.text

        assert too_far(app, ask) == []
        used = {"fingerprints_pairs", "fingerprints_digest", "petitioners_phone"}
        assert used <= indexes(app, ask)
        jobs.compare(app)


def test_comparing_matters_and_proposals_look_at_few_rows(app, filled):
    filled.registered(**_WORDS, petitioner={"phone": "13800001234"})
    assert too_far(app, lambda: jobs.compare(app)) == []
    for path in ("/v1/matters/matter-77", "/v1/matter-proposals?limit=20"):
        assert too_far(app, lambda path=path: filled.get(path, "dispatcher")) == []
