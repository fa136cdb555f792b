"""A district's years of petitions, put straight into the tables of four services by SQL.

Each petition has its case, timeline, evaluations, versions and the ids in every inbox, as the
services themselves would have left them; the event log holds one petition in five, the others'
months having been archived, and envelopes of handled events are gone, as they are after a week.
Texts and headers are the contract's examples with ids of their own. In routing some cases stand
where no example does (objected to, under review, co-handled), so that each list of work has some.
"""

import contextlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
from psycopg import sql

from bench.events import CASE_LIFE, PETITION, example
from bench.place import Place, connect
from local.stack import Stack
from shared.marks import Marker

SEEDED = ("supervision", "intake", "satisfaction", "routing")
UNITS = 30

# The newest of the seeded cases. Intake's petitions are old: it would compare new ones with each
# other, and nobody can decrypt what is seeded.
_ENDED = {"intake": "5 years"}
_ENDED_LATELY = "8 hours"

# Of a hundred cases 89 are closed (7 events); the others stand after 1, 3, 4, 5 or 6 of them.
_PLAN = """
CREATE UNLOGGED TABLE seed AS
SELECT i, md5('petition' || i)::uuid::text AS petition_id, md5('case' || i)::uuid::text AS case_id,
       coalesce((ARRAY[1, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6])[(i + i / 10) %% 100 + 1], 7) AS step,
       i %% 50 = 7 AS secret,
       CASE WHEN i %% 10 = 3 THEN 'transport' ELSE 'unit-' || i %% {units} END AS unit,
       now() - interval '{ended}' - (%s::bigint - i) * interval '2 minutes' AS at,
       now() + (i * 7919 %% 77 - 7) * interval '1 day' AS due_at
FROM generate_series(%s::bigint, %s::bigint) AS i
"""
_STEPS = """
CREATE UNLOGGED TABLE seed_step (
  step int PRIMARY KEY, type text, state text, envelope text, header jsonb, clocks jsonb)
"""
_IDS = """
CREATE FUNCTION pg_temp.own(body text, petition_id text, case_id text) RETURNS text
LANGUAGE sql IMMUTABLE AS
$$ SELECT replace(replace(body, '{petition_id}', petition_id), '{case_id}', case_id) $$
"""
_CASE_INBOX = """
INSERT INTO inbox (event_id, source, type, subject, subject_version, received_at, status)
SELECT md5(type || i)::uuid::text, 'routing', type, case_id, told.step, at, 'done'
FROM seed JOIN seed_step told ON told.step <= seed.step
"""
_PETITION_INBOX = """
INSERT INTO inbox (event_id, source, type, subject, subject_version, received_at, status)
SELECT md5('petition.registered.v1' || i)::uuid::text, 'intake', 'petition.registered.v1',
       petition_id, 1, at, 'done'
FROM seed
"""
_TEXT_INBOX = """
INSERT INTO inbox (event_id, source, type, subject, subject_version, received_at, status)
SELECT md5('petition.text.v1' || i)::uuid::text, 'intake', 'petition.text.v1',
       petition_id, 2, at, 'done'
FROM seed WHERE NOT secret
"""
_LOG_COLUMNS = (
    "INSERT INTO outbox (event_id, type, subject, subject_version, envelope, created_at, "
    "published_at) "
)
_CASE_PETITIONS = (
    "INSERT INTO case_petitions (case_id, petition_id) SELECT case_id, petition_id FROM seed"
)

