"""What intake makes of its settings at start: keys, rules, places, senders, files, accounts."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from intake.desks import Desks
from intake.domain.audit import AuditKeys
from intake.domain.common_pairs import CommonPairs
from intake.domain.places import KnownPlaces
from intake.domain.rates import Rate, parse_rates
from intake.domain.retention import Retention
from intake.domain.suspicion import Accusations
from intake.files.drawing import Drawer
from intake.files.examining import Examiner
from intake.files.recognising import Recogniser
from intake.files.scanning import Scanner
from intake.files.storage import S3Keys, Storage, open_storage
from intake.settings import Settings
from intake.talking import Talking
from intake.wechat.office import WeChat
from shared.auth import Issuer
from shared.clock import Clock
from shared.pii import KeyRing


@dataclass(frozen=True)
class Files:
    """What examines and keeps attachments, how many may be, how long a link to one lasts."""

    storage: Storage
    scanner: Scanner
    examiner: Examiner
    drawer: Drawer
    most: int
    draft_bytes: int
    link_lasts: dt.timedelta


@dataclass(frozen=True)
class Resources:
    """Keys, limits, rules, and how petitioners are told, as use cases need them."""

    ring: KeyRing
    audit_keys: AuditKeys
    retention: Retention
    issuer: Issuer
    query_code_secret: str
    query_code_tries: int
    rates: Mapping[str, Rate]
    draft_lasts: dt.timedelta
    files: Files
    talking: Talking
    desks: Desks
    accusations: Accusations
    recogniser: Recogniser
    closed_letters_last: dt.timedelta | None
    wechat: WeChat
    places: KnownPlaces = field(default_factory=KnownPlaces)
    common_pairs: CommonPairs = field(default_factory=CommonPairs)


def build(settings: Settings, clock: Clock) -> Resources:
    """Parse the keys; ValueError when one cannot be read, so that the process does not start."""
    return Resources(
        ring=KeyRing.parse(settings.pii_keyring),
        audit_keys=AuditKeys.parse(settings.audit_keys),
        retention=Retention.parse(settings.retention_days),
        issuer=Issuer(
            private_jwk=settings.public_token_key, issuer=settings.token_issuer, clock=clock
        ),
        query_code_secret=settings.query_code_secret,
        query_code_tries=settings.query_code_tries,
        rates=parse_rates(settings.public_rates),
        draft_lasts=dt.timedelta(days=settings.draft_days),
        talking=Talking.build(settings),
        desks=Desks.build(settings),
        accusations=Accusations(),
        files=_files(settings),
        recogniser=Recogniser(
            program=settings.ocr_program,
            languages=settings.ocr_languages,
            pages=settings.ocr_pages,
            page_seconds=settings.ocr_page_seconds,
        ),
        closed_letters_last=dt.timedelta(days=settings.closed_letter_days) or None,
        wechat=WeChat.build(settings),
    )


def _files(settings: Settings) -> Files:
    kinds = (kind.strip() for kind in settings.attachment_kinds.split(","))
    return Files(
        storage=open_storage(
            settings.attachments_url,
            S3Keys(settings.attachments_key_id, settings.attachments_secret_key),
        ),
        scanner=Scanner(settings.clamd_url),
        examiner=Examiner(
            kinds=frozenset(filter(None, kinds)),
            pixels=settings.attachment_pixels,
            most=settings.attachment_bytes,
            at_once=settings.attachment_examiners,
        ),
        drawer=Drawer(at_once=settings.attachment_examiners),
        most=settings.attachments_most,
        draft_bytes=settings.draft_bytes,
        link_lasts=dt.timedelta(seconds=settings.attachment_link_seconds),
    )
