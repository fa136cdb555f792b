"""How PostgreSQL goes about lists and counts among 100,000 cases: along indexes, and not far."""

import pytest
import sqlalchemy as sa

_LOOKS_MOST = 2_500
_UNIT = ("transport",)
_SEED = (
    """
    INSERT INTO cases
      (case_id, seq, case_no, version, state, petition_ids, petition_nos, channel, purpose, secret,
       historical, title, content, category, lead_unit, co_units, clocks, next_due_at, handler,
       split_from, received_at, opened_at, last_at)
    SELECT 'case-' || i, i, 'XS' || i, 1,
           CASE WHEN i % 10 > 0 THEN 'closed' ELSE
             (ARRAY['registered', 'forwarded', 'accepted', 'replied', 'objected', 'report_review',
                    'reviewing'])[i / 10 % 7 + 1] END,
           jsonb_build_array('petition-' || i), '[]', 'web',
           CASE WHEN i % 50 = 7 THEN 'accusation' WHEN i % 400 = 1 THEN 'inquiry'
                ELSE 'petition' END,
           i % 50 = 7, false, '第' || i || '件', repeat('路面坑洼积水', 20), 'transport.bus',
           CASE WHEN i % 3 = 0 THEN 'transport' WHEN i % 1000 = 1 THEN 'small'
                ELSE 'unit-' || i % 30 END,
           '[]', '[]', CASE WHEN i % 10 = 0 THEN now() + (i % 77 - 7) * interval '1 day' END,
           CASE WHEN i % 500 = 0 THEN 'wang' END, CASE WHEN i % 5000 = 0 THEN 'case-1' END,
           now() - interval '5 years' + i * interval '20 minutes', now(), now()
    FROM (SELECT generate_series(1, 100000) AS i) numbers
    """,
    "INSERT INTO case_petitions SELECT 'petition-' || seq, case_id FROM cases",
    """
    INSERT INTO case_parts (case_id, unit, kind, state, asked_at)
    SELECT case_id, 'transport', 'co', 'asked', now() FROM cases WHERE seq % 100 = 10
    UNION ALL SELECT case_id, 'unit-' || seq % 20, 'co', 'asked', now() FROM cases
    WHERE seq % 10 = 4
    """,
    "INSERT INTO case_accused SELECT case_id, 'account', 'account-' || seq % 99 FROM cases "
    "WHERE secret",
    "INSERT INTO case_access SELECT case_id, 'account-' || seq % 97, 'leader', now(), '办理' "
    "FROM cases WHERE secret",
)
_OF_A_UNIT = (
    "/v1/cases?limit=100",
    "/v1/cases?limit=100&sort=due",
    "/v1/cases?limit=100&state=accepted&sort=due",
    "/v1/cases?limit=100&stage=办理",
    "/v1/cases?limit=100&overdue=true&sort=due",
    "/v1/cases?limit=100&category=transport",
    "/v1/cases?handler=wang",
    "/v1/cases?case_no=XS77",
    "/v1/my-work?reason=accept&limit=100",
    "/v1/my-work?reason=answer&limit=100",
    "/v1/my-work?reason=serve&limit=100",
    "/v1/my-work?reason=parts&limit=100",
)
_OF_THE_OFFICE = (
    *_OF_A_UNIT[:8],
    "/v1/cases?limit=100&unit=small",
    "/v1/cases?limit=100&unit=small&sort=due",
    "/v1/cases?limit=100&purpose=inquiry",
    "/v1/cases?limit=100&category=nowhere",
    "/v1/cases?petition_id=petition-1",
    "/v1/cases?split_from=case-1",
    "/v1/cases?limit=100&received_from=2024-01-01T00:00:00Z&received_to=2024-02-01T00:00:00Z",
    "/v1/my-work?reason=dispatch&limit=100",
    "/v1/my-work?reason=objections&limit=100",
    "/v1/my-work?reason=reports&limit=100",
)


@pytest.fixture
def filled(make_bench, postgres_url):
    """A district of 100,000 cases, a third of them one unit's."""
    bench = make_bench(database_url=postgres_url)
    with bench.app.db.engine.connect().execution_options(
        isolation_level="AUTOCOMMIT"
    ) as connection:
        driver = connection.connection.dbapi_connection
        for statement in _SEED:
            driver.execute(statement)
        driver.execute("VACUUM ANALYZE")
    return bench


def plans(bench, path, token):
    """The plan of each statement that a GET sends, as it was carried out."""
    asked = []

    def note(_connection, _cursor, statement, values, *_):
        asked.append((statement, values))

    engine = bench.app.db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    answer = bench.get(path, token=token)
    sa.event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 200, answer.text
    with bench.app.db.read() as session:
        driver = session.connection().connection.dbapi_connection
        for statement, values in asked:
            explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
            yield driver.execute(explained, values).fetchone()[0][0]["Plan"]


def nodes(plan):
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def looked_at(node):
    """Rows that a node read, thrown away ones among them."""
    gone = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return (node["Actual Rows"] + gone) * node["Actual Loops"]


def whole_scans(plan):
    large = ("cases", "case_petitions")
    return [
        node["Relation Name"]
        for node in nodes(plan)
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in large
    ]


@pytest.mark.servers
def test_every_list_follows_indexes_and_looks_at_few_cases(filled):
    staff = {
        "unit": filled.token("unit_head", unit="transport", scope=_UNIT),
        "small unit": filled.token("unit_head", unit="small", scope=("small",)),
        "office": filled.token("dispatcher"),
        "office without the secret lane": filled.token("registrar"),
    }
    wrong = []
    for who, token in staff.items():
        for path in _OF_THE_OFFICE if who.startswith("office") else _OF_A_UNIT:
            for plan in plans(filled, path, token):
                far = max(looked_at(node) for node in nodes(plan))
                if whole_scans(plan) or far > _LOOKS_MOST:
                    wrong.append((who, path, whole_scans(plan), far))
    assert wrong == [], "\n".join(map(str, wrong))


@pytest.mark.servers
def test_a_unit_is_counted_from_indexes_alone(filled):
    token = filled.token("auditor", unit="transport", scope=_UNIT)
    led, *_ = (
        plan
        for plan in plans(filled, "/v1/counts", token)
        if any(node.get("Relation Name") == "cases" for node in nodes(plan))
    )
    scans = {node["Node Type"] for node in nodes(led) if "Relation Name" in node}
    assert scans == {"Index Only Scan"}
    for plan in plans(filled, "/v1/counts", token):
        assert whole_scans(plan) == []