STATEMENTS: dict[str, tuple[str, ...]] = {
    "intake": (
        """
        INSERT INTO petitions
        SELECT petition_id, 'XF' || lpad((2 * 10^11 + i)::bigint::text, 12, '0'), 'hotline',
               '路面坑洼积水（' || i || '）',
               '鹭洲一路' || i || '号附近' || repeat('路面坑洼积水，', 20), '鹭洲一路',
               'petition', false, secret, at, at, 'channel:hotline', false, 'hotline',
               md5('external' || i), sha256(petition_id::bytea)
        FROM seed
        """,
        """
        INSERT INTO petitioners (petition_id, name, phone, phone_index)
        SELECT petition_id, sha256(('name' || i)::bytea),
               sha256(('phone' || i)::bytea) || '\\x00'::bytea, sha256(('index' || i / 3)::bytea)
        FROM seed
        """,
        """
        INSERT INTO subject_versions
        SELECT petition_id, CASE WHEN secret THEN 1 ELSE 2 END FROM seed
        """,
        """
        INSERT INTO stored_answers
        SELECT 'channel:hotline', md5('key' || i)::uuid::text, sha256(petition_id::bytea), 201,
               sha256('a') || sha256('b') || sha256('c') || sha256('d'), now()
        FROM seed WHERE i % 60 = 0
        """,
        _LOG_COLUMNS
        + """
        SELECT md5(told.type || i)::uuid::text, told.type, petition_id, told.version,
               replace(pg_temp.own(told.envelope, petition_id, case_id), told.id,
                       md5(told.type || i)::uuid::text),
               now() - interval '1 minute', now()
        FROM seed, seed_petition_event told WHERE i % 5 = 0 AND (NOT secret OR told.version = 1)
        """,
        _CASE_INBOX,
        """
        INSERT INTO progress
        SELECT petition_id, md5(type || i)::uuid::text, case_id, told.step, told.state, at,
               jsonb_build_object('unit', unit)
        FROM seed JOIN seed_step told ON told.step <= seed.step
        """,
        """
        INSERT INTO case_access
        SELECT petition_id, case_id, step, jsonb_build_array(unit) FROM seed
        """,
    ),
    "routing": (
        """
        INSERT INTO units (code, name, kind, parent, secret_lane)
        SELECT 'unit-' || n, '单位' || n, 'department', NULL, false
        FROM generate_series(0, {units} - 1) AS n ON CONFLICT DO NOTHING
        """,
        """
        INSERT INTO units (code, name, kind, parent, secret_lane)
        VALUES ('transport', '交通运输局', 'department', NULL, false)
        ON CONFLICT DO NOTHING
        """,
        """
        INSERT INTO cases
          (case_id, seq, case_no, version, state, petition_ids, petition_nos, channel, purpose,
           secret, historical, title, content, place, suggestion, category, lead_unit, co_units,
           clocks, next_due_at, wait_ends_at, report_due, reply, service_method, close_reason,
           received_at, opened_at, classified_at, forwarded_at, accepted_at, replied_at, served_at,
           closed_at, last_at)
        SELECT case_id, i, 'XS' || lpad((2 * 10^11 + i)::bigint::text, 12, '0'), step, state,
               jsonb_build_array(petition_id), jsonb_build_array('XF' || i), 'hotline', 'petition',
               secret, false, '路面坑洼积水（' || i || '）',
               '鹭洲一路' || i || '号附近' || repeat('路面坑洼积水，', 20), '鹭洲一路',
               '{"unit": "transport", "category": "transport.road", "words": ["路面"]}',
               CASE WHEN step > 1 THEN 'transport.road' END, CASE WHEN step > 1 THEN unit END, '[]',
               clocks, CASE WHEN step < 5 THEN due_at END,
               CASE WHEN state = 'served' THEN now() + interval '30 days' END,
               CASE WHEN step = 6 AND i % 3 = 0 THEN due_at::date END,
               CASE WHEN step > 4 THEN repeat('已安排养护人员修补路面。', 8) END, NULL,
               CASE WHEN step = 7 THEN 'served' END, at, at, at, at, at, at, at,
               CASE WHEN step = 7 THEN at END, at
        FROM seed JOIN seed_step USING (step)
        """,
        """
        UPDATE cases SET state =
          (ARRAY['objected', 'report_review', 'reviewing', 'review_decided'])[seed.i / 5 % 4 + 1]
        FROM seed WHERE cases.seq = seed.i AND seed.step = 4 AND seed.i % 5 = 2
        """,
        """
        INSERT INTO case_petitions (petition_id, case_id) SELECT petition_id, case_id FROM seed
        """,
        """
        INSERT INTO case_parts (case_id, unit, kind, state, asked_at)
        SELECT case_id, 'unit-' || (i + 1) % {units}, 'co', 'answered', at FROM seed
        WHERE i % 50 = 9 AND step > 3
        UNION ALL
        SELECT case_id, 'transport', 'co', 'asked', at FROM seed WHERE i % 10 = 9 AND step = 4
        """,
        """
        INSERT INTO opinions (case_id, level, round, version, kind, body, status, unit, drafted_by,
          drafted_at, submitted_at)
        SELECT case_id, 'handling', 1, 2, 'opinion', '{}', 'submitted', unit, 'handler', at, at
        FROM seed WHERE step = 4 AND i % 2 = 1
        """,
        """
        INSERT INTO case_accused (case_id, kind, who)
        SELECT case_id, 'account', 'account-' || i % 500 FROM seed WHERE secret
        """,
        """
        INSERT INTO case_access (case_id, account, granted_by, granted_at, reason)
        SELECT case_id, 'account-' || (i + 7) % 500, 'leader', at, '办理需要' FROM seed WHERE secret
        """,
        """
        INSERT INTO access_told (case_id, key_id, entries)
        SELECT case_id, '{key}', 2 FROM seed WHERE secret
        """,
        "INSERT INTO subject_versions SELECT case_id, step FROM seed",
        _LOG_COLUMNS
        + """
        SELECT md5(told.type || i)::uuid::text, told.type, case_id, told.step,
               pg_temp.own(told.envelope, petition_id, case_id), now() - interval '1 minute', now()
        FROM seed JOIN seed_step told ON told.step <= seed.step WHERE i % 5 = 0
        """,
        _PETITION_INBOX,
        _TEXT_INBOX,
    ),
    "supervision": (
        """
        INSERT INTO petitions
        SELECT petition_id, 1, 'XF' || i, at, at, false, secret, case_id FROM seed
        """,
        """
        INSERT INTO cases
        SELECT case_id, step, 'XS' || i, state, secret, 'transport.road',
               CASE WHEN step > 1 THEN unit END,
               pg_temp.own(header::text, petition_id, case_id)::jsonb
        FROM seed JOIN seed_step USING (step)
        """,
        _CASE_PETITIONS,
        """
        INSERT INTO clocks
        SELECT case_id, clock->>'id', clock->>'name', clock->>'basis', clock->>'kind',
               clock->>'start', clock->>'nominal_day', due_at::date, due_at, clock->>'state',
               clock->>'settled_at', false
        FROM seed JOIN seed_step USING (step), jsonb_array_elements(clocks) AS clock
        """,
        """
        INSERT INTO entries
        SELECT md5(type || i)::uuid::text, case_id, told.step, type,
               at + told.step * interval '1 hour', at, false, jsonb_build_object('lead_unit', unit)
        FROM seed JOIN seed_step told ON told.step <= seed.step
        """,
        _PETITION_INBOX,
        _CASE_INBOX,
    ),
    "satisfaction": (
        """
        INSERT INTO cases SELECT case_id, step, 'XS' || i, state, secret,
               CASE WHEN step > 1 THEN unit END
        FROM seed JOIN seed_step USING (step)
        """,
        _CASE_PETITIONS,
        """
        INSERT INTO evaluations
        SELECT md5(object || i)::uuid::text, case_id, petition_id, object, unit, at, 3, false,
               CASE WHEN step = 7 THEN 'recorded' ELSE 'open' END,
               CASE WHEN step = 7 THEN 'satisfied' END, NULL,
               CASE WHEN step = 7 THEN at END, false
        FROM seed, unnest(ARRAY['petition_office', 'handling_unit']) AS object
        WHERE step >= CASE object WHEN 'petition_office' THEN 3 ELSE 6 END
        """,
        _CASE_INBOX,
    ),
}


