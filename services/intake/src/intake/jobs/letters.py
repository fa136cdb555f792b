"""Reading letters' scans as an aid, and forgetting letters that were closed long ago."""

import datetime as dt
import logging

from intake.files.sealing import unseal
from intake.files.storage import StorageAway
from intake.use_cases.letters import ScanToRead, claim_scan, forget_letters, settle_scan
from shared.service import App, Job

log = logging.getLogger(__name__)
_BATCH = 200
_LEASE_MORE = dt.timedelta(minutes=2)


def read_scans(app: App) -> None:
    """Keep what was read of a scan, and begin the next one; reading goes on between two runs."""
    recogniser = app.resources.recogniser
    if not recogniser.is_there:
        return
    if (done := recogniser.take()) is not None:
        with app.db.write() as session:
            settle_scan(
                session,
                attachment_id=done.name,
                pages=done.pages,
                of=done.of,
                resources=app.resources,
            )
    if not recogniser.is_busy and (scan := _claimed(app)) is not None:
        _begin(app, scan)


def forget(app: App) -> None:
    """Forget letters that were closed long ago, a transaction a batch."""
    forgotten = _BATCH
    while forgotten == _BATCH:
        with app.db.fenced("forget_letters") as session:
            if session is None:
                return
            forgotten = forget_letters(
                session, now=app.clock.now(), resources=app.resources, most=_BATCH
            )


def _claimed(app: App) -> ScanToRead | None:
    lease = dt.timedelta(seconds=app.resources.recogniser.most_seconds) + _LEASE_MORE
    with app.db.write() as session:
        return claim_scan(session, now=app.clock.now(), lease=lease, resources=app.resources)


def _begin(app: App, scan: ScanToRead) -> None:
    try:
        sealed = app.resources.files.storage.get(scan.storage_key)
        pieces = unseal(sealed, key=scan.content_key, place=scan.attachment_id)
        app.resources.recogniser.start(scan.attachment_id, scan.media_type, pieces)
    except StorageAway:
        log.warning("a scan cannot be read now", extra={"attachment_id": scan.attachment_id})


READING = Job("read_letters", 5, read_scans)
RETENTION = Job("forget_letters", 24 * 3600, forget)
