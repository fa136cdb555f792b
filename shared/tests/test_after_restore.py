"""After a restore: no number is handed out twice, and what was on its way arrives again."""

import datetime as dt

import pytest

from shared.after_restore import after_restore, numbers_passed
from shared.bus import Outcome
from shared.db import next_numbers
from shared.embedded import LocalBus
from shared.testing import MORNING, handle_all


@pytest.fixture
def speaker(make_notes):
    return make_notes("intake")


@pytest.fixture
def reader(make_notes):
    return make_notes("routing")


def run(*all_notes):
    """Relay, handle and replay until nothing is left."""
    bus = LocalBus({notes.app.service.name: notes.app for notes in all_notes})
    busy = True
    while busy:
        busy = False
        for notes in all_notes:
            busy |= notes.app.relay(bus).run_once() > 0
            busy |= notes.app.processor.run_once() > 0
            busy |= notes.app.replays(bus).run_once() > 0


class Gone:
    """A bus whose queues are purged: it takes everything and brings nothing."""

    def publish(self, messages, *, queue=None, timeout=20.0):
        return [Outcome.ACKED] * len(messages)

    def close(self):
        """Nothing to close."""


def texts(notes):
    return sorted(row.text for row in notes.rows())


def test_what_was_on_its_way_arrives_again_and_once(speaker, reader):
    speaker.say("a")
    run(speaker, reader)
    speaker.say("b")
    speaker.app.relay(Gone()).run_once()
    handle_all(reader.app)
    assert texts(reader) == ["a"]
    after_restore(reader.app, to=MORNING)
    run(speaker, reader)
    assert texts(reader) == ["a", "b"]


def test_only_the_last_hours_are_asked_for(speaker, reader):
    speaker.say("old")
    speaker.app.relay(Gone()).run_once()
    for notes in (speaker, reader):
        notes.clock.advance(hours=30)
    speaker.say("new")
    speaker.app.relay(Gone()).run_once()
    after_restore(reader.app, to=reader.clock.now())
    run(speaker, reader)
    assert texts(reader) == ["new"]
    after_restore(reader.app, to=reader.clock.now(), republished=dt.timedelta(hours=31))
    run(speaker, reader)
    assert texts(reader) == ["new", "old"]


def test_numbers_go_on_behind_those_that_may_have_been_handed_out(speaker):
    with speaker.app.db.write() as session:
        (before,) = next_numbers(session, "note_seq")
    speaker.clock.advance(hours=1)
    after_restore(speaker.app, to=MORNING)
    with speaker.app.db.write() as session:
        (after,) = next_numbers(session, "note_seq")
    assert after == before + 1 + numbers_passed(to=MORNING, now=speaker.clock.now())
    assert after > before + 10_000


def test_a_second_restore_to_an_even_earlier_time_ends_behind_the_first():
    """5 numbers a second were used all the time; nothing of the first restore is known."""

    def at(hours):
        return MORNING + dt.timedelta(hours=hours)

    def used(since, until):
        return round(5 * 3600 * (until - since))

    behind_first = used(0, 4) + numbers_passed(to=at(4), now=at(6)) + used(6, 9)
    behind_second = used(0, 2) + numbers_passed(to=at(2), now=at(9))
    assert behind_second >= behind_first


def test_a_time_that_has_not_come_is_refused(speaker):
    with pytest.raises(ValueError, match="still to come"):
        after_restore(speaker.app, to=speaker.clock.now() + dt.timedelta(seconds=1))
    assert speaker.outbox() == []
