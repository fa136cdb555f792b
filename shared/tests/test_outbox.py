"""The outbox: what was committed is sent, in order, and marked only when the bus has it."""

import json
import uuid
from dataclasses import replace

import marshmallow as ma
import pytest
import sqlalchemy as sa
from prometheus_client import generate_latest

from shared.bus import BusUnavailable, Outcome
from shared.outbox import emit
from shared.testing import emitted


class Regret(Exception):
    """What makes a transaction roll back."""


def relay(notes, bus, *, most=1000):
    """Relay until nothing is left that may go now."""
    worker = notes.app.relay(bus)
    for _ in range(most):
        if not worker.run_once():
            return
    raise AssertionError("the relay goes on for ever")


def pending(notes):
    return [row.subject for row in notes.outbox() if row.published_at is None]


def sent(bus):
    return [json.loads(message.body)["subject"] for message in bus.sent]


def sent_versions(bus, subject):
    told = [json.loads(message.body) for message in bus.sent]
    return [event["subjectversion"] for event in told if event["subject"] == subject]


def test_an_event_is_there_if_and_only_if_its_transaction_committed(notes):
    with pytest.raises(Regret), notes.app.db.write() as session:
        notes.emit(session, "a")
        raise Regret
    assert emitted(notes.app) == []
    notes.say("a")
    assert [event["subjectversion"] for event in emitted(notes.app)] == [1]


def test_an_envelope_is_a_cloudevent_with_this_systems_attributes(notes):
    notes.say("a", text="一")
    (event,) = emitted(notes.app)
    assert event["specversion"] == "1.0"
    assert uuid.UUID(event["id"]).version == 4
    assert (event["source"], event["type"]) == ("/routing", "note.written.v1")
    assert event["correlationid"] == event["id"]
    assert (event["causationid"], event["historical"]) == (None, False)
    assert event["time"] == event["recordedtime"] == "2026-03-02T01:30:00.000000Z"
    assert event["data"] == {"text": "一"}


def test_an_event_that_does_not_fit_its_schema_is_refused_before_it_is_written(notes):
    with pytest.raises(ma.ValidationError), notes.app.db.write() as session:
        notes.emit(session, "a")
        written = notes.app.service.events["note.written.v1"]
        emit(session, written, subject="a", data={}, time=notes.clock.now())
    assert emitted(notes.app) == []


def test_a_retired_type_is_emitted_no_more(notes):
    written = replace(notes.app.service.events["note.written.v1"], retired=True)
    with pytest.raises(ValueError, match="retired"), notes.app.db.write() as session:
        emit(session, written, subject="a", data={"text": "一"}, time=notes.clock.now())
    assert emitted(notes.app) == []


def test_versions_have_no_gaps_under_eight_threads(notes, together):
    def work(thread):
        for turn in range(6):
            try:
                with notes.app.db.write() as session:
                    for subject in ("a", "b", f"own-{thread}"):
                        notes.emit(session, subject)
                    if turn % 3 == 2:
                        raise Regret
            except Regret:
                continue

    together([lambda thread=thread: work(thread) for thread in range(8)])
    versions = {}
    for row in notes.outbox():
        versions.setdefault(row.subject, []).append(row.subject_version)
    assert versions["a"] == versions["b"] == list(range(1, 8 * 4 + 1))
    assert all(versions[f"own-{thread}"] == [1, 2, 3, 4] for thread in range(8))


def test_the_relay_keeps_each_subject_in_order_and_sends_everything_once(make_notes, bus):
    notes = make_notes(RELAY_BATCH="7")
    for turn in range(10):
        notes.say(*"abcabcd", text=f"{turn}")
    relay(notes, bus)
    assert pending(notes) == []
    assert sent_versions(bus, "a") == list(range(1, 21))
    assert sent_versions(bus, "d") == list(range(1, 11))
    assert len({message.event_id for message in bus.sent}) == len(bus.sent) == 70
    assert {message.routing_key for message in bus.sent} == {"routing.note.written.v1"}


def test_no_batch_has_two_events_of_a_subject(notes, bus):
    notes.say(*"aabab")
    assert notes.app.relay(bus).run_once() == 2
    assert sent(bus) == ["a", "b"]


@pytest.mark.parametrize("outcome", [Outcome.NACKED, Outcome.RETURNED, Outcome.UNKNOWN])
def test_what_was_not_acknowledged_is_not_marked(notes, bus, outcome):
    notes.say("a", "b")
    bus.answer = lambda message: outcome if b'"subject":"a"' in message.body else Outcome.ACKED
    relay(notes, bus)
    assert pending(notes) == ["a"]
    row = notes.outbox()[0]
    assert (row.attempts, row.last_error) == (1, outcome.value)


