"""What intake's tables say of its work: what waits, what is lost."""

import datetime as dt

from intake.use_cases import attachments, callbacks, comparing, letters, reception, unread, wechat
from intake.use_cases.notices import reading
from shared.db import Session
from shared.service import Gauges


def gauges(session: Session, now: dt.datetime) -> Gauges:
    """Petitions that wait to be compared, notices that wait or are lost, loose objects,
    messages that could not be read, callers who are owed a call, visitors and letters that wait,
    pictures and voice notes of WeChat that do."""
    return {
        **comparing.gauges(session, now),
        **reading.gauges(session, now),
        **attachments.gauges(session, now),
        **unread.gauges(session, now),
        **callbacks.gauges(session, now),
        **reception.gauges(session, now),
        **letters.gauges(session, now),
        **wechat.gauges(session, now),
    }