def make_room(stack: Stack) -> None:
    """Number the cases that services open from 100,000,001 on: the seeded ones are older."""
    with connect(stack, "routing") as database:
        database.execute("SELECT setval('case_seq', 100000000)")


def grow(place: Place, stack: Stack, *, have: int, want: int) -> None:
    """Add petitions number `have` + 1 to `want` to the databases of all four services."""
    if want <= have:
        return

    access_key = Marker.parse(stack.env["ACCESS_KEYS"]).key_id

    def fill(service: str) -> None:
        with connect(stack, service) as database:
            _fill(database, service, access_key, low=have + 1, high=want)

    # Two at a time: the machines this runs on have few cores.
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(fill, SEEDED))
    place.say(f"seeded {want:,} petitions and their cases")


def _fill(
    database: psycopg.Connection, service: str, access_key: str, *, low: int, high: int
) -> None:
    database.execute("SET statement_timeout = 0")
    database.execute("SET maintenance_work_mem = '512MB'")
    # Whatever a crash would take away here would only be seeded again.
    database.execute("SET synchronous_commit = off")
    plan = _PLAN.format(units=UNITS, ended=_ENDED.get(service, _ENDED_LATELY))
    database.execute(plan, [high, low, high])
    _plan_steps(database)
    with _bare(database):
        for statement in STATEMENTS[service]:
            database.execute(statement.replace("{units}", str(UNITS)).replace("{key}", access_key))
    database.execute("DROP TABLE seed, seed_step, seed_petition_event")
    database.execute("VACUUM ANALYZE")


