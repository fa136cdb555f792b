"""How many requests of each kind the public may make in an hour."""

import datetime as dt
import hashlib
import hmac
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

WINDOW = dt.timedelta(hours=1)
KINDS = {
    "register": "petitions registered, and drafts submitted",
    "draft": "drafts begun",
    "change": "drafts read, changed and removed",
    "upload": "files uploaded",
    "code": "phone codes asked for",
    "sign_in": "phone codes and query codes tried",
    "account": "requests of who is signed in",
}
_WRITTEN = re.compile(r"([a-z_]+)=([0-9]{1,9})/([0-9]{1,9})\Z", re.ASCII)
_V6_PREFIX = 64


@dataclass(frozen=True)
class Rate:
    """Requests in an hour: of one address, behind which many may be, and by one secret."""

    of_address: int
    of_holder: int


def parse_rates(text: str) -> Mapping[str, Rate]:
    """From `kind=address/holder,…`; ValueError for a kind that is missing, unknown or repeated."""
    found: dict[str, Rate] = {}
    for one in filter(None, (part.strip() for part in text.split(","))):
        written = _WRITTEN.match(one)
        if written is None or written[1] not in KINDS or written[1] in found:
            raise ValueError(f"PUBLIC_RATES cannot be read at {one!r}")
        found[written[1]] = Rate(int(written[2]), int(written[3]))
    if missing := KINDS.keys() - found.keys():
        raise ValueError(f"PUBLIC_RATES says nothing of {', '.join(sorted(missing))}")
    return found


def window_of(now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """The hour that a request is counted in."""
    since = now.replace(minute=0, second=0, microsecond=0)
    return since, since + WINDOW


def network_of(address: str) -> str:
    """The address as it is counted: of IPv6 the network that one subscriber has."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _V6_PREFIX), strict=False))


def caller(who: str, *, kind: str, since: dt.datetime, secret: str) -> bytes:
    """By what a caller's requests of this hour are counted; it names nobody, and the same caller
    is another one in the next hour."""
    of_hour = hmac.digest(secret.encode(), f"rates:{since.isoformat()}".encode(), hashlib.sha256)
    return hmac.digest(of_hour, f"{kind}:{who}".encode(), hashlib.sha256)
