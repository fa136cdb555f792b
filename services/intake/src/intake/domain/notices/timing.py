"""When a notice may go: quiet hours of the office's day, and waits between tries."""

import datetime as dt
import re
from dataclasses import dataclass

from shared.clock import OFFICE_TZ

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])\Z")


@dataclass(frozen=True)
class QuietHours:
    """From `begin` to `end`, exclusive, of the office's local time; may span midnight."""

    begin: dt.time
    end: dt.time

    @classmethod
    def parse(cls, text: str) -> "QuietHours | None":
        """From "21:00-08:00"; None for an empty text, ValueError for anything else."""
        if not text:
            return None
        found = _HOURS.match(text)
        if found is None:
            raise ValueError(f"quiet hours must be HH:MM-HH:MM, not {text!r}")
        hour, minute, to_hour, to_minute = map(int, found.groups())
        return cls(dt.time(hour, minute), dt.time(to_hour, to_minute))

    def hold(self, moment: dt.datetime) -> dt.datetime:
        """`moment`, or the end of the quiet hours in which it falls; in UTC."""
        local = moment.astimezone(OFFICE_TZ)
        time = local.time()
        spans = self.begin > self.end
        evening = spans and time >= self.begin
        if not (evening or (spans and time < self.end) or self.begin <= time < self.end):
            return moment.astimezone(dt.UTC)
        day = local.date() + dt.timedelta(days=int(evening))
        return dt.datetime.combine(day, self.end, OFFICE_TZ).astimezone(dt.UTC)


def wait_after(attempts: int, *, first: float, most: float) -> dt.timedelta:
    """The wait after that many failures in a row, in doubling steps."""
    return dt.timedelta(seconds=min(first * 2 ** min(max(attempts - 1, 0), 20), most))