def _plan_steps(database: psycopg.Connection) -> None:
    """Tables of the events of a life, to join with."""
    ids = {
        "petition_id": example(PETITION[0])["subject"],
        "case_id": example(CASE_LIFE[0])["subject"],
    }
    database.execute(_IDS.format(**ids))
    database.execute(_STEPS)
    for step, name in enumerate(CASE_LIFE, start=1):
        envelope = example(name)
        header = envelope["data"]["header"]
        values = (step, envelope["type"], header["state"], json.dumps(envelope, ensure_ascii=False))
        insert = "INSERT INTO seed_step VALUES (%s, %s, %s, %s, %s, %s)"
        shown = {key: value for key, value in header.items() if key != "clocks"}
        database.execute(insert, (*values, json.dumps(shown), json.dumps(header["clocks"])))
    database.execute(
        "CREATE UNLOGGED TABLE seed_petition_event (version int, id text, type text, envelope text)"
    )
    for version, name in enumerate(PETITION, start=1):
        envelope = example(name)
        values = (
            version,
            envelope["id"],
            envelope["type"],
            json.dumps(envelope, ensure_ascii=False),
        )
        database.execute("INSERT INTO seed_petition_event VALUES (%s, %s, %s, %s)", values)


@contextlib.contextmanager
def _bare(database: psycopg.Connection) -> Iterator[None]:
    """The tables without constraints and indexes, which are built anew afterwards: far faster.

    The outbox keeps its own: a partitioned table's cannot be taken off one by one.
    """
    constraints = database.execute(
        """
        SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid)
        FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
        WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('p', 'u', 'f')
          AND t.relname NOT LIKE 'outbox%' AND t.relname NOT IN ('units', 'alembic_version')
        ORDER BY c.contype = 'f' DESC
        """
    ).fetchall()
    for table, name, _ in constraints:
        gone = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
        database.execute(gone.format(sql.Identifier(table), sql.Identifier(name)))
    indexes = database.execute(
        """
        SELECT indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename NOT LIKE 'outbox%' AND tablename NOT LIKE 'seed%'
          AND tablename NOT IN ('units', 'alembic_version')
        """
    ).fetchall()
    for name, _ in indexes:
        database.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for _, definition in indexes:
        database.execute(definition)
    for table, name, definition in reversed(constraints):
        made = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} " + definition)
        database.execute(made.format(sql.Identifier(table), sql.Identifier(name)))
