"""The inbox: each event once, one bad event stops nobody, and nothing is dropped unseen."""

import hashlib
import json

import marshmallow as ma
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts import Undecodable, parse_envelope
from shared.inbox import discard_unreadable, reprocess
from shared.testing import inbox_statuses, make_event
from shared.worker import housekeeping, run_job

BAD_BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "a text": b'"x"',
    "not UTF-8": b"\xff\xfe{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "NUL": b'{"a": "\x00"}',
    "no attributes": b"{}",
    "deep": b"[" * 100_000,
    "a huge number": b'{"subjectversion": ' + b"9" * 5000 + b"}",
    "a surrogate in UTF-8": b'{"id": "\xed\xa0\x80"}',
}
BAD_ATTRIBUTES = [
    {"specversion": "2.0"},
    {"source": "intake"},
    {"source": "/INTAKE"},
    {"id": ""},
    {"id": "\0"},
    {"id": "\ud800"},
    {"id": "x" * 101},
    {"subject": "\ud800"},
    {"subject": "a\nb"},
    {"subject": 7},
    {"type": "\0.v1"},
    {"subjectversion": "1"},
    {"subjectversion": 2**31},
    {"subjectversion": -1},
    {"subjectversion": 1.5},
    {"time": "2026-03-02T09:30:00"},
    {"time": "0001-01-01T00:00:00+23:59"},
    {"time": "soon"},
    {"recordedtime": "9999-12-31T23:59:59-23:59"},
    {"data": []},
    {"data": None},
]


class Trouble(Exception):
    """What a handler fails with."""


def statuses(notes):
    return [row.status for row in notes.inbox()]


def fail_on(*texts, error=None):
    """A handler that cannot stand these texts."""

    def behave(event):
        if event.data["text"] in texts:
            raise error or Trouble("cannot stand it")

    return behave


def test_an_event_is_handled_once_however_often_it_arrives(notes):
    body = notes.heard("a")
    notes.hear(body, body)
    notes.hear(body)
    notes.app.inbox.store([body] * 5)
    assert notes.handled == [("a", 1)]
    assert len(notes.rows()) == 1
    assert statuses(notes) == ["done"]


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_is_no_envelope_is_kept_dead_under_its_sha256(notes, body):
    notes.hear(body, notes.heard("a"), body)
    assert sorted(statuses(notes)) == ["dead", "done"]
    dead = next(row for row in notes.inbox() if row.status == "dead")
    assert dead.event_id == hashlib.sha256(body).hexdigest()
    assert dead.last_error
    assert notes.handled == [("a", 1)]


@pytest.mark.parametrize("change", BAD_ATTRIBUTES, ids=str)
def test_an_envelope_with_a_wrong_attribute_is_dead_and_stops_nobody(notes, change):
    body = json.dumps(json.loads(notes.heard("b")) | change).encode()
    notes.hear(body, notes.heard("a"))
    assert sorted(statuses(notes)) == ["dead", "done"]
    assert notes.handled == [("a", 1)]


@given(st.one_of(st.binary(max_size=200), st.dictionaries(st.text(), st.text()).map(json.dumps)))
def test_a_body_is_an_envelope_or_undecodable_and_never_another_error(body):
    with pytest.raises(Undecodable):
        parse_envelope(body)


@given(st.data())
def test_a_mangled_envelope_is_read_or_undecodable_and_never_another_error(data):
    good = json.loads(make_event("intake", "note.written.v1", subject="a", data={}))
    name = data.draw(st.sampled_from(sorted(good)))
    junk = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    )
    body = json.dumps(good | {name: data.draw(junk)}).encode()
    try:
        parse_envelope(body)
    except Undecodable:
        return


def test_a_type_that_this_version_does_not_know_waits_for_one_that_does(notes):
    notes.hear(notes.heard("a", type_="note.painted.v1"), notes.heard("b"))
    assert statuses(notes) == ["done", "unknown"] or statuses(notes) == ["unknown", "done"]
    assert notes.app.inbox.wake_unknown() == 0
    notes.app.service.subscriptions.on(
        "note.painted.v1", from_="intake", reads=notes.app.service.subscriptions.rows[0].reads
    )(lambda event, *, session, clock: notes.handled.append(event.type))
    assert notes.app.inbox.wake_unknown() == 1
    notes.hear()
    assert notes.handled == [("b", 1), "note.painted.v1"]


def test_a_known_type_from_a_service_that_we_do_not_hear_is_unknown(notes):
    notes.hear(notes.heard("a", source="supervision"))
    assert statuses(notes) == ["unknown"]


def test_a_poison_event_lets_the_others_of_its_batch_through(notes):
    notes.behave = fail_on("poison")
    bodies = [notes.heard(f"s{n}") for n in range(5)]
    notes.hear(*bodies[:2], notes.heard("p", text="poison"), *bodies[2:])
    assert inbox_statuses(notes.app) == {"done": 5, "pending": 1}
    assert len(notes.rows()) == 5
    poison = next(row for row in notes.inbox() if row.status == "pending")
    assert poison.attempts == 1
    assert "Trouble" in poison.last_error


def test_a_poison_event_holds_only_its_own_subject(notes):
    notes.behave = fail_on("poison")
    notes.hear(notes.heard("p", text="poison"), notes.heard("p", version=2), notes.heard("q"))
    notes.hear(notes.heard("p", version=3), notes.heard("q", version=2))
    assert [subject for subject, _ in notes.handled] == ["q", "q"]
    notes.behave = lambda _event: None
    notes.clock.advance(seconds=1)
    notes.hear()
    assert notes.handled[2:] == [("p", 1), ("p", 2), ("p", 3)]