def test_what_was_not_acknowledged_goes_again_after_a_wait(notes, bus):
    notes.say("a")
    bus.answer = lambda _message: Outcome.NACKED
    relay(notes, bus)
    bus.answer = lambda _message: Outcome.ACKED
    relay(notes, bus)
    assert pending(notes) == ["a"]
    notes.clock.advance(seconds=1)
    relay(notes, bus)
    assert pending(notes) == []
    assert sent(bus) == ["a", "a"]


@pytest.mark.parametrize("outcome", [Outcome.NACKED, Outcome.UNKNOWN])
def test_a_subject_waits_for_its_own_unconfirmed_event(notes, bus, outcome):
    notes.say("a", "a", "b", "b")
    first = {"a": 2}

    def answer(message):
        subject = json.loads(message.body)["subject"]
        first[subject] = first.get(subject, 0) - 1
        return outcome if first[subject] > 0 else Outcome.ACKED

    bus.answer = answer
    relay(notes, bus)
    assert pending(notes) == ["a", "a"]
    notes.clock.advance(seconds=1)
    relay(notes, bus)
    assert sent_versions(bus, "a") == [1, 1, 2]
    assert sent_versions(bus, "b") == [1, 2]
    assert pending(notes) == []


def test_returned_events_starve_neither_other_subjects_nor_their_own(make_notes, bus):
    notes = make_notes(RELAY_BATCH="5")
    notes.say(*[f"unheard-{n}" for n in range(60)])
    notes.say("unheard-0", "good", type_="note.written.v1", text="heard")
    bus.answer = lambda m: Outcome.ACKED if b'"heard"' in m.body else Outcome.RETURNED
    for _ in range(20):
        notes.app.relay(bus).run_once()
    assert len(pending(notes)) == 60
    assert [row.subject for row in notes.outbox() if row.published_at] == ["unheard-0", "good"]


def test_a_returned_event_is_sent_once_it_has_a_reader(notes, bus):
    notes.say("a")
    bus.answer = lambda _message: Outcome.RETURNED
    relay(notes, bus)
    bus.answer = lambda _message: Outcome.ACKED
    notes.clock.advance(minutes=2)
    relay(notes, bus)
    assert pending(notes) == []


def test_an_optional_event_that_nobody_hears_is_done(notes, bus):
    notes.say("a", type_="note.shelved.v1")
    bus.answer = lambda _message: Outcome.RETURNED
    relay(notes, bus)
    assert pending(notes) == []


@pytest.mark.parametrize("error", [BusUnavailable("away"), ConnectionError("cut")])
def test_when_the_bus_is_away_nothing_is_marked_and_nothing_lost(notes, bus, error):
    notes.say("a", "b")
    bus.away = error
    with pytest.raises(type(error)):
        notes.app.relay(bus).run_once()
    assert pending(notes) == ["a", "b"]
    assert [row.attempts for row in notes.outbox()] == [0, 0]
    bus.away = None
    relay(notes, bus)
    assert sent(bus) == ["a", "b"]


def test_the_wait_grows_and_is_never_longer_than_a_minute(notes, bus):
    notes.say("a")
    bus.answer = lambda _message: Outcome.NACKED
    waits = []
    for _ in range(15):
        relay(notes, bus)
        waits.append((notes.outbox()[0].next_attempt_at - notes.clock.now()).total_seconds())
        notes.clock.at = notes.outbox()[0].next_attempt_at
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (0.2, 60.0)


def test_what_the_bus_said_is_counted(notes, bus):
    notes.say("a", "b")
    bus.answer = lambda m: Outcome.NACKED if b'"subject":"a"' in m.body else Outcome.ACKED
    relay(notes, bus)
    text = generate_latest(notes.app.instruments.registry).decode()
    for result in ("acked", "nacked"):
        labels = f'result="{result}",service="routing",type="note.written.v1"'
        assert f"outbox_published_total{{{labels}}} 1.0" in text


@pytest.mark.servers
def test_of_two_relays_only_one_works_at_a_time(make_notes, postgres_url, bus):
    notes = make_notes(database_url=postgres_url)
    twin = notes.app.relay(bus)
    notes.say("a")
    seen = []

    def meanwhile(message):
        seen.append(twin.run_once())
        return Outcome.ACKED

    bus.answer = meanwhile
    notes.app.relay(bus).run_once()
    assert seen == [0]
    assert sent(bus) == ["a"]


def test_the_pending_rows_are_found_by_a_partial_index(make_notes):
    notes = make_notes()
    with notes.app.db.read() as session:
        plan = session.execute(
            sa.text(
                "EXPLAIN QUERY PLAN SELECT subject FROM outbox "
                "WHERE published_at IS NULL AND next_attempt_at > '2026'"
            )
        ).all()
    assert "outbox_failed" in str(plan)
