"""How this office talks back to petitioners: words, senders, quiet hours and limits."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from intake import senders
from intake.domain.notices import NO_SENDER as NOBODY
from intake.domain.notices import QUEUED, QuietHours, Texts, read_texts
from intake.senders import Sender
from intake.settings import Settings

_LEASE_IN_TIMEOUTS = 12
_SHORTEST_LEASE_S = 60.0


@dataclass(frozen=True)
class Talking:
    """What is built of the settings once, at start."""

    texts: Texts
    senders: Mapping[str, Sender]
    per_minute: Mapping[str, int]
    quiet: QuietHours | None
    office: str
    where: str
    fresh: dt.timedelta
    attempts: int
    backoff_s: float
    backoff_most_s: float
    pause_s: float
    lease: dt.timedelta
    lines: int
    batch: int

    @classmethod
    def build(cls, settings: Settings) -> "Talking":
        """ValueError where texts or settings are mistaken, so that the process does not start."""
        s = settings
        if min(s.notice_attempts, s.notice_lines, s.notice_batch) < 1:
            raise ValueError("NOTICE_ATTEMPTS, NOTICE_LINES and NOTICE_BATCH must be at least 1")
        quiet = "" if s.notice_quiet_hours == "none" else s.notice_quiet_hours
        lease = max(_SHORTEST_LEASE_S, _LEASE_IN_TIMEOUTS * s.notice_timeout_seconds)
        return cls(
            texts=read_texts(),
            senders=senders.build(s),
            per_minute={
                "sms": s.notice_sms_per_minute,
                "email": s.notice_email_per_minute,
                "wechat": s.notice_wechat_per_minute,
            },
            quiet=QuietHours.parse(quiet),
            office=s.notice_office,
            where=s.notice_where,
            fresh=dt.timedelta(hours=s.notice_fresh_hours),
            attempts=s.notice_attempts,
            backoff_s=s.notice_backoff_seconds,
            backoff_most_s=s.notice_backoff_most_seconds,
            pause_s=s.notice_pause_seconds,
            lease=dt.timedelta(seconds=lease),
            lines=s.notice_lines,
            batch=s.notice_batch,
        )

    def due(self, moment: dt.datetime, *, medium: str, at_once: bool) -> dt.datetime:
        """`moment`, or the end of the quiet hours where the notice is held back in them."""
        if at_once or self.quiet is None or medium == "letter":
            return moment
        return self.quiet.hold(moment)

    def status_of(self, medium: str) -> str:
        """Where a notice by this medium begins; a letter waits for whoever prints it."""
        return QUEUED if medium == "letter" or medium in self.senders else NOBODY

    def order(self, occasion: str) -> list[str]:
        """The media of an occasion, those that are set up here first."""
        media = self.texts.occasions[occasion].media
        return sorted(media, key=lambda medium: self.status_of(medium) == NOBODY)
