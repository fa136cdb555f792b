"""Signatures of what goes to a gateway and comes from it: the scheme of Standard Webhooks.

webhook-id: <notice>   webhook-timestamp: <Unix seconds>
webhook-signature: v1,<base64 of HMAC-SHA256(key, "<id>.<timestamp>.<body>")>
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

AGE_MOST_S = 300


def headers(key: bytes, *, message_id: str, at: int, body: bytes) -> dict[str, str]:
    """The three headers that go with a signed body."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{_signature(key, message_id=message_id, at=at, body=body)}",
    }


def is_signed(key: bytes, sent: Mapping[str, str], *, body: bytes, now: float) -> bool:
    """Whether one of the signatures is ours to trust, and not older or newer than five minutes."""
    try:
        at = int(sent.get("webhook-timestamp", ""))
    except ValueError:
        return False
    if abs(now - at) > AGE_MOST_S:
        return False
    right = _signature(key, message_id=sent.get("webhook-id", ""), at=at, body=body)
    given = [part.removeprefix("v1,") for part in sent.get("webhook-signature", "").split(" ")]
    return any(hmac.compare_digest(right.encode(), one.encode()) for one in given)


def _signature(key: bytes, *, message_id: str, at: int, body: bytes) -> str:
    signed = f"{message_id}.{at}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
