"""Replay and rebuild: the producers' logs fill a reader again, and nothing counts twice."""

import datetime as dt

import pytest

from shared.bus import BusUnavailable, Message, Outcome
from shared.embedded import LocalBus
from shared.outbox import Replays
from shared.rebuild import rebuild
from shared.testing import emitted, handle_all, inbox_statuses


@pytest.fixture
def speaker(make_notes):
    return make_notes("intake")


@pytest.fixture
def reader(make_notes):
    return make_notes("routing")


@pytest.fixture
def local_bus(speaker, reader):
    return LocalBus({"intake": speaker.app, "routing": reader.app})


def run(local_bus, *all_notes):
    """Relay, handle and replay until nothing is left."""
    busy = True
    while busy:
        busy = False
        for notes in all_notes:
            busy |= notes.app.relay(local_bus).run_once() > 0
            busy |= notes.app.processor.run_once() > 0
            busy |= notes.app.replays(local_bus).run_once(batch=3) > 0


def texts(notes):
    return sorted(row.text for row in notes.rows())


def message(notes, subject, type_="note.written.v1", source="intake"):
    body = notes.heard(subject, type_=type_, source=source)
    return Message("id", type_, source, body)


def ask(speaker, *, since=None, reader="routing", replay_id="r1", types=("note.written.v1",)):
    with speaker.app.db.write() as session:
        Replays.ask(
            session, ground=speaker.app.service.ground, replay_id=replay_id, reader=reader,
            types=types, since=since, now=speaker.clock.now(),
        )  # fmt: skip


def test_the_local_bus_brings_an_event_to_its_readers_inbox(local_bus, reader):
    assert local_bus.publish([message(reader, "a")]) == [Outcome.ACKED]
    assert inbox_statuses(reader.app) == {"pending": 1}


def test_the_local_bus_returns_what_nobody_hears(local_bus, reader):
    outcomes = local_bus.publish(
        [message(reader, "a", type_="note.painted.v1"), message(reader, "b", source="routing")]
    )
    assert outcomes == [Outcome.RETURNED, Outcome.RETURNED]
    assert inbox_statuses(reader.app) == {}


def test_the_local_bus_brings_a_replay_to_one_reader_only(local_bus, speaker, reader):
    assert local_bus.publish([message(reader, "a")], queue="routing.inbox") == [Outcome.ACKED]
    assert local_bus.publish([message(reader, "a")], queue="nobody.inbox") == [Outcome.RETURNED]
    assert (inbox_statuses(speaker.app), inbox_statuses(reader.app)) == ({}, {"pending": 1})


def test_an_event_travels_from_outbox_to_handler_and_carries_its_correlation(
    local_bus, speaker, reader
):
    speaker.say("a", text="一")
    run(local_bus, speaker, reader)
    assert texts(reader) == ["一"]
    assert speaker.outbox()[0].published_at is not None


def test_a_replay_sends_what_was_sent_and_nothing_counts_twice(local_bus, speaker, reader):
    speaker.say(*"abcdefgh")
    run(local_bus, speaker, reader)
    ask(speaker)
    run(local_bus, speaker, reader)
    assert texts(reader) == sorted("abcdefgh")
    assert inbox_statuses(reader.app) == {"done": 8}


def test_a_replay_fills_an_empty_reader_in_order(speaker, reader, bus):
    speaker.say(*"aabbabc")
    for n in range(2):
        ask(speaker, replay_id=f"r{n}")
    replays = speaker.app.replays(bus)
    sent = [replays.run_once(batch=3) for _ in range(8)]
    assert sent == [3, 3, 1, 3, 3, 1, 0, 0]
    assert bus.queues == {"routing.inbox"}
    assert [m.event_id for m in bus.sent] == [row.event_id for row in speaker.outbox()] * 2


def test_a_replay_keeps_to_its_time_and_types(speaker, reader, bus):
    speaker.say("old")
    speaker.clock.advance(days=1)
    speaker.say("new")
    speaker.say("shelved", type_="note.shelved.v1")
    ask(speaker, since=speaker.clock.now() - dt.timedelta(hours=1))
    speaker.say("later")
    speaker.app.replays(bus).run_once()
    assert [m.event_id for m in bus.sent] == [speaker.outbox()[1].event_id]


@pytest.mark.parametrize("answer", [Outcome.NACKED, Outcome.UNKNOWN])
def test_a_replay_that_is_not_acknowledged_goes_again_from_where_it_was(speaker, bus, answer):
    speaker.say(*"abcd")
    ask(speaker)
    replays = speaker.app.replays(bus)
    replays.run_once(batch=2)
    bus.answer = lambda _message: answer
    with pytest.raises(BusUnavailable):
        replays.run_once(batch=2)
    bus.answer = lambda _message: Outcome.ACKED
    bus.sent.clear()
    assert [replays.run_once(batch=3), replays.run_once(batch=3)] == [2, 0]
    assert [m.event_id for m in bus.sent] == [row.event_id for row in speaker.outbox()][2:]


def test_a_replay_whose_reader_has_no_queue_yet_waits_and_holds_up_no_other(speaker, bus):
    speaker.say(*"ab")
    ask(speaker, replay_id="early", reader="sync-municipal")
    speaker.clock.advance(seconds=1)
    ask(speaker, replay_id="late", reader="routing")
    bus.undeclared = {"sync-municipal.inbox"}
    replays = speaker.app.replays(bus)
    assert [replays.run_once(), replays.run_once()] == [2, 0]
    bus.undeclared.clear()
    assert replays.run_once() == 2


def test_asking_the_same_replay_twice_sends_it_once(speaker, bus):
    speaker.say("a")
    ask(speaker)
    ask(speaker)
    replays = speaker.app.replays(bus)
    assert [replays.run_once(), replays.run_once()] == [1, 0]


def test_a_rebuild_ends_equal(local_bus, speaker, reader):
    speaker.say(*"abcdefgh")
    run(local_bus, speaker, reader)
    before = texts(reader)
    assert rebuild(reader.app) == ["note.written.v1"]
    assert texts(reader) == []
    run(local_bus, speaker, reader)
    assert texts(reader) == before
    assert len(emitted(reader.app, "replay.requested.v1")) == 1
    assert set(inbox_statuses(reader.app)) == {"done"}


def test_a_rebuild_while_events_arrive_loses_none_and_doubles_none(local_bus, speaker, reader):
    speaker.say(*"abcd")
    run(local_bus, speaker, reader)
    speaker.say(*"efgh")
    speaker.app.relay(local_bus).run_once()
    rebuild(reader.app)
    speaker.say(*"ijkl")
    run(local_bus, speaker, reader)
    assert texts(reader) == sorted("abcdefghijkl")


def test_a_rebuild_of_a_service_without_projections_does_nothing(reader):
    reader.app.service.subscriptions.rows[:] = [
        row for row in reader.app.service.subscriptions.rows if not row.projection
    ]
    assert rebuild(reader.app) == []
    assert emitted(reader.app) == []


def test_a_request_for_events_that_a_service_never_emits_is_not_kept(reader, speaker):
    body = speaker.heard(
        "replay-routing", type_="replay.requested.v1", source="routing",
        data={"to": "routing", "types": ["other.v1"], "since": None},
    )  # fmt: skip
    speaker.app.inbox.store([body])
    handle_all(speaker.app)
    assert speaker._rows(speaker.app.service.ground.replays, "replay_id") == []
