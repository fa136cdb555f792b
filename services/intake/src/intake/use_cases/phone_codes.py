"""Phone codes: sent to a phone at once, redeemed once by whoever has it.

    send_code -> phone_codes, a notice with the code sealed --job send_notices--> SMS
    redeem_code -> the newest code for phone, purpose and subject; right once, wrong five times

No answer tells whether a number is known here, or whether there was a code at all.
"""

import datetime as dt
import hmac
import uuid
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import phone_codes as rules
from intake.domain.notices import QUEUED, usable
from intake.domain.persons import normal_phone
from intake.resources import Resources
from intake.use_cases.notices.queueing import PHONE_CODE
from shared.clock import Clock, office_day
from shared.db import Session, dialect_insert
from shared.errors import Invalid, Refused, both
from shared.pii import mask_phone

_codes, _rates = models.phone_codes, models.phone_code_rates
_KEPT = dt.timedelta(hours=1)
"""After it has expired a code is of no use but to count."""


def send_code(
    session: Session,
    *,
    phone: str,
    purpose: str,
    subject: str = "",
    address: str | None = None,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Send a code to a phone: `{sent_to, expires_in, again_in}`, the number masked, in seconds.

    `subject` is the petition that it is for, `address` that from which it was asked. Invalid for
    what takes no SMS; 429 `too_many_codes` for too many; 409 `no_sms` where none can be sent here.
    """
    if purpose not in rules.PURPOSES:
        raise ValueError(f"no purpose of a phone code: {purpose!r}")
    now = clock.now()
    if "sms" not in resources.talking.senders:
        raise _no_sms()
    if usable("sms", phone) is None:
        raise Invalid({"phone": both("不是可以接收短信的手机号码。", "Takes no text messages.")})
    number = normal_phone(phone)
    known = {"phone": number, "subject": subject, "address": address or ""}
    _count(session, {kind: one for kind, one in known.items() if one}, now, resources)
    code, code_id = rules.new_code(), str(uuid.uuid4())
    ring = resources.ring
    session.execute(
        sa.insert(_codes).values(
            code_id=code_id,
            phone=ring.encrypt(phone, place=f"{code_id}/phone"),
            phone_index=ring.blind_index(number, kind="phone"),
            purpose=purpose,
            subject=subject,
            digest=_digest(code, code_id, resources),
            sent_at=now,
            expires_at=now + rules.LASTS,
            wrong=0,
        )
    )
    _queue(session, code=code, code_id=code_id, purpose=purpose, subject=subject, now=now,
           resources=resources)  # fmt: skip
    return {
        "sent_to": mask_phone(number),
        "expires_in": int(rules.LASTS.total_seconds()),
        "again_in": int(rules.APART.total_seconds()),
    }


def redeem_code(
    session: Session,
    *,
    phone: str,
    purpose: str,
    subject: str = "",
    code: str,
    now: dt.datetime,
    resources: Resources,
) -> None:
    """Use up the newest code for this phone, purpose and subject; 403 `wrong_phone_code` for a
    wrong one, an old one, one that was used and none at all alike.

    The refusal keeps what its transaction wrote, so that the wrong try is counted: nothing else
    may be written before.
    """
    indexes = resources.ring.blind_indexes(normal_phone(phone), kind="phone")
    row = session.execute(
        sa.select(_codes)
        .where(
            _codes.c.phone_index.in_(indexes),
            _codes.c.purpose == purpose,
            _codes.c.subject == subject,
        )
        .order_by(_codes.c.sent_at.desc())
        .limit(1)
        .with_for_update()
    ).first()
    digest = _digest(code, row.code_id if row else "none", resources)
    right = hmac.compare_digest(digest, row.digest if row else bytes(len(digest)))
    if row is None or row.redeemed_at or row.expires_at <= now or row.wrong >= rules.TRIES:
        raise _wrong_code()
    this = sa.update(_codes).where(_codes.c.code_id == row.code_id)
    if not right:
        session.execute(this.values(wrong=_codes.c.wrong + 1))
        raise _wrong_code()
    session.execute(this.values(redeemed_at=now))


def forget_phone_codes(session: Session, *, now: dt.datetime) -> None:
    """Forget codes that expired long ago, the notices of those for no petition, and old counts."""
    notices = models.notices
    old = sa.select(_codes.c.code_id).where(_codes.c.sent_at < now - rules.LASTS - _KEPT)
    session.execute(
        sa.delete(notices).where(
            notices.c.petition_id == "",
            notices.c.occasion == PHONE_CODE,
            notices.c.event_id.in_(old),
        )
    )
    session.execute(sa.delete(_codes).where(_codes.c.code_id.in_(old)))
    session.execute(sa.delete(_rates).where(_rates.c.newest_at < now - rules.WINDOW))


def _digest(code: str, code_id: str, resources: Resources) -> bytes:
    return rules.code_digest(code, code_id=code_id, secret=resources.query_code_secret)


def _count(session: Session, known: dict[str, str], now: dt.datetime, resources: Resources) -> None:
    """Count one more for each; refused where one of them had too many. Locked in one order."""
    keys = {
        resources.ring.blind_index(one, kind=f"phone-code/{kind}"): kind
        for kind, one in known.items()
    }
    for key in sorted(keys):
        fresh = {"key": key, "sent": [], "newest_at": now}
        insert = dialect_insert(session, _rates).values(fresh)
        locked = insert.on_conflict_do_update(index_elements=["key"], set_={"newest_at": now})
        kept = session.scalar(locked.returning(_rates.c.sent)) or []
        sent = [dt.datetime.fromisoformat(one) for one in kept]
        if wait := rules.wait_for(sent, kind=keys[key], now=now):
            raise _too_many(wait)
        recent = [one.isoformat() for one in [*sent, now] if one > now - rules.WINDOW]
        session.execute(sa.update(_rates).where(_rates.c.key == key).values(sent=recent))


def _queue(
    session: Session,
    *,
    code: str,
    code_id: str,
    purpose: str,
    subject: str,
    now: dt.datetime,
    resources: Resources,
) -> None:
    """The notice that carries the code: before all others, in the quiet hours too."""
    notice_id = str(uuid.uuid4())
    session.execute(
        sa.insert(models.notices).values(
            notice_id=notice_id,
            petition_id=subject,
            occasion=PHONE_CODE,
            event_id=code_id,
            medium="sms",
            status=QUEUED,
            at_once=True,
            facts={"date": office_day(now).isoformat(), "purpose": purpose},
            sealed_code=resources.ring.encrypt(code, place=f"{notice_id}/query_code"),
            queued_at=now,
            due_at=now,
            expires_at=now + rules.LASTS,
            attempts=0,
        )
    )


def _no_sms() -> Refused:
    return Refused(
        both(
            "本局暂不能发送短信验证码，请到窗口提交签字的书面材料。",
            "No codes can be sent by text message here; bring a signed paper to the office.",
        ),
        status=409,
        code="no_sms",
    )


def _too_many(wait: dt.timedelta) -> Refused:
    seconds = max(1, int(wait.total_seconds()))
    return Refused(
        both("验证码请求过于频繁，请稍后再试。", "Too many codes were asked for; try again later."),
        status=429,
        code="too_many_codes",
        headers={"Retry-After": str(seconds)},
    )


def _wrong_code() -> Refused:
    return Refused(
        both("验证码不正确或已失效，请重新获取。", "The code is wrong or no longer valid."),
        status=403,
        code="wrong_phone_code",
        errors={"phone_code": both("不正确或已失效。", "Wrong or no longer valid.")},
        keep_work=True,
    )
