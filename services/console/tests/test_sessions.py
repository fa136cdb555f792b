"""Sessions: how long they last, what the database tells of them, and that a crash loses none."""

import contextlib
import datetime as dt

import pytest
import sqlalchemy as sa
from conftest import sign_in
from cryptography.exceptions import InvalidTag
from town import Town

from console import models, use_cases
from console.service import SERVICE
from shared.after_restore import after_restore
from shared.clock import FixedClock
from shared.testing import MORNING, make_app

HOLDS = {"account": "li.na", "token": "the-token-that-services-take"}
IDLE = dt.timedelta(minutes=30)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


class Book:
    """The sessions of a console on a database of its own, at a time that the test moves."""

    def __init__(self, app) -> None:
        self.app = app

    @property
    def now(self):
        return self.app.clock.now()

    def open(self, *, lasts=10 * HOUR, kind=use_cases.STAFF):
        with self.app.db.write() as session:
            return use_cases.open_session(
                session, kind=kind, holds=HOLDS, now=self.now, ends_at=self.now + lasts, idle=IDLE
            )

    def find(self, key, kind=use_cases.STAFF):
        with self.app.db.read() as session:
            return use_cases.find_session(session, kind=kind, key=key, now=self.now, idle=IDLE)

    def note(self, key):
        with self.app.db.write() as session:
            use_cases.note_seen(session, key=key, now=self.now)

    def rows(self):
        with self.app.db.read() as session:
            return session.execute(sa.select(models.sessions)).all()

    def wait(self, span):
        self.app.clock.advance(seconds=span.total_seconds())


@pytest.fixture
def book(tmp_path):
    app = make_app(SERVICE, tmp_path, clock=FixedClock(MORNING))
    yield Book(app)
    app.close()


def test_a_session_holds_what_it_was_opened_with(book):
    kept, to_note = book.find(book.open())
    assert kept.holds == HOLDS
    assert not to_note


def test_a_session_in_which_nothing_is_done_ends_after_the_idle_time(book):
    key = book.open()
    book.wait(IDLE - MINUTE)
    assert book.find(key)[0]
    book.wait(MINUTE)
    assert book.find(key) == (None, False)


def test_a_session_that_is_used_goes_on_and_ends_at_its_time_all_the_same(book):
    key = book.open(lasts=2 * HOUR)
    for _ in range(5):
        book.wait(20 * MINUTE)
        kept, to_note = book.find(key)
        assert kept
        assert to_note
        book.note(key)
    book.wait(20 * MINUTE)
    assert book.find(key)[0] is None


def test_a_citizens_session_is_none_of_staff_and_a_made_up_key_none_at_all(book):
    key = book.open(kind=use_cases.CITIZEN)
    assert book.find(key)[0] is None
    assert book.find(key, use_cases.CITIZEN)[0]
    assert book.find("made-up")[0] is None
    assert book.find("")[0] is None


def test_who_reads_the_database_finds_neither_key_nor_token_nor_name(book):
    key = book.open()
    [row] = book.rows()
    raw = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    for secret in (key, HOLDS["token"], HOLDS["account"]):
        assert secret.encode() not in raw


def test_a_row_put_under_another_key_does_not_open(book):
    key = book.open()
    other = book.open()
    sealed = {row.sealed for row in book.rows()}
    assert len(sealed) == 2
    for one in sealed:
        with book.app.db.write() as session:
            session.execute(sa.update(models.sessions).values(sealed=one))
        opened = 0
        for tried in (key, other):
            with contextlib.suppress(InvalidTag):
                opened += bool(book.find(tried)[0])
        assert opened == 1


def test_what_has_ended_is_swept_when_others_begin(book):
    idle, short = book.open(), book.open(lasts=MINUTE)
    book.wait(2 * MINUTE)
    running = book.open()
    assert len(book.rows()) == 2
    book.wait(IDLE - 2 * MINUTE)
    book.note(running)
    book.open()
    assert len(book.rows()) == 2
    assert book.find(running)[0]
    assert [book.find(key)[0] for key in (idle, short)] == [None, None]


def test_a_session_ended_by_hand_is_gone(book):
    key = book.open()
    with book.app.db.write() as session:
        use_cases.end_session(session, key=key)
    assert book.find(key)[0] is None
    assert book.rows() == []


def test_whoever_is_signed_in_still_is_after_the_system_was_killed(tmp_path, chromium):
    with Town(tmp_path / "killed") as town:
        context = chromium.new_context(base_url=town.base)
        context.set_default_timeout(60_000)
        page = context.new_page()
        sign_in(page, town, "dispatcher")
        town.kill()
        town.start()
        page.goto("/office/cases")
        assert page.get_by_role("heading", level=1).inner_text() == "信访事项"
        context.close()


def test_a_restored_console_asks_nobody_for_anything(tmp_path):
    app = make_app(SERVICE, tmp_path)
    done = after_restore(app, to=MORNING - HOUR)
    assert done.types == []
    with app.db.read() as session:
        assert session.execute(sa.select(models.ground.outbox)).first() is None
    app.close()
