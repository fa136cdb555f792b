"""The signature of what goes to a gateway: the scheme of Standard Webhooks.

webhook-id: <notice>   webhook-timestamp: <Unix seconds>
webhook-signature: v1,<base64 of HMAC-SHA256(key, "<id>.<timestamp>.<body>")>
"""

import base64
import hashlib
import hmac


def headers(key: bytes, *, message_id: str, at: int, body: bytes) -> dict[str, str]:
    """The three headers that go with a signed body."""
    signed = f"{message_id}.{at}.".encode() + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
    }
