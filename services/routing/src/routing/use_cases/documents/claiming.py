"""Who the petitioner is, fetched from intake by claim check with the caller's own right.

    before the transaction   wanted_...() says for which petition and paper, ask() asks intake
    within it                the answer is put into the paper, or the step is refused whole

An element that the clerk has typed is the clerk's; the others follow intake until the paper is
signed off, or issued where nobody signs it off. An issued paper stays as it is.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from routing.domain.documents import Document, check_fields
from routing.domain.known import OF_CLAIM
from routing.domain.known.identity import NOBODY, STATES, Person, kept_back, of_person
from routing.resources import Resources
from routing.use_cases.documents import access, sealed
from shared.auth import Principal
from shared.db import Session
from shared.errors import Invalid, Refused, both
from shared.peers import Peer

PURPOSE = "paper"
_ROUTE = "/v1/petitions/{petition_id}/identity"
_NOT_THEIRS = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Whose identity is wanted, and for which paper."""

    petition_id: str
    document_id: str


@dataclass(frozen=True)
class Claimed:
    """What intake answered: one of `identity.STATES`, and the person where it named one."""

    petition_id: str
    document_id: str
    state: str
    person: Person | None = None


def claims_of(document: Document) -> list[str]:
    """The elements of a paper that intake knows."""
    return [name for name in document.elements if name in OF_CLAIM]


def petition_of(case_row: Row, petition_id: str | None) -> str:
    """The petition whose petitioner a paper names: the one asked for, or the case's first.

    A paper names one petitioner, for those who are in one case need not know of each other.
    """
    known: Sequence[str] = case_row["petition_ids"]
    if petition_id is not None and petition_id not in known:
        reason = both("该信访件不属于此信访事项。", "No petition of this case.")
        raise Invalid({"petition_id": reason})
    return petition_id or known[0]


def wanted_for_draft(
    session: Session,
    *,
    case_id: str,
    kind: str,
    fields: Mapping[str, Any],
    petition_id: str | None,
    by: Principal,
    resources: Resources,
) -> Wanted | None:
    """What to ask intake before a paper is drawn up; None where there is nothing to ask.

    Refused as drawing it up would be.
    """
    case_row = access.visible_case(session, case_id=case_id, by=by)
    document = access.kind_of(kind, resources)
    access.side_of(session, document=document, case_row=case_row, by=by, resources=resources)
    petition = petition_of(case_row, petition_id)
    if _withheld(document, secret=case_row["secret"]) or not set(claims_of(document)) - set(fields):
        return None
    return Wanted(petition, str(uuid.uuid4()))


def wanted_for_move(
    session: Session, *, document_id: str, move: str, by: Principal, resources: Resources
) -> Wanted | None:
    """What to ask before a paper is sent up, signed off or issued; None where nothing follows."""
    row = access.visible_document(session, document_id=document_id, by=by)
    document = access.kind_of(row["kind"], resources)
    access.check_move(row, move, document, by)
    follows = sealed.open_(row, "claimed", resources)
    is_signed_off = move == "issue" and document.approval
    if not follows or is_signed_off or _withheld(document, secret=row["case_secret"]):
        return None
    return Wanted(row["petition_id"], document_id)


def wanted_anew(
    session: Session,
    *,
    document_id: str,
    petition_id: str | None,
    by: Principal,
    resources: Resources,
) -> Wanted | None:
    """What to ask where a draft is to be filled from intake once more."""
    row = access.visible_document(session, document_id=document_id, by=by)
    document = access.kind_of(row["kind"], resources)
    access.check_change(row, document, by)
    petition = petition_of(row, petition_id or row["petition_id"])
    if _withheld(document, secret=row["case_secret"]) or not claims_of(document):
        return None
    return Wanted(petition, document_id)


def ask(peer: Peer, wanted: Wanted, *, authorization: str) -> Claimed:
    """Ask intake as the caller, for the paper; never raises."""
    reply = peer.post(
        _ROUTE.format(petition_id=wanted.petition_id),
        route=_ROUTE,
        authorization=authorization,
        body={"purpose": PURPOSE, "document_id": wanted.document_id},
    )
    state, person = _understood(reply.status, reply.body)
    return Claimed(wanted.petition_id, wanted.document_id, state, person)


def _understood(status: int | None, body: Any) -> tuple[str, Person | None]:
    if status in _NOT_THEIRS:
        return "refused", None
    if status != HTTPStatus.OK or not isinstance(body, Mapping) or "petitioner" not in body:
        return "away", None
    given = body["petitioner"] or {}
    if not isinstance(given, Mapping):
        return "away", None
    person = {
        name: value if isinstance(value := given.get(name), str) and value else None
        for name in NOBODY
    }
    return ("fetched" if person["name"] else "anonymous"), person


