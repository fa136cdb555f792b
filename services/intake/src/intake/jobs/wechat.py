"""The jobs of WeChat: what followers sent is fetched, and what is over is forgotten."""

import datetime as dt
import hashlib
import logging
import tempfile
import time
from typing import IO

from intake import use_cases
from intake.domain.wechat import MEDIA_KEPT_DAYS
from intake.use_cases.wechat import Awaited
from intake.use_cases.wechat.submitting import client
from intake.wechat.client import Away, TooLarge
from shared.errors import Refused, in_language
from shared.service import App, Job
from shared.web.api import Upload

log = logging.getLogger(__name__)

_RUN_S = 20.0
_AT_ONCE = 4
_LEASE = dt.timedelta(minutes=5)
_NOT_THERE = frozenset({40007, 40008, 41006})
"""WeChat does not know the medium: not any more, or it never did."""
_LATER = 500


def fetch_media(app: App) -> None:
    """Fetch pictures and voice notes that are due, and attach them to their petitions."""
    if not app.resources.wechat.accounts:
        return
    ends = time.monotonic() + _RUN_S
    while time.monotonic() < ends:
        with app.db.write() as session:
            found = use_cases.claim_media(
                session, most=_AT_ONCE, lease=_LEASE, clock=app.clock, resources=app.resources
            )
        if not found:
            break
        for awaited in found:
            _fetch(app, awaited)
    for api in app.resources.wechat.apis.values():
        api.rest()


def forget(app: App) -> None:
    """Forget forms that were not gone on with, and answers to messages of days ago."""
    with app.db.write() as session:
        use_cases.forget_wechat(session, clock=app.clock)


def _fetch(app: App, awaited: Awaited) -> None:
    api = app.resources.wechat.apis[awaited.account]
    over = app.clock.now() - awaited.sent_at > dt.timedelta(days=MEDIA_KEPT_DAYS)
    try:
        answer = api.media(awaited.media_id, most=app.settings.attachment_bytes)
    except TooLarge:
        _give_up(app, awaited, "too_large", [], None)
    except Away as away:
        log.warning("WeChat is away", extra={"cause": away.reason})
        _again_or_not(app, awaited, over=over, why=away.reason, counted=False)
    else:
        if answer.code in _NOT_THERE:
            _give_up(app, awaited, "gone", [f"WeChat {answer.code}"], None)
        elif answer.code:
            log.warning("WeChat refuses a medium", extra={"code": answer.code})
            _again_or_not(app, awaited, over=over, why=f"WeChat {answer.code}", counted=True)
        else:
            _attach(app, awaited, answer.body, over=over)


def _attach(app: App, awaited: Awaited, data: bytes, *, over: bool) -> None:
    # A real file: it is handed to another process to be examined.
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        upload = _upload(awaited, data, file)
        try:
            taken = use_cases.take_in(
                app.db,
                petition_id=awaited.petition_id,
                upload=upload,
                by=client(awaited.account),
                resources=app.resources,
            )
            with app.db.write() as session:
                use_cases.attach_medium(
                    session,
                    awaited=awaited,
                    upload=upload,
                    taken=taken,
                    clock=app.clock,
                    resources=app.resources,
                )
        except Refused as refusal:
            reasons = list(refusal.errors.values()) or [refusal.message]
            said = [in_language(one, "zh") for one in reasons]
            if refusal.status < _LATER:
                _give_up(app, awaited, "attachment_refused", said, data)
            elif over:
                # WeChat will not give it again: what we have is kept where somebody sees it.
                _give_up(app, awaited, "failure", said, data)
            else:
                _again_or_not(app, awaited, over=False, why=refusal.code, counted=False)


def _upload(awaited: Awaited, data: bytes, file: IO[bytes]) -> Upload:
    file.seek(0)
    digest = hashlib.sha256(data).hexdigest()
    return Upload(name=awaited.name, file=file, size=len(data), sha256=digest)


def _again_or_not(app: App, awaited: Awaited, *, over: bool, why: str, counted: bool) -> None:
    if over:
        _give_up(app, awaited, "gone", [why], None)
        return
    with app.db.write() as session:
        use_cases.await_again(session, awaited=awaited, counted=counted, clock=app.clock)


def _give_up(
    app: App, awaited: Awaited, reason: str, details: list[str], original: bytes | None
) -> None:
    with app.db.write() as session:
        use_cases.give_medium_up(
            session,
            awaited=awaited,
            reason=reason,
            details=details or [reason],
            original=original,
            clock=app.clock,
            resources=app.resources,
        )


FETCH = Job("fetch_wechat_media", 2, fetch_media)
FORGET = Job("forget_wechat", 3600, forget)
