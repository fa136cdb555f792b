"""Pure rules of evaluation: who is evaluated, how, and from when on."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

PETITION_OFFICE, HANDLING_UNIT = "petition_office", "handling_unit"
GRADES = ("satisfied", "basically_satisfied", "dissatisfied")
# The milestone from which each object may be evaluated: the petition office has done its part once
# a unit has the case, the unit once its opinion is served (P-MY22 Art.3: two objects).
OPENS_AT = {PETITION_OFFICE: "forwarded_at", HANDLING_UNIT: "served_at"}
OPEN, RECORDED = "open", "recorded"
OBJECTS = tuple(OPENS_AT)
NOT_EVALUATED = frozenset(
    {
        *("declined", "no_longer_accepted", "withdrawn", "voided", "merged"),
        *("channelled", "transferred", "guided", "filed"),
    }
)
"""How a case ends without an answer of ours to judge: not taken up, given up, gone on in another
case or another procedure (P-MY14 Art.4). States, and reasons for closing where one was closed or
archived after."""
CLOCK_SKEW = dt.timedelta(minutes=5)

_IDS = uuid.UUID("6f0a8d52-6d0f-4c59-9b0e-7d2f0c6f3a11")


@dataclass(frozen=True)
class Opening:
    """An evaluation that a case's header shows to be open, of `unit`, since `opened_at`."""

    object: str
    unit: str
    opened_at: dt.datetime


def openings(header: Mapping[str, Any], *, office_unit: str) -> Iterator[Opening]:
    """What a header shows to be open, whichever event carried it.

    A case that ended before a unit had it opens nothing.
    """
    units = {PETITION_OFFICE: office_unit, HANDLING_UNIT: header["lead_unit"]}
    for object_, milestone in OPENS_AT.items():
        if header[milestone] is not None and units[object_] is not None:
            yield Opening(object_, units[object_], header[milestone])


def evaluation_id(*, case_id: str, petition_id: str, object_: str) -> str:
    """The same id for the same evaluation, whichever event opens it."""
    return str(uuid.uuid5(_IDS, f"{case_id}/{petition_id}/{object_}"))
