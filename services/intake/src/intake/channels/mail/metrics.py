"""What is measured of e-mail: no addresses but the office's own, and nothing of a message."""

import datetime as dt
import time
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge

from intake.domain.mail import OUTCOMES


class MailMetrics:
    """The instruments of this process's mailboxes."""

    def __init__(self, registry: CollectorRegistry, mailboxes: Iterable[str]) -> None:
        def gauge(name: str, doc: str) -> Gauge:
            return Gauge(name, doc, ("mailbox",), registry=registry)

        self._messages = Counter(
            "intake_mail_messages_total",
            "Messages settled and moved.",
            ("mailbox", "outcome"),
            registry=registry,
        )
        self._waiting = gauge("intake_mail_waiting", "Messages found at the last poll.")
        self._oldest = gauge(
            "intake_mail_oldest_timestamp_seconds", "When the oldest message came; 0 for none."
        )
        self._polled = gauge(
            "intake_mail_last_poll_timestamp_seconds", "When a mailbox was last read; 0 for never."
        )
        self._since = gauge(
            "intake_mail_since_timestamp_seconds", "Since when this process looks at a mailbox."
        )
        for mailbox in mailboxes:
            self._since.labels(mailbox).set(time.time())
            for never in (self._oldest, self._polled, self._waiting):
                never.labels(mailbox).set(0)
            for outcome in OUTCOMES:
                self._messages.labels(mailbox, outcome)

    def polled(self, mailbox: str, *, waiting: int) -> None:
        """A mailbox was opened, with so many messages in it."""
        self._polled.labels(mailbox).set(time.time())
        self._waiting.labels(mailbox).set(waiting)

    def oldest(self, mailbox: str, received_at: dt.datetime) -> None:
        """This is now the oldest message that waits."""
        self._oldest.labels(mailbox).set(received_at.timestamp())

    def emptied(self, mailbox: str) -> None:
        """Nothing that was found waits any more."""
        self._oldest.labels(mailbox).set(0)
        self._waiting.labels(mailbox).set(0)

    def settled(self, mailbox: str, outcome: str) -> None:
        self._messages.labels(mailbox, outcome).inc()