def test_a_poison_event_backs_off_and_dies_and_its_subject_goes_on(make_notes):
    notes = make_notes(HANDLER_ATTEMPTS="4", HANDLER_BACKOFF_MOST_SECONDS="3")
    notes.behave = fail_on("poison")
    notes.hear(notes.heard("p", text="poison"), notes.heard("p", version=2))
    waits = []
    while notes.inbox()[0].status == "pending":
        due = notes.inbox()[0].next_attempt_at
        waits.append((due - notes.clock.now()).total_seconds())
        notes.hear()
        assert notes.inbox()[0].attempts == len(waits)
        notes.clock.at = due
        notes.hear()
    assert waits == [1, 2, 3]
    assert statuses(notes) == ["dead", "done"]
    assert notes.inbox()[0].attempts == 4


def test_a_dead_event_runs_again_when_asked_and_no_other(make_notes):
    notes = make_notes(HANDLER_ATTEMPTS="1")
    notes.behave = fail_on("poison")
    notes.hear(*[notes.heard(name, text="poison") for name in "pq"])
    notes.behave = lambda _event: None
    first = notes.inbox()[0]
    with notes.app.db.write() as session:
        assert reprocess(session, notes.app.service.ground, seq=first.seq) == 1
    notes.hear()
    assert notes.handled == [("p", 1)]
    assert statuses(notes) == ["done", "dead"]


def test_dead_events_run_again_in_version_order(make_notes):
    notes = make_notes(HANDLER_ATTEMPTS="1")
    notes.behave = fail_on("poison")
    arrived = [("p", 3), ("q", 1), ("p", 1), ("p", 2), ("q", 2)]
    for subject, version in arrived:
        notes.hear(notes.heard(subject, text="poison", version=version))
    notes.behave = lambda _event: None
    with notes.app.db.write() as session:
        assert reprocess(session, notes.app.service.ground) == 5
    notes.hear()
    assert [v for s, v in notes.handled if s == "p"] == [1, 2, 3]
    assert [v for s, v in notes.handled if s == "q"] == [1, 2]
    assert inbox_statuses(notes.app) == {"done": 5}


def test_a_body_that_is_no_envelope_is_never_run_again_but_can_be_put_away(notes):
    notes.hear(b"noise")
    with notes.app.db.write() as session:
        ground = notes.app.service.ground
        assert reprocess(session, ground) == 0
        assert discard_unreadable(session, ground, seq=notes.inbox()[0].seq) == 1
    assert statuses(notes) == ["done"]


@pytest.mark.parametrize(
    "data", [{}, {"text": 7}, {"text": None}], ids=["missing", "wrong type", "null"]
)
def test_an_event_that_lacks_what_its_reader_needs_is_dead_at_once(notes, data):
    notes.hear(notes.heard("a", data=data), notes.heard("b"))
    assert sorted(statuses(notes)) == ["dead", "done"]
    dead = next(row for row in notes.inbox() if row.status == "dead")
    assert (dead.attempts, dead.last_error) == (1, "not what the reader needs: ['text']")


def test_a_handler_that_emits_nonsense_makes_its_event_dead_at_once(notes):
    notes.behave = fail_on("bad", error=ma.ValidationError({"text": ["bad"]}))
    notes.hear(notes.heard("a", text="bad"))
    assert statuses(notes) == ["dead"]


def test_a_database_that_is_away_counts_against_no_event(notes):
    gone = sa.exc.OperationalError("SELECT", {}, Exception("server closed the connection"))
    notes.behave = fail_on("a", error=gone)
    notes.app.inbox.store([notes.heard("a"), notes.heard("b")])
    for _ in range(20):
        with pytest.raises(sa.exc.OperationalError):
            notes.app.processor.run_once()
    assert [(row.status, row.attempts) for row in notes.inbox()] == [("pending", 0)] * 2
    notes.behave = lambda _event: None
    notes.hear()
    assert statuses(notes) == ["done", "done"]


def test_a_mistaken_statement_is_the_handlers_fault_and_stops_nobody(notes):
    def behave(event):
        if event.subject == "a":
            with notes.app.db.read() as session:
                session.execute(sa.text("SELECT nothing FROM nowhere"))

    notes.behave = behave
    notes.hear(notes.heard("a"), notes.heard("b"))
    assert inbox_statuses(notes.app) == {"pending": 1, "done": 1}


def test_what_a_failed_handler_wrote_and_emitted_is_gone(notes):
    notes.behave = fail_on("poison")
    notes.hear(notes.heard("a", text="first"), notes.heard("b", text="poison"))
    assert [row.text for row in notes.rows()] == ["first"]


def test_a_batch_handler_gets_the_events_of_each_subject_in_order(make_notes):
    notes = make_notes(PROCESS_BATCH="4")
    bodies = [notes.heard(s, version=v) for v in range(1, 6) for s in "ab"]
    notes.hear(*bodies)
    assert [v for s, v in notes.handled if s == "a"] == [1, 2, 3, 4, 5]
    assert [v for s, v in notes.handled if s == "b"] == [1, 2, 3, 4, 5]


def test_the_envelopes_of_handled_events_are_forgotten_after_a_week_and_their_ids_never(notes):
    body = notes.heard("a")
    notes.hear(body)
    notes.clock.advance(days=8)
    assert all(run_job(notes.app, job) for job in housekeeping(notes.app)[:2])
    assert notes.inbox()[0].envelope is None
    notes.hear(body)
    assert notes.handled == [("a", 1)]


@pytest.mark.servers
def test_of_two_processors_only_one_works_at_a_time(make_notes, postgres_url):
    notes = make_notes(database_url=postgres_url)
    seen = []
    notes.behave = lambda _event: seen.append(notes.app.processor.run_once())
    notes.hear(notes.heard("a"))
    assert seen == [0]
    assert len(notes.rows()) == 1
