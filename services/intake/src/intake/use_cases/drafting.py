"""Drafting a petition: whether it may be registered, and the row that it will be."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from intake.domain import registration
from intake.domain.location import to_wgs84
from intake.domain.suspicion import Suspicion
from intake.resources import Resources
from intake.use_cases.accusations import suspicion_in
from intake.use_cases.channels import check_channel
from intake.use_cases.mailboxes import addressee_of
from intake.use_cases.places import place_of
from shared.auth import Principal
from shared.clock import office_day
from shared.db import Session
from shared.errors import Forbidden, Invalid, both

Receipt = dict[str, Any]


@dataclass(frozen=True)
class Draft:
    """A petition that may be registered: what was posted, its row, and the code it is given.

    `suspicion` is why it takes the secret lane though it was not brought in as an accusation.
    """

    petition: Mapping[str, Any]
    row: dict[str, Any]
    code: str
    suspicion: Suspicion | None

    def receipt(self) -> Receipt:
        """What the petitioner is handed."""
        return {
            "petition_id": self.row["petition_id"],
            "petition_no": self.row["petition_no"],
            "query_code": self.formatted_code,
        }

    @property
    def formatted_code(self) -> str:
        """The query code as people read it."""
        return f"{self.code[:5]}-{self.code[5:]}"


class Drafting:
    """Checks and drafts petitions of one transaction; each channel is asked about once."""

    def __init__(
        self,
        session: Session,
        *,
        by: Principal,
        now: dt.datetime,
        resources: Resources,
        publicly: bool,
    ) -> None:
        self._session = session
        self._by = by
        self.now = now
        self._resources = resources
        self.publicly = publicly
        self._open: set[tuple[str, bool]] = set()

    def __call__(self, petition: Mapping[str, Any]) -> Draft:
        """The draft; Forbidden or Invalid where the petition may not be registered."""
        _may_register(petition, by=self._by, now=self.now)
        channel, historical = petition["channel"], petition.get("at") is not None
        if (channel, historical) not in self._open:
            check_channel(self._session, channel, publicly=self.publicly, historical=historical)
            self._open.add((channel, historical))
        row = _row(petition, by=self._by, now=self.now)
        row["addressee"] = addressee_of(self._session, petition, publicly=self.publicly)
        row["place_code"] = place_of(
            self._session, petition, now=self.now, resources=self._resources
        )
        suspicion = self._suspicion(row)
        row["secret"] = row["secret"] or suspicion is not None
        return Draft(petition, row, registration.new_query_code(), suspicion)

    def _suspicion(self, row: Mapping[str, Any]) -> Suspicion | None:
        """What was handled long ago is suspected of nothing any more."""
        if row["secret"] or row["historical"]:
            return None
        return suspicion_in(self._session, row, now=self.now, resources=self._resources)


def _may_register(petition: Mapping[str, Any], *, by: Principal, now: dt.datetime) -> None:
    if by.channels and petition["channel"] not in by.channels:
        raise Forbidden(
            both("该账号不能以此渠道登记。", "This client may not post for that channel.")
        )
    if petition.get("at") and not by.has("importer"):
        importer = both(
            "只有历史数据导入才能指定登记时间。", "Only an import of history may set it."
        )
        raise Invalid({"at": importer})
    late = both("不能晚于当前时间5分钟以上。", "May not be more than 5 minutes ahead of now.")
    wrong = {
        name: late
        for name in ("received_at", "at")
        if petition.get(name) and petition[name] > now + registration.AHEAD_MOST
    }
    at, received_at = petition.get("at"), petition.get("received_at")
    if not wrong and at and received_at and received_at > at:
        wrong["received_at"] = both("不能晚于登记时间。", "May not be after registration.")
    wrong |= registration.contradictions(petition, on=office_day(at or now))
    if wrong:
        raise Invalid(wrong)


def _row(petition: Mapping[str, Any], *, by: Principal, now: dt.datetime) -> dict[str, Any]:
    ref = petition.get("external_ref") or {}
    at = petition.get("at") or now
    return {
        "petition_id": str(uuid.uuid4()),
        "channel": petition["channel"],
        "title": petition["title"],
        "content": petition["content"],
        "claim": petition["claim"],
        "course": petition["course"],
        "place": petition["place"],
        **located(petition["location"]),
        **registration.counted(petition),
        **registration.flagged(petition),
        "purpose": petition["purpose"],
        "secrecy": petition["secrecy"],
        "mailbox": petition["mailbox"],
        "publish_consent": petition["publish_consent"],
        "secret": registration.is_secret(purpose=petition["purpose"], secrecy=petition["secrecy"]),
        "received_at": petition.get("received_at") or at,
        "registered_at": at,
        "registered_by": by.sub,
        "historical": petition.get("at") is not None,
        "external_system": ref.get("system"),
        "external_id": ref.get("id"),
    }


def located(location: Mapping[str, Any] | None) -> dict[str, Any]:
    """The columns of a point: WGS-84, and the system it came in."""
    if location is None:
        return {"longitude": None, "latitude": None, "coordinate_system": None}
    system = location["system"]
    longitude, latitude = to_wgs84(location["longitude"], location["latitude"], system=system)
    return {"longitude": longitude, "latitude": latitude, "coordinate_system": system}