def first_claim(
    document: Document,
    *,
    case_row: Row,
    fields: Mapping[str, Any],
    petition_id: str | None,
    claimed: Claimed | None,
    now: dt.datetime,
) -> tuple[dict[str, str], dict[str, Any]]:
    """The elements of a new paper that intake knows, and the columns that say whence they come.

    `fields` are those that the clerk gave, even as nothing; they are the clerk's.
    """
    names = [name for name in claims_of(document) if name not in fields]
    state, person = _standing(document, claimed, secret=case_row["secret"])
    if not names or state is None:
        return {}, {"petition_id": None, "identity": None, "identity_at": None, "claimed": None}
    values = _values(document, names, state, person)
    columns = {
        "petition_id": claimed.petition_id if claimed else petition_of(case_row, petition_id),
        "identity": state,
        "identity_at": now if state in ("fetched", "anonymous") else None,
        "claimed": {name: values.get(name) for name in names},
    }
    return values, columns


def still_followed(
    row: Row, fields: Mapping[str, Any], resources: Resources
) -> dict[str, str | None] | None:
    """Of the elements that follow intake those that a change of the draft has left as they were."""
    follows = sealed.open_(row, "claimed", resources)
    if follows is None:
        return None
    return {name: value for name, value in follows.items() if fields.get(name) == value}


def refreshed(
    row: Row,
    document: Document,
    *,
    claimed: Claimed | None,
    keep: bool,
    now: dt.datetime,
    resources: Resources,
    anew: Iterable[str] = (),
) -> tuple[dict[str, Any], list[str]]:
    """What to write so that a paper says what intake now knows, and the elements that changed.

    Elements in `anew` follow intake from now on. Refused with 503 where intake did not answer,
    unless `keep` says that the paper is to stay as it was last fetched.
    """
    follows: dict[str, Any] = sealed.open_(row, "claimed", resources) or {}
    names = list(dict.fromkeys((*follows, *anew)))
    state, person = _standing(document, claimed, secret=row["case_secret"])
    if not names or state is None or (keep and state == "away"):
        return {}, []
    if state == "away":
        raise no_answer()
    if state == "refused":
        return {"identity": state}, []
    petition_id = claimed.petition_id if claimed else row["petition_id"]
    if not anew and petition_id != row["petition_id"]:
        raise access.stale(row)
    values = _values(document, names, state, person)
    before = sealed.open_(row, "fields", resources)
    after = {name: value for name, value in before.items() if name not in names} | values
    own: dict[str, Any] = {"document_id": row["document_id"], "resources": resources}
    written = {
        "petition_id": petition_id,
        "identity": state,
        "identity_at": now,
        "claimed": sealed.close({n: values.get(n) for n in names}, column="claimed", **own),
        "fields": sealed.close(after, column="fields", **own),
    }
    return written, [name for name in names if before.get(name) != after.get(name)]


def no_answer() -> Refused:
    """Intake is away, and what it knows is needed."""
    return Refused(
        both(
            "登记系统暂时未答复信访人身份，文书未作改动。请稍后重试；也可以自行填写，"
            "或者注明按上次取得的身份办理（keep_identity）。",
            "Intake does not answer who the petitioner is; nothing was changed. Try again, type "
            "it, or say keep_identity to go on with what was fetched last.",
        ),
        status=503,
        code="identity_unavailable",
        headers={"Retry-After": "5"},
    )


def present(row: Row, resources: Resources) -> dict[str, Any] | None:
    """How a paper stands with intake, without what it says."""
    if row["identity"] is None:
        return None
    return {
        "state": row["identity"],
        "state_name": STATES[row["identity"]],
        "petition_id": row["petition_id"],
        "at": row["identity_at"],
        "elements": list(sealed.open_(row, "claimed", resources) or ()),
        "changed": row.get("changed", []),
    }


def _withheld(document: Document, *, secret: bool) -> bool:
    """True for a letter to another body about a case of the secret lane."""
    return secret and document.kind == "letter"


def _standing(
    document: Document, claimed: Claimed | None, *, secret: bool
) -> tuple[str | None, Person | None]:
    if _withheld(document, secret=secret):
        return "withheld", None
    return (claimed.state, claimed.person) if claimed else (None, None)


def _values(
    document: Document, names: Sequence[str], state: str, person: Person | None
) -> dict[str, str]:
    if state == "withheld":
        return kept_back(names)
    found = of_person(names, person) if person is not None else {}
    kept, _ = check_fields(document, found, complete=False)
    return kept
