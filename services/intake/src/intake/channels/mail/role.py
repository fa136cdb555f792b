"""The role `mail`: reads every mailbox of MAIL_BOXES, each in a thread of its own.

    lease -> sign in -> ids -> sizes, a page at a time -> fetch, handle, move, one by one

One process reads a mailbox at a time; another takes it over when the lease ends. A server that is
away holds up its own mailbox alone, and intake being away everything, with nothing lost.
"""

import datetime as dt
import logging
import ssl
import threading
import time
import uuid

from intake import use_cases
from intake.channels.mail import mailbox
from intake.channels.mail.handling import Handler, IntakeMisread
from intake.channels.mail.mailbox import Connection, Place, read_places
from intake.channels.mail.metrics import MailMetrics
from intake.channels.office import Office, Stopped, read_account
from intake.settings import Settings
from shared.service import App
from shared.settings import BadSettings
from shared.worker import repeat

log = logging.getLogger(__name__)


def mail(app: App, stop: threading.Event) -> None:
    """Fetch e-mail from MAIL_BOXES and register it at MAIL_INTAKE_URL until `stop` is set."""
    s = app.settings
    if not s.mail_boxes:
        log.info("MAIL_BOXES is empty: no mailbox is read")
        stop.wait()
        return
    places, account, tls = check_mail(s)
    metrics = MailMetrics(app.instruments.registry, (place.name for place in places))
    office = Office(
        url=s.mail_intake_url,
        token_url=s.mail_token_url,
        account=account,
        seconds=s.mail_timeout_seconds,
        stop=stop,
    )
    ours = own_addresses(s, places)
    threads = []
    for place in places:
        handler = Handler(app=app, office=office, place=place, ours=ours)
        reader = Reader(handler, tls=tls, metrics=metrics, stop=stop)
        threads.append(threading.Thread(target=reader.run, name=f"mail {place.name}", daemon=True))
    for thread in threads:
        thread.start()
    app.loops.extend(threads)
    stop.wait()
    app.loops.clear()
    deadline = time.monotonic() + s.drain_seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    office.close()


def check_mail(
    settings: Settings,
) -> tuple[tuple[Place, ...], dict[str, str], ssl.SSLContext]:
    """Mailboxes, account and whom to trust; BadSettings where the role could not do its work."""
    for name in ("mail_intake_url", "mail_token_url", "mail_account"):
        if not getattr(settings, name):
            raise BadSettings(f"{name.upper()} is missing; `mail` needs it")
    if settings.mail_lease_seconds < 2 * settings.mail_timeout_seconds:
        raise BadSettings("MAIL_LEASE_SECONDS must be at least twice MAIL_TIMEOUT_SECONDS")
    try:
        places, account = read_places(settings.mail_boxes), read_account(settings.mail_account)
        return places, account, mailbox.trust(settings.mail_ca_file)
    except (ValueError, OSError) as error:
        raise BadSettings(str(error)) from error


def own_addresses(settings: Settings, places: tuple[Place, ...]) -> frozenset[str]:
    """The addresses we write from, in lower case: mail from them is our own come back."""
    said = (*settings.mail_own_addresses.split(","), *(place.name for place in places))
    return frozenset(one.strip().lower() for one in said if one.strip())


class Reader:
    """Reads one mailbox for as long as the process lives."""

    def __init__(
        self, handler: Handler, *, tls: ssl.SSLContext, metrics: MailMetrics, stop: threading.Event
    ) -> None:
        self.handler = handler
        self.app = handler.app
        self.settings: Settings = handler.app.settings
        self.place = handler.place
        self.tls = tls
        self.metrics = metrics
        self.stop = stop
        self._holder = str(uuid.uuid4())
        self._leased_until = 0.0

    def run(self) -> None:
        """Poll until the process is to stop, then give the mailbox back."""
        away = (*mailbox.AWAY, IntakeMisread)
        poll = self.settings.mail_poll_seconds
        repeat(f"mail {self.place.name}", self.poll, poll, self.stop, away=away)
        with self.app.db.write() as session:
            use_cases.release_mailbox(session, mailbox=self._leased, holder=self._holder)

    def poll(self) -> int:
        """Handle all that waits, unless another process reads the mailbox; how many that was."""
        if not self._lease():
            return 0
        seconds = self.settings.mail_timeout_seconds
        handled = 0
        with Connection(self.place, tls=self.tls, seconds=seconds) as connection:
            uids = connection.waiting()
            self.metrics.polled(self.place.name, waiting=len(uids))
            for waiting in connection.described(uids):
                self.metrics.oldest(self.place.name, waiting.received_at)
                if self.stop.is_set() or not self._lease():
                    return handled
                try:
                    self._handle(connection, waiting)
                except Stopped:
                    return handled
                handled += 1
        self.metrics.emptied(self.place.name)
        return handled

    def _handle(self, connection: Connection, waiting: mailbox.Waiting) -> None:
        if waiting.size > self.settings.mail_most_bytes:
            outcome = self.handler.park_unfetched(waiting)
        else:
            raw = connection.fetch(waiting.uid)
            if raw is None:
                return
            outcome = self.handler.handle(raw, waiting)
        connection.move(waiting.uid, self.handler.folder_of(outcome))
        self.metrics.settled(self.place.name, outcome)

    @property
    def _leased(self) -> str:
        return f"{self.place.name}/{self.place.folder}"

    def _lease(self) -> bool:
        """Keep the mailbox; asked for anew when half of the lease is over."""
        if time.monotonic() < self._leased_until:
            return True
        lasts = self.settings.mail_lease_seconds
        asked = time.monotonic()
        with self.app.db.write() as session:
            held = use_cases.lease_mailbox(
                session,
                mailbox=self._leased,
                holder=self._holder,
                lasts=dt.timedelta(seconds=lasts),
                clock=self.app.clock,
            )
        self._leased_until = asked + lasts / 2 if held else 0.0
        return held
